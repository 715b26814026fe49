//! Doing what the scheduler says. No rule of the order or of the end lives here.

mod audience;
mod inline;
mod session;
mod spans;
mod trial;

pub(crate) use self::audience::Audience;
pub(crate) use self::inline::run;
pub(crate) use self::session::Session;
pub(crate) use self::trial::Slot;
