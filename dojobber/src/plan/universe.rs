//! All jobs that a plan could hold, found by type or by name.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHasher};

use super::Node;
use super::problem::JobPlace;
use super::source::Source;
use crate::dynjob::DynJobDef;
use crate::job::JobDef;
use crate::nearest::nearest;
use crate::registry;

/// What a [`DoJobber`](crate::DoJobber) was told about jobs.
#[derive(Default)]
pub(crate) struct Catalogue {
    /// From `register::<J>()`, beside those that are linked in.
    pub(crate) registered: Vec<&'static JobDef>,
    pub(crate) dyns: Vec<Arc<DynJobDef>>,
    /// Dependencies added by code, in that order.
    pub(crate) added: Vec<(Key, Key)>,
    pub(crate) renamed: FxHashMap<TypeId, Arc<str>>,
}

/// How code names a job.
#[derive(Clone)]
pub(crate) enum Key {
    Def(&'static JobDef),
    /// The index in [`Catalogue::dyns`].
    Dyn(usize),
    Name(String),
}

/// All jobs that a plan could hold, numbered: first those made by `#[job]`, sorted, then those made by code.
pub(super) struct Universe<'a> {
    catalogue: &'a Catalogue,
    pub(super) jobs: Vec<Node>,
    types: FxHashMap<TypeId, u32>,
    names: NameTable,
    /// Further jobs of a name, under the first job of that name, which is the one in `names`.
    namesakes: FxHashMap<u32, Vec<u32>>,
    first_dyn: usize,
}

impl<'a> Universe<'a> {
    pub(super) fn new(catalogue: &'a Catalogue) -> Self {
        let mut defs: Vec<_> = registry::registered().iter().chain(&catalogue.registered).copied().collect();
        if !catalogue.registered.is_empty() {
            registry::sort(&mut defs);
        }
        let size = defs.len() + catalogue.dyns.len();
        let mut universe = Self {
            catalogue,
            jobs: Vec::with_capacity(size),
            types: FxHashMap::default(),
            names: NameTable::with_capacity(size),
            namesakes: FxHashMap::default(),
            first_dyn: 0,
        };
        for def in defs {
            universe.of_def(def);
        }
        universe.first_dyn = universe.jobs.len();
        for job in &catalogue.dyns {
            universe.push(Source::Dyn(Arc::clone(job)), None);
        }
        universe
    }

    /// The number of a job made by `#[job]`, which is taken in if it is not linked in.
    pub(super) fn of_def(&mut self, def: &'static JobDef) -> u32 {
        let id = (def.id)();
        if let Some(index) = self.types.get(&id) {
            return *index;
        }
        let renamed = self.catalogue.renamed.get(&id).cloned();
        let index = self.push(Source::Def(def), renamed);
        self.types.insert(id, index);
        index
    }

    /// The number of the job that code names so.
    pub(super) fn of_key(&mut self, key: &Key) -> Result<u32, Missing> {
        match key {
            Key::Def(def) => Ok(self.of_def(def)),
            // Jobs made by code follow each other in the catalogue's order.
            Key::Dyn(index) => Ok(super::id(self.first_dyn + index).0),
            Key::Name(name) => self.of_name(name),
        }
    }

    pub(super) fn of_name(&self, name: &str) -> Result<u32, Missing> {
        let Some(index) = self.names.find(name, |index| self.jobs[index as usize].name()) else {
            return Err(Missing::Unknown);
        };
        match self.namesakes.get(&index) {
            Some(others) => Err(Missing::Ambiguous(index, others[0])),
            None => Ok(index),
        }
    }

    /// The jobs of each name that several have, in their order.
    pub(super) fn namesakes(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.namesakes.iter().map(|(first, others)| (*first, &others[..]))
    }

    /// The job whose name is most like this one.
    pub(super) fn nearest(&self, name: &str) -> Option<JobPlace> {
        let near = nearest(name, self.jobs.iter().map(Node::name))?;
        self.jobs.iter().find(|job| job.name() == near).map(Node::place)
    }

    /// "12 jobs linked in (demo 9, jobs 3) and 2 made by code".
    pub(super) fn linked(&self) -> String {
        let mut crates: BTreeMap<&str, usize> = BTreeMap::new();
        let mut dyns = 0;
        for job in &self.jobs {
            match &job.source {
                Source::Def(def) => *crates.entry(def.krate()).or_default() += 1,
                Source::Dyn(_) => dyns += 1,
            }
        }
        let by_crate: Vec<_> = crates.iter().map(|(krate, jobs)| format!("{krate} {jobs}")).collect();
        let linked = match crates.values().sum::<usize>() {
            0 => "no jobs linked in".to_owned(),
            1 => format!("1 job linked in ({})", by_crate.join(", ")),
            many => format!("{many} jobs linked in ({})", by_crate.join(", ")),
        };
        if dyns == 0 { linked } else { format!("{linked} and {dyns} made by code") }
    }

    fn push(&mut self, source: Source, renamed: Option<Arc<str>>) -> u32 {
        let index = super::id(self.jobs.len()).0;
        let job = Node { source, renamed };
        if let Err(first) = self.names.insert(index, job.name(), |other| self.jobs[other as usize].name()) {
            self.namesakes.entry(first).or_default().push(index);
        }
        self.jobs.push(job);
        index
    }

    /// Ends the universe: its jobs, and the types' numbers.
    pub(super) fn into_parts(self) -> (Vec<Node>, FxHashMap<TypeId, u32>, NameTable) {
        (self.jobs, self.types, self.names)
    }
}

/// Why a name leads to no job.
pub(super) enum Missing {
    Unknown,
    Ambiguous(u32, u32),
}

/// From names to numbers; the names themselves stay where they are.
#[derive(Default)]
pub(super) struct NameTable {
    table: HashTable<Entry>,
}

/// The hash is kept, so that no name is read again when the table grows or its numbers change.
#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    index: u32,
}

impl NameTable {
    fn with_capacity(names: usize) -> Self {
        Self { table: HashTable::with_capacity(names) }
    }

    pub(super) fn find<'n>(&self, name: &str, name_of: impl Fn(u32) -> &'n str) -> Option<u32> {
        let hash = hash(name);
        let found = self.table.find(spread(hash), |entry| entry.hash == hash && name_of(entry.index) == name);
        found.map(|entry| entry.index)
    }

    /// Fails with the number that has the name already.
    fn insert<'n>(&mut self, index: u32, name: &str, name_of: impl Fn(u32) -> &'n str) -> Result<(), u32> {
        let hash = hash(name);
        let entry = self.table.entry(
            spread(hash),
            |entry| entry.hash == hash && name_of(entry.index) == name,
            |entry| spread(entry.hash),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(taken) => Err(taken.get().index),
            hashbrown::hash_table::Entry::Vacant(place) => {
                place.insert(Entry { hash, index });
                Ok(())
            }
        }
    }

    /// Gives every name a new number, and drops those that `number` has none for.
    pub(super) fn renumber(&mut self, number: impl Fn(u32) -> Option<u32>) {
        self.table.retain(|entry| {
            let new = number(entry.index);
            entry.index = new.unwrap_or_default();
            new.is_some()
        });
    }
}

fn hash(name: &str) -> u32 {
    let hash = BuildHasherDefault::<FxHasher>::default().hash_one(name);
    // The upper half: the hasher's best bits.
    (hash >> 32) as u32
}

/// The table wants 64 good bits, of which it looks at the lowest and at the topmost seven.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}
