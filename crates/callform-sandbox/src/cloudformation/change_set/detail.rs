//! The details of a change: which property, and why.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::planned::{Comparer, Fate};
use crate::cloudformation::state::StackResource;
use crate::cloudformation::state::difference::Difference;
use crate::cloudformation::template::Template;
use crate::cloudformation::template::evaluation::Definition;
use crate::cloudformation::template::parameters::StackParameter;
use crate::cloudformation::template::references::{Reference, function, is_resolved, references};
use crate::input::shown;

/// Stands for a value that is not known before the operation.
pub(crate) const UNKNOWN: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// One reason why a resource changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// `Properties`, `Metadata`, `Tags`, ….
    pub(crate) attribute: String,
    /// The top-level property.
    pub(crate) name: Option<String>,
    /// The leaf that differs, such as `/Properties/OutboundCallerConfig/OutboundFlowArn`.
    pub(crate) path: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// `Add`, `Remove`, `Modify` or `SyncWithActual`.
    pub(crate) change_type: Option<String>,
    /// `Never`, `Conditionally` or `Always`.
    pub(crate) recreation: String,
    /// `Static`, or `Dynamic` where it is not certain.
    pub(crate) evaluation: String,
    /// `DirectModification`, `ParameterReference`, `ResourceReference`, `ResourceAttribute`, `Automatic`, `NoModification`.
    pub(crate) source: String,
    pub(crate) causing_entity: Option<String>,
    /// What was last deployed and what is live, where the two differ.
    pub(crate) drift: Option<(String, String)>,
}

impl Detail {
    /// A change of something else than properties.
    pub(crate) fn of_attribute(attribute: &str) -> Self {
        Self {
            attribute: attribute.to_owned(),
            name: None,
            path: None,
            before: None,
            after: None,
            change_type: None,
            recreation: "Never".to_owned(),
            evaluation: "Static".to_owned(),
            source: "DirectModification".to_owned(),
            causing_entity: None,
            drift: None,
        }
    }

    /// A nested stack's template, which may have changed behind its URL.
    pub(crate) fn of_nested_stack() -> Self {
        Self { evaluation: "Dynamic".to_owned(), source: "Automatic".to_owned(), ..Self::of_attribute("Properties") }
    }
}

/// `True`, `False` or `Conditional`: whether details replace their resource.
pub(crate) fn replacement(details: &[Detail]) -> &'static str {
    let certain = |detail: &&Detail| detail.recreation == "Always" && detail.evaluation == "Static";
    let possible = |detail: &&Detail| detail.recreation != "Never";
    if details.iter().any(|detail| certain(&detail)) {
        "True"
    } else if details.iter().any(|detail| possible(&detail)) {
        "Conditional"
    } else {
        "False"
    }
}

/// The value with everything that is not known yet as [`UNKNOWN`].
pub(crate) fn with_unknown(value: &Value) -> Value {
    if function(value).is_some() {
        return UNKNOWN.into();
    }
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone(), with_unknown(member))).collect())
        }
        Value::Array(items) => items.iter().map(with_unknown).collect(),
        other => other.clone(),
    }
}

/// Finds out why a resource's properties change.
pub(super) struct Causes<'a> {
    pub(super) comparer: &'a Comparer<'a>,
    pub(super) definition: &'a Definition,
    pub(super) old: &'a StackResource,
    pub(super) live: Option<&'a Value>,
}

