//! From what could be run to what is run (R4, R13, R14).

use std::any::TypeId;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use super::catalogue::{Catalogue, Key};
use super::csr::Csr;
use super::fill::Filling;
use super::late::{Awaited, Late, LateFamily};
use super::problem::{PlanError, Problem};
use super::universe::{CallEach, JobSource, Universe};
use super::walk::Walk;
use super::{Graph, Node, Plan, Policy, Terms, id};
use crate::extract::Requires;
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

/// Makes the plan, or says all that is wrong with it.
pub(crate) fn plan(request: Request<'_>) -> Result<Plan, PlanError> {
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

fn finish(mut walk: Walk<'_>, roots: &[u32], defaults: &Defaults) -> Result<Plan, PlanError> {
    let order = std::mem::take(&mut walk.order);
    let mut problems = std::mem::take(&mut walk.problems);
    problems.append(&mut walk.universe.problems);
    let (policies, terms) = policies(&walk, &order, defaults, &mut problems);
    if walk.universe.len() >= u32::MAX as usize {
        problems.push(Problem::TooLarge);
    }
    if !problems.is_empty() {
        return Err(PlanError::new(problems));
    }
    let mut dependencies = Csr::with_capacity(order.len(), order.len());
    for job in &order {
        // Everything that a placed job needs has been placed before it. Members of a late family wait for the rest of
        // what the family needs, when they come into being.
        let count = walk.late_family(*job).map_or(usize::MAX, |family| family.each_needs as usize);
        let needs = walk.needs(*job).iter().take(count).filter(|need| !walk.awaits(*job, **need));
        dependencies.push(needs.filter_map(|job| walk.place(*job)));
    }
    let dependents = dependencies.reversed();
    let roots = roots.iter().filter_map(|root| walk.place(*root)).collect();
    let nodes: Vec<Node> = order.iter().map(|job| walk.universe.node(*job)).collect();
    let types = walk.universe.types().filter_map(|(id, job)| Some((id, walk.place(job)?))).collect();
    let late = late(&mut walk, &dependencies);
    let waits = late.waits();
    let limits = defaults.limits.iter().map(|(_, size)| *size).collect();
    let mut plan = Plan {
        nodes,
        roots,
        names: OnceLock::new(),
        types,
        wanted: Vec::new(),
        wanted_states: Vec::new(),
        late,
        limits: defaults.limits.iter().map(|(name, _)| name.clone()).collect(),
        observed: FxHashSet::default(),
        graph: Arc::new(Graph { dependencies, dependents, policies, terms, limits, waits }),
    };
    note_requirements(&mut plan);
    Ok(plan)
}

/// What has to be known when families come into being during the run.
fn late(walk: &mut Walk<'_>, dependencies: &Csr) -> Late {
    let place = |walk: &Walk<'_>, job: &u32| walk.place(*job);
    let mut late = Late::default();
    for (job, family) in walk.late.clone() {
        let (Some(job), Some(def)) = (walk.place(job), walk.universe.def(job)) else {
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
        late.families.insert(job, LateFamily { def, base, after, to_come, added, members: OnceLock::new() });
    }
    for awaited in &walk.awaited {
        if let (Some(job), Some(family)) = (walk.place(awaited.job), walk.place(awaited.family)) {
            late.awaited.push(Awaited { job, family, key: awaited.key.clone(), member: OnceLock::new() });
        }
    }
    late.awaited.sort_by_key(|awaited| awaited.job);
    late
}

/// The types of arguments and states that jobs want, each with the first job that does; and whose end others ask
/// about.
fn note_requirements(plan: &mut Plan) {
    let mut seen: FxHashSet<(bool, TypeId)> = FxHashSet::default();
    let mut requires = Requires::default();
    let mut observed: FxHashSet<TypeId> = FxHashSet::default();
    let mut last_def: Option<&'static JobDef> = None;
    for (index, node) in plan.nodes.iter().enumerate() {
        let Some(def) = node.source.def().filter(|def| last_def.is_none_or(|last| !std::ptr::eq(last, *def))) else {
            continue;
        };
        last_def = Some(def);
        requires.clear();
        (def.requires)(&mut requires);
        if let Some(family) = def.family {
            (family.requires)(&mut requires);
        }
        let job = id(index);
        plan.wanted.extend(requires.args.iter().filter(|args| seen.insert((false, args.id))).map(|args| (job, *args)));
        let states = requires.states.iter().filter(|state| seen.insert((true, state.id)));
        plan.wanted_states.extend(states.map(|state| (job, *state)));
        observed.extend(requires.needs.iter().map(|need| ((need.def)().id)()));
    }
    plan.observed = observed;
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
    let mut policies = Vec::with_capacity(order.len());
    for job in order {
        let place = || walk.universe.place(*job);
        let (tries, terms, has_cleanup, kind) = match walk.universe.source(*job) {
            JobSource::Dyn(node) => (node.tries, filling.of_node(node, place, problems), node.has_cleanup, node.kind),
            JobSource::Def(def) if def.is_family() => {
                (def.tries.map(Into::into), filling.of_def(def, place, problems), false, Kind::Family)
            }
            JobSource::Def(_) | JobSource::Member(_) => match walk.universe.def(*job) {
                Some(def) => {
                    let terms = filling.of_def(def, place, problems);
                    (def.tries.map(Into::into), terms, def.has_cleanup, def.kind)
                }
                // Both have a definition.
                None => (None, filling.plain(), false, Kind::Group),
            },
        };
        if tries == Some(0) {
            problems.push(Problem::NoTries { job: Some(place()) });
        }
        let (tries, has_when) = (tries.unwrap_or(defaults.tries), has_when(walk, *job));
        let is_excluded = walk.is_excluded(*job);
        let (has_when, is_async) = (has_when || is_excluded, is_async(walk, *job) && !is_excluded);
        policies.push(Policy { tries, terms, has_cleanup, has_when, is_excluded, is_async, kind });
    }
    (policies, filling.into_terms())
}

/// Of a family that comes into being during the run, each member is asked, and it is not.
fn has_when(walk: &Walk<'_>, job: u32) -> bool {
    match walk.universe.source(job) {
        JobSource::Dyn(node) => node.has_when,
        JobSource::Def(def) => def.has_when && !def.is_family(),
        JobSource::Member(member) => member.def().has_when,
    }
}

/// Whether anything of it has to be awaited.
fn is_async(walk: &Walk<'_>, job: u32) -> bool {
    match walk.universe.source(job) {
        JobSource::Dyn(node) => !node.behaviour().asyncs().is_empty(),
        JobSource::Def(def) if def.is_family() => def.family.is_some_and(|family| (family.is_async)()),
        JobSource::Def(def) => !def.behaviour.asyncs().is_empty(),
        JobSource::Member(member) => !member.behaviour().asyncs().is_empty(),
    }
}
