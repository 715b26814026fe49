//! The graph as a picture: a [`Model`](model::Model) made of the plan and of what came of its jobs, and a module for
//! each format that it is written as.

mod dot;
mod format;
mod graphviz;
mod json;
mod label;
mod look;
mod mermaid;
mod model;
mod picture;

#[cfg(feature = "pictures")]
mod display;
#[cfg(feature = "pictures")]
mod font;
#[cfg(any(feature = "html", feature = "pictures"))]
mod layout;
#[cfg(feature = "pictures")]
mod png;
#[cfg(feature = "pictures")]
mod svg;
#[cfg(feature = "pictures")]
mod text;

pub use self::format::{Format, FormatError};
#[cfg(feature = "html")]
pub(super) use self::layout::{Bundle, Layout, Point, Rect, Stroke, place};
#[cfg(feature = "html")]
pub(super) use self::look::{WORST_FIRST, look};
#[cfg(feature = "html")]
pub(super) use self::model::{Model, Node};
pub use self::picture::{Direction, Picture, Theme};
