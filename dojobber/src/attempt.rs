//! One try, as a state machine (R1, R2, R3, R8, R12, R20, R22): which function of the job comes next, and what its outcome
//! means.
//!
//! (`try` is a reserved word.) It calls nothing itself: whoever drives it does, blocking or not.

use crate::context::Phase;
use crate::error::{Error, ErrorKind};
use crate::job::Kind;
use crate::outcome::{Outcome, Value};
use crate::scheduler::TryOutcome;

/// What to call next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Ask whether there is anything to do, before everything else.
    When,
    /// Make the value of the try, and nothing else: there is no check.
    Construct,
    /// Make the value of the try, and if that worked, check.
    Check,
    /// The scheduler is told before this is called.
    Run,
    Recheck,
}

/// A phase that is over: `Ok` if it passed.
pub(crate) type Ended = (Phase, Result<(), Option<Error>>);

/// What comes behind a call.
#[derive(Debug)]
pub(crate) enum Then {
    /// Another [call](Attempt::call).
    Call,
    /// The recheck failed, but its goal may take a while to show: it is repeated, or else that is how the try
    /// [ended](Attempt::unsettled).
    Settle(Error),
    /// The end of the try.
    Finish(Finish),
}

/// How the try ended.
#[derive(Debug)]
pub(crate) struct Finish {
    pub(crate) outcome: TryOutcome,
    /// Why it failed or was skipped, or in no-act why it would run.
    pub(crate) error: Option<Error>,
    /// The job's result (R19).
    pub(crate) value: Option<Value>,
}

/// What a try goes by.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Manner {
    pub(crate) kind: Kind,
    pub(crate) no_act: bool,
    /// Whether it has a condition.
    pub(crate) has_when: bool,
    /// Whether a recheck that failed may be repeated.
    pub(crate) settles: bool,
    /// Whether an earlier try has run: then a check that holds holds after run.
    pub(crate) has_run: bool,
}

pub(crate) struct Attempt {
    manner: Manner,
    call: Call,
    /// What it comes to if its last check fails: run may have said that no further try would help.
    otherwise: TryOutcome,
    /// Why run failed.
    run_error: Option<Error>,
}

impl Attempt {
    #[inline]
    pub(crate) fn new(manner: Manner) -> Self {
        let call = if manner.has_when { Call::When } else { first(manner.kind) };
        Self { manner, call, otherwise: TryOutcome::Failed, run_error: None }
    }

    /// What to call now.
    pub(crate) fn call(&self) -> Call {
        self.call
    }

    /// Takes in what came of the call, and hands over each phase that is over with it. `constructed` says whether the
    /// value of the try was made, and `cancelled` whether the run is to end: then no run is entered.
    #[inline]
    pub(crate) fn returned(
        &mut self,
        outcome: Outcome,
        constructed: bool,
        cancelled: bool,
        mut ended: impl FnMut(Ended),
    ) -> Then {
        let Manner { kind, no_act, settles, .. } = self.manner;
        let kind_of_error = outcome.as_ref().err().map(Error::kind);
        match (self.call, kind) {
            (Call::When, _) => match outcome {
                Ok(None) => self.then(first(kind)),
                Ok(Some(reason)) => Then::Finish(skipped(&reason)),
                Err(_) => self.check_ended(outcome, ended, unchecked(no_act, kind_of_error)),
            },
            _ if !constructed => self.check_ended(outcome, ended, unchecked(no_act, kind_of_error)),
            (Call::Construct, Kind::RunOnly) if outcome.is_ok() => {
                ended((Phase::Check, Err(None)));
                if no_act {
                    let error = Error::with_kind(ErrorKind::RunOnly, "it has no check, so it runs every time");
                    return Then::Finish(Finish { outcome: TryOutcome::WouldRun, error: Some(error), value: None });
                }
                if cancelled { Then::Finish(Self::interrupted(None)) } else { self.then(Call::Run) }
            }
            (Call::Construct, _) | (Call::Check, Kind::Family) => self.check_ended(outcome, ended, TryOutcome::Failed),
            (Call::Check, _) => match (outcome, kind_of_error) {
                // It is not known whether run is wanted, or no run would help, or nothing may follow.
                (outcome, Some(ErrorKind::Unsure)) if no_act => self.check_ended(outcome, ended, TryOutcome::Unsure),
                (outcome, None | Some(ErrorKind::Unsure)) => self.check_ended(outcome, ended, TryOutcome::Failed),
                (outcome, Some(kind)) if kind.ends_try() => self.check_ended(outcome, ended, TryOutcome::Failed),
                (outcome, _) if no_act => self.check_ended(outcome, ended, TryOutcome::WouldRun),
                (outcome, _) => {
                    ended((Phase::Check, passed(&outcome)));
                    if cancelled { Then::Finish(Self::interrupted(outcome.err())) } else { self.then(Call::Run) }
                }
            },
            (Call::Run, Kind::RunOnly) => {
                ended((Phase::Run, passed(&outcome)));
                ended((Phase::Recheck, passed(&outcome)));
                Then::Finish(Finish::new(outcome, TryOutcome::Changed, TryOutcome::Failed))
            }
            (Call::Run, _) => {
                ended((Phase::Run, passed(&outcome)));
                match kind_of_error {
                    // Nothing of the try follows.
                    Some(ErrorKind::TimedOut | ErrorKind::Cancelled | ErrorKind::Raced) => {
                        Then::Finish(Finish::new(outcome, TryOutcome::Changed, TryOutcome::Failed))
                    }
                    kind => {
                        if kind == Some(ErrorKind::Permanent) {
                            self.otherwise = TryOutcome::FailedForGood;
                        }
                        self.run_error = outcome.err();
                        self.then(Call::Recheck)
                    }
                }
            }
            (Call::Recheck, _) => match outcome {
                Err(error) if settles && !error.kind().ends_try() => Then::Settle(error),
                outcome => self.rechecked(outcome, ended),
            },
        }
    }

