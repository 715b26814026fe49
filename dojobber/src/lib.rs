// The README's pictures, for where there are no files beside it: of a link's definitions the first one counts.
#![doc = include_str!("pictures.md")]
#![doc = include_str!("../README.md")]

mod alarm;
mod arguments;
mod attempt;
mod audience;
mod cancellation;
mod catch;
#[cfg(feature = "cli")]
pub mod cli;
mod clock;
#[cfg(feature = "process")]
mod command;
pub mod concurrency;
mod context;
mod delay;
mod dynjob;
mod error;
mod event;
mod executor;
mod extract;
mod family;
mod frames;
mod given;
mod global;
mod harmless;
mod job;
mod left_behind;
mod nearest;
mod outcome;
mod output;
#[cfg(feature = "tokio")]
mod own_runtime;
mod plan;
pub mod prelude;
#[cfg(any(feature = "cli", feature = "process"))]
mod quote;
mod race;
mod record;
mod registry;
mod report;
mod results;
pub mod rules;
mod runner;
mod scheduler;
mod secret;
#[cfg(all(feature = "signals", unix))]
mod signals;
#[cfg(all(feature = "signals", not(unix)))]
#[path = "no_signals.rs"]
mod signals;
mod state;
mod status;
mod step;
mod sync;
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
use __private as private;

pub use dojobber_macros::job;
#[doc(no_inline)]
pub use secrecy::zeroize;

pub use crate::alarm::{Alarm, CancelHandle};
pub use crate::cancellation::Cancellation;
#[cfg(feature = "cli")]
pub use crate::cli::cli;
pub use crate::clock::Clock;
#[cfg(feature = "process")]
pub use crate::command::{Command, CommandError, CommandOutput};
pub use crate::context::{Context, Phase};
pub use crate::delay::Delay;
pub use crate::dynjob::{AnyJob, DynJob, DynJobWith};
pub use crate::error::{Error, ErrorKind, Result, change};
pub use crate::event::{Event, EventKind, Stream};
pub use crate::extract::{Args, AsyncFromContext, FromContext, Requires, Try};
pub use crate::family::{Family, FamilyDef, Member};
pub use crate::global::{Global, GlobalKey, Key, KeyName};
pub use crate::job::{Job, JobDef, JobOutput, Kind};
pub use crate::outcome::{IntoNew, IntoOutcome, IntoWhen, Value};
pub use crate::output::{Detail, Direction, Format, FormatError, Lines, Picture, Theme, json};
#[cfg(feature = "html")]
pub use crate::output::{Html, Transcript};
pub use crate::plan::{JobId, JobPlace, Plan, PlanError, PlannedJob, Problem};
pub use crate::race::Access;
pub use crate::registry::registered;
pub use crate::report::{CleanupReport, JobReport, PhaseReport, Report, TryReport};
pub use crate::results::{Changed, Output, Outputs};
pub use crate::runner::{CleanupError, DoJobber, Workers};
pub use crate::secret::{ParseSecretError, Secret};
pub use crate::state::State;
pub use crate::status::Status;
pub use crate::step::BoxFuture;
