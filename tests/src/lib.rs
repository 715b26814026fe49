//! Tests of dojobber, which see its public API only. What several of them use.

mod lines;

pub use crate::lines::Lines;
