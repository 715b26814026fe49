//! The plan: the validated graph of one run.
//!
//! A job's id is its place in the order of R4 (depth-first post-order from the roots), so every dependency has a
//! smaller id than what needs it. What the scheduler reads at every step lies in flat arrays; `petgraph` comes in
//! where others want the graph.

mod build;
mod by_key;
mod catalogue;
mod csr;
mod fill;
mod late;
#[cfg(feature = "cli")]
mod lookup;
mod names;
mod problem;
mod reach;
mod source;
mod terms;
mod universe;
mod walk;
mod wanted;

use std::any::TypeId;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Serialize, Serializer};

pub(crate) use self::build::{Defaults, Request, plan};
pub(crate) use self::catalogue::{Catalogue, Key};
pub(crate) use self::csr::Csr;
use self::late::Late;
pub(crate) use self::late::{NewJob, Released};
#[cfg(feature = "cli")]
pub(crate) use self::lookup::Lookup;
use self::names::Names;
pub(crate) use self::problem::after_signal;
pub use self::problem::{JobPlace, PlanError, Problem};
pub(crate) use self::reach::Reach;
use self::source::Node;
pub(crate) use self::source::Source;
#[cfg(test)]
pub(crate) use self::terms::Factor;
pub(crate) use self::terms::{Policy, SECOND, Terms};
pub(crate) use self::universe::{CallEach, Made};
pub(crate) use self::wanted::{Refused, Wanted};
use crate::dynjob::DynJobs;
use crate::family::FamilyDef;
use crate::job::{Behaviour, JobDef, Kind};

/// A job of one plan: its place in the order of R4, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(crate) u32);

impl JobId {
    /// The place in the plan's order, counted from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

/// The validated graph of one run: no cycle, no unknown name, no two jobs of one name (R13, R14).
///
/// ```
/// use dojobber::prelude::*;
///
/// #[job]
/// fn bake() {}
/// #[job(deps = [bake])]
/// struct Party;
///
/// let plan = DoJobber::new().root::<Party>().plan().unwrap();
/// let names: Vec<_> = plan.jobs().map(|job| job.name().to_owned()).collect();
/// assert_eq!(names, ["bake", "Party"]);
/// ```
pub struct Plan {
    nodes: Vec<Node>,
    /// What nodes refer to.
    dyn_jobs: DynJobs,
    /// Names that code gave to jobs with an attribute.
    renamed: FxHashMap<TypeId, Arc<str>>,
    roots: Vec<JobId>,
    /// Made when somebody asks for a job by its name; each name's number is its job's id.
    names: OnceLock<Names>,
    types: FxHashMap<TypeId, JobId>,
    pub(crate) graph: Arc<Graph>,
    /// The types of arguments that jobs want, each with one of those jobs.
    pub(crate) wanted: Wanted<JobId>,
    /// Jobs whose end other jobs ask about, by type.
    observed: FxHashSet<TypeId>,
    late: Late,
    /// The names of the graph's limits.
    limits: Vec<Box<str>>,
}

/// What the scheduler needs of a plan.
#[derive(Default)]
pub(crate) struct Graph {
    /// What each job needs.
    pub(crate) dependencies: Csr,
    /// What needs each job.
    pub(crate) dependents: Csr,
    pub(crate) policies: Vec<Policy>,
    /// What the policies refer to.
    pub(crate) terms: Vec<Terms>,
    /// How many tries at once may hold each limit.
    pub(crate) limits: Vec<u32>,
    /// Families that come into being during the run, each with a job that waits for just that; sorted.
    pub(crate) waits: Vec<(JobId, JobId)>,
    /// The same families, each with what its members will need, as far as that is known and not needed by itself; sorted.
    pub(crate) to_come: Vec<(JobId, JobId)>,
}

impl Graph {
    /// What needs the job; nothing that is known beforehand needs one that came during the run.
    #[inline]
    pub(crate) fn dependents_of(&self, job: JobId) -> &[JobId] {
        if job.index() < self.policies.len() { self.dependents.of(job) } else { &[] }
    }
}

impl Plan {
    /// All jobs, in the order of R4: each after all that it needs, and members that came into being during the run in
    /// front of their family.
    pub fn jobs(&self) -> impl ExactSizeIterator<Item = PlannedJob<'_>> {
        self.topological().into_iter().map(|id| PlannedJob { plan: self, id })
    }

