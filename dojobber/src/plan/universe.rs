//! All jobs that a plan could hold, found by type or by name.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::catalogue::{Catalogue, Key};
use super::names::Name;
use super::problem::JobPlace;
use super::{Node, NodeSource, id};
use crate::job::JobDef;
use crate::nearest::nearest;
use crate::registry;

/// No job.
const NOBODY: u32 = u32::MAX;

/// All jobs that a plan could hold, numbered: those made by code in their order, behind them those made by `#[job]`,
/// sorted, and at the end definitions that only turn up as dependencies.
pub(super) struct Universe<'a> {
    catalogue: &'a Catalogue,
    defs: Vec<&'static JobDef>,
    types: FxHashMap<TypeId, u32>,
    /// For each name that code uses, the first job that has it.
    by_name: Vec<u32>,
    /// For the other names, likewise.
    by_other_name: FxHashMap<&'a str, u32>,
    /// Further jobs of a name, under the first one.
    namesakes: FxHashMap<u32, Vec<u32>>,
}

/// Why a name leads to no job.
#[derive(Clone, Copy)]
pub(super) enum Missing {
    Unknown,
    Ambiguous(u32, u32),
}

impl<'a> Universe<'a> {
    pub(super) fn new(catalogue: &'a Catalogue) -> Self {
        let mut universe = Self {
            catalogue,
            defs: Vec::new(),
            types: FxHashMap::default(),
            by_name: vec![NOBODY; catalogue.names.len()],
            by_other_name: FxHashMap::default(),
            namesakes: FxHashMap::default(),
        };
        for (index, entry) in catalogue.dyns.iter().enumerate() {
            let first = &mut universe.by_name[entry.name.index()];
            if *first == NOBODY {
                *first = id(index).0;
            } else {
                universe.namesakes.entry(*first).or_default().push(id(index).0);
            }
        }
        let mut defs = registry::registered().to_vec();
        if !catalogue.registered.is_empty() {
            defs.extend_from_slice(&catalogue.registered);
            registry::sort(&mut defs);
        }
        for def in defs {
            universe.of_def(def);
        }
        universe
    }

    pub(super) fn len(&self) -> usize {
        self.catalogue.dyns.len() + self.defs.len()
    }

    /// All jobs in the order in which several roots are visited: by crate, file and line, then those made by code.
    pub(super) fn in_order(&self) -> impl Iterator<Item = u32> + use<> {
        let dyns = self.catalogue.dyns.len();
        (dyns..self.len()).chain(0..dyns).map(|job| id(job).0)
    }

    pub(super) fn source(&self, job: u32) -> JobSource<'a> {
        let index = job as usize;
        match self.catalogue.dyns.get(index) {
            Some(entry) => JobSource::Dyn { node: &entry.job, needs: self.catalogue.needs(entry) },
            None => JobSource::Def(self.defs[index - self.catalogue.dyns.len()]),
        }
    }

    /// The number of a job made by `#[job]`, which is taken in if it was not linked in.
    pub(super) fn of_def(&mut self, def: &'static JobDef) -> u32 {
        let type_id = (def.id)();
        if let Some(job) = self.types.get(&type_id) {
            return *job;
        }
        let job = id(self.len()).0;
        self.types.insert(type_id, job);
        self.defs.push(def);
        let name = self.catalogue.renamed.get(&type_id).map_or(def.name, |name| &**name);
        let first = match self.catalogue.names.find(name) {
            Some(known) => &mut self.by_name[known.index()],
            None => self.by_other_name.entry(name).or_insert(NOBODY),
        };
        if *first == NOBODY {
            *first = job;
        } else {
            self.namesakes.entry(*first).or_default().push(job);
        }
        job
    }

    /// The number of the job that code names so.
    pub(super) fn of_key(&mut self, key: &Key) -> Result<u32, Missing> {
        match key {
            Key::Def(def) => Ok(self.of_def(def)),
            Key::Dyn(index) => Ok(id(*index).0),
            Key::Name(name) => match self.catalogue.names.find(name) {
                Some(known) => self.of_name(known),
                None => self.unambiguous(self.by_other_name.get(name.as_str()).copied().unwrap_or(NOBODY)),
            },
        }
    }

    pub(super) fn of_name(&self, name: Name) -> Result<u32, Missing> {
        self.unambiguous(self.by_name[name.index()])
    }

    fn unambiguous(&self, job: u32) -> Result<u32, Missing> {
        if job == NOBODY {
            return Err(Missing::Unknown);
        }
        if !self.namesakes.is_empty()
            && let Some(others) = self.namesakes.get(&job)
        {
            return Err(Missing::Ambiguous(job, others[0]));
        }
        Ok(job)
    }

    /// The jobs of each name that several have, in their order.
    pub(super) fn namesakes(&self) -> impl Iterator<Item = Vec<u32>> {
        self.namesakes.iter().map(|(first, others)| std::iter::once(*first).chain(others.iter().copied()).collect())
    }

    pub(super) fn node(&self, job: u32) -> Node {
        match self.source(job) {
            JobSource::Def(def) => {
                let renamed = self.catalogue.renamed.get(&(def.id)()).cloned();
                Node { source: NodeSource::Def(def), renamed }
            }
            JobSource::Dyn { node, .. } => Node { source: NodeSource::Dyn(Arc::clone(node)), renamed: None },
        }
    }

    pub(super) fn place(&self, job: u32) -> JobPlace {
        self.node(job).place()
    }

    /// The job whose name is most like this one.
    pub(super) fn nearest(&self, name: &str) -> Option<JobPlace> {
        let jobs = || self.in_order().map(|job| self.node(job));
        let names: Vec<_> = jobs().map(|node| node.name().to_owned()).collect();
        let near = nearest(name, names.iter().map(String::as_str))?;
        jobs().find(|node| node.name() == near).map(|node| node.place())
    }

    /// "12 jobs linked in (demo 9, jobs 3) and 2 made by code".
    pub(super) fn linked(&self) -> String {
        let mut crates: BTreeMap<&str, usize> = BTreeMap::new();
        for def in &self.defs {
            *crates.entry(def.krate()).or_default() += 1;
        }
        let by_crate: Vec<_> = crates.iter().map(|(krate, jobs)| format!("{krate} {jobs}")).collect();
        let linked = match self.defs.len() {
            0 => "no jobs linked in".to_owned(),
            1 => format!("1 job linked in ({})", by_crate.join(", ")),
            many => format!("{many} jobs linked in ({})", by_crate.join(", ")),
        };
        match self.catalogue.dyns.len() {
            0 => linked,
            dyns => format!("{linked} and {dyns} made by code"),
        }
    }

    pub(super) fn name(&self, name: Name) -> &'a str {
        self.catalogue.names.get(name)
    }

    pub(super) fn into_types(self) -> FxHashMap<TypeId, u32> {
        self.types
    }
}

/// Where a job of the universe comes from.
pub(super) enum JobSource<'a> {
    Def(&'static JobDef),
    Dyn { node: &'a Arc<crate::dynjob::DynNode>, needs: &'a [Name] },
}
