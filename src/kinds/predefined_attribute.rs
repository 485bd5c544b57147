//! A predefined attribute: a name with values that proficiencies of users and contacts may have.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, resource};
use crate::model::members::Members;
use crate::model::{Address, Kind, Resolver, Value};

resource! {
    /// A predefined attribute, by its name in Connect.
    pub struct PredefinedAttribute {
        /// The values it may have, 500 at most. Proficiencies need some.
        #[serde(default)]
        pub values: Vec<Spanned<String>>,
        /// What it is for, in words of one's own; the admin website sorts by them. 10 at most.
        #[serde(default)]
        pub purposes: Vec<Spanned<String>>,
        /// Whether contacts may have these values only. Default: false.
        pub strict: Option<bool>,
    }
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "predefined_attribute",
    plural: "predefined attributes",
    resource_type: RESOURCE_TYPE,
    prefix: "Attribute",
    is_single: false,
    lowering: Some(Lowering {
        section: "predefined_attributes",
        names: |blueprint| keys(&blueprint.predefined_attributes),
        lower: |resolver| resolver.predefined_attributes(),
        files: None,
    }),
    finish: Some(finish),
    // `Ref` is the instance and the name; there is no ARN.
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "PredefinedAttributeRefs" },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::HELD,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_predefined_attributes(reading.instance))),
    drift: Drift {
        filled_in: &[
            ("AttributeConfiguration/EnableValueValidationOnAssociation", FilledIn::False),
            // The service says so of its own attributes; nobody can set it.
            ("AttributeConfiguration/IsReadOnly", FilledIn::False),
        ],
        ..Drift::PLAIN
    },
    service: Service::PLAIN,
    checks: Checks {
        codes: &[
            ("attribute-name", "A predefined attribute has a name that belongs to the service."),
            ("attribute-value-twice", "A predefined attribute has the same value twice."),
        ],
        ..Checks::PLAIN
    },
};

/// The CloudFormation type.
pub(crate) const RESOURCE_TYPE: &str = "AWS::Connect::PredefinedAttribute";

/// Beginnings of names that belong to the service. Source: pattern of `Name` of `CreatePredefinedAttribute`.
const RESERVED: [&str; 2] = ["aws:", "connect:"];

fn finish(resolver: &mut Resolver<'_>) {
    resolver.attributes_before_users();
}

impl Resolver<'_> {
    fn predefined_attributes(&mut self) {
        for (key, attribute) in &self.blueprint().predefined_attributes {
            if RESERVED.iter().any(|reserved| key.starts_with(reserved)) {
                self.diagnostics.push(
                    Diagnostic::error("attribute-name", "this name belongs to the service")
                        .at(key.span, "")
                        .note("Attributes whose names begin with `connect:` or `aws:` are there, or cannot be made.")
                        .help("Take another name; users may have proficiencies of the service's own without it."),
                );
            }
            if attribute.tags.is_some() {
                self.diagnostics.push(
                    Diagnostic::error("tags-not-possible", "Connect cannot tag predefined attributes")
                        .at(key.span, "has `tags:`")
                        .help("Remove the tags."),
                );
            }
            let mut seen = BTreeSet::new();
            for value in attribute.values.iter().filter(|value| !seen.insert(value.value.as_str())) {
                let title = format!("`{key}` has the value `{value}` twice", key = key.value, value = value.value);
                self.diagnostics.push(Diagnostic::error("attribute-value-twice", title).at(value.span, ""));
            }
            let texts = |texts: &[Spanned<String>]| texts.iter().map(Value::from).collect::<Vec<_>>();
            let values =
                (!attribute.values.is_empty()).then(|| Members::new().with("StringList", texts(&attribute.values)));
            let configuration =
                attribute.strict.map(|strict| Members::new().with("EnableValueValidationOnAssociation", strict));
            let properties = Members::of_instance()
                .with("Name", key)
                .with_some("Values", values)
                .with_list("Purposes", texts(&attribute.purposes))
                .with_some("AttributeConfiguration", configuration)
                .finish();
            self.add(Kind::PredefinedAttribute, key, attribute.common(), properties);
        }
    }

    /// Users are made after the attributes that their proficiencies name. Everything has to be there.
    fn attributes_before_users(&mut self) {
        let of_type = self.resources.values().filter(|resource| resource.resource_type == RESOURCE_TYPE);
        let attributes: BTreeMap<String, Address> = of_type
            .filter_map(|resource| match resource.properties.get("Name") {
                Some(Value::String(name)) => Some((name.clone(), resource.address.clone())),
                _ => None,
            })
            .collect();
        for user in self.resources.values_mut().filter(|resource| resource.address.kind == Kind::User) {
            let Some(Value::List(proficiencies)) = user.properties.get("UserProficiencies") else { continue };
            let named = proficiencies.iter().filter_map(|proficiency| match proficiency {
                Value::Object(members) => members.get("AttributeName"),
                _ => None,
            });
            let before: BTreeSet<&Address> = named
                .filter_map(|name| match name {
                    Value::String(name) => attributes.get(name),
                    _ => None,
                })
                .collect();
            user.depends_on.extend(before.into_iter().cloned());
        }
    }
}
