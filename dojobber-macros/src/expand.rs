//! From the model to tokens: one `impl Job`, small, since every job of a program pays for it, and its registration.
//!
//! Tokens have the span of what they stand for, so that errors of the compiler are shown there.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, GenericArgument, Ident, Member, Path, PathArguments, Type};

use crate::attr::{Dep, located, place, written};
use crate::item::Function;
use crate::model::{Delay, Family, Functions, Kind, Methods, Model, Template};
use crate::validate::owned;

/// The implementations and the registration of a job.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { krate, ty, span, .. } = model;
    let span = *span;
    let private = quote_spanned!(span=> #krate::__private);
    let expansion = Expansion { model, private: &private, span };
    let job = expansion.job();
    let family = model.family.as_ref().map(|family| expansion.family(family));
    let registered: Vec<TokenStream> = match &model.instances[..] {
        [] => vec![ty.to_token_stream()],
        instances => instances.iter().map(ToTokens::to_token_stream).collect(),
    };
    let named = model.instances.iter().map(|instance| {
        let (name, at) = (name_of(instance), located(instance));
        let value = model.functions.use_default().then(|| {
            quote_spanned!(at=> fn value() -> #private::Result<Self> {
                ::core::result::Result::Ok(<Self as ::core::default::Default>::default())
            })
        });
        quote_spanned!(at=> impl #private::Instance for #instance { const NAME: &'static str = #name; #value })
    });
    // The definition's constants are else evaluated where the program is built, but not where it is only checked.
    let evaluated = model
        .has_constants()
        .then(|| quote_spanned!(span=> const _: &[&#private::JobDef] = &[#(&<#registered as #private::Job>::DEF),*];));
    quote_spanned! {span=>
        #job
        #family
        #(#named)*
        #evaluated
        #(#private::inventory::submit! { #private::Registration(#private::def_of::<#registered>) })*
    }
}

/// What keeps one mistake from becoming many: a job of this type, which does nothing, and has a result if it may have.
pub(crate) fn stub(krate: &Path, ty: &Type, model: &Model, is_family: bool) -> TokenStream {
    let private = quote!(#krate::__private);
    let deciding = model.functions.deciding().find_map(Function::returns);
    let output = match deciding {
        Some(ty @ Type::Path(_)) if owned(ty) => quote!(<#ty as #private::IntoOutcome>::Value),
        _ => quote!(()),
    };
    let (generics, _, clause) = model.generics.split_for_impl();
    let bounds = clause.map(|clause| &clause.predicates);
    let name = &model.name;
    let is_family = is_family && model.generics.params.is_empty() && matches!(model.functions, Functions::Methods(_));
    let local = if is_family { quote!(Self) } else { quote!(()) };
    let family = is_family.then(
        || quote!(impl #private::Family for #ty { fn __name(&self) -> #private::String { #private::String::new() } }),
    );
    quote! {
        #family
        impl #generics #private::Job for #ty where #ty: 'static, #bounds {
            type Output = #output;
            type Has = #private::WithResult<Self>;
            type Local = #local;
            const DEF: #private::JobDef = #private::JobDef::new::<Self>(#private::Kind::Group, #name, "");
        }
    }
}

/// Whether a stub for this type would be in order itself.
pub(crate) fn can_be_stubbed(ty: &Type) -> bool {
    match ty {
        Type::Path(_) => owned(ty),
        Type::Group(group) => can_be_stubbed(&group.elem),
        _ => false,
    }
}

/// A function job's type, which stands beside the function in the namespace of types and has no value.
pub(crate) fn marker(vis: &syn::Visibility, ident: &Ident) -> TokenStream {
    quote_spanned! {located(ident)=>
        #[doc(hidden)]
        #[allow(
            non_camel_case_types,
            dead_code,
            unreachable_pub,
            missing_debug_implementations,
            clippy::empty_enum,
            clippy::empty_enums
        )]
        #vis enum #ident {}
    }
}

/// The lints that ask of a job's functions what they can't be.
pub(crate) fn allowed_lints() -> TokenStream {
    quote! {
        #[allow(
            clippy::unused_self,
            clippy::unnecessary_wraps,
            clippy::needless_pass_by_value,
            clippy::unused_async,
            clippy::missing_errors_doc,
            clippy::missing_panics_doc,
            clippy::must_use_candidate,
            clippy::new_without_default,
            clippy::trivially_copy_pass_by_ref
        )]
    }
}

struct Expansion<'m> {
    model: &'m Model,
    private: &'m TokenStream,
    span: Span,
}

