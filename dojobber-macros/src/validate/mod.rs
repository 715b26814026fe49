//! From what was written to what is meant; every mistake says what to write instead.

mod roles;
mod signature;
mod terms;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Generics, Ident, ItemFn, ItemImpl, ItemStruct, Path, Type, parse_quote};

pub(crate) use self::signature::owned;
use crate::attr::{Attr, Dep, Keyed};
use crate::errors::Errors;
use crate::item::{Function, description};
use crate::model::{Family, Functions, Kind, Methods, Model, Template, Terms};
use crate::template;
use crate::tokens::{located, written};

/// A group.
pub(crate) fn of_struct(attr: Attr, item: &ItemStruct, errors: &mut Errors) -> Model {
    for (key, what) in [
        (key_of(attr.check.as_ref()), "a group checks nothing: put the attribute on an `impl`, with a `fn check`"),
        (key_of(attr.run_only.as_ref()), "a group runs nothing: put the attribute on an `impl`, with a `fn run`"),
        (key_of(attr.each.as_ref()), "a family is made of an `impl`: put the attribute there"),
        (key_of(attr.key.as_ref()), "`key` belongs to a family, which is made of an `impl` with `each`"),
        (key_of(attr.instances.as_ref()), "`instances` belongs to a generic `impl`"),
        (key_of(attr.tries.as_ref()), "a group does nothing that could be tried again: give `tries` to what it needs"),
        (
            key_of(attr.retry_delay.as_ref()),
            "a group does nothing that could be tried again: give `retry_delay` to what it needs",
        ),
        (
            key_of(attr.retry_backoff.as_ref()),
            "a group does nothing that could be tried again: give `retry_backoff` to what it needs",
        ),
        (
            key_of(attr.retry_max_delay.as_ref()),
            "a group does nothing that could be tried again: give `retry_max_delay` to what it needs",
        ),
        (
            key_of(attr.retry_jitter.as_ref()),
            "a group does nothing that could be tried again: give `retry_jitter` to what it needs",
        ),
        (key_of(attr.timeout.as_ref()), "a group does nothing that could take time: give `timeout` to what it needs"),
        (key_of(attr.settle.as_ref()), "a group does nothing that could settle: give `settle` to what it needs"),
        (
            key_of(attr.settle_interval.as_ref()),
            "a group does nothing that could settle: give `settle_interval` to what it needs",
        ),
    ] {
        if let Some(key) = key {
            errors.push(key, what);
        }
    }
    if let Some(Keyed { key, .. }) = &attr.limits {
        errors.push(key, format!("a group does nothing that could hold a limit: give `{key}` to what it needs"));
    }
    if !item.fields.is_empty() {
        errors.push(
            &item.fields,
            "a struct with `#[job]` is a group: it only gathers dependencies, and its fields would never be used; \
             put the attribute on an `impl` with `fn check` and `fn run`, or remove the fields",
        );
    }
    signature::no_generics(&item.generics, errors);
    let ident = &item.ident;
    let mut model =
        model(attr, parse_quote!(#ident), ident, description(&item.attrs), Kind::Group, Functions::None, errors);
    model.generics = item.generics.clone();
    model
}

/// A run-only job, or with `check = …` a whole one.
pub(crate) fn of_fn(mut attr: Attr, item: &ItemFn, errors: &mut Errors) -> Model {
    for (key, what) in [
        (
            key_of(attr.each.as_ref()),
            "a family is made of an `impl` on the type of its members: put the attribute there",
        ),
        (key_of(attr.key.as_ref()), "`key` belongs to a family, which is made of an `impl` with `each`"),
        (key_of(attr.instances.as_ref()), "`instances` belongs to a generic `impl`"),
    ] {
        if let Some(key) = key {
            errors.push(key, what);
        }
    }
    if let (Some(run_only), true) = (&attr.run_only, attr.has("check")) {
        errors.push(&run_only.key, "`run_only` and `check` contradict each other: keep one");
    }
    let run = Function::new(&item.sig, &item.attrs);
    signature::check(&run, "a job's function", errors);
    let ident = &item.sig.ident;
    let check = attr.check.take().map(|check| check.value);
    let kind = if check.is_some() { Kind::Job } else { Kind::RunOnly };
    let functions = Functions::Function { ident: ident.clone(), run: Box::new(run), check };
    model(attr, parse_quote!(#ident), ident, description(&item.attrs), kind, functions, errors)
}

/// A job, or with `each` a family.
pub(crate) fn of_impl(mut attr: Attr, item: &ItemImpl, tokens: &TokenStream, errors: &mut Errors) -> Model {
    if let Some((path, _)) = &item.trait_ {
        errors.push(path, "a job is an inherent `impl`: write `impl Type { … }`, without a trait");
    }
    if let Some(check) = &attr.check {
        errors.push(&check.key, "`check = …` belongs to a function job: here, write `fn check(&self)` into the `impl`");
    }
    let (methods, missed) = roles::take(item, tokens, errors);
    let kind = kind_of(&attr, item, &methods, &missed, errors);
    check_template_of_one(&attr, errors);
    let ident = type_name(&item.self_ty).unwrap_or_else(|| {
        errors.push(&item.self_ty, "a job is a type of your own: write `impl Type { … }`");
        Ident::new("job", item.self_ty.span())
    });
    if let Some(token) = signature::not_owned_in(item.self_ty.to_token_stream()) {
        errors.push(token, "a job owns what it has: leave the lifetime out, and hold a `String` rather than a `&str`");
    }
    let instances = attr.instances.take();
    match &instances {
        None if attr.has("instances") => {}
        None if attr.has("each") && !item.generics.params.is_empty() => errors.push(
            &item.generics,
            "the members of a family are of one type: leave the parameters out, as in `impl SendInvite<String>`",
        ),
        None if !item.generics.params.is_empty() => errors.push(
            &item.generics,
            "a generic `impl` is no job by itself: list the jobs that it is to make, as in \
             `#[job(instances = [Install<Nginx>, Install<Redis>])]`, or leave the parameters out",
        ),
        Some(instances) if item.generics.params.is_empty() => {
            errors.push(&instances.key, "`instances` belongs to a generic `impl`: this one has no parameters");
        }
        Some(instances) if instances.value.is_empty() => {
            errors.push(&instances.key, "`instances` is empty: list at least one, as in `[Install<Nginx>]`");
        }
        _ => {}
    }
    let is_family = attr.has("each");
    let family = take_family(&mut attr, &methods, errors);
    if is_family && let Some(instances) = &instances {
        errors.push(&instances.key, "a family can't have `instances`: make an `impl` for each");
    }
    if instances.is_some()
        && let Some(name) = attr.name.take()
    {
        errors.push(&name.key, "each instance is named after its type: remove `name`");
    }
    let ty = (*item.self_ty).clone();
    let functions = Functions::Methods(Box::new(methods));
    let mut model = model(attr, ty, &ident, description(&item.attrs), kind, functions, errors);
    model.generics = item.generics.clone();
    model.instances = instances.map(|instances| instances.value).unwrap_or_default();
    model.family = family;
    if !is_family {
        check_members(&model.deps, errors);
    }
    model
}

/// Only a member has a field to find a member by.
fn check_members(deps: &[Dep], errors: &mut Errors) {
    for (bracket, fields) in deps.iter().filter_map(|dep| dep.member.as_ref()) {
        let field = fields.first().map(written).unwrap_or_default();
        errors.push_at(
            bracket.span.open(),
            format!(
                "`[{field}]` names a field of this job's value, and only members of a family have one: add `each = …`, \
                 or depend on the whole family without `[…]`"
            ),
        );
    }
}

fn model(
    mut attr: Attr,
    ty: Type,
    ident: &Ident,
    description: String,
    kind: Kind,
    functions: Functions,
    errors: &mut Errors,
) -> Model {
    let in_impl = matches!(functions, Functions::Methods(_));
    // A check that is missing by mistake has been told.
    let is_run_only = kind == Kind::RunOnly && if in_impl { attr.run_only.is_some() } else { !attr.has("check") };
    let terms = if kind == Kind::Group { Terms::default() } else { terms::of(&mut attr, is_run_only, errors) };
    let deps = attr.deps.map(|deps| deps.value).unwrap_or_default();
    if !in_impl {
        check_members(&deps, errors);
    }
    let name = attr.name.map(|name| name.value);
    if let Some(name) = &name
        && name.value().trim().is_empty()
    {
        errors.push(name, "a name can't be empty");
    }
    Model {
        krate: attr.krate.map_or_else(|| parse_quote!(::dojobber), |krate| krate.value),
        ty,
        generics: Generics::default(),
        span: located(ident),
        name: name.map_or_else(|| ident.to_string().trim_start_matches("r#").to_owned(), |name| name.value()),
        description,
        kind,
        functions,
        deps,
        required_by: attr.required_by.map(|required_by| required_by.value).unwrap_or_default(),
        tags: attr.tags.map(|tags| tags.value).unwrap_or_default(),
        tries: attr.tries.map(|tries| tries.value).inspect(|tries| terms::check_tries(tries, errors)),
        retry_delay: attr.retry_delay.map(|delay| terms::delay_of(delay.value, errors)),
        terms,
        when: attr.when.map(|when| when.value),
        family: None,
        instances: Vec::new(),
    }
}

fn kind_of(attr: &Attr, item: &ItemImpl, methods: &Methods, missed: &[&str], errors: &mut Errors) -> Kind {
    match (methods.check.first(), &attr.run_only) {
        (Some(_), Some(run_only)) => {
            errors.push(&run_only.key, "`run_only` means that there is no check: remove it, or remove `fn check`");
        }
        (Some(check), None) if methods.run.is_empty() && !missed.contains(&"run") => {
            errors.push(
                &check.sig.ident,
                "a job that checks must be able to run: add `fn run(&mut self) { … }` (it may be empty)",
            );
        }
        (None, Some(run_only)) if methods.run.is_empty() && !missed.contains(&"run") => {
            errors.push(&run_only.key, "a run-only job needs a `fn run(&mut self) { … }`");
        }
        // Told already.
        (None, None) if attr.has("run_only") || attr.has("check") || missed.contains(&"check") => {}
        (None, None) => {
            errors.push(
                &item.self_ty,
                "this job has no `check`: add `fn check(&self) -> Result`, which tells whether the goal holds, or write \
                 `#[job(run_only)]` if that can't be told",
            );
        }
        _ => {}
    }
    if methods.check.is_empty() { Kind::RunOnly } else { Kind::Job }
}

fn take_family(attr: &mut Attr, methods: &Methods, errors: &mut Errors) -> Option<Family> {
    let key = attr.key.take();
    let Some(each) = attr.each.take() else {
        if let Some(key) = &key
            && !attr.has("each")
        {
            errors.push(&key.key, "`key` belongs to a family: add `each = …`, or remove it");
        }
        return None;
    };
    if let Some(new) = methods.new.first() {
        errors.push(
            &new.sig.ident,
            "the values of a family are cloned from those that `each` makes: put this `new` into an `impl` without \
             `#[job]`",
        );
    }
    let template = match attr.name.take() {
        Some(name) => template::parse(&name.value, errors)?,
        None if attr.has("name") => return None,
        None => {
            errors.push(
                &each.key,
                "a family needs a name for each member: add `name = \"… {field}\"`, with a field of the type",
            );
            return None;
        }
    };
    Some(Family { each: each.value, template, key: key.map(|key| key.value) })
}

/// A name with a field in it is a family's.
fn check_template_of_one(attr: &Attr, errors: &mut Errors) {
    if let Some(name) = &attr.name
        && !attr.has("each")
        && let Some(Template { fields, .. }) = template::parse(&name.value, &mut Errors::default())
        && let Some((_, field)) = fields.first()
    {
        let field = written(field);
        errors.push(
            &name.value,
            format!(
                "only the names of a family's members have fields in them: add `each = …`, or leave out `{{{field}}}`"
            ),
        );
    }
}

/// The last name of a type's path.
fn type_name(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Path(path) => last(&path.path),
        Type::Group(group) => type_name(&group.elem),
        _ => None,
    }
}

fn last(path: &Path) -> Option<Ident> {
    path.segments.last().map(|segment| segment.ident.clone())
}

fn key_of<T>(keyed: Option<&Keyed<T>>) -> Option<&Ident> {
    keyed.map(|keyed| &keyed.key)
}
