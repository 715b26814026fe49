use std::path::Path;

/// Compares with the file of this path in the package of tests; writes it anew where `UPDATE_GOLDEN` is set.
#[track_caller]
pub fn assert_golden(file: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(golden == text, "not as in {}; UPDATE_GOLDEN=1 writes it anew:\n{text}", file.display());
}
