//! Secrets are whole where jobs ask for them as such, and nowhere else.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

use std::collections::BTreeMap;

use dojobber::Secret;
use dojobber::prelude::*;
use serde::{Deserialize, Serialize};

fn pillow() -> Secret<String> {
    Secret::new("pillow".to_owned())
}

/// What a run of this one job comes to, and that it shows nothing.
fn report(mut dojob: DoJobber) -> Report {
    let report = dojob.root_named("job").default_tries(1).checknrun().unwrap();
    let shown = format!("{} {report:?} {:?}", serde_json::to_string(&report).unwrap(), report.global());
    assert!(!shown.contains("pillow"), "{shown}");
    report
}

/// A job that asserts what it likes.
fn job(run: impl Fn(&Context) -> Result + Send + Sync + 'static) -> DoJobber {
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("job").run(run));
    dojob
}

fn error(report: &Report) -> String {
    format!("{:#}", report.error("job").unwrap())
}

#[test]
fn in_arguments_by_name_and_by_place() {
    let mut dojob = job(|ctx| {
        ensure!(ctx.arg::<Secret<String>>("password")?.expose_secret() == "pillow");
        ensure!(ctx.positional::<Vec<Secret<String>>>(0)?[1].expose_secret() == "pillow");
        ensure!(ctx.arg::<Secret<String>>("plain")?.expose_secret() == "text");
        Ok(())
    });
    dojob.arg("password", pillow()).positional([Secret::new(String::new()), pillow()]).arg("plain", "text");
    assert!(report(dojob).success());
}

#[test]
fn in_typed_arguments_that_are_made_of_named_ones() {
    #[derive(Deserialize)]
    struct Login {
        user: String,
        password: Secret<String>,
    }
    #[job]
    fn log_in(login: Args<Login>) -> Result {
        ensure!(login.user == "wendell" && login.password.expose_secret() == "pillow");
        Ok(())
    }
    let mut dojob = DoJobber::new();
    let report = dojob.root::<log_in>().arg("user", "wendell").arg("password", pillow()).checknrun().unwrap();
    assert!(report.success(), "{:?}", report.error("log_in"));
}

#[test]
fn whoever_asks_for_something_else_is_told_why_not() {
    let mut dojob = job(|ctx| ctx.arg::<String>("password").map(drop));
    dojob.arg("password", pillow());
    let expected =
        "argument `password`, has secrets, which only a `Secret` takes: invalid type: map, expected a string";
    assert_eq!(error(&report(dojob)), expected);
    let mut dojob = job(|ctx| ctx.arg::<Secret<u32>>("password").map(drop));
    dojob.arg("password", pillow());
    assert!(error(&report(dojob)).ends_with("the secret can't be read as what it is to be"));
    // What isn't known to be secret when it is given isn't, but its reader still masks what is wrong with it.
    let mut dojob = job(|ctx| ctx.arg::<Secret<u32>>("password").map(drop));
    dojob.arg("password", "pillow");
    let error = error(&dojob.root_named("job").default_tries(1).checknrun().unwrap());
    assert_eq!(error, "argument `password`: the secret can't be read as what it is to be");
}

#[test]
fn what_was_left_out_is_not_taken_for_it() {
    // As another process would get it.
    let sent = serde_json::to_value(pillow()).unwrap();
    let mut dojob = job(|ctx| ctx.arg::<Secret<String>>("password").map(drop));
    dojob.arg("password", sent);
    let expected = "argument `password`: `***` stands for a secret that was left out: give the secret itself";
    assert_eq!(error(&report(dojob)), expected);
}

#[test]
fn in_global_storage() {
    let dojob = job(|ctx| {
        let global = ctx.global();
        let tokens = BTreeMap::from([("wendell", Some(pillow())), ("lou", None)]);
        global.set("tokens", tokens)?;
        let tokens: BTreeMap<String, Option<Secret<String>>> = global.get("tokens")?;
        ensure!(tokens["wendell"].as_ref().is_some_and(|token| token.expose_secret() == "pillow"));
        global.set("count", Secret::new(1_u32))?;
        let count = global.update("count", |count: Secret<u32>| Secret::new(*count.expose_secret() + 1))?;
        ensure!(*count.expose_secret() == 2 && *global.get::<Secret<u32>>("count")?.expose_secret() == 2);
        // Read as data, it is no value of any use.
        let data = global.get::<serde_json::Value>("tokens")?.to_string();
        ensure!(!data.contains("pillow"), "{data}");
        Ok(())
    });
    let report = report(dojob);
    assert!(report.success(), "{}", error(&report));
    let shown = serde_json::json!({"count": "***", "tokens": {"lou": null, "wendell": "***"}});
    assert_eq!(report.global().to_json(), shown);
    let kept: BTreeMap<String, Option<Secret<String>>> = report.global().get("tokens").unwrap();
    assert_eq!(kept["wendell"].as_ref().unwrap().expose_secret(), "pillow");
}

#[test]
fn in_results_also_in_threads_and_tasks() {
    #[derive(Serialize)]
    struct Token {
        token: Secret<String>,
    }
    #[job]
    fn make_token() -> Result<Token> {
        Ok(Token { token: pillow() })
    }
    #[job]
    async fn use_token(token: Output<make_token>) -> Result {
        ensure!(token.token.expose_secret() == "pillow", "{}", token.token);
        Ok(())
    }
    let mut dojob = DoJobber::new();
    let report = dojob.root::<use_token>().workers(2).checknrun().unwrap();
    assert!(report.success());
    assert_eq!(report.output_json("make_token").unwrap().unwrap(), serde_json::json!({"token": "***"}));
    assert_eq!(report.output::<make_token>().unwrap().token.expose_secret(), "pillow");
}

#[test]
fn a_serializer_that_panics_leaves_no_trace() {
    struct Panics(Secret<String>);
    impl Serialize for Panics {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
            assert!(self.0.expose_secret().is_empty(), "it panics");
            serializer.serialize_unit()
        }
    }
    let report = report(job(|ctx| ctx.global().set("key", Panics(pillow()))));
    assert!(error(&report).contains("it panics"));
    assert_eq!(serde_json::to_string(&pillow()).unwrap(), r#""***""#);
}
