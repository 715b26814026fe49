//! What a file with jobs needs: `use dojobber::prelude::*;`.
//!
//! Names that you import yourself win over these: with `use clap::Args` or `use anyhow::Context` at hand, write
//! `dojobber::Args` and `dojobber::Context` for this crate's.

pub use crate::{
    Args, Changed, Context, DoJobber, DynJob, Error, Format, Global, Output, Outputs, Phase, Report, Result, Secret,
    State, Status, Try, bail, change, ensure, job, permanent, unsure,
};
