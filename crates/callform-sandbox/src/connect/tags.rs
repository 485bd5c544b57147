//! Tags: stored with their resource under `Tags`, reached by ARN.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{Document, text};
use super::error::{invalid_parameter, not_found};
use super::input::Input;
use super::operation::{
    INSTANCE, Operation, SEARCH_TOKEN, Shape, TEXT, operation, optional, required, required_query, search_size,
};
use super::page;
use super::resource::{self, Kind, WITH_ARN, locate};
use super::search::compare;

const COMPARISON: Shape = Shape::OneOf(&["STARTS_WITH", "CONTAINS", "EXACT"]);

pub(super) const OPERATIONS: &[Operation] = &[
    operation("TagResource", "POST", "/tags/{resourceArn}", &[required("tags", Shape::TextMap(1, 50))], tag),
    operation(
        "UntagResource",
        "DELETE",
        "/tags/{resourceArn}",
        &[required_query("tagKeys", "tagKeys", Shape::List(1, 50, &Shape::Text(1, 128)))],
        untag,
    ),
    operation("ListTagsForResource", "GET", "/tags/{resourceArn}", &[], list),
    operation(
        "SearchResourceTags",
        "POST",
        "/search-resource-tags",
        &[
            INSTANCE,
            optional("ResourceTypes", Shape::List(0, 100, &TEXT)),
            SEARCH_TOKEN,
            search_size(100),
            optional(
                "SearchCriteria",
                Shape::Object(&[optional(
                    "TagSearchCondition",
                    Shape::Object(&[
                        optional("tagKey", Shape::Text(0, 128)),
                        optional("tagValue", Shape::Text(0, 256)),
                        optional("tagKeyComparisonType", COMPARISON),
                        optional("tagValueComparisonType", COMPARISON),
                    ]),
                )]),
            ),
        ],
        search,
    ),
];

/// The most tags a resource may have.
const MOST: usize = 50;

/// Checks tags against the service's patterns.
pub(super) fn check(tags: Option<&Map<String, Value>>) -> Result<(), AwsError> {
    let Some(tags) = tags else { return Ok(()) };
    if tags.len() > MOST {
        return Err(invalid_parameter(format!("A resource may have at most {MOST} tags")));
    }
    for (key, value) in tags {
        let legal = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
        if key.is_empty() || key.chars().count() > 128 || key.starts_with("aws:") || !key.chars().all(legal) {
            return Err(invalid_parameter(format!("The tag key {key} is not valid")));
        }
        if value.as_str().is_none_or(|value| value.chars().count() > 256) {
            return Err(invalid_parameter(format!("The value of the tag {key} is not valid")));
        }
    }
    Ok(())
}

/// Type, instance id and document of the resource that has an ARN.
fn tagged(environment: &Environment, input: &Input) -> Result<(&'static Kind, String, Document), AwsError> {
    let arn = input.need("resourceArn")?;
    let missing = || not_found(format!("The resource {arn} was not found."));
    let (instance, segment, id) = locate(arn).ok_or_else(|| invalid_parameter(format!("Invalid parameter:  {arn}")))?;
    let kind = WITH_ARN
        .iter()
        .copied()
        .chain([&resource::INSTANCE])
        // The ARNs of phone numbers that name an instance lead nowhere, as the service's documentation warns.
        .find(|kind| kind.segment == segment && (kind.scope(instance) == instance || segment == "instance"))
        .ok_or_else(missing)?;
    let body = environment.tx.get(kind.document, kind.scope(instance), id)?.ok_or_else(missing)?;
    Ok((kind, instance.to_owned(), body))
}

fn tags_of(body: &Document) -> Map<String, Value> {
    body.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn store(environment: &Environment, kind: &Kind, instance: &str, mut body: Document) -> Result<Value, AwsError> {
    check(body.get("Tags").and_then(Value::as_object))?;
    let name = kind.name_key(&body);
    let id = text(&body, kind.id).to_owned();
    body.entry("Tags").or_insert_with(|| json!({}));
    environment.tx.put(kind.document, kind.scope(instance), &id, name.as_deref(), &body)?;
    Ok(json!({}))
}

fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (kind, instance, mut body) = tagged(environment, input)?;
    let mut tags = tags_of(&body);
    tags.extend(input.object("tags").cloned().unwrap_or_default());
    body.insert("Tags".to_owned(), tags.into());
    store(environment, kind, &instance, body)
}

fn untag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (kind, instance, mut body) = tagged(environment, input)?;
    let mut tags = tags_of(&body);
    for key in input.texts("tagKeys") {
        tags.remove(key);
    }
    body.insert("Tags".to_owned(), tags.into());
    store(environment, kind, &instance, body)
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (_, _, body) = tagged(environment, input)?;
    Ok(json!({ "tags": tags_of(&body) }))
}

/// All distinct tags of an instance's resources, by key and value.
fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let types = input.texts("ResourceTypes");
    let wanted = |kind: &Kind| {
        let segment = if kind.segment == "queue" { "standard-queue" } else { kind.segment };
        types.is_empty() || types.contains(&segment)
    };
    let condition = input.object("SearchCriteria").and_then(|criteria| criteria.get("TagSearchCondition"));
    let fits = |text: &str, member: &str, comparison: &str| {
        let part = |name: &str| condition.and_then(|condition| condition.get(name)).and_then(Value::as_str);
        part(member).is_none_or(|wanted| compare(text, wanted, part(comparison).unwrap_or_default()))
    };
    let mut found = BTreeSet::new();
    for kind in WITH_ARN.iter().filter(|kind| wanted(kind)) {
        for (_, body) in environment.tx.list::<Document>(kind.document, kind.scope(input.instance()))? {
            for (key, value) in tags_of(&body) {
                let value = value.as_str().unwrap_or_default().to_owned();
                if fits(&key, "tagKey", "tagKeyComparisonType") && fits(&value, "tagValue", "tagValueComparisonType") {
                    found.insert((key, value));
                }
            }
        }
    }
    let entries = found.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    page::in_memory(input, "Tags", entries).map(Value::from)
}
