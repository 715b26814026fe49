//! Jobs made by code, as plans share them.

use std::panic::Location;
use std::sync::Arc;

use super::closures::Closed;
use crate::given::GivenTerms;
use crate::job::{Behaviour, Kind};

/// Jobs made by code, numbered in their order. Plans share them with those to come, and each of a million jobs has its
/// place beside the next one.
#[derive(Clone, Default)]
pub(crate) struct DynJobs {
    /// More than one, where jobs were added while a plan held those that there were.
    segments: Vec<Arc<Segment>>,
}

/// What is read of each job while it runs lies apart from what is read when somebody asks.
struct Segment {
    /// The number of its first job.
    first: usize,
    closures: Vec<Closed>,
    abouts: Vec<About>,
}

/// What there is to say about a job.
pub(crate) struct About {
    /// What most jobs say nothing of: a million of them are to stay small.
    pub(crate) terms: Option<Box<GivenTerms>>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) tags: Vec<Box<str>>,
    pub(crate) location: &'static Location<'static>,
}

/// What a plan has to know of each job.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is read where the others are not")]
pub(crate) struct Facts {
    pub(crate) tries: Option<u32>,
    pub(crate) kind: Kind,
    pub(crate) has_cleanup: bool,
    pub(crate) has_when: bool,
    pub(crate) is_async: bool,
    pub(crate) has_value: bool,
    pub(crate) has_terms: bool,
}

/// One of them.
#[derive(Clone, Copy)]
pub(crate) struct DynJobRef<'a> {
    jobs: &'a DynJobs,
    number: u32,
}

impl DynJobs {
    pub(crate) fn push(&mut self, closures: Closed, about: About) {
        let first = self.segments.last().map_or(0, |segment| segment.first + segment.abouts.len());
        if let Some(segment) = self.segments.last_mut().and_then(Arc::get_mut) {
            segment.closures.push(closures);
            segment.abouts.push(about);
        } else {
            self.segments.push(Arc::new(Segment { first, closures: vec![closures], abouts: vec![about] }));
        }
    }

    /// The job with this number, which there has to be.
    pub(crate) fn get(&self, number: u32) -> DynJobRef<'_> {
        DynJobRef { jobs: self, number }
    }

    /// What there is to say about each, in their order.
    pub(crate) fn abouts(&self) -> impl Iterator<Item = &About> {
        self.segments.iter().flat_map(|segment| &segment.abouts)
    }
}

impl<'a> DynJobRef<'a> {
    pub(crate) fn about(self) -> &'a About {
        let (segment, index) = self.find();
        &segment.abouts[index]
    }

    #[inline]
    pub(crate) fn behaviour(self) -> &'a dyn Behaviour {
        let (segment, index) = self.find();
        segment.closures[index].behaviour()
    }

    #[inline]
    fn find(self) -> (&'a Segment, usize) {
        let (segments, number) = (&self.jobs.segments, self.number as usize);
        let segment = match &segments[..] {
            [only] => only,
            several => &several[several.partition_point(|segment| segment.first <= number) - 1],
        };
        (segment, number - segment.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DynJob;
    use crate::dynjob::{Any, AnyJob};

    fn names(jobs: &DynJobs) -> Vec<&str> {
        jobs.abouts().map(|job| &*job.name).collect()
    }

    #[test]
    fn whoever_shares_them_keeps_what_there_was() {
        let (mut jobs, mut shared) = (DynJobs::default(), Vec::new());
        for name in ["a", "b", "c", "d"] {
            let Any::Dyn(job) = AnyJob::from(DynJob::new(name)).0 else { panic!("no job made by code") };
            jobs.push(job.closures, job.about);
            if name != "b" {
                shared.push(jobs.clone());
            }
        }
        assert_eq!(shared.iter().map(names).collect::<Vec<_>>(), [&["a"][..], &["a", "b", "c"], &["a", "b", "c", "d"]]);
        assert_eq!(jobs.segments.len(), 3);
        assert_eq!([0, 1, 2, 3].map(|number| &*jobs.get(number).about().name), ["a", "b", "c", "d"]);
    }
}
