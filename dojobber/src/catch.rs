//! Panics in users' code become errors, with message and place (R16).

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::ops::{Deref, DerefMut};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use crate::error::{Error, Result};

thread_local! {
    /// Whether this thread is in a user's code, called by [`catch`].
    static WHERE: Cell<Where> = const { Cell::new(Where::Outside) };
    /// What the hook saw of the last panic in it.
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Outside,
    /// In a user's code, which has not panicked, as far as anybody knows.
    Inside,
    /// In a user's code that has panicked, and may have caught that itself.
    Panicked,
}

struct Seen {
    /// `None` if it is no text.
    message: Option<String>,
    place: Option<String>,
    backtrace: Backtrace,
}

/// Calls a user's code; a panic in it is an error, and prints nothing.
pub(crate) fn catch<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    let outer = WHERE.replace(Where::Inside);
    // Of a panic in whose unwinding, or after which, this is called.
    let outer_seen = if outer == Where::Panicked { SEEN.take() } else { None };
    let result = panic::catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        let seen = if WHERE.get() == Where::Panicked { SEEN.take() } else { None };
        let error = error(&*payload, seen);
        discard(payload);
        Err(error)
    });
    WHERE.set(outer);
    if outer == Where::Panicked {
        SEEN.set(outer_seen);
    }
    result
}

/// Drops what is a user's where nobody is to be told if that panics.
pub(crate) fn discard<T>(value: T) {
    if !std::mem::needs_drop::<T>() {
        return;
    }
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // It may panic, too, and so on.
        std::mem::forget(payload);
    }
}

/// What is a user's, and may be dropped anywhere: [`discard`] does that.
#[derive(Clone)]
pub(crate) struct Discarded<T>(Option<T>);

impl<T> Drop for Discarded<T> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            discard(self.0.take());
        }
    }
}

impl<T> Default for Discarded<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<T> for Discarded<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> Deref for Discarded<T> {
    type Target = Option<T>;

    #[inline]
    fn deref(&self) -> &Option<T> {
        &self.0
    }
}

impl<T> DerefMut for Discarded<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Option<T> {
        &mut self.0
    }
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
        panic::set_hook(Box::new(move |info| if WHERE.get() == Where::Outside { previous(info) } else { see(info) }));
    });
}

fn see(info: &PanicHookInfo<'_>) {
    let (message, place) = (text(info.payload()), info.location().map(ToString::to_string));
    WHERE.set(Where::Panicked);
    SEEN.set(Some(Seen { message, place, backtrace: Backtrace::capture() }));
}

#[cold]
fn error(payload: &(dyn Any + Send), seen: Option<Seen>) -> Error {
    let message = text(payload);
    // What user's code caught itself is not what it passed on (`resume_unwind`), which no hook sees.
    let seen = seen.filter(|seen| seen.message == message);
    let message = message.as_deref().unwrap_or("a value that is no text");
    let Some(Seen { place, backtrace, .. }) = seen else {
        return Error::panicked(message, None, None);
    };
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace);
    Error::panicked(message, place.as_deref(), backtrace)
}

fn text(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
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

    /// It panics when it is dropped, and so does what it panics with.
    struct Bomb(u8);

    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                panic::panic_any(Bomb(self.0 - 1));
            }
        }
    }

    #[test]
    fn what_it_panicked_with_may_panic_too() {
        install_hook();
        let error = catch::<()>(|| panic::panic_any(Bomb(2))).unwrap_err();
        assert!(error.to_string().ends_with(": a value that is no text"), "{error}");
        discard(Bomb(3));
        drop([Discarded::from(Bomb(1)), Discarded::from(Bomb(1)), Discarded::default()]);
    }

    #[test]
    fn the_place_is_that_of_the_panic_that_got_out() {
        install_hook();
        let own = || {
            let _ = panic::catch_unwind(|| panic!("its own"));
        };
        let passed_on = || -> Result { panic::resume_unwind(Box::new("of another thread")) };
        catch(|| {
            own();
            Ok(())
        })
        .unwrap();
        assert_eq!(catch(passed_on).unwrap_err().to_string(), "panicked: of another thread");
        let error = catch(|| {
            own();
            passed_on()
        });
        assert_eq!(error.unwrap_err().to_string(), "panicked: of another thread");
        // One within another: a run of its own that a job starts.
        let error = catch::<()>(|| {
            let caught = panic::catch_unwind(|| panic!("its own")).unwrap_err();
            catch::<()>(|| panic!("of the inner one")).unwrap_err();
            catch(|| Ok(()))?;
            panic::resume_unwind(caught)
        });
        let text = error.unwrap_err().to_string();
        assert!(text.starts_with("panicked at ") && text.ends_with(": its own"), "{text}");
    }
}
