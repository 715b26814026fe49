//! The jobs that are linked into the program, in an order that no linker decides.

use std::any::TypeId;
use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use crate::job::{DefOf, JobDef};

/// What `#[job]` submits.
pub struct Registration(pub DefOf);

inventory::collect!(Registration);

/// All jobs with `#[job]` that are linked into the program, sorted by crate, file, line and name.
///
/// A crate that nothing names is not linked, and its jobs are missing here: `use its_name as _;` links it. A binary
/// or an integration test must name its own package's library for that, too.
///
/// ```
/// use dojobber::prelude::*;
///
/// /// Draws them all.
/// #[job]
/// fn draw_curtains() {}
///
/// let job = dojobber::registered().iter().find(|job| job.name() == "draw_curtains").unwrap();
/// assert_eq!(job.description(), "Draws them all.");
/// ```
pub fn registered() -> &'static [&'static JobDef] {
    static SORTED: OnceLock<Vec<&'static JobDef>> = OnceLock::new();
    SORTED.get_or_init(|| {
        let mut jobs: Vec<_> = inventory::iter::<Registration>.into_iter().map(|entry| (entry.0)()).collect();
        sort(&mut jobs);
        // A library that is linked twice, in two versions, has two types; one that is submitted twice has one.
        let mut seen: FxHashSet<TypeId> = FxHashSet::default();
        jobs.retain(|job| seen.insert((job.id)()));
        jobs
    })
}

/// Sorts by crate, file, line, and by name where one line made several jobs.
pub(crate) fn sort(jobs: &mut [&'static JobDef]) {
    jobs.sort_by_key(|job| (job.krate(), job.file(), job.line(), job.location.column(), job.name));
}
