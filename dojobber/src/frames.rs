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

/// The backtrace, without what called the job's function, unless `RUST_BACKTRACE=full` wants that too.
pub(crate) fn shown(backtrace: &Backtrace) -> String {
    let text = backtrace.to_string();
    let is_full = std::env::var_os("RUST_BACKTRACE").is_some_and(|how| how == "full");
    if is_full { text } else { short(&text).to_owned() }
}

/// The frames before the first one of a caller; all of them, if that would leave none, or if no frame looks like a caller's.
fn short(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let is_caller = name(line).is_some_and(|name| CALLERS.iter().any(|caller| name.contains(caller)));
        if is_caller && end > 0 {
            return text[..end].trim_end_matches('\n');
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
    fn what_is_not_understood_is_left_alone() {
        for text in ["", "disabled backtrace", USERS, "   0: dojobber::executor::x\n   1: main\n"] {
            assert_eq!(short(text), text);
        }
    }
}
