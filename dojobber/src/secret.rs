//! Values that nobody is to read: passwords, tokens, keys.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustc_hash::FxHashMap;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox};
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::Value as Json;

/// What is shown instead.
pub(crate) const MASK: &str = "***";

/// A value that nobody is to read, such as a password: it is `***` in everything that is printed, written or told.
///
/// It can stand in a program's arguments, in global storage, in results, and in anything that is made of these. There
/// the jobs of this process find it whole, as a `Secret` of the same type; events, verbose lines, errors, reports, pictures
/// and all else have `***`, since that is what its `Debug`, `Display` and `Serialize` write. Only
/// [`expose_secret`](Self::expose_secret) hands it out.
///
/// Cloning shares the one value, which is overwritten in memory when the last clone is dropped
/// ([`zeroize`](crate::zeroize), by way of the crate `secrecy`).
///
/// ```
/// use dojobber::prelude::*;
///
/// #[derive(serde::Deserialize)]
/// struct Login {
///     user: String,
///     password: Secret<String>,
/// }
///
/// #[derive(Default)]
/// struct LogIn;
///
/// #[job]
/// impl LogIn {
///     fn check(&self, global: &Global) -> Result<Secret<String>> { global.get("token") }
///
///     fn run(&self, Args(login): Args<Login>, global: &Global) -> Result {
///         let token = format!("{}:{}", login.user, login.password.expose_secret());
///         global.set("token", Secret::new(token))
///     }
/// }
///
/// let mut dojob = DoJobber::new();
/// dojob.root::<LogIn>().arg("user", "wendell").arg("password", Secret::new("pillow".to_owned()));
/// let report = dojob.checknrun().unwrap();
/// assert_eq!(report.output::<LogIn>().unwrap().expose_secret(), "wendell:pillow");
/// assert_eq!(report.output_json("LogIn").unwrap().unwrap(), "***");
/// assert_eq!(report.global().to_json()["token"], "***");
/// assert!(!serde_json::to_string(&report).unwrap().contains("pillow"));
/// ```
///
/// # What holds, and what doesn't
///
/// - With `clap`, `#[arg(long, env = "PASSWORD")] password: Secret<String>` is all there is to do, where the value is anything
///   that implements [`FromStr`]. With the feature `cli`, a value that can't be read is `***` in the error, and so it is in
///   the line that tells what to type to try again. Give it a plain `default_value`, if any: `default_value_t` would take what
///   is displayed. Whoever can list processes sees a command line while it runs, so that the environment is the better place.
/// - Whatever is read as a `Secret` is masked in errors. Whatever is read as something else, such as a `String`, isn't
///   known to be one.
/// - Programs that jobs start take it by `Command::secret_arg`, which keeps it out of errors, by their environment or by
///   standard input, neither of which is shown. What they say is told as they say it: a program that prints a secret has it
///   printed.
/// - It stays in its process. Serialised, it is `***`, or an error in formats that no people read, since those are for other
///   machines. Deserialised, it is whatever the value is, for arguments that come from a file; but `***`, there or on a command
///   line, is refused: no job takes it for the password.
/// - What you make of the exposed value is yours to keep. So are copies that others made before: the command line, the
///   environment, and the text of a file.
pub struct Secret<T: Zeroize>(Arc<SecretBox<T>>);

impl<T: Zeroize> Secret<T> {
    /// Makes a secret of a value.
    pub fn new(value: T) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(value))))
    }

    /// The value itself. All that can be read of it passes through here.
    pub fn expose_secret(&self) -> &T {
        self.0.expose_secret()
    }
}

impl<T: Zeroize> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Zeroize + Default> Default for Secret<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T: Zeroize> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(MASK)
    }
}

/// Why a [`Secret`] can't be made of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseSecretError {
    /// It isn't what it is to be. Why isn't told, since that could tell what it is.
    #[error("the secret can't be read as what it is to be")]
    Unreadable,
    /// It is `***`, which stands where a secret was left out.
    #[error("`***` stands for a secret that was left out: give the secret itself")]
    LeftOut,
}

impl<T: Zeroize + FromStr> FromStr for Secret<T> {
    type Err = ParseSecretError;

    fn from_str(text: &str) -> Result<Self, ParseSecretError> {
        if text == MASK {
            return Err(ParseSecretError::LeftOut);
        }
        text.parse().map(Self::new).map_err(|_| ParseSecretError::Unreadable)
    }
}

/// As `***` in formats that people read; an error in others, which are for machines that would take it for the secret. The
/// crate's own stores keep the secret beside what is written so.
impl<T: Zeroize + Send + Sync + 'static> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match WRITING.with_borrow_mut(|vault| vault.as_mut().map(|vault| vault.keep(Arc::clone(&self.0) as _))) {
            None if serializer.is_human_readable() => serializer.serialize_str(MASK),
            None => Err(S::Error::custom("a secret stays in its process: it is not sent anywhere")),
            Some(ticket) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(TICKET, &ticket)?;
                map.end()
            }
        }
    }
}

