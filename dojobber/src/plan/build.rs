//! From what could be run to what is run: one walk, without recursion, linear in jobs and dependencies (R4, R13, R14).

use std::any::TypeId;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::catalogue::{Catalogue, Key};
use super::csr::Csr;
use super::problem::{PlanError, Problem};
use super::universe::{JobSource, Missing, Universe};
use super::{Graph, JobId, Node, NodeSource, Plan, Policy, id};
use crate::delay::Delay;
use crate::extract::{ArgsType, Requires};
use crate::job::Kind;

/// What to plan.
pub(crate) struct Request<'a> {
    pub(crate) catalogue: &'a Catalogue,
    /// `None`: everything that nothing depends on.
    pub(crate) roots: Option<Vec<Key>>,
    pub(crate) defaults: &'a Defaults,
}

/// What a job has that says nothing else (R5).
#[derive(Clone)]
pub(crate) struct Defaults {
    pub(crate) tries: u32,
    pub(crate) retry_delay: Delay,
}

/// So many are shown of a kind of problem that a graph may have any number of.
const SHOWN: usize = 20;

/// Makes the plan, or says all that is wrong with it.
pub(crate) fn plan(request: Request<'_>) -> Result<Plan, PlanError> {
    let mut walk = Walk::new(Universe::new(request.catalogue), request.catalogue);
    let roots = match request.roots {
        Some(keys) => walk.named_roots(&keys),
        None => walk.undepended(),
    };
    for root in &roots {
        walk.visit(*root);
    }
    if walk.all {
        // What is left hangs on cycles that no root leads to.
        for job in walk.universe.in_order() {
            walk.visit(job);
        }
    }
    walk.duplicates();
    let defaults = walk.defaults(request.defaults);
    tracing::debug!(target: "dojobber", roots = roots.len(), jobs = walk.order.len(), "walked the graph");
    walk.finish(&roots, defaults)
}

/// Depth-first from the roots, dependencies in their order.
struct Walk<'a> {
    universe: Universe<'a>,
    /// Dependencies added by code.
    added: FxHashMap<u32, Vec<u32>>,
    states: Vec<State>,
    /// Dependencies of all jobs met so far, each job's in one piece.
    dependencies: Vec<u32>,
    /// Jobs in post-order.
    order: Vec<u32>,
    stack: Vec<Frame>,
    problems: Vec<Problem>,
    /// Whether every job there is belongs to the plan.
    all: bool,
}

#[derive(Clone, Copy)]
struct State {
    progress: Progress,
    /// Its dependencies: from here in [`Walk::dependencies`], so many.
    start: u32,
    count: u32,
    /// The job that named it last, so that a dependency named twice counts once.
    named_by: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Unknown,
    Open,
    /// With its place in the order.
    Placed(JobId),
}

/// A job whose dependencies are being visited, and which of them is next.
struct Frame {
    job: u32,
    next: u32,
}

const NOBODY: u32 = u32::MAX;

impl State {
    const NEW: Self = Self { progress: Progress::Unknown, start: 0, count: 0, named_by: NOBODY };
}

impl<'a> Walk<'a> {
    fn new(universe: Universe<'a>, catalogue: &Catalogue) -> Self {
        let jobs = universe.len();
        let mut walk = Self {
            universe,
            added: FxHashMap::default(),
            states: vec![State::NEW; jobs],
            dependencies: Vec::with_capacity(jobs),
            order: Vec::with_capacity(jobs),
            stack: Vec::new(),
            problems: Vec::new(),
            all: false,
        };
        for (dependent, dependency) in &catalogue.added {
            if let (Some(dependent), Some(dependency)) = (walk.resolve(dependent, None), walk.resolve(dependency, None))
            {
                walk.added.entry(dependent).or_default().push(dependency);
            }
        }
        walk
    }

    /// The roots that were asked for, once each: jobs with an attribute sorted as they are in the registry, then
    /// those made by code in their order.
    fn named_roots(&mut self, keys: &[Key]) -> Vec<u32> {
        let mut roots: Vec<_> = keys.iter().filter_map(|key| self.resolve(key, None)).collect();
        if keys.is_empty() {
            self.problems.push(Problem::NoRoot { linked: self.universe.linked() });
        }
        let mut seen = FxHashSet::default();
        roots.retain(|root| seen.insert(*root));
        roots.sort_by_key(|root| match self.universe.source(*root) {
            JobSource::Def(def) => (false, def.krate(), def.file(), def.line(), *root),
            JobSource::Dyn { .. } => (true, "", "", 0, *root),
        });
        roots
    }

