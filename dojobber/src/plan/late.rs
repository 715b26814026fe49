//! Families that come into being during the run, and what they add to the plan.

use std::any::TypeId;
use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::by_key::is_key;
use super::problem::readable;
use super::source::Source;
use super::{JobId, Plan, PlannedJob, Policy, id};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::family::Member;
use crate::harmless::tame;
use crate::job::{Dep, JobDef, Kind};
use crate::nearest::nearest;
use crate::step::Step;
use crate::sync::{PoisonError, RwLock};

/// What is known of such families before the run, and room for what comes.
#[derive(Default)]
pub(crate) struct Late {
    pub(super) families: FxHashMap<JobId, LateFamily>,
    /// Jobs that need one member of such a family; sorted by job.
    pub(super) awaited: Vec<Awaited>,
    /// Members that are known before the run, by family and key, where such families ask for them.
    pub(super) keys: FxHashMap<TypeId, FxHashMap<String, JobId>>,
    /// Members that have come into being.
    grown: boxcar::Vec<Grown>,
    /// By name.
    names: RwLock<FxHashMap<Box<str>, JobId>>,
}

/// A family that comes into being during the run.
pub(crate) struct LateFamily {
    pub(super) def: &'static JobDef,
    /// What all its members need.
    pub(super) base: Vec<JobId>,
    /// Families whose members its own ones need, and which must be there first.
    pub(super) after: Vec<JobId>,
    /// Both, without what its `each` needs.
    pub(super) to_come: Vec<JobId>,
    /// Members that were added by code, behind those that its `each` makes.
    pub(super) added: Vec<Member>,
    /// Keys of members that are left out, as they were typed.
    pub(super) excluded: FxHashSet<String>,
    /// Its members, once they are there.
    pub(super) members: OnceLock<Range<u32>>,
}

impl LateFamily {
    /// Of which families its members need one, in the order of [`Member::needs`].
    fn families_of_members(&self) -> impl Iterator<Item = &'static JobDef> {
        self.def.deps.iter().filter_map(|dep| match dep {
            Dep::Member(family, _) => Some(family()),
            Dep::Job(_) => None,
        })
    }

    /// That all of its members that are to be left out are there: where one is misspelt, another one would run that is not
    /// to.
    fn has_excluded(&self, members: &[Member]) -> Result {
        let is_there = |typed: &str| members.iter().any(|member| is_key(typed, member.key()));
        let Some(typed) = self.excluded.iter().filter(|typed| !is_there(typed)).min() else {
            return Ok(());
        };
        let keys: Vec<_> = members.iter().map(|member| readable(member.key())).collect();
        let (family, near) = (self.def.name(), near(typed, keys.iter().map(String::as_str)));
        let typed = tame(typed);
        Err(Error::msg(format_args!("`{family}[{typed}]` is excluded, and {family} has no member of that key{near}")))
    }

    /// Whether the member is left out: it passes untried, and needs nothing.
    fn excludes(&self, member: &Member) -> bool {
        self.excluded.iter().any(|typed| is_key(typed, member.key()))
    }
}

/// A job that needs the member with this key.
pub(crate) struct Awaited {
    pub(super) job: JobId,
    pub(super) family: JobId,
    pub(super) key: String,
    pub(super) member: OnceLock<JobId>,
}

/// A member that has come into being.
pub(super) struct Grown {
    pub(super) family: JobId,
    pub(super) member: Member,
    pub(super) policy: Policy,
    pub(super) dependencies: Vec<JobId>,
}

/// What a family adds to a plan: valid, but not yet part of it.
pub(crate) struct Growth {
    pub(crate) family: JobId,
    /// In their order: each behind those that it needs.
    members: Vec<(Member, Vec<Need>)>,
}

/// What a new member needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Job(JobId),
    /// Another one of the same growth.
    Fellow(usize),
}

/// A job that the scheduler is to take in.
pub(crate) struct NewJob {
    pub(crate) dependencies: Vec<JobId>,
    pub(crate) policy: Policy,
}

/// What a growth means for jobs that waited for it.
pub(crate) struct Released {
    pub(crate) job: JobId,
    /// The member that the job needs; a family only needed to know them.
    pub(crate) member: Option<JobId>,
}

