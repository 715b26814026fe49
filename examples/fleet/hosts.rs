//! The hosts file: what each host is to be.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A hosts file. Jobs take it as [`Args<Inventory>`](dojobber::Args), and so do the functions that make members of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inventory {
    /// What stands behind each host's name in addresses.
    pub(crate) domain: String,
    #[serde(default, rename = "host")]
    pub(crate) hosts: Vec<Host>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Host {
    pub(crate) name: Name,
    pub(crate) greeting: String,
    #[serde(default)]
    pub(crate) services: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) name: Name,
    pub(crate) port: u16,
}

/// The name of a host or of a service. Files are named after it, so it can't be just any text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Name(String);

impl Inventory {
    /// Reads a hosts file; an error says where in it the mistake is.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let problem = |error: &dyn fmt::Display| format!("{}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| problem(&error))?;
        toml::from_str(&text).map_err(|error| problem(&error))
    }

    /// Every service, with the host that it is to run on.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&Host, &Service)> {
        self.hosts.iter().flat_map(|host| host.services.iter().map(move |service| (host, service)))
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let allowed = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        if text.is_empty() || !text.chars().all(allowed) {
            return Err(format!("`{text}` is no name: use the letters a to z, digits, and `-`"));
        }
        Ok(Self(text))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