    /// Every job that no other one needs. Fails to find any in a graph that is all cycles.
    fn undepended(&mut self) -> Vec<u32> {
        self.all = true;
        if self.universe.len() == 0 {
            self.problems.push(Problem::NoRoot { linked: self.universe.linked() });
        }
        let mut needed = Vec::new();
        let mut job = 0;
        // Definitions that are not linked in turn up on the way, behind all others.
        while job < self.universe.len() {
            self.open(id(job).0);
            needed.resize(self.universe.len(), false);
            let state = self.states[job];
            for dependency in &self.dependencies[state.start as usize..(state.start + state.count) as usize] {
                needed[*dependency as usize] = true;
            }
            job += 1;
        }
        // Seen, but not yet visited.
        for state in &mut self.states {
            state.progress = Progress::Unknown;
        }
        self.universe.in_order().filter(|job| !needed[*job as usize]).collect()
    }

    fn visit(&mut self, root: u32) {
        if self.states[root as usize].progress != Progress::Unknown {
            return;
        }
        self.open(root);
        self.stack.push(Frame { job: root, next: 0 });
        while let Some(frame) = self.stack.last_mut() {
            let state = self.states[frame.job as usize];
            if frame.next == state.count {
                self.states[frame.job as usize].progress = Progress::Placed(id(self.order.len()));
                self.order.push(frame.job);
                self.stack.pop();
                continue;
            }
            let dependency = self.dependencies[(state.start + frame.next) as usize];
            frame.next += 1;
            match self.states[dependency as usize].progress {
                Progress::Placed(_) => {}
                Progress::Open => self.cycle(dependency),
                Progress::Unknown => {
                    self.open(dependency);
                    self.stack.push(Frame { job: dependency, next: 0 });
                }
            }
        }
    }

    /// Finds the job's dependencies.
    fn open(&mut self, job: u32) {
        let state = self.states[job as usize];
        if state.count > 0 {
            self.states[job as usize].progress = Progress::Open;
            return;
        }
        let start = self.dependencies.len();
        match self.universe.source(job) {
            JobSource::Def(def) => {
                for dependency in def.deps {
                    let dependency = self.universe.of_def(dependency());
                    self.depend(job, dependency);
                }
            }
            JobSource::Dyn { needs, .. } => {
                for name in needs {
                    match self.universe.of_name(*name) {
                        Ok(dependency) => self.depend(job, dependency),
                        Err(missing) => self.missing(missing, self.universe.name(*name), Some(job)),
                    }
                }
            }
        }
        if !self.added.is_empty() {
            for dependency in self.added.remove(&job).unwrap_or_default() {
                self.depend(job, dependency);
            }
        }
        let count = self.dependencies.len() - start;
        let state = &mut self.states[job as usize];
        (state.progress, state.start, state.count) = (Progress::Open, id(start).0, id(count).0);
    }

    fn depend(&mut self, job: u32, dependency: u32) {
        if self.states.len() < self.universe.len() {
            self.states.resize(self.universe.len(), State::NEW);
        }
        let state = &mut self.states[dependency as usize];
        if state.named_by != job {
            state.named_by = job;
            self.dependencies.push(dependency);
        }
    }

    fn resolve(&mut self, key: &Key, wanted_by: Option<u32>) -> Option<u32> {
        let found = self.universe.of_key(key);
        self.states.resize(self.universe.len(), State::NEW);
        match (found, key) {
            (Ok(job), _) => Some(job),
            (Err(missing), Key::Name(name)) => {
                self.missing(missing, name, wanted_by);
                None
            }
            (Err(_), Key::Def(_) | Key::Dyn(_)) => None,
        }
    }

