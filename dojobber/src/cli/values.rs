//! Values of flags, as people write them.

use std::path::Path;
use std::time::Duration;

use crate::harmless::tame;
use crate::output::Format;
use crate::runner::Workers;

pub(super) fn workers(text: &str) -> Result<Workers, String> {
    match text {
        "auto" => Ok(Workers::Auto),
        number => match number.parse::<u32>() {
            Ok(number) if number > 0 => Ok(Workers::from(number)),
            _ => Err("it must be a number, at least 1, or `auto`".to_owned()),
        },
    }
}

/// A number of seconds, or numbers with their units.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let time = match text.trim().parse::<f64>() {
        Ok(seconds) if seconds.is_finite() && seconds >= 0.0 => {
            // Longer than any clock goes is no mistake.
            Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
        }
        Ok(_) => None,
        Err(_) => humantime::parse_duration(text).ok(),
    };
    time.ok_or_else(|| {
        "it must be a number of seconds, 0 or more, such as `1.5`, or a time such as `500ms`, `30s`, `5m` or `1h30m`"
            .to_owned()
    })
}

/// The format that a file's ending names, if that can be written here.
pub(super) fn format_of(file: &Path) -> Result<Format, String> {
    let format = Format::from_path(file).map_err(|error| tame(&error.to_string()))?;
    match format.check() {
        Ok(()) => Ok(format),
        Err(error) => Err(format!("{}: {error}", super::target::name(file))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_as_people_write_them() {
        let of = |text: &str| time(text).unwrap();
        for (text, millis) in [
            ("0", 0),
            ("1.5", 1500),
            ("2e1", 20_000),
            ("500ms", 500),
            ("30s", 30_000),
            ("30 s", 30_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("1h 30min", 5_400_000),
            ("1.5h", 5_400_000),
        ] {
            assert_eq!(of(text), Duration::from_millis(millis), "{text}");
        }
        // Longer than any clock goes, as ever.
        assert_eq!(of("1e300"), Duration::MAX);
        for text in ["", " ", "-1", "-1s", "inf", "nan", "s", "5 parsecs", "1h30", "five"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