impl Causes<'_> {
    /// The details of differences.
    pub(super) fn details(&mut self, differences: &[Difference]) -> Vec<Detail> {
        differences.iter().flat_map(|difference| self.of_difference(difference)).collect()
    }

    fn of_difference(&self, difference: &Difference) -> Vec<Detail> {
        let name = top_level(&difference.path);
        let change_type = match (&difference.before, &difference.after) {
            (None, _) => "Add",
            (_, None) => "Remove",
            _ => "Modify",
        };
        let detail = |source: &str, evaluation: &str, causing_entity: Option<String>| Detail {
            attribute: "Properties".to_owned(),
            name: Some(name.to_owned()),
            path: Some(format!("/Properties{}", difference.path)),
            before: difference.before.as_ref().map(shown),
            after: difference.after.as_ref().map(|value| shown(&with_unknown(value))),
            change_type: Some(change_type.to_owned()),
            recreation: self.recreation(&difference.path).to_owned(),
            evaluation: evaluation.to_owned(),
            source: source.to_owned(),
            causing_entity,
            drift: self.drift_at(&difference.path),
        };
        let written = self.written(name, &self.comparer.prepared.template);
        let written_before = self.comparer.old_template.as_ref().map(|template| self.written(name, template));
        if self.live.is_some()
            && written_before.as_ref() == Some(&written)
            && self.changed_parameters(&written).is_empty()
        {
            return vec![detail("NoModification", "Static", None)];
        }
        let mut details: Vec<Detail> = self
            .changed_parameters(&written)
            .into_iter()
            .map(|parameter| detail("ParameterReference", "Static", Some(parameter)))
            .collect();
        details.extend(
            self.resource_causes(name)
                .into_iter()
                .map(|(source, entity, evaluation)| detail(source, evaluation, Some(entity))),
        );
        let is_direct = written_before.as_ref() != Some(&written);
        let evaluation = if is_direct && details.is_empty() { "Static" } else { "Dynamic" };
        details.push(detail("DirectModification", evaluation, None));
        details
    }

    /// Details of properties that do not differ as far as is known, and may because a resource they name is changed.
    pub(super) fn dependents(&self, differences: &[Difference]) -> Vec<Detail> {
        let differing: BTreeSet<&str> = differences.iter().map(|difference| top_level(&difference.path)).collect();
        let names = self.definition.properties.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let mut details = Vec::new();
        for name in names.filter(|name| !differing.contains(name)) {
            for (source, entity, evaluation) in self.resource_causes(name) {
                details.push(Detail {
                    name: Some(name.to_owned()),
                    path: Some(format!("/Properties/{name}")),
                    before: self.old.definition.properties.get(name).map(shown),
                    after: Some(UNKNOWN.to_owned()),
                    change_type: Some("Modify".to_owned()),
                    recreation: self.recreation(&format!("/{name}")).to_owned(),
                    evaluation: evaluation.to_owned(),
                    source: source.to_owned(),
                    causing_entity: Some(entity),
                    ..Detail::of_attribute("Properties")
                });
            }
        }
        details
    }

    /// Changed resources that a property names: how, which, and whether that is certain to change the property.
    fn resource_causes(&self, property: &str) -> Vec<(&'static str, String, &'static str)> {
        let value = self.definition.properties.get(property).unwrap_or(&Value::Null);
        let found: BTreeSet<Reference> = references(value).into_iter().collect();
        found
            .into_iter()
            .filter_map(|reference| {
                let fate = self.comparer.planned.fate(reference.name());
                let evaluation = if fate == Fate::New { "Static" } else { "Dynamic" };
                match reference {
                    Reference::Ref(name) if matches!(fate, Fate::New | Fate::Uncertain) => {
                        Some(("ResourceReference", name, evaluation))
                    }
                    Reference::Attribute(name, attribute) if fate != Fate::Same => {
                        Some(("ResourceAttribute", format!("{name}.{attribute}"), evaluation))
                    }
                    _ => None,
                }
            })
            .collect()
    }

    /// A property as a template writes it.
    fn written(&self, property: &str, template: &Template) -> Value {
        let properties = template.resource_member(&self.definition.logical_id, "Properties");
        properties.and_then(|properties| properties.get(property)).cloned().unwrap_or_default()
    }

    /// Parameters in a property whose values change.
    fn changed_parameters(&self, written: &Value) -> BTreeSet<String> {
        let value = |parameters: &[StackParameter], name: &str| {
            parameters.iter().find(|parameter| parameter.key == name).map(StackParameter::reference)
        };
        let (old, new) = (&self.comparer.stack.settings.parameters, &self.comparer.prepared.settings.parameters);
        references(written)
            .into_iter()
            .filter_map(|reference| match reference {
                Reference::Ref(name) => Some(name),
                _ => None,
            })
            .filter(|name| value(new, name).is_some() && value(old, name) != value(new, name))
            .collect()
    }

    /// `Never`, `Conditionally` or `Always`: whether a change at a path makes a new resource.
    fn recreation(&self, path: &str) -> &'static str {
        let Some(schema) = callform_schemas::get(&self.definition.type_name) else { return "Never" };
        let touches = |pointers: &[callform_schemas::PropertyPointer]| {
            pointers.iter().any(|pointer| pointer.covers(path) || lies_within(path, pointer.segments()))
        };
        if touches(&schema.create_only) {
            "Always"
        } else if touches(&schema.conditional_create_only) {
            "Conditionally"
        } else {
            "Never"
        }
    }

    /// What was deployed and what is live at a path, where they differ.
    fn drift_at(&self, path: &str) -> Option<(String, String)> {
        let live = self.live?.pointer(path);
        let deployed = self.old.definition.properties.pointer(path);
        let text = |value: Option<&Value>| value.map(shown).unwrap_or_default();
        let differs = live != deployed && deployed.is_none_or(is_resolved);
        differs.then(|| (text(deployed), text(live)))
    }
}

/// True where what `segments` point at lies within `path`.
fn lies_within(path: &str, segments: &[String]) -> bool {
    let mut segments = segments.iter();
    path.split('/')
        .filter(|part| !part.is_empty())
        .all(|part| segments.next().is_some_and(|segment| segment == "*" || segment == part))
}

fn top_level(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}
