//! From what was written to what is meant; every mistake says what to write instead.

use syn::spanned::Spanned;
use syn::{
    Expr, FnArg, Generics, Ident, ItemFn, ItemImpl, ItemStruct, Lit, Path, ReceiverKind, Safety, Type, UnOp,
    parse_quote,
};

use crate::attr::{Attr, Keyed, located};
use crate::errors::{Errors, nearest};
use crate::item::{Function, description, methods};
use crate::model::{Delay, Family, Functions, Kind, Methods, Model};
use crate::template;

/// A group.
pub(crate) fn of_struct(attr: Attr, item: &ItemStruct, errors: &mut Errors) -> Model {
    for (key, what) in [
        (key_of(attr.check.as_ref()), "a group checks nothing: put the attribute on an `impl`, with a `fn check`"),
        (key_of(attr.run_only.as_ref()), "a group runs nothing: put the attribute on an `impl`, with a `fn run`"),
        (key_of(attr.each.as_ref()), "a family is made of an `impl`: put the attribute there"),
        (key_of(attr.key.as_ref()), "`key` belongs to a family, which is made of an `impl` with `each`"),
        (key_of(attr.instances.as_ref()), "`instances` belongs to a generic `impl`"),
    ] {
        if let Some(key) = key {
            errors.push(key, what);
        }
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
    model(attr, parse_quote!(#ident), ident, description(&item.attrs), Kind::Group, Functions::None, errors)
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
    if let (Some(run_only), Some(_)) = (&attr.run_only, &attr.check) {
        errors.push(&run_only.key, "`run_only` and `check` contradict each other: keep one");
    }
    let run = Function::new(&item.sig, &item.attrs);
    check_signature(&run, "a job's function", errors);
    for input in &item.sig.inputs {
        if let FnArg::Receiver(receiver) = input {
            errors.push(receiver, "a job's function takes no `self`: put the attribute on the whole `impl` instead");
        }
    }
    let ident = &item.sig.ident;
    let check = attr.check.take().map(|check| check.value);
    let kind = if check.is_some() { Kind::Job } else { Kind::RunOnly };
    let functions = Functions::Function { ident: ident.clone(), run: Box::new(run), check };
    model(attr, parse_quote!(#ident), ident, description(&item.attrs), kind, functions, errors)
}

/// A job, or with `each` a family.
pub(crate) fn of_impl(mut attr: Attr, item: &ItemImpl, errors: &mut Errors) -> Model {
    if let Some((path, _)) = &item.trait_ {
        errors.push(path, "a job is an inherent `impl`: write `impl Type { … }`, without a trait");
    }
    if let Some(check) = &attr.check {
        errors.push(&check.key, "`check = …` belongs to a function job: here, write `fn check(&self)` into the `impl`");
    }
    let methods = take_methods(item, errors);
    let kind = kind_of(&attr, item, &methods, errors);
    let ident = type_name(&item.self_ty).unwrap_or_else(|| {
        errors.push(&item.self_ty, "a job is a type of your own: write `impl Type { … }`");
        Ident::new("job", item.self_ty.span())
    });
    let instances = attr.instances.take();
    match &instances {
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
    let family = take_family(&mut attr, &methods, errors);
    if family.is_some()
        && let Some(instances) = &instances
    {
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
    for dep in &model.deps {
        if let (Some((bracket, _)), None) = (&dep.member, &model.family) {
            errors.push_at(bracket.span.open(), MEMBER_OF_NOTHING);
        }
    }
    model
}

const MEMBER_OF_NOTHING: &str = "`[field]` names a field of this job's value, and only members of a family have one: \
                                 add `each = …`, or depend on the whole family without `[…]`";

fn model(
    attr: Attr,
    ty: Type,
    ident: &Ident,
    description: String,
    kind: Kind,
    functions: Functions,
    errors: &mut Errors,
) -> Model {
    let in_impl = matches!(functions, Functions::Methods(_));
    let deps = attr.deps.map(|deps| deps.value).unwrap_or_default();
    if !in_impl {
        for (bracket, _) in deps.iter().filter_map(|dep| dep.member.as_ref()) {
            errors.push_at(bracket.span.open(), MEMBER_OF_NOTHING);
        }
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
        family: None,
        instances: Vec::new(),
    }
}

fn take_methods(item: &ItemImpl, errors: &mut Errors) -> Methods {
    const ROLES: [&str; 4] = ["new", "check", "run", "cleanup"];
    let mut taken = Methods::default();
    let names: Vec<String> = methods(item).map(|(ident, _)| ident.to_string()).collect();
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
                if let Some(near) = near_miss(&name, &ROLES)
                    && !names.iter().any(|name| name == near)
                {
                    errors.push(
                        ident,
                        format!(
                            "`{name}` is never called: did you mean `{near}`? Else give it a name that is less like it"
                        ),
                    );
                }
                continue;
            }
        };
        // Two under different `#[cfg]`s, or a mistake that Rust itself reports.
        if place.is_none() {
            *place = Some(function);
        }
    }
    for function in taken.all() {
        check_signature(function, &format!("`{}`", function.sig.ident), errors);
        check_receiver(function, errors);
    }
    if let Some(new) = taken.new.as_ref().filter(|new| !new.has_receiver())
        && new.returns().is_none()
    {
        errors.push(&new.sig.ident, "`new` must return the value of a try: write `-> Self`, or `-> Result<Self>`");
    }
    taken
}

/// Names that are nearly those of roles: misspelt, or with another word order or case.
fn near_miss(name: &str, roles: &[&'static str]) -> Option<&'static str> {
    match name {
        "clean_up" | "clean" | "cleanUp" | "teardown" | "tear_down" => Some("cleanup"),
        "checks" | "is_done" | "verify" => Some("check"),
        "execute" | "runs" => Some("run"),
        _ if name.len() < 3 => None,
        _ => nearest(&name.to_lowercase(), roles).filter(|near| near.len().abs_diff(name.len()) <= 1),
    }
}

fn kind_of(attr: &Attr, item: &ItemImpl, methods: &Methods, errors: &mut Errors) -> Kind {
    match (&methods.check, &attr.run_only) {
        (Some(_), Some(run_only)) => {
            errors.push(&run_only.key, "`run_only` means that there is no check: remove it, or remove `fn check`");
        }
        (Some(check), None) if methods.run.is_none() => {
            errors.push(
                &check.sig.ident,
                "a job that checks must be able to run: add `fn run(&mut self) { … }` (it may be empty)",
            );
        }
        (None, Some(run_only)) if methods.run.is_none() => {
            errors.push(&run_only.key, "a run-only job needs a `fn run(&mut self) { … }`");
        }
        (None, None) => {
            errors.push(
                &item.self_ty,
                "this job has no `check`: add `fn check(&self) -> Result`, which tells whether the goal holds, or write \
                 `#[job(run_only)]` if that can't be told",
            );
        }
        _ => {}
    }
    if methods.check.is_some() { Kind::Job } else { Kind::RunOnly }
}

fn take_family(attr: &mut Attr, methods: &Methods, errors: &mut Errors) -> Option<Family> {
    let key = attr.key.take();
    let Some(each) = attr.each.take() else {
        if let Some(key) = &key {
            errors.push(&key.key, "`key` belongs to a family: add `each = …`, or remove it");
        }
        return None;
    };
    if let Some(new) = &methods.new {
        errors.push(
            &new.sig.ident,
            "the values of a family are cloned from those that `each` makes: remove `new`, or `each`",
        );
    }
    let template = match attr.name.take() {
        Some(name) => template::parse(&name.value, errors)?,
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

fn check_signature(function: &Function, what: &str, errors: &mut Errors) {
    let sig = &function.sig;
    if let Some(asyncness) = &sig.asyncness {
        errors.push(asyncness, format!("{what} can't be `async` in this version: remove `async`"));
    }
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
    for ty in function.params() {
        if let Type::ImplTrait(ty) = ty {
            errors.push(ty, "a parameter must be of one type, which says what is wanted: `impl Trait` doesn't");
        }
    }
    if let Some(ty @ Type::ImplTrait(_)) = function.returns() {
        errors.push(ty, "name the type that is returned: `impl Trait` can't be told apart");
    }
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
    if !generics.params.is_empty() {
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
        Ok(seconds) if seconds.is_finite() => {
            // Rounded: 1.001 s is 1_001_000_000 ns, not …999. Casts of floats saturate.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let nanoseconds = (seconds * 1e9).round() as u64;
            Delay::Nanoseconds(nanoseconds)
        }
        _ => {
            errors.push(&delay, "a delay must be finite: write seconds, as in `retry_delay = 0.5`");
            Delay::Nanoseconds(0)
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
