//! Global storage: what the jobs of one run tell each other by name (R6).

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::plan::JobId;
use crate::race::{Access, Watch};
use crate::secret::Vault;
use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The values of one run, whoever holds a handle to them.
#[derive(Default)]
pub(crate) struct Store(Mutex<Values>);

#[derive(Clone, Default)]
struct Values {
    entries: BTreeMap<String, Entry>,
    /// The run is over: nothing changes any more.
    is_closed: bool,
}

#[derive(Clone)]
struct Entry {
    value: Json,
    secrets: Vault,
    set_by: JobId,
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, Values> {
        // No user's code is called under the lock but that of `update`, which works on a copy, and of `Serialize`: a
        // panic leaves whole values.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Values {
    /// For whoever changes something.
    fn open(&mut self) -> Result<&mut BTreeMap<String, Entry>> {
        if self.is_closed {
            return Err(Error::msg("the run is over, and so its global storage can only be read"));
        }
        Ok(&mut self.entries)
    }
}

/// A key of global storage that has a type; see [`Global`].
///
/// ```
/// use dojobber::Key;
///
/// static START: Key<String> = Key::new("start");
/// ```
pub struct Key<T> {
    name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    /// A key of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, value: PhantomData }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.name).finish()
    }
}

/// What can name a value in global storage: any string, or a [`Key`].
pub trait KeyName {
    /// The name.
    fn key_name(&self) -> &str;
}

impl KeyName for str {
    fn key_name(&self) -> &str {
        self
    }
}

impl KeyName for String {
    fn key_name(&self) -> &str {
        self
    }
}

impl<T> KeyName for Key<T> {
    fn key_name(&self) -> &str {
        self.name
    }
}

/// What can name a value of the type `T` in global storage: any string, or a [`Key<T>`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no value of the type `{T}` in global storage",
    label = "neither a string nor a `Key<{T}>`"
)]
pub trait GlobalKey<T>: KeyName {}
impl<T> GlobalKey<T> for str {}
impl<T> GlobalKey<T> for String {}
impl<T> GlobalKey<T> for Key<T> {}

/// Global storage (R6): an extractor, taken as `&Global`.
///
/// It lasts from the start of [`checknrun`](crate::DoJobber::checknrun) until that run's clean-ups are done, and
/// stays readable in the report. From then on nothing changes it: what was left behind (R23) and sets something too late is told
/// so by an error. Values are kept as JSON, so what one job sets as `&str` another may get as
/// `String`. Where a name should have one type throughout, make it a [`Key`].
///
/// A job that reads or overwrites what another job has set should depend on that job, at any distance: else they race.
/// Such a job is told so, once, as an [event](crate::EventKind::Race), a line of output, and a `tracing` warning; with
/// [`strict_globals`](crate::DoJobber::strict_globals) its try fails.
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::Key;
///
/// static START: Key<String> = Key::new("start");
///
/// #[derive(Default)]
/// struct PickTime;
///
/// #[job]
/// impl PickTime {
///     fn check(&self, global: &Global) -> Result<String> { global.get(&START) }
///     fn run(&self, global: &Global) -> Result { global.set(&START, "16:57".to_owned()) }
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
    /// Looks out for races while a run is under way.
    watch: Option<Arc<Watch>>,
}

impl Global {
    /// The value of `key`; an error if there is none, or if it isn't a `T`, which says who set it.
    pub fn get<T: DeserializeOwned>(&self, key: &(impl GlobalKey<T> + ?Sized)) -> Result<T> {
        let key = key.key_name();
        let values = self.store.lock();
        let Some(entry) = values.entries.get(key) else {
            let near = nearest(key, values.entries.keys().map(String::as_str));
            let near = near.map(|near| format!("; there is `{near}`")).unwrap_or_default();
            return Err(Error::msg(format_args!("nothing in global storage is named `{key}`{near}")));
        };
        self.look_out(key, Some(entry), Access::Read);
        self.read(key, entry)
    }

    /// Sets `key`, whatever it was before; an error where the value's `Serialize` fails, or once the run is over.
    pub fn set<T: Serialize>(&self, key: &(impl GlobalKey<T> + ?Sized), value: T) -> Result {
        let key = key.key_name();
        let entry = self.write(key, &value)?;
        let mut values = self.store.lock();
        let entries = values.open()?;
        self.look_out(key, entries.get(key), Access::Overwrite);
        entries.insert(key.to_owned(), entry);
        Ok(())
    }

