//! Where the fleet's files are, and how their text comes about.

use std::path::{Path, PathBuf};

use dojobber::prelude::*;
use dojobber::{FromContext, Requires};
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::hosts::{Inventory, Name};

/// Bring a fleet of hosts to what a file says
///
/// What the command line has of its own: where everything is. Jobs take it as [`Args<Paths>`].
#[derive(clap::Args, Deserialize)]
pub(crate) struct Paths {
    /// What stands for the hosts' disks: `DIR/hosts/NAME` is the root directory of the host NAME
    #[arg(long, value_name = "DIR")]
    pub(crate) root: PathBuf,
    /// What each host is to be
    #[arg(long, value_name = "FILE")]
    pub(crate) hosts: PathBuf,
}

impl Paths {
    /// A path on a host.
    pub(crate) fn on(&self, host: &Name, path: impl AsRef<Path>) -> PathBuf {
        self.all_hosts().join(host.to_string()).join(path)
    }

    pub(crate) fn all_hosts(&self) -> PathBuf {
        self.root.join("hosts")
    }
}

/// The templates, compiled once for the whole run: a thing of this process, which jobs get as a [`State`].
pub(crate) struct Templates {
    all: Environment<'static>,
}

impl Templates {
    /// Compiles them; they are part of the program.
    pub(crate) fn new() -> Result<Self, minijinja::Error> {
        let mut all = Environment::new();
        // A misspelt variable is a failed check and not an empty place in some host's config.
        all.set_undefined_behavior(UndefinedBehavior::Strict);
        all.set_keep_trailing_newline(true);
        for (name, text) in [
            ("list", include_str!("templates/list")),
            ("motd", include_str!("templates/motd")),
            ("service.conf", include_str!("templates/service.conf")),
            ("upstreams.conf", include_str!("templates/upstreams.conf")),
            ("watch.toml", include_str!("templates/watch.toml")),
        ] {
            all.add_template(name, text)?;
        }
        Ok(Self { all })
    }
}

/// What nearly all jobs here take: an extractor of this program's own, made of three of dojobber's.
pub(crate) struct Site {
    pub(crate) paths: Args<Paths>,
    pub(crate) inventory: Args<Inventory>,
    templates: State<Templates>,
}

impl FromContext<'_> for Site {
    fn from_context(ctx: &Context) -> Result<Self> {
        Ok(Self {
            paths: FromContext::from_context(ctx)?,
            inventory: FromContext::from_context(ctx)?,
            templates: FromContext::from_context(ctx)?,
        })
    }

    /// So that a program which forgets one of them is told before anything runs.
    fn requires(requires: &mut Requires) {
        Args::<Paths>::requires(requires);
        Args::<Inventory>::requires(requires);
        State::<Templates>::requires(requires);
    }
}

impl Site {
    /// A file that is made from the template.
    pub(crate) fn file(&self, path: PathBuf, template: &str, values: impl Serialize) -> Result<TextFile> {
        let text = self.templates.all.get_template(template)?.render(values)?;
        Ok(TextFile { path, text })
    }
}

/// A file, and what is to be in it: whatever else it holds is put right.
pub(crate) struct TextFile {
    path: PathBuf,
    text: String,
}

impl TextFile {
    pub(crate) fn check(&self) -> Result {
        let text = std::fs::read_to_string(&self.path).map_err(|error| self.problem(&error))?;
        if text != self.text {
            let (is, to_be): (Vec<_>, Vec<_>) = (text.split('\n').collect(), self.text.split('\n').collect());
            let lines = (0..is.len().max(to_be.len())).filter(|line| is.get(*line) != to_be.get(*line)).count();
            change!("{}: lines to change: {lines}", self.path.display());
        }
        Ok(())
    }

    /// A program that is ended halfway leaves half a file, which the next check finds.
    pub(crate) fn write(&self) -> Result {
        std::fs::write(&self.path, &self.text).map_err(|error| self.problem(&error))
    }

    /// What tells a text from every other one, and stays the same in all releases of this program.
    pub(crate) fn sha256(&self) -> String {
        format!("{:x}", Sha256::digest(&self.text))
    }

    fn problem(&self, error: &std::io::Error) -> Error {
        Error::msg(format_args!("{}: {error}", self.path.display()))
    }
}
