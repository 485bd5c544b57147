//! Names in Connect.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span};

use super::{Context, Rule};
use crate::model::{Kind, Resource, Value};

pub(super) const DUPLICATES: Rule = Rule {
    codes: &["duplicate-name", "duplicate-flow-name"],
    about: "Two things of one kind have the same name in Connect.",
    why: "Connect refuses the second one when it is created (DuplicateResourceException).",
    check: duplicates,
};

fn duplicates(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, &str), Span> = BTreeMap::new();
    for resource in context.model.resources.values() {
        let kind = resource.address.kind;
        let Some(name) = name(resource) else { continue };
        let Some(first) = seen.insert((resource.resource_type.as_str(), name), resource.span) else { continue };
        let words = kind.words();
        let code = if kind == Kind::Flow { "duplicate-flow-name" } else { "duplicate-name" };
        diagnostics.push(
            Diagnostic::error(code, format!("two {words}s have the same name in Connect"))
                .at(resource.span, format!("is named `{name}`"))
                .also(first, "and so is this one")
                .help("Give one of them another `name:`."),
        );
    }
}

/// The name that must be unique among things of a kind, where somebody wrote it. Hierarchy groups have none: it is not
/// documented whether a name may occur below two parents, and centers do so. Usernames have a rule of their own.
fn name(resource: &Resource) -> Option<&str> {
    let descriptor = resource.address.kind.descriptor_of(&resource.resource_type);
    let path = descriptor.lowering.as_ref().and(descriptor.name.as_ref())?.path;
    if descriptor.checks.told_by_rules.contains(&path) {
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
