//! What came of a job in an earlier run, read back from its events.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::paint::word;
use super::plan::few;
use super::target;
use crate::harmless::tame;
use crate::output::json::EVENTS_VERSION;
use crate::status::Status;

/// So many blockers are shown.
const BLOCKERS: usize = 5;

/// A run, as far as its events tell.
pub(super) struct Past {
    file: PathBuf,
    jobs: HashMap<String, Job>,
}

#[derive(Default)]
struct Job {
    run_only: bool,
    /// The one that it was made a member of during the run.
    family: Option<String>,
    /// Of a family that came into being during the run.
    members: Option<Vec<String>>,
    needs: Vec<String>,
    status: Option<String>,
    error: Option<Failure>,
    /// What its check said though another job would run first.
    preliminary: Option<String>,
    tries: u32,
    /// The first try's check, if it is over: whether it passed, and why not.
    check: Option<(bool, Option<Failure>)>,
    /// Whether run was called.
    ran: bool,
    /// Tries that were followed by others.
    failed: Vec<(u32, Failure)>,
}

/// What is read of events. All else in them is somebody else's.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Read {
    RunStarted {
        jobs: Vec<Planned>,
    },
    FamilyMade {
        job: String,
        members: Vec<Planned>,
    },
    TryStarted {
        job: String,
    },
    PhaseEnded {
        job: String,
        phase: String,
        passed: bool,
        error: Option<Failure>,
    },
    TryFailed {
        job: String,
        r#try: u32,
        error: Failure,
    },
    JobEnded {
        job: String,
        status: String,
        error: Option<Failure>,
        preliminary: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Planned {
    name: String,
    kind: String,
    dependencies: Vec<String>,
}

#[derive(Deserialize)]
struct Failure {
    chain: Vec<String>,
}

impl Past {
    /// Reads a file of events. An error says which line is none.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read(file).map_err(|error| format!("{}: {error}", target::name(file)))?;
        let mut past = Self { file: file.to_owned(), jobs: HashMap::new() };
        let (mut lines, mut number) = (&text[..], 0);
        // A line that isn't ended was being written when the program was killed.
        while let Some(end) = lines.iter().position(|byte| *byte == b'\n') {
            number += 1;
            let line = &lines[..end];
            past.take(line).map_err(|wrong| format!("{}, line {number}: {wrong}", target::name(file)))?;
            lines = &lines[end + 1..];
        }
        if past.jobs.is_empty() {
            return Err(format!("{}: there are no events of a run in it", target::name(file)));
        }
        Ok(past)
    }

    fn take(&mut self, line: &[u8]) -> Result<(), String> {
        let value: Value = serde_json::from_slice(line).map_err(|error| format!("it is no event: {error}"))?;
        match value.get("version").and_then(Value::as_u64) {
            None => return Err("it is no event: it has no version".to_owned()),
            Some(version) if version == u64::from(EVENTS_VERSION) => {}
            Some(version) => return Err(format!("its version is {version}, and only {EVENTS_VERSION} is known here")),
        }
        let read = Read::deserialize(value).map_err(|error| format!("it is no event: {error}"))?;
        match read {
            Read::RunStarted { jobs } => {
                // A file that several runs were appended to tells of the last one.
                self.jobs.clear();
                for job in jobs {
                    self.plan(job);
                }
            }
            Read::FamilyMade { job, members } => {
                let names: Vec<_> = members.iter().map(|member| member.name.clone()).collect();
                let family = self.job(job.clone());
                family.needs.extend_from_slice(&names);
                family.members = Some(names);
                for member in members {
                    self.plan(member).family = Some(job.clone());
                }
            }
            Read::TryStarted { job } => self.job(job).tries += 1,
            Read::PhaseEnded { job, phase, passed, error } => {
                let job = self.job(job);
                match phase.as_str() {
                    "check" if job.check.is_none() => job.check = Some((passed, error)),
                    "run" => job.ran = true,
                    _ => {}
                }
            }
            Read::TryFailed { job, r#try, error } => self.job(job).failed.push((r#try, error)),
            Read::JobEnded { job, status, error, preliminary } => {
                let job = self.job(job);
                job.status = Some(status);
                job.preliminary = preliminary;
                job.error = error;
            }
            Read::Other => {}
        }
        Ok(())
    }

    fn plan(&mut self, planned: Planned) -> &mut Job {
        let job = self.job(planned.name);
        job.run_only = planned.kind == "run_only";
        job.needs = planned.dependencies;
        job
    }

    fn job(&mut self, name: String) -> &mut Job {
        self.jobs.entry(name).or_default()
    }

    /// Whether there was a job of this name in that run.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.jobs.contains_key(name)
    }

    /// The family that the job was made a member of during that run, if it was.
    pub(super) fn family_of(&self, name: &str) -> Option<&str> {
        self.jobs.get(name)?.family.as_deref()
    }

    /// Why the job ran in that run, or didn't.
    pub(super) fn write(&self, out: &mut impl Write, name: &str) -> io::Result<()> {
        write!(out, "\nIn the run of {} ", target::name(&self.file))?;
        let Some(job) = self.jobs.get(name) else {
            return writeln!(out, "there was no such job");
        };
        match job.status.as_deref() {
            // A verb already.
            Some(status @ "would_run") => write!(out, "it {}", painted(status))?,
            Some(status) => write!(out, "it was {}", painted(status))?,
            None => write!(out, "it had not ended when its events did")?,
        }
        match job.tries {
            0 | 1 => writeln!(out)?,
            tries => writeln!(out, " after {tries} tries")?,
        }
        if let Some(preliminary) = &job.preliminary {
            let why = job.error.as_ref().map(|error| format!(": {}", told(error))).unwrap_or_default();
            writeln!(out, "    its check's answer was preliminary: {}{why}", painted(preliminary))?;
            return self.blockers(out, name);
        }
        match &job.check {
            // What it is checked for is making them.
            _ if let Some(members) = &job.members => {
                let members: Vec<_> = members.iter().map(|member| tame(member)).collect();
                let members = if members.is_empty() { "none".to_owned() } else { few(&members) };
                writeln!(out, "    its members were made during the run: {members}")?;
            }
            _ if job.ran && job.run_only => writeln!(out, "    it ran, since it has no check")?,
            Some((false, error)) if job.ran => {
                let why = error.as_ref().map(|error| format!(": {}", told(error))).unwrap_or_default();
                writeln!(out, "    it ran, since its check failed{why}")?;
            }
            Some((true, _)) if !job.ran => writeln!(out, "    it didn't run, since its check passed")?,
            _ => {}
        }
        for (number, error) in &job.failed {
            writeln!(out, "    try {number} failed: {}", told(error))?;
        }
        if let Some(error) = &job.error {
            writeln!(out, "    {}", told(error))?;
        }
        self.blockers(out, name)
    }

    /// What kept it from being tried, with the reasons.
    fn blockers(&self, out: &mut impl Write, name: &str) -> io::Result<()> {
        let (mut found, mut seen, mut stack) = (Vec::new(), HashSet::from([name]), vec![name]);
        while let Some(at) = stack.pop() {
            let Some(job) = self.jobs.get(at) else { continue };
            if !matches!(job.status.as_deref(), Some("blocked" | "unknown")) {
                continue;
            }
            for need in &job.needs {
                let bad = self.jobs.get(need).and_then(|need| need.status.as_deref());
                if !matches!(bad, Some("failed" | "would_run" | "blocked" | "unknown")) || !seen.insert(need) {
                    continue;
                }
                if self.is_blocker(need) {
                    found.push(need);
                } else {
                    stack.push(need);
                }
            }
        }
        for blocker in found.iter().take(BLOCKERS) {
            let error = self.jobs.get(*blocker).and_then(|job| job.error.as_ref());
            let why = error.map(|error| format!(": {}", told(error))).unwrap_or_default();
            writeln!(out, "    because of {}{why}", tame(blocker))?;
        }
        match found.len().saturating_sub(BLOCKERS) {
            0 => Ok(()),
            more => writeln!(out, "    and {more} more"),
        }
    }

    /// Whether others wait for it, and it for nobody: it was tried, or, if it is unknown, checked.
    fn is_blocker(&self, name: &str) -> bool {
        self.jobs.get(name).is_some_and(|job| match job.status.as_deref() {
            Some("failed" | "would_run") => true,
            Some("unknown") => job.tries > 0 && job.preliminary.is_none(),
            _ => false,
        })
    }
}

fn told(error: &Failure) -> String {
    tame(&error.chain.join(": "))
}

/// A status that isn't known here stays as it is.
fn painted(status: &str) -> String {
    let known = [
        Status::Ok,
        Status::Changed,
        Status::Skipped,
        Status::Failed,
        Status::Blocked,
        Status::Cancelled,
        Status::WouldRun,
        Status::Unknown,
    ];
    let known = known.into_iter().find(|known| known.as_str() == status.replace('_', " "));
    known.map_or_else(|| tame(status), |status| word(status, 0))
}
