//! Reading the page: what it says, and that it is what the report says.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::opened;
use crate::runs::party;

/// The text of the first element that fits.
fn text_of(browser: &mut Browser, selector: &str) -> String {
    browser.text(&format!("document.querySelector({selector:?}).textContent"))
}

/// The names in the table, top to bottom.
fn names(browser: &mut Browser) -> Vec<String> {
    let names = browser.value("[...document.querySelectorAll('#table tbody .link')].map(link => link.textContent)");
    serde_json::from_value(names).unwrap()
}

fn words(status: &Value) -> String {
    status.as_str().unwrap().replace('_', " ")
}

/// As the page tells durations.
fn duration(seconds: f64) -> String {
    let three = |number: f64| format!("{number:.9}").parse::<f64>().unwrap();
    let rounded = |number: f64| {
        if number == 0. {
            return number;
        }
        let factor = 10_f64.powf(2. - number.abs().log10().floor());
        three((number * factor).round() / factor)
    };
    match seconds {
        0. => "0 s".to_owned(),
        short if short < 0.001 => format!("{} µs", rounded(short * 1e6)),
        short if short < 1. => format!("{} ms", rounded(short * 1e3)),
        long => format!("{} s", rounded(long)),
    }
}

pub(crate) fn search_finds_a_job() {
    let mut browser = opened(&party().page());
    browser.press("4");
    browser.press("/");
    browser.write("piz");
    assert_eq!(text_of(&mut browser, "#hits"), "1 of 47 jobs");
    assert_eq!(names(&mut browser), ["Pizza"]);
    browser.press("Enter");
    assert_eq!(text_of(&mut browser, "#details h2"), "Pizza");
    // Errors are searched, too.
    browser.press("Escape");
    browser.write("LOCKED");
    assert_eq!(names(&mut browser), ["Wine"]);
    browser.press("Escape");
    assert_eq!(names(&mut browser).len(), 47);
    assert_eq!(browser.complaints(), [""; 0]);
}

pub(crate) fn a_click_shows_the_tries() {
    let run = party();
    let mut browser = opened(&run.page());
    browser.click_on("#tab-graph");
    browser.press("/");
    browser.write("pizza");
    browser.press("Enter");
    // Which has put it into the middle.
    browser.click_on("#details .close");
    assert_eq!(browser.value("document.querySelector('#details').hidden"), true);
    browser.drawn();
    browser.click_on("#graph-canvas");
    assert_eq!(text_of(&mut browser, "#details h2"), "Pizza");
    let details = text_of(&mut browser, "#details");
    for told in ["Try 1 failed", "Try 2: at ", "it is raw", "baking, try 1", "baking, try 2", "tests/html/runs.rs:"] {
        assert!(details.contains(told), "{told} in {details}");
    }
    let place = run.report.job("Pizza").unwrap().planned().place();
    assert_eq!(text_of(&mut browser, "#details .source"), format!("{}:{}", place.file, place.line));
    // What it needs leads on.
    browser.click_on("#details .links button");
    assert_eq!(text_of(&mut browser, "#details h2"), "Oven");
    assert!(text_of(&mut browser, "#details").contains("It is hot."));
    browser.press("Escape");
    assert_eq!(browser.value("document.querySelector('#details').hidden"), true);
    assert_eq!(browser.complaints(), [""; 0]);
}

pub(crate) fn the_table_agrees_with_the_report() {
    let run = party();
    let mut browser = opened(&run.page());
    browser.press("4");
    let report = run.json();
    let cells =
        "[...document.querySelectorAll('#table tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))";
    let rows: Vec<Vec<String>> = serde_json::from_value(browser.value(cells)).unwrap();
    let jobs = report["jobs"].as_array().unwrap();
    assert_eq!(rows.len(), jobs.len());
    for (row, job) in rows.iter().zip(jobs) {
        assert_eq!(row[0].trim_end_matches("critical path"), job["name"]);
        assert_eq!(row[1].split_once(' ').unwrap().1, words(&job["status"]), "{row:?}");
        let tries = job["tries"].as_array().unwrap();
        assert_eq!(row[3], tries.len().to_string(), "{row:?}");
        let ended = |one: &Value| {
            one["phases"]
                .as_array()
                .unwrap()
                .iter()
                .map(|phase| phase["ended"].as_f64().unwrap())
                .fold(one["started"].as_f64().unwrap(), f64::max)
        };
        let took: f64 = tries.iter().map(|one| ended(one) - one["started"].as_f64().unwrap()).sum();
        let (started, took) = match tries.first() {
            Some(first) => (duration(first["started"].as_f64().unwrap()), duration(took)),
            None => (String::new(), String::new()),
        };
        assert_eq!((&row[4], &row[5]), (&started, &took), "{row:?}");
        assert_eq!(row[7], format!("{}:{}", job["file"].as_str().unwrap(), job["line"]));
    }
}

