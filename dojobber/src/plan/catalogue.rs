//! What a [`DoJobber`](crate::DoJobber) was told about jobs.

use std::any::TypeId;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::id;
use super::names::{Name, Names};
use crate::dynjob::{Any, AnyJob, DynJobDef, DynJobs, Facts};
use crate::family::Member;
use crate::job::JobDef;

/// What a [`DoJobber`](crate::DoJobber) was told about jobs. Names become numbers on the way in, so that no plan has
/// to read them again.
#[derive(Default)]
pub(crate) struct Catalogue {
    /// From `register::<J>()`, beside those that are linked in.
    pub(crate) registered: Vec<&'static JobDef>,
    pub(crate) dyns: Vec<DynEntry>,
    /// The same jobs; planning has no need to look there.
    pub(crate) dyn_jobs: DynJobs,
    /// Members that were added by code, by their families' types.
    members: FxHashMap<TypeId, Vec<Member>>,
    /// What jobs made by code are required by: those jobs, and the index in `dyns`.
    pub(crate) required_by: Vec<(Key, usize)>,
    /// Dependencies added by code, in that order.
    pub(crate) added: Vec<(Key, Key)>,
    pub(crate) renamed: FxHashMap<TypeId, Arc<str>>,
    pub(crate) names: Names,
    /// What jobs made by code need, each job's in one piece.
    needs: Vec<Name>,
}

/// All that a plan has to know of a job made by code.
pub(crate) struct DynEntry {
    pub(crate) facts: Facts,
    pub(crate) name: Name,
    /// Its needs: from here, so many.
    first_need: u32,
    needs: u32,
}

/// How code names a job.
#[derive(Clone)]
pub(crate) enum Key {
    Def(&'static JobDef),
    /// The index in [`Catalogue::dyns`].
    Dyn(usize),
    /// Of the members of a family that were added by code, the nth, counted from 0.
    Member(&'static JobDef, usize),
    Name(String),
    /// All jobs that have this tag.
    Tag(String),
}

impl Catalogue {
    /// Returns how to name the job.
    pub(crate) fn add(&mut self, job: AnyJob) -> Key {
        let DynJobDef { closures, about, facts, deps, required_by } = match job.0 {
            Any::Dyn(job) => job,
            Any::Member(member) => {
                let def = member.def();
                let members = self.members.entry((def.id)()).or_default();
                members.push(member);
                return Key::Member(def, members.len() - 1);
            }
        };
        let first_need = id(self.needs.len()).0;
        self.needs.extend(deps.iter().map(|name| self.names.number(name)));
        let name = self.names.number(&about.name);
        self.dyns.push(DynEntry { facts, name, first_need, needs: id(deps.len()).0 });
        self.dyn_jobs.push(closures, about);
        let index = self.dyns.len() - 1;
        self.required_by.extend(required_by.into_iter().map(|name| (Key::Name(name.into()), index)));
        Key::Dyn(index)
    }

    /// The members of a family that were added by code.
    pub(super) fn members_of(&self, family: &JobDef) -> &[Member] {
        self.members.get(&(family.id)()).map_or(&[], Vec::as_slice)
    }

    /// What a job made by code needs, in its order.
    pub(super) fn needs(&self, entry: &DynEntry) -> &[Name] {
        let first = entry.first_need as usize;
        &self.needs[first..first + entry.needs as usize]
    }
}
