//! Where a job of a plan comes from: its attribute, or code.

use std::sync::Arc;

use super::problem::JobPlace;
use super::Node;
use crate::dynjob::DynJobDef;
use crate::job::{Behaviour, JobDef, Kind};

/// A job's definition.
#[derive(Clone)]
pub(crate) enum Source {
    /// Made by `#[job]`.
    Def(&'static JobDef),
    /// Made by code.
    Dyn(Arc<DynJobDef>),
}

impl Source {
    pub(crate) fn name(&self) -> &str {
        match self {
            Source::Def(def) => def.name,
            Source::Dyn(job) => &job.name,
        }
    }

    pub(crate) fn description(&self) -> &str {
        match self {
            Source::Def(def) => def.description,
            Source::Dyn(job) => &job.description,
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Source::Def(def) => def.kind,
            Source::Dyn(job) => job.kind,
        }
    }

    pub(crate) fn has_cleanup(&self) -> bool {
        match self {
            Source::Def(def) => def.has_cleanup,
            Source::Dyn(job) => job.has_cleanup,
        }
    }

    pub(crate) fn behaviour(&self) -> &dyn Behaviour {
        match self {
            Source::Def(def) => def.behaviour,
            Source::Dyn(job) => &*job.behaviour,
        }
    }

    /// Its place in the source, under the name that it has in the plan.
    pub(crate) fn place(&self, name: &str) -> JobPlace {
        match self {
            Source::Def(def) => JobPlace {
                name: name.to_owned(),
                krate: Some(def.krate().to_owned()),
                file: def.file().to_owned(),
                line: def.line(),
            },
            Source::Dyn(job) => JobPlace {
                name: name.to_owned(),
                krate: None,
                file: job.location.file().to_owned(),
                line: job.location.line(),
            },
        }
    }
}

impl Node {
    pub(crate) fn place(&self) -> JobPlace {
        self.source.place(self.name())
    }
}
