//! What each format says, of a small graph.

use super::*;

#[test]
fn are_as_they_were() {
    let mut dojob = party();
    let plan = dojob.plan().unwrap();
    assert_golden("before.dot", &drawn(&plan.picture(), &Format::Dot));
    let report = dojob.checknrun().unwrap();
    for (name, format) in [
        ("party.dot", Format::Dot),
        ("party.svg", Format::Svg),
        ("party.mmd", Format::Mermaid),
        ("party.txt", Format::Text),
    ] {
        assert_golden(name, &drawn(&report.picture(), &format));
    }
    let right = report.picture().direction(Direction::Right).theme(Theme::Dark).legend(false);
    assert_golden("right.svg", &drawn(&right, &Format::Svg));
    assert_golden("colours.txt", &drawn(&report.picture().colours(true).columns(20), &Format::Text));
    let report = dojob.no_act(true).checknrun().unwrap();
    assert_golden("no_act.mmd", &drawn(&report.picture(), &Format::Mermaid));
}

#[test]
fn a_dojobber_draws_its_plan_and_then_its_last_run() {
    let mut dojob = party();
    let write = |dojob: &DoJobber| {
        let mut dot = Vec::new();
        dojob.write_graph(&mut dot, Format::Dot).unwrap();
        String::from_utf8(dot).unwrap()
    };
    assert!(write(&dojob).contains("label=\"Oven\""));
    dojob.checknrun().unwrap();
    assert!(write(&dojob).contains("label=\"✓ Oven\""));
}

#[test]
fn json_has_everything() {
    let mut dojob = party();
    let report = dojob.checknrun().unwrap();
    let json: serde_json::Value = serde_json::from_str(&drawn(&report.picture(), &Format::Json)).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["edges"], serde_json::json!([[2, 0], [2, 1], [4, 2], [4, 3]]));
    let jobs = json["jobs"].as_array().unwrap();
    let all: Vec<_> = jobs.iter().map(|job| (&job["name"], &job["kind"], &job["status"])).collect();
    let golden = serde_json::json!([
        ["Oven", "job", "ok"],
        ["Dough", "job", "changed"],
        ["Pizza", "run_only", "changed"],
        ["Wine", "job", "failed"],
        ["Party", "group", "blocked"],
    ]);
    assert_eq!(serde_json::to_value(all).unwrap(), golden);
    assert_eq!(jobs[0]["family"], serde_json::Value::Null);
    assert!(jobs[0]["place"]["file"].as_str().unwrap().ends_with("main.rs"));
    assert!(jobs[0]["place"]["line"].as_u64().is_some());
}

#[test]
fn dot_is_what_graphviz_reads() {
    let mut dojob = party();
    let Some(svg) = graphviz(&drawn(&dojob.checknrun().unwrap().picture(), &Format::Dot), "svg") else {
        return;
    };
    let svg = svg.replace("&#45;", "-");
    for label in ["✓ Oven", "+ Dough", "+ Pizza", "✗ Wine", "⊘ Party"] {
        assert!(svg.contains(&format!(">{label}</text>")), "{label} in {svg}");
    }
}

#[test]
fn svg_is_xml_that_tells_what_it_shows() {
    let mut dojob = party();
    let svg = drawn(&dojob.checknrun().unwrap().picture(), &Format::Svg);
    let svg = roxmltree::Document::parse(&svg).unwrap();
    let root = svg.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let text_of = |name| svg.descendants().filter(move |node| node.has_tag_name(name)).filter_map(|node| node.text());
    assert!(text_of("title").any(|title| title == "Wine (job): failed"));
    assert!(text_of("desc").any(|desc| desc == "5 jobs: 1 failed, 1 blocked, 2 changed, 1 ok"));
    assert!(text_of("style").any(|style| style.contains("prefers-color-scheme:dark")));
    assert!(text_of("text").any(|text| text == "✗ Wine"));
}

#[test]
fn png_has_the_colours_and_needs_no_font_of_the_machine() {
    let mut dojob = party();
    let report = dojob.checknrun().unwrap();
    for (theme, paper) in [(Theme::Auto, [255, 255, 255]), (Theme::Dark, [0x14, 0x18, 0x1d])] {
        let mut png = Vec::new();
        report.picture().theme(theme).write(&mut png, &Format::Png).unwrap();
        let pixels = resvg::tiny_skia::Pixmap::decode_png(&png).unwrap();
        let share = |colour: [u8; 3]| {
            let hits = pixels.pixels().iter().filter(|pixel| [pixel.red(), pixel.green(), pixel.blue()] == colour);
            hits.count() * 1_000 / pixels.pixels().len()
        };
        assert!(share(paper) > 300, "{theme:?}: {} of 1000", share(paper));
        for colour in [[0xa6, 0xe3, 0xb4], [0x00, 0x57, 0x3f], [0xf2, 0x68, 0x3c]] {
            assert!(share(colour) > 3, "{theme:?} {colour:?}: {} of 1000", share(colour));
        }
        // The words of the legend are the only thing in this colour.
        if theme == Theme::Auto {
            assert!(pixels.pixels().iter().filter(|pixel| pixel.red() < 0x30 && pixel.blue() < 0x40).count() > 500);
        }
    }
}

#[test]
fn others_are_left_to_graphviz() {
    let plan = party().plan().unwrap();
    let mut drawn = Vec::new();
    let wrong = plan.write_graph(&mut drawn, Format::Other("no-such-format".into())).unwrap_err().to_string();
    if graphviz("digraph {}", "svg").is_some() {
        plan.write_graph(&mut drawn, Format::Other("pdf".into())).unwrap();
        assert!(drawn.starts_with(b"%PDF"));
        assert!(wrong.starts_with("Graphviz can't write `no-such-format`: "), "{wrong}");
    } else {
        assert!(wrong.contains("without it there are .svg, .png"), "{wrong}");
    }
    let outside = plan.write_graph(&mut drawn, Format::Other("svg:/x".into())).unwrap_err();
    assert_eq!(outside.to_string(), "`svg:/x` can't be the name of a format");
}

#[test]
fn a_file_is_kept_when_drawing_fails() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("party.no-such-format");
    std::fs::write(&file, "kept").unwrap();
    let plan = party().plan().unwrap();
    plan.picture().save(&file).unwrap_err();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
    let error = plan.picture().save(folder.path().join("party")).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    plan.picture().save(folder.path().join("party.json")).unwrap();
}

#[test]
fn of_a_graph_that_can_t_be_run_is_an_error() {
    let error = DoJobber::new().root_named("nowhere").write_graph(&mut Vec::new(), Format::Svg).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("no job is named `nowhere`"), "{error}");
}
