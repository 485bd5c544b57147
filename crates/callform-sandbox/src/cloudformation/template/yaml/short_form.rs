//! Short forms of functions: `!Ref`, `!GetAtt` and the like.

use granit_parser::Tag;
use serde_json::{Value, json};

use crate::cloudformation::template::document::split_attribute;

/// The functions that have a short form `!Name` for `Fn::Name`.
const FUNCTIONS: [&str; 24] = [
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// A function in its short form: the name of its long form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShortForm(String);

impl ShortForm {
    /// The function a tag stands for.
    pub(super) fn of(tag: &Tag) -> Option<Self> {
        if tag.original_handle() != "!" {
            return None;
        }
        match tag.suffix() {
            name @ ("Ref" | "Condition") => Some(Self(name.to_owned())),
            name if FUNCTIONS.contains(&name) => Some(Self(format!("Fn::{name}"))),
            _ => None,
        }
    }

    /// The function of a text. Of a resource's attribute, the first dot ends the resource's name.
    pub(super) fn of_text(self, text: &str) -> Value {
        let parts = if self.0 == "Fn::GetAtt" { split_attribute(text) } else { None };
        match parts {
            Some((resource, attribute)) => self.around(json!([resource, attribute])),
            None => self.around(text.into()),
        }
    }

    /// The function of an argument.
    pub(super) fn around(self, argument: Value) -> Value {
        Value::Object([(self.0, argument)].into_iter().collect())
    }
}
