//! What `tracing` hears of jobs in other threads. One test alone, since what one thread asks to hear of may be forgotten
//! where another one, which asks for nothing, comes to it first.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::fmt::Write;
use std::sync::{Arc, Barrier};

use dojobber::prelude::*;
use dojobber_tests::{Lines, Way};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as Layered, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Notes each event of the test's, with the spans that it stands in.
struct Notes(Lines);

/// A span's fields, as text.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() != "outcome" {
            write!(self.0, " {field}={value:?}").unwrap();
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Notes {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Layered<'_, S>) {
        let mut fields = Fields(attributes.metadata().name().to_owned());
        attributes.record(&mut fields);
        ctx.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_event(&self, event: &Event<'_>, ctx: Layered<'_, S>) {
        let mut message = Fields(event.metadata().target().to_owned());
        event.record(&mut message);
        let scope = ctx.event_scope(event).into_iter().flatten();
        let spans: Vec<_> = scope.map(|span| span.extensions().get::<Fields>().unwrap().0.clone()).collect();
        self.0.push(format!("{} in {}", message.0, spans.join(", ")));
    }
}

#[test]
fn a_subscriber_of_the_calling_thread_hears_of_jobs_in_others() {
    let lines = Lines::new();
    let subscriber = tracing_subscriber::registry().with(Notes(lines.clone()));
    let both = Arc::new(Barrier::new(2));
    let mut dojob = DoJobber::new();
    for name in ["left", "right"] {
        let both = Arc::clone(&both);
        dojob.add(
            DynJob::new(name)
                .run(move |_| {
                    both.wait();
                    tracing::info!(target: "app", "at work");
                })
                .cleanup(|_| tracing::info!(target: "app", "done")),
        );
    }
    dojob.add(DynJob::new("all").deps(["left", "right"])).root_named("all");
    tracing::subscriber::with_default(subscriber, || assert!(Way::Threads(2).run(&mut dojob).success()));
    let mut lines: Vec<_> = lines.take().into_iter().filter(|line| line.starts_with("app ")).collect();
    lines.sort();
    let line = |message: &str, phase: &str, job: &str| {
        format!(r#"app message={message} in phase phase="{phase}", try try=1, job job="{job}", run jobs=3"#)
    };
    let golden = [
        line("at work", "run", "left"),
        line("at work", "run", "right"),
        line("done", "cleanup", "left"),
        line("done", "cleanup", "right"),
    ];
    assert_eq!(lines, golden);
}
