//! Names in Connect.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span};

use super::{Context, Rule};
use crate::kinds::Within;
use crate::model::{Kind, Resource, Value};

pub(super) const DUPLICATES: Rule = Rule {
    codes: &["duplicate-name", "duplicate-flow-name"],
    about: "Two things of one kind have the same name, in Connect or in the account.",
    why: "The service refuses the second one when it is created (Connect with `DuplicateResourceException`).",
    check: duplicates,
};

/// Usernames have a rule of their own.
const USERNAME: &str = "/Username";

fn duplicates(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, &str), Span> = BTreeMap::new();
    for resource in context.model.resources.values() {
        let kind = resource.address.kind;
        let Some(name) = name(resource) else { continue };
        let Some(first) = seen.insert((resource.resource_type.as_str(), name), resource.span) else { continue };
        let code = if kind == Kind::Flow { "duplicate-flow-name" } else { "duplicate-name" };
        let descriptor = kind.descriptor_of(&resource.resource_type);
        let place = match descriptor.name.as_ref().map(|name| name.within) {
            Some(Within::Account) => "the account",
            Some(Within::Instance) | None => "Connect",
        };
        diagnostics.push(
            Diagnostic::error(code, format!("two {} have the same name in {place}", descriptor.plural))
                .at(resource.span, format!("is named `{name}`"))
                .also(first, "and so is this one")
                .help("Give one of them another `name:`."),
        );
    }
}

/// The name that must be unique among things of a kind, where somebody wrote it. Hierarchy groups have none: it is not
/// documented whether a name may occur below two parents, and centers do so.
fn name(resource: &Resource) -> Option<&str> {
    let descriptor = resource.address.kind.descriptor_of(&resource.resource_type);
    let path = descriptor.lowering.as_ref().and(descriptor.name.as_ref())?.path;
    if path == USERNAME {
        return None;
    }
    let mut segments = path.trim_start_matches('/').split('/');
    let first = resource.properties.get(segments.next()?)?;
    let found = segments.try_fold(first, |value, segment| match value {
        Value::Object(members) => members.get(segment),
        _ => None,
    })?;
    match found {
        Value::String(name) => Some(name),
        _ => None,
    }
}
