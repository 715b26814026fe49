use dojobber::{DoJobber, EventKind, Plan};

use crate::Lines;

/// All events of the runs to come, a line each, such as `bake enters run 1`.
pub fn hear(dojob: &mut DoJobber) -> Lines {
    let lines = Lines::new();
    let heard = lines.clone();
    dojob.on_event(move |plan, event| heard.push(line(plan, &event.kind)));
    lines
}

fn line(plan: &Plan, kind: &EventKind) -> String {
    let name = kind.job().map_or("the run", |job| plan.job(job).name());
    match kind {
        EventKind::RunStarted { .. } => "started".to_owned(),
        EventKind::Cancelled => "cancelled".to_owned(),
        EventKind::RunEnded { .. } => "over".to_owned(),
        EventKind::TryStarted { number, .. } => format!("{name} tries {number}"),
        EventKind::PhaseStarted { number, phase, .. } => format!("{name} enters {phase} {number}"),
        EventKind::PhaseEnded { number, phase, passed, .. } => {
            format!("{name} leaves {phase} {number}: {}", if *passed { "pass" } else { "fail" })
        }
        EventKind::TryFailed { number, .. } => format!("{name} fails {number}"),
        EventKind::JobEnded { status, .. } => format!("{name} ends {status}"),
        EventKind::Overrunning { number, .. } => format!("{name} overruns {number}"),
        EventKind::CleanupStarted { number, .. } => format!("{name} cleans up {number}"),
        EventKind::CleanupEnded { number, error: None, .. } => format!("{name} cleaned up {number}"),
        EventKind::CleanupEnded { number, error: Some(error), .. } => format!("{name} cleaned up {number}: {error}"),
        other => format!("{name}: {other:?}"),
    }
}
