//! Growing the graph while it runs never starts a job early, never loses or repeats one, and gives the same outcome as
//! the same graph known from the start.

use proptest::prelude::*;

use super::case::Act::{self, Changes, FailsBefore, FailsInRun, Holds};
use super::case::{Cancel, Case, Part, Scripted, job};
use super::driver::play;
use super::random::cases;
use super::{at_least, invariants, judge, story};
use crate::plan::{JobId, id};
use crate::status::Status;

proptest! {
    #![proptest_config(at_least(5_000))]

    #[test]
    fn keeps_the_rules(case in growing_cases(cases())) {
        judge(&case, &play(&case)?)?;
    }
}

proptest! {
    #![proptest_config(at_least(2_000))]

    #[test]
    fn ends_as_if_all_had_been_known_from_the_start(case in growing_cases(cases())) {
        let case = Case { cancel: Cancel::Never, ..case };
        let grown = play(&case)?;
        let statuses = invariants::hold(&case, &grown)?;
        let twin = known_from_the_start(&case);
        let known = play(&twin)?;
        prop_assert_eq!(&statuses, &judge(&twin, &known)?);

        let is_tried = |job: JobId| !matches!(case.job(job).part, Part::Whole | Part::Lacking);
        let mut tries = [&grown, &known].map(|trace| trace.starts().filter(|start| is_tried(start.job)).collect::<Vec<_>>());
        if case.slots > 1 {
            // Which of two tries that fit starts first may depend on the moment in which a group passes.
            for tries in &mut tries {
                tries.sort_unstable_by_key(|start| (start.job, start.number));
            }
        }
        prop_assert_eq!(&tries[0], &tries[1]);
    }

    #[test]
    fn plays_the_same_again(case in growing_cases(cases())) {
        prop_assert_eq!(play(&case)?, play(&case)?);
    }
}

/// The same graph, and nothing comes into being: a family's `each` is a job, the family itself a group.
fn known_from_the_start(case: &Case) -> Case {
    let jobs = case.jobs.iter().map(|job| job.clone().is(Part::Known)).collect();
    Case { jobs, ..case.clone() }
}

/// How each job ended. One that did not come into being is as one that was known, and needs the `each` and what the family
/// knows that it would need.
pub(super) fn with_unborn(case: &Case, ended: &[Option<Status>]) -> Vec<Status> {
    let mut statuses: Vec<Status> = Vec::new();
    for (job, ended) in case.ids().zip(ended) {
        let unborn_of = case.each_of(job).filter(|each| !statuses[each.index()].passed());
        let is_in_vain = |needed: &JobId| is_in_vain(statuses[needed.index()]);
        statuses.push(match unborn_of {
            Some(each) if statuses[each.index()] != Status::Cancelled => barred(case),
            Some(each) if case.job(each).to_come.iter().any(is_in_vain) => barred(case),
            Some(_) => Status::Cancelled,
            None => ended.unwrap_or(barred(case)),
        });
    }
    statuses
}

fn barred(case: &Case) -> Status {
    if case.no_act { Status::Unknown } else { Status::Blocked }
}

fn is_in_vain(status: Status) -> bool {
    !status.passed() && status != Status::Cancelled
}

/// The graph as far as it came into being: whatever needed something that did not needs the `each` that failed.
pub(super) fn as_it_came(case: &Case, statuses: &[Status]) -> Case {
    let unborn_of = |job| case.each_of(job).filter(|each| !statuses[each.index()].passed());
    let mut born = known_from_the_start(case);
    for (place, job) in born.jobs.iter_mut().enumerate() {
        if matches!(statuses[place], Status::Blocked | Status::Unknown | Status::Cancelled) {
            // It stands on what its members would have needed, too.
            job.dependencies.extend_from_slice(&job.to_come);
        }
        match unborn_of(id(place)) {
            Some(each) => job.dependencies = vec![each],
            None => job.dependencies.iter_mut().for_each(|needed| *needed = unborn_of(*needed).unwrap_or(*needed)),
        }
        job.dependencies.sort_unstable();
        job.dependencies.dedup();
    }
    born
}

