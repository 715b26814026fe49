//! Where a job of a plan comes from: its attribute, or code.

use std::sync::Arc;

use super::Node;
use super::problem::JobPlace;
use crate::dynjob::DynNode;
use crate::family::Member;
use crate::job::{Behaviour, JobDef};

/// A job's definition.
#[derive(Clone)]
pub(crate) enum NodeSource {
    /// Made by `#[job]`.
    Def(&'static JobDef),
    /// Made by code.
    Dyn(Arc<DynNode>),
    /// Made by a family's `each`, or by code for one.
    Member(Member),
}

impl NodeSource {
    pub(crate) fn name(&self) -> &str {
        match self {
            NodeSource::Def(def) => def.name,
            NodeSource::Dyn(job) => &job.name,
            NodeSource::Member(member) => member.name(),
        }
    }

    pub(crate) fn description(&self) -> &str {
        match self {
            NodeSource::Def(def) => def.description,
            NodeSource::Dyn(job) => &job.description,
            NodeSource::Member(member) => member.def().description,
        }
    }

    /// The definition that `#[job]` made; of a member, that of its family.
    pub(crate) fn def(&self) -> Option<&'static JobDef> {
        match self {
            NodeSource::Def(def) => Some(def),
            NodeSource::Member(member) => Some(member.def()),
            NodeSource::Dyn(_) => None,
        }
    }

    pub(crate) fn behaviour(&self) -> &dyn Behaviour {
        match self {
            NodeSource::Def(def) => def.behaviour,
            NodeSource::Dyn(job) => job.behaviour(),
            NodeSource::Member(member) => member.behaviour(),
        }
    }

    /// Its place in the source, under the name that it has in the plan.
    pub(crate) fn place(&self, name: &str) -> JobPlace {
        let name = name.to_owned();
        let (krate, location) = match self {
            NodeSource::Def(def) => (Some(def.krate().to_owned()), def.location),
            NodeSource::Member(member) => (Some(member.def().krate().to_owned()), member.def().location),
            NodeSource::Dyn(job) => (None, job.location),
        };
        JobPlace { name, krate, file: location.file().to_owned(), line: location.line() }
    }
}

impl Node {
    pub(crate) fn place(&self) -> JobPlace {
        self.source.place(self.name())
    }
}
