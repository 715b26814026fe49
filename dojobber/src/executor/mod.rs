//! Doing what the scheduler says. No rule of the order or of the end lives here.

mod audience;
mod local;
mod session;
mod spans;

pub(crate) use self::audience::Audience;
pub(crate) use self::local::{Surroundings, run};
pub(crate) use self::session::Session;
