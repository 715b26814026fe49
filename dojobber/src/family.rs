//! Families: jobs of which there is one for each value.

use std::fmt;
use std::sync::Arc;

use crate::Job;
use crate::catch::Discarded;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::extract::Requires;
use crate::job::{Behaviour, Dep, JobDef, Local, asyncs, def_of};
use crate::outcome::own;
use crate::private::Call;
use crate::step::{Function, Functions, Step};

/// A type with `#[job(each = …)]`: its values are the members of a family. Never implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a family",
    label = "its values are no jobs",
    note = "put `#[job(each = …, name = \"… {{field}}\")]` on its `impl`"
)]
pub trait Family: Job<Local = Self> + Clone + Send + Sync {
    /// The member's name, from the template.
    #[doc(hidden)]
    fn __name(&self) -> String;

    /// What other jobs find the member by, if that is not its name.
    #[doc(hidden)]
    fn __key(&self) -> Option<String> {
        None
    }

    /// Offers the function that makes the members.
    #[doc(hidden)]
    fn __each(call: EachCall<'_>) -> EachCall<'_> {
        call
    }
}

/// What a family is made by.
#[derive(Clone, Copy)]
pub struct FamilyDef {
    pub(crate) each: for<'c> fn(&'c Context) -> Step<'c, Vec<Member>>,
    pub(crate) requires: fn(&mut Requires),
    /// Whether `each` is async.
    #[allow(dead_code, reason = "for executors that call blocking and async code in different places")]
    pub(crate) is_async: fn() -> bool,
}

impl FamilyDef {
    pub(crate) const fn new<J: Family>() -> Self {
        Self {
            each: |ctx| match J::__each(EachCall::Members(ctx)) {
                EachCall::Answered(members) => members,
                _ => Step::Done(Ok(Vec::new())),
            },
            requires: |requires| {
                J::__each(EachCall::Requires(requires));
            },
            is_async: || {
                let mut is_async = false;
                J::__each(EachCall::IsAsync(&mut is_async));
                is_async
            },
        }
    }
}

/// One question to the function in `each = …`.
#[doc(hidden)]
pub enum EachCall<'c> {
    Requires(&'c mut Requires),
    IsAsync(&'c mut bool),
    Members(&'c Context),
    Answered(Step<'c, Vec<Member>>),
}

/// One member of a family, as `each` made it.
#[derive(Clone)]
pub struct Member(Arc<dyn Prototype>);

impl Member {
    /// How the prototype shows its fields is a user's code: it is called here, where `each` is, and never again.
    pub(crate) fn new<J: Family>(prototype: J) -> Self {
        let value = Discarded::from(prototype);
        Self(Arc::new(Proto { shown: value.as_ref().map(Shown::of).unwrap_or_default(), value }))
    }

    pub(crate) fn behaviour(&self) -> &dyn Behaviour {
        &*self.0
    }

    pub(crate) fn def(&self) -> &'static JobDef {
        self.0.def()
    }

    pub(crate) fn name(&self) -> &str {
        self.0.name()
    }

    pub(crate) fn key(&self) -> &str {
        self.0.key()
    }

    /// The keys of the members of families that it needs: of each [`Dep::Member`] of its definition, in their order.
    pub(crate) fn needs(&self) -> &[Box<str>] {
        self.0.needs()
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Member").field(&self.name()).finish()
    }
}

/// A member without its type. Each try's value is cloned from it.
pub(crate) trait Prototype: Behaviour {
    fn def(&self) -> &'static JobDef;
    fn name(&self) -> &str;
    fn key(&self) -> &str;
    fn needs(&self) -> &[Box<str>];
}

struct Proto<J> {
    shown: Shown,
    /// There until it is dropped, which can be anywhere (R16).
    value: Discarded<J>,
}

/// What a prototype's fields look like.
#[derive(Default)]
struct Shown {
    name: Box<str>,
    /// `None` if it is the name.
    key: Option<Box<str>>,
    /// The keys of those that it needs.
    needs: Box<[Box<str>]>,
}

impl Shown {
    fn of<J: Family>(prototype: &J) -> Self {
        let needs = def_of::<J>().deps.iter().filter_map(|dep| match dep {
            Dep::Member(_, key_of) => Some(key_of(prototype).into()),
            Dep::Job(_) => None,
        });
        Self { name: prototype.__name().into(), key: prototype.__key().map(Into::into), needs: needs.collect() }
    }
}

impl<J: Family> Prototype for Proto<J> {
    fn def(&self) -> &'static JobDef {
        def_of::<J>()
    }

    fn name(&self) -> &str {
        &self.shown.name
    }

    fn key(&self) -> &str {
        self.shown.key.as_deref().unwrap_or(&self.shown.name)
    }

    fn needs(&self) -> &[Box<str>] {
        &self.shown.needs
    }
}

impl<J: Family> Behaviour for Proto<J> {
    fn call<'c>(&'c self, function: Function, local: &'c mut Option<Local>, ctx: &'c Context) -> Step<'c> {
        if function == Function::New {
            *local = self.value.as_ref().map(|value| -> Local { Box::new(value.clone()) });
            return Step::Done(Ok(None));
        }
        J::__call(Call::function(function, local, ctx)).answer()
    }

    fn needs_drop(&self) -> bool {
        std::mem::needs_drop::<J>()
    }

    fn asyncs(&self) -> Functions {
        asyncs::<J>()
    }
}

/// A function that can stand in `each = …`: its parameters are extractors, and it returns members.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't make the members of `{J}`",
    label = "not a function of extractors that returns members",
    note = "it must return something iterable over `{J}`, such as `Vec<{J}>`, or a `Result` of that whose error `?` turns into `dojobber::Error`",
    note = "each parameter must be an extractor: `&Context`, `Args<T>`, `State<T>`, `&Global`, `Output<J>`, `Option<Output<J>>`, `Outputs<J>`, `Changed<J>`, `Phase`, `Try`, or a type that implements `dojobber::FromContext`"
)]
#[cfg_attr(
    not(feature = "tokio"),
    diagnostic::on_unimplemented(
        note = "an `async fn` needs the feature `tokio` of dojobber: add `features = [\"tokio\"]` to its line in `Cargo.toml`"
    )
)]
pub trait Each<'c, J, M> {
    /// What it returns if it is async.
    type Future;

    /// Answers: says what the parameters require, or extracts them, calls it, and collects.
    fn offer(self, call: EachCall<'c>) -> EachCall<'c>
    where
        Self::Future: Send + 'c;
}

/// What an `each` function may return; `M` tells plain iterables from results.
#[doc(hidden)]
pub trait IntoMembers<J, M> {
    fn into_members(self, ctx: &Context) -> Result<Vec<Member>>;
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Plain;

#[doc(hidden)]
#[derive(Debug)]
pub struct Fallible;

impl<J: Family, I: IntoIterator<Item = J>> IntoMembers<J, Plain> for I {
    fn into_members(self, _: &Context) -> Result<Vec<Member>> {
        Ok(self.into_iter().map(Member::new).collect())
    }
}

impl<J: Family, I: IntoIterator<Item = J>, E: Into<Error>> IntoMembers<J, Fallible> for std::result::Result<I, E> {
    fn into_members(self, ctx: &Context) -> Result<Vec<Member>> {
        self.map_err(|error| own(error.into(), ctx))?.into_members(ctx)
    }
}