impl Expansion<'_> {
    fn job(&self) -> TokenStream {
        let Self { model, private, span } = *self;
        let ty = &model.ty;
        let output = self.output();
        let local = match &model.functions {
            Functions::Methods(methods) if model.family.is_some() || methods.use_self() => quote_spanned!(span=> Self),
            _ => quote!(()),
        };
        let def = self.def();
        let functions = self.functions();
        let (generics, _, clause) = model.generics.split_for_impl();
        let clause = if model.instances.is_empty() {
            clause.to_token_stream()
        } else {
            let bounds = clause.map(|clause| &clause.predicates);
            quote_spanned!(span=> where #ty: #private::Instance, #bounds)
        };
        quote_spanned! {span=>
            impl #generics #private::Job for #ty #clause {
                #output
                type Local = #local;
                const DEF: #private::JobDef = #def;
                #functions
            }
        }
    }

    /// The types of the result, and whether there is one (R19).
    fn output(&self) -> TokenStream {
        let mut deciding = self.model.functions.deciding().peekable();
        if deciding.peek().is_none() {
            return self.output_of(None, &[]);
        }
        // Under the `#[cfg]`s of the function, so that a job never loses its check unseen.
        deciding.map(|function| self.output_of(function.returns(), &function.cfgs)).collect()
    }

    fn output_of(&self, returns: Option<&Type>, cfgs: &[Attribute]) -> TokenStream {
        let Self { model, private, span } = *self;
        let span = returns.map_or(span, located);
        let output = match returns {
            Some(ty) => quote_spanned!(span=> <#ty as #private::IntoOutcome>::Value),
            None => quote_spanned!(span=> ()),
        };
        let has = if returns.is_none_or(is_plain) {
            quote_spanned!(span=> #private::NoResult<Self>)
        } else if model.instances.is_empty() {
            let ty = returns;
            quote_spanned! {span=>
                <#private::Pick<{ use #private::HasSomeElse as _; <#private::Results<#ty>>::SOME }>
                    as #private::Choose<Self>>::Type
            }
        } else {
            quote_spanned!(span=> #private::WithResult<Self>)
        };
        quote_spanned!(span=> #(#cfgs)* type Output = #output; #(#cfgs)* type Has = #has;)
    }

    fn def(&self) -> TokenStream {
        let Self { model, private, span } = *self;
        let kind = Ident::new(
            match model.kind {
                Kind::Job => "Job",
                Kind::RunOnly => "RunOnly",
                Kind::Group => "Group",
            },
            span,
        );
        let name = &model.name;
        let name = if model.instances.is_empty() {
            quote_spanned!(span=> #name)
        } else {
            quote_spanned!(span=> <Self as #private::Instance>::NAME)
        };
        let mut def =
            quote_spanned!(span=> #private::JobDef::new::<Self>(#private::Kind::#kind, #name, ::core::module_path!()));
        if !model.description.is_empty() {
            let description = &model.description;
            def.extend(quote_spanned!(span=> .description_of(#description)));
        }
        if !model.deps.is_empty() {
            let deps = model.deps.iter().map(|dep| self.dep(dep));
            def.extend(quote_spanned!(span=> .deps(&[#(#deps),*])));
        }
        if !model.required_by.is_empty() {
            let jobs = model.required_by.iter().map(|job| quote_spanned!(located(job)=> #private::def_of::<#job>));
            def.extend(quote_spanned!(span=> .required_by(&[#(#jobs),*])));
        }
        if !model.tags.is_empty() {
            let tags = &model.tags;
            def.extend(quote_spanned!(span=> .tagged(&[#(#tags),*])));
        }
        if let Some(tries) = &model.tries {
            let tries = self.constant(tries, |private, tries, at| quote_spanned!(at=> #private::tries(#tries)));
            def.extend(quote_spanned!(span=> .tries(#tries)));
        }
        match &model.retry_delay {
            Some(Delay::Nanoseconds(nanoseconds)) => def.extend(quote_spanned!(span=> .retry_delay(#nanoseconds))),
            Some(Delay::Constant(delay)) => {
                let delay = self
                    .constant(delay, |private, delay, at| quote_spanned!(at=> #private::delay(#delay).nanoseconds()));
                def.extend(quote_spanned!(span=> .retry_delay(#delay)));
            }
            None => {}
        }
        if let Functions::Methods(methods) = &model.functions
            && !methods.cleanup.is_empty()
        {
            def.extend(quote_spanned!(span=> .with_cleanup()));
        }
        if let Some(Family { each, .. }) = &model.family {
            let at = located(each);
            def.extend(quote_spanned! {at=>
                .family(#private::FamilyDef::new(
                    |ctx| #private::Each::<'_, Self, _>::members(&#each, ctx),
                    |requires| #private::Each::<'_, Self, _>::requires(&#each, requires),
                ))
            });
        }
        def
    }

    /// A check of a constant, as if the user had written it: only then is its failure shown at the value, and not at the
    /// whole attribute.
    fn constant(&self, value: &Expr, check: impl FnOnce(TokenStream, &Expr, Span) -> TokenStream) -> TokenStream {
        let at = place(value);
        let krate = match &self.model.krate {
            krate if krate.leading_colon.is_some() && krate.segments.len() == 1 => {
                let name = Ident::new(&krate.segments[0].ident.to_string(), at);
                quote_spanned!(at=> ::#name)
            }
            krate => krate.to_token_stream().into_iter().map(|token| placed(token, at)).collect(),
        };
        check(quote_spanned!(at=> #krate::__private), value, at)
    }

    fn dep(&self, dep: &Dep) -> TokenStream {
        let (private, ty) = (self.private, &dep.ty);
        let at = located(ty);
        let Some((_, fields)) = &dep.member else {
            return quote_spanned!(at=> #private::Dep::Job(#private::def_of::<#ty>));
        };
        let key = key(private, fields);
        quote_spanned! {at=>
            #private::Dep::Member(#private::def_of::<#ty>, |value| #private::key_of(value, |this: &Self| #key))
        }
    }

    fn functions(&self) -> TokenStream {
        match &self.model.functions {
            Functions::None => TokenStream::new(),
            Functions::Methods(methods) => self.methods(methods),
            Functions::Function { ident, run, check } => self.function(ident, run, check.as_ref()),
        }
    }

    fn methods(&self, methods: &Methods) -> TokenStream {
        let Self { model, private, span } = *self;
        let mut functions = self.requires(methods.all(), None);
        if model.family.is_none() && methods.use_self() {
            functions.extend(methods.new.iter().map(|new| self.new_value(Some(new), &new.cfgs)));
            // Where all `new`s are conditional, the others' case is that of a job without one.
            if methods.use_default() {
                let conditions = methods.new.iter().map(|new| {
                    let conditions = new.cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok());
                    quote!(all(#(#conditions),*))
                });
                let otherwise: Attribute = syn::parse_quote!(#[cfg(not(any(#(#conditions),*)))]);
                let otherwise = if methods.new.is_empty() { Vec::new() } else { vec![otherwise] };
                functions.extend(self.new_value(None, &otherwise));
            }
        }
        let roles = [("__check", &methods.check), ("__run", &methods.run), ("__cleanup", &methods.cleanup)];
        for (role, function) in roles.into_iter().flat_map(|(role, all)| all.iter().map(move |one| (role, one))) {
            let (role, name) = (Ident::new(role, span), &function.sig.ident);
            let receiver = function.has_receiver().then(|| quote_spanned!(span=> local,));
            let call = self.call(function, &quote!(Self::#name), receiver.as_ref());
            let cfgs = &function.cfgs;
            functions.extend(quote_spanned! {span=>
                #(#cfgs)*
                fn #role(local: &mut Self::Local, ctx: &#private::Context) -> #private::Outcome { let _ = &local; #call }
            });
        }
        functions
    }

    fn new_value(&self, new: Option<&Function>, cfgs: &[Attribute]) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let value = match new {
            Some(new) => {
                let extracted = self.extracted(new);
                let at = new.returns().map_or(span, located);
                let ret = new.returns().map_or_else(|| quote!(()), ToTokens::to_token_stream);
                quote_spanned!(at=> <#ret as #private::IntoNew<Self>>::into_new(Self::new(#extracted)))
            }
            None if !self.model.instances.is_empty() => quote_spanned!(span=> <Self as #private::Instance>::value()),
            None => {
                let default = quote_spanned!(span=> <Self as ::core::default::Default>::default());
                quote_spanned!(span=> ::core::result::Result::Ok(#default))
            }
        };
        quote_spanned! {span=>
            #(#cfgs)*
            fn __new(ctx: &#private::Context) -> #private::Result<Self> { let _ = ctx; #value }
        }
    }

    fn function(&self, ident: &Ident, run: &Function, check: Option<&Path>) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let call = self.call(run, &ident.to_token_stream(), None);
        let mut functions = self.requires([run].into_iter(), check);
        functions.extend(quote_spanned! {span=>
            fn __run(_: &mut (), ctx: &#private::Context) -> #private::Outcome { #call }
        });
        if let Some(check) = check {
            let call = quote_spanned!(located(check)=> #private::Callable::call(&#check, ctx));
            functions.extend(quote_spanned! {span=>
                fn __check(_: &mut (), ctx: &#private::Context) -> #private::Outcome { #call }
            });
        }
        functions
    }

    /// What all parameters require, in the order of phases; nothing, where there are none.
    fn requires<'f>(&self, functions: impl Iterator<Item = &'f Function>, check: Option<&Path>) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let checking =
            check.map(|check| quote_spanned!(located(check)=> #private::Callable::requires(&#check, requires);));
        let params: Vec<TokenStream> = functions
            .flat_map(|function| {
                let cfgs = &function.cfgs;
                function.params().map(move |ty| {
                    quote_spanned!(located(ty)=> #(#cfgs)* <#ty as #private::FromContext<'_>>::requires(requires);)
                })
            })
            .collect();
        if params.is_empty() && checking.is_none() {
            return TokenStream::new();
        }
        quote_spanned!(span=> fn __requires(requires: &mut #private::Requires) { #checking #(#params)* })
    }

    /// Calls a function with what it takes, and says what its outcome means.
    fn call(&self, function: &Function, path: &TokenStream, receiver: Option<&TokenStream>) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let extracted = self.extracted(function);
        let call = quote_spanned!(span=> #path(#receiver #extracted));
        match function.returns() {
            // The type is left for the compiler to know, at the place of the written one: a bad one is told once then.
            Some(ty) => quote_spanned!(located(ty)=> <_ as #private::IntoOutcome>::into_outcome(#call, ctx)),
            None => quote_spanned!(span=> #private::IntoOutcome::into_outcome(#call, ctx)),
        }
    }

    fn extracted(&self, function: &Function) -> TokenStream {
        let private = self.private;
        let params = function
            .params()
            .map(|ty| quote_spanned!(located(ty)=> <#ty as #private::FromContext<'_>>::from_context(ctx)?));
        quote!(#(#params),*)
    }

    fn family(&self, family: &Family) -> TokenStream {
        let Self { model, private, span } = *self;
        let ty = &model.ty;
        let Template { format, fields } = &family.template;
        let at = format.span();
        let values = fields.iter().map(|(name, field)| quote_spanned!(at=> #name = self.#field));
        let name = quote_spanned!(at=> #private::format!(#format, #(#values),*));
        let key = family.key.as_ref().map(|fields| {
            let key = key(private, fields);
            quote_spanned!(span=> fn __key(&self) -> #private::String { let this = self; #key })
        });
        quote_spanned! {span=>
            impl #private::Family for #ty {
                fn __name(&self) -> #private::String { #name }
                #key
            }
        }
    }
}

/// A token that means what it meant, at another place.
fn placed(mut token: TokenTree, at: Span) -> TokenTree {
    token.set_span(token.span().located_at(at));
    token
}

/// The text of fields, as keys are compared.
fn key(private: &TokenStream, fields: &[Member]) -> TokenStream {
    let format = vec!["{}"; fields.len()].join("\u{1f}");
    let values = fields.iter().map(|field| quote_spanned!(located(field)=> this.#field));
    let at = fields.first().map_or_else(Span::call_site, located);
    quote_spanned!(at=> #private::format!(#format, #(#values),*))
}

/// Whether a function that returns this has no result, as far as can be seen.
fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Path(path) => {
            path.path.is_ident("bool")
                || path.path.segments.last().is_some_and(|last| {
                    matches!(&last.arguments, PathArguments::AngleBracketed(arguments) if last.ident == "Result"
                && matches!(arguments.args.first(), Some(GenericArgument::Type(ty)) if is_plain(ty)))
                })
        }
        _ => false,
    }
}

/// An instance's name: its type as it was written, without what leads to it.
fn name_of(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(written).unwrap_or_default(),
        ty => written(ty),
    }
}

/// For messages of the compiler that would otherwise name a type that nobody wrote.
pub(crate) fn ident_of_fn(ident: &Ident) -> Type {
    let mut ident = ident.clone();
    ident.set_span(located(&ident));
    syn::parse_quote!(#ident)
}