    fn missing(&mut self, missing: Missing, name: &str, wanted_by: Option<u32>) {
        if self.problems.len() >= SHOWN {
            return;
        }
        let problem = match missing {
            Missing::Unknown => Problem::UnknownJob {
                name: name.to_owned(),
                wanted_by: wanted_by.map(|job| self.universe.place(job)),
                nearest: self.universe.nearest(name),
                linked: self.universe.linked(),
            },
            Missing::Ambiguous(first, second) => self.duplicate(first, second),
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// The jobs from `job` up to the top of the stack need each other in a circle.
    fn cycle(&mut self, job: u32) {
        if self.problems.len() >= SHOWN {
            return;
        }
        let from = self.stack.iter().rposition(|frame| frame.job == job).unwrap_or_default();
        let jobs = self.stack[from..].iter().map(|frame| self.universe.place(frame.job)).collect();
        self.problems.push(Problem::Cycle { jobs });
    }

    /// Jobs outside the plan may be named alike (R13).
    fn duplicates(&mut self) {
        let mut groups: Vec<Vec<u32>> = self.universe.namesakes().collect();
        for group in &mut groups {
            group.retain(|job| self.place(*job).is_some());
        }
        groups.sort_unstable();
        for group in groups {
            for second in group.iter().skip(1).take(SHOWN) {
                let problem = self.duplicate(group[0], *second);
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
            }
        }
    }

    fn duplicate(&self, first: u32, second: u32) -> Problem {
        let (first, second) = (self.universe.place(first), self.universe.place(second));
        Problem::DuplicateName { name: first.name.clone(), first, second }
    }

    fn place(&self, job: u32) -> Option<JobId> {
        match self.states.get(job as usize)?.progress {
            Progress::Placed(place) => Some(place),
            Progress::Unknown | Progress::Open => None,
        }
    }

    /// Nanoseconds and tries of jobs that say nothing else.
    fn defaults(&mut self, defaults: &Defaults) -> (u32, u64) {
        if defaults.tries == 0 {
            self.problems.push(Problem::NoTries { job: None });
        }
        let delay = defaults.retry_delay.nanoseconds().unwrap_or_else(|delay| {
            self.problems.push(Problem::BadDelay { job: None, delay });
            0
        });
        (defaults.tries, delay)
    }

    fn policy(&mut self, job: u32, (tries, retry_delay): (u32, u64)) -> Policy {
        let mut policy = Policy { retry_delay, tries, has_cleanup: false, kind: Kind::Group };
        match self.universe.source(job) {
            JobSource::Def(def) => {
                policy.tries = def.tries.map_or(tries, Into::into);
                policy.retry_delay = def.retry_delay.unwrap_or(retry_delay);
                (policy.has_cleanup, policy.kind) = (def.has_cleanup, def.kind);
            }
            JobSource::Dyn { node, .. } => {
                (policy.has_cleanup, policy.kind) = (node.has_cleanup, node.kind);
                policy.tries = node.tries.unwrap_or(tries);
                if node.tries == Some(0) {
                    self.problems.push(Problem::NoTries { job: Some(self.universe.place(job)) });
                }
                match node.retry_delay.map(Delay::nanoseconds) {
                    None => {}
                    Some(Ok(nanoseconds)) => policy.retry_delay = nanoseconds,
                    Some(Err(delay)) => {
                        self.problems.push(Problem::BadDelay { job: Some(self.universe.place(job)), delay });
                    }
                }
            }
        }
        policy
    }

    fn finish(mut self, roots: &[u32], defaults: (u32, u64)) -> Result<Plan, PlanError> {
        let order = std::mem::take(&mut self.order);
        let policies = order.iter().map(|job| self.policy(*job, defaults)).collect();
        if self.universe.len().max(self.dependencies.len()) >= u32::MAX as usize {
            self.problems.push(Problem::TooLarge);
        }
        if !self.problems.is_empty() {
            return Err(PlanError::new(self.problems));
        }
        let mut dependencies = Csr::with_capacity(order.len(), self.dependencies.len());
        for job in &order {
            let state = self.states[*job as usize];
            let list = &self.dependencies[state.start as usize..(state.start + state.count) as usize];
            // Everything that a placed job needs has been placed before it.
            dependencies.push(list.iter().filter_map(|dependency| self.place(*dependency)));
        }
        let dependents = dependencies.reversed();
        let roots = roots.iter().filter_map(|root| self.place(*root)).collect();

        let nodes: Vec<Node> = order.iter().map(|job| self.universe.node(*job)).collect();
        let states = self.states;
        let types = self.universe.into_types().into_iter();
        let types = types
            .filter_map(|(id, job)| match states[job as usize].progress {
                Progress::Placed(place) => Some((id, place)),
                Progress::Unknown | Progress::Open => None,
            })
            .collect();
        let wanted = wanted(&nodes);
        let graph = Arc::new(Graph { dependencies, dependents, policies });
        Ok(Plan { nodes, roots, names: OnceLock::new(), types, wanted, graph })
    }
}

/// The types of arguments that jobs want, each with the first job that does.
fn wanted(nodes: &[Node]) -> Vec<(JobId, ArgsType)> {
    let mut wanted = Vec::new();
    let mut seen: FxHashSet<TypeId> = FxHashSet::default();
    let mut requires = Requires::default();
    for (index, node) in nodes.iter().enumerate() {
        if let NodeSource::Def(def) = node.source {
            (def.requires)(&mut requires);
            wanted.extend(requires.args.drain(..).filter(|args| seen.insert(args.id)).map(|args| (id(index), args)));
        }
    }
    wanted
}
