//! Families as one node, above a size.

use super::*;

#[derive(Clone)]
struct Host {
    number: u32,
}

#[job(each = hosts, name = "Host {number}", key = number)]
impl Host {
    fn check(&self) -> Result {
        ensure!(self.number.is_multiple_of(2), "odd");
        Ok(())
    }
    fn run(&self) {}
}

fn hosts(ctx: &Context) -> Result<Vec<Host>> {
    Ok((0..ctx.arg("hosts")?).map(|number| Host { number }).collect())
}

#[derive(Clone)]
struct Stage {
    number: u32,
}

#[job(each = stages, name = "Stage {number}", key = number, deps = [Host])]
impl Stage {
    fn check(&self) {}
    fn run(&self) {}
}

fn stages(ctx: &Context) -> Result<Vec<Stage>> {
    Ok((0..ctx.arg("hosts")?).map(|number| Stage { number }).collect())
}

#[job(deps = [Host, Stage])]
struct Fleet;

fn fleet(hosts: u32) -> Report {
    let mut dojob = DoJobber::new();
    dojob.root::<Fleet>().arg("hosts", hosts).lines_to(Lines::new()).default_tries(1).checknrun().unwrap()
}

#[test]
fn become_one_node_above_twelve_members() {
    let few = drawn(&fleet(12).picture(), &Format::Mermaid);
    assert!(few.contains("Host 11") && !few.contains("Host #215;") && !few.contains('×'), "{few}");
    let report = fleet(13);
    let many = drawn(&report.picture(), &Format::Dot);
    assert!(
        many.contains("label=\"✗ Host ×13\\n✗ 6, ✓ 7\", tooltip=\"Host (family): 6 failed, 7 ok\", shape=folder"),
        "{many}"
    );
    assert!(many.contains("label=\"⊘ Stage ×13\\n⊘ 13\""), "{many}");
    assert_eq!(many.matches(" -> ").count(), 3);
    assert!(drawn(&report.picture().collapse_above(13), &Format::Dot).contains("Host 12"));
    let json: serde_json::Value = serde_json::from_str(&drawn(&report.picture(), &Format::Json)).unwrap();
    assert_eq!(json["jobs"].as_array().unwrap().len(), 27);
    assert_eq!((&json["jobs"][0]["name"], &json["jobs"][0]["family"]), (&"Host 0".into(), &"Host".into()));
}

#[test]
fn stay_apart_where_one_node_would_need_itself() {
    let mut dojob = DoJobber::new();
    dojob.root::<Fleet>().arg("hosts", 20);
    dojob.add(DynJob::new("Pause").deps(["Host 0"]).required_by(["Host 1"]));
    let dot = drawn(&dojob.plan().unwrap().picture(), &Format::Dot);
    assert!(dot.contains("label=\"Host 19\"") && dot.contains("label=\"Pause\"") && !dot.contains("Host ×20"), "{dot}");
    assert!(dot.contains("label=\"Stage ×20\""), "{dot}");
}
