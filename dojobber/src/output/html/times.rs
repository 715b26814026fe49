//! Who was where and when: rows of a timeline, and what the end of a run waited for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rustc_hash::FxHashSet;

/// From and to.
pub(super) type Interval = (Duration, Duration);

/// A row for each of these, in which none overlaps another: the first that is free when it starts.
pub(super) fn rows(intervals: &[Interval]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..intervals.len()).collect();
    order.sort_by_key(|index| intervals[*index]);
    let mut rows = vec![0; intervals.len()];
    let (mut free, mut busy, mut count) = (BinaryHeap::new(), BinaryHeap::new(), 0);
    for index in order {
        let (from, to) = intervals[index];
        while let Some(Reverse((end, row))) = busy.peek().copied()
            && end <= from
        {
            busy.pop();
            free.push(Reverse(row));
        }
        let row = free.pop().map_or(count, |Reverse(row)| row);
        count = count.max(row + 1);
        rows[index] = row;
        busy.push(Reverse((to, row)));
    }
    rows
}

/// Follows the jobs that ended last, from the last of all back to the first; returned in the order of time.
///
/// `ended`: when each was tried to its end; None for those that were not. `needs`: what each waited for.
pub(super) fn critical<I: IntoIterator<Item = usize>>(
    ended: &[Option<Duration>],
    needs: impl Fn(usize) -> I,
) -> Vec<usize> {
    let latest = |jobs: &mut dyn Iterator<Item = usize>| {
        jobs.filter_map(|job| Some((ended[job]?, job))).max().map(|(_, job)| job)
    };
    let (mut path, mut seen) = (Vec::new(), FxHashSet::default());
    let mut next = latest(&mut (0..ended.len()));
    while let Some(job) = next.filter(|job| seen.insert(*job)) {
        path.push(job);
        next = latest(&mut needs(job).into_iter());
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(from: u64, to: u64) -> Interval {
        (Duration::from_secs(from), Duration::from_secs(to))
    }

    #[test]
    fn rows_are_as_many_as_ran_at_once() {
        let intervals = [seconds(0, 4), seconds(0, 2), seconds(2, 3), seconds(3, 9), seconds(4, 5), seconds(4, 4)];
        let rows = rows(&intervals);
        assert_eq!(rows[1], 0, "the shorter one comes first");
        assert_eq!(rows[0], 1);
        assert_eq!((rows[2], rows[3]), (0, 0));
        assert_eq!((rows[4], rows[5]), (1, 1), "what takes no time holds nothing up");
    }

    #[test]
    fn the_path_follows_what_ended_last() {
        let ended = [Some(5), Some(2), Some(6), None, Some(9), Some(8)];
        let ended = ended.map(|end| end.map(Duration::from_secs));
        let needs = [vec![], vec![], vec![0, 1], vec![], vec![2, 3, 1], vec![4]];
        assert_eq!(critical(&ended, |job| needs[job].clone()), [0, 2, 4]);
        assert!(critical(&[], |_| Vec::new()).is_empty());
        assert_eq!(critical(&ended[..1], |_| vec![0]), [0], "no endless loop");
    }
}
