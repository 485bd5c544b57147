//! Any resource of CloudFormation, as it is: the way out for what has no kind of its own.

use callform_schemas::PropertyPointer;
use callform_source::{Diagnostic, Severity, Span, Spanned};
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
};
use super::keys;
use crate::blueprint::{Definition as _, resource};
use crate::model::members::tag;
use crate::model::{Address, Attribute, Kind, Resolver, Value};

resource! {
    /// Any resource of CloudFormation, for what has no section of its own.
    pub struct AnyResource {
        /// CloudFormation type, such as `AWS::SNS::Topic`.
        #[serde(rename = "type")]
        pub kind: Spanned<String>,
        /// Its properties, with CloudFormation's names. Texts name things of the blueprint as `${queue/sales}` (the ARN),
        /// `${queue/sales.id}`, `${table/numbers.ref}` or `${resource/topic.TopicName}`. Of the functions of CloudFormation
        /// there are `Fn::Base64`, `Fn::Cidr`, `Fn::GetAZs`, `Fn::ImportValue`, `Fn::Join`, `Fn::Select`, `Fn::Split` and
        /// `Fn::Sub`, and `Ref` of pseudo parameters such as `AWS::NoValue`.
        #[serde(default)]
        pub properties: IndexMap<Spanned<String>, Spanned<Json>>,
        /// Addresses of what has to be there before, beside what the properties name: `role/exporter`.
        #[serde(default)]
        pub depends_on: Vec<Spanned<String>>,
    }
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "resource",
    plural: "further resources",
    // Each says its own.
    resource_type: "",
    prefix: "Resource",
    is_single: false,
    lowering: Some(Lowering {
        section: "resources",
        names: |blueprint| keys(&blueprint.resources),
        lower: |resolver| resolver.any_resources(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "FurtherResourceRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks {
        codes: &[
            ("invalid-resource-type", "The type of a further resource is none of CloudFormation."),
            ("unknown-resource-type", "There is no schema of the type of a further resource to check it against."),
            ("wrong-resource-type", "A further resource is named where something of another type belongs."),
            ("logical-id-reference", "A further resource names something by a logical ID instead of an address."),
            ("unknown-function", "A further resource uses a function of CloudFormation that it cannot."),
            ("unknown-attribute", "A text names an attribute that a resource type has not."),
            ("reference-across-stacks", "An attribute is needed in another stack than that of its resource."),
        ],
        ..Checks::PLAIN
    },
};

/// Intrinsic functions that name resources by their logical IDs, of which a blueprint knows nothing.
const BY_LOGICAL_ID: [&str; 2] = ["Ref", "Fn::GetAtt"];
/// Intrinsic functions that need nothing else of a template (CloudFormation user guide, intrinsic function reference).
const FUNCTIONS: [&str; 9] = [
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::GetAZs",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::GetAtt",
];
/// Pseudo parameters of CloudFormation.
const PSEUDO: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl Resolver<'_> {
    fn any_resources(&mut self) {
        for (key, any) in &self.blueprint().resources {
            self.check_type(&any.kind);
            let mut properties: IndexMap<String, Value> = IndexMap::new();
            for (name, value) in &any.properties {
                self.refuse_logical_ids(value);
                self.refuse_functions(value);
                properties.insert(name.value.clone(), self.json(value, value.span));
            }
            if let Some(tags) = &any.tags {
                let tags = tags.iter().map(|(key, value)| tag(key, value)).collect();
                properties.insert("Tags".to_owned(), Value::List(tags));
            }
            let before: Vec<Address> = any.depends_on.iter().filter_map(|text| self.address(text)).collect();
            let resource = self.add(Kind::Resource, key, any.common(), properties);
            resource.resource_type.clone_from(&any.kind.value);
            resource.depends_on = before;
        }
    }

    /// What is no type, and what there is no schema of.
    fn check_type(&mut self, kind: &Spanned<String>) {
        let parts: Vec<&str> = kind.split("::").collect();
        let is_type = parts.len() >= 2 && parts.iter().all(|part| !part.is_empty());
        if !is_type {
            self.diagnostics.push(
                Diagnostic::error("invalid-resource-type", "this is no type of CloudFormation")
                    .at(kind.span, "")
                    .help("One looks like `AWS::SNS::Topic` or `Custom::Report`."),
            );
        } else if callform_schemas::get(kind).is_none() {
            let note =
                Diagnostic::warning("unknown-resource-type", "there is no schema of this type to check it against")
                    .at(kind.span, "passed on as it is")
                    .note("Only CloudFormation says whether its properties are right, and which changes replace it.");
            self.diagnostics.push(Diagnostic { severity: Severity::Note, ..note });
        }
    }

    /// Reports a further resource that is named where something of another type belongs.
    pub(crate) fn check_kind_of_resource(&mut self, kind: Kind, name: &str, span: Span) {
        let found = self.blueprint().resources.iter().find(|(key, _)| key.value == name);
        if let Some((_, any)) = found.filter(|(_, any)| any.kind.value != kind.resource_type()) {
            let title = format!("`resource/{name}` is no {}", kind.words());
            let label = format!("it is of the type {}", any.kind.value);
            self.diagnostics.push(Diagnostic::error("wrong-resource-type", title).at(span, label));
        }
    }

    fn refuse_logical_ids(&mut self, value: &Spanned<Json>) {
        if let Some(text) = logical_id_in(value) {
            self.diagnostics.push(
                Diagnostic::error("logical-id-reference", "things of a blueprint are named by their addresses")
                    .at(value.span, format!("names the logical ID `{text}`"))
                    .help("Write `${queue/sales}`, or `${resource/topic.TopicName}` for an attribute."),
            );
        }
    }

    fn refuse_functions(&mut self, value: &Spanned<Json>) {
        if let Some(name) = unknown_function_in(value) {
            self.diagnostics.push(
                Diagnostic::error("unknown-function", format!("`{name}` cannot be used here"))
                    .at(value.span, "")
                    .help(format!("These can: {}.", FUNCTIONS.join(", "))),
            );
        }
    }

    /// Which attribute of a further resource is its ARN: what `Ref` gives, where the schema says nothing else.
    pub(crate) fn arn_attribute(&self, name: &str) -> Attribute {
        let any = self.blueprint().resources.iter().find(|(key, _)| key.value == name);
        let schema = any.and_then(|(_, any)| callform_schemas::get(&any.kind));
        let Some(schema) = schema else { return Attribute::Ref };
        let is_arn = |name: &str| name == "Arn" || name.ends_with("Arn");
        if schema.primary_identifier.iter().any(|pointer| is_arn(pointer.property())) {
            return Attribute::Ref;
        }
        let service = schema.type_name.rsplit("::").next().unwrap_or_default();
        let mut arns = schema.read_only.iter().map(PropertyPointer::property).filter(|name| is_arn(name));
        let own = arns.clone().find(|name| *name == "Arn" || *name == format!("{service}Arn"));
        own.or_else(|| arns.next()).map_or(Attribute::Ref, |name| Attribute::Named(name.to_owned()))
    }
}

/// The first logical ID that a value names.
fn logical_id_in(value: &Json) -> Option<String> {
    match value {
        Json::Array(items) => items.iter().find_map(logical_id_in),
        Json::Object(members) => members.iter().find_map(|(name, member)| {
            let text = match member {
                Json::String(text) => text.as_str(),
                Json::Array(items) => items.first().and_then(Json::as_str).unwrap_or_default(),
                _ => "",
            };
            let named = BY_LOGICAL_ID.contains(&name.as_str()) && members.len() == 1 && !PSEUDO.contains(&text);
            if named { Some(text.to_owned()) } else { logical_id_in(member) }
        }),
        _ => None,
    }
}

/// The first function in a value that does not exist, or needs conditions or mappings, which a center has not.
fn unknown_function_in(value: &Json) -> Option<&str> {
    match value {
        Json::Array(items) => items.iter().find_map(unknown_function_in),
        Json::Object(members) => members.iter().find_map(|(name, member)| {
            let is_function = members.len() == 1 && name.starts_with("Fn::");
            if is_function && !FUNCTIONS.contains(&name.as_str()) {
                Some(name.as_str())
            } else {
                unknown_function_in(member)
            }
        }),
        _ => None,
    }
}