/// Any case, some stretches of which are made families, and some jobs such that wait for a member that there is not.
pub(super) fn growing_cases(cases: impl Strategy<Value = Case>) -> impl Strategy<Value = Case> {
    let stretches = prop::collection::vec((0_usize..6, 0_usize..6), 0..6);
    let lacking = prop_oneof![Just(0_u32), any::<u32>()];
    (cases, stretches, lacking).prop_map(|(mut case, stretches, lacking)| {
        let mut free = 0;
        for (gap, members) in stretches {
            let (each, whole) = (free + gap, free + gap + members + 1);
            free = whole + 1;
            if free > case.jobs.len() {
                break;
            }
            case.jobs[each].part = Part::Each;
            case.jobs[each + 1..whole].iter_mut().for_each(|job| job.part = Part::Member);
            case.jobs[whole].part = Part::Whole;
        }
        for place in 0..case.jobs.len() {
            make_growing(&mut case, place, lacking >> place & 1 == 1);
        }
        case
    })
}

/// Bends the job's dependencies and script to what its part allows.
fn make_growing(case: &mut Case, place: usize, lacks: bool) {
    let families: Vec<_> = case.ids().filter(|job| case.job(*job).part == Part::Each && job.index() < place).collect();
    let whole_of = |case: &Case, each| {
        case.ids().find(|job| case.each_of(*job) == Some(each) && case.job(*job).part == Part::Whole)
    };
    let own = case.each_of(id(place));
    let mut dependencies = Vec::new();
    for needed in case.jobs[place].dependencies.clone() {
        let (part, each) = (case.job(needed).part, case.each_of(needed));
        match (part, case.jobs[place].part) {
            _ if own.is_some_and(|own| own <= needed) => dependencies.push(needed),
            (Part::Each, _) => dependencies.extend(whole_of(case, needed)),
            (Part::Member, Part::Each) => dependencies.extend(each.and_then(|each| whole_of(case, each))),
            (Part::Member, Part::Member) => {
                dependencies.push(needed);
                // Its family waits for the other one.
                let family = &mut case.jobs[own.map_or(0, JobId::index)].dependencies;
                family.extend(each);
                family.sort_unstable();
                family.dedup();
            }
            (Part::Member, _) => dependencies.extend([needed].into_iter().chain(each)),
            _ => dependencies.push(needed),
        }
    }
    let lacking = if lacks && case.jobs[place].part == Part::Known { families.get(place % 3) } else { None };
    if let Some(each) = lacking {
        dependencies.retain(|needed| case.job(*needed).part != Part::Member || case.each_of(*needed) != Some(*each));
        dependencies.push(*each);
        case.jobs[place] = untried(Part::Lacking, FailsBefore);
    }
    let to_come = own.map(|own| case.job(own).to_come.clone()).unwrap_or_default();
    let job = &mut case.jobs[place];
    match job.part {
        Part::Known | Part::Lacking => {}
        Part::Each => {
            // Not the `each` needs these, but its members.
            job.to_come = if lacks { dependencies.split_off(dependencies.len() / 2) } else { Vec::new() };
            job.has_cleanup = false;
            for scene in &mut job.script {
                scene.act = if matches!(scene.act, Holds | Changes) { Holds } else { FailsBefore };
            }
        }
        Part::Member => dependencies.extend(own.into_iter().chain(to_come)),
        Part::Whole => {
            *job = untried(Part::Whole, Holds);
            dependencies = own.map_or(0..0, |each| each.index()..place).map(id).collect();
        }
    }
    dependencies.sort_unstable();
    dependencies.dedup();
    case.jobs[place].dependencies = dependencies;
}

/// What ends without a try, as the job that it would be if it had been known from the start.
fn untried(part: Part, act: Act) -> Scripted {
    job([], &[act]).is(part)
}

