//! The steps from an empty disk to running services: three jobs in the source, however many hosts there are. What needs
//! what is said member by member, so no host waits for another one, and one that fails holds up nobody.

use std::path::PathBuf;

use dojobber::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::files::{Paths, Site, TextFile};
use crate::hosts::{Host, Inventory, Name, Service};

/// The root: the fleet is as its file says. Steps in other files join it by `required_by = [Fleet]`.
#[job(deps = [RunService])]
pub(crate) struct Fleet;

#[derive(Clone)]
pub(crate) struct MakeDirectories {
    host: Name,
}

/// The directories that everything else on a host is put into.
#[job(each = directories, name = "MakeDirectories {host}", key = host)]
impl MakeDirectories {
    fn check(&self, Args(paths): Args<Paths>) -> Result {
        for directory in self.all(&paths) {
            ensure!(directory.is_dir(), "{}: no such directory", directory.display());
        }
        Ok(())
    }

    fn run(&self, Args(paths): Args<Paths>) -> Result {
        for directory in self.all(&paths) {
            std::fs::create_dir_all(directory)?;
        }
        Ok(())
    }

    fn all(&self, paths: &Paths) -> [PathBuf; 3] {
        ["etc", "log", "run"].map(|directory| paths.on(&self.host, directory))
    }
}

fn directories(Args(inventory): Args<Inventory>) -> Vec<MakeDirectories> {
    inventory.hosts.iter().map(|host| MakeDirectories { host: host.name.clone() }).collect()
}

#[derive(Clone)]
pub(crate) struct WriteConfig {
    host: Name,
    service: Name,
    port: u16,
}

/// What others want to know of a config that is in place.
#[derive(Serialize)]
pub(crate) struct Configured {
    listen: String,
    sha256: String,
}

/// A service's config is what its template says.
#[job(
    each = configs,
    name = "WriteConfig {host}/{service}",
    key = (host, service),
    deps = [MakeDirectories[host]],
    tags = ["config"],
)]
impl WriteConfig {
    fn check(&self, site: Site) -> Result<Configured> {
        let file = self.file(&site)?;
        file.check()?;
        Ok(Configured { listen: self.listen(&site), sha256: file.sha256() })
    }

    fn run(&self, site: Site) -> Result {
        self.file(&site)?.write()
    }

    fn file(&self, site: &Site) -> Result<TextFile> {
        let Self { host, service, .. } = self;
        let path = site.paths.on(host, format!("etc/{service}.conf"));
        site.file(path, "service.conf", json!({ "host": host, "service": service, "listen": self.listen(site) }))
    }

    fn listen(&self, site: &Site) -> String {
        format!("{}.{}:{}", self.host, site.inventory.domain, self.port)
    }
}

fn configs(Args(inventory): Args<Inventory>) -> Vec<WriteConfig> {
    let config = |(host, service): (&Host, &Service)| WriteConfig {
        host: host.name.clone(),
        service: service.name.clone(),
        port: service.port,
    };
    inventory.services().map(config).collect()
}

#[derive(Clone)]
pub(crate) struct RunService {
    host: Name,
    service: Name,
    /// Storage of one try, whose value is cloned from the member.
    restarted: bool,
}

/// What a service's state file says: a stand-in for the service itself.
#[derive(Serialize, Deserialize)]
pub(crate) struct Process {
    pid: u32,
    /// Where it can be reached.
    pub(crate) listen: String,
    /// The config that it was started with.
    config_sha256: String,
}

/// A service runs, with the config that is in place now. It is restarted for no other reason than a new config.
///
/// `Output<WriteConfig>` and `Changed<WriteConfig>` are about the one config that `deps` names: that of this service on
/// this host.
#[job(
    each = services,
    name = "RunService {host}/{service}",
    key = (host, service),
    deps = [WriteConfig[host, service]],
)]
impl RunService {
    fn check(
        &self,
        Args(paths): Args<Paths>,
        config: Output<WriteConfig>,
        rewritten: Changed<WriteConfig>,
    ) -> Result<Process> {
        // Nobody knows what a service has read of a config that had to be put right.
        ensure!(!rewritten.get() || self.restarted, "its config has been written anew");
        let process: Process = toml::from_str(&std::fs::read_to_string(self.state(&paths))?)?;
        // An earlier run may have been ended between the config and the restart.
        ensure!(process.config_sha256 == config.sha256, "it was started with another config");
        Ok(process)
    }

    fn run(&mut self, Args(paths): Args<Paths>, config: Output<WriteConfig>) -> Result {
        let Configured { listen, sha256 } = &*config;
        let process = Process { pid: std::process::id(), listen: listen.clone(), config_sha256: sha256.clone() };
        std::fs::write(self.state(&paths), toml::to_string(&process)?)?;
        self.restarted = true;
        Ok(())
    }

    fn state(&self, paths: &Paths) -> PathBuf {
        paths.on(&self.host, format!("run/{}.toml", self.service))
    }
}

fn services(Args(inventory): Args<Inventory>) -> Vec<RunService> {
    let service = |(host, service): (&Host, &Service)| RunService {
        host: host.name.clone(),
        service: service.name.clone(),
        restarted: false,
    };
    inventory.services().map(service).collect()
}