impl<'de, T: Zeroize + DeserializeOwned + Send + Sync + 'static> serde::Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom(ParseSecretError::Unreadable);
        if !deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self::new).map_err(|_| wrong());
        }
        // It may have been kept as a secret or as a plain value, or left out.
        let stored = Json::deserialize(deserializer).map_err(|_| wrong())?;
        if stored == MASK {
            return Err(D::Error::custom(ParseSecretError::LeftOut));
        }
        let kept =
            ticket(&stored).and_then(|ticket| READING.with_borrow(|vault| vault.as_ref()?.0.get(&ticket).cloned()));
        match kept {
            Some(kept) => kept.downcast().map(Self).map_err(|_| wrong()),
            None => T::deserialize(stored).map(Self::new).map_err(|_| wrong()),
        }
    }
}

/// Secrets of values that are kept as JSON, which has tickets in their places.
#[derive(Clone, Default)]
pub(crate) struct Vault(FxHashMap<u64, Arc<dyn Any + Send + Sync>>);

/// The one key of an object that stands for a secret.
const TICKET: &str = "dojobber::Secret";

thread_local! {
    /// Where secrets go that this thread serialises to keep them; `None` while it serialises for others.
    static WRITING: RefCell<Option<Vault>> = const { RefCell::new(None) };
    /// Where this thread finds the secrets of what it deserialises.
    static READING: RefCell<Option<Vault>> = const { RefCell::new(None) };
}

impl Vault {
    /// Serialises a value, and takes in the secrets in it.
    pub(crate) fn write(&mut self, value: &impl Serialize) -> serde_json::Result<Json> {
        let _before = Restore(&WRITING, WRITING.replace(Some(Self::default())));
        let json = serde_json::to_value(value)?;
        self.0.extend(WRITING.take().unwrap_or_default().0);
        Ok(json)
    }

    /// Deserialises what was [written](Self::write), or only holds plain values.
    pub(crate) fn read<T>(&self, read: impl FnOnce() -> T) -> T {
        let vault = (!self.0.is_empty()).then(|| self.clone());
        let _before = Restore(&READING, READING.replace(vault));
        read()
    }

    /// To be said behind the name of a value that could not be read: why that may be.
    pub(crate) fn hint(&self, json: &Json) -> &'static str {
        if self.masked(json) == *json { "" } else { ", has secrets, which only a `Secret` takes" }
    }

    /// The value as others may see it.
    pub(crate) fn masked(&self, json: &Json) -> Json {
        if self.0.is_empty() {
            return json.clone();
        }
        match json {
            Json::Array(items) => items.iter().map(|item| self.masked(item)).collect(),
            Json::Object(_) if ticket(json).is_some_and(|ticket| self.0.contains_key(&ticket)) => MASK.into(),
            Json::Object(fields) => {
                Json::Object(fields.iter().map(|(name, field)| (name.clone(), self.masked(field))).collect())
            }
            plain => plain.clone(),
        }
    }

    fn keep(&mut self, secret: Arc<dyn Any + Send + Sync>) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let ticket = NEXT.fetch_add(1, Ordering::Relaxed);
        self.0.insert(ticket, secret);
        ticket
    }
}

fn ticket(json: &Json) -> Option<u64> {
    json.as_object().filter(|fields| fields.len() == 1)?.get(TICKET)?.as_u64()
}

