//! The program's arguments: typed ones, one value a type, and loose ones by name and by place (R18).

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::extract::{Args, ArgsType};
use crate::secret::Vault;

pub(crate) type Named = serde_json::Map<String, Json>;

/// What the program was given. Typed values stay as they are and never pass through serde in this process.
#[derive(Clone, Default)]
pub(crate) struct Arguments {
    typed: FxHashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    named: Named,
    positional: Vec<Json>,
    /// Of the named and the positional ones.
    secrets: Vault,
}

impl Arguments {
    pub(crate) fn set_typed<T: Send + Sync + 'static>(&mut self, args: Arc<T>) {
        self.typed.insert(TypeId::of::<T>(), Arc::new(Args(args)));
    }

    /// Fails where the value's `Serialize` does.
    pub(crate) fn set_named(&mut self, name: String, value: impl Serialize) -> serde_json::Result<()> {
        self.named.insert(name, self.secrets.write(&value)?);
        Ok(())
    }

    pub(crate) fn push_positional(&mut self, value: impl Serialize) -> serde_json::Result<()> {
        self.positional.push(self.secrets.write(&value)?);
        Ok(())
    }

    /// Makes sure that a value of this type is there, building it from the named arguments if need be.
    pub(crate) fn provide(&mut self, wanted: ArgsType) -> serde_json::Result<()> {
        if !self.typed.contains_key(&wanted.id) {
            let built = self.secrets.read(|| (wanted.build)(&self.named))?;
            self.typed.insert(wanted.id, built.into());
        }
        Ok(())
    }

    pub(crate) fn build<T: DeserializeOwned>(named: &Named) -> serde_json::Result<T> {
        T::deserialize(Json::Object(named.clone()))
    }

    pub(crate) fn typed<T: Send + Sync + 'static>(&self) -> Result<&Args<T>> {
        let found = self.typed.get(&TypeId::of::<T>()).and_then(|args| args.downcast_ref());
        found.ok_or_else(|| Error::msg(format_args!("no arguments of the type `{}`", std::any::type_name::<T>())))
    }

    pub(crate) fn named<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let Some(value) = self.named.get(name) else {
            return Err(match crate::nearest::nearest(name, self.named.keys().map(String::as_str)) {
                Some(near) => Error::msg(format_args!("no argument named `{name}`; there is `{near}`")),
                None => Error::msg(format_args!("no argument named `{name}`")),
            });
        };
        self.read(value, format_args!("argument `{name}`"))
    }

    pub(crate) fn positional<T: DeserializeOwned>(&self, place: usize) -> Result<T> {
        let Some(value) = self.positional.get(place) else {
            return Err(Error::msg(format_args!(
                "no positional argument {place}: there are {} (counted from 0)",
                self.positional.len()
            )));
        };
        self.read(value, format_args!("positional argument {place}"))
    }

    fn read<T: DeserializeOwned>(&self, value: &Json, what: fmt::Arguments<'_>) -> Result<T> {
        let read = self.secrets.read(|| T::deserialize(value));
        read.map_err(|error| Error::from(error).context(format_args!("{what}{}", self.secrets.hint(value))))
    }
}
