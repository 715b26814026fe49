//! R18.

use super::*;

#[derive(Deserialize, Debug, PartialEq)]
struct Dinner {
    guests: u32,
    #[serde(default)]
    vegan: bool,
}

#[derive(Deserialize)]
struct Place {
    city: String,
}

#[derive(Default)]
struct LayTable;

#[job]
impl LayTable {
    fn check(&self, Args(dinner): Args<Dinner>) -> Result<String> {
        Ok(format!("{} plates, vegan: {}", dinner.guests, dinner.vegan))
    }
    fn run(&self) {}
}

#[derive(Default)]
struct FindPlace;

#[job(deps = [LayTable])]
impl FindPlace {
    fn check(&self, dinner: Args<Dinner>, place: &Args<Place>) -> Result<String> {
        Ok(format!("{} in {}", dinner.guests, place.city))
    }
    fn run(&self) {}
}

#[test]
fn that_are_missing_are_an_error_that_names_the_job_before_anything_is_run() {
    let mut dojob = DoJobber::new();
    dojob.add_to::<LayTable>(DynJob::new("first").run(|_| -> Result { panic!("it was run") })).root::<FindPlace>();
    let error = dojob.arg("guests", 4).checknrun().unwrap_err();
    assert!(dojob.report().is_none());
    let [Problem::MissingArgs { job, type_name, reason }] = error.problems() else { panic!("{error}") };
    assert_eq!((job.name.as_str(), &job.file[..]), ("FindPlace", file!()));
    assert!(type_name.ends_with("::Place"), "{type_name}");
    assert!(reason.contains("missing field `city`"), "{reason}");
}

struct Bell;

#[job(deps = [FindPlace])]
fn knock(_bell: State<Bell>) {}

#[test]
fn that_are_missing_are_told_with_all_else_that_is_wrong() {
    let mut dojob = DoJobber::new();
    dojob.add_to::<LayTable>(DynJob::new("hen").deps(["egg"]).limit("nest").run(|_| -> Result { Ok(()) }));
    dojob.add(DynJob::new("egg").deps(["hen"])).root::<knock>().arg("guests", 4).arg("vegan", true);
    let error = dojob.checknrun().unwrap_err();
    let [cycle, limit, args, state] = error.problems() else { panic!("{error}") };
    assert!(matches!(cycle, Problem::Cycle { .. }) && matches!(limit, Problem::UnknownLimit { .. }), "{error}");
    assert!(matches!(args, Problem::MissingArgs { type_name, .. } if type_name.ends_with("::Place")), "{error}");
    assert!(matches!(state, Problem::MissingState { job, .. } if job.name == "knock"), "{error}");
    // A graph that is only looked at needs none of them.
    assert_eq!(dojob.plan().unwrap_err().problems().len(), 2);
}

#[derive(Clone)]
struct Course {
    number: u32,
}

#[job(each = courses, name = "course {number}", limit = "kitchen")]
impl Course {
    fn check(&self, _dinner: Args<Dinner>) {}
    fn run(&self) {}
}

fn courses(Args(dinner): Args<Dinner>) -> Vec<Course> {
    vec![Course { number: dinner.guests }]
}

#[test]
fn that_are_missing_are_told_once() {
    let error = DoJobber::new().root::<Course>().root::<LayTable>().checknrun().unwrap_err();
    let [Problem::MissingArgs { type_name, .. }] = error.problems() else { panic!("{error}") };
    assert!(type_name.ends_with("::Dinner"), "{error}");
}

#[test]
fn can_be_given_by_name_and_arrive_typed() {
    let mut dojob = DoJobber::new();
    dojob.root::<LayTable>().arg("guests", 4).arg("vegan", true).arg("unknown", "ignored");
    assert_eq!(dojob.checknrun().unwrap().output::<LayTable>().unwrap(), "4 plates, vegan: true");
    let error = DoJobber::new().root::<LayTable>().arg("guests", "four").checknrun().unwrap_err();
    assert!(error.to_string().contains("invalid type: string \"four\", expected u32"), "{error}");
}

