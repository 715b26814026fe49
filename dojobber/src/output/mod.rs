//! What a run shows. Made of events and the plan, and of nothing else.

mod dot;
mod verbose;

pub use self::dot::Format;
pub(crate) use self::dot::write_dot;
pub use self::verbose::{Detail, Lines};
