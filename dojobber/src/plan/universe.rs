//! All jobs that a plan could hold, found by type or by name.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::catalogue::{Catalogue, Key};
use super::id;
use super::names::{Name, Names};
use super::problem::{JobPlace, Problem};
use super::source::{Node, Source};
use crate::dynjob::{DynJobs, Facts};
use crate::extract::Requires;
use crate::family::{FamilyDef, Member};
use crate::job::JobDef;
use crate::nearest::nearest;
use crate::registry;

/// No job.
const NOBODY: u32 = u32::MAX;

/// Calls the `each` of a family: the only user's code that a plan needs. `None`: its members have to be awaited first, and
/// what comes of this plan is of no use.
pub(crate) type CallEach<'a> = dyn FnMut(&'static JobDef, FamilyDef) -> Option<Made> + 'a;

/// What came of the call of an `each`.
pub(crate) type Made = Result<Vec<Member>, Box<Problem>>;

/// All jobs that a plan could hold, numbered: those made by code in their order; behind them those made by `#[job]`,
/// sorted; and then what turns up on the way, which are members of families and definitions that are not linked in.
pub(super) struct Universe<'a> {
    catalogue: &'a Catalogue,
    call_each: &'a mut CallEach<'a>,
    others: Vec<Other>,
    types: FxHashMap<TypeId, u32>,
    /// The families that have been met, by their numbers.
    families: FxHashMap<u32, MetFamily>,
    /// For each name that code uses, the first job that has it.
    by_name: Vec<u32>,
    /// Likewise for the other names.
    other_names: Names,
    by_other_name: Vec<u32>,
    /// Further jobs of a name, under the first one.
    namesakes: FxHashMap<u32, Vec<u32>>,
    /// Whether all families have been met that can be.
    has_met_all: bool,
    /// Whether members have to be awaited: no further `each` is called, and nothing more is worth the while.
    pub(super) is_halted: bool,
    pub(super) problems: Vec<Problem>,
}

/// A family whose members have been called into being.
struct MetFamily {
    members: Range<u32>,
    /// The first of the members that were added by code, which are the last ones.
    added: u32,
    /// Whether what makes them hasn't failed.
    is_whole: bool,
    /// Made when a job first asks for a member by its key.
    keys: Option<FxHashMap<String, u32>>,
}

enum Other {
    Def(&'static JobDef),
    Member(Member),
}

/// Why a name leads to no job.
#[derive(Clone, Copy)]
pub(super) enum Missing {
    Unknown,
    Ambiguous(u32, u32),
}

/// What a type stands for.
pub(super) enum Jobs {
    One(u32),
    Members(Range<u32>),
}

impl Iterator for Jobs {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Jobs::Members(members) => members.next(),
            Jobs::One(job) => {
                let job = *job;
                *self = Jobs::Members(0..0);
                Some(job)
            }
        }
    }
}

