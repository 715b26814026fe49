//! Jobs that the user's own macros make.

use super::*;

macro_rules! steps {
        ($($name:ident: $label:literal needs [$($dep:path),*] tries $tries:expr, waits $delay:expr;)*) => {$(
            #[job(name = $label, deps = [$($dep),*], tries = $tries, retry_delay = $delay)]
            fn $name() {}
        )*};
    }

const TRIES: u32 = 5;

steps! {
    first: "the first" needs [] tries 1, waits 0.5;
    second: "the second" needs [first] tries TRIES - 1, waits -1.0 * -2.0;
    third: "the third" needs [first, self::second] tries 1 + 1, waits std::time::Duration::from_secs(3);
}

macro_rules! package {
    ($ty:ty, needs $dep:ty, result $result:ty, is $value:expr) => {
        #[job(deps = [$dep])]
        impl $ty {
            fn check(&self) -> Result<$result> {
                Ok($value)
            }

            fn run(&mut self) {}
        }
    };
}

#[derive(Default)]
struct Nginx;

package!(Nginx, needs third, result String, is "nginx".into());

#[derive(Default)]
struct Redis;

package!(Redis, needs Nginx, result u8, is 6);

macro_rules! family {
        ($(#[$meta:meta])* $ty:ident, $each:path, $name:literal, $key:ident) => {
            #[derive(Clone)]
            struct $ty {
                $key: u8,
            }

            $(#[$meta])*
            #[job(each = $each, name = $name, key = $key, deps = [Redis])]
            impl $ty {
                fn check(&self) -> Result<u8> {
                    Ok(self.$key)
                }

                fn run(&self) {}
            }
        };
    }

family!(
    /// Documented by the caller.
    Numbered,
    numbers,
    "number {number}",
    number
);

fn numbers() -> [Numbered; 2] {
    [1, 2].map(|number| Numbered { number })
}

macro_rules! group {
        ($name:ident = $($dep:tt)*) => {
            #[job(deps = [$($dep)*])]
            struct $name;
        };
    }

group!(All = Redis, Numbered, water_roses);

renamed_jobs::chore!(water_roses after third);

#[test]
fn are_jobs_like_others() {
    let report = run::<All>();
    assert_eq!(
        report.jobs().map(|job| job.name().to_owned()).collect::<Vec<_>>(),
        [
            "the first",
            "the second",
            "the third",
            "Nginx",
            "Redis",
            "number 1",
            "number 2",
            "water",
            "water_roses",
            "All"
        ]
    );
    assert_eq!(report.output::<Nginx>().map(String::as_str), Some("nginx"));
    let second = report.plan().find("the second").unwrap();
    assert_eq!((second.tries(), second.retry_delay()), (4, std::time::Duration::from_secs(2)));
    assert_eq!(report.plan().find("number 2").unwrap().description(), "Documented by the caller.");
}