    /// The recheck that failed so is not repeated.
    pub(crate) fn unsettled(&mut self, error: Error, ended: impl FnMut(Ended)) -> Finish {
        match self.rechecked(Err(error), ended) {
            Then::Finish(finish) => finish,
            Then::Call | Then::Settle(_) => Finish { outcome: TryOutcome::Failed, error: None, value: None },
        }
    }

    /// The run was not entered, since nothing new is to start.
    pub(crate) fn interrupted(error: Option<Error>) -> Finish {
        Finish { outcome: TryOutcome::Interrupted, error, value: None }
    }

    /// The goal isn't reached since run failed, if it did.
    fn rechecked(&mut self, outcome: Outcome, mut ended: impl FnMut(Ended)) -> Then {
        ended((Phase::Recheck, passed(&outcome)));
        let outcome = match self.run_error.take() {
            Some(reason) => outcome.map_err(|error| error.because(reason)),
            None => outcome,
        };
        Then::Finish(Finish::new(outcome, TryOutcome::Changed, self.otherwise))
    }

    /// The check decided.
    #[inline]
    fn check_ended(&self, outcome: Outcome, mut ended: impl FnMut(Ended), otherwise: TryOutcome) -> Then {
        ended((Phase::Check, passed(&outcome)));
        let held = if self.manner.has_run { TryOutcome::Changed } else { TryOutcome::Held };
        Then::Finish(Finish::new(outcome, held, otherwise))
    }

    fn then(&mut self, call: Call) -> Then {
        self.call = call;
        Then::Call
    }
}

/// What a try begins with, where nothing is asked before.
fn first(kind: Kind) -> Call {
    if matches!(kind, Kind::Job | Kind::Family) { Call::Check } else { Call::Construct }
}

/// What it means that there can be no check. In no-act, not to know isn't to have failed.
fn unchecked(no_act: bool, kind_of_error: Option<ErrorKind>) -> TryOutcome {
    match kind_of_error {
        Some(ErrorKind::Unsure) if no_act => TryOutcome::Unsure,
        _ => TryOutcome::Failed,
    }
}

/// There is nothing to do, says the job's `when`.
fn skipped(reason: &Value) -> Finish {
    let reason = reason.downcast_ref::<String>().map_or("not due", String::as_str);
    let error = Error::with_kind(ErrorKind::Skipped, reason);
    Finish { outcome: TryOutcome::Skipped, error: Some(error), value: None }
}

impl Finish {
    /// What came behind its end failed. What it had failed with stays, and what that means for further tries.
    pub(crate) fn spoil(&mut self, with: Error) {
        use TryOutcome::{Changed, Failed, FailedForGood, Held, Interrupted, Skipped, Unsure, WouldRun};
        match self.outcome {
            Failed | FailedForGood | Interrupted => {
                self.error.get_or_insert(with);
            }
            Held | Changed | Skipped | WouldRun | Unsure => {
                *self = Self { outcome: Failed, error: Some(with), value: None };
            }
        }
    }

    fn new(outcome: Outcome, passed: TryOutcome, otherwise: TryOutcome) -> Self {
        match outcome {
            Ok(value) => Self { outcome: passed, error: None, value },
            Err(error) => {
                let outcome = match error.kind() {
                    ErrorKind::Permanent => TryOutcome::FailedForGood,
                    ErrorKind::Cancelled => TryOutcome::Interrupted,
                    _ => otherwise,
                };
                Self { outcome, error: Some(error), value: None }
            }
        }
    }
}