    /// Replaces the value of `key` by what `change` makes of it, in one step that no other job comes between; a
    /// missing key is handed over as `T`'s default. Returns the new value; an error where there is a value that isn't a `T`,
    /// where the new one's `Serialize` fails, or once the run is over.
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
    pub fn update<T>(&self, key: &(impl GlobalKey<T> + ?Sized), change: impl FnOnce(T) -> T) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Default,
    {
        let key = key.key_name();
        let mut values = self.store.lock();
        let entries = values.open()?;
        self.look_out(key, entries.get(key), Access::Overwrite);
        let old = match entries.get(key) {
            Some(entry) => self.read(key, entry)?,
            None => T::default(),
        };
        let new = change(old);
        entries.insert(key.to_owned(), self.write(key, &new)?);
        Ok(new)
    }

    /// Removes `key`; says whether it was there. Once the run is over, it does nothing.
    pub fn remove(&self, key: &(impl KeyName + ?Sized)) -> bool {
        let (key, mut values) = (key.key_name(), self.store.lock());
        let Ok(entries) = values.open() else {
            return false;
        };
        self.look_out(key, entries.get(key), Access::Overwrite);
        entries.remove(key).is_some()
    }

    /// Whether there is a value named `key`.
    pub fn contains(&self, key: &(impl KeyName + ?Sized)) -> bool {
        let values = self.store.lock();
        let entry = values.entries.get(key.key_name());
        self.look_out(key.key_name(), entry, Access::Read);
        entry.is_some()
    }

    /// A copy of all values, in the order of their names. [Secrets](crate::Secret) are `***` in it.
    pub fn to_json(&self) -> Json {
        let values = self.store.lock();
        Json::Object(
            values.entries.iter().map(|(key, entry)| (key.clone(), entry.secrets.masked(&entry.value))).collect(),
        )
    }

    pub(crate) fn new(store: Arc<Store>, watch: Option<Arc<Watch>>) -> Self {
        Self { store, job: JobId::default(), watch }
    }

    pub(crate) fn sibling(&self) -> Self {
        Self { store: Arc::clone(&self.store), job: self.job, watch: self.watch.clone() }
    }

    /// For the report, which may read as it likes.
    pub(crate) fn unwatched(&self) -> Self {
        Self { store: Arc::clone(&self.store), job: self.job, watch: None }
    }

    /// The values as they are now, for a report that what follows is not to change.
    pub(crate) fn copy(&self) -> Self {
        let values = self.store.lock().clone();
        Self { store: Arc::new(Store(Mutex::new(values))), job: self.job, watch: None }
    }

    /// From now on, it can only be read.
    pub(crate) fn close(&self) {
        self.store.lock().is_closed = true;
    }

    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_deref()
    }

    pub(crate) fn set_job(&mut self, job: JobId) {
        self.job = job;
    }

    pub(crate) fn job(&self) -> JobId {
        self.job
    }

    fn look_out(&self, key: &str, entry: Option<&Entry>, access: Access) {
        if let (Some(watch), Some(Entry { set_by, .. })) = (&self.watch, entry)
            && *set_by != self.job
        {
            watch.look_out(self.job, key, *set_by, access);
        }
    }

    fn read<T: DeserializeOwned>(&self, key: &str, entry: &Entry) -> Result<T> {
        entry.secrets.read(|| T::deserialize(&entry.value)).map_err(|error| {
            let setter = self.watch.as_ref().map(|watch| format!(", which {} set", watch.place(entry.set_by)));
            let hint = entry.secrets.hint(&entry.value);
            Error::from(error).context(format_args!("global `{key}`{}{hint}", setter.unwrap_or_default()))
        })
    }

    fn write(&self, key: &str, value: &impl Serialize) -> Result<Entry> {
        let mut secrets = Vault::default();
        let value = secrets.write(value);
        let value = value.map_err(|error| Error::from(error).context(format_args!("global `{key}`")))?;
        Ok(Entry { value, secrets, set_by: self.job })
    }
}

impl fmt::Debug for Global {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Global").field(&self.to_json()).finish()
    }
}