/// The parts of a family, behind each other: its `each`, its members, the whole of it. `first` is the place of the
/// `each`; its members need it besides.
pub(super) fn family<const MEMBERS: usize>(first: u32, each: Scripted, members: [Scripted; MEMBERS]) -> Vec<Scripted> {
    let mut whole = untried(Part::Whole, Holds);
    let mut jobs = vec![each.is(Part::Each)];
    for mut member in members {
        member.dependencies.push(JobId(first));
        whole.dependencies.push(id(first as usize + jobs.len()));
        jobs.push(member.is(Part::Member));
    }
    whole.dependencies.push(JobId(first));
    jobs.push(whole);
    jobs
}

/// What happens with one slot, and how jobs end.
#[track_caller]
fn told(parts: &[&[Scripted]]) -> (String, Vec<Status>) {
    story(&Case::new(parts.concat()))
}

#[test]
fn members_take_the_place_of_their_family() {
    // A to D are the family; E was known before, and so is F, which needs all of A to D.
    let members = [job([], &[Holds]), job([], &[Changes])];
    let (told, statuses) = told(&[&family(0, job([], &[Holds]), members), &[job([], &[Holds]), job([3], &[Holds])]]);
    assert_eq!(told, "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 E1 r1, 0 F1 r1");
    assert!(statuses.iter().all(|status| status.passed()));
}

#[test]
fn retries_of_members_and_of_the_family_belong_to_later_rounds() {
    // E needs the family, which passes with the last try of B; D was known before.
    let members = [job([], &[FailsInRun, Changes])];
    let (told, _) =
        told(&[&family(0, job([], &[FailsBefore, Holds]), members), &[job([], &[Holds]), job([2], &[Holds])]]);
    assert_eq!(told, "0 A1 r1, 0 D1 r1, 0 A2 r2, 0 B1 r2, 0 B2 r3, 0 E1 r3");
}

#[test]
fn a_family_that_never_comes_into_being_blocks_all_that_waits() {
    use Status::{Blocked, Failed, Ok};
    // E waits for the member B, F for the family C, G for a member that there would not be; D for nothing.
    let waiting = [job([0, 1], &[Holds]), job([2], &[Holds]), job([0], &[FailsBefore]).is(Part::Lacking)];
    let never = family(0, job([], &[FailsBefore, FailsBefore]), [job([], &[Holds])]);
    let (told, statuses) = told(&[&never, &[job([], &[Holds])], &waiting]);
    assert_eq!(told, "0 A1 r1, 0 D1 r1, 0 A2 r2");
    assert_eq!(statuses, [Failed, Blocked, Blocked, Ok, Blocked, Blocked, Blocked]);
}

#[test]
fn who_waits_for_a_member_waits_for_no_other() {
    // B takes long; E needs the member C only, F the whole family.
    let members = [job([], &[Holds]).takes(9, 0), job([], &[Holds])];
    let waiting = [job([0, 2], &[Holds]), job([3], &[Holds])];
    let case = Case { slots: 2, ..Case::new([family(0, job([], &[Holds]), members), waiting.to_vec()].concat()) };
    assert_eq!(story(&case).0, "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 E1 r1, 9 F1 r1");
}

#[test]
fn a_family_without_members_passes_at_once() {
    let (told, statuses) = told(&[&family(0, job([], &[Holds]), []), &[job([1], &[Holds])]]);
    assert_eq!((told.as_str(), statuses), ("0 A1 r1, 0 C1 r1", vec![Status::Ok; 3]));
}

#[test]
fn a_member_is_never_tried_if_what_it_needs_has_failed_before() {
    use Status::{Blocked, Failed, Ok};
    // The family needs B, and its member D besides needs A, which has failed by then; E does not.
    let members = [job([0], &[Holds]), job([], &[Holds])];
    let (told, statuses) = told(&[
        &[job([], &[FailsInRun]), job([], &[Holds])],
        &family(2, job([1], &[Holds]), members),
        &[job([5], &[Holds]), job([2, 4], &[Holds])],
    ]);
    assert_eq!(told, "0 A1 r1, 0 B1 r1, 0 C1 r1, 0 E1 r1, 0 H1 r1");
    assert_eq!(statuses, [Failed, Ok, Ok, Blocked, Ok, Blocked, Blocked, Ok]);
}