impl<'a> Universe<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, call_each: &'a mut CallEach<'a>) -> Self {
        let mut universe = Self {
            catalogue,
            call_each,
            others: Vec::new(),
            types: FxHashMap::default(),
            families: FxHashMap::default(),
            by_name: vec![NOBODY; catalogue.names.len()],
            other_names: Names::default(),
            by_other_name: Vec::new(),
            namesakes: FxHashMap::default(),
            has_met_all: false,
            is_halted: false,
            problems: Vec::new(),
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
        self.catalogue.dyns.len() + self.others.len()
    }

    pub(super) fn source(&self, job: u32) -> Source<'_> {
        match (job as usize).checked_sub(self.catalogue.dyns.len()) {
            None => Source::Dyn(self.catalogue.dyn_jobs.get(job)),
            Some(other) => match &self.others[other] {
                Other::Def(def) => Source::Def(def),
                Other::Member(member) => Source::Member(member),
            },
        }
    }

    /// What is to be known of a job, which has to be one made by code.
    pub(super) fn facts(&self, job: u32) -> &'a Facts {
        &self.catalogue.dyns[job as usize].facts
    }

    /// The definition of a job that `#[job]` made, be it a member's family.
    pub(super) fn def(&self, job: u32) -> Option<&'static JobDef> {
        self.source(job).def()
    }

    /// All definitions, with their numbers.
    pub(super) fn defs(&self) -> impl Iterator<Item = (u32, &'static JobDef)> {
        let first = self.catalogue.dyns.len();
        self.others.iter().enumerate().filter_map(move |(index, other)| match other {
            Other::Def(def) => Some((id(first + index).0, *def)),
            Other::Member(_) => None,
        })
    }

    /// The number of a definition, which is taken in if it was not linked in.
    pub(super) fn of_def(&mut self, def: &'static JobDef) -> u32 {
        let type_id = (def.id)();
        if let Some(job) = self.types.get(&type_id) {
            return *job;
        }
        let job = id(self.len()).0;
        self.types.insert(type_id, job);
        self.others.push(Other::Def(def));
        let name = self.catalogue.renamed.get(&type_id).cloned();
        self.name_job(job, name.as_deref().unwrap_or(def.name));
        job
    }

    /// The jobs that a definition stands for: the members of a family, which is called into being now if it is met
    /// for the first time, or the one job.
    pub(super) fn jobs_of(&mut self, def: &'static JobDef) -> Jobs {
        let job = self.of_def(def);
        if let Some(family) = self.families.get(&job) {
            return Jobs::Members(family.members.clone());
        }
        match def.family {
            Some(family) if !is_late(family) => Jobs::Members(self.members(job, def, family)),
            _ => Jobs::One(job),
        }
    }

    fn members(&mut self, job: u32, def: &'static JobDef, family: FamilyDef) -> Range<u32> {
        let start = id(self.len()).0;
        let made = if self.is_halted { None } else { (self.call_each)(def, family) };
        let Some(made) = made else {
            self.is_halted = true;
            return start..start;
        };
        let is_whole = made.is_ok();
        match made {
            Ok(members) => members.into_iter().for_each(|member| self.take_in(member)),
            Err(problem) => self.problems.push(*problem),
        }
        let added = id(self.len()).0;
        for member in self.catalogue.members_of(def).iter().filter(|_| is_whole) {
            self.take_in(member.clone());
        }
        let members = start..id(self.len()).0;
        self.families.insert(job, MetFamily { members: members.clone(), added, is_whole, keys: None });
        members
    }

    fn take_in(&mut self, member: Member) {
        let job = id(self.len()).0;
        self.name_job(job, member.name());
        self.others.push(Other::Member(member));
    }

    /// The members of a family that were added by code.
    pub(super) fn added_to(&self, family: &JobDef) -> &'a [Member] {
        self.catalogue.members_of(family)
    }

    /// Of a member: its family, and its place among the members, counted from 1.
    pub(super) fn place_in_family(&self, job: u32) -> Option<(JobPlace, usize)> {
        let (family, met) = self.families.iter().find(|(_, family)| family.members.contains(&job))?;
        Some((self.place(*family), (job - met.members.start) as usize + 1))
    }

    /// The member of a family that has this key.
    pub(super) fn member(&mut self, def: &'static JobDef, key: &str) -> Option<u32> {
        let Jobs::Members(members) = self.jobs_of(def) else {
            return None;
        };
        let family = self.of_def(def);
        if self.families.get(&family)?.keys.is_none() {
            let mut keys = FxHashMap::default();
            for job in members {
                let Source::Member(member) = self.source(job) else {
                    continue;
                };
                match keys.entry(member.key().to_owned()) {
                    Entry::Vacant(place) => {
                        place.insert(job);
                    }
                    Entry::Occupied(other) => {
                        let (first, second) = (self.place(*other.get()), self.place(job));
                        let key = other.key().clone();
                        self.problems.push(Problem::DuplicateKey { key, first: first.name, second });
                    }
                }
            }
            self.families.get_mut(&family)?.keys = Some(keys);
        }
        self.families.get(&family)?.keys.as_ref()?.get(key).copied()
    }

    /// The members of a family by their keys; none, if it comes into being during the run.
    pub(super) fn keys(&mut self, def: &'static JobDef) -> Option<FxHashMap<String, u32>> {
        self.member(def, "");
        self.families.get(self.types.get(&(def.id)())?)?.keys.clone()
    }

    /// Whether what makes the family's members has failed, so that nobody knows which there are.
    pub(super) fn lacks_members(&self, def: &'static JobDef) -> bool {
        let family = self.types.get(&(def.id)()).and_then(|job| self.families.get(job));
        family.is_some_and(|family| !family.is_whole)
    }

    /// The key of this family that is most like this one.
    pub(super) fn nearest_key(&self, def: &'static JobDef, key: &str) -> Option<String> {
        let family = self.families.get(self.types.get(&(def.id)())?)?;
        nearest(key, family.keys.as_ref()?.keys().map(String::as_str)).map(str::to_owned)
    }

    fn name_job(&mut self, job: u32, name: &str) {
        let first = match self.catalogue.names.find(name) {
            Some(known) => &mut self.by_name[known.index()],
            None => {
                let index = self.other_names.number(name).index();
                if index == self.by_other_name.len() {
                    self.by_other_name.push(NOBODY);
                }
                &mut self.by_other_name[index]
            }
        };
        if *first == NOBODY {
            *first = job;
        } else {
            self.namesakes.entry(*first).or_default().push(job);
        }
    }

    /// The jobs that have this tag, in the order of roots.
    fn tagged(&mut self, tag: &str) -> Vec<u32> {
        let defs: Vec<_> = self.defs().map(|(_, def)| def).filter(|def| def.tags.contains(&tag)).collect();
        let mut jobs: Vec<u32> = defs.into_iter().flat_map(|def| self.jobs_of(def)).collect();
        let dyns = self.catalogue.dyn_jobs.abouts().enumerate();
        jobs.extend(dyns.filter(|(_, job)| job.tags.iter().any(|other| **other == *tag)).map(|(job, _)| id(job).0));
        jobs
    }

    /// The tag that is most like this one.
    pub(super) fn nearest_tag(&self, tag: &str) -> Option<String> {
        let of_defs = self.defs().flat_map(|(_, def)| def.tags.iter().copied());
        let of_dyns = self.catalogue.dyn_jobs.abouts().flat_map(|job| job.tags.iter().map(|tag| &**tag));
        nearest(tag, of_defs.chain(of_dyns)).map(str::to_owned)
    }

    /// The jobs that code names so.
    pub(super) fn of_key(&mut self, key: &Key) -> Result<Vec<u32>, Missing> {
        match key {
            Key::Def(def) => Ok(self.jobs_of(def).collect()),
            Key::Dyn(index) => Ok(vec![id(*index).0]),
            Key::Member(def, nth) => {
                let jobs = self.jobs_of(def);
                let family = self.types.get(&(def.id)()).and_then(|family| self.families.get(family));
                Ok(match family {
                    // None, where its `each` failed.
                    Some(family) => (family.added..family.members.end).skip(*nth).take(1).collect(),
                    None => jobs.collect(),
                })
            }
            Key::Name(_) => {
                let job = self.number_of(key)?;
                Ok(self.jobs_behind(job).collect())
            }
            Key::Tag(tag) => {
                let jobs = self.tagged(tag);
                if jobs.is_empty() && !self.has_tag(tag) { Err(Missing::Unknown) } else { Ok(jobs) }
            }
        }
    }

    /// The one number of what code names so: of a family, not those of its members.
    pub(super) fn number_of(&mut self, key: &Key) -> Result<u32, Missing> {
        match key {
            Key::Def(def) => Ok(self.of_def(def)),
            Key::Name(name) => self.named(|universe| match universe.catalogue.names.find(name) {
                Some(known) => universe.by_name[known.index()],
                None => universe.other_names.find(name).map_or(NOBODY, |other| universe.by_other_name[other.index()]),
            }),
            key => self.of_key(key)?.first().copied().ok_or(Missing::Unknown),
        }
    }

    /// The one job made by code that has this name, if one has.
    pub(super) fn dyn_of_name(&self, name: Name) -> Option<u32> {
        let job = self.by_name[name.index()];
        let is_one = self.is_dyn(job) && (self.namesakes.is_empty() || !self.namesakes.contains_key(&job));
        is_one.then_some(job)
    }

    pub(super) fn of_name(&mut self, name: Name) -> Result<Jobs, Missing> {
        let job = self.named(|universe| universe.by_name[name.index()])?;
        Ok(self.jobs_behind(job))
    }

    /// The job itself, or the members of the family that it is.
    fn jobs_behind(&mut self, job: u32) -> Jobs {
        match self.source(job) {
            Source::Def(def) => self.jobs_of(def),
            Source::Dyn(_) | Source::Member(_) => Jobs::One(job),
        }
    }

    /// A name may be that of a member whose family has not been met yet.
    fn named(&mut self, find: impl Fn(&Self) -> u32) -> Result<u32, Missing> {
        if find(self) == NOBODY {
            self.meet_all_families();
        }
        self.unambiguous(find(self))
    }

    /// Once. Families that can't be called into being are somebody else's, as long as nobody needs them.
    fn meet_all_families(&mut self) {
        if std::mem::replace(&mut self.has_met_all, true) {
            return;
        }
        let families: Vec<_> = self.defs().filter(|(_, def)| def.is_family()).collect();
        for (job, def) in families {
            let problems = self.problems.len();
            self.jobs_of(def);
            if self.problems.len() > problems {
                self.problems.truncate(problems);
                self.families.remove(&job);
            }
        }
    }

    pub(super) fn has_tag(&self, tag: &str) -> bool {
        self.defs().any(|(_, def)| def.tags.contains(&tag))
            || self.catalogue.dyn_jobs.abouts().any(|job| job.tags.iter().any(|other| **other == *tag))
    }

    fn is_dyn(&self, job: u32) -> bool {
        (job as usize) < self.catalogue.dyns.len()
    }

    /// One job made by code wins over jobs that are only linked in: those are perhaps somebody else's.
    fn unambiguous(&self, job: u32) -> Result<u32, Missing> {
        if job == NOBODY {
            return Err(Missing::Unknown);
        }
        if !self.namesakes.is_empty()
            && let Some(others) = self.namesakes.get(&job)
            && (!self.is_dyn(job) || self.is_dyn(others[0]))
        {
            return Err(Missing::Ambiguous(job, others[0]));
        }
        Ok(job)
    }

    /// The jobs of each name that several have, in their order.
    pub(super) fn namesakes(&self) -> impl Iterator<Item = Vec<u32>> {
        self.namesakes.iter().map(|(first, others)| std::iter::once(*first).chain(others.iter().copied()).collect())
    }

    /// The job as a plan keeps it.
    pub(super) fn node(&self, job: u32) -> Node {
        match self.source(job) {
            Source::Def(def) => Node::Def(def),
            Source::Dyn(_) => Node::Dyn(job),
            Source::Member(member) => Node::Member(member.clone()),
        }
    }

    /// The name that the job has, given by code or not.
    fn name_of(&self, job: u32) -> &str {
        match self.source(job) {
            Source::Def(def) => self.catalogue.renamed.get(&(def.id)()).map_or(def.name, |name| name),
            source => source.name(),
        }
    }

    pub(super) fn place_of_def(&mut self, def: &'static JobDef) -> JobPlace {
        let job = self.of_def(def);
        self.place(job)
    }

    /// Jobs made by code, in their order.
    pub(super) fn dyn_jobs(&self) -> impl Iterator<Item = u32> + use<> {
        (0..self.catalogue.dyns.len()).map(|job| id(job).0)
    }

    pub(super) fn place(&self, job: u32) -> JobPlace {
        self.source(job).place(self.name_of(job))
    }

    /// Those made by code, as plans share them.
    pub(super) fn shared(&self) -> &DynJobs {
        &self.catalogue.dyn_jobs
    }

    /// The names that code gave to jobs with an attribute.
    pub(super) fn renamed(&self) -> &FxHashMap<TypeId, Arc<str>> {
        &self.catalogue.renamed
    }

    /// The job whose name is most like this one.
    pub(super) fn nearest(&self, name: &str) -> Option<JobPlace> {
        let jobs = 0..id(self.len()).0;
        let near = nearest(name, jobs.clone().map(|job| self.name_of(job)))?;
        jobs.into_iter().find(|job| self.name_of(*job) == near).map(|job| self.place(job))
    }

    /// "12 jobs linked in (demo 9, jobs 3) and 2 made by code".
    pub(super) fn linked(&self) -> String {
        let mut crates: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, def) in self.defs() {
            *crates.entry(def.krate()).or_default() += 1;
        }
        let by_crate: Vec<_> = crates.iter().map(|(krate, jobs)| format!("{krate} {jobs}")).collect();
        let linked = match crates.values().sum::<usize>() {
            0 => "no jobs linked in".to_owned(),
            1 => format!("1 job linked in ({})", by_crate.join(", ")),
            many => format!("{many} jobs linked in ({})", by_crate.join(", ")),
        };
        match self.catalogue.dyns.len() {
            0 => linked,
            dyns => format!("{linked} and {dyns} made by code"),
        }
    }

    /// What a job made by code needs, in its order.
    pub(super) fn dyn_needs(&self, job: u32) -> &'a [Name] {
        self.catalogue.dyns.get(job as usize).map_or(&[], |entry| self.catalogue.needs(entry))
    }

    pub(super) fn name(&self, name: Name) -> &'a str {
        self.catalogue.names.get(name)
    }

    /// The definitions' types, with their numbers.
    pub(super) fn types(&self) -> impl Iterator<Item = (TypeId, u32)> {
        self.types.iter().map(|(id, job)| (*id, *job))
    }
}

/// Whether a family can only come into being during the run: its `each` asks for what a job results in.
pub(super) fn is_late(family: FamilyDef) -> bool {
    let mut requires = Requires::default();
    (family.requires)(&mut requires);
    !requires.needs.is_empty()
}
