//! Tests of dojobber, which see its public API only. What several of them use.

mod at_once;
mod dice;
mod events;
mod gate;
mod golden;
mod hostile;
mod lines;
mod program;
mod screenshot;
mod terminal;
mod way;

pub use crate::at_once::{root, run};
pub use crate::dice::Dice;
pub use crate::events::hear;
pub use crate::gate::{Gate, within};
pub use crate::golden::assert_golden;
pub use crate::hostile::{harmless, hostile_names, spelt, spelt_lines};
pub use crate::lines::Lines;
pub use crate::program::command;
pub use crate::screenshot::svg;
pub use crate::terminal::{Terminal, without_seconds};
pub use crate::way::Way;
