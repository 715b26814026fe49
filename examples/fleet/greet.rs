//! A step of its own file: nothing else names it, and nothing else had to be changed for it.

use dojobber::prelude::*;
use serde_json::json;

use crate::files::{Site, TextFile};
use crate::hosts::{Host, Inventory, Name};
use crate::provision::{Fleet, MakeDirectories};

#[derive(Clone)]
struct Greet {
    host: Name,
    greeting: String,
}

/// Who logs in is greeted.
#[job(
    each = greetings,
    name = "Greet {host}",
    deps = [MakeDirectories[host]],
    required_by = [Fleet],
    tags = ["config"],
)]
impl Greet {
    fn check(&self, site: Site) -> Result {
        self.file(&site)?.check()
    }

    fn run(&self, site: Site) -> Result {
        self.file(&site)?.write()
    }

    fn file(&self, site: &Site) -> Result<TextFile> {
        let Self { host, greeting } = self;
        let values = json!({ "host": host, "domain": site.inventory.domain, "greeting": greeting });
        site.file(site.paths.on(host, "etc/motd"), "motd", values)
    }
}

fn greetings(Args(inventory): Args<Inventory>) -> Vec<Greet> {
    let greeting = |host: &Host| Greet { host: host.name.clone(), greeting: host.greeting.clone() };
    inventory.hosts.iter().map(greeting).collect()
}
