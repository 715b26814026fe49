//! The feature without which nothing can be async.

use crate::errors::Errors;
use crate::item::Function;

/// How to get it, in `Cargo.toml`.
const LINE: &str = concat!(
    "dojobber = { version = \"",
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR"),
    "\", features = [\"tokio\"] }"
);

/// An async function is a mistake where dojobber can't drive it.
pub(crate) fn check(function: &Function, what: &str, has_feature: bool, errors: &mut Errors) {
    if let Some(asyncness) = &function.sig.asyncness
        && !has_feature
    {
        errors.push(asyncness, format!("{what} can be `async` with the feature `tokio` of dojobber: write `{LINE}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str, has_feature: bool) -> Vec<String> {
        let mut errors = Errors::default();
        let function = Function::new(&syn::parse_str(source).expect("a signature"), &[]);
        check(&function, "`run`", has_feature, &mut errors);
        errors.messages()
    }

    #[test]
    fn says_how_to_turn_it_on() {
        assert_eq!(said("async fn run(&self)", true), [""; 0]);
        assert_eq!(said("fn run(&self)", false), [""; 0]);
        let said = said("async fn run(&self)", false);
        assert!(said[0].starts_with("`run` can be `async` with the feature `tokio` of dojobber: write `dojobber = {"));
        assert!(said[0].ends_with("features = [\"tokio\"] }`"), "{said:?}");
    }
}
