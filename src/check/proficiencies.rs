//! What users are good at.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span};

use super::{Context, Rule};

/// Attributes of Connect itself, such as `connect:Language`, are there from the beginning.
const OWN: &str = "connect:";

pub(super) const PROFICIENCIES: Rule = Rule {
    codes: &["proficiency-level", "attribute-not-defined"],
    about: "A proficiency has a level that does not exist, or an attribute that no new instance has.",
    why: "Levels go from 1 to 5. CreateUser refuses a proficiency whose predefined attribute is not there, in the middle of a \
          deployment.",
    check: proficiencies,
};

fn proficiencies(context: Context<'_>, diagnostics: &mut Diagnostics) {
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
            if !attribute.starts_with(OWN) {
                undefined.entry(attribute).or_insert((key.span, 0)).1 += 1;
            }
        }
    }
    for (attribute, (span, count)) in undefined {
        diagnostics.push(
            Diagnostic::warning("attribute-not-defined", format!("no new instance has the predefined attribute `{attribute}`"))
                .at(span, "this user has a proficiency of it")
                .note(format!("{count} user{} refused where the instance does not have it.", if count == 1 { " is" } else { "s are" }))
                .help(
                    "Blueprints cannot define predefined attributes. Make it in the instance, apply the users then, and allow \
                     this warning: `lints: { attribute-not-defined: allow }`.",
                ),
        );
    }
}
