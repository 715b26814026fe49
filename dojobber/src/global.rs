//! Global storage: what the jobs of one run tell each other by name (R6).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::plan::JobId;

/// The values of one run, whoever holds a handle to them.
#[derive(Default)]
pub(crate) struct Store(Mutex<BTreeMap<String, Json>>);

impl Store {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Json>> {
        // Nothing of a user's runs under the lock but in `update`, which works on a copy: a panic leaves whole values.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Global storage (R6): an extractor, taken as `&Global`.
///
/// It lasts from the start of [`checknrun`](crate::DoJobber::checknrun) until that run's clean-ups are done, and
/// stays readable in the report. Values are kept as JSON, so what one job sets as `&str` another may get as
/// `String`.
///
/// ```
/// use dojobber::prelude::*;
///
/// #[derive(Default)]
/// struct PickTime;
///
/// #[job]
/// impl PickTime {
///     fn check(&self, global: &Global) -> Result<String> { global.get("start") }
///     fn run(&self, global: &Global) -> Result { global.set("start", "16:57") }
/// }
///
/// let report = DoJobber::new().root::<PickTime>().checknrun().unwrap();
/// assert_eq!(report.global().get::<String>("start").unwrap(), "16:57");
/// assert_eq!(report.output::<PickTime>().unwrap(), "16:57");
/// ```
#[derive(Clone)]
pub struct Global {
    store: Arc<Store>,
    job: JobId,
}

impl Global {
    /// The value of `key`; an error if there is none, or if it isn't a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<T> {
        let values = self.store.lock();
        let Some(value) = values.get(key) else {
            return Err(Error::msg(format_args!("nothing in global storage is named `{key}`")));
        };
        read(key, value)
    }

    /// Sets `key`, whatever it was before; an error where the value's `Serialize` fails.
    pub fn set(&self, key: &str, value: impl Serialize) -> Result {
        let value = write(key, value)?;
        self.store.lock().insert(key.to_owned(), value);
        Ok(())
    }

    /// Replaces the value of `key` by what `change` makes of it, in one step that no other job comes between; a
    /// missing key is handed over as `T`'s default. Returns the new value.
    ///
    /// `change` must not use global storage itself: the storage is locked while it works.
    ///
    /// ```
    /// # use dojobber::prelude::*;
    /// # #[derive(Default)] struct Count;
    /// #[job]
    /// impl Count {
    ///     fn check(&self, global: &Global) -> Result { ensure!(global.get::<u32>("entered")? == 1); Ok(()) }
    ///     fn run(&self, global: &Global) -> Result<u32> { global.update("entered", |n: u32| n + 1) }
    /// }
    /// # assert!(DoJobber::new().root::<Count>().checknrun().unwrap().success());
    /// ```
    pub fn update<T>(&self, key: &str, change: impl FnOnce(T) -> T) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Default,
    {
        let mut values = self.store.lock();
        let old = match values.get(key) {
            Some(value) => read(key, value)?,
            None => T::default(),
        };
        let new = change(old);
        values.insert(key.to_owned(), write(key, &new)?);
        Ok(new)
    }

    /// Removes `key`; says whether it was there.
    pub fn remove(&self, key: &str) -> bool {
        self.store.lock().remove(key).is_some()
    }

    /// Whether there is a value named `key`.
    pub fn contains(&self, key: &str) -> bool {
        self.store.lock().contains_key(key)
    }

    /// A copy of all values, in the order of their names.
    pub fn to_json(&self) -> Json {
        Json::Object(self.store.lock().iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { store, job: JobId::default() }
    }

    pub(crate) fn set_job(&mut self, job: JobId) {
        self.job = job;
    }

    pub(crate) fn job(&self) -> JobId {
        self.job
    }
}

fn read<T: DeserializeOwned>(key: &str, value: &Json) -> Result<T> {
    T::deserialize(value).map_err(|error| Error::from(error).context(format_args!("global `{key}`")))
}

fn write(key: &str, value: impl Serialize) -> Result<Json> {
    serde_json::to_value(value).map_err(|error| Error::from(error).context(format_args!("global `{key}`")))
}

impl fmt::Debug for Global {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Global").field(&self.to_json()).finish()
    }
}
