//! From the model to tokens: one `impl Job`, small, since every job of a program pays for it, and its registration.
//!
//! Tokens have the span of what they stand for, so that errors of the compiler are shown there.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{GenericArgument, Ident, Member, Path, PathArguments, Type};

use crate::attr::{Dep, located};
use crate::item::Function;
use crate::model::{Delay, Family, Functions, Kind, Methods, Model, Template};

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
        let name = name_of(instance);
        quote_spanned!(located(instance)=> impl #private::Instance for #instance { const NAME: &'static str = #name; })
    });
    quote_spanned! {span=>
        #job
        #family
        #(#named)*
        #(#private::inventory::submit! { #private::Registration(#private::def_of::<#registered>) })*
    }
}

/// What keeps one mistake from becoming many: a job of this type, which does nothing.
pub(crate) fn stub(krate: &Path, ty: &Type, name: &str) -> TokenStream {
    quote! {
        impl #krate::__private::Job for #ty {
            type Output = ();
            type Has = #krate::__private::WithResult<Self>;
            type Local = ();
            const DEF: #krate::__private::JobDef =
                #krate::__private::JobDef::new::<Self>(#krate::__private::Kind::Group, #name, "");
        }
    }
}

/// A function job's type, which stands beside the function in the namespace of types and has no value.
pub(crate) fn marker(vis: &syn::Visibility, ident: &Ident) -> TokenStream {
    quote_spanned! {located(ident)=>
        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code, clippy::empty_enum, clippy::empty_enums)]
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
        let (output, has) = self.output();
        let local = match &model.functions {
            Functions::Methods(methods) if model.family.is_some() || methods.use_self() => quote!(Self),
            _ => quote!(()),
        };
        let def = self.def();
        let functions = self.functions();
        let (generics, _, clause) = model.generics.split_for_impl();
        let clause = if model.instances.is_empty() {
            clause.to_token_stream()
        } else {
            let bounds = clause.map(|clause| &clause.predicates);
            quote_spanned!(span=> where #ty: #private::Instance + ::core::marker::Send + 'static, #bounds)
        };
        quote_spanned! {span=>
            impl #generics #private::Job for #ty #clause {
                type Output = #output;
                type Has = #has;
                type Local = #local;
                const DEF: #private::JobDef = #def;
                #functions
            }
        }
    }

    /// The types of the result, and whether there is one (R19).
    fn output(&self) -> (TokenStream, TokenStream) {
        let Self { model, private, span } = *self;
        let none = (quote_spanned!(span=> ()), quote_spanned!(span=> #private::NoResult<Self>));
        let deciding = match &model.functions {
            Functions::Methods(methods) => methods.check.as_ref().or(methods.run.as_ref()),
            Functions::Function { run, check: None, .. } => Some(&**run),
            Functions::None | Functions::Function { .. } => None,
        };
        let Some(ty) = deciding.and_then(Function::returns) else {
            return none;
        };
        if is_plain(ty) {
            let span = located(ty);
            return (quote_spanned!(span=> <#ty as #private::IntoOutcome>::Value), none.1);
        }
        let span = located(ty);
        let output = quote_spanned!(span=> <#ty as #private::IntoOutcome>::Value);
        let has = if model.instances.is_empty() {
            quote_spanned! {span=>
                <#private::Pick<{ use #private::HasSomeElse as _; <#private::Results<#ty>>::SOME }>
                    as #private::Choose<Self>>::Type
            }
        } else {
            quote_spanned!(span=> #private::WithResult<Self>)
        };
        (output, has)
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
            let at = located(tries);
            let tries = quote_spanned!(at=> #private::tries(#tries));
            def.extend(quote_spanned!(span=> .tries(#tries)));
        }
        match &model.retry_delay {
            Some(Delay::Nanoseconds(nanoseconds)) => def.extend(quote_spanned!(span=> .retry_delay(#nanoseconds))),
            Some(Delay::Constant(delay)) => {
                let delay = quote_spanned!(located(delay)=> #private::delay(#delay).nanoseconds());
                def.extend(quote_spanned!(span=> .retry_delay(#delay)));
            }
            None => {}
        }
        if let Functions::Methods(methods) = &model.functions
            && methods.cleanup.is_some()
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
        let mut functions = self.requires(&[&methods.new, &methods.check, &methods.run, &methods.cleanup], None);
        if model.family.is_none() && methods.use_self() {
            functions.extend(self.new_value(methods.new.as_ref()));
        }
        let roles = [("__check", &methods.check), ("__run", &methods.run), ("__cleanup", &methods.cleanup)];
        for (role, function) in roles {
            let Some(function) = function else {
                continue;
            };
            let (role, name) = (Ident::new(role, span), &function.sig.ident);
            let receiver = function.has_receiver().then(|| quote_spanned!(span=> local,));
            let call = self.call(function, quote!(Self::#name), receiver);
            let cfgs = &function.cfgs;
            functions.extend(quote_spanned! {span=>
                #(#cfgs)*
                fn #role(local: &mut Self::Local, ctx: &#private::Context) -> #private::Outcome { let _ = &local; #call }
            });
        }
        functions
    }

    fn new_value(&self, new: Option<&Function>) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let (value, cfgs) = match new {
            Some(new) => {
                let extracted = self.extracted(new);
                let at = new.returns().map_or(span, located);
                let ret = new.returns().map_or_else(|| quote!(()), ToTokens::to_token_stream);
                let value = quote_spanned!(at=> <#ret as #private::IntoNew<Self>>::into_new(Self::new(#extracted)));
                (value, &new.cfgs[..])
            }
            None => {
                let default = quote_spanned!(span=> <Self as ::core::default::Default>::default());
                (quote_spanned!(span=> ::core::result::Result::Ok(#default)), &[][..])
            }
        };
        quote_spanned! {span=>
            #(#cfgs)*
            fn __new(ctx: &#private::Context) -> #private::Result<Self> { let _ = ctx; #value }
        }
    }

    fn function(&self, ident: &Ident, run: &Function, check: Option<&Path>) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let call = self.call(run, ident.to_token_stream(), None);
        let mut functions = self.requires(&[&Some(run.clone())], check);
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
    fn requires(&self, functions: &[&Option<Function>], check: Option<&Path>) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let checking =
            check.map(|check| quote_spanned!(located(check)=> #private::Callable::requires(&#check, requires);));
        let params: Vec<TokenStream> = functions
            .iter()
            .filter_map(|function| function.as_ref())
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
    fn call(&self, function: &Function, path: TokenStream, receiver: Option<TokenStream>) -> TokenStream {
        let (private, span) = (self.private, self.span);
        let extracted = self.extracted(function);
        let call = quote_spanned!(span=> #path(#receiver #extracted));
        match function.returns() {
            Some(ty) => {
                quote_spanned!(located(ty)=> <#ty as #private::IntoOutcome>::into_outcome(#call, ctx))
            }
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

/// A type as it was written, without spaces.
fn name_of(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "").replace(',', ", ")
}

/// For messages of the compiler that would otherwise name a type that nobody wrote.
pub(crate) fn ident_of_fn(ident: &Ident) -> Type {
    let ident = format_ident!("{}", ident, span = located(ident));
    syn::parse_quote!(#ident)
}
