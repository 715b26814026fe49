//! The roots that a program has, and those that were named.

use std::ffi::OsStr;
use std::sync::Arc;

use clap::Args;

use super::flags::What;
use super::{Cli, names, why};
use crate::harmless::tame;
use crate::nearest::nearest;
use crate::quote::words;
use crate::runner::DoJobber;

/// The verb that takes a job beside roots.
pub(super) const WHY: &str = "why";

/// A root that can be chosen.
pub(super) struct Root {
    pub(super) name: &'static str,
    pub(super) choose: fn(&mut DoJobber),
}

impl<A: Args + Send + Sync + 'static> Cli<A> {
    /// Which roots these options mean, and which others there are, where there is a choice that they leave open.
    pub(super) fn roots_of(&self, what: &What) -> Option<String> {
        if !what.only.is_empty() || !what.tag.is_empty() {
            return None;
        }
        let first = self.roots.iter().take(usize::from(what.roots.0.is_empty())).map(|root| root.name);
        let named: Vec<_> = first.chain(what.roots.0.iter().map(String::as_str)).collect();
        let others: Vec<_> = self.roots.iter().map(|root| root.name).filter(|name| !named.contains(name)).collect();
        let listed = if named.len() == 1 { "root" } else { "roots" };
        let more = if others.len() == 1 { "another one is" } else { "others are" };
        let example = others.first()?;
        Some(format!("{listed}: {}; {more} {} (`list {example}`)", named.join(", "), others.join(", ")))
    }

    /// Has the run be of what was typed, or else of the first root; an error says what is wrong with it.
    pub(super) fn choose(&self, what: &What, verb: &str, dojob: &mut DoJobber) -> Result<(), String> {
        let roots = &what.roots.0;
        let option = [("--only", &what.only), ("--tag", &what.tag)].into_iter().find(|(_, names)| !names.is_empty());
        if let (Some((option, _)), Some(root)) = (option, roots.first()) {
            // A word that is no root is the mistake then.
            self.choose_roots(roots, verb, dojob)?;
            let root = tame(root);
            return Err(format!(
                "`{option}` and the root `{root}` both say which jobs are meant: leave one of them out"
            ));
        }
        if names::choose(what, dojob)? { Ok(()) } else { self.choose_roots(roots, verb, dojob) }
    }

    /// Has the run be of these; an error says which of them is none.
    fn choose_roots(&self, names: &[String], verb: &str, dojob: &mut DoJobber) -> Result<(), String> {
        if names.is_empty() {
            match self.roots.first() {
                Some(root) => (root.choose)(dojob),
                None => {
                    dojob.discover();
                }
            }
            return Ok(());
        }
        for name in names {
            let Some(root) = self.roots.iter().find(|root| root.name == *name) else {
                return Err(self.no_root(name, verb, dojob));
            };
            (root.choose)(dojob);
        }
        Ok(())
    }

    /// The roots in whose graphs this job is, as far as they can be planned. What cancels this `dojob` ends that.
    pub(super) fn roots_with(&self, job: &str, args: &Arc<A>, dojob: &DoJobber) -> Vec<&'static str> {
        let has = |root: &&Root| {
            self.configured(Arc::clone(args)).is_ok_and(|mut other| {
                (root.choose)(&mut other);
                other.cancel_with(dojob);
                other.plan().is_ok_and(|plan| why::is_in(&plan, job))
            })
        };
        self.roots.iter().filter(has).map(|root| root.name).collect()
    }

    fn no_root(&self, name: &str, verb: &str, dojob: &DoJobber) -> String {
        if self.is_verb(name) {
            return format!("`{name}` is a command, which comes first, before all options");
        }
        let known = || self.roots.iter().map(|root| root.name);
        let near = match (nearest(name, known()), self.nearest_verb(name)) {
            (Some(root), _) => format!("; did you mean `{root}`?"),
            (None, Some(verb)) => format!("; did you mean the command `{verb}`?"),
            (None, None) => String::new(),
        };
        let all: Vec<_> = known().map(|root| format!("`{root}`")).collect();
        let is_job = dojob.look_up(|known| known.can_be_chosen(name));
        let (name, all) = (tame(name), all.join(", "));
        let what = match verb {
            _ if !is_job => format!("there is no root `{name}`{near}"),
            WHY => {
                format!("`{name}` is a job, but no root: `why` tells of one job, in the graph of the roots behind it")
            }
            _ => {
                let only = words([OsStr::new("--only"), OsStr::new(&name)]);
                format!("`{name}` is a job, but no root: `{only}` is for that")
            }
        };
        format!("{what} (the roots are {all})")
    }
}