    /// How many jobs there are. Families whose `each` asks for a result add theirs during the run.
    pub fn len(&self) -> usize {
        self.nodes.len() + self.late.count()
    }

    /// Whether there is no job at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The jobs that the plan was made for.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = PlannedJob<'_>> {
        self.roots.iter().map(|id| self.job(*id))
    }

    /// The job with this id. Panics if the id is of a larger plan.
    pub fn job(&self, id: JobId) -> PlannedJob<'_> {
        assert!(id.index() < self.len(), "job {} of a plan of {}", id.0, self.len());
        PlannedJob { plan: self, id }
    }

    /// The job of this name.
    pub fn find(&self, name: &str) -> Option<PlannedJob<'_>> {
        if let Some(late) = self.late.find(name) {
            return Some(self.job(late));
        }
        let names = self.names.get_or_init(|| {
            let mut names = Names::default();
            for node in &self.nodes {
                names.number(self.name_of(self.source_of(node)));
            }
            names
        });
        names.find(name).map(|name| self.job(id(name.index())))
    }

    /// The job of this type.
    pub fn get<J: crate::Job>(&self) -> Option<PlannedJob<'_>> {
        self.types.get(&TypeId::of::<J>()).map(|id| self.job(*id))
    }

    /// The limits that the run declares, in that order, and how many tries at once may hold each (R21).
    pub fn limits(&self) -> impl ExactSizeIterator<Item = (&str, u32)> {
        self.limits.iter().map(|name| &**name).zip(self.graph.limits.iter().copied())
    }

    /// The same graph for `petgraph`'s algorithms: a node for each job, with the index of its id; an edge from each
    /// job to each that it needs.
    pub fn to_petgraph(&self) -> DiGraph<JobId, ()> {
        // As they are now: others may come meanwhile.
        let jobs = self.len();
        let mut graph = DiGraph::with_capacity(jobs, self.graph.dependencies.edges());
        for index in 0..jobs {
            graph.add_node(id(index));
        }
        for index in 0..jobs {
            for dependency in self.needs(id(index)).filter(|dependency| dependency.index() < jobs) {
                graph.add_edge(NodeIndex::new(index), NodeIndex::new(dependency.index()), ());
            }
        }
        graph
    }

    #[inline]
    pub(crate) fn behaviour(&self, job: JobId) -> &dyn Behaviour {
        self.source(job).behaviour()
    }

    pub(crate) fn kind(&self, job: JobId) -> Kind {
        self.policy(job).kind
    }

    /// Whether anything of the job is to be awaited.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_async(&self, job: JobId) -> bool {
        self.policy(job).is_async
    }

    /// Whether anything of any job is to be awaited, of such as are called into being during the run, too.
    #[cfg(feature = "tokio")]
    pub(crate) fn has_async(&self) -> bool {
        self.graph.policies.iter().any(|policy| policy.is_async) || self.late.has_async()
    }

    /// How to make the members of a family that comes into being during the run.
    pub(crate) fn family(&self, job: JobId) -> Option<FamilyDef> {
        self.source(job).def()?.family
    }

    /// The definition of the family that the job is a member of, or that it is.
    pub(crate) fn family_def(&self, job: JobId) -> Option<&'static JobDef> {
        let source = self.source(job);
        if matches!(source, Source::Member(_)) || self.is_late_family(job) { source.def() } else { None }
    }

    /// The family that called the job into being during the run.
    pub(crate) fn late_family_of(&self, job: JobId) -> Option<JobId> {
        self.late.grown_at(job, self.nodes.len()).map(|grown| grown.family)
    }

    /// The name of the family that the job is a member of; that of its own for a family.
    pub(crate) fn family_name(&self, job: JobId) -> Option<&str> {
        let def = self.family_def(job)?;
        // A family that comes into being during the run is a job, which code may have renamed.
        let own = self.types.get(&(def.id)()).filter(|family| self.is_late_family(**family));
        Some(own.map_or(def.name, |family| self.name_of(self.source(*family))))
    }

    /// Whether other jobs ask how this one ended.
    pub(crate) fn is_observed(&self, job: JobId) -> bool {
        !self.observed.is_empty() && self.source(job).def().is_some_and(|def| self.observed.contains(&(def.id)()))
    }

    /// What a job needs. A family that came into being during the run needs its members, too.
    pub(crate) fn needs(&self, job: JobId) -> impl Iterator<Item = JobId> {
        let (known, members, awaited) = match self.late.grown_at(job, self.nodes.len()) {
            Some(grown) => (&grown.dependencies[..], 0..0, None),
            None => (self.graph.dependencies.of(job), self.late.members(job), Some(self.late.awaited_by(job))),
        };
        known.iter().copied().chain(members.map(JobId)).chain(awaited.into_iter().flatten())
    }

    /// The jobs of this type, or members of the family of this type, in the order of their ids.
    pub(crate) fn jobs_of_type(&self, wanted: TypeId) -> impl Iterator<Item = JobId> {
        let of_type = move |job: &JobId| self.source(*job).def().is_some_and(|def| (def.id)() == wanted);
        (0..self.len()).map(id).filter(of_type)
    }

    /// Whether it is a family that has not come into being.
    pub(crate) fn is_unborn(&self, job: JobId) -> bool {
        self.late.is_unborn(job)
    }

    /// Those of the jobs that this one needs which are of this type, or members of the family of this type; while that is
    /// not there, or if it is left out, the family.
    pub(crate) fn needed_of_type(&self, job: JobId, wanted: TypeId) -> impl Iterator<Item = JobId> {
        let one = self.types.get(&wanted).copied();
        let family = one.filter(|job| self.is_late_family(*job));
        let of_type = move |job: &JobId| self.source(*job).def().is_some_and(|def| (def.id)() == wanted);
        let (mut among, mut members, mut whole) = (None, 0..0, None);
        match (one, family) {
            (Some(one), None) => whole = Some(one),
            // Of one member, or of all of them.
            (_, Some(family)) if self.needs(job).any(|need| need == family) => {
                members = self.late.members(family);
                whole = Some(family).filter(|family| self.late.is_unborn(*family) || self.is_excluded_family(*family));
            }
            _ => among = Some(self.needs(job).filter(of_type)),
        }
        whole.into_iter().chain(members.map(JobId)).chain(among.into_iter().flatten())
    }

    /// All jobs, each behind those that it needs, though some came into being late.
    pub(crate) fn topological(&self) -> Vec<JobId> {
        let mut jobs: Vec<JobId> = (0..self.len()).map(id).collect();
        if self.late.count() > 0 {
            let place = |job: &JobId| match self.late_family_of(*job) {
                Some(family) => (family, 0, *job),
                None => (*job, 1, *job),
            };
            jobs.sort_by_cached_key(place);
        }
        jobs
    }

    #[inline]
    fn source(&self, job: JobId) -> Source<'_> {
        let grown = self.late.grown_at(job, self.nodes.len());
        grown.map_or_else(|| self.source_of(&self.nodes[job.index()]), |grown| Source::Member(&grown.member))
    }

    #[inline]
    fn source_of<'p>(&'p self, node: &'p Node) -> Source<'p> {
        match node {
            Node::Def(def) => Source::Def(def),
            Node::Dyn(number) => Source::Dyn(self.dyn_jobs.get(*number)),
            Node::Member(member) => Source::Member(member),
        }
    }

    fn name_of<'p>(&'p self, source: Source<'p>) -> &'p str {
        match source {
            Source::Def(def) if !self.renamed.is_empty() => {
                self.renamed.get(&(def.id)()).map_or(def.name, |name| &**name)
            }
            source => source.name(),
        }
    }

    pub(crate) fn policy(&self, job: JobId) -> Policy {
        let grown = self.late.grown_at(job, self.nodes.len());
        grown.map_or_else(|| self.graph.policies[job.index()], |grown| grown.policy)
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("jobs", &self.len()).field("roots", &self.roots.len()).finish_non_exhaustive()
    }
}

