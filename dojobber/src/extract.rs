//! Parameters of a job's functions: each says by its type what it wants.

use std::any::TypeId;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::arguments::{Arguments, Named};
use crate::context::{Context, Phase};
use crate::error::Result;
use crate::global::Global;
use crate::job::DefOf;
use crate::state::StateType;

/// A type that a job's functions can take as a parameter.
///
/// dojobber brings `&Context`, [`Args<T>`] (or `&Args<T>`), [`State<T>`](crate::State), `&Global`, [`Phase`], [`Try`],
/// [`Output<J>`](crate::Output) (or `Option` of it), [`Outputs<J>`](crate::Outputs) and [`Changed<J>`](crate::Changed). To
/// make your own, implement this trait; an error fails the phase that the value was for (R16).
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::FromContext;
///
/// struct Home(std::path::PathBuf);
///
/// impl<'c> FromContext<'c> for Home {
///     fn from_context(ctx: &'c Context) -> Result<Self> {
///         Ok(Home(ctx.arg::<std::path::PathBuf>("home")?))
///     }
/// }
///
/// #[job]
/// fn tidy(home: Home) -> Result {
///     ensure!(home.0.is_absolute(), "{} is not absolute", home.0.display());
///     Ok(())
/// }
///
/// let mut dojob = DoJobber::new();
/// let report = dojob.root::<tidy>().arg("home", "/home/wendell").checknrun().unwrap();
/// assert!(report.success());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a parameter of a job's function",
    label = "not an extractor",
    note = "take `&Context`, `Args<T>` (`T: serde::de::DeserializeOwned + Send + Sync + 'static`), `State<T>` (`T: Send + Sync + 'static`), `&Global`, `Output<J>`, `Option<Output<J>>`, `Outputs<J>`, `Changed<J>`, `Phase` or `Try`",
    note = "or implement `dojobber::FromContext` for the type; what implements `dojobber::AsyncFromContext` can be taken by an `async fn` only"
)]
pub trait FromContext<'c>: Sized {
    /// Takes the value out of the context of the running phase.
    fn from_context(ctx: &'c Context) -> Result<Self>;

    /// Says what has to be there before anything runs, so that a plan without it is refused (R18). Extractors
    /// that are made of others call theirs.
    fn requires(requires: &mut Requires) {
        let _ = requires;
    }
}

/// A type that a job's async functions can take as a parameter: every [`FromContext`] that is `Send`, and yours, where
/// waiting is part of making it.
///
/// ```
/// use dojobber::prelude::*;
/// use dojobber::{AsyncFromContext, Context};
///
/// struct Connection(String);
///
/// impl<'c> AsyncFromContext<'c> for Connection {
///     async fn from_context(ctx: &'c Context) -> Result<Self> {
///         let host: String = ctx.arg("host")?;
///         # async fn connect(host: String) -> Connection { Connection(host) }
///         Ok(connect(host).await)
///     }
/// }
/// # #[cfg(feature = "tokio")]
/// #[job]
/// async fn greet(connection: Connection) {
///     println!("hello {}", connection.0);
/// }
/// ```
///
/// An extractor that is made of others names the trait whose function it calls: `<Args<T> as FromContext>::from_context`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a parameter of a job's async function",
    label = "not an extractor that can be sent to another thread",
    note = "take `&Context`, `Args<T>` (`T: serde::de::DeserializeOwned + Send + Sync + 'static`), `State<T>` (`T: Send + Sync + 'static`), `&Global`, `Output<J>`, `Option<Output<J>>`, `Outputs<J>`, `Changed<J>`, `Phase` or `Try`",
    note = "or implement `dojobber::FromContext` or `dojobber::AsyncFromContext` for the type, which has to be `Send`"
)]
pub trait AsyncFromContext<'c>: Sized + Send + 'c {
    /// Makes the value for the running phase.
    fn from_context(ctx: &'c Context) -> impl Future<Output = Result<Self>> + Send;

    /// As [`FromContext::requires`].
    fn requires(requires: &mut Requires) {
        let _ = requires;
    }
}

#[diagnostic::do_not_recommend]
impl<'c, T: FromContext<'c> + Send + 'c> AsyncFromContext<'c> for T {
    fn from_context(ctx: &'c Context) -> impl Future<Output = Result<Self>> + Send {
        std::future::ready(<T as FromContext>::from_context(ctx))
    }

