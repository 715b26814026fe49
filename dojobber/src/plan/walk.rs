//! The walk over all that is to run: depth-first from the roots, dependencies in their order, without recursion (R4,
//! R14).

mod open;

use rustc_hash::{FxHashMap, FxHashSet};

use super::by_key::MemberOf;
use super::catalogue::{Catalogue, Key};
use super::csr::Csr;
use super::problem::{JobPlace, Problem};
use super::universe::{Missing, Universe};
use super::{JobId, id};
use crate::extract::Requires;
use crate::job::JobDef;

/// So many are shown of a kind of problem that a graph may have any number of.
pub(super) const SHOWN: usize = 20;

/// Depth-first from the roots.
pub(super) struct Walk<'a> {
    pub(super) universe: Universe<'a>,
    /// Jobs in post-order: each behind all that it needs.
    pub(super) order: Vec<u32>,
    pub(super) problems: Vec<Problem>,
    states: Vec<State>,
    /// What each of them needs, and has been placed before it.
    pub(super) placed_needs: Csr,
    /// Dependencies of all jobs met so far, each job's in one piece.
    dependencies: Vec<u32>,
    stack: Vec<Frame>,
    /// Dependencies that others, or code, added to a job.
    required: FxHashMap<u32, Vec<Key>>,
    /// Reused.
    requires: Requires,
    /// Families that come into being during the run.
    pub(super) late: FxHashMap<u32, LateFamily>,
    /// Jobs that wait for one member of such a family.
    pub(super) awaited: Vec<Awaited>,
    awaited_pairs: FxHashSet<(u32, u32)>,
    /// What those of the late family being opened need only some member of, or only one as a member.
    counterparts: FxHashSet<u32>,
    /// Jobs that are not to be tried, and need nothing.
    excluded: FxHashSet<u32>,
    /// By families that come into being during the run, keys of members that are not.
    pub(super) excluded_members: FxHashMap<u32, FxHashSet<String>>,
}

/// A family that comes into being during the run.
#[derive(Clone)]
pub(super) struct LateFamily {
    /// What its members need, besides members of other families.
    pub(super) base: Vec<u32>,
    /// How many of its own dependencies, from the first on, its `each` needs.
    pub(super) each_needs: u32,
    /// Late families whose members its own ones need.
    pub(super) after: Vec<u32>,
}

/// A job that needs the member with this key of a family that comes into being during the run.
#[derive(Clone)]
pub(super) struct Awaited {
    pub(super) job: u32,
    pub(super) family: u32,
    pub(super) key: String,
}

#[derive(Clone, Copy)]
pub(super) struct State {
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
    Placed(JobId),
}

/// A job whose dependencies are being visited: where the next of them is, and where they end.
struct Frame {
    job: u32,
    next: u32,
    end: u32,
}

const NOBODY: u32 = u32::MAX;

/// Of dependencies that have not been found yet.
const UNKNOWN: u32 = u32::MAX;

impl State {
    const NEW: Self = Self { progress: Progress::Unknown, start: 0, count: UNKNOWN, named_by: NOBODY };
}

impl<'a> Walk<'a> {
    pub(super) fn new(universe: Universe<'a>, catalogue: &Catalogue) -> Self {
        let jobs = universe.len();
        let mut walk = Self {
            universe,
            order: Vec::with_capacity(jobs),
            problems: Vec::new(),
            states: vec![State::NEW; jobs],
            placed_needs: Csr::with_capacity(jobs, jobs),
            dependencies: Vec::with_capacity(jobs),
            stack: Vec::new(),
            required: FxHashMap::default(),
            requires: Requires::default(),
            late: FxHashMap::default(),
            awaited: Vec::new(),
            awaited_pairs: FxHashSet::default(),
            counterparts: FxHashSet::default(),
            excluded: FxHashSet::default(),
            excluded_members: FxHashMap::default(),
        };
        walk.take_required(catalogue);
        walk.open_plain();
        walk
    }

    /// Finds the dependencies of jobs made by code that need nothing but such jobs. Here, in the order in which they lie
    /// in memory, since a walk comes to them in any other.
    fn open_plain(&mut self) {
        for job in self.universe.dyn_jobs() {
            let needs = self.universe.dyn_needs(job);
            if needs.iter().any(|name| self.universe.dyn_of_name(*name).is_none())
                || (!self.required.is_empty() && self.required.contains_key(&job))
            {
                continue;
            }
            let start = self.dependencies.len();
            for name in needs {
                if let Some(dependency) = self.universe.dyn_of_name(*name) {
                    self.depend(job, dependency);
                }
            }
            self.found(job, start);
        }
    }

    /// The job's dependencies are those from here on.
    fn found(&mut self, job: u32, start: usize) {
        let count = self.dependencies.len() - start;
        let state = &mut self.states[job as usize];
        (state.start, state.count) = (id(start).0, id(count).0);
    }

