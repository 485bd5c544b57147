//! The criteria and filters of Search operations, over any type's documents.

use serde_json::{Map, Value};

use crate::error::AwsError;

use super::document::Document;
use super::error::invalid_parameter;
use super::input::Input;

/// What can be searched in a type's documents.
pub(super) struct Fields {
    /// `FieldName` of a string condition (in any case) and the member of the document: text, number or list of texts;
    /// `Outer.Inner` for a member of a member.
    pub(super) text: &'static [(&'static str, &'static str)],
    /// Conditions whose value is a word a member must be equal to: `StateCondition` and `State`.
    pub(super) words: &'static [(&'static str, &'static str)],
}

/// A condition or filter that only one type has, by its member name; `None` where the name is not known.
pub(super) type Special<'a> = &'a dyn Fn(&str, &Value, &Document) -> Option<bool>;

/// The checked criteria and filter of a request.
pub(super) struct Search<'a> {
    criteria: Option<&'a Map<String, Value>>,
    filter: Option<&'a Map<String, Value>>,
    fields: &'a Fields,
    special: Special<'a>,
}

/// For types without conditions of their own.
pub(super) fn nothing_special(_: &str, _: &Value, _: &Document) -> Option<bool> {
    None
}

impl<'a> Search<'a> {
    /// The criteria and filter of a request. An unknown field or condition is an error.
    pub(super) fn new(input: &'a Input, fields: &'a Fields, special: Special<'a>) -> Result<Self, AwsError> {
        let search =
            Self { criteria: input.object("SearchCriteria"), filter: input.object("SearchFilter"), fields, special };
        if let Some(criteria) = search.criteria {
            search.check(criteria)?;
        }
        Ok(search)
    }

    /// Whether every document belongs to the result.
    pub(super) fn takes_all(&self) -> bool {
        let empty = |part: Option<&Map<String, Value>>| part.is_none_or(Map::is_empty);
        empty(self.criteria) && empty(self.filter)
    }

    /// Whether a document belongs to the result.
    pub(super) fn accepts(&self, body: &Document) -> bool {
        self.criteria.is_none_or(|criteria| self.meets(criteria, body))
            && self.filter.is_none_or(|filter| self.passes(filter, body))
    }

    fn check(&self, criteria: &Map<String, Value>) -> Result<(), AwsError> {
        for (name, condition) in criteria.iter().filter(|(_, condition)| !condition.is_null()) {
            match name.as_str() {
                "AndConditions" | "OrConditions" => {
                    for inner in objects(condition) {
                        self.check(inner)?;
                    }
                }
                "StringCondition" => {
                    let field = member(condition, "FieldName");
                    self.field(field)
                        .ok_or_else(|| invalid_parameter(format!("FieldName {field} is not supported")))?;
                    let comparison = member(condition, "ComparisonType");
                    if !["", "STARTS_WITH", "CONTAINS", "EXACT"].contains(&comparison) {
                        return Err(invalid_parameter(format!("ComparisonType {comparison} is not supported")));
                    }
                }
                _ if self.fields.words.iter().any(|(condition, _)| condition == name) => check_word(name, condition)?,
                _ if (self.special)(name, condition, &Document::new()).is_some() => check_word(name, condition)?,
                _ => return Err(invalid_parameter(format!("The condition {name} is not supported"))),
            }
        }
        Ok(())
    }

