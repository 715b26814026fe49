//! Around the hosts: the front door, which is told of all services that there are to be, and the watch, which looks at
//! what is really there. Whom to watch is not known beforehand, so that family comes into being during the run.

use std::path::Path;

use dojobber::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::files::{Paths, Site, TextFile};
use crate::hosts::Name;
use crate::provision::{Fleet, Process, RunService};

/// The directory of what belongs to no host.
#[job(name = "WatchDirectory", check = watch_directory_is_there)]
fn watch_directory(Args(paths): Args<Paths>) -> Result {
    Ok(std::fs::create_dir_all(paths.root.join("watch"))?)
}

fn watch_directory_is_there(Args(paths): Args<Paths>) -> Result {
    let directory = paths.root.join("watch");
    ensure!(directory.is_dir(), "{}: no such directory", directory.display());
    Ok(())
}

struct FrontDoor;

/// The front door knows every service, by the results of all members at once.
#[job(deps = [watch_directory], required_by = [Fleet])]
impl FrontDoor {
    fn check(site: Site, services: Outputs<RunService>) -> Result {
        Self::file(&site, &services)?.check()
    }

    fn run(site: Site, services: Outputs<RunService>) -> Result {
        Self::file(&site, &services)?.write()
    }

    fn file(site: &Site, services: &Outputs<RunService>) -> Result<TextFile> {
        let servers: Vec<_> = services.iter().map(|(_, process)| &process.listen).collect();
        site.file(site.paths.root.join("upstreams.conf"), "upstreams.conf", json!({ "servers": servers }))
    }
}

struct FindServices;

/// What runs on the hosts, be it in the hosts file or not: somebody may have started it by hand.
#[job(deps = [RunService])]
impl FindServices {
    fn check(Args(paths): Args<Paths>) -> Result<Vec<Watch>> {
        let mut found = Vec::new();
        for host in names(&paths.all_hosts())? {
            for service in names(&paths.on(&host, "run"))? {
                let state = std::fs::read_to_string(paths.on(&host, format!("run/{service}.toml")))?;
                let Process { listen, .. } = toml::from_str(&state)?;
                found.push(Watch { host: host.clone(), service, listen });
            }
        }
        Ok(found)
    }

    /// Looking is all there is to it.
    fn run() {}
}

/// The names of all that is in a directory, without what follows the dot, sorted; none, if it isn't there.
fn names(directory: &Path) -> Result<Vec<Name>> {
    let mut names = Vec::new();
    if directory.is_dir() {
        for entry in std::fs::read_dir(directory)? {
            let path = entry?.path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            names.push(Name::try_from(stem.into_owned())?);
        }
    }
    names.sort();
    Ok(names)
}

#[derive(Clone, Serialize)]
struct Watch {
    host: Name,
    service: Name,
    listen: String,
}

/// What runs is watched.
#[job(each = found, name = "Watch {host}/{service}", deps = [watch_directory])]
impl Watch {
    fn check(&self, site: Site) -> Result<String> {
        self.file(&site)?.check()?;
        Ok(self.file_name())
    }

    fn run(&self, site: Site) -> Result {
        self.file(&site)?.write()
    }

    fn file_name(&self) -> String {
        format!("{}.{}.toml", self.host, self.service)
    }

    fn file(&self, site: &Site) -> Result<TextFile> {
        let path = site.paths.root.join("watch").join(self.file_name());
        site.file(path, "watch.toml", json!({ "listen": self.listen }))
    }
}

/// Called once [`FindServices`] has passed: this parameter is what makes the family wait for it.
#[allow(clippy::needless_pass_by_value, reason = "extractors are handed over by value")]
fn found(services: Output<FindServices>) -> Vec<Watch> {
    services.to_vec()
}

struct WatchList;

/// The watch goes by a list. It is made of what came of the family's members, so it waits for them, whoever they are.
#[job(required_by = [Fleet], tags = ["watch"])]
impl WatchList {
    fn check(site: Site, watches: Outputs<Watch>) -> Result {
        Self::file(&site, &watches)?.check()
    }

    fn run(site: Site, watches: Outputs<Watch>) -> Result {
        Self::file(&site, &watches)?.write()
    }

    fn file(site: &Site, watches: &Outputs<Watch>) -> Result<TextFile> {
        let files: Vec<_> = watches.iter().map(|(_, file)| file).collect();
        site.file(site.paths.root.join("watch/list"), "list", json!({ "files": files }))
    }
}
