//! What a run shows. Made of events and the plan, and of nothing else.

mod graph;
pub mod json;
#[cfg(feature = "junit")]
mod junit;
mod verbose;

pub use self::graph::{Direction, Format, FormatError, Picture, Theme};
pub use self::verbose::{Detail, Lines};