#[test]
fn who_waits_for_a_member_that_there_is_not_fails() {
    use Status::{Blocked, Failed, Ok};
    let lacking = [job([0], &[FailsBefore]).is(Part::Lacking), job([3], &[Holds])];
    let (told, statuses) = told(&[&family(0, job([], &[Holds]), [job([], &[Holds])]), &lacking]);
    assert_eq!((told.as_str(), statuses), ("0 A1 r1, 0 B1 r1", vec![Ok, Ok, Ok, Failed, Blocked]));
}

#[test]
fn who_lacks_a_member_and_needs_a_job_that_fails_is_blocked_whichever_comes_first() {
    use Status::{Blocked, Failed, Ok};
    // D needs A, which fails early or late, and a member that the family B turns out not to have; E needs D.
    for (takes, slots) in [(0, 1), (0, 2), (9, 1), (9, 2)] {
        let waiting = [job([0, 1], &[FailsBefore]).is(Part::Lacking), job([3], &[Holds])];
        let fails = job([], &[FailsBefore]).takes(takes, 0);
        let jobs = [vec![fails], family(1, job([], &[Holds]), []), waiting.to_vec()].concat();
        let (told, statuses) = story(&Case { slots, ..Case::new(jobs) });
        assert_eq!(statuses, [Failed, Ok, Ok, Blocked, Blocked], "{told}");
    }
}

#[test]
fn who_lacks_a_member_and_has_ended_does_not_end_again() {
    use Status::{Blocked, Failed, Ok};
    // E waits for a member of the family A, which never comes into being, and for one that C turns out not to have.
    let families = [family(0, job([], &[FailsBefore]), []), family(2, job([], &[Holds]), [])].concat();
    let (told, statuses) = told(&[&families, &[job([0, 2], &[FailsBefore]).is(Part::Lacking)]]);
    assert_eq!((told.as_str(), statuses), ("0 A1 r1, 0 C1 r1", vec![Failed, Blocked, Ok, Ok, Blocked]));
}

#[test]
fn a_family_waits_for_the_families_whose_members_its_own_need() {
    // D is held back until A has passed, though it needs nothing else; E needs the member B.
    let first = family(0, job([], &[FailsBefore, Holds]), [job([], &[Holds]).takes(0, 5)]);
    let second = family(3, job([0], &[Holds]), [job([1], &[Holds]), job([], &[Holds])]);
    assert_eq!(told(&[&first, &second]).0, "0 A1 r1, 0 A2 r2, 0 B1 r2, 0 D1 r2, 0 E1 r2, 0 F1 r2");
}

#[test]
fn in_no_act_members_are_only_checked() {
    use Status::{Ok, Unknown, WouldRun};
    let members = [job([], &[Holds]), job([], &[Changes, Changes])];
    let jobs = [family(0, job([], &[Holds]), members), vec![job([3], &[Holds]), job([0, 1], &[Holds])]].concat();
    let told = story(&Case { no_act: true, ..Case::new(jobs) });
    assert_eq!(told, ("0 A1 r1, 0 B1 r1, 0 C1 r1, 0 F1 r1".to_owned(), vec![Ok, Ok, WouldRun, Unknown, Unknown, Ok]));
}

#[test]
fn members_that_come_after_a_cancellation_are_never_tried() {
    use Status::{Cancelled, Ok};
    let jobs = family(0, job([], &[Holds]).takes(5, 0), [job([], &[Holds])]);
    let case = Case { cancel: Cancel::At(2), ..Case::new(jobs) };
    assert_eq!(story(&case), ("0 A1 r1, 2 A1 stopped".to_owned(), vec![Ok, Cancelled, Cancelled]));
}
