//! What stands in the parentheses of `#[job(…)]`: keys with their values and places.

mod values;

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Member, Path, Token, Type, parenthesized, token};

use self::values::{Element, comma, equals, expected, function_of, list_of, skip_to_comma, value_of};
use crate::errors::{Errors, nearest};

/// A value, and where its key stands.
pub(crate) struct Keyed<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// The keys of one attribute, each at most once.
#[derive(Default)]
pub(crate) struct Attr {
    pub(crate) deps: Option<Keyed<Vec<Dep>>>,
    pub(crate) required_by: Option<Keyed<Vec<Type>>>,
    pub(crate) tags: Option<Keyed<Vec<LitStr>>>,
    pub(crate) tries: Option<Keyed<Expr>>,
    pub(crate) retry_delay: Option<Keyed<Expr>>,
    pub(crate) retry_backoff: Option<Keyed<Expr>>,
    pub(crate) retry_max_delay: Option<Keyed<Expr>>,
    pub(crate) retry_jitter: Option<Keyed<Expr>>,
    pub(crate) timeout: Option<Keyed<Expr>>,
    pub(crate) settle: Option<Keyed<Expr>>,
    pub(crate) settle_interval: Option<Keyed<Expr>>,
    /// From `limits`, or one from `limit`.
    pub(crate) limits: Option<Keyed<Vec<Limit>>>,
    pub(crate) name: Option<Keyed<LitStr>>,
    pub(crate) run_only: Option<Keyed<()>>,
    pub(crate) check: Option<Keyed<Path>>,
    pub(crate) when: Option<Keyed<Path>>,
    pub(crate) each: Option<Keyed<Path>>,
    pub(crate) key: Option<Keyed<Vec<Member>>>,
    pub(crate) instances: Option<Keyed<Vec<Type>>>,
    pub(crate) krate: Option<Keyed<Path>>,
    /// Keys that are there, with a value that could not be read: what follows from their absence is no second mistake.
    pub(crate) broken: Vec<String>,
}

/// A dependency: `Path`, or `Path[field, …]` for one member of a family.
pub(crate) struct Dep {
    pub(crate) ty: Type,
    pub(crate) member: Option<(token::Bracket, Vec<Member>)>,
}

/// The name of a limit.
pub(crate) struct Limit(pub(crate) LitStr);

const KEYS: [&str; 21] = [
    "deps",
    "required_by",
    "tags",
    "tries",
    "retry_delay",
    "retry_backoff",
    "retry_max_delay",
    "retry_jitter",
    "timeout",
    "settle",
    "settle_interval",
    "limit",
    "limits",
    "name",
    "run_only",
    "check",
    "when",
    "each",
    "key",
    "instances",
    "crate",
];

/// Parses all keys; what is wrong with one doesn't keep the others from being parsed.
pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Attr {
    let mut attr = Attr::default();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = attr.parse_key(input, errors) {
                errors.take_in(error);
                skip_to_comma(input);
            }
            comma(input, "keys", errors)?;
        }
        Ok(())
    };
    // What syn adds here is that a list was left before its end, which its own error has said.
    if let Err(error) = parser.parse2(tokens)
        && errors.is_empty()
    {
        errors.take_in(error);
    }
    attr
}

impl Attr {
    /// Whether this key is there, read or broken. Of those that have been taken out it knows nothing any more.
    pub(crate) fn has(&self, key: &str) -> bool {
        let read = match key {
            "each" => self.each.is_some(),
            "check" => self.check.is_some(),
            "name" => self.name.is_some(),
            _ => false,
        };
        read || self.broken.iter().any(|broken| broken == key)
    }

    fn parse_key(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let key = input
            .call(Ident::parse_any)
            .map_err(|error| syn::Error::new(error.span(), format!("expected a key: one of {}", list())))?;
        let name = key.unraw().to_string();
        self.parse_value(&name, key, input, errors).inspect_err(|_| self.broken.push(name))
    }

