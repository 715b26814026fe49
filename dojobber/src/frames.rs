//! Backtraces, as far as they tell something: what lies below a job's function is dojobber, and the same for all jobs.

use std::backtrace::Backtrace;

/// How frames of whatever calls jobs' functions begin, or what stands within them where they are of a trait.
const CALLERS: [&str; 8] = [
    "dojobber::__private::",
    "dojobber::call::",
    "dojobber::call_async::",
    "dojobber::callable::",
    "dojobber::dynjob::",
    "dojobber::executor::",
    "dojobber::job::",
    "dojobber::step::",
];

/// What the standard library calls the frame above which all are its own and those of the panic's hook.
const PANIC: &str = "__rust_end_short_backtrace";

/// The backtrace, without what called the job's function, unless `RUST_BACKTRACE=full` wants that too.
pub(crate) fn shown(backtrace: &Backtrace) -> String {
    let text = backtrace.to_string();
    let is_full = std::env::var_os("RUST_BACKTRACE").is_some_and(|how| how == "full");
    if is_full { text } else { short(&text).to_owned() }
}

/// The frames before the first one of a caller, and of a panic those from where it began; all of them, if that would leave
/// none, or if no frame looks like a caller's.
fn short(text: &str) -> &str {
    let (mut start, mut end, mut is_begun) = (0, 0, true);
    for line in text.split_inclusive('\n') {
        if let Some(name) = name(line) {
            if !is_begun {
                start = end;
            }
            if end > start && CALLERS.iter().any(|caller| name.contains(caller)) {
                return text[start..end].trim_end_matches('\n');
            }
            is_begun = !name.contains(PANIC);
        }
        end += line.len();
    }
    text
}

/// What the frame that begins with this line is called: `  12: name`.
fn name(line: &str) -> Option<&str> {
    let (number, name) = line.trim_start().split_once(": ")?;
    number.parse::<u32>().is_ok().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "   0: with_kind<&str>\n             at dojobber/src/error.rs:325:29\n   1: party::play_music\n             at party.rs:48:20";

    #[test]
    fn what_calls_the_function_is_left_out() {
        let callers = "   2: dojobber::__private::call::Call<J>::fn2_result::{{closure}}\n             at dojobber/src/call.rs:173:21\n   3: party::main\n";
        assert_eq!(short(&format!("{USERS}\n{callers}")), USERS);
        let callers = "   2: <dojobber::job::Static<J> as dojobber::job::Behaviour>::call\n";
        assert_eq!(short(&format!("{USERS}\n{callers}")), USERS);
    }

    #[test]
    fn a_panic_begins_where_it_was() {
        let hook = "   0: see\n             at dojobber/src/catch.rs:79:53\n   1: std::sys::backtrace::__rust_end_short_backtrace::<x>\n             at backtrace.rs:182:18\n";
        let callers = "   9: dojobber::executor::x\n";
        assert_eq!(short(&format!("{hook}{USERS}\n{callers}")), USERS);
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for text in ["", "disabled backtrace", USERS, "   0: dojobber::executor::x\n   1: main\n"] {
            assert_eq!(short(text), text);
        }
    }
}
