//! What is drawn: nodes and arrows, made of a plan and of what came of its jobs. Every format is written from this.

use std::any::TypeId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};

use super::label::short;
use super::look::{WORST_FIRST, look};
use crate::harmless::tame;
use crate::job::Kind;
use crate::plan::{JobId, Plan};
use crate::status::Status;

/// A graph as it is drawn.
#[derive(Debug)]
pub(in crate::output) struct Model {
    /// Each behind those that it needs.
    pub(in crate::output) nodes: Vec<Node>,
    /// From each node to each that it needs, each once.
    pub(in crate::output) arrows: Vec<(usize, usize)>,
}

/// A job, or a family that is drawn as one.
#[derive(Debug)]
pub(in crate::output) struct Node {
    /// The name in full, tamed.
    pub(in crate::output) name: String,
    pub(in crate::output) kind: Kind,
    /// Of a collapsed family, the worst one.
    pub(in crate::output) status: Option<Status>,
    /// Of a collapsed family, how many members ended in which way, the worst first; else empty.
    pub(in crate::output) members: Vec<(Option<Status>, usize)>,
    /// The jobs that it stands for.
    #[cfg(feature = "html")]
    pub(in crate::output) jobs: Vec<JobId>,
}

impl Node {
    /// What stands in the node: its mark and its name, shortened.
    pub(in crate::output) fn label(&self) -> String {
        let name = short(&self.name);
        let mark = look(self.status).mark;
        let gap = if mark.is_empty() { "" } else { " " };
        match self.count() {
            0 => format!("{mark}{gap}{name}"),
            count => format!("{mark}{gap}{name} ×{count}"),
        }
    }

    /// How many members a collapsed family has; 0 of everything else.
    pub(super) fn count(&self) -> usize {
        self.members.iter().map(|(_, count)| count).sum()
    }

    /// Of a collapsed family after the run, how its members ended, in marks: `✗ 2, ✓ 40`; else empty.
    pub(in crate::output) fn tally(&self) -> String {
        let tried = self.members.iter().filter_map(|(status, count)| Some((look(Some((*status)?)).mark, count)));
        tried.map(|(mark, count)| format!("{mark} {count}")).collect::<Vec<_>>().join(", ")
    }

    /// All that there is to say of it: its name in full, its kind and its status, in words.
    pub(super) fn description(&self) -> String {
        let kind = kind_in_words(self.kind);
        let said = match self.status {
            _ if !self.members.is_empty() => {
                let each = self.members.iter().map(|(status, count)| match status {
                    Some(status) => format!("{count} {status}"),
                    None => format!("{count} jobs"),
                });
                each.collect::<Vec<_>>().join(", ")
            }
            Some(status) => status.to_string(),
            None => String::new(),
        };
        let gap = if said.is_empty() { "" } else { ": " };
        format!("{} ({kind}){gap}{said}", self.name)
    }
}

pub(super) fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Job => "job",
        Kind::RunOnly => "run-only job",
        Kind::Group => "group",
        Kind::Family => "family",
    }
}

impl Model {
    /// Families of more than `most` members become one node, unless that would make a cycle.
    pub(in crate::output) fn new(plan: &Plan, status: impl Fn(JobId) -> Option<Status>, most: usize) -> Self {
        let jobs = plan.topological();
        let mut families = large_families(plan, &jobs, most);
        loop {
            let drawn = Drawn::new(plan, &jobs, &families);
            let cyclic = drawn.cyclic_families(&families);
            if cyclic.is_empty() {
                return drawn.into_model(plan, status, &families);
            }
            families.retain(|family, _| !cyclic.contains(family));
        }
    }

    /// What each node needs, in the order of the arrows.
    #[cfg(any(feature = "html", feature = "pictures"))]
    pub(super) fn needs(&self) -> Vec<Vec<usize>> {
        let mut needs = vec![Vec::new(); self.nodes.len()];
        for (from, to) in &self.arrows {
            needs[*from].push(*to);
        }
        needs
    }

    /// How many jobs ended in which way, the worst first.
    pub(super) fn counts(&self) -> Vec<(Option<Status>, usize)> {
        let each = self.nodes.iter().flat_map(|node| match &node.members[..] {
            [] => vec![(node.status, 1)],
            members => members.to_vec(),
        });
        tally(each)
    }
}

/// Sums up, the worst first, what was never tried last.
fn tally(each: impl Iterator<Item = (Option<Status>, usize)>) -> Vec<(Option<Status>, usize)> {
    let mut counts: FxHashMap<Option<Status>, usize> = FxHashMap::default();
    for (status, count) in each {
        *counts.entry(status).or_default() += count;
    }
    let order = WORST_FIRST.iter().map(|status| Some(*status)).chain([None]);
    order.filter_map(|status| Some((status, *counts.get(&status)?))).collect()
}

