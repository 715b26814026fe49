//! What one job needs: what it names, what its parameters imply, and the members of families (R13, R18, R19).

use super::super::catalogue::Key;
use super::super::id;
use super::super::source::Source;
use super::super::universe::{Jobs, is_late};
use super::{Awaited, LateFamily, NOBODY, Problem, Progress, UNKNOWN, Walk};
use crate::extract::{Need, Requires};
use crate::job::{Dep, JobDef};

impl Walk<'_> {
    /// Finds the job's dependencies.
    pub(super) fn open(&mut self, job: u32) {
        let state = &mut self.states[job as usize];
        state.progress = Progress::Open;
        if state.count != UNKNOWN {
            return;
        }
        let start = self.dependencies.len();
        match self.universe.def(job) {
            Some(def) => self.open_def(job, def),
            None => self.open_dyn(job),
        }
        if !self.required.is_empty() {
            self.open_required(job);
        }
        self.found(job, start);
    }

    fn open_dyn(&mut self, job: u32) {
        for name in self.universe.dyn_needs(job) {
            match self.universe.of_name(*name) {
                Ok(dependencies) => dependencies.for_each(|dependency| {
                    self.depend(job, dependency);
                }),
                Err(missing) => self.missing(missing, self.universe.name(*name), Some(job)),
            }
        }
    }

    /// `deps` as written, then what extractors imply.
    fn open_def(&mut self, job: u32, def: &'static JobDef) {
        let late = def.family.filter(|family| is_late(*family));
        if let Some(family) = late {
            let mut requires = Requires::default();
            (family.requires)(&mut requires);
            let first = self.dependencies.len();
            self.imply(job, def, &requires.needs);
            let each_needs = id(self.dependencies.len() - first).0;
            // What the members need, too, is noted once more, for them.
            for dependency in &self.dependencies[first..] {
                self.states[*dependency as usize].named_by = NOBODY;
            }
            self.late.insert(job, LateFamily { base: Vec::new(), each_needs, after: Vec::new() });
        }
        let first = self.dependencies.len();
        let mut members = 0;
        for dep in def.deps {
            match dep {
                Dep::Job(dependency) => {
                    for dependency in self.universe.jobs_of(dependency()) {
                        self.depend_on_all(job, dependency);
                    }
                }
                Dep::Member(family, _) => {
                    self.depend_on_member(job, family(), members);
                    members += 1;
                }
            }
        }
        let mut requires = std::mem::take(&mut self.requires);
        (def.requires)(&mut requires);
        self.imply(job, def, &requires.needs);
        requires.clear();
        self.requires = requires;
        if late.is_some()
            && let Some(family) = self.late.get_mut(&job)
        {
            let is_base = |job: &&u32| !self.counterparts.contains(*job);
            family.base = self.dependencies[first..].iter().filter(is_base).copied().collect();
            self.counterparts.clear();
        }
    }

    fn open_required(&mut self, job: u32) {
        let family = self.universe.def(job).map(|def| self.universe.of_def(def));
        let keys = [Some(job), family.filter(|family| *family != job)];
        for key in keys.into_iter().flatten() {
            for dependency in self.required.get(&key).cloned().unwrap_or_default() {
                if let Key::Member(family, nth) = dependency
                    && family.family.is_some_and(is_late)
                {
                    self.depend_on_added(job, family, nth);
                    continue;
                }
                for dependency in self.resolve(&dependency).into_iter().flatten() {
                    self.depend_on_all(job, dependency);
                    if let Some(late) = self.late.get_mut(&job)
                        && !late.base.contains(&dependency)
                    {
                        late.base.push(dependency);
                    }
                }
            }
        }
    }

    fn imply(&mut self, job: u32, def: &'static JobDef, needs: &[Need]) {
        for need in needs {
            let wanted = (need.def)();
            let is_wanted = |family: &JobDef| (family.id)() == (wanted.id)();
            if def.deps.iter().any(|dep| matches!(dep, Dep::Member(family, _) if is_wanted(family()))) {
                continue;
            }
            if need.one && wanted.is_family() {
                let (job, family) = (self.universe.place(job), self.universe.place_of_def(wanted));
                self.problem(Problem::WhichMember { job, family });
                continue;
            }
            for dependency in self.universe.jobs_of(wanted) {
                self.depend(job, dependency);
            }
        }
    }

    /// Of the members that it needs, the nth, counted from 0.
    fn depend_on_member(&mut self, job: u32, family: &'static JobDef, nth: usize) {
        let key = match self.universe.source(job) {
            Source::Member(member) => member.needs().get(nth).map(|key| String::from(&**key)),
            // A family that comes into being late asks when it does.
            _ => None,
        };
        if let Jobs::One(family) = self.universe.jobs_of(family) {
            if self.is_excluded(family) {
                // Nobody knows which of its members: it is passed by as a whole.
                self.depend_on_all(job, family);
                return;
            }
            // Members of one family may need each other: that is no cycle of families.
            let is_new = family != job && self.depend(job, family);
            match key {
                Some(key) => self.wait_for(Awaited { job, family, key }, is_new),
                None if family == job => {}
                None => {
                    if is_new {
                        self.counterparts.insert(family);
                    }
                    if let Some(late) = self.late.get_mut(&job)
                        && !late.after.contains(&family)
                    {
                        late.after.push(family);
                    }
                }
            }
            return;
        }
        let Some(key) = key else {
            // Which of them is known later; all of them come first.
            for member in self.universe.jobs_of(family) {
                if self.depend(job, member) {
                    self.counterparts.insert(member);
                }
            }
            return;
        };
        match self.universe.member(family, &key) {
            Some(dependency) => {
                self.depend(job, dependency);
            }
            // That has been told, and this comes of it.
            None if self.universe.is_halted || self.universe.lacks_members(family) => {}
            None => {
                let nearest = self.universe.nearest_key(family, &key);
                let (job, family) = (self.universe.place(job), self.universe.place_of_def(family));
                self.problem(Problem::NoSuchMember { job, family, key, nearest });
            }
        }
    }

    /// A member that code has added to a family which comes into being during the run.
    fn depend_on_added(&mut self, job: u32, family: &'static JobDef, nth: usize) {
        let Some(key) = self.universe.added_to(family).get(nth).map(|member| member.key().to_owned()) else {
            return;
        };
        let family = self.universe.of_def(family);
        if self.is_excluded(family) {
            self.depend_on_all(job, family);
            return;
        }
        let is_new = self.depend(job, family);
        self.wait_for(Awaited { job, family, key }, is_new);
    }

    /// A member of a late family is needed; nothing else of that, if it was not named before.
    fn wait_for(&mut self, awaited: Awaited, is_new: bool) {
        let Awaited { job, family, .. } = awaited;
        if is_new {
            self.awaited_pairs.insert((job, family));
        }
        let mut others = self.awaited.iter().rev().take_while(|other| other.job == job);
        // Two fields that say the same name one member.
        if others.all(|other| other.family != family || other.key != awaited.key) {
            self.awaited.push(awaited);
        }
    }

    /// Needs the whole job or family, though it may need one of its members besides.
    fn depend_on_all(&mut self, job: u32, dependency: u32) {
        self.depend(job, dependency);
        self.counterparts.remove(&dependency);
        if !self.awaited_pairs.is_empty() {
            self.awaited_pairs.remove(&(job, dependency));
        }
    }
}