    fn field(&self, name: &str) -> Option<&'static str> {
        self.fields.text.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, member)| *member)
    }

    fn meets(&self, criteria: &Map<String, Value>, body: &Document) -> bool {
        criteria.iter().filter(|(_, condition)| !condition.is_null()).all(|(name, condition)| match name.as_str() {
            "AndConditions" => objects(condition).all(|inner| self.meets(inner, body)),
            "OrConditions" => {
                let mut inner = objects(condition).peekable();
                inner.peek().is_none() || inner.any(|inner| self.meets(inner, body))
            }
            "StringCondition" => {
                let value = self.field(member(condition, "FieldName")).and_then(|field| member_at(body, field));
                value.is_some_and(|value| string_condition(condition, value))
            }
            _ => self.word(name, condition, body),
        })
    }

    fn word(&self, name: &str, condition: &Value, body: &Document) -> bool {
        match self.fields.words.iter().find(|(candidate, _)| *candidate == name) {
            Some((_, member)) => body.get(*member) == Some(condition),
            None => (self.special)(name, condition, body).unwrap_or_default(),
        }
    }

    /// `TagFilter`, `AttributeFilter`, `UserAttributeFilter` and their like: the same three members in all of them.
    fn passes(&self, filter: &Map<String, Value>, body: &Document) -> bool {
        filter.values().filter_map(Value::as_object).all(|filter| self.clause(filter, body))
    }

    fn clause(&self, clause: &Map<String, Value>, body: &Document) -> bool {
        clause.iter().filter(|(_, condition)| !condition.is_null()).all(|(name, condition)| match name.as_str() {
            "OrConditions" => {
                let choices = condition.as_array().map(Vec::as_slice).unwrap_or_default();
                choices.is_empty() || choices.iter().any(|choice| self.choice(choice, body))
            }
            "AndCondition" => condition.as_object().is_none_or(|inner| self.clause(inner, body)),
            "AndConditions" | "TagConditions" => objects(condition).all(|tag| has_tag(tag, body)),
            "TagCondition" => condition.as_object().is_none_or(|tag| has_tag(tag, body)),
            _ => self.word(name, condition, body),
        })
    }

    /// One of several alternatives: a list of tags in a `TagFilter`, a clause in the attribute filters.
    fn choice(&self, choice: &Value, body: &Document) -> bool {
        match choice {
            Value::Object(clause) => self.clause(clause, body),
            _ => objects(choice).all(|tag| has_tag(tag, body)),
        }
    }
}

/// The words that conditions of one word take, by the service model.
const WORDS: &[(&str, &[&str])] = &[
    ("StateCondition", &["ACTIVE", "ARCHIVED"]),
    ("StatusCondition", &["PUBLISHED", "SAVED"]),
    ("ViewStatusCondition", &["PUBLISHED", "SAVED"]),
    ("ViewTypeCondition", &["CUSTOMER_MANAGED", "AWS_MANAGED"]),
    ("QueueTypeCondition", &["STANDARD"]),
    (
        "TypeCondition",
        &[
            "CONTACT_FLOW",
            "CUSTOMER_QUEUE",
            "CUSTOMER_HOLD",
            "CUSTOMER_WHISPER",
            "AGENT_HOLD",
            "AGENT_WHISPER",
            "OUTBOUND_WHISPER",
            "AGENT_TRANSFER",
            "QUEUE_TRANSFER",
            "CAMPAIGN",
        ],
    ),
];

fn check_word(name: &str, condition: &Value) -> Result<(), AwsError> {
    let Some((_, words)) = WORDS.iter().find(|(own, _)| *own == name) else { return Ok(()) };
    if condition.as_str().is_some_and(|word| words.contains(&word)) {
        return Ok(());
    }
    Err(invalid_parameter(format!("{name} must be one of: {}", words.join(", "))))
}

fn objects(list: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    list.as_array().into_iter().flatten().filter_map(Value::as_object)
}

fn member<'a>(condition: &'a Value, name: &str) -> &'a str {
    condition.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a value meets a string condition; a list does when one of its texts does.
pub(super) fn string_condition(condition: &Value, value: &Value) -> bool {
    match value {
        Value::String(text) => compare(text, member(condition, "Value"), member(condition, "ComparisonType")),
        Value::Array(values) => values.iter().any(|value| string_condition(condition, value)),
        Value::Number(number) => number.to_string() == member(condition, "Value"),
        _ => false,
    }
}

/// Compares without regard to case, as the console's search fields do (for the API this is weakly attested (?): the larger
/// result is the safer one to test a client with).
pub(super) fn compare(text: &str, wanted: &str, comparison: &str) -> bool {
    let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
    match comparison {
        "STARTS_WITH" => text.starts_with(&wanted),
        "CONTAINS" => text.contains(&wanted),
        _ => text == wanted,
    }
}

fn member_at<'a>(body: &'a Document, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((outer, inner)) => body.get(outer)?.get(inner),
        None => body.get(path),
    }
}

fn has_tag(condition: &Map<String, Value>, body: &Document) -> bool {
    let tags = body.get("Tags").and_then(Value::as_object);
    let wanted = |name: &str| condition.get(name).and_then(Value::as_str);
    let fits = |(key, value): (&String, &Value)| {
        wanted("TagKey").is_none_or(|wanted| wanted == key)
            && wanted("TagValue").is_none_or(|wanted| value.as_str() == Some(wanted))
    };
    tags.is_some_and(|tags| tags.iter().any(fits))
}
