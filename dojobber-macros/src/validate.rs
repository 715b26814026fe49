//! From what was written to what is meant; every mistake says what to write instead.

use std::ops::RangeInclusive;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{
    Expr, FnArg, Generics, Ident, ItemFn, ItemImpl, ItemStruct, Lit, LitStr, Path, ReceiverKind, Safety, Type, UnOp,
    parse_quote,
};

use crate::attr::{Attr, Dep, Keyed, Limit, located, written};
use crate::errors::{Errors, nearest};
use crate::item::{Function, description, methods};
use crate::model::{Delay, Factor, Family, Functions, Kind, Methods, Model, Template, Terms};
use crate::{feature, template};

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
    no_generics(&item.generics, errors);
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
    check_signature(&run, "a job's function", errors);
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
    let (methods, missed) = take_methods(item, tokens, errors);
    let kind = kind_of(&attr, item, &methods, &missed, errors);
    check_template_of_one(&attr, errors);
    let ident = type_name(&item.self_ty).unwrap_or_else(|| {
        errors.push(&item.self_ty, "a job is a type of your own: write `impl Type { … }`");
        Ident::new("job", item.self_ty.span())
    });
    if let Some(token) = not_owned_in(item.self_ty.to_token_stream()) {
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
    let terms = if kind == Kind::Group { Terms::default() } else { terms(&mut attr, is_run_only, errors) };
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
        tries: attr.tries.map(|tries| tries.value).inspect(|tries| check_tries(tries, errors)),
        retry_delay: attr.retry_delay.map(|delay| delay_of(delay.value, errors)),
        terms,
        when: attr.when.map(|when| when.value),
        family: None,
        instances: Vec::new(),
    }
}

/// The methods, and the roles that a near miss was meant for.
fn take_methods(item: &ItemImpl, tokens: &TokenStream, errors: &mut Errors) -> (Methods, Vec<&'static str>) {
    let mut taken = Methods::default();
    let names: Vec<String> = methods(item).map(|(ident, _)| ident.to_string()).collect();
    let mut missed = Vec::new();
    for (ident, function) in methods(item) {
        let name = ident.to_string();
        let place = match name.as_str() {
            "new" => &mut taken.new,
            "check" => &mut taken.check,
            "run" => &mut taken.run,
            "cleanup" => &mut taken.cleanup,
            "recheck" => {
                errors.push(ident, "there is no `recheck`: `check` is called again after `run`");
                continue;
            }
            _ => {
                if let Some(near) = near_miss(&name)
                    && !names.iter().any(|name| name == near)
                    && times_named(tokens.clone(), ident) == 1
                {
                    errors.push(
                        ident,
                        format!(
                            "`{name}` is never called: did you mean `{near}`? Else put it into an `impl` without `#[job]`"
                        ),
                    );
                    missed.push(near);
                }
                continue;
            }
        };
        // Two without `#[cfg]`s are a mistake that Rust itself reports.
        if place.is_empty() || !function.cfgs.is_empty() {
            place.push(function);
        }
    }
    for function in taken.all() {
        check_signature(function, &format!("`{}`", function.sig.ident), errors);
        check_receiver(function, errors);
    }
    for new in taken.new.iter().filter(|new| !new.has_receiver() && new.returns().is_none()) {
        errors.push(&new.sig.ident, "`new` must return the value of a try: write `-> Self`, or `-> Result<Self>`");
    }
    (taken, missed)
}

/// The role that a name was most likely meant to be. Of short names only those are taken for it that have its letters:
/// `now` is no `new`.
fn near_miss(name: &str) -> Option<&'static str> {
    let plain = name.to_lowercase().replace('_', "");
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let short = ["new", "run"].into_iter().find(|role| {
        sorted(&plain) == sorted(role) || plain.len() == role.len() + 1 && plain.starts_with(role) && plain != "runs"
    });
    match &*plain {
        "teardown" => Some("cleanup"),
        _ => short
            .or_else(|| nearest(&plain, &["check", "cleanup"]).filter(|near| near.len().abs_diff(plain.len()) <= 1)),
    }
}

/// How often a name stands in these tokens.
fn times_named(tokens: TokenStream, name: &Ident) -> usize {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) => usize::from(ident == *name),
            TokenTree::Group(group) => times_named(group.stream(), name),
            TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
        })
        .sum()
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

/// As many as `private::Call` has methods for.
const MOST_PARAMETERS: usize = 12;

