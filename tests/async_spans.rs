//! What `tracing` hears of async jobs, and of blocking functions of theirs. One test alone, for the reason in
//! `thread_spans.rs`.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::fmt::Write;

use dojobber::prelude::*;
use dojobber_tests::{Lines, Way};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as Layered, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Notes each event of the test's with the spans that it stands in, and how each span ended.
struct Notes(Lines);

/// A span's fields, as text.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notes {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Layered<'_, S>) {
        let mut fields = Fields(attributes.metadata().name().to_owned());
        attributes.record(&mut fields);
        ctx.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, ctx: Layered<'_, S>) {
        let span = ctx.span(id).unwrap();
        let mut fields = Fields(span.extensions().get::<Fields>().unwrap().0.clone());
        record.record(&mut fields);
        self.0.push(fields.0);
    }

    fn on_event(&self, event: &Event<'_>, ctx: Layered<'_, S>) {
        let mut message = Fields(event.metadata().target().to_owned());
        event.record(&mut message);
        let scope = ctx.event_scope(event).into_iter().flatten();
        let spans: Vec<_> = scope.map(|span| span.extensions().get::<Fields>().unwrap().0.clone()).collect();
        self.0.push(format!("{} in {}", message.0, spans.join(", ")));
    }
}

/// Says so on both sides of an await.
async fn at_work(ctx: &Context) {
    tracing::info!(target: "app", "{} begins", ctx.job());
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    tracing::info!(target: "app", "{} goes on", ctx.job());
}

fn job(name: &str) -> DynJob {
    DynJob::new(name)
        .check(|ctx| {
            tracing::info!(target: "app", "{} looks", ctx.job());
            ctx.phase() == Phase::Recheck
        })
        .run_async(|ctx| Box::pin(at_work(ctx)))
        .cleanup_async(|ctx| Box::pin(at_work(ctx)))
}

#[test]
fn a_subscriber_of_the_caller_hears_of_async_jobs_in_their_spans() {
    // Each in its own spans, though they are awaited in turns.
    for way in [Way::Tokio(1), Way::Tokio(2), Way::TokioThreads(2), Way::Inline, Way::Threads(2)] {
        let lines = Lines::new();
        let subscriber = tracing_subscriber::registry().with(Notes(lines.clone()));
        let mut dojob = DoJobber::new();
        dojob.add(job("left")).add(job("right"));
        dojob.add(DynJob::new("all").deps(["left", "right"])).root_named("all");
        tracing::subscriber::with_default(subscriber, || assert!(way.run(&mut dojob).success()));
        let mut heard: Vec<_> = lines.take().into_iter().filter(|line| !line.starts_with("dojobber ")).collect();
        heard.sort();
        let mut golden = Vec::new();
        for name in ["left", "right"] {
            let mut say = |message: &str, phase: &str| {
                golden.push(format!(
                    r#"app message={name} {message} in phase phase="{phase}", try try=1, job job="{name}", run jobs=3"#
                ));
            };
            say("looks", "check");
            say("looks", "recheck");
            for phase in ["run", "cleanup"] {
                say("begins", phase);
                say("goes on", phase);
            }
            golden.push(r#"phase phase="check" outcome="fail""#.to_owned());
            for phase in ["run", "recheck", "cleanup"] {
                golden.push(format!(r#"phase phase="{phase}" outcome="pass""#));
            }
            golden.push(r#"try try=1 outcome="pass""#.to_owned());
            golden.push(format!(r#"job job="{name}" outcome="changed""#));
        }
        // The group, which has a try and no phase.
        golden.push(r#"try try=1 outcome="pass""#.to_owned());
        golden.push(r#"job job="all" outcome="ok""#.to_owned());
        golden.push(r#"run jobs=3 outcome="pass""#.to_owned());
        golden.sort();
        assert_eq!(heard, golden, "{way:?}");
    }
}
