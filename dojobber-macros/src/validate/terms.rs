//! How a job is tried: numbers, and what else is said about tries. Literals are told apart here, with better words than a
//! constant's failed assertion has.

use std::ops::RangeInclusive;

use syn::{Expr, Ident, Lit, LitStr, UnOp};

use super::key_of;
use crate::attr::{Attr, Keyed, Limit};
use crate::errors::Errors;
use crate::model::{Delay, Factor, Terms};

pub(super) fn check_tries(tries: &Expr, errors: &mut Errors) {
    match number(tries) {
        Some((_, Lit::Int(int))) if int.base10_digits() == "0" => {
            errors.push(tries, "a job needs at least one try: write `tries = 1`");
        }
        Some((true, _)) => errors.push(tries, "the number of tries can't be negative: write `tries = 1` or more"),
        Some((_, Lit::Float(_) | Lit::Str(_) | Lit::Bool(_))) => {
            errors.push(tries, "tries are a whole number: write `tries = 3`");
        }
        _ => {}
    }
}

pub(super) fn delay_of(delay: Expr, errors: &mut Errors) -> Delay {
    let seconds = match number(&delay) {
        Some((true, _)) => {
            errors.push(&delay, "a delay can't be negative: write seconds, as in `retry_delay = 0.5`");
            return Delay::Nanoseconds(0);
        }
        Some((_, Lit::Int(int))) if int.suffix().is_empty() => int.base10_parse::<f64>(),
        Some((_, Lit::Float(float))) if float.suffix().is_empty() => float.base10_parse::<f64>(),
        Some((_, Lit::Str(_) | Lit::Bool(_))) => {
            errors.push(&delay, "a delay is a number of seconds, or a `Duration`: write `retry_delay = 0.5`");
            return Delay::Nanoseconds(0);
        }
        _ => return Delay::Constant(delay),
    };
    match seconds {
        Ok(seconds) if seconds.is_finite() => Delay::Nanoseconds(nanoseconds(seconds).unwrap_or_default()),
        _ => {
            errors.push(&delay, "a delay must be finite: write seconds, as in `retry_delay = 0.5`");
            Delay::Nanoseconds(0)
        }
    }
}

/// Takes out what else is said about tries.
pub(super) fn of(attr: &mut Attr, is_run_only: bool, errors: &mut Errors) -> Terms {
    if is_run_only {
        for key in [key_of(attr.settle.as_ref()), key_of(attr.settle_interval.as_ref())].into_iter().flatten() {
            let message = "a run-only job has no check that could be called again: add one, or remove `{key}`";
            errors.push(key, message.replace("{key}", &key.to_string()));
        }
    }
    let mut time =
        |keyed: Option<Keyed<Expr>>, least| keyed.map(|Keyed { key, value }| time_of(&key, value, least, errors));
    let (retry_max_delay, settle) = (time(attr.retry_max_delay.take(), 0), time(attr.settle.take(), 0));
    let (timeout, settle_interval) = (time(attr.timeout.take(), 1), time(attr.settle_interval.take(), 1));
    let mut factor = |keyed: Option<Keyed<Expr>>, least, most| {
        keyed.map(|Keyed { key, value }| factor_of(&key, value, least..=most, errors))
    };
    let retry_backoff = factor(attr.retry_backoff.take(), 1.0, f64::MAX);
    let retry_jitter = factor(attr.retry_jitter.take(), 0.0, 1.0);
    let mut limits: Vec<LitStr> = Vec::new();
    for Limit(name) in attr.limits.take().into_iter().flat_map(|limits| limits.value) {
        if limits.iter().any(|other| other.value() == name.value()) {
            errors.push(&name, format!("`{}` stands here twice: keep one", name.value()));
        } else {
            limits.push(name);
        }
    }
    Terms { retry_backoff, retry_max_delay, retry_jitter, timeout, settle, settle_interval, limits }
}

/// A time of at least so many nanoseconds. What is said of constants is the same, in the runtime's `private`.
fn time_of(key: &Ident, time: Expr, least: u64, errors: &mut Errors) -> Delay {
    let example = match key.to_string().as_str() {
        "settle_interval" => "0.5",
        "retry_max_delay" => "60",
        _ => "30",
    };
    let like = format!("write seconds, as in `{key} = {example}`");
    let seconds = match number(&time) {
        Some((true, _)) => {
            errors.push(&time, format!("`{key}` can't be negative: {like}"));
            return Delay::Nanoseconds(least);
        }
        Some((_, Lit::Int(int))) if int.suffix().is_empty() => int.base10_parse::<f64>(),
        Some((_, Lit::Float(float))) if float.suffix().is_empty() => float.base10_parse::<f64>(),
        Some((_, Lit::Str(_) | Lit::Bool(_))) => {
            errors.push(&time, format!("`{key}` is a number of seconds, or a `Duration`: write `{key} = {example}`"));
            return Delay::Nanoseconds(least);
        }
        _ => return Delay::Constant(time),
    };
    match seconds.ok().and_then(nanoseconds) {
        Some(nanoseconds) if nanoseconds < least => {
            errors.push(&time, format!("`{key}` can't be 0: {like}, or leave it out"));
            Delay::Nanoseconds(least)
        }
        Some(nanoseconds) => Delay::Nanoseconds(nanoseconds),
        None => {
            errors.push(&time, format!("`{key}` must be finite: {like}"));
            Delay::Nanoseconds(least)
        }
    }
}

fn nanoseconds(seconds: f64) -> Option<u64> {
    // Rounded: 1.001 s is 1_001_000_000 ns, not …999.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
    let nanoseconds = (seconds * 1e9).round() as u64;
    seconds.is_finite().then_some(nanoseconds)
}

fn factor_of(key: &Ident, factor: Expr, range: RangeInclusive<f64>, errors: &mut Errors) -> Factor {
    let (wanted, example) = match key.to_string().as_str() {
        "retry_backoff" => ("a finite number of at least 1", "2.0"),
        _ => ("a number from 0 to 1", "0.1"),
    };
    let number = match number(&factor) {
        Some((minus, Lit::Int(int))) if int.suffix().is_empty() => Some((minus, int.base10_parse::<f64>())),
        Some((minus, Lit::Float(float))) if float.suffix().is_empty() => Some((minus, float.base10_parse::<f64>())),
        Some((_, Lit::Str(_) | Lit::Bool(_))) => None,
        _ => return Factor::Constant(factor),
    };
    match number {
        Some((minus, Ok(number))) if range.contains(&if minus { -number } else { number }) => Factor::Literal(number),
        _ => {
            errors.push(&factor, format!("`{key}` is {wanted}: write `{key} = {example}`"));
            Factor::Literal(*range.start())
        }
    }
}

/// A literal, and whether there is a minus in front of it.
fn number(expr: &Expr) -> Option<(bool, &Lit)> {
    match expr {
        Expr::Lit(lit) => Some((false, &lit.lit)),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => number(&unary.expr).map(|(_, lit)| (true, lit)),
        Expr::Group(group) => number(&group.expr),
        Expr::Paren(paren) => number(&paren.expr),
        _ => None,
    }
}
