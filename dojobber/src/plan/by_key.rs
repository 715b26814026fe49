//! Members of families, named as those who type a name can: `FAMILY[key]`.

use super::catalogue::Key;
use super::problem::readable;
use super::source::Source;
use super::universe::{Missing, Universe, is_late};

/// What `FAMILY[key]` stands for.
pub(super) enum MemberOf {
    /// A member that is known.
    Known(u32),
    /// Whatever has this key of a family that comes into being during the run.
    Late(u32, String),
}

impl Universe<'_> {
    /// The member that is named by its family and its key, as in `FAMILY[key]`.
    pub(super) fn member_of_name(&mut self, name: &str) -> Result<MemberOf, Missing> {
        let parts = name.strip_suffix(']').and_then(|parts| parts.split_once('['));
        let (family, typed) = parts.ok_or(Missing::Unknown)?;
        let job = self.number_of(&Key::Name(family.to_owned()))?;
        match self.source(job) {
            Source::Def(def) if def.family.is_some_and(is_late) => Ok(MemberOf::Late(job, typed.to_owned())),
            Source::Def(def) => {
                let keys = self.keys(def).unwrap_or_default();
                let member = keys.iter().find(|(key, _)| *key == typed || readable(key) == typed);
                member.map(|(_, job)| MemberOf::Known(*job)).ok_or(Missing::Unknown)
            }
            Source::Dyn(_) | Source::Member(_) => Err(Missing::Unknown),
        }
    }
}