pub(crate) fn the_table_sorts_and_filters() {
    let mut browser = opened(&party().page());
    browser.press("4");
    browser.click_on("#table th:nth-child(6) button");
    browser.click_on("#table th:nth-child(6) button");
    assert_eq!(browser.text("document.querySelector('#table th:nth-child(6)').ariaSort"), "descending");
    assert_eq!(names(&mut browser)[..2], ["Lamp", "Oven"]);
    browser.click_on("#table th:nth-child(1) button");
    let sorted = names(&mut browser);
    assert_eq!(sorted[..2], ["Balloons", "Dough"]);
    let invites: Vec<_> = sorted.iter().filter(|name| name.starts_with("Invite ")).collect();
    assert_eq!(
        invites[2..11].iter().map(|name| &name[7..]).collect::<Vec<_>>(),
        ["2", "3", "4", "5", "6", "7", "8", "9", "10"]
    );
    browser.click_on(".chip.failed");
    assert_eq!(names(&mut browser), ["Invite 3", "Wine"]);
    browser.click_on(".chip.blocked");
    assert_eq!(names(&mut browser), ["Invite 3", "Party", "Wine"]);
    // A row shows its job, by keys, too.
    browser.value("document.querySelector('#table tbody .link').focus()");
    browser.press("Enter");
    assert_eq!(text_of(&mut browser, "#details h2"), "Invite 3");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// What the timeline says where the pointer is, at a share of its time and a row's height.
fn pointed(browser: &mut Browser, gutter: f64, share: f64, down: f64) -> String {
    let [left, top, width, _] = browser.place("#timeline-canvas");
    browser.point(left + gutter + (width - gutter - 8.) * share, top + down);
    text_of(browser, "#timeline-told")
}

pub(crate) fn the_timeline_agrees_with_the_report() {
    let run = party();
    let mut browser = opened(&run.page());
    browser.press("3");
    browser.drawn();
    let report = run.json();
    let whole = report["elapsed"].as_f64().unwrap();
    let (mut tries, mut waits) = (0, 0);
    for job in report["jobs"].as_array().unwrap() {
        let name = job["name"].as_str().unwrap();
        let mut before: Option<f64> = None;
        for one in job["tries"].as_array().unwrap() {
            let started = one["started"].as_f64().unwrap();
            let Some(ended) = one["phases"].as_array().unwrap().last().and_then(|phase| phase["ended"].as_f64()) else {
                continue;
            };
            if let Some(before) = before.filter(|before| started - before > 1.) {
                // Below the one slot.
                let middle = f64::midpoint(before, started) / whole;
                let told: Vec<_> =
                    (0..6).map(|row| pointed(&mut browser, 58., middle, 66. + 12. * f64::from(row))).collect();
                assert!(
                    told.iter().any(|told| told.starts_with(&format!("{name} waits for its next try"))),
                    "{name}: {told:?}"
                );
                waits += 1;
            }
            before = Some(ended);
            // One with pauses has several bars; one that takes no time can't be pointed at.
            if name == "Lamp" || ended - started < 0.002 {
                continue;
            }
            tries += 1;
            let told = pointed(&mut browser, 58., f64::midpoint(started, ended) / whole, 42.);
            let failed = if one["passed"] == true { "" } else { " (failed)" };
            let expected = format!(
                "{name}, try {}{failed}: {} to {}, {}",
                one["number"],
                duration(started),
                duration(ended),
                duration(ended - started)
            );
            assert!(told.starts_with(&expected), "{told} is not {expected}");
        }
    }
    assert_eq!((tries, waits), (6, 3));
    let settles = (0..6).any(|row| {
        (0..40).any(|share| {
            pointed(&mut browser, 58., f64::from(share) / 40., 66. + 12. * f64::from(row)).starts_with("Lamp settles")
        })
    });
    assert!(settles);
    // A click on a try shows its job.
    let oven = report["jobs"].as_array().unwrap().iter().find(|job| job["name"] == "Oven").unwrap();
    let middle = (oven["tries"][0]["started"].as_f64().unwrap() + 0.3) / whole;
    pointed(&mut browser, 58., middle, 42.);
    let [left, top, width, _] = browser.place("#timeline-canvas");
    browser.click(left + 58. + (width - 66.) * middle, top + 42.);
    assert_eq!(text_of(&mut browser, "#details h2"), "Oven");
    // By job, there is a row for each that was tried.
    browser.press("Escape");
    browser.value("(() => { const by = document.querySelector('#rows-by'); by.value = 'job'; by.dispatchEvent(new Event('change')); })()");
    browser.drawn();
    let rows =
        report["jobs"].as_array().unwrap().iter().filter(|job| !job["tries"].as_array().unwrap().is_empty()).count();
    let height = browser.value("document.querySelector('#rows').scrollHeight").as_f64().unwrap();
    assert!(
        (height - (24. + 20. * f64::from(u32::try_from(rows).unwrap()) + 4.)).abs() < 2.,
        "{height} for {rows} rows"
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

pub(crate) fn a_family_is_one_node() {
    let mut browser = opened(&party().page());
    browser.press("2");
    browser.press("/");
    browser.write("Invite 7");
    browser.press("Enter");
    browser.click_on("#details .close");
    browser.click_on("#graph-canvas");
    assert_eq!(text_of(&mut browser, "#details h2"), "✗ Invite ×40");
    let first = text_of(&mut browser, "#details .links .link");
    assert_eq!(first, "Invite 3", "the worst comes first");
    assert_eq!(text_of(&mut browser, "#details .links li:last-child"), "10 more");
    browser.value("document.querySelector('#details .links li:last-child button').click()");
    assert_eq!(browser.value("document.querySelectorAll('#details .links li').length"), 40);
}

pub(crate) fn the_summary_tells_what_failed() {
    let mut browser = opened(&party().page());
    assert_eq!(text_of(&mut browser, "#verdict"), "failure");
    assert_eq!(browser.text("document.title"), "✗ A <b>party</b>");
    // Its clock is a test's, which starts with 1970. How that is shown depends on where the reader is.
    assert_eq!(browser.text("document.querySelector('#facts time').dateTime"), "1970-01-01T00:00:00.000Z");
    assert!(text_of(&mut browser, "#facts").contains(", started "));
    let summary = text_of(&mut browser, "#summary");
    for told in [
        "the cellar is locked",
        "its run said: unlocking the cellar",
        "caused by no key",
        "blocks 1 job",
        "Critical path",
    ] {
        assert!(summary.contains(told), "{told} in {summary}");
    }
    let path = browser.value("[...document.querySelectorAll('#summary .path')].at(0).innerText");
    assert!(path.as_str().unwrap().contains("Wine"), "{path}");
}

pub(crate) fn on_a_phone_in_the_dark_and_on_paper() {
    let mut browser = opened(&party().page());
    let paper = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(browser.text(paper), "rgb(255, 255, 255)");
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.call("Emulation.setEmulatedMedia", &dark);
    assert_eq!(browser.text(paper), "rgb(20, 24, 29)");
    browser.view(390, 800, true);
    for key in ["1", "2", "3", "4"] {
        browser.press(key);
        let wide = browser.value("document.documentElement.scrollWidth");
        assert_eq!(wide, 390, "view {key} is wider than the screen");
    }
    let pdf = browser.call("Page.printToPDF", &json!({}));
    assert!(pdf["data"].as_str().unwrap().len() > 20_000);
    assert_eq!(browser.complaints(), [""; 0]);
}
