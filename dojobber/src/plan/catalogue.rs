//! What a [`DoJobber`](crate::DoJobber) was told about jobs.

use std::any::TypeId;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::names::{Name, Names};
use crate::dynjob::{DynJobDef, DynNode};
use crate::job::JobDef;

/// What a [`DoJobber`](crate::DoJobber) was told about jobs. Names become numbers on the way in, so that no plan has
/// to read them again.
#[derive(Default)]
pub(crate) struct Catalogue {
    /// From `register::<J>()`, beside those that are linked in.
    pub(crate) registered: Vec<&'static JobDef>,
    pub(crate) dyns: Vec<DynEntry>,
    /// Dependencies added by code, in that order.
    pub(crate) added: Vec<(Key, Key)>,
    pub(crate) renamed: FxHashMap<TypeId, Arc<str>>,
    pub(crate) names: Names,
    /// What jobs made by code need, each job's in one piece.
    needs: Vec<Name>,
}

/// A job made by code.
pub(crate) struct DynEntry {
    pub(crate) job: Arc<DynNode>,
    pub(crate) name: Name,
    needs: Range<usize>,
}

/// How code names a job.
#[derive(Clone)]
pub(crate) enum Key {
    Def(&'static JobDef),
    /// The index in [`Catalogue::dyns`].
    Dyn(usize),
    Name(String),
}

impl Catalogue {
    /// Returns how to name the job.
    pub(crate) fn add(&mut self, job: DynJobDef) -> Key {
        let DynJobDef { node, deps } = job;
        let start = self.needs.len();
        self.needs.extend(deps.iter().map(|name| self.names.number(name)));
        let name = self.names.number(&node.name);
        self.dyns.push(DynEntry { job: Arc::new(node), name, needs: start..self.needs.len() });
        Key::Dyn(self.dyns.len() - 1)
    }

    /// What a job made by code needs, in its order.
    pub(super) fn needs(&self, entry: &DynEntry) -> &[Name] {
        &self.needs[entry.needs.clone()]
    }
}
