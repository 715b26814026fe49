//! Where a job of a plan comes from: its attribute, or code.

use std::sync::Arc;

use super::Node;
use super::problem::JobPlace;
use crate::dynjob::DynNode;
use crate::job::{Behaviour, JobDef};

/// A job's definition.
#[derive(Clone)]
pub(crate) enum NodeSource {
    /// Made by `#[job]`.
    Def(&'static JobDef),
    /// Made by code.
    Dyn(Arc<DynNode>),
}

impl NodeSource {
    pub(crate) fn name(&self) -> &str {
        match self {
            NodeSource::Def(def) => def.name,
            NodeSource::Dyn(job) => &job.name,
        }
    }

    pub(crate) fn description(&self) -> &str {
        match self {
            NodeSource::Def(def) => def.description,
            NodeSource::Dyn(job) => &job.description,
        }
    }

    pub(crate) fn behaviour(&self) -> &dyn Behaviour {
        match self {
            NodeSource::Def(def) => def.behaviour,
            NodeSource::Dyn(job) => job.behaviour(),
        }
    }

    /// Its place in the source, under the name that it has in the plan.
    pub(crate) fn place(&self, name: &str) -> JobPlace {
        match self {
            NodeSource::Def(def) => JobPlace {
                name: name.to_owned(),
                krate: Some(def.krate().to_owned()),
                file: def.file().to_owned(),
                line: def.line(),
            },
            NodeSource::Dyn(job) => JobPlace {
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