#[test]
fn of_two_types_stand_side_by_side() {
    let mut dojob = DoJobber::new();
    dojob.root::<FindPlace>().set_args(Dinner { guests: 2, vegan: false }).set_args(Place { city: "Ankh".into() });
    assert_eq!(dojob.checknrun().unwrap().output::<FindPlace>().unwrap(), "2 in Ankh");
    dojob.set_args(Dinner { guests: 3, vegan: false });
    assert_eq!(dojob.checknrun().unwrap().output::<FindPlace>().unwrap(), "3 in Ankh");
}

#[test]
fn typed_and_named_never_mix() {
    let mut dojob = DoJobber::new();
    dojob.root::<LayTable>().set_args(Dinner { guests: 2, vegan: false }).arg("guests", 9).arg("vegan", true);
    assert_eq!(dojob.checknrun().unwrap().output::<LayTable>().unwrap(), "2 plates, vegan: false");
}

/// Refuses to come out of any data.
struct Live {
    dial: fn() -> u32,
}

impl<'de> Deserialize<'de> for Live {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("not made of data"))
    }
}

#[derive(Default)]
struct Dial;

#[job]
impl Dial {
    fn check(&self, Args(live): Args<Live>) -> Result<u32> {
        Ok((live.dial)())
    }
    fn run(&self) {}
}

#[test]
fn that_are_typed_never_go_through_serde() {
    let mut dojob = DoJobber::new();
    dojob.root::<Dial>().set_args(Live { dial: || 112 });
    assert_eq!(dojob.checknrun().unwrap().output::<Dial>(), Some(&112));
}

#[test]
fn can_be_read_by_name_and_by_place() {
    let job = DynJob::new("reads").tries(1).check(|ctx| -> Result<(String, u32, Vec<u8>)> {
        Ok((ctx.arg("city")?, ctx.positional(0)?, ctx.positional(1)?))
    });
    let mut dojob = DoJobber::new();
    dojob.add(job).root_named("reads").arg("city", "Ankh").positional(7).positional([1, 2]);
    let report = dojob.checknrun().unwrap();
    let json = report.output_json("reads").unwrap().unwrap();
    assert_eq!(json, serde_json::json!(["Ankh", 7, [1, 2]]));
}

#[test]
fn that_are_not_there_fail_the_phase_that_reads_them() {
    let reads = |name: &str, check: fn(&Context) -> Result<u32>| DynJob::new(name).tries(1).check(check);
    let mut dojob = DoJobber::new();
    dojob
        .arg("guests", 4)
        .arg("city", "Ankh")
        .positional(7)
        .add(reads("misspelt", |ctx| ctx.arg("guest")))
        .add(reads("unknown", |ctx| ctx.arg("budget")))
        .add(reads("mistyped", |ctx| ctx.arg("city")))
        .add(reads("beyond", |ctx| ctx.positional(1)))
        .add(DynJob::new("all").deps(["misspelt", "unknown", "mistyped", "beyond"]))
        .root_named("all");
    let report = dojob.checknrun().unwrap();
    let error = |job| format!("{:#}", report.error(job).unwrap());
    assert_eq!(error("misspelt"), "no argument named `guest`; there is `guests`");
    assert_eq!(error("unknown"), "no argument named `budget`");
    assert_eq!(error("mistyped"), "argument `city`: invalid type: string \"Ankh\", expected u32");
    assert_eq!(error("beyond"), "no positional argument 1: there are 1 (counted from 0)");
}

#[test]
fn that_can_t_be_stored_are_an_error_of_the_plan() {
    struct Unserialisable;
    impl Serialize for Unserialisable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("refused"))
        }
    }
    let mut dojob = DoJobber::new();
    dojob.add(DynJob::new("job")).root_named("job").arg("odd", Unserialisable);
    assert_eq!(
        dojob.checknrun().unwrap_err().to_string(),
        "the jobs can't be run: the argument `odd` can't be stored: refused"
    );
}
