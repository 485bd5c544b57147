//! What users are good at.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::{Diagnostic, Diagnostics, Span};

use super::{Context, Rule};
use crate::kinds::predefined_attribute::RESOURCE_TYPE;
use crate::model::{Model, Value};

/// Attributes of Connect itself, such as `connect:Language`, are there from the beginning.
const OWN: &str = "connect:";

pub(super) const PROFICIENCIES: Rule = Rule {
    codes: &["proficiency-level", "attribute-not-defined", "unknown-attribute-value"],
    about: "A proficiency has a level that does not exist, or an attribute or a value that nothing defines.",
    why: "Levels go from 1 to 5. CreateUser refuses a proficiency whose predefined attribute is not there, or does not have the \
          value, in the middle of a deployment.",
    check: proficiencies,
};

fn proficiencies(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let defined = defined(context.model);
    let mut undefined: BTreeMap<&str, (Span, usize)> = BTreeMap::new();
    for (key, user) in &context.loaded.blueprint.users {
        for (attribute, values) in &user.proficiencies {
            for (value, level) in values.iter().filter(|(_, level)| !(1..=5).contains(*level)) {
                diagnostics.push(
                    Diagnostic::error(
                        "proficiency-level",
                        format!("the proficiency `{attribute}` `{value}` has level {level}"),
                    )
                    .at(key.span, "of this user")
                    .help("Levels go from 1 to 5."),
                );
            }
            match defined.get(attribute.as_str()) {
                Some(known) => {
                    for value in values.keys().filter(|value| !known.contains(value.as_str())) {
                        diagnostics.push(unknown_value(attribute, value, known).at(key.span, "of this user"));
                    }
                }
                None if attribute.starts_with(OWN) => {}
                None => undefined.entry(attribute).or_insert((key.span, 0)).1 += 1,
            }
        }
    }
    for (attribute, (span, count)) in undefined {
        diagnostics.push(
            Diagnostic::warning("attribute-not-defined", format!("no new instance has the predefined attribute `{attribute}`"))
                .at(span, "this user has a proficiency of it")
                .note(format!("{count} user{} refused where the instance does not have it.", if count == 1 { " is" } else { "s are" }))
                .help(format!(
                    "Define `{attribute}` under `predefined_attributes:`. Where the instance has it already, allow this warning: \
                     `lints: {{ attribute-not-defined: allow }}`.",
                )),
        );
    }
}

/// The attributes that the blueprint defines, and their values.
fn defined(model: &Model) -> BTreeMap<&str, BTreeSet<&str>> {
    let of_type = model.resources.values().filter(|resource| resource.resource_type == RESOURCE_TYPE);
    let attributes = of_type.filter_map(|resource| {
        let Some(Value::String(name)) = resource.properties.get("Name") else { return None };
        let values = match resource.properties.get("Values") {
            Some(Value::Object(members)) => members.get("StringList"),
            _ => None,
        };
        let values = match values {
            Some(Value::List(values)) => values.as_slice(),
            _ => &[],
        };
        let texts = values.iter().filter_map(|value| match value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        });
        Some((name.as_str(), texts.collect()))
    });
    attributes.collect()
}

fn unknown_value(attribute: &str, value: &str, known: &BTreeSet<&str>) -> Diagnostic {
    let title = format!("the predefined attribute `{attribute}` has no value `{value}`");
    let diagnostic = Diagnostic::error("unknown-attribute-value", title);
    if known.is_empty() {
        return diagnostic.help(format!("Give `{attribute}` the value: `values: [{value}]`."));
    }
    let known: Vec<String> = known.iter().take(10).map(|value| format!("`{value}`")).collect();
    diagnostic.help(format!("It has {}.", known.join(", ")))
}