    /// `required_by` of others, sorted, and behind them what code added.
    fn take_required(&mut self, catalogue: &Catalogue) {
        let requiring: Vec<_> =
            self.universe.defs().map(|(_, def)| def).filter(|def| !def.required_by.is_empty()).collect();
        for def in requiring {
            for dependent in def.required_by {
                self.require(&Key::Def(dependent()), &Key::Def(def));
            }
        }
        for (dependent, index) in &catalogue.required_by {
            self.require(dependent, &Key::Dyn(*index));
        }
        for (dependent, dependency) in &catalogue.added {
            self.require(dependent, dependency);
        }
    }

    fn require(&mut self, dependent: &Key, dependency: &Key) {
        // A family is asked for its members when a job that runs needs them, and not before.
        match (self.universe.number_of(dependent), dependent) {
            (Ok(dependent), _) => self.required.entry(dependent).or_default().push(dependency.clone()),
            (Err(missing), Key::Name(name)) => self.missing(missing, name, None),
            (Err(_), _) => {}
        }
    }

    /// Jobs that code names; a problem if there are none.
    pub(super) fn resolve(&mut self, key: &Key) -> Option<Vec<u32>> {
        match (self.universe.of_key(key), key) {
            (Ok(jobs), _) => return Some(jobs),
            (Err(Missing::Unknown), Key::Name(name)) => match self.universe.member_of_name(name) {
                Ok(MemberOf::Known(job)) => return Some(vec![job]),
                Ok(MemberOf::Late(..)) => self.missing_typed(Missing::Unknown, name),
                Err(missing) => self.missing_typed(missing, name),
            },
            (Err(missing), Key::Name(name)) => self.missing(missing, name, None),
            (Err(_), Key::Tag(tag)) => {
                self.problem(Problem::UnknownTag { tag: tag.clone(), nearest: self.universe.nearest_tag(tag) });
            }
            (Err(_), Key::Def(_) | Key::Dyn(_) | Key::Member(..)) => {}
        }
        None
    }

    /// Leaves a job, or all members of a family, out: it passes untried, and what only it needs is no part of the plan.
    /// `FAMILY[key]` is one of these members; of a family that comes into being during the run, whatever has that key.
    pub(super) fn exclude(&mut self, name: &str) {
        // A job may be called so.
        let jobs = match self.universe.of_key(&Key::Name(name.to_owned())) {
            Err(Missing::Unknown) => match self.universe.member_of_name(name) {
                Ok(MemberOf::Late(family, key)) => {
                    self.excluded_members.entry(family).or_default().insert(key);
                    return;
                }
                Ok(MemberOf::Known(job)) => vec![job],
                Err(missing) => return self.missing_typed(missing, name),
            },
            Err(missing) => return self.missing(missing, name, None),
            Ok(jobs) => jobs,
        };
        for job in jobs {
            self.excluded.insert(job);
            self.make_room();
            self.states[job as usize].count = 0;
        }
    }

    pub(super) fn is_excluded(&self, job: u32) -> bool {
        !self.excluded.is_empty() && self.excluded.contains(&job)
    }

    pub(super) fn visit(&mut self, root: u32) {
        self.make_room();
        if self.states[root as usize].progress != Progress::Unknown {
            return;
        }
        self.enter(root);
        while let Some(frame) = self.stack.last_mut() {
            if self.universe.is_halted {
                return;
            }
            if frame.next == frame.end {
                let job = frame.job;
                self.stack.pop();
                self.place_behind(job);
                continue;
            }
            let dependency = self.dependencies[frame.next as usize];
            frame.next += 1;
            match self.states[dependency as usize].progress {
                Progress::Placed(_) => {}
                Progress::Open => self.cycle(dependency),
                Progress::Unknown => self.enter(dependency),
            }
        }
    }

    fn enter(&mut self, job: u32) {
        self.open(job);
        let State { start, count, .. } = self.states[job as usize];
        self.stack.push(Frame { job, next: start, end: start + count });
    }

    /// The job's place is behind those that have one, which all are that it needs.
    fn place_behind(&mut self, job: u32) {
        // Members of a late family wait for the rest of what the family needs, when they come into being.
        let late = if self.late.is_empty() { None } else { self.late.get(&job) };
        let count = late.map_or(usize::MAX, |family| family.each_needs as usize);
        let State { start, count: needs, .. } = self.states[job as usize];
        let needs = &self.dependencies[start as usize..(start + needs) as usize];
        let states = &self.states;
        let placed = needs.iter().take(count).filter_map(|need| match states[*need as usize].progress {
            Progress::Placed(place) => Some((need, place)),
            // Of a cycle.
            Progress::Unknown | Progress::Open => None,
        });
        let awaited = &self.awaited_pairs;
        let placed = placed.filter(|(need, _)| awaited.is_empty() || !awaited.contains(&(job, **need)));
        self.placed_needs.push(placed.map(|(_, place)| place));
        self.states[job as usize].progress = Progress::Placed(id(self.order.len()));
        self.order.push(job);
    }

