//! What a scheduler knows of a case: the families' members only once they have come into being, and all jobs by ids of
//! its own.

use std::sync::Arc;

use super::case::{Case, Part};
use crate::plan::{Csr, Graph, JobId, NewJob, Released, id};

pub(super) struct Known<'c> {
    case: &'c Case,
    /// The case's jobs by the scheduler's ids. A family is its `Each`, and then its `Whole`.
    jobs: Vec<JobId>,
    /// The other way round; `None` for members that have not come into being.
    ids: Vec<Option<JobId>>,
}

impl<'c> Known<'c> {
    pub(super) fn new(case: &'c Case) -> Self {
        let mut known = Self { case, jobs: Vec::new(), ids: Vec::new() };
        for job in case.ids() {
            let next = id(known.jobs.len());
            known.ids.push(match case.job(job).part {
                Part::Member => None,
                Part::Whole => case.each_of(job).map(|each| known.id(each)),
                Part::Known | Part::Each | Part::Lacking => {
                    known.jobs.push(job);
                    Some(next)
                }
            });
        }
        known
    }

    pub(super) fn job(&self, id: JobId) -> JobId {
        self.jobs[id.index()]
    }

    pub(super) fn id(&self, job: JobId) -> JobId {
        self.ids[job.index()].expect("a job that is not there yet")
    }

    pub(super) fn graph(&self) -> Arc<Graph> {
        let mut dependencies = Csr::with_capacity(self.jobs.len(), 0);
        let mut waits = Vec::new();
        for job in &self.jobs {
            let (waiting, needing): (Vec<_>, Vec<_>) =
                self.needs(*job).partition(|need| matches!(need, Need::Birth(_) | Need::Member(..)));
            dependencies.push(needing.into_iter().map(|need| self.id(need.job())));
            waits.extend(waiting.into_iter().map(|need| (self.id(need.job()), self.id(*job))));
        }
        waits.sort_unstable();
        let to_come = self.jobs.iter().flat_map(|job| {
            let needs = self.case.job(*job).to_come.iter();
            needs.map(|need| (self.id(*job), self.id(*need)))
        });
        let to_come = to_come.collect();
        let policies = self.jobs.iter().map(|job| self.case.policy(*job)).collect();
        self.case.graph_of(dependencies, policies, waits, to_come)
    }

    /// The members come into being. What the scheduler is to be told.
    pub(super) fn grow(&mut self, each: JobId) -> (Vec<NewJob>, Vec<Released>, Vec<JobId>) {
        let born: Vec<_> = self.case.ids().filter(|job| self.case.each_of(*job) == Some(each)).collect();
        let (whole, members) = born.split_last().expect("a family has a whole");
        let before = self.jobs.clone();
        let family = self.id(each);
        self.jobs[family.index()] = *whole;
        for member in members {
            self.ids[member.index()] = Some(id(self.jobs.len()));
            self.jobs.push(*member);
        }
        let new_job = |member: &JobId| {
            let dependencies = self.case.job(*member).dependencies.iter().filter(|dependency| **dependency != each);
            let dependencies = dependencies.map(|dependency| self.id(*dependency)).collect();
            NewJob { dependencies, policy: self.case.policy(*member) }
        };
        let (mut released, mut lacking) = (Vec::new(), Vec::new());
        for job in before.into_iter().filter(|job| self.case.each_of(*job).is_none()) {
            for need in self.needs(job).filter(|need| need.job() == each) {
                match need {
                    Need::Birth(_) if self.case.job(job).part == Part::Lacking => lacking.push(self.id(job)),
                    Need::Birth(_) => released.push(Released { job: self.id(job), member: None }),
                    Need::Member(_, member) => {
                        released.push(Released { job: self.id(job), member: Some(self.id(member)) });
                    }
                    Need::Job(_) => {}
                }
            }
        }
        (members.iter().map(new_job).collect(), released, lacking)
    }

    /// What a job needs that is known beforehand.
    fn needs(&self, job: JobId) -> impl Iterator<Item = Need> + use<'c> {
        let case = self.case;
        let dependencies = &case.job(job).dependencies;
        let member_of =
            |each, other: &JobId| case.job(*other).part == Part::Member && case.each_of(*other) == Some(each);
        dependencies.iter().filter_map(move |dependency| match case.job(*dependency).part {
            Part::Member => Some(Need::Member(case.each_of(*dependency)?, *dependency)),
            // Whoever waits for a member waits until there is one.
            Part::Each if dependencies.iter().any(|other| member_of(*dependency, other)) => None,
            Part::Each => Some(Need::Birth(*dependency)),
            Part::Known | Part::Whole | Part::Lacking => Some(Need::Job(*dependency)),
        })
    }
}

#[derive(Clone, Copy)]
enum Need {
    Job(JobId),
    /// That a family has come into being.
    Birth(JobId),
    /// A member of a family that has yet to come into being.
    Member(JobId, JobId),
}

impl Need {
    /// The job that the scheduler knows.
    fn job(self) -> JobId {
        match self {
            Need::Job(job) | Need::Birth(job) | Need::Member(job, _) => job,
        }
    }
}
