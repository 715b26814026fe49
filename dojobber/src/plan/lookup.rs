//! What names there are, without a plan: for those who typed one.

use super::by_key::MemberOf;
use super::catalogue::{Catalogue, Key};
use super::universe::{CallEach, Missing, Universe};

/// All names that a plan could be asked for.
pub(crate) struct Lookup<'a>(Universe<'a>);

impl<'a> Lookup<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, call_each: &'a mut CallEach<'a>) -> Self {
        Self(Universe::new(catalogue, call_each))
    }

    /// Whether there are jobs, or a family, of this name.
    pub(crate) fn has_job(&mut self, name: &str) -> bool {
        !matches!(self.0.number_of(&Key::Name(name.to_owned())), Err(Missing::Unknown))
    }

    /// Whether it names what can be left out: a job, a family, or as `FAMILY[key]` a member, which may have yet to come into
    /// being.
    pub(crate) fn can_be_excluded(&mut self, name: &str) -> bool {
        self.has_job(name) || !matches!(self.0.member_of_name(name), Err(Missing::Unknown))
    }

    /// Whether it names what can be run alone: as what can be left out, but for members that have yet to come into being.
    pub(crate) fn can_be_chosen(&mut self, name: &str) -> bool {
        self.has_job(name)
            || matches!(self.0.member_of_name(name), Ok(MemberOf::Known(_)) | Err(Missing::Ambiguous(..)))
    }

    /// The family that comes into being during the run, of which this names a member.
    pub(crate) fn late_family_of(&mut self, name: &str) -> Option<String> {
        match self.0.member_of_name(name) {
            Ok(MemberOf::Late(family, _)) => Some(self.0.place(family).name),
            _ => None,
        }
    }

    /// Whether a job has this tag.
    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.0.has_tag(tag)
    }

    /// The name of a job, or of a member as `FAMILY[key]`, that this one is most likely a misspelling of.
    pub(crate) fn nearest(&mut self, name: &str) -> Option<String> {
        self.0.nearest_typed(name).map(|job| job.name)
    }
}
