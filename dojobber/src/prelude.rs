//! What a file with jobs needs: `use dojobber::prelude::*;`.
//!
//! Names that you import yourself win over these: with `use clap::Args` or `use anyhow::Context` at hand, write
//! `dojobber::Args` and `dojobber::Context` for this crate's.

pub use crate::{
    Args, Context, DoJobber, DynJob, Error, Format, Global, Phase, Report, Result, Status, Try, bail, ensure, job,
};