impl Late {
    /// Who waits for which family to come into being.
    pub(super) fn waits(&self) -> Vec<(JobId, JobId)> {
        let after = self.families.iter().flat_map(|(job, family)| family.after.iter().map(|other| (*other, *job)));
        let awaited = self.awaited.iter().map(|awaited| (awaited.family, awaited.job));
        let mut waits: Vec<_> = after.chain(awaited).collect();
        waits.sort_unstable();
        waits
    }

    /// What the members of which family will need.
    pub(super) fn to_come(&self) -> Vec<(JobId, JobId)> {
        let of_family = |(job, family): (&JobId, &LateFamily)| {
            let job = *job;
            family.to_come.clone().into_iter().map(move |needed| (job, needed))
        };
        let mut to_come: Vec<_> = self.families.iter().flat_map(of_family).collect();
        to_come.sort_unstable();
        to_come
    }

    /// The member with this id, where so many jobs were known before the run.
    pub(super) fn grown_at(&self, job: JobId, known: usize) -> Option<&Grown> {
        self.grown.get(job.index().checked_sub(known)?)
    }

    pub(super) fn find(&self, name: &str) -> Option<JobId> {
        self.names.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    pub(super) fn count(&self) -> usize {
        self.grown.count()
    }

    /// Whether any member that may come has something to be awaited.
    #[cfg(feature = "tokio")]
    pub(super) fn has_async(&self) -> bool {
        self.families.values().any(|family| !family.def.behaviour.asyncs().is_empty())
    }

    /// The members that a family has come to have.
    pub(super) fn members(&self, family: JobId) -> Range<u32> {
        self.families.get(&family).and_then(|family| family.members.get().cloned()).unwrap_or_default()
    }

    /// Whether it is a family that is not there.
    pub(super) fn is_unborn(&self, job: JobId) -> bool {
        self.families.get(&job).is_some_and(|family| family.members.get().is_none())
    }

    /// The members that a job waits for, in the order in which it needs them.
    fn awaited_of(&self, job: JobId) -> impl Iterator<Item = &Awaited> {
        let start = self.awaited.partition_point(|awaited| awaited.job < job);
        self.awaited[start..].iter().take_while(move |awaited| awaited.job == job)
    }

    /// What else a job needs that is known beforehand: the members that it waited for, or their family while they are
    /// not there; of a family that is not there itself, what its members will need.
    pub(super) fn awaited_by(&self, job: JobId) -> impl Iterator<Item = JobId> {
        let awaited = self.awaited_of(job).map(|awaited| awaited.member.get().copied().unwrap_or(awaited.family));
        let unborn = self.families.get(&job).filter(|family| family.members.get().is_none());
        let to_come = unborn.into_iter().flat_map(|family| family.to_come.iter().copied());
        awaited.chain(to_come)
    }
}

impl Plan {
    /// The members that a family has come to have during the run, in their order.
    pub(crate) fn members_of(&self, family: JobId) -> impl Iterator<Item = PlannedJob<'_>> {
        self.late.members(family).map(|id| self.job(JobId(id)))
    }

