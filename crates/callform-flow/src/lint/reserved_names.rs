//! Names of attributes and tags that Connect does not take.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "reserved-name",
    what: "Finds names of attributes that contain `$` or `.`, and tags whose names start with `aws:`.",
    why: "Connect publishes them, and the action fails when it runs; attributes with a dot can never be read back.",
    example: "- raw: { type: UpdateContactAttributes, parameters: { Attributes: { customer.name: Mary } } }",
    instead: "- set: { customer_name: Mary }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.all_actions() {
        let (parameter, is_reserved): (_, fn(&str) -> bool) = match action.action_type.as_str() {
            "UpdateContactAttributes" => ("Attributes", |name| name.contains(['.', '$']) && !name.contains("$.")),
            "UpdateFlowAttributes" => ("FlowAttributes", |name| name.contains(['.', '$']) && !name.contains("$.")),
            "TagContact" => ("Tags", |name| name.to_lowercase().starts_with("aws:")),
            _ => continue,
        };
        let names = action.parameters.get(parameter).and_then(Value::as_object).into_iter().flatten();
        for (name, _) in names.filter(|(name, _)| is_reserved(name)) {
            let diagnostic = Diagnostic::warning(RULE.code, format!("`{name}` is no name that Connect takes here"))
                .help("Use letters, digits, `_` and `-`.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
