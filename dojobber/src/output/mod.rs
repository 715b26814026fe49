//! What a run shows. Made of events and the plan, and of nothing else.

mod graph;
#[cfg(feature = "html")]
mod html;
pub mod json;
#[cfg(feature = "junit")]
mod junit;
mod verbose;

pub use self::graph::{Direction, Format, FormatError, Picture, Theme};
#[cfg(feature = "html")]
pub use self::html::{Html, Transcript};
pub use self::verbose::{Detail, Lines};
