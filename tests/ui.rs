//! What a mistake in `#[job]` is answered with: one file a mistake, its messages beside it.
//!
//! `TRYBUILD=overwrite cargo test -p dojobber-tests --test ui` writes them anew; read each before it is committed.

#[test]
fn mistakes_are_answered_with_what_to_write() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
