//! Waits between tries (R5).

use super::*;

/// A job that fails, and takes so long each time.
fn fails(how: How, clock: &VirtualClock, takes: f64) -> DynJob {
    let clock = clock.clone();
    how.run(DynJob::new("job"), move |_| {
        clock.advance(seconds(takes));
        bail!("no")
    })
}

#[test]
fn waits_count_from_the_start_of_a_try() {
    for how in every_way() {
        for (takes, delay, expected) in [(0.5, 2, [0.0, 2.0, 4.0]), (3.0, 2, [0.0, 3.0, 6.0]), (0.0, 0, [0.0; 3])] {
            let clock = VirtualClock::new();
            let report = how.go(&mut alone(fails(how, &clock, takes).retry_delay(delay)), &clock);
            assert_eq!(starts(&report, "job"), expected, "{how:?}");
            assert_eq!(report.elapsed(), seconds(expected[2] + takes), "{how:?}");
        }
    }
}

#[test]
fn waits_that_grow_count_from_the_end_of_a_try_up_to_the_longest() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let job = fails(how, &clock, 0.5).tries(7).retry_delay(1).retry_backoff(2.0).retry_max_delay(5);
        let report = how.go(&mut alone(job), &clock);
        assert_eq!(starts(&report, "job"), [0.0, 1.5, 4.0, 8.5, 14.0, 19.5, 25.0], "{how:?}");
    }
}

#[test]
fn the_longest_wait_holds_for_those_that_do_not_grow_too() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let report = how.go(&mut alone(fails(how, &clock, 0.0).retry_delay(10).retry_max_delay(3)), &clock);
        assert_eq!(starts(&report, "job"), [0.0, 3.0, 6.0], "{how:?}");
    }
}

#[test]
fn jitter_is_the_same_for_the_same_seed_in_every_way() {
    let with_seed = |how: How, seed: u64| -> Vec<Vec<f64>> {
        let clock = VirtualClock::new();
        let mut dojob = DoJobber::new();
        dojob.retry_seed(seed).default_retry_delay(10).default_retry_jitter(0.5).default_tries(5);
        for name in ["a", "b", "c"] {
            dojob.add(how.run(DynJob::new(name), |_| bail!("no"))).root_named(name);
        }
        let report = how.go(&mut dojob, &clock);
        ["a", "b", "c"].map(|name| starts(&report, name)).to_vec()
    };
    let first = How { way: Way::Inline, code: Code::Blocking };
    let expected = with_seed(first, 7);
    for starts in &expected {
        let waits = starts.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(waits.clone().all(|wait| (10.0..=15.0).contains(&wait)), "{starts:?}");
        assert!(waits.map(f64::to_bits).collect::<std::collections::HashSet<_>>().len() > 2, "{starts:?}");
    }
    assert!(expected[0] != expected[1] && expected[1] != expected[2]);
    for how in every_way() {
        assert_eq!(with_seed(how, 7), expected, "{how:?}");
        assert_ne!(with_seed(how, 8), expected, "{how:?}");
    }
}

#[test]
fn what_waits_holds_nobody_back() {
    for how in every_way() {
        let clock = VirtualClock::new();
        let mut dojob = alone(fails(how, &clock, 0.0).tries(2).retry_delay(60));
        dojob
            .add(how.run(DynJob::new("below"), |_| Ok(())))
            .add(how.run(DynJob::new("other").deps(["below"]), |_| Ok(())));
        let report = how.go(dojob.root_named("other"), &clock);
        assert_eq!((starts(&report, "other"), starts(&report, "job")), (vec![0.0], vec![0.0, 60.0]), "{how:?}");
    }
}
