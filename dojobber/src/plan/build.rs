//! From what could be run to what is run (R4, R13, R14).

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use super::catalogue::{Catalogue, Key};
use super::csr::Csr;
use super::fill::Filling;
use super::late::{Awaited, Late, LateFamily};
use super::problem::Problem;
use super::source::{Node, Source};
use super::universe::{CallEach, Universe};
use super::walk::Walk;
use super::wanted::{Refused, Wanted};
use super::{Graph, Plan, Policy, Terms, id};
use crate::dynjob::Facts;
use crate::given::GivenTerms;
use crate::job::{Dep, JobDef, Kind};

/// What to plan.
pub(crate) struct Request<'a> {
    pub(crate) catalogue: &'a Catalogue,
    /// `None`: everything that nothing depends on.
    pub(crate) roots: Option<Vec<Key>>,
    /// Jobs to leave out, by name.
    pub(crate) excluded: &'a [String],
    pub(crate) defaults: &'a Defaults,
    pub(crate) call_each: &'a mut CallEach<'a>,
}

/// What a job has that says nothing else (R5, R20), and what it can hold (R21).
#[derive(Clone)]
pub(crate) struct Defaults {
    pub(crate) tries: u32,
    /// Without limits.
    pub(crate) terms: GivenTerms,
    /// How many tries at once may hold each limit, by their names (R21).
    pub(crate) limits: Vec<(Box<str>, u32)>,
}

/// Makes the plan, or says all that is wrong with it; where members have to be awaited, that is nothing.
pub(crate) fn plan(request: Request<'_>) -> Result<Plan, Refused> {
    let mut walk = Walk::new(Universe::new(request.catalogue, request.call_each), request.catalogue);
    for name in request.excluded {
        walk.exclude(name);
    }
    // Whoever asks for an empty family has named a root.
    let is_named = request.roots.as_ref().is_some_and(|keys| !keys.is_empty());
    let (roots, rest) = match request.roots {
        Some(keys) => (named_roots(&mut walk, &keys), Vec::new()),
        None => walk.undepended(),
    };
    if !is_named && roots.is_empty() && rest.is_empty() && walk.problems.is_empty() && walk.universe.problems.is_empty()
    {
        walk.problems.push(Problem::NoRoot { linked: walk.universe.linked() });
    }
    // The rest of all jobs hangs on cycles that no root leads to.
    for job in roots.iter().chain(&rest) {
        walk.visit(*job);
    }
    if walk.universe.is_halted {
        return Err(Refused { problems: Vec::new(), wanted: Wanted::default() });
    }
    walk.duplicates();
    tracing::debug!(target: "dojobber", roots = roots.len(), jobs = walk.order.len(), "walked the graph");
    finish(walk, &roots, request.defaults)
}

/// The roots that were asked for, once each: jobs with an attribute sorted as they are in the registry, then those
/// made by code in their order.
fn named_roots(walk: &mut Walk<'_>, keys: &[Key]) -> Vec<u32> {
    let mut roots: Vec<u32> = keys.iter().filter_map(|key| walk.resolve(key)).flatten().collect();
    let mut seen = FxHashSet::default();
    roots.retain(|root| seen.insert(*root));
    roots.sort_by_key(|root| match walk.universe.def(*root) {
        Some(def) => (false, def.krate(), def.file(), def.line(), *root),
        None => (true, "", "", 0, *root),
    });
    roots
}

fn finish(mut walk: Walk<'_>, roots: &[u32], defaults: &Defaults) -> Result<Plan, Refused> {
    let order = std::mem::take(&mut walk.order);
    let mut problems = std::mem::take(&mut walk.problems);
    problems.append(&mut walk.universe.problems);
    let (policies, terms) = policies(&walk, &order, defaults, &mut problems);
    if walk.universe.len() >= u32::MAX as usize {
        problems.push(Problem::TooLarge);
    }
    if !problems.is_empty() {
        let defs = order.iter().filter_map(|job| Some((*job, walk.universe.def(*job)?)));
        let wanted = Wanted::of(defs).0.placed(|job| walk.universe.place(job));
        return Err(Refused { problems, wanted });
    }
    let dependencies = std::mem::take(&mut walk.placed_needs);
    let dependents = dependencies.reversed();
    let roots = roots.iter().filter_map(|root| walk.place(*root)).collect();
    let nodes: Vec<Node> = order.iter().map(|job| walk.universe.node(*job)).collect();
    let types = walk.universe.types().filter_map(|(id, job)| Some((id, walk.place(job)?))).collect();
    let late = late(&mut walk, &dependencies);
    let (waits, to_come) = (late.waits(), late.to_come());
    let limits = defaults.limits.iter().map(|(_, size)| *size).collect();
    let mut plan = Plan {
        nodes,
        dyn_jobs: walk.universe.shared().clone(),
        renamed: walk.universe.renamed().clone(),
        roots,
        names: OnceLock::new(),
        types,
        wanted: Wanted::default(),
        late,
        limits: defaults.limits.iter().map(|(name, _)| name.clone()).collect(),
        observed: FxHashSet::default(),
        graph: Arc::new(Graph { dependencies, dependents, policies, terms, limits, waits, to_come }),
    };
    // Of jobs made by code nothing is read.
    let defs = plan.nodes.iter().enumerate().filter_map(|(index, node)| Some((id(index), node.def()?)));
    (plan.wanted, plan.observed) = Wanted::of(defs);
    Ok(plan)
}

