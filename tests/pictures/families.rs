//! Families as one node, above a size.

use dojobber_tests::Lines;

use super::*;

#[derive(Clone)]
struct Host {
    number: u32,
}

#[job(each = hosts, name = "Host {number}", key = number)]
impl Host {
    fn check(&self) -> Result {
        ensure!(self.number % 2 == 0, "odd");
        Ok(())
    }
    fn run(&self) {}
}

fn hosts(ctx: &Context) -> Result<Vec<Host>> {
    Ok((0..ctx.arg("hosts")?).map(|number| Host { number }).collect())
}

/// Each stage needs the one before, some by way of `Pause`: as one node, the family would need itself.
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
    dojob.root::<Fleet>().arg("hosts", 20).lines_to(Lines::new());
    // Host 0 … 19, of which one waits for a job that needs another one.
    let mut plain = drawn(&dojob.plan().unwrap().picture(), &Format::Dot);
    assert!(plain.contains("Host ×20"), "{plain}");
    dojob = DoJobber::new();
    dojob.root::<Chain>().arg("hosts", 20).lines_to(Lines::new());
    plain = drawn(&dojob.plan().unwrap().picture(), &Format::Dot);
    assert!(plain.contains("label=\"Link 19\"") && !plain.contains("Link ×20"), "{plain}");
}

/// A chain of two families, the members of each between those of the other one.
#[derive(Clone)]
struct Link {
    number: u32,
    after: u32,
}

#[job(each = links, name = "Link {number}", key = number, deps = [Joint[after]])]
impl Link {
    fn run(&self) {}
    fn check(&self) -> bool {
        self.after == self.number
    }
}

fn links(ctx: &Context) -> Result<Vec<Link>> {
    Ok((0..ctx.arg("hosts")?).map(|number| Link { number, after: number }).collect())
}

#[derive(Clone)]
struct Joint {
    number: u32,
}

#[job(each = joints, name = "Joint {number}", key = number, required_by = [Chain])]
impl Joint {
    fn run(&self) {}
    fn check(&self) {}
}

fn joints(ctx: &Context) -> Result<Vec<Joint>> {
    Ok((0..ctx.arg("hosts")?).map(|number| Joint { number }).collect())
}

#[job(deps = [Link])]
struct Chain;
