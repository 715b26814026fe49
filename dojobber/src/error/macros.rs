//! Macros that return early with an error, each of one kind.

/// Returns early with an [`Error`](crate::Error) made from a format string, or from any one value that converts into
/// one.
///
/// ```
/// use dojobber::prelude::*;
///
/// fn check(free: u64) -> Result {
///     if free < 10 {
///         bail!("only {free} bytes left");
///     }
///     Ok(())
/// }
/// assert_eq!(check(3).unwrap_err().to_string(), "only 3 bytes left");
/// ```
#[macro_export]
macro_rules! bail {
    ($format:literal $(, $($arg:tt)*)?) => {
        return ::core::result::Result::Err($crate::Error::msg(::core::format_args!($format $(, $($arg)*)?)))
    };
    ($error:expr $(,)?) => {
        return ::core::result::Result::Err($crate::Error::from($error))
    };
}

/// Returns early with an [`Error`](crate::Error) unless the condition holds; without a message, the error names the
/// condition.
///
/// ```
/// use dojobber::prelude::*;
///
/// fn check(dusted: bool) -> Result {
///     ensure!(dusted, "the couch is dusty");
///     Ok(())
/// }
/// assert_eq!(check(false).unwrap_err().to_string(), "the couch is dusty");
/// ```
#[macro_export]
macro_rules! ensure {
    ($condition:expr $(,)?) => {
        if !$condition {
            $crate::bail!("condition does not hold: `{}`", ::core::stringify!($condition));
        }
    };
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            $crate::bail!($($message)+);
        }
    };
}

/// Returns early with an [`Error`](crate::Error) after which no further try is made:
/// [`Error::permanent`](crate::Error::permanent) of what [`bail!`](crate::bail) would return (R5).
///
/// ```
/// use dojobber::prelude::*;
///
/// fn run(user: &str) -> Result {
///     if user != "root" {
///         permanent!("{user} may not do that");
///     }
///     Ok(())
/// }
/// assert_eq!(run("guest").unwrap_err().kind(), dojobber::ErrorKind::Permanent);
/// ```
#[macro_export]
macro_rules! permanent {
    ($format:literal $(, $($arg:tt)*)?) => {
        return ::core::result::Result::Err($crate::Error::permanent($crate::Error::msg(
            ::core::format_args!($format $(, $($arg)*)?),
        )))
    };
    ($error:expr $(,)?) => {
        return ::core::result::Result::Err($crate::Error::permanent($error))
    };
}

/// Returns early from a check that couldn't find out whether the goal holds: with
/// [`Error::unsure`](crate::Error::unsure) of what [`bail!`](crate::bail) would return (R5).
///
/// ```
/// use dojobber::prelude::*;
///
/// fn check(answer: Option<u16>) -> Result<bool> {
///     let Some(status) = answer else {
///         unsure!("the server doesn't answer");
///     };
///     Ok(status == 200)
/// }
/// assert_eq!(check(None).unwrap_err().kind(), dojobber::ErrorKind::Unsure);
/// ```
#[macro_export]
macro_rules! unsure {
    ($format:literal $(, $($arg:tt)*)?) => {
        return ::core::result::Result::Err($crate::Error::unsure($crate::Error::msg(
            ::core::format_args!($format $(, $($arg)*)?),
        )))
    };
    ($error:expr $(,)?) => {
        return ::core::result::Result::Err($crate::Error::unsure($error))
    };
}

/// Returns early from a check whose goal doesn't hold, with what is to change: [`change`](fn@crate::change) of a format
/// string, or of any one value that can be displayed.
///
/// ```
/// use dojobber::prelude::*;
///
/// fn check(mode: u32) -> Result {
///     if mode != 0o600 {
///         change!("mode {mode:04o} → 0600");
///     }
///     Ok(())
/// }
/// let error = check(0o644).unwrap_err();
/// assert_eq!((error.kind(), &*error.to_string()), (dojobber::ErrorKind::Change, "mode 0644 → 0600"));
/// ```
#[macro_export]
macro_rules! change {
    ($format:literal $(, $($arg:tt)*)?) => {
        return ::core::result::Result::Err($crate::change(::core::format_args!($format $(, $($arg)*)?)))
    };
    ($what:expr $(,)?) => {
        return ::core::result::Result::Err($crate::change($what))
    };
}