    fn parse_value(&mut self, name: &str, key: Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        match name {
            "run_only" => {
                if input.peek(Token![=]) {
                    errors.push(&key, "`run_only` takes no value: write `run_only` alone");
                    skip_to_comma(input);
                }
                set(&mut self.run_only, key, (), errors);
            }
            "deps" => set(&mut self.deps, key.clone(), list_of(&key, input, "[First, Second]", errors)?, errors),
            "required_by" => {
                set(&mut self.required_by, key.clone(), list_of(&key, input, "[First, Second]", errors)?, errors);
            }
            "tags" => set(&mut self.tags, key.clone(), list_of(&key, input, "[\"nightly\"]", errors)?, errors),
            "instances" => {
                set(&mut self.instances, key.clone(), list_of(&key, input, "[Job<A>, Job<B>]", errors)?, errors);
            }
            "tries" => set(&mut self.tries, key.clone(), value_of(&key, input, "3")?, errors),
            "retry_delay" => set(&mut self.retry_delay, key.clone(), value_of(&key, input, "0.5")?, errors),
            "retry_backoff" => set(&mut self.retry_backoff, key.clone(), value_of(&key, input, "2.0")?, errors),
            "retry_max_delay" => set(&mut self.retry_max_delay, key.clone(), value_of(&key, input, "60")?, errors),
            "retry_jitter" => set(&mut self.retry_jitter, key.clone(), value_of(&key, input, "0.1")?, errors),
            "timeout" => set(&mut self.timeout, key.clone(), value_of(&key, input, "30")?, errors),
            "settle" => set(&mut self.settle, key.clone(), value_of(&key, input, "30")?, errors),
            "settle_interval" => set(&mut self.settle_interval, key.clone(), value_of(&key, input, "0.5")?, errors),
            "limit" => {
                equals(&key, input, "\"db\"")?;
                if input.peek(token::Bracket) {
                    let message = "`limit` takes one name: write `limit = \"db\"`, or `limits = [\"db\", \"api\"]`";
                    return Err(input.error(message));
                }
                let limit = Limit::element(input)?;
                self.set_limits(key, vec![limit], errors);
            }
            "limits" => {
                let limits = list_of(&key, input, "[\"db\", \"api\"]", errors)?;
                self.set_limits(key, limits, errors);
            }
            "name" => set(&mut self.name, key.clone(), value_of(&key, input, "\"Any name\"")?, errors),
            "check" => set(&mut self.check, key.clone(), function_of(&key, input)?, errors),
            "when" => set(&mut self.when, key.clone(), function_of(&key, input)?, errors),
            "each" => set(&mut self.each, key.clone(), function_of(&key, input)?, errors),
            "crate" => set(&mut self.krate, key.clone(), value_of(&key, input, "other_name")?, errors),
            "key" => {
                equals(&key, input, "field")?;
                let fields = if input.peek(token::Paren) {
                    let content;
                    parenthesized!(content in input);
                    Punctuated::<Member, Token![,]>::parse_terminated(&content)?.into_iter().collect()
                } else {
                    vec![input.parse().map_err(|error| expected(&error, "key", "field` or `key = (one, two)"))?]
                };
                set(&mut self.key, key, fields, errors);
            }
            _ => {
                let near = nearest(name, &KEYS).or_else(|| nearest_that_begins_so(name));
                self.broken.extend(near.map(str::to_owned));
                let hint = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                let message = format!("there is no key `{name}`: {hint}the keys are {}", list());
                return Err(syn::Error::new_spanned(&key, message));
            }
        }
        Ok(())
    }
}

impl Attr {
    /// `limit` and `limits` are two ways to say one thing.
    fn set_limits(&mut self, key: Ident, limits: Vec<Limit>, errors: &mut Errors) {
        match &self.limits {
            Some(other) if other.key != key => {
                errors.push(&key, "`limit` and `limits` stand here both: keep one, as in `limits = [\"db\", \"api\"]`");
            }
            _ => set(&mut self.limits, key, limits, errors),
        }
    }
}

fn set<T>(place: &mut Option<Keyed<T>>, key: Ident, value: T, errors: &mut Errors) {
    if place.is_some() {
        errors.push(&key, format!("`{key}` stands here twice: keep one"));
        return;
    }
    *place = Some(Keyed { key, value });
}

/// The nearest of the keys that begin as this one does: in a short one, two letters are much, and yet `trys` means `tries`.
fn nearest_that_begins_so(name: &str) -> Option<&'static str> {
    let distance = |key: &str| strsim::damerau_levenshtein(name, key);
    let start = name.get(..2)?;
    KEYS.into_iter().filter(|key| key.starts_with(start) && distance(key) <= 2).min_by_key(|key| distance(key))
}

