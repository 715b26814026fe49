//! The report as a page, in a browser.
//!
//! Without one, what needs it is ignored, and says so; where `DOJOBBER_REQUIRE_BROWSER` is set, it fails.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is a failure")]

mod browser;
mod hostile;
mod large;
mod page;
mod reading;
mod runs;
mod told;

use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::browser::Browser;

/// A test that opens pages.
type InBrowser = fn();

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let in_browser: [(&str, InBrowser); 10] = [
        ("reading::search_finds_a_job", reading::search_finds_a_job),
        ("reading::a_click_shows_the_tries", reading::a_click_shows_the_tries),
        ("reading::the_table_agrees_with_the_report", reading::the_table_agrees_with_the_report),
        ("reading::the_table_sorts_and_filters", reading::the_table_sorts_and_filters),
        ("reading::the_timeline_agrees_with_the_report", reading::the_timeline_agrees_with_the_report),
        ("reading::a_family_is_one_node", reading::a_family_is_one_node),
        ("reading::the_summary_tells_what_failed", reading::the_summary_tells_what_failed),
        ("reading::on_a_phone_in_the_dark_and_on_paper", reading::on_a_phone_in_the_dark_and_on_paper),
        ("hostile::texts_come_through_and_do_nothing", hostile::texts_come_through_and_do_nothing),
        ("large::it_moves_smoothly", large::it_moves_smoothly),
    ];
    let is_missing = std::env::var_os("DOJOBBER_REQUIRE_BROWSER").is_none() && browser::find().is_none();
    if is_missing {
        eprintln!("no browser is installed (Debian's package `chromium`), so nobody has looked at the pages");
    }
    let in_browser = in_browser.map(|(name, test)| {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        trial.with_ignored_flag(is_missing)
    });
    let without = [
        ("page::the_policy_lets_through_what_is_there", page::the_policy_lets_through_what_is_there as fn()),
        ("page::it_asks_nobody_for_anything", page::it_asks_nobody_for_anything),
        ("page::without_a_transcript", page::without_a_transcript),
        ("page::the_same_run_makes_the_same_page", page::the_same_run_makes_the_same_page),
        ("told::a_family_that_comes_late", told::a_family_that_comes_late),
        ("told::retries_and_pauses", told::retries_and_pauses),
        ("told::no_more_slots_than_there_were", told::no_more_slots_than_there_were),
        ("told::what_was_left_and_what_was_only_checked", told::what_was_left_and_what_was_only_checked),
        ("told::many_lines_are_cut", told::many_lines_are_cut),
    ];
    let without = without.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, in_browser.into_iter().chain(without).collect()).exit_code()
}

/// A page in a directory that is gone with it, and its path.
fn file_of(page: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    std::fs::write(&file, page).unwrap();
    (folder, file)
}

/// The page in a browser, which has found nothing to complain about.
fn opened(page: &[u8]) -> Browser {
    let (_folder, file) = file_of(page);
    let mut browser = Browser::start(1280, 800);
    browser.open(&file);
    assert_eq!(browser.complaints(), [""; 0]);
    browser
}