    /// Calls the `each` of a family.
    pub(crate) fn members<'c>(&self, family: JobId, ctx: &'c Context) -> Step<'c, Vec<Member>> {
        let Some(def) = self.family(family) else {
            return Step::Done(Err(Error::msg("it is no family")));
        };
        (def.each)(ctx)
    }

    /// What these members would add; an error says why they can't be (R13, R14).
    pub(crate) fn prepare(&self, family: JobId, made: &[Member]) -> Result<Growth> {
        let Some(late) = self.late.families.get(&family) else {
            return Err(Error::msg("only a family that comes into being during the run can grow"));
        };
        let members: Vec<Member> = made.iter().chain(&late.added).cloned().collect();
        let members = &members[..];
        let mut keys: FxHashMap<&str, usize> = FxHashMap::default();
        let mut names: FxHashMap<&str, usize> = FxHashMap::default();
        for (index, member) in members.iter().enumerate() {
            if let Some(first) = names.insert(member.name(), index) {
                let (name, second) = (member.name(), index + 1);
                let places = format_args!("the {}. and the {second}. that its `each` made", first + 1);
                return Err(Error::msg(format_args!("two members are named `{name}`: {places}")));
            }
            if let Some(other) = self.find(member.name()) {
                let (name, place) = (member.name(), other.place());
                return Err(Error::msg(format_args!("a member is named `{name}`, as is {place}")));
            }
            if let Some(first) = keys.insert(member.key(), index) {
                let (first, second, key) = (members[first].name(), member.name(), readable(member.key()));
                return Err(Error::msg(format_args!("{first} and {second} have one key, `{key}`")));
            }
        }
        late.has_excluded(members)?;
        let mut counterparts: FxHashMap<TypeId, FxHashMap<&str, Need>> = FxHashMap::default();
        let own = keys.into_iter().map(|(key, index)| (key, Need::Fellow(index))).collect();
        counterparts.insert((late.def.id)(), own);
        for other in late.families_of_members() {
            let other = (other.id)();
            counterparts.entry(other).or_insert_with(|| self.keys_of(other));
        }
        let mut needs = Vec::with_capacity(members.len());
        for member in members {
            needs.push(if late.excludes(member) { Vec::new() } else { self.needs_of(late, member, &counterparts)? });
        }
        let order = order(members, &needs)?;
        let mut position = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            position[*old] = new;
        }
        let renumber = |need: Need| match need {
            Need::Job(job) => Need::Job(job),
            Need::Fellow(index) => Need::Fellow(position[index]),
        };
        let members = order
            .iter()
            .map(|index| (members[*index].clone(), needs[*index].iter().copied().map(renumber).collect()))
            .collect();
        Ok(Growth { family, members })
    }

    /// What a new member needs, out of the members of families, each by their keys.
    fn needs_of(
        &self,
        late: &LateFamily,
        member: &Member,
        counterparts: &FxHashMap<TypeId, FxHashMap<&str, Need>>,
    ) -> Result<Vec<Need>> {
        let mut of_member: Vec<Need> = Vec::new();
        for (other, key) in late.families_of_members().zip(member.needs()) {
            // One that is left out is needed as a whole, as `base` has it: nobody knows its members.
            if self.types.get(&(other.id)()).is_some_and(|family| self.is_excluded_family(*family)) {
                continue;
            }
            let need = counterpart(member, other, key, &counterparts[&(other.id)()])?;
            // Two fields that say the same name one member.
            if !of_member.contains(&need) {
                of_member.push(need);
            }
        }
        Ok(late.base.iter().copied().map(Need::Job).chain(of_member).collect())
    }

    /// The members of another family by their keys.
    fn keys_of(&self, family: TypeId) -> FxHashMap<&str, Need> {
        if let Some(keys) = self.late.keys.get(&family) {
            return keys.iter().map(|(key, job)| (&**key, Need::Job(*job))).collect();
        }
        let members = self.types.get(&family).map(|family| self.late.members(*family)).unwrap_or_default();
        members.filter_map(|job| self.key_of(JobId(job))).map(|(key, job)| (key, Need::Job(job))).collect()
    }

    fn key_of(&self, job: JobId) -> Option<(&str, JobId)> {
        match self.source(job) {
            Source::Member(member) => Some((member.key(), job)),
            Source::Def(_) | Source::Dyn(_) => None,
        }
    }

    /// Makes a growth part of the plan. Returns the new jobs, whose ids follow those that there are, the jobs that
    /// waited for them, and those that waited in vain.
    pub(crate) fn grow(&self, growth: Growth) -> (Vec<NewJob>, Vec<Released>, Vec<JobId>) {
        let Growth { family, members } = growth;
        let first = self.len();
        let Some(late) = self.late.families.get(&family) else {
            return (Vec::new(), Vec::new(), Vec::new());
        };
        let family_policy = self.graph.policies[family.index()];
        // What is said of tries holds for the call of `each` and for the members alike.
        let policy = Policy {
            has_cleanup: late.def.has_cleanup,
            has_when: late.def.has_when,
            is_async: !late.def.behaviour.asyncs().is_empty(),
            kind: late.def.kind,
            ..family_policy
        };
        let mut new_jobs = Vec::with_capacity(members.len());
        for (member, needs) in members {
            let dependencies: Vec<JobId> = needs
                .into_iter()
                .map(|need| match need {
                    Need::Job(job) => job,
                    Need::Fellow(index) => id(first + index),
                })
                .collect();
            let policy = if late.excludes(&member) { policy.excluded() } else { policy };
            new_jobs.push(NewJob { dependencies: dependencies.clone(), policy });
            let (job, name) = (id(self.len()), member.name().into());
            // Whoever finds a name finds its job there: somebody may look at the plan at this moment.
            self.late.grown.push(Grown { family, member, policy, dependencies });
            self.late.names.write().unwrap_or_else(PoisonError::into_inner).insert(name, job);
        }
        let range = id(first).0..id(first + new_jobs.len()).0;
        // Each family grows once.
        let _ = late.members.set(range.clone());
        let (released, lacking) = self.release(family, range);
        (new_jobs, released, lacking)
    }

    fn release(&self, family: JobId, members: Range<u32>) -> (Vec<Released>, Vec<JobId>) {
        let keys: FxHashMap<&str, JobId> = members.filter_map(|job| self.key_of(JobId(job))).collect();
        let (mut released, mut lacking) = (Vec::new(), Vec::new());
        for awaited in self.late.awaited.iter().filter(|awaited| awaited.family == family) {
            if let Some(member) = keys.get(&*awaited.key) {
                let _ = awaited.member.set(*member);
                released.push(Released { job: awaited.job, member: Some(*member) });
            } else {
                lacking.push(awaited.job);
            }
        }
        let families = self.late.families.iter().filter(|(_, other)| other.after.contains(&family));
        released.extend(families.map(|(job, _)| Released { job: *job, member: None }));
        released.sort_by_key(|released| released.job);
        (released, lacking)
    }
}