/// The families to collapse, each with its members and, where it has one of its own in the plan, its node.
fn large_families(plan: &Plan, jobs: &[JobId], most: usize) -> FxHashMap<TypeId, Vec<JobId>> {
    let mut families: FxHashMap<TypeId, (usize, Vec<JobId>)> = FxHashMap::default();
    for job in jobs {
        if let Some(def) = plan.family_def(*job) {
            let (members, jobs) = families.entry((def.id)()).or_default();
            *members += usize::from(!plan.is_late_family(*job));
            jobs.push(*job);
        }
    }
    families.into_iter().filter(|(_, (members, _))| *members > most).map(|(id, (_, jobs))| (id, jobs)).collect()
}

/// Which node each job is drawn in.
struct Drawn {
    /// By the job's id.
    node_of: Vec<usize>,
    /// The jobs of each node.
    jobs: Vec<Vec<JobId>>,
    needs: Vec<Vec<usize>>,
}

impl Drawn {
    fn new(plan: &Plan, jobs: &[JobId], families: &FxHashMap<TypeId, Vec<JobId>>) -> Self {
        let mut drawn = Self { node_of: vec![usize::MAX; jobs.len()], jobs: Vec::new(), needs: Vec::new() };
        for job in jobs.iter().copied() {
            if drawn.node_of[job.index()] != usize::MAX {
                continue;
            }
            let family = plan.family_def(job).and_then(|def| families.get(&(def.id)()));
            let members = family.map_or_else(|| vec![job], Clone::clone);
            for member in &members {
                drawn.node_of[member.index()] = drawn.jobs.len();
            }
            drawn.jobs.push(members);
        }
        let mut seen = FxHashSet::default();
        for (node, members) in drawn.jobs.iter().enumerate() {
            seen.clear();
            let needs = members.iter().flat_map(|job| plan.needs(*job)).map(|need| drawn.node_of[need.index()]);
            drawn.needs.push(needs.filter(|need| *need != node && seen.insert(*need)).collect());
        }
        drawn
    }

    /// Collapsed families that need themselves by way of others: drawn as one node each, they would stand in a circle.
    fn cyclic_families(&self, families: &FxHashMap<TypeId, Vec<JobId>>) -> FxHashSet<TypeId> {
        if families.is_empty() {
            return FxHashSet::default();
        }
        let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(self.jobs.len(), 0);
        for _ in &self.jobs {
            graph.add_node(());
        }
        for (node, needs) in self.needs.iter().enumerate() {
            for need in needs {
                graph.add_edge(NodeIndex::new(node), NodeIndex::new(*need), ());
            }
        }
        let circles = kosaraju_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
        let within: FxHashSet<usize> = circles.flatten().map(NodeIndex::index).collect();
        let is_within = |jobs: &[JobId]| jobs.first().is_some_and(|job| within.contains(&self.node_of[job.index()]));
        families.iter().filter(|(_, jobs)| is_within(jobs)).map(|(family, _)| *family).collect()
    }

    /// The nodes in an order in which each stands behind what it needs, else as in the plan.
    fn order(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = self.needs.iter().map(Vec::len).collect();
        let mut dependents = vec![Vec::new(); self.needs.len()];
        for (node, needs) in self.needs.iter().enumerate() {
            for need in needs {
                dependents[*need].push(node);
            }
        }
        let free = missing.iter().enumerate().filter(|(_, missing)| **missing == 0);
        let mut free: BinaryHeap<_> = free.map(|(node, _)| Reverse(node)).collect();
        let mut order = Vec::with_capacity(self.needs.len());
        while let Some(Reverse(node)) = free.pop() {
            order.push(node);
            for dependent in &dependents[node] {
                missing[*dependent] -= 1;
                if missing[*dependent] == 0 {
                    free.push(Reverse(*dependent));
                }
            }
        }
        order
    }

    fn into_model(
        self,
        plan: &Plan,
        status: impl Fn(JobId) -> Option<Status>,
        families: &FxHashMap<TypeId, Vec<JobId>>,
    ) -> Model {
        let order = self.order();
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let mut model = Model { nodes: Vec::with_capacity(order.len()), arrows: Vec::new() };
        for (node, old) in order.into_iter().enumerate() {
            let job = self.jobs[old][0];
            let family = plan.family_def(job).filter(|def| families.contains_key(&(def.id)()));
            model.nodes.push(match family {
                Some(_) => {
                    let members = self.jobs[old].iter().filter(|job| !plan.is_late_family(**job));
                    let members = tally(members.map(|job| (status(*job), 1)));
                    let own = self.jobs[old].iter().find(|job| plan.is_late_family(**job));
                    let worst = members.first().map(|(status, _)| *status);
                    let failed = own.and_then(|own| status(*own)).filter(|status| !status.passed());
                    Node {
                        name: tame(plan.family_name(job).unwrap_or_default()),
                        kind: Kind::Family,
                        status: worst.flatten().or(failed),
                        members,
                        #[cfg(feature = "html")]
                        jobs: self.jobs[old].clone(),
                    }
                }
                None => Node {
                    name: tame(plan.job(job).name()),
                    kind: plan.kind(job),
                    status: status(job),
                    members: Vec::new(),
                    #[cfg(feature = "html")]
                    jobs: vec![job],
                },
            });
            model.arrows.extend(self.needs[old].iter().map(|need| (node, place[*need])));
        }
        model
    }
}