    fn requires(requires: &mut Requires) {
        <T as FromContext>::requires(requires);
    }
}

/// What the parameters of a job ask for; see [`FromContext::requires`].
#[derive(Default)]
pub struct Requires {
    pub(crate) args: Vec<ArgsType>,
    pub(crate) states: Vec<StateType>,
    pub(crate) needs: Vec<Need>,
}

/// A job that extractors ask about, and so a dependency.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    pub(crate) def: DefOf,
    /// Whether it must be one job: a family is not, without saying which member.
    pub(crate) one: bool,
}

/// A type of arguments that a job wants, and how to build it from named ones.
#[derive(Clone, Copy)]
pub(crate) struct ArgsType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
    pub(crate) build: BuildArgs,
}

pub(crate) type BuildArgs = fn(&Named) -> std::result::Result<Box<dyn std::any::Any + Send + Sync>, serde_json::Error>;

impl Requires {
    pub(crate) fn clear(&mut self) {
        self.args.clear();
        self.states.clear();
        self.needs.clear();
    }

    pub(crate) fn need(&mut self, def: DefOf, one: bool) {
        self.needs.push(Need { def, one });
    }

    /// Asks for arguments of the type `T`: set with [`set_args`](crate::DoJobber::set_args), or built from the
    /// named ones.
    pub fn args<T: DeserializeOwned + Send + Sync + 'static>(&mut self) {
        self.args.push(ArgsType {
            id: TypeId::of::<T>(),
            name: std::any::type_name::<T>(),
            build: |named| Ok(Box::new(Args(Arc::new(Arguments::build::<T>(named)?)))),
        });
    }
}

impl<'c> FromContext<'c> for &'c Context {
    fn from_context(ctx: &'c Context) -> Result<Self> {
        Ok(ctx)
    }
}

impl<'c> FromContext<'c> for &'c Global {
    fn from_context(ctx: &'c Context) -> Result<Self> {
        Ok(ctx.global())
    }
}

impl FromContext<'_> for Phase {
    fn from_context(ctx: &Context) -> Result<Self> {
        Ok(ctx.phase())
    }
}

/// Which try of the job this is: an extractor, also returned by [`Context::try_number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// Counted from 1.
    pub number: u32,
    /// How many tries the job has in all; at least 1.
    pub of: u32,
}

impl Try {
    /// Whether no try can follow this one.
    pub fn is_last(self) -> bool {
        self.number >= self.of
    }
}

impl fmt::Display for Try {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.number, self.of)
    }
}

impl FromContext<'_> for Try {
    fn from_context(ctx: &Context) -> Result<Self> {
        Ok(ctx.try_number())
    }
}

/// The program's arguments of the type `T` (R18), shared: an extractor.
///
/// Derefs to `T`; the pattern `Args(args)` binds the `Arc<T>` itself. `&Args<T>` borrows instead of cloning the
/// `Arc`, which is worth it only where several threads start thousands of jobs a second.
///
/// `T` has to be `DeserializeOwned + Send + Sync + 'static`, also as the arguments of a command line: where nobody set one, it is
/// built from the named arguments.
#[derive(Debug)]
pub struct Args<T>(pub Arc<T>);

impl<T> Clone for Args<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Args<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// What can be a program's arguments, so that the compiler says what is missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a program's arguments, as `Args<{Self}>`",
    label = "can't be made from named arguments, or shared by threads",
    note = "it needs `serde::de::DeserializeOwned + Send + Sync + 'static`: write `#[derive(serde::Deserialize)]` on a type of yours"
)]
pub trait IsArgs: DeserializeOwned + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + Sync + 'static> IsArgs for T {}

impl<T: IsArgs> FromContext<'_> for Args<T> {
    fn from_context(ctx: &Context) -> Result<Self> {
        ctx.args::<T>().cloned()
    }

    fn requires(requires: &mut Requires) {
        requires.args::<T>();
    }
}

impl<'c, T: IsArgs> FromContext<'c> for &'c Args<T> {
    fn from_context(ctx: &'c Context) -> Result<Self> {
        ctx.args::<T>()
    }

    fn requires(requires: &mut Requires) {
        requires.args::<T>();
    }
}
