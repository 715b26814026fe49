//! Edges as two flat arrays (compressed sparse rows).

use super::{JobId, id};

/// For each job, a list of jobs.
#[derive(Default)]
pub(crate) struct Csr {
    /// Where each job's list starts; one more at the end.
    starts: Vec<u32>,
    targets: Vec<JobId>,
}

impl Csr {
    pub(crate) fn with_capacity(jobs: usize, edges: usize) -> Self {
        let mut starts = Vec::with_capacity(jobs + 1);
        starts.push(0);
        Self { starts, targets: Vec::with_capacity(edges) }
    }

    /// Adds the list of the next job.
    pub(crate) fn push(&mut self, list: impl IntoIterator<Item = JobId>) {
        self.targets.extend(list);
        self.starts.push(id(self.targets.len()).0);
    }

    pub(crate) fn of(&self, job: JobId) -> &[JobId] {
        &self.targets[self.starts[job.index()] as usize..self.starts[job.index() + 1] as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn edges(&self) -> usize {
        self.targets.len()
    }

    /// The same edges from their other ends; each list ascends.
    pub(crate) fn reversed(&self) -> Self {
        let mut starts = vec![0_u32; self.len() + 1];
        for target in &self.targets {
            starts[target.index() + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut targets = vec![JobId::default(); self.targets.len()];
        for source in 0..self.len() {
            for target in self.of(id(source)) {
                let slot = &mut next[target.index()];
                targets[*slot as usize] = id(source);
                *slot += 1;
            }
        }
        Self { starts, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverses() {
        let mut edges = Csr::with_capacity(3, 3);
        edges.push([]);
        edges.push([JobId(0)]);
        edges.push([JobId(1), JobId(0)]);
        let reversed = edges.reversed();
        assert_eq!(reversed.of(JobId(0)), [JobId(1), JobId(2)]);
        assert_eq!(reversed.of(JobId(1)), [JobId(2)]);
        assert_eq!(reversed.of(JobId(2)), []);
        assert_eq!((reversed.len(), reversed.edges()), (3, 3));
    }
}