/// What has to be known when families come into being during the run.
fn late(walk: &mut Walk<'_>, dependencies: &Csr) -> Late {
    let place = |walk: &Walk<'_>, job: &u32| walk.place(*job);
    let mut late = Late::default();
    for (number, family) in walk.late.clone() {
        let (Some(job), Some(def)) = (walk.place(number), walk.universe.def(number)) else {
            continue;
        };
        let base: Vec<_> = family.base.iter().filter_map(|job| place(walk, job)).collect();
        let after: Vec<_> = family.after.iter().filter_map(|job| place(walk, job)).collect();
        let for_each: FxHashSet<_> = dependencies.of(job).iter().collect();
        let to_come = base.iter().chain(&after).filter(|need| !for_each.contains(need)).copied().collect();
        for dep in def.deps {
            if let Dep::Member(other, _) = dep
                && let Some(keys) = walk.keys(other())
            {
                late.keys.insert((other().id)(), keys);
            }
        }
        let added = walk.universe.added_to(def).to_vec();
        let excluded = walk.excluded_members.remove(&number).unwrap_or_default();
        let members = OnceLock::new();
        late.families.insert(job, LateFamily { def, base, after, to_come, added, excluded, members });
    }
    for awaited in &walk.awaited {
        if let (Some(job), Some(family)) = (walk.place(awaited.job), walk.place(awaited.family)) {
            late.awaited.push(Awaited { job, family, key: awaited.key.clone(), member: OnceLock::new() });
        }
    }
    late.awaited.sort_by_key(|awaited| awaited.job);
    late
}

fn policies(
    walk: &Walk<'_>,
    order: &[u32],
    defaults: &Defaults,
    problems: &mut Vec<Problem>,
) -> (Vec<Policy>, Vec<Terms>) {
    if defaults.tries == 0 {
        problems.push(Problem::NoTries { job: None });
    }
    let mut filling = Filling::new(defaults, problems);
    let policies = order.iter().map(|job| policy(walk, *job, defaults.tries, &mut filling, problems)).collect();
    (policies, filling.into_terms())
}

fn policy(
    walk: &Walk<'_>,
    job: u32,
    default_tries: u32,
    filling: &mut Filling<'_>,
    problems: &mut Vec<Problem>,
) -> Policy {
    let (universe, is_excluded) = (&walk.universe, walk.is_excluded(job));
    let place = || universe.place(job);
    let source = universe.source(job);
    let mut of_def = |def: &JobDef| (def.tries.map(Into::into), filling.of_def(def, place, problems));
    let ((tries, terms), kind, has_cleanup, has_when, is_async, has_value) = match source {
        Source::Dyn(dyn_job) => {
            let Facts { tries, kind, has_cleanup, has_when, is_async, has_value, has_terms } = *universe.facts(job);
            let terms = if has_terms { filling.of_dyn(dyn_job.about(), place, problems) } else { filling.plain() };
            ((tries, terms), kind, has_cleanup, has_when, is_async, has_value)
        }
        // Its members are asked if there is anything to do, and clean up, not the family.
        Source::Def(def) if def.is_family() => {
            (of_def(def), Kind::Family, false, false, def.family.is_some_and(|family| (family.is_async)()), true)
        }
        Source::Def(def) => {
            (of_def(def), def.kind, def.has_cleanup, def.has_when, !def.behaviour.asyncs().is_empty(), true)
        }
        Source::Member(member) => {
            let (def, is_async) = (member.def(), !member.behaviour().asyncs().is_empty());
            (of_def(def), def.kind, def.has_cleanup, def.has_when, is_async, true)
        }
    };
    if tries == Some(0) {
        problems.push(Problem::NoTries { job: Some(place()) });
    }
    let tries = tries.unwrap_or(default_tries);
    let policy = Policy { tries, terms, has_cleanup, has_when, is_excluded: false, is_async, has_value, kind };
    if is_excluded { policy.excluded() } else { policy }
}
