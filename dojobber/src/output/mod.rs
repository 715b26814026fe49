//! What a run shows. Made of events and the plan, and of nothing else.

mod dot;
pub mod json;
#[cfg(feature = "junit")]
mod junit;
mod verbose;

pub use self::dot::Format;
pub(crate) use self::dot::write_dot;
pub use self::verbose::{Detail, Lines};
