//! Things of this process that jobs share.

use std::any::TypeId;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::context::Context;
use crate::error::Result;
use crate::extract::{FromContext, Requires};

/// A thing of this process, such as a client or a pool, that [`DoJobber::state`](crate::DoJobber::state) was given: an
/// extractor. Derefs to `T`; the pattern `State(pool)` binds the `Arc<T>`.
///
/// A job that takes a state that was not given is an error before anything runs.
///
/// ```
/// use dojobber::prelude::*;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// #[derive(Default)]
/// struct Visitors { count: AtomicU32 }
///
/// #[job]
/// fn visit(visitors: State<Visitors>) { visitors.count.fetch_add(1, Ordering::Relaxed); }
///
/// let report = DoJobber::new().root::<visit>().state(Visitors::default()).checknrun().unwrap();
/// assert!(report.success());
/// ```
#[derive(Debug)]
pub struct State<T>(pub Arc<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> FromContext<'_> for State<T> {
    fn from_context(ctx: &Context) -> Result<Self> {
        ctx.state::<T>().cloned()
    }

    fn requires(requires: &mut Requires) {
        requires.states.push(StateType { id: TypeId::of::<T>(), name: std::any::type_name::<T>() });
    }
}

/// A type of state that a job wants.
#[derive(Clone, Copy)]
pub(crate) struct StateType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

/// By type, as [`Args`](crate::Args) are.
#[derive(Clone, Default)]
pub(crate) struct States(rustc_hash::FxHashMap<TypeId, Arc<dyn std::any::Any + Send + Sync>>);

impl States {
    pub(crate) fn set<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0.insert(TypeId::of::<T>(), Arc::new(State(Arc::new(value))));
    }

    pub(crate) fn has(&self, wanted: StateType) -> bool {
        self.0.contains_key(&wanted.id)
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<&State<T>> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl<T: fmt::Display> fmt::Display for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