    /// What the job needs, in its order.
    fn needs(&self, job: u32) -> &[u32] {
        let State { start, count, .. } = self.states[job as usize];
        &self.dependencies[start as usize..(start + count) as usize]
    }

    /// The places of a family's members, by their keys, where they are known.
    pub(super) fn keys(&mut self, family: &'static JobDef) -> Option<FxHashMap<String, JobId>> {
        let keys = self.universe.keys(family)?;
        Some(keys.into_iter().filter_map(|(key, job)| Some((key, self.place(job)?))).collect())
    }

    /// The job's place, if it is part of the plan.
    pub(super) fn place(&self, job: u32) -> Option<JobId> {
        match self.states.get(job as usize)?.progress {
            Progress::Placed(place) => Some(place),
            Progress::Unknown | Progress::Open => None,
        }
    }

    /// Every job that no other one needs, in the order of roots; with it, all jobs that there are.
    pub(super) fn undepended(&mut self) -> (Vec<u32>, Vec<u32>) {
        let defs: Vec<_> = self.universe.defs().map(|(_, def)| def).collect();
        let mut all: Vec<u32> = defs.into_iter().flat_map(|def| self.universe.jobs_of(def)).collect();
        all.extend(self.universe.dyn_jobs());
        let mut needed = FxHashSet::default();
        let mut next = 0;
        while let Some(job) = all.get(next).copied().filter(|_| !self.universe.is_halted) {
            next += 1;
            self.make_room();
            self.open(job);
            let known = self.universe.len();
            for dependency in self.needs(job) {
                // Definitions that are not linked in turn up on the way.
                if needed.insert(*dependency) && *dependency as usize >= known {
                    all.push(*dependency);
                }
            }
        }
        // Seen, but not yet visited.
        for state in &mut self.states {
            state.progress = Progress::Unknown;
        }
        (all.iter().copied().filter(|job| !needed.contains(job)).collect(), all)
    }

    /// Whether it was new.
    fn depend(&mut self, job: u32, dependency: u32) -> bool {
        self.make_room();
        let state = &mut self.states[dependency as usize];
        let is_new = state.named_by != job;
        if is_new {
            state.named_by = job;
            self.dependencies.push(dependency);
        }
        is_new
    }

    /// For jobs that turned up since.
    fn make_room(&mut self) {
        if self.states.len() < self.universe.len() {
            self.states.resize(self.universe.len(), State::NEW);
        }
    }

    fn missing(&mut self, missing: Missing, name: &str, wanted_by: Option<u32>) {
        self.missing_near(missing, name, wanted_by, |universe, name| universe.nearest(name));
    }

    /// Where members can be named, too, as `FAMILY[key]`.
    fn missing_typed(&mut self, missing: Missing, name: &str) {
        self.missing_near(missing, name, None, Universe::nearest_typed);
    }

    fn missing_near(
        &mut self,
        missing: Missing,
        name: &str,
        wanted_by: Option<u32>,
        nearest: impl FnOnce(&mut Universe<'a>, &str) -> Option<JobPlace>,
    ) {
        match missing {
            // It may be that of a member. To look for similar ones takes long.
            _ if self.universe.is_halted => {}
            Missing::Unknown => {
                let wanted_by = wanted_by.map(|job| self.universe.place(job));
                let (nearest, linked) = (nearest(&mut self.universe, name), self.universe.linked());
                self.problem(Problem::UnknownJob { name: name.to_owned(), wanted_by, nearest, linked });
            }
            Missing::Ambiguous(first, second) => self.duplicate(first, second),
        }
    }

    /// The jobs from `job` up to the top of the stack need each other in a circle.
    fn cycle(&mut self, job: u32) {
        let from = self.stack.iter().rposition(|frame| frame.job == job).unwrap_or_default();
        let jobs = self.stack[from..].iter().map(|frame| self.universe.place(frame.job)).collect();
        self.problem(Problem::Cycle { jobs });
    }

    /// Jobs outside the plan may be named alike (R13).
    pub(super) fn duplicates(&mut self) {
        let mut groups: Vec<Vec<u32>> = self.universe.namesakes().collect();
        for group in &mut groups {
            group.retain(|job| self.place(*job).is_some());
        }
        groups.sort_unstable();
        for group in groups {
            for second in group.iter().skip(1).take(SHOWN) {
                self.duplicate(group[0], *second);
            }
        }
    }

    fn duplicate(&mut self, first: u32, second: u32) {
        let second_job = second;
        if let (Some((family, first)), Some((other, second))) =
            (self.universe.place_in_family(first), self.universe.place_in_family(second))
            && family.name == other.name
        {
            let name = self.universe.place(second_job).name;
            self.problem(Problem::DuplicateMember { name, family, first, second });
            return;
        }
        let (first, second) = (self.universe.place(first), self.universe.place(second));
        self.problem(Problem::DuplicateName { name: first.name.clone(), first, second });
    }

    fn problem(&mut self, problem: Problem) {
        if self.problems.len() < SHOWN && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}
