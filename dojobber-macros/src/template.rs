//! Names of members: `"Invite {guest}"`.

use quote::format_ident;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, Index, LitStr, Member};

use crate::errors::Errors;
use crate::model::Template;
use crate::tokens::located;

/// Takes the fields out of a template.
pub(crate) fn parse(literal: &LitStr, errors: &mut Errors) -> Option<Template> {
    let span = located(literal);
    let text = literal.value();
    let mut format = String::new();
    let mut fields = Vec::new();
    let mut rest = text.as_str();
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(brace);
        format.push_str(before);
        if after.starts_with("{{") || after.starts_with("}}") {
            format.push_str(&after[..2]);
            rest = &after[2..];
            continue;
        }
        let end = after.find('}').filter(|_| after.starts_with('{'));
        let Some(end) = end else {
            errors.push(literal, "a brace stands alone here: write `{field}`, or `{{` and `}}` for braces themselves");
            return None;
        };
        let (field, spec) = after[1..end].split_once(':').unwrap_or((&after[1..end], ""));
        let Some(member) = member(field.trim(), span) else {
            errors.push(literal, format!("`{{{field}}}` names no field: write the name of one, as in `{{host}}`"));
            return None;
        };
        let name = format_ident!("field_{}", fields.len(), span = span);
        let colon = if spec.is_empty() { "" } else { ":" };
        format.extend(["{", &name.to_string(), colon, spec, "}"]);
        fields.push((name, member));
        rest = &after[end + 1..];
    }
    format.push_str(rest);
    if fields.is_empty() {
        errors.push(
            literal,
            "all members would have this name: put a field of the type into it, as in `\"Invite {guest}\"`",
        );
        return None;
    }
    Some(Template { format: LitStr::new(&format, span), fields })
}

fn member(field: &str, span: proc_macro2::Span) -> Option<Member> {
    if let Ok(index) = field.parse() {
        return Some(Member::Unnamed(Index { index, span }));
    }
    let ident = Ident::parse_any.parse_str(field).ok()?;
    Some(Member::Named(match syn::parse_str::<Ident>(field) {
        Ok(mut ident) => {
            ident.set_span(span);
            ident
        }
        Err(_) if ["self", "Self", "super", "crate", "_"].contains(&field) => return None,
        // A keyword, which is a field's name in its raw form only.
        Err(_) => Ident::new_raw(&ident.to_string(), span),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(String, usize)> {
        let mut errors = Errors::default();
        let template = parse(&LitStr::new(text, proc_macro2::Span::call_site()), &mut errors);
        template.map(|template| (template.format.value(), template.fields.len()))
    }

    #[test]
    fn takes_fields_out() {
        assert_eq!(parsed("Invite {guest}"), Some(("Invite {field_0}".into(), 1)));
        assert_eq!(parsed("{0:>3} of {{{host}}}"), Some(("{field_0:>3} of {{{field_1}}}".into(), 2)));
        assert_eq!(parsed("nobody"), None);
        assert_eq!(parsed("{guest"), None);
        assert_eq!(parsed("{}"), None);
        assert_eq!(parsed("{a b}"), None);
        assert_eq!(parsed("{type}"), Some(("{field_0}".into(), 1)));
        assert_eq!(parsed("{self}"), None);
        assert_eq!(parsed("{guest.name}"), None);
    }
}
