//! Where a job of a plan comes from: its attribute, or code.

use super::problem::JobPlace;
use crate::dynjob::DynJobRef;
use crate::family::Member;
use crate::job::{Behaviour, JobDef};

/// A job's definition, as plans keep it.
pub(crate) enum Node {
    /// Made by `#[job]`.
    Def(&'static JobDef),
    /// Made by code: its number among the [`DynJobs`](crate::dynjob::DynJobs) of the plan.
    Dyn(u32),
    /// Made by a family's `each`, or by code for one.
    Member(Member),
}

impl Node {
    /// The definition that `#[job]` made; of a member, that of its family.
    pub(super) fn def(&self) -> Option<&'static JobDef> {
        match self {
            Node::Def(def) => Some(def),
            Node::Member(member) => Some(member.def()),
            Node::Dyn(_) => None,
        }
    }
}

/// A job's definition at hand.
#[derive(Clone, Copy)]
pub(crate) enum Source<'p> {
    Def(&'static JobDef),
    Dyn(DynJobRef<'p>),
    Member(&'p Member),
}

impl<'p> Source<'p> {
    /// The name that it has where it was made.
    pub(crate) fn name(self) -> &'p str {
        match self {
            Source::Def(def) => def.name,
            Source::Dyn(job) => &job.about().name,
            Source::Member(member) => member.name(),
        }
    }

    pub(crate) fn description(self) -> &'p str {
        match self {
            Source::Def(def) => def.description,
            Source::Dyn(job) => &job.about().description,
            Source::Member(member) => member.def().description,
        }
    }

    /// Those of an attribute, or those of a job made by code.
    pub(crate) fn tags(self) -> impl Iterator<Item = &'p str> {
        let dynamic = if let Source::Dyn(job) = self { &job.about().tags[..] } else { &[] };
        let of_def = self.def().map_or(&[][..], |def| def.tags);
        of_def.iter().copied().chain(dynamic.iter().map(|tag| &**tag))
    }

    /// The definition that `#[job]` made; of a member, that of its family.
    pub(crate) fn def(self) -> Option<&'static JobDef> {
        match self {
            Source::Def(def) => Some(def),
            Source::Member(member) => Some(member.def()),
            Source::Dyn(_) => None,
        }
    }

    #[inline]
    pub(crate) fn behaviour(self) -> &'p dyn Behaviour {
        match self {
            Source::Def(def) => def.behaviour,
            Source::Dyn(job) => job.behaviour(),
            Source::Member(member) => member.behaviour(),
        }
    }

    /// Its place in the source, under the name that it has in the plan.
    pub(crate) fn place(self, name: &str) -> JobPlace {
        let name = name.to_owned();
        let (krate, location) = match self {
            Source::Def(def) => (Some(def.krate().to_owned()), def.location),
            Source::Member(member) => (Some(member.def().krate().to_owned()), member.def().location),
            Source::Dyn(job) => (None, job.about().location),
        };
        JobPlace { name, krate, file: location.file().to_owned(), line: location.line() }
    }
}
