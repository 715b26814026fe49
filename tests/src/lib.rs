//! Tests of dojobber, which see its public API only. What several of them use.

mod dice;
mod events;
mod gate;
mod hostile;
mod lines;
mod way;

pub use crate::dice::Dice;
pub use crate::events::hear;
pub use crate::gate::{Gate, within};
pub use crate::hostile::{harmless, hostile_names, spelt};
pub use crate::lines::Lines;
pub use crate::way::Way;