/// Errors are shared, not copied.
fn passed(outcome: &Outcome) -> Result<(), Option<Error>> {
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => Err(Some(error.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> Outcome {
        Err(Error::msg(text))
    }

    /// Steps a try, whose construction worked, through outcomes; returns what was called, the phases and the end.
    fn step(kind: Kind, no_act: bool, outcomes: Vec<Outcome>) -> (Vec<Call>, Vec<String>, Option<Finish>) {
        steps(kind, no_act, true, outcomes)
    }

    fn steps(
        kind: Kind,
        no_act: bool,
        constructed: bool,
        outcomes: Vec<Outcome>,
    ) -> (Vec<Call>, Vec<String>, Option<Finish>) {
        let mut attempt = Attempt::new(Manner { kind, no_act, has_when: false, settles: false, has_run: false });
        let (mut calls, mut phases) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            calls.push(attempt.call());
            let then = attempt.returned(outcome, constructed, false, |(phase, passed)| {
                phases.push(match passed {
                    Ok(()) => format!("{phase}: pass"),
                    Err(error) => format!("{phase}: fail {}", error.map(|e| e.to_string()).unwrap_or_default()),
                });
            });
            if let Then::Finish(finish) = then {
                return (calls, phases, Some(finish));
            }
        }
        (calls, phases, None)
    }

    #[test]
    fn a_job_checks_runs_and_rechecks() {
        let (calls, phases, finish) =
            step(Kind::Job, false, vec![failure("dusty"), failure("no duster"), failure("still dusty")]);
        assert_eq!(calls, [Call::Check, Call::Run, Call::Recheck]);
        assert_eq!(phases, ["check: fail dusty", "run: fail no duster", "recheck: fail still dusty"]);
        let finish = finish.unwrap();
        assert_eq!(finish.outcome, TryOutcome::Failed);
        assert_eq!(format!("{:#}", finish.error.unwrap()), "still dusty: no duster");
    }

    #[test]
    fn whatever_run_does_recheck_decides() {
        let (_, _, finish) = step(Kind::Job, false, vec![failure("a"), failure("b"), Ok(None)]);
        assert_eq!(finish.unwrap().outcome, TryOutcome::Changed);
        let (calls, _, finish) = step(Kind::Job, false, vec![Ok(None)]);
        assert_eq!((calls.len(), finish.unwrap().outcome), (1, TryOutcome::Held));
    }

    #[test]
    fn run_only_prints_three_phases() {
        let (calls, phases, finish) = step(Kind::RunOnly, false, vec![Ok(None), failure("cold")]);
        assert_eq!(calls, [Call::Construct, Call::Run]);
        assert_eq!(phases, ["check: fail ", "run: fail cold", "recheck: fail cold"]);
        assert_eq!(finish.unwrap().outcome, TryOutcome::Failed);
        let (_, phases, finish) = step(Kind::RunOnly, false, vec![Ok(None), Ok(None)]);
        assert_eq!(phases, ["check: fail ", "run: pass", "recheck: pass"]);
        assert_eq!(finish.unwrap().outcome, TryOutcome::Changed);
    }

    #[test]
    fn a_group_passes_and_a_failed_construction_fails() {
        let (_, phases, finish) = step(Kind::Group, false, vec![Ok(None)]);
        assert_eq!((phases, finish.unwrap().outcome), (vec!["check: pass".to_owned()], TryOutcome::Held));
        for (kind, no_act) in [(Kind::Job, false), (Kind::RunOnly, false), (Kind::Group, false), (Kind::Job, true)] {
            let (_, phases, finish) = steps(kind, no_act, false, vec![failure("no couch")]);
            assert_eq!(
                (phases, finish.unwrap().outcome),
                (vec!["check: fail no couch".to_owned()], TryOutcome::Failed)
            );
        }
    }

    #[test]
    fn what_is_not_due_is_skipped() {
        let no = || Ok(Some(crate::outcome::no("`is_cold` returned false".to_owned())));
        for (kind, no_act) in [(Kind::Job, false), (Kind::RunOnly, true), (Kind::Group, false)] {
            let manner = Manner { kind, no_act, has_when: true, settles: false, has_run: false };
            let mut attempt = Attempt::new(manner);
            assert_eq!(attempt.call(), Call::When);
            let Then::Finish(finish) = attempt.returned(no(), false, false, |_| panic!("no phase")) else {
                panic!("it goes on");
            };
            let error = finish.error.unwrap();
            assert_eq!((finish.outcome, error.kind()), (TryOutcome::Skipped, ErrorKind::Skipped));
            assert_eq!(error.to_string(), "`is_cold` returned false");
            let mut attempt = Attempt::new(manner);
            assert!(matches!(attempt.returned(Ok(None), false, false, |_| panic!("no phase")), Then::Call));
            assert_eq!(attempt.call(), first(kind));
            let mut attempt = Attempt::new(manner);
            let mut phases = 0;
            let then = attempt.returned(failure("no thermometer"), false, false, |_| phases += 1);
            assert!(matches!(then, Then::Finish(Finish { outcome: TryOutcome::Failed, .. })));
            assert_eq!(phases, 1);
        }
    }

    #[test]
    fn no_act_only_checks() {
        let (calls, _, finish) = step(Kind::Job, true, vec![failure("dusty")]);
        assert_eq!((calls.len(), finish.unwrap().outcome), (1, TryOutcome::WouldRun));
        let (calls, phases, finish) = step(Kind::RunOnly, true, vec![Ok(None)]);
        assert_eq!((calls.len(), phases), (1, vec!["check: fail ".to_owned()]));
        let finish = finish.unwrap();
        assert_eq!((finish.outcome, finish.error.unwrap().kind()), (TryOutcome::WouldRun, ErrorKind::RunOnly));
    }
}
