//! Panics in users' code become errors, with message and place (R16).

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use crate::error::{Error, Result};

thread_local! {
    /// Whether this thread is in a user's code, called by [`catch`].
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    /// What the hook saw of the panic that [`catch`] is about to meet.
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

struct Seen {
    place: Option<String>,
    backtrace: Backtrace,
}

/// Calls a user's code; a panic in it is an error, and prints nothing.
pub(crate) fn catch<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    let outer = INSIDE.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    INSIDE.set(outer);
    result.unwrap_or_else(|payload| Err(error(&*payload)))
}

/// Lets [`catch`] learn where a panic was. Where the program sets a hook of its own later on, the place stays unknown.
pub(crate) fn install_hook() {
    static INSTALLED: Once = Once::new();
    // Threads that shuttle schedules share what is one for each thread of the system.
    if cfg!(all(test, shuttle)) {
        return;
    }
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| if INSIDE.get() { see(info) } else { previous(info) }));
    });
}

fn see(info: &PanicHookInfo<'_>) {
    let seen = Seen { place: info.location().map(ToString::to_string), backtrace: Backtrace::capture() };
    SEEN.set(Some(seen));
}

#[cold]
fn error(payload: &(dyn Any + Send)) -> Error {
    let message = payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a value that is no text".to_owned());
    let Some(Seen { place, backtrace }) = SEEN.take() else {
        return Error::panicked(&message, None, None);
    };
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace);
    Error::panicked(&message, place.as_deref(), backtrace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn message_and_place() {
        install_hook();
        let error = catch::<()>(|| panic!("the couch {} fire", "is on")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Panicked);
        let text = error.to_string();
        assert!(text.starts_with("panicked at ") && text.contains("catch.rs:"), "{text}");
        assert!(text.ends_with(": the couch is on fire"), "{text}");
        let error = catch::<()>(|| panic::panic_any(7)).unwrap_err();
        assert!(error.to_string().ends_with(": a value that is no text"));
        assert_eq!(catch(|| Ok(1)).unwrap(), 1);
    }
}