impl Plan {
    /// Why a job can't be tried that waited for members of families which have come into being: of those that there are
    /// not, the first one in the order of what it needs.
    pub(crate) fn lacks(&self, job: JobId) -> Option<Error> {
        let awaited = self.late.awaited_of(job).find(|awaited| awaited.member.get().is_none())?;
        let family = self.job(awaited.family).name();
        let keys: Vec<_> = self.late.members(awaited.family).filter_map(|job| self.key_of(JobId(job))).collect();
        let (key, near) = (readable(&awaited.key), near(&awaited.key, keys.iter().map(|(key, _)| *key)));
        Some(Error::msg(format_args!("it needs the member of {family} whose key is `{key}`, and there is none{near}")))
    }
}

/// The key that is most like this one, as the end of a sentence.
fn near<'k>(key: &str, keys: impl Iterator<Item = &'k str>) -> String {
    nearest(key, keys).map(|near| format!("; the nearest is `{}`", readable(near))).unwrap_or_default()
}

fn counterpart(member: &Member, family: &JobDef, key: &str, keys: &FxHashMap<&str, Need>) -> Result<Need> {
    keys.get(key).copied().ok_or_else(|| {
        let (name, family) = (member.name(), family.name());
        let (key, near) = (readable(key), near(key, keys.keys().copied()));
        Error::msg(format_args!("{name} needs the member of {family} whose key is `{key}`, and there is none{near}"))
    })
}

/// Members in an order in which each comes behind the fellows that it needs; an error shows a cycle of them.
fn order(members: &[Member], needs: &[Vec<Need>]) -> Result<Vec<usize>> {
    let mut order = Vec::with_capacity(members.len());
    let mut placed = vec![false; members.len()];
    let mut open: FxHashSet<usize> = FxHashSet::default();
    for start in 0..members.len() {
        let mut stack = if placed[start] { Vec::new() } else { vec![(start, 0)] };
        open.extend(stack.first().map(|(member, _)| *member));
        while let Some((member, next)) = stack.last_mut() {
            let Some(need) = needs[*member].get(*next) else {
                placed[*member] = true;
                open.remove(member);
                order.push(*member);
                stack.pop();
                continue;
            };
            *next += 1;
            let Need::Fellow(fellow) = *need else {
                continue;
            };
            if open.contains(&fellow) {
                let from = stack.iter().position(|(member, _)| *member == fellow).unwrap_or_default();
                let around = stack[from..].iter().map(|(member, _)| *member).chain([fellow]);
                let names: Vec<_> = around.map(|member| members[member].name()).collect();
                return Err(Error::msg(format_args!("a cycle of dependencies: {}", names.join(" → "))));
            }
            if !placed[fellow] {
                open.insert(fellow);
                stack.push((fellow, 0));
            }
        }
    }
    Ok(order)
}

impl Plan {
    /// Whether the job is a family that has yet to come into being, or has during the run.
    pub(crate) fn is_late_family(&self, job: JobId) -> bool {
        self.graph.policies.get(job.index()).is_some_and(|policy| policy.kind == Kind::Family)
    }

    /// Whether it is a family that would come into being during the run, but is left out.
    pub(crate) fn is_excluded_family(&self, job: JobId) -> bool {
        self.is_late_family(job) && self.policy(job).is_excluded
    }
}