fn list() -> String {
    let quoted: Vec<_> = KEYS.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::written;

    /// The keys, and what was said of them.
    fn parsed(text: &str) -> (Attr, Vec<String>) {
        let mut errors = Errors::default();
        let attr = parse(text.parse().expect("tokens"), &mut errors);
        (attr, errors.messages())
    }

    #[track_caller]
    fn said(text: &str) -> Vec<String> {
        parsed(text).1
    }

    #[test]
    fn reads_all_keys() {
        let (attr, said) = parsed(
            "deps = [A, b::c, D[host, 0]], required_by = [E], tags = [\"t\"], tries = N - 3, retry_delay = 0.5, \
             name = \"n\", run_only, check = f, when = w, each = g::h, key = (a, b), instances = [I<J>, I<K>], crate = ::x,",
        );
        assert_eq!(said, [""; 0]);
        let deps = attr.deps.expect("read").value;
        let members: Vec<_> =
            deps.iter().map(|dep| dep.member.as_ref().map_or(0, |(_, fields)| fields.len())).collect();
        assert_eq!(members, [0, 0, 2]);
        assert_eq!(attr.key.expect("read").value.len(), 2);
        assert_eq!(attr.instances.expect("read").value.iter().map(written).collect::<Vec<_>>(), ["I<J>", "I<K>"]);
        assert!(attr.run_only.is_some() && attr.krate.is_some() && attr.broken.is_empty());
    }

    #[test]
    fn reads_all_terms() {
        let (attr, said) = parsed(
            "timeout = 30, retry_backoff = 2.0, retry_max_delay = M, retry_jitter = 0.1, settle = 1, \
             settle_interval = 0.5, limits = [\"a\", \"b\"]",
        );
        assert_eq!(said, [""; 0]);
        assert!(attr.timeout.is_some() && attr.retry_backoff.is_some() && attr.retry_max_delay.is_some());
        assert!(attr.retry_jitter.is_some() && attr.settle.is_some() && attr.settle_interval.is_some());
        assert_eq!(attr.limits.expect("read").value.len(), 2);
        assert_eq!(parsed("limit = \"db\"").0.limits.expect("read").value[0].0.value(), "db");
    }

    #[test]
    fn goes_on_behind_each_mistake() {
        let (attr, said) =
            parsed("tries, deps = [\"A\", B C, 3], depz = [], name = x, run_only = true, retry_delay = 1");
        assert_eq!(said.len(), 7, "{said:#?}");
        assert!(attr.retry_delay.is_some() && attr.run_only.is_some());
        assert_eq!(attr.deps.expect("read").value.len(), 1);
        assert_eq!(attr.broken, ["tries", "deps", "depz", "name"]);
    }

    #[test]
    fn says_each_mistake_once() {
        for text in [
            "tries = 1, tries = 2",
            "deps = A",
            "deps = [A B]",
            "deps = [A[]]",
            "required_by = [A[b]]",
            "check = f()",
            "when = f()",
            "each = 3",
            "key = (a b)",
            "name = \"a\" tries = 3",
            "= 3",
            "tags = [a]",
            "limit = [\"a\"]",
            "limit = a",
            "limits = \"a\"",
            "limits = [\"\"]",
            "limit = \"a\", limit = \"b\"",
            "limit = \"a\", limits = [\"a\"]",
            "timeout",
        ] {
            assert_eq!(said(text).len(), 1, "{text}: {:#?}", said(text));
        }
    }

    #[test]
    fn names_the_nearest_key() {
        assert!(said("retries = 3")[0].contains("did you mean `tries`?"));
        assert!(said("time_out = 3")[0].contains("did you mean `timeout`?"));
        assert!(said("retry_back_off = 3")[0].contains("did you mean `retry_backoff`?"));
        assert!(said("trys = 3")[0].contains("did you mean `tries`?"));
        assert!(said("wen = f")[0].contains("did you mean `when`?"));
        assert!(said("runonly")[0].contains("did you mean `run_only`?"));
        assert!(!said("colour = 3")[0].contains("did you mean"));
    }

    #[test]
    fn writes_types_as_they_were_written() {
        for text in ["I<J>", "I<R<'static>, true>", "I<&'static str, dyn A + B>", "a::I<(u8, [u8; 3])>"] {
            let ty: Type = syn::parse_str(text).expect("a type");
            assert_eq!(written(&ty).replace(' ', ""), text.replace(' ', ""));
            assert!(!written(&ty).contains("dynA") && !written(&ty).contains("'staticstr"));
        }
        assert_eq!(written(&syn::parse_str::<Type>("I<R<'static>, true>").expect("a type")), "I<R<'static>, true>");
    }
}
