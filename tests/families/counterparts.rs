//! Member to member: each needs the one member of another family that has its key.

use super::*;

#[derive(Clone)]
struct Provision {
    host: String,
}

#[job(each = hosts, key = host, name = "Provision {host}", run_only)]
impl Provision {
    fn run(&self, Args(broken): Args<Broken>) -> Result<String> {
        ensure!(broken.0 != self.host, "no disk");
        Ok(format!("{}.example", self.host))
    }
}

#[derive(Default, Deserialize)]
struct Broken(String);

fn hosts(Args(names): Args<Names>) -> Vec<Provision> {
    names.0.iter().map(|host| Provision { host: host.clone() }).collect()
}

#[derive(Clone)]
struct Install {
    host: String,
    package: &'static str,
}

#[job(each = packages, key = (host, package), name = "Install {package} on {host}", deps = [Provision[host]], run_only)]
impl Install {
    fn run(&self, address: Output<Provision>, maybe: Option<Output<Provision>>, global: &Global) -> Result {
        ensure!(maybe.is_some_and(|maybe| *maybe == *address));
        global.set(&format!("{} {}", self.package, self.host), &**address)
    }
}

fn packages(Args(names): Args<Names>, Args(extra): Args<Extra>) -> Vec<Install> {
    let hosts = names.0.iter().chain(&extra.0);
    hosts.flat_map(|host| ["web", "db"].map(|package| Install { host: host.clone(), package })).collect()
}

#[derive(Clone, Default, Deserialize)]
struct Extra(Vec<String>);

#[derive(Clone)]
struct Start {
    host: String,
    service: &'static str,
    port: u16,
}

#[job(each = services, name = "Start {service}:{port} on {host}", deps = [Install[host, service]], run_only)]
impl Start {
    fn run(&self, changed: Changed<Install>) -> Result {
        ensure!(changed.get());
        Ok(())
    }
}

fn services(Args(names): Args<Names>) -> Vec<Start> {
    names.0.iter().map(|host| Start { host: host.clone(), service: "web", port: 80 }).collect()
}

#[job(deps = [Start])]
struct Fleet;

fn fleet(hosts: &[&str]) -> DoJobber {
    let mut dojob = root::<Fleet>();
    dojob.set_args(names(hosts)).set_args(Broken::default()).set_args(Extra::default());
    dojob
}

#[test]
fn each_host_goes_its_own_way() {
    let order = ran(&mut fleet(&["ant", "bee"]));
    let golden = [
        "Provision ant",
        "Install web on ant",
        "Start web:80 on ant",
        "Provision bee",
        "Install web on bee",
        "Start web:80 on bee",
    ];
    assert_eq!(order, golden, "a barrier between the hosts, or a member that nobody needs");
}

#[test]
fn a_host_that_fails_blocks_its_own_members_only() {
    let (report, _) = run(fleet(&["ant", "bee"]).set_args(Broken("ant".into())).default_tries(1));
    let golden = [
        "Fleet blocked",
        "Install web on ant blocked",
        "Install web on bee changed",
        "Provision ant failed",
        "Provision bee changed",
        "Start web:80 on ant blocked",
        "Start web:80 on bee changed",
    ];
    assert_eq!(ends(&report), golden);
    assert_eq!(blockers(&report, "Fleet"), ["Provision ant"]);
}

#[test]
fn output_is_the_counterpart_s() {
    let (report, _) = run(&mut fleet(&["ant", "bee"]));
    let address = |key: &str| report.global().get::<String>(key).unwrap();
    assert_eq!((address("web ant"), address("web bee")), ("ant.example".into(), "bee.example".into()));
}

#[test]
fn a_missing_counterpart_is_refused_and_the_nearest_key_is_shown() {
    let mut dojob = root::<Install>();
    dojob.set_args(names(&["ant", "bee"])).set_args(Broken::default()).set_args(Extra(vec!["beet".into()]));
    let error = refused(&mut dojob);
    for part in
        ["Install web on beet (", "needs the member of Provision (", "whose key is `beet`", "the nearest is `bee`"]
    {
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[derive(Clone)]
struct Stack {
    block: u32,
    on: u32,
}

#[job(each = blocks, key = block, name = "Stack {block}", deps = [Stack[on]], run_only)]
impl Stack {
    fn run(&self) {}
}

fn blocks(Args(blocks): Args<Blocks>) -> Vec<Stack> {
    blocks.0.iter().map(|(block, on)| Stack { block: *block, on: *on }).collect()
}

#[derive(Clone, Deserialize)]
struct Blocks(Vec<(u32, u32)>);

#[test]
fn members_of_one_family_that_need_each_other_in_a_circle_are_refused() {
    let error = refused(root::<Stack>().set_args(Blocks(vec![(1, 3), (2, 1), (3, 2)])));
    assert!(error.contains("Stack 1 → Stack 3 → Stack 2 → Stack 1"), "{error}");
}
