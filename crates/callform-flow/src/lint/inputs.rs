//! What callers put into a flow, and the attributes that get it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Look;
use crate::paths;

/// Attributes of a flow that hold what a caller entered or said.
pub(super) struct Inputs<'a> {
    /// Root and name.
    copies: BTreeSet<(&'static str, &'a str)>,
}

impl<'a> Inputs<'a> {
    pub(super) fn of(look: &Look<'a>) -> Self {
        let mut inputs = Self { copies: BTreeSet::new() };
        // A copy may be copied; each round finds at least one more.
        loop {
            let before = inputs.copies.len();
            for (_, action) in look.all_actions() {
                for parameter in ["Attributes", "FlowAttributes"] {
                    let set = action.parameters.get(parameter).and_then(Value::as_object).into_iter().flatten();
                    let copied: Vec<&'a str> = set
                        .filter(|(_, value)| {
                            let text = value.as_str().or_else(|| value.get("Value")?.as_str());
                            text.is_some_and(|text| inputs.first_in(text).is_some())
                        })
                        .map(|(name, _)| name.as_str())
                        .collect();
                    inputs.copies.extend(copied.into_iter().map(|name| (parameter, name)));
                }
            }
            if inputs.copies.len() == before {
                return inputs;
            }
        }
    }

    /// The first path in a text that holds what a caller entered or said.
    pub(super) fn first_in<'t>(&self, text: &'t str) -> Option<&'t str> {
        paths::in_text(text).find(|path| self.is_input(path))
    }

    fn is_input(&self, path: &str) -> bool {
        let mut parts = paths::parts(path);
        match (parts.next(), parts.next()) {
            (Some("StoredCustomerInput"), _) => true,
            (Some("Lex"), Some(part)) => matches!(part, "Slots" | "InputTranscript"),
            (Some(root @ ("Attributes" | "FlowAttributes")), Some(name)) => {
                self.copies.iter().any(|(of, known)| *of == root && *known == name)
            }
            _ => false,
        }
    }
}
