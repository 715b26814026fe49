//! A command as one would type it.

use std::ffi::OsStr;

/// Words, as a POSIX shell would read them.
pub(crate) fn words<'w>(words: impl IntoIterator<Item = &'w OsStr>) -> String {
    let mut typed = String::new();
    for word in words {
        if !typed.is_empty() {
            typed.push(' ');
        }
        push_word(&mut typed, word);
    }
    typed
}

fn push_word(typed: &mut String, word: &OsStr) {
    let word = word.to_string_lossy();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        typed.push_str(&word);
        return;
    }
    // Nothing is special between single quotes but another one, which therefore stands outside.
    typed.push('\'');
    typed.push_str(&word.replace('\'', r"'\''"));
    typed.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed_args(args: &[&str]) -> String {
        words(["run"].iter().chain(args).map(OsStr::new))
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        assert_eq!(typed_args(&["--user=wendell", "-p80:80", "/etc/x,y"]), "run --user=wendell -p80:80 /etc/x,y");
    }

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        assert_eq!(typed_args(&[""]), "run ''");
        assert_eq!(typed_args(&["two words", "$HOME", "*", "~", "ä"]), "run 'two words' '$HOME' '*' '~' 'ä'");
        assert_eq!(typed_args(&["it's"]), r"run 'it'\''s'");
    }
}
