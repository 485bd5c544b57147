//! Names in Connect.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span};

use super::{Context, Rule};
use crate::model::{self, Kind, Value};

pub(super) const DUPLICATES: Rule = Rule {
    codes: &["duplicate-name", "duplicate-flow-name"],
    about: "Two things of one kind have the same name in Connect.",
    why: "Connect refuses the second one when it is created (DuplicateResourceException).",
    check: duplicates,
};

fn duplicates(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(Kind, &str), Span> = BTreeMap::new();
    for resource in context.model.resources.values() {
        let kind = resource.address.kind;
        let Some(property) = name_property(kind) else { continue };
        let Some(Value::String(name)) = resource.properties.get(property) else { continue };
        let Some(first) = seen.insert((kind, name), resource.span) else { continue };
        let words = model::words(kind);
        let code = if kind == Kind::Flow { "duplicate-flow-name" } else { "duplicate-name" };
        diagnostics.push(
            Diagnostic::error(code, format!("two {words}s have the same name in Connect"))
                .at(resource.span, format!("is named `{name}`"))
                .also(first, "and so is this one")
                .help("Give one of them another `name:`."),
        );
    }
}

/// The property that must be unique among things of a kind. Hierarchy groups are left out: it is not documented
/// whether a name may occur below two parents, and centers do so.
fn name_property(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::AgentStatus
        | Kind::Hours
        | Kind::Queue
        | Kind::QuickConnect
        | Kind::RoutingProfile
        | Kind::Prompt
        | Kind::Flow
        | Kind::FlowModule => Some("Name"),
        Kind::SecurityProfile => Some("SecurityProfileName"),
        Kind::Table => Some("TableName"),
        Kind::Role => Some("RoleName"),
        Kind::Policy => Some("ManagedPolicyName"),
        Kind::Lambda => Some("FunctionName"),
        Kind::Bucket => Some("BucketName"),
        Kind::Stream => Some("Name"),
        Kind::DeliveryStream => Some("DeliveryStreamName"),
        Kind::Crawler | Kind::Workgroup => Some("Name"),
        Kind::Instance
        | Kind::Storage
        | Kind::HierarchyLevels
        | Kind::HierarchyGroup
        | Kind::PhoneNumber
        | Kind::User
        | Kind::Integration
        | Kind::LambdaPermission
        | Kind::LambdaVersion
        | Kind::LambdaAlias
        | Kind::BucketPolicy
        | Kind::LogGroup
        | Kind::LogStream
        | Kind::EventSource
        | Kind::Database
        | Kind::CatalogTable
        | Kind::NamedQuery => None,
    }
}