fn check_signature(function: &Function, what: &str, errors: &mut Errors) {
    let sig = &function.sig;
    feature::check(function, what, cfg!(feature = "tokio"), errors);
    if let Some(constness) = &sig.constness {
        errors.push(constness, format!("{what} can't be `const`: remove it"));
    }
    if let Safety::Unsafe(_) = &sig.safety {
        errors.push(&sig.safety, format!("{what} can't be `unsafe`: say in it what is"));
    }
    if let Some(abi) = &sig.abi {
        errors.push(abi, format!("{what} can't have an ABI: remove it"));
    }
    no_generics(&sig.generics, errors);
    if let Some(variadic) = &sig.variadic {
        errors.push(variadic, format!("{what} can't be variadic"));
    }
    if let Some(param) = function.params().nth(MOST_PARAMETERS) {
        errors.push(
            param,
            format!(
                "{what} can't have more than {MOST_PARAMETERS} parameters: take `ctx: &Context`, which has all of it"
            ),
        );
    }
    for input in &sig.inputs {
        let FnArg::Typed(param) = input else {
            continue;
        };
        if let Type::ImplTrait(ty) = &*param.ty {
            errors.push(ty, "a parameter must be of one type, which says what is wanted: `impl Trait` doesn't");
        }
        if let Some(cfg) = param.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
            errors.push(cfg, "a parameter can't be conditional: write the function twice, each with its `#[cfg]`");
        }
    }
    if let Some(ty @ Type::Never(_)) = function.returns() {
        errors.push(ty, "a job's function has to return: leave out what it returns, or write `-> Result`");
    }
    let returned = function.returns().and_then(|ty| not_owned_in(ty.to_token_stream()));
    if let Some(token) = returned {
        let is_future = |ty: &Type| times_named(ty.to_token_stream(), &Ident::new("Future", sig.ident.span())) > 0;
        let message = match &token {
            TokenTree::Ident(ident) if ident == "impl" && function.returns().is_some_and(is_future) => {
                "write an `async fn`, and behind the arrow what the future comes to"
            }
            TokenTree::Ident(ident) if ident == "impl" => "name the type that is returned, instead of `impl Trait`",
            _ => {
                "what a job's function returns outlives the job's value: return something owned, as `String` for `&str`"
            }
        };
        errors.push(token, message);
    }
}

/// Whether a type can be named outside of the function that returns it.
pub(crate) fn owned(ty: &Type) -> bool {
    not_owned_in(ty.to_token_stream()).is_none()
}

/// An `impl Trait`, or a reference whose lifetime was left out, which only a parameter can lend.
fn not_owned_in(tokens: TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_quote = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        let found = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => !tokens.peek().is_some_and(is_quote),
            token if is_quote(token) => matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "_"),
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => match not_owned_in(group.stream()) {
                Some(found) => return Some(found),
                None => false,
            },
            _ => false,
        };
        if found {
            return Some(token);
        }
    }
    None
}

fn check_receiver(function: &Function, errors: &mut Errors) {
    let Some(FnArg::Receiver(receiver)) = function.sig.inputs.first() else {
        return;
    };
    if function.sig.ident == "new" {
        errors.push(receiver, "`new` makes the value, so it takes no `self`");
    } else if !is_reference(&receiver.kind) {
        let name = &function.sig.ident;
        let wanted = if name == "check" { "&self" } else { "&mut self" };
        errors
            .push(receiver, format!("`{name}` can't take the value itself, which other phases need: write `{wanted}`"));
    }
}

fn is_reference(kind: &ReceiverKind) -> bool {
    match kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => matches!(**ty, Type::Reference(_)),
        _ => false,
    }
}

fn no_generics(generics: &Generics, errors: &mut Errors) {
    if !generics.params.is_empty() && generics.lifetimes().count() == generics.params.len() {
        errors.push(generics, "a job has no lifetimes of its own: leave them out, as in `ctx: &Context`");
    } else if !generics.params.is_empty() {
        errors.push(generics, "a job can't be generic here: leave the parameters out");
    } else if let Some(clause) = &generics.where_clause {
        errors.push(clause, "a job can't be generic here: leave the `where` clause out");
    }
}

/// Literals are told apart here, with better words than a constant's failed assertion has.
fn check_tries(tries: &Expr, errors: &mut Errors) {
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

fn delay_of(delay: Expr, errors: &mut Errors) -> Delay {
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
fn terms(attr: &mut Attr, is_run_only: bool, errors: &mut Errors) -> Terms {
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
