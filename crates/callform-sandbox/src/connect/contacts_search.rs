//! Searching for contacts.
//!
//! All contacts of the time are found at once; how long the service takes until it finds a new one is not documented.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::contacts::DOCUMENT;
use super::document::{Document, id_of, text};
use super::error::{invalid_parameter, invalid_request};
use super::input::Input;
use super::operation::{INSTANCE, Operation, SEARCH_TOKEN, Shape, TEXT, operation, optional, required, search_size};
use super::page;

const TEXTS: Shape = Shape::List(0, 100, &TEXT);
const MATCH: Shape = Shape::OneOf(&["MATCH_ALL", "MATCH_ANY", "MATCH_EXACT", "MATCH_NONE"]);
const ATTRIBUTES: Shape = Shape::Object(&[
    required("Criteria", Shape::List(0, 15, &Shape::Object(&[required("Key", TEXT), required("Values", TEXTS)]))),
    optional("MatchType", MATCH),
]);
/// Criteria that nothing in the sandbox could fit.
const REFUSED: [&str; 7] = [
    "ContactAnalysis",
    "RoutingCriteria",
    "AdditionalTimeRange",
    "SearchableSegmentAttributes",
    "ActiveRegions",
    "ContactTags",
    "AiAgents",
];
/// Longest range, in seconds: eight weeks. Source: the service's documentation of limits of a search for contacts.
const LONGEST: f64 = 56.0 * 86_400.0;

pub(super) const OPERATIONS: &[Operation] = &[operation(
    "SearchContacts",
    "POST",
    "/search-contacts",
    &[
        INSTANCE,
        required(
            "TimeRange",
            Shape::Object(&[
                required(
                    "Type",
                    Shape::OneOf(&[
                        "INITIATION_TIMESTAMP",
                        "SCHEDULED_TIMESTAMP",
                        "CONNECTED_TO_AGENT_TIMESTAMP",
                        "DISCONNECT_TIMESTAMP",
                        "ENQUEUE_TIMESTAMP",
                    ]),
                ),
                required("StartTime", Shape::Decimal(0.0, f64::MAX)),
                required("EndTime", Shape::Decimal(0.0, f64::MAX)),
            ]),
        ),
        optional(
            "SearchCriteria",
            Shape::Object(&[
                optional("Name", Shape::Object(&[required("SearchText", TEXTS), required("MatchType", MATCH)])),
                optional("AgentIds", TEXTS),
                optional("AgentHierarchyGroups", Shape::Object(&[])),
                optional("Channels", Shape::List(0, 4, &Shape::OneOf(&["VOICE", "CHAT", "TASK", "EMAIL"]))),
                optional("InitiationMethods", TEXTS),
                optional("QueueIds", TEXTS),
                optional("SearchableContactAttributes", ATTRIBUTES),
            ]),
        ),
        search_size(100),
        SEARCH_TOKEN,
        optional(
            "Sort",
            Shape::Object(&[
                required(
                    "FieldName",
                    Shape::OneOf(&[
                        "INITIATION_TIMESTAMP",
                        "SCHEDULED_TIMESTAMP",
                        "CONNECTED_TO_AGENT_TIMESTAMP",
                        "DISCONNECT_TIMESTAMP",
                        "INITIATION_METHOD",
                        "CHANNEL",
                        "EXPIRY_TIMESTAMP",
                    ]),
                ),
                required("Order", Shape::OneOf(&["ASCENDING", "DESCENDING"])),
            ]),
        ),
    ],
    search,
)];

/// The timestamp of a contact that a word of the API means.
fn time(body: &Document, word: &str) -> Option<f64> {
    let part = |part: &str, member: &str| body.get(part)?.get(member)?.as_f64();
    match word {
        "CONNECTED_TO_AGENT_TIMESTAMP" => part("AgentInfo", "ConnectedToAgentTimestamp"),
        "ENQUEUE_TIMESTAMP" => part("QueueInfo", "EnqueueTimestamp"),
        "DISCONNECT_TIMESTAMP" => body.get("DisconnectTimestamp")?.as_f64(),
        "SCHEDULED_TIMESTAMP" => body.get("ScheduledTimestamp")?.as_f64(),
        _ => body.get("InitiationTimestamp")?.as_f64(),
    }
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let criteria = input.object("SearchCriteria").cloned().unwrap_or_default();
    let refused = REFUSED.into_iter().chain(["AgentHierarchyGroups"]).find(|name| criteria.contains_key(*name));
    if let Some(name) = refused {
        return Err(AwsError::unsupported("Connect", &format!("SearchContacts with {name}")));
    }
    let range = input.object("TimeRange").cloned().unwrap_or_default();
    let bound = |name: &str| range.get(name).and_then(Value::as_f64).unwrap_or_default();
    let (from, till) = (bound("StartTime"), bound("EndTime"));
    if from > till {
        return Err(invalid_parameter("The StartTime of TimeRange is after its EndTime"));
    }
    if till - from > LONGEST {
        return Err(invalid_request("The TimeRange is longer than eight weeks."));
    }
    let kind = text(&range, "Type");
    let mut found: Vec<Document> = Vec::new();
    for (_, body) in environment.tx.list::<Document>(DOCUMENT, input.instance())? {
        if time(&body, kind).is_some_and(|at| from <= at && at <= till) && fits(&criteria, &body) {
            found.push(body);
        }
    }
    sort(input, &mut found);
    let total = found.len();
    let mut answer = page::in_memory(input, "Contacts", found.iter().map(summary).collect())?;
    answer.insert("TotalCount".to_owned(), total.into());
    Ok(answer.into())
}

