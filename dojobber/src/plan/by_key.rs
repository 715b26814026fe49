//! Members of families, named as those who type a name can: `FAMILY[key]`.

use super::catalogue::Key;
use super::problem::{JobPlace, readable};
use super::source::Source;
use super::universe::{Missing, Universe, is_late};
#[cfg(feature = "cli")]
use super::{Plan, PlannedJob};
use crate::nearest::nearest;

/// What `FAMILY[key]` stands for.
pub(super) enum MemberOf {
    /// A member that is known.
    Known(u32),
    /// Whatever has this key of a family that comes into being during the run.
    Late(u32, String),
}

/// The family and the key.
fn parts(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(']').and_then(|parts| parts.split_once('['))
}

/// Whether this is the key, as people can write it.
pub(super) fn is_key(typed: &str, key: &str) -> bool {
    typed == key || typed == readable(key)
}

impl Universe<'_> {
    /// The member that is named by its family and its key, as in `FAMILY[key]`.
    pub(super) fn member_of_name(&mut self, name: &str) -> Result<MemberOf, Missing> {
        let (family, typed) = parts(name).ok_or(Missing::Unknown)?;
        let job = self.number_of(&Key::Name(family.to_owned()))?;
        match self.source(job) {
            Source::Def(def) if def.family.is_some_and(is_late) => Ok(MemberOf::Late(job, typed.to_owned())),
            Source::Def(def) => {
                let keys = self.keys(def).unwrap_or_default();
                let member = keys.iter().find(|(key, _)| is_key(typed, key));
                member.map(|(_, job)| MemberOf::Known(*job)).ok_or(Missing::Unknown)
            }
            Source::Dyn(_) | Source::Member(_) => Err(Missing::Unknown),
        }
    }

    /// The job, or the member as `FAMILY[key]`, that this name is most likely a misspelling of, where both can be named.
    pub(super) fn nearest_typed(&mut self, name: &str) -> Option<JobPlace> {
        self.nearest_member(name).or_else(|| self.nearest(name))
    }

    /// Its place is that of its family.
    fn nearest_member(&mut self, name: &str) -> Option<JobPlace> {
        // Most names are none of a member.
        parts(name)?;
        let families = self.defs().filter(|(_, def)| def.is_family());
        let families: Vec<_> = families.map(|(job, def)| (self.place(job), def)).collect();
        let names: Vec<_> = families.iter().map(|(place, _)| &*place.name).collect();
        let name = nearest_member(name, &names, |family| {
            let (_, def) = families.iter().find(|(place, _)| place.name == family)?;
            let keys = self.keys(def)?;
            Some(keys.keys().map(|key| readable(key)).collect())
        })?;
        let (family, _) = parts(&name)?;
        let (place, _) = families.iter().find(|(place, _)| place.name == family)?;
        Some(JobPlace { name, ..place.clone() })
    }
}

/// For whoever typed a name, or misspelt it.
#[cfg(feature = "cli")]
impl Plan {
    /// The job of this name, or the member that is named as `FAMILY[key]`.
    pub(crate) fn find_typed(&self, name: &str) -> Option<PlannedJob<'_>> {
        let member = || {
            let (family, typed) = parts(name)?;
            self.members_by_key(family).into_iter().find(|(_, key)| is_key(typed, key)).map(|(job, _)| job)
        };
        self.find(name).or_else(member)
    }

    /// The family that has yet to come into being, of which this names a member as `FAMILY[key]`.
    pub(crate) fn unborn_family_of(&self, name: &str) -> Option<&str> {
        let (family, _) = parts(name)?;
        self.unborn_families().find(|unborn| *unborn == family)
    }

    /// The families that have yet to come into being.
    pub(crate) fn unborn_families(&self) -> impl Iterator<Item = &str> {
        self.jobs().filter(|job| self.is_unborn(job.id())).map(PlannedJob::name)
    }

    /// The name of a job, a family, or a member as `FAMILY[key]`, that this one is most likely a misspelling of.
    pub(crate) fn nearest_typed(&self, name: &str) -> Option<String> {
        let families: Vec<_> = self.jobs().filter_map(|job| self.family_name(job.id())).collect();
        let member = nearest_member(name, &families, |family| {
            let is_born = self.unborn_families().all(|unborn| unborn != family);
            is_born.then(|| self.members_by_key(family).into_iter().map(|(_, key)| readable(key)).collect())
        });
        let names = self.jobs().map(PlannedJob::name).chain(families.iter().copied());
        member.or_else(|| nearest(name, names).map(str::to_owned))
    }

    /// Each member of the family, with its key.
    fn members_by_key(&self, family: &str) -> Vec<(PlannedJob<'_>, &str)> {
        let of_family = |job: &PlannedJob<'_>| self.family_name(job.id()) == Some(family);
        let with_key = |job: PlannedJob<'_>| match self.source(job.id()) {
            Source::Member(member) => Some((job.id(), member.key())),
            Source::Def(_) | Source::Dyn(_) => None,
        };
        let members = self.jobs().filter(of_family).filter_map(with_key);
        members.map(|(id, key)| (self.job(id), key)).collect()
    }
}

/// Among these families, and the keys of their members, where they are known.
fn nearest_member(name: &str, families: &[&str], keys_of: impl FnOnce(&str) -> Option<Vec<String>>) -> Option<String> {
    let (family, typed) = parts(name)?;
    let is_family = families.contains(&family);
    let family = if is_family { family } else { nearest(family, families.iter().copied())? };
    let key = match keys_of(family) {
        // Nobody knows a better one.
        None if is_family => return None,
        None => typed.to_owned(),
        Some(keys) if keys.iter().any(|key| key == typed) => typed.to_owned(),
        Some(keys) => nearest(typed, keys.iter().map(String::as_str))?.to_owned(),
    };
    Some(format!("{family}[{key}]"))
}
