//! From the model to tokens: one `impl Job`, small, since every job of a program pays for it, and its registration.
//!
//! Tokens have the span of what they stand for, so that errors of the compiler are shown there.

mod types;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, format_ident, quote, quote_spanned};
use syn::{Attribute, Expr, Ident, Member, Path, Type};

use self::types::{is_infallible, is_known, is_usual, name_of, yields};
use crate::attr::Dep;
use crate::item::{Function, Receiver};
use crate::model::{Delay, Factor, Family, Functions, Kind, Methods, Model, Template};
use crate::tokens::{located, place, written};

/// The implementations and the registration of a job.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { krate, ty, span, .. } = model;
    let span = *span;
    let private = Private(quote_spanned!(span=> #krate::__private).into_iter().collect());
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
        #(#private::inventory::submit! { #private::Registration(<#registered as #private::Job>::__def) })*
    }
}

/// The path of the runtime's module for expansions. It stands in every line: tokens are copied faster than streams.
struct Private(Vec<TokenTree>);

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.0);
    }
}

struct Expansion<'m> {
    model: &'m Model,
    private: &'m Private,
    span: Span,
}

impl Expansion<'_> {
    fn job(&self) -> TokenStream {
        let Self { model, private, span } = *self;
        let ty = &model.ty;
        let returns = self.returns();
        let local = match &model.functions {
            Functions::Methods(methods) if model.family.is_some() || methods.use_self() => quote_spanned!(span=> Self),
            _ => quote!(()),
        };
        let def = self.def();
        let calls = self.calls();
        let (generics, _, clause) = model.generics.split_for_impl();
        let clause = if model.instances.is_empty() {
            clause.to_token_stream()
        } else {
            let bounds = clause.map(|clause| &clause.predicates);
            quote_spanned!(span=> where #ty: #private::Instance, #bounds)
        };
        quote_spanned! {span=>
            impl #generics #private::Job for #ty #clause {
                #returns
                type Local = #local;
                const DEF: #private::JobDef = #def;
                #calls
            }
        }
    }

    /// What the functions return that decide on the result, and whether there is one (R19).
    fn returns(&self) -> TokenStream {
        let mut deciding = self.model.functions.deciding().peekable();
        if deciding.peek().is_none() {
            return self.returns_of(None, &[]);
        }
        // Under the `#[cfg]`s of the function, so that a job never loses its check unseen.
        deciding.map(|function| self.returns_of(function.returns(), &function.cfgs)).collect()
    }

    fn returns_of(&self, returns: Option<&Type>, cfgs: &[Attribute]) -> TokenStream {
        let Self { model, private, span } = *self;
        let Some(ty) = returns else {
            return quote_spanned!(span=> #(#cfgs)* type Returns = (); #(#cfgs)* type Has = #private::NoResult<Self>;);
        };
        let span = located(ty);
        let has = match yields(ty) {
            Some(false) => quote_spanned!(span=> #private::NoResult<Self>),
            None if model.instances.is_empty() => quote_spanned! {span=>
                <#private::Pick<{ use #private::HasSomeElse as _; <#private::Results<#ty>>::SOME }>
                    as #private::Choose<Self>>::Type
            },
            Some(true) | None => quote_spanned!(span=> #private::WithResult<Self>),
        };
        quote_spanned!(span=> #(#cfgs)* type Returns = #ty; #(#cfgs)* type Has = #has;)
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
        let description = &model.description;
        let mut def = quote_spanned! {span=>
            #private::JobDef::new::<Self>(#private::Kind::#kind, #name, ::core::module_path!(), #description)
        };
        if !model.deps.is_empty() {
            let deps = model.deps.iter().map(|dep| self.dep(dep));
            def.extend(quote_spanned!(span=> .deps(&[#(#deps),*])));
        }
        if !model.required_by.is_empty() {
            let jobs =
                model.required_by.iter().map(|job| quote_spanned!(located(job)=> <#job as #private::Job>::__def));
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
        self.terms(&mut def);
        if let Functions::Methods(methods) = &model.functions
            && !methods.cleanup.is_empty()
        {
            def.extend(quote_spanned!(span=> .with_cleanup()));
        }
        if model.when.is_some() {
            def.extend(quote_spanned!(span=> .with_when()));
        }
        if model.family.is_some() {
            def.extend(quote_spanned!(span=> .family::<Self>()));
        }
        def
    }

    /// What else is said about tries: each is a method of the definition, and of what a constant is checked by.
    fn terms(&self, def: &mut TokenStream) {
        let span = self.span;
        let terms = &self.model.terms;
        for (name, time) in terms.times() {
            let nanoseconds = match time {
                Delay::Nanoseconds(nanoseconds) => nanoseconds.to_token_stream(),
                Delay::Constant(time) => self.constant(time, |private, time, at| {
                    let key = Ident::new(name, at);
                    quote_spanned!(at=> #private::delay(#time).#key())
                }),
            };
            let key = Ident::new(name, span);
            def.extend(quote_spanned!(span=> .#key(#nanoseconds)));
        }
        for (name, factor) in terms.factors() {
            let factor = match factor {
                Factor::Literal(factor) => factor.to_token_stream(),
                Factor::Constant(factor) => self.constant(factor, |private, factor, at| {
                    let key = Ident::new(name, at);
                    quote_spanned!(at=> #private::#key(#factor))
                }),
            };
            let key = Ident::new(name, span);
            def.extend(quote_spanned!(span=> .#key(#factor)));
        }
        if !terms.limits.is_empty() {
            let limits = &terms.limits;
            def.extend(quote_spanned!(span=> .limits(&[#(#limits),*])));
        }
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
            return quote_spanned!(at=> #private::Dep::Job(<#ty as #private::Job>::__def));
        };
        let key = key(private, fields);
        quote_spanned! {at=>
            #private::Dep::Member(<#ty as #private::Job>::__def, |value| #private::key_of(value, |this: &Self| #key))
        }
    }

    /// One function that offers all functions of the job to the call, as a chain; `#[cfg]` needs statements.
    fn calls(&self) -> TokenStream {
        let Self { model, private, span } = *self;
        let offers = match &model.functions {
            Functions::None if model.when.is_none() => return TokenStream::new(),
            Functions::None => self.when().into_iter().collect(),
            Functions::Methods(methods) => self.methods(methods),
            Functions::Function { ident, run, check } => self.function(ident, run, check.as_ref()),
        };
        let mut statements = TokenStream::new();
        let mut chain = quote_spanned!(span=> call);
        for Offer { cfgs, link } in offers {
            if cfgs.is_empty() {
                chain.extend(link);
            } else {
                statements.extend(quote_spanned!(span=> let call = #chain; #(#cfgs)* let call = call #link;));
                chain = quote_spanned!(span=> call);
            }
        }
        quote_spanned! {span=>
            fn __call(call: #private::Call<'_, Self>) -> #private::Call<'_, Self> { #statements #chain }
        }
    }

    fn methods(&self, methods: &Methods) -> Vec<Offer> {
        let Self { model, private, span } = *self;
        let mut offers = Vec::new();
        if model.family.is_none() && methods.use_default() {
            // Where all `new`s are conditional, the others' case is that of a job without one.
            let cfgs = if methods.new.is_empty() { Vec::new() } else { vec![none_of(&methods.new)] };
            let (ty, at) = (&model.ty, located(&model.ty));
            let value = match &model.instances[..] {
                [] => quote_spanned!(at=> <#ty as #private::Anew>::anew),
                _ => quote_spanned!(at=> <Self as #private::Instance>::value),
            };
            offers.push(Offer { cfgs, link: quote_spanned!(at=> .new0(#value)) });
        }
        offers.extend(methods.new.iter().map(|new| {
            let at = new.returns().map_or(span, located);
            self.offer(new, None, &quote_spanned!(at=> Self::new))
        }));
        offers.extend(self.when());
        for (role, functions) in [("Check", &methods.check), ("Run", &methods.run), ("Cleanup", &methods.cleanup)] {
            let decides = role == "Check" || role == "Run" && methods.check.is_empty();
            offers.extend(functions.iter().map(|function| {
                let name = &function.sig.ident;
                // What an async one returns is a future, about which there may be something to say.
                let unnamed = if function.is_async() { located(name) } else { span };
                let at = function.returns().map_or(unnamed, located);
                self.offer(function, Some((role, decides)), &quote_spanned!(at=> Self::#name))
            }));
        }
        offers
    }

    fn function(&self, ident: &Ident, run: &Function, check: Option<&Path>) -> Vec<Offer> {
        let private = self.private;
        let when = self.when();
        let check_first = check.map(|check| Offer {
            cfgs: Vec::new(),
            link: quote_spanned!(located(check)=> .callable(#private::Function::Check, #check)),
        });
        let run = self.offer(run, Some(("Run", check.is_none())), &ident.to_token_stream());
        when.into_iter().chain(check_first).chain([run]).collect()
    }

    /// Offers the function that tells whether there is anything to do, with its name as it was written.
    fn when(&self) -> Option<Offer> {
        let when = self.model.when.as_ref()?;
        let name = written(when);
        Some(Offer { cfgs: Vec::new(), link: quote_spanned!(located(when)=> .condition(#when, #name)) })
    }

    /// Offers one function: `private::Call` has a method for each number of parameters. Without a role, it is `new`.
    fn offer(&self, function: &Function, role: Option<(&str, bool)>, path: &TokenStream) -> Offer {
        let Self { private, span, .. } = *self;
        let params: Vec<&Type> = function.params().collect();
        let (kind, result) = match (role, function.receiver()) {
            (None, _) => ("new", ""),
            (Some((_, decides)), receiver) => {
                let kind = match receiver {
                    None => "fn",
                    Some(Receiver::Ref) => "ref",
                    Some(Receiver::Mut) => "mut",
                };
                (kind, if decides { "_result" } else { "" })
            }
        };
        let is_async = function.is_async();
        let prefix = if is_async { "async_" } else { "" };
        let method = format_ident!("{prefix}{kind}{}{result}", params.len(), span = span);
        let role_path = role.map(|(role, _)| {
            let role = Ident::new(role, span);
            quote_spanned!(span=> #private::Function::#role,)
        });
        let mut link = TokenStream::new();
        let extractor = Ident::new(if is_async { "AsyncFromContext" } else { "FromContext" }, span);
        // A type that may be no extractor is to be told about where it stands, and once: it is named in a path through
        // the trait, whose error has no bound to note, and then at the same place as the method's parameter.
        let strange = params.iter().filter(|ty| !is_known(ty));
        let strange: Vec<TokenStream> =
            strange.map(|ty| quote_spanned!(located(ty)=> <#ty as #private::#extractor<'_>>::requires)).collect();
        if !strange.is_empty() {
            link.extend(quote_spanned!(span=> .takes([#(#strange),*])));
        }
        // So is what it returns, unless that decides on the result, and is told about there.
        let unusual = function.returns().filter(|ty| result.is_empty() && !is_usual(ty));
        if let Some(ty) = unusual {
            link.extend(match role {
                Some(_) => quote_spanned!(located(ty)=> .gives(<#ty as #private::IntoOutcome>::into_outcome)),
                None => quote_spanned!(located(ty)=> .makes(<#ty as #private::IntoNew<Self>>::into_new)),
            });
        }
        let plain = unusual.is_none() && params.iter().all(|ty| is_infallible(ty));
        let generics = (!plain).then(|| {
            let params = params.iter().map(|ty| match ty {
                ty if is_infallible(ty) => quote_spanned!(span=> _),
                ty => ty.to_token_stream(),
            });
            let unusual = unusual.map_or_else(|| quote_spanned!(span=> _), ToTokens::to_token_stream);
            let returns = result.is_empty().then_some(quote_spanned!(span=> #unusual,));
            let future = is_async.then(|| quote_spanned!(span=> _));
            quote_spanned!(span=> ::<#(#params,)* #returns #future>)
        });
        link.extend(quote_spanned!(span=> .#method #generics (#role_path #path)));
        Offer { cfgs: function.cfgs.clone(), link }
    }

    fn family(&self, family: &Family) -> TokenStream {
        let Self { model, private, span } = *self;
        let ty = &model.ty;
        let Template { format, fields } = &family.template;
        let at = format.span();
        let values = fields.iter().map(|(name, field)| quote_spanned!(at=> #name = self.#field));
        let name = quote_spanned!(at=> #private::format!(#format, #(#values),*));
        let (each, each_at) = (&family.each, located(&family.each));
        let offer = quote_spanned!(each_at=> #private::Each::<'_, Self, _>::offer(#each, call));
        let key = family.key.as_ref().map(|fields| {
            let key = key(private, fields);
            quote_spanned!(span=> fn __key(&self) -> #private::Option<#private::String> {
                let this = self;
                #private::Option::Some(#key)
            })
        });
        quote_spanned! {span=>
            impl #private::Family for #ty {
                fn __name(&self) -> #private::String { #name }
                #key
                fn __each(call: #private::EachCall<'_>) -> #private::EachCall<'_> { #offer }
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
fn key(private: &Private, fields: &[Member]) -> TokenStream {
    let format = vec!["{}"; fields.len()].join("\u{1f}");
    let values = fields.iter().map(|field| {
        let at = located(field);
        quote_spanned!(at=> #private::key_part(&this.#field))
    });
    let at = fields.first().map_or_else(Span::call_site, located);
    quote_spanned!(at=> #private::format!(#format, #(#values),*))
}

/// One function of a job, in the chain of its calls.
struct Offer {
    cfgs: Vec<Attribute>,
    link: TokenStream,
}

/// That none of these functions is there.
fn none_of(functions: &[Function]) -> Attribute {
    let conditions = functions.iter().map(|function| {
        let conditions = function.cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok());
        quote!(all(#(#conditions),*))
    });
    syn::parse_quote!(#[cfg(not(any(#(#conditions),*)))])
}