/// Of an index that is known to be one of a job's.
pub(crate) fn id(index: usize) -> JobId {
    // The plan refuses graphs with more jobs than an id can count.
    JobId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// A job as it stands in a plan.
#[derive(Clone, Copy)]
pub struct PlannedJob<'p> {
    plan: &'p Plan,
    id: JobId,
}

impl<'p> PlannedJob<'p> {
    /// The id within this plan.
    pub fn id(self) -> JobId {
        self.id
    }

    /// The name, unique within the plan (R13).
    pub fn name(self) -> &'p str {
        self.plan.name_of(self.source())
    }

    /// The doc comment of a job, or what [`DynJob::description`](crate::DynJob::description) was given; else empty.
    pub fn description(self) -> &'p str {
        self.source().description()
    }

    /// The sets that it belongs to: `tags = […]`, or what [`DynJob::tags`](crate::DynJob::tags) was given; of a member, those
    /// of its family.
    pub fn tags(self) -> impl Iterator<Item = &'p str> {
        self.source().tags()
    }

    /// Whether it is a job, run-only, or a group.
    pub fn kind(self) -> Kind {
        self.policy().kind
    }

    /// How many tries it has, with the run's default filled in; at least 1 (R5).
    pub fn tries(self) -> u32 {
        self.policy().tries
    }

    /// The time from the start of one try to the next, with the run's default filled in (R5).
    pub fn retry_delay(self) -> Duration {
        Duration::from_nanos(self.terms().retry_delay)
    }

    /// How many times longer each wait between two tries is than the one before, with the run's default filled in; at
    /// least 1 (R5).
    pub fn retry_backoff(self) -> f64 {
        self.terms().retry_backoff.0
    }

    /// The longest wait between two tries, before jitter, with the run's default filled in; none if it may grow for
    /// ever (R5).
    pub fn retry_max_delay(self) -> Option<Duration> {
        Some(self.terms().retry_max_delay).filter(|delay| *delay < u64::MAX).map(Duration::from_nanos)
    }

    /// Up to this part of a wait comes on top of it, with the run's default filled in; from 0 to 1 (R5).
    pub fn retry_jitter(self) -> f64 {
        self.terms().retry_jitter.0
    }

    /// How long a try may take, with the run's default filled in; none if as long as it likes (R20).
    pub fn timeout(self) -> Option<Duration> {
        self.terms().timeout.map(Duration::from_nanos)
    }

    /// For how long after run the recheck is called again before the try fails, with the run's default filled in; 0
    /// if it is called once only (R5).
    pub fn settle(self) -> Duration {
        Duration::from_nanos(self.terms().settle)
    }

    /// The time from the end of one recheck to the next while the job settles, with the run's default filled in (R5).
    pub fn settle_interval(self) -> Duration {
        Duration::from_nanos(self.terms().settle_interval)
    }

    /// The limits that each of its tries holds, in the order in which the run declared them (R21).
    pub fn limits(self) -> impl ExactSizeIterator<Item = &'p str> {
        self.terms().limits.iter().map(move |limit| &*self.plan.limits[usize::from(*limit)])
    }

    /// Whether it has a clean-up (R7).
    pub fn has_cleanup(self) -> bool {
        self.policy().has_cleanup
    }

    /// Where it stands in the source.
    pub fn place(self) -> JobPlace {
        self.source().place(self.name())
    }

    /// What it needs, in the order that decides about places (R4).
    pub fn dependencies(self) -> impl Iterator<Item = PlannedJob<'p>> {
        self.plan.needs(self.id).map(move |id| PlannedJob { plan: self.plan, id })
    }

    fn source(self) -> Source<'p> {
        self.plan.source(self.id)
    }

    fn policy(self) -> Policy {
        self.plan.policy(self.id)
    }

    fn terms(self) -> &'p Terms {
        &self.plan.graph.terms[self.policy().terms as usize]
    }
}

impl fmt::Debug for PlannedJob<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.place(), f)
    }
}
