//! Sets up a web site.

use std::path::PathBuf;
use std::process::ExitCode;

use dojobber::prelude::*;
use serde::Deserialize;

/// Set up a web site
#[derive(clap::Args, Deserialize)]
struct Site {
    /// Where it is to live
    #[arg(long, value_name = "DIR", default_value = "public")]
    root: PathBuf,
    /// What it is about
    #[arg(long)]
    title: String,
}

#[derive(Default)]
struct MakeRoot;

/// There is a directory for all of it.
#[job]
impl MakeRoot {
    fn check(&self, Args(site): Args<Site>) -> Result {
        ensure!(site.root.is_dir(), "{} is not there", site.root.display());
        Ok(())
    }

    fn run(&self, Args(site): Args<Site>) -> Result {
        Ok(std::fs::create_dir_all(&site.root)?)
    }
}

#[derive(Default)]
struct WritePage;

/// Visitors see what it is about.
#[job(deps = [MakeRoot])]
impl WritePage {
    fn check(&self, Args(site): Args<Site>) -> Result {
        let page = std::fs::read_to_string(site.root.join("index.html"))?;
        ensure!(page.contains(&site.title), "the page is not about {}", site.title);
        Ok(())
    }

    fn run(&self, Args(site): Args<Site>) -> Result {
        Ok(std::fs::write(site.root.join("index.html"), format!("<h1>{}</h1>\n", site.title))?)
    }
}

/// The site is ready for visitors. A group: it only gathers what it needs.
#[job(deps = [WritePage])]
struct WebSite;

fn main() -> ExitCode {
    dojobber::cli::<Site>().root::<WebSite>().main()
}
