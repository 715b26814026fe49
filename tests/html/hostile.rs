//! Texts that mean something to whatever reads them.

use dojobber::prelude::*;

use crate::opened;
use crate::runs::Run;

/// Those of all outputs, and what means something to a page, or to what this one is made from.
fn texts() -> Vec<String> {
    let own = [
        "</script><script>alert(1)</script>",
        "<!-- <script>",
        "<img src=x onerror=alert(1)>",
        "</style></title><b onclick=\"alert(1)\">bold</b>",
        "javascript:alert(1)",
        "\u{2029}\u{e0041}",
        "STYLE DATA SCRIPT STYLE_HASH",
        "${state} `tick` \\u003c \\",
        "__proto__",
    ];
    own.map(str::to_owned).into_iter().chain(dojobber_tests::hostile_names()).collect()
}

fn run() -> Run {
    let mut dojob = DoJobber::new();
    dojob.default_tries(1);
    for text in texts() {
        let told = text.clone();
        let run = move |ctx: &Context| -> Result {
            ctx.println(&told);
            Err(Error::msg(told.clone()).context(told.clone()))
        };
        dojob.add(DynJob::new(text.clone()).description(text.clone()).run(run)).root_named(text.clone());
        let result = text.clone();
        let name = format!("result {text}");
        dojob.add(DynJob::new(name.clone()).check(move |_| -> Result<String> { Ok(result.clone()) }).run(|_| ()));
        dojob.root_named(name);
    }
    Run::of(&mut dojob)
}

pub(crate) fn texts_come_through_and_do_nothing() {
    let run = run();
    let mut browser = opened(&run.page());
    assert_eq!(browser.value("document.querySelectorAll('script').length"), 2);
    assert_eq!(browser.value("document.querySelectorAll('b, img, iframe, object, [onclick], [onerror]').length"), 0);
    browser.press("4");
    let names: Vec<String> = run.report.jobs().map(|job| job.name().to_owned()).collect();
    let shown = browser.value("[...document.querySelectorAll('#table tbody .link')].map(link => link.textContent)");
    assert_eq!(serde_json::from_value::<Vec<String>>(shown).unwrap(), names);
    for (number, name) in names.iter().enumerate() {
        browser.value(&format!("document.querySelector('#table tr[data-job=\"{number}\"] .link').click()"));
        let of = |selector: &str| format!("document.querySelector('#details {selector}')?.textContent ?? ''");
        assert_eq!(&browser.text(&of("h2")), name);
        match name.strip_prefix("result ") {
            Some(text) => {
                let result = browser.text(&of(".result"));
                assert_eq!(serde_json::from_str::<String>(&result).unwrap(), text);
            }
            None => {
                assert_eq!(&browser.text(&of(".description")), name);
                assert_eq!(&browser.text(&of(".error .foreign")), name);
                let lines: Vec<_> = name.lines().collect();
                assert_eq!(browser.text(&of(".lines")).trim_end_matches('\n').split('\n').collect::<Vec<_>>(), lines);
            }
        }
        // Nothing is wider than the place that it has, nor covers anything else.
        let fits = "(() => { const pane = document.querySelector('#details'); return pane.scrollWidth <= pane.clientWidth; })()";
        assert_eq!(browser.value(fits), true, "{name}");
    }
    for key in ["1", "2", "3"] {
        browser.press(key);
    }
    let steers = browser.text("document.querySelector('#graph-told').textContent + document.title");
    assert!(!steers.contains(['\u{202e}', '\u{1b}', '\u{2028}']));
    browser.call("Page.printToPDF", &serde_json::json!({}));
    assert_eq!(browser.complaints(), [""; 0]);
}