fn texts<'a>(criteria: &'a Document, name: &str) -> Option<Vec<&'a str>> {
    let list = criteria.get(name)?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).collect())
}

fn fits(criteria: &Document, body: &Document) -> bool {
    let one_of = |name: &str, own: Option<&str>| {
        texts(criteria, name).is_none_or(|wanted| wanted.is_empty() || own.is_some_and(|own| wanted.contains(&own)))
    };
    let id = |part: &str| body.get(part).and_then(|part| part.get("Id")).and_then(Value::as_str);
    let ids = |name: &str, own: Option<&str>| {
        texts(criteria, name)
            .is_none_or(|wanted| wanted.is_empty() || wanted.iter().any(|wanted| own == Some(id_of(wanted))))
    };
    one_of("Channels", Some(text(body, "Channel")))
        && one_of("InitiationMethods", Some(text(body, "InitiationMethod")))
        && ids("QueueIds", id("QueueInfo"))
        && ids("AgentIds", id("AgentInfo"))
        && criteria.get("Name").is_none_or(|name| fits_name(name, text(body, "Name")))
        && criteria.get("SearchableContactAttributes").is_none_or(|wanted| fits_attributes(wanted, body))
}

/// Whether some of many fit, as a type of match wants it. Without one, all have to.
fn matches(match_type: &str, mut each: impl Iterator<Item = bool>) -> bool {
    match match_type {
        "MATCH_ANY" => each.any(|fits| fits),
        "MATCH_NONE" => !each.any(|fits| fits),
        _ => each.all(|fits| fits),
    }
}

/// Texts are looked for in the name, whatever the case of letters; an exact match is the whole name (?).
fn fits_name(wanted: &Value, name: &str) -> bool {
    let match_type = wanted.get("MatchType").and_then(Value::as_str).unwrap_or_default();
    let lower = name.to_lowercase();
    let searched = wanted.get("SearchText").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    matches(
        match_type,
        searched
            .map(|text| if match_type == "MATCH_EXACT" { text == name } else { lower.contains(&text.to_lowercase()) }),
    )
}

fn fits_attributes(wanted: &Value, body: &Document) -> bool {
    let match_type = wanted.get("MatchType").and_then(Value::as_str).unwrap_or_default();
    let criteria = wanted.get("Criteria").and_then(Value::as_array).into_iter().flatten();
    let own = |key: &str| body.get("Attributes").and_then(|attributes| attributes.get(key));
    matches(
        match_type,
        criteria.map(|criterion| {
            let own = criterion.get("Key").and_then(Value::as_str).and_then(own);
            let values = criterion.get("Values").and_then(Value::as_array);
            values.is_some_and(|values| own.is_some_and(|own| values.contains(own)))
        }),
    )
}

/// Without an order the newest come first (?).
fn sort(input: &Input, found: &mut [Document]) {
    let sort = input.object("Sort");
    let member = |name: &str| sort.and_then(|sort| sort.get(name)).and_then(Value::as_str);
    let field = member("FieldName").unwrap_or("INITIATION_TIMESTAMP");
    let key = |body: &Document| match field {
        "INITIATION_METHOD" => (None, text(body, "InitiationMethod").to_owned()),
        "CHANNEL" => (None, text(body, "Channel").to_owned()),
        _ => (time(body, field), String::new()),
    };
    found.sort_by(|left, right| {
        let (one, other) = (key(left), key(right));
        let order = one.partial_cmp(&other).unwrap_or(std::cmp::Ordering::Equal);
        let order = if member("Order") == Some("ASCENDING") { order } else { order.reverse() };
        order.then_with(|| text(left, "Id").cmp(text(right, "Id")))
    });
}

fn summary(body: &Document) -> Value {
    const MEMBERS: [&str; 9] = [
        "Arn",
        "Id",
        "InitialContactId",
        "PreviousContactId",
        "InitiationMethod",
        "Channel",
        "InitiationTimestamp",
        "DisconnectTimestamp",
        "Name",
    ];
    let mut summary: Document =
        MEMBERS.iter().filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone()))).collect();
    for (part, members) in
        [("QueueInfo", ["Id", "EnqueueTimestamp"]), ("AgentInfo", ["Id", "ConnectedToAgentTimestamp"])]
    {
        if let Some(own) = body.get(part).and_then(Value::as_object) {
            let kept: Document =
                members.iter().filter_map(|name| Some(((*name).to_owned(), own.get(*name)?.clone()))).collect();
            summary.insert(part.to_owned(), kept.into());
        }
    }
    summary
        .insert("SegmentAttributes".to_owned(), json!({ "connect:Subtype": { "ValueString": "connect:Telephony" } }));
    summary.into()
}
