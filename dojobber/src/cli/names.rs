//! Names of jobs and tags that were typed.

use super::flags::What;
use crate::harmless::tame;
use crate::plan::Lookup;
use crate::runner::DoJobber;

/// Has the run be of what was named, if anything was, and leaves out what is not to be in it; tells whether anything was
/// named. An error says which names nobody has.
pub(super) fn choose(what: &What, dojob: &mut DoJobber) -> Result<bool, String> {
    if what.only.is_empty() && what.tag.is_empty() && what.exclude.is_empty() {
        return Ok(false);
    }
    let ((only, tags, excluded), unknown) = dojob.look_up(|known| {
        let only = split(&what.only, |name| known.has_job(name));
        let excluded = split(&what.exclude, |name| known.has_job(name));
        let mut unknown = Vec::new();
        for name in &only {
            if known.can_be_chosen(name) {
                continue;
            }
            match known.late_family_of(name) {
                Some(family) => unknown.push(late(name, &family)),
                None => unknown.push(told(name, known)),
            }
        }
        for name in &excluded {
            if !known.can_be_excluded(name) {
                unknown.push(told(name, known));
            }
        }
        unknown.dedup();
        ((only, split(&what.tag, |tag| known.has_tag(tag)), excluded), unknown)
    });
    if !unknown.is_empty() {
        return Err(unknown.join("\n"));
    }
    let is_named = !only.is_empty() || !tags.is_empty();
    if is_named {
        dojob.only(only);
        for tag in tags {
            dojob.tag(tag);
        }
    }
    for name in excluded {
        dojob.exclude(name);
    }
    Ok(is_named)
}

/// Commas separate names, but for those that are part of one, or of a key in brackets.
fn split(values: &[String], mut is_name: impl FnMut(&str) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    for value in values {
        if !value.contains(',') || is_name(value) {
            names.push(value.clone());
        } else {
            let mut depth = 0;
            let is_between = |c: char| {
                match c {
                    '[' => depth += 1,
                    ']' => depth -= 1,
                    _ => {}
                }
                c == ',' && depth <= 0
            };
            names.extend(value.split(is_between).map(|name| name.trim().to_owned()));
        }
    }
    names
}

/// Who its members are, nobody knows before.
fn late(name: &str, family: &str) -> String {
    let (name, family) = (tame(name), tame(family));
    format!(
        "`{name}` would come into being during the run, as a member of `{family}`, which can only be named as a whole"
    )
}

fn told(name: &str, known: &mut Lookup<'_>) -> String {
    let near = known.nearest(name).map(|near| format!("did you mean `{}`? ", tame(&near))).unwrap_or_default();
    format!("no job is named `{}`; {near}`list` shows those that there are", tame(name))
}