/// Sets a slot back, also when users' code panics.
struct Restore(&'static std::thread::LocalKey<RefCell<Option<Vault>>>, Option<Vault>);

impl Drop for Restore {
    fn drop(&mut self) {
        self.0.set(self.1.take());
    }
}

#[cfg(feature = "cli")]
pub(crate) use self::typed::noting_typed;

/// What a command line makes of secrets.
#[cfg(feature = "cli")]
mod typed {
    use std::cell::RefCell;
    use std::ffi::OsStr;
    use std::fmt;
    use std::marker::PhantomData;
    use std::str::FromStr;

    use clap::builder::{TypedValueParser, ValueParserFactory};
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    use secrecy::zeroize::{Zeroize, Zeroizing};

    use super::{MASK, ParseSecretError, Secret};

    thread_local! {
        /// The secrets in the command line that this thread reads.
        static TYPED: RefCell<Vec<Zeroizing<String>>> = const { RefCell::new(Vec::new()) };
    }

    /// Reads a command line, and tells which secrets were in it.
    pub(crate) fn noting_typed<T>(read: impl FnOnce() -> T) -> (T, Vec<Zeroizing<String>>) {
        TYPED.take();
        (read(), TYPED.take())
    }

    /// Reads a [`Secret`] from a command line, and doesn't tell what it was when it can't.
    pub struct SecretParser<T>(PhantomData<fn() -> T>);

    impl<T> Clone for SecretParser<T> {
        fn clone(&self) -> Self {
            Self(PhantomData)
        }
    }

    impl<T> fmt::Debug for SecretParser<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("SecretParser")
        }
    }

    impl<T: Zeroize + FromStr + Send + Sync + 'static> ValueParserFactory for Secret<T> {
        type Parser = SecretParser<T>;

        fn value_parser() -> SecretParser<T> {
            SecretParser(PhantomData)
        }
    }

    impl<T: Zeroize + FromStr + Send + Sync + 'static> TypedValueParser for SecretParser<T> {
        type Value = Secret<T>;

        fn parse_ref(
            &self,
            command: &clap::Command,
            arg: Option<&clap::Arg>,
            value: &OsStr,
        ) -> Result<Secret<T>, clap::Error> {
            let mut left_out = false;
            if let Some(text) = value.to_str() {
                TYPED.with_borrow_mut(|typed| typed.push(Zeroizing::new(text.to_owned())));
                match text.parse() {
                    Ok(secret) => return Ok(secret),
                    Err(why) => left_out = why == ParseSecretError::LeftOut,
                }
            }
            let mut error = clap::Error::new(ErrorKind::ValueValidation).with_cmd(command);
            let name = arg.map_or_else(|| "…".to_owned(), ToString::to_string);
            error.insert(ContextKind::InvalidArg, ContextValue::String(name));
            error.insert(ContextKind::InvalidValue, ContextValue::String(MASK.to_owned()));
            if left_out {
                let tip = ParseSecretError::LeftOut.to_string().into();
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            }
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_test::{Compact, Configure as _, Token, assert_de_tokens_error, assert_ser_tokens_error};

    use super::*;

    fn pillow() -> Secret<String> {
        Secret::new("pillow".to_owned())
    }

    #[test]
    fn nothing_shows_it_but_being_asked() {
        let secret = pillow();
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(secret.clone())), "*** *** Some(***)");
        assert_eq!(format!("{secret:>5}"), "  ***");
        assert_eq!(serde_json::to_string(&vec![secret.clone()]).unwrap(), r#"["***"]"#);
        assert_eq!(secret.expose_secret(), "pillow");
    }

    #[test]
    fn what_cannot_be_read_does_not_show_it_either() {
        let error = "pillow".parse::<Secret<u32>>().unwrap_err().to_string();
        assert_eq!(error, "the secret can't be read as what it is to be");
        let error = serde_json::from_str::<Secret<u32>>(r#""pillow""#).unwrap_err().to_string();
        assert!(!error.contains("pillow"), "{error}");
        assert_eq!(*serde_json::from_str::<Secret<u32>>("7").unwrap().expose_secret(), 7);
    }

    #[test]
    fn it_is_refused_where_it_would_be_sent() {
        let expected = "a secret stays in its process: it is not sent anywhere";
        let before = [Token::Tuple { len: 2 }, Token::I32(7)];
        assert_ser_tokens_error(&(7, pillow()).compact(), &before, expected);
        let sent = serde_json::to_string(&pillow()).unwrap();
        let expected = "`***` stands for a secret that was left out: give the secret itself";
        assert_eq!(serde_json::from_str::<Secret<String>>(&sent).unwrap_err().to_string(), expected);
        assert_eq!("***".parse::<Secret<String>>().unwrap_err().to_string(), expected);
        // What isn't a secret yet may come from there.
        assert_de_tokens_error::<Compact<Secret<u32>>>(
            &[Token::Str("pillow")],
            &ParseSecretError::Unreadable.to_string(),
        );
    }

    #[test]
    fn a_vault_keeps_what_json_does_not() {
        let mut vault = Vault::default();
        let json = vault.write(&vec![(1, Some(pillow())), (2, None)]).unwrap();
        assert!(!json.to_string().contains("pillow"), "{json}");
        assert_eq!(vault.masked(&json), serde_json::json!([[1, "***"], [2, null]]));
        let read = vault.read(|| serde_json::from_value::<Vec<(u32, Option<Secret<String>>)>>(json.clone()));
        assert_eq!(read.unwrap()[0].1.as_ref().unwrap().expose_secret(), "pillow");
        assert!(vault.read(|| serde_json::from_value::<Vec<(u32, Option<String>)>>(json.clone())).is_err());
        assert!(vault.read(|| serde_json::from_value::<Vec<(u32, Option<Secret<u32>>)>>(json)).is_err());
        // Beside it, all is as it was.
        assert_eq!(serde_json::to_value(pillow()).unwrap(), "***");
        assert_eq!(serde_json::from_str::<Secret<String>>(r#""plain""#).unwrap().expose_secret(), "plain");
    }

    #[test]
    fn a_plain_value_can_be_read_beside_secrets() {
        let mut vault = Vault::default();
        let json = vault.write(&(pillow(), "plain")).unwrap();
        let (_, plain) = vault.read(|| serde_json::from_value::<(Secret<String>, Secret<String>)>(json)).unwrap();
        assert_eq!(plain.expose_secret(), "plain");
    }

    #[test]
    fn clones_share_the_one_value() {
        let secret = pillow();
        assert!(std::ptr::eq(secret.expose_secret(), secret.clone().expose_secret()));
    }
}
