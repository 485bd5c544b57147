//! What agents do at the moment: their status, which programs set, and the numbers that wallboards show.
//!
//! An agent is there from the first `PutUserStatus` with a status other than offline. No contact reaches anybody in the
//! sandbox, so all that counts contacts is zero, and truly so.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{Document, find, referred, text, timestamp};
use super::error::{invalid_parameter, invalid_request};
use super::input::Input;
use super::operation::{Operation, Shape, TEXT, operation, optional, required, search_size};
use super::resource::{AGENT_STATUS, HIERARCHY_GROUP, Kind, QUEUE, ROUTING_PROFILE, USER};
use super::{page, routing_profile_queues, users};

/// The status of each agent that has one, by user id: `{"AgentStatusId", "Since"}`.
const DOCUMENT: &str = "connect/user-status";

const IDS: Shape = Shape::List(1, 100, &TEXT);
const CHANNELS: Shape = Shape::List(0, 4, &Shape::OneOf(&["VOICE", "CHAT", "TASK", "EMAIL"]));
const METRICS: &[&str] = &[
    "AGENTS_ONLINE",
    "AGENTS_AVAILABLE",
    "AGENTS_ON_CALL",
    "AGENTS_NON_PRODUCTIVE",
    "AGENTS_AFTER_CONTACT_WORK",
    "AGENTS_ERROR",
    "AGENTS_STAFFED",
    "CONTACTS_IN_QUEUE",
    "OLDEST_CONTACT_AGE",
    "CONTACTS_SCHEDULED",
    "AGENTS_ON_CONTACT",
    "SLOTS_ACTIVE",
    "SLOTS_AVAILABLE",
    "ESTIMATED_WAIT_TIME",
];
const GROUPINGS: &[&str] = &[
    "QUEUE",
    "CHANNEL",
    "ROUTING_PROFILE",
    "ROUTING_STEP_EXPRESSION",
    "AGENT_STATUS",
    "SUBTYPE",
    "VALIDATION_TEST_TYPE",
];

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "PutUserStatus",
        "PUT",
        "/users/{InstanceId}/{UserId}/status",
        &[required("AgentStatusId", TEXT)],
        put_status,
    ),
    operation(
        "GetCurrentUserData",
        "POST",
        "/metrics/userdata/{InstanceId}",
        &[
            required(
                "Filters",
                Shape::Object(&[
                    optional("Queues", IDS),
                    optional("RoutingProfiles", IDS),
                    optional("Agents", IDS),
                    optional("UserHierarchyGroups", Shape::List(1, 1, &TEXT)),
                    optional("ContactFilter", Shape::Object(&[optional("ContactStates", Shape::List(0, 9, &TEXT))])),
                ]),
            ),
            optional("NextToken", TEXT),
            search_size(100),
        ],
        user_data,
    ),
    operation(
        "GetCurrentMetricData",
        "POST",
        "/metrics/current/{InstanceId}",
        &[
            required(
                "Filters",
                Shape::Object(&[
                    optional("Queues", IDS),
                    optional("RoutingProfiles", IDS),
                    optional("Channels", CHANNELS),
                    optional("AgentStatuses", Shape::List(0, 50, &TEXT)),
                    optional("RoutingStepExpressions", Shape::List(0, 50, &TEXT)),
                    optional("Subtypes", Shape::List(0, 10, &TEXT)),
                    optional("ValidationTestTypes", Shape::List(0, 10, &TEXT)),
                ]),
            ),
            optional("Groupings", Shape::List(0, 2, &Shape::OneOf(GROUPINGS))),
            required(
                "CurrentMetrics",
                Shape::List(
                    1,
                    100,
                    &Shape::Object(&[
                        optional("Name", Shape::OneOf(METRICS)),
                        optional("MetricId", TEXT),
                        optional("Unit", Shape::OneOf(&["SECONDS", "COUNT", "PERCENT"])),
                    ]),
                ),
            ),
            optional("NextToken", TEXT),
            search_size(100),
            optional("SortCriteria", Shape::List(0, 1, &Shape::Object(&[]))),
        ],
        metric_data,
    ),
];

fn put_status(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let user = users::of_path(environment, input)?;
    let status = referred(environment, &AGENT_STATUS, input.instance(), input.need("AgentStatusId")?)?;
    if text(&status, "State") == "DISABLED" {
        return Err(invalid_request(format!("The agent status {} is disabled.", text(&status, "Name"))));
    }
    let body = json!({ "AgentStatusId": text(&status, "AgentStatusId"), "Since": timestamp(environment) });
    environment.tx.put(DOCUMENT, input.instance(), text(&user, "Id"), None, &body)?;
    Ok(json!({}))
}

/// Forgets the status of a user that goes.
pub(super) fn forget(environment: &Environment, instance: &str, user: &str) -> Result<(), AwsError> {
    environment.tx.delete(DOCUMENT, instance, user)?;
    Ok(())
}

/// An agent that is there.
struct Agent {
    user: Document,
    profile: Document,
    status: Document,
    since: Value,
}

impl Agent {
    fn queues(&self) -> BTreeSet<String> {
        routing_profile_queues::queue_ids(&self.profile)
    }

    fn is_routable(&self) -> bool {
        text(&self.status, "Type") == "ROUTABLE"
    }

    /// How many contacts of each channel the routing profile lets the agent have at once.
    fn slots(&self) -> Map<String, Value> {
        let media = self.profile.get("MediaConcurrencies").and_then(Value::as_array).into_iter().flatten();
        media
            .filter_map(|media| Some((media.get("Channel")?.as_str()?.to_owned(), media.get("Concurrency")?.clone())))
            .collect()
    }
}

fn agents(environment: &Environment, input: &Input) -> Result<Vec<Agent>, AwsError> {
    let instance = input.instance();
    let mut agents = Vec::new();
    for (id, entry) in environment.tx.list::<Document>(DOCUMENT, instance)? {
        let user = find(environment, &USER, instance, &id)?;
        let status = find(environment, &AGENT_STATUS, instance, text(&entry, "AgentStatusId"))?;
        let profile = find(environment, &ROUTING_PROFILE, instance, text(&user, "RoutingProfileId"))?;
        if text(&status, "Type") != "OFFLINE" {
            let since = entry.get("Since").cloned().unwrap_or_default();
            agents.push(Agent { user, profile, status, since });
        }
    }
    Ok(agents)
}

/// The resources that a filter names, all of which exist; `None` where it names none.
fn filter(
    environment: &Environment,
    input: &Input,
    kind: &Kind,
    member: &str,
) -> Result<Option<Vec<Document>>, AwsError> {
    let list = input.object("Filters").and_then(|filters| filters.get(member)).and_then(Value::as_array);
    let Some(list) = list else { return Ok(None) };
    let given = list.iter().filter_map(Value::as_str);
    given.map(|id| referred(environment, kind, input.instance(), id)).collect::<Result<Vec<_>, _>>().map(Some)
}

fn refuse_filter(input: &Input, members: &[&str]) -> Result<(), AwsError> {
    let filters = input.object("Filters");
    let used = members.iter().find(|member| filters.and_then(|filters| filters.get(**member)).is_some());
    used.map_or(Ok(()), |member| {
        Err(AwsError::unsupported("Connect", &format!("{} with the filter {member}", input.operation())))
    })
}

fn reference(kind: &Kind, body: &Document) -> Value {
    json!({ "Id": text(body, kind.id), "Arn": text(body, kind.arn) })
}

fn user_data(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    // Nobody has contacts, so that no state of one fits; but who asks for them is told so.
    refuse_filter(input, &["ContactFilter"])?;
    let ids = |kind: &'static Kind, member: &str| -> Result<Option<BTreeSet<String>>, AwsError> {
        let found = filter(environment, input, kind, member)?;
        Ok(found.map(|found| found.iter().map(|body| text(body, kind.id).to_owned()).collect()))
    };
    let (queues, profiles) = (ids(&QUEUE, "Queues")?, ids(&ROUTING_PROFILE, "RoutingProfiles")?);
    let (wanted, groups) = (ids(&USER, "Agents")?, ids(&HIERARCHY_GROUP, "UserHierarchyGroups")?);
    if [&queues, &profiles, &wanted, &groups].iter().all(|filter| filter.is_none()) {
        return Err(invalid_parameter("Filters must name queues, routing profiles, agents or hierarchy groups"));
    }
    let fits = |agent: &Agent| {
        queues.as_ref().is_none_or(|queues| !queues.is_disjoint(&agent.queues()))
            && profiles.as_ref().is_none_or(|ids| ids.contains(text(&agent.profile, "RoutingProfileId")))
            && wanted.as_ref().is_none_or(|ids| ids.contains(text(&agent.user, "Id")))
            && groups.as_ref().is_none_or(|ids| ids.contains(text(&agent.user, "HierarchyGroupId")))
    };
    let entries: Vec<Value> = agents(environment, input)?.iter().filter(|agent| fits(agent)).map(shown).collect();
    let total = entries.len();
    let mut answer = page::in_memory(input, "UserDataList", entries)?;
    answer.insert("ApproximateTotalCount".to_owned(), total.into());
    Ok(answer.into())
}

fn shown(agent: &Agent) -> Value {
    let most = agent.slots();
    let none: Map<String, Value> = most.keys().map(|channel| (channel.clone(), 0.into())).collect();
    json!({
        "User": reference(&USER, &agent.user),
        "RoutingProfile": reference(&ROUTING_PROFILE, &agent.profile),
        "Status": {
            "StatusStartTimestamp": agent.since,
            "StatusArn": text(&agent.status, "AgentStatusARN"),
            "StatusName": text(&agent.status, "Name"),
        },
        "AvailableSlotsByChannel": if agent.is_routable() { &most } else { &none },
        "MaxSlotsByChannel": most,
        "ActiveSlotsByChannel": none,
        "Contacts": [],
    })
}

fn metric_data(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    refuse_filter(input, &["AgentStatuses", "RoutingStepExpressions", "Subtypes", "ValidationTestTypes"])?;
    if !input.list("SortCriteria").is_empty() {
        return Err(AwsError::unsupported("Connect", "GetCurrentMetricData with SortCriteria"));
    }
    let (kind, subjects) = subjects(environment, input)?;
    let member = if *kind == QUEUE { "Queue" } else { "RoutingProfile" };
    let agents = agents(environment, input)?;
    let serves = |agent: &Agent, subject: &Document| match text(subject, "QueueId") {
        "" => text(&agent.profile, kind.id) == text(subject, kind.id),
        queue => agent.queues().contains(queue),
    };
    let results = if input.list("Groupings").is_empty() {
        let serving = agents.iter().filter(|agent| subjects.iter().any(|subject| serves(agent, subject)));
        vec![json!({ "Collections": collections(input, &serving.collect::<Vec<_>>())? })]
    } else {
        let result = |subject: &Document| -> Result<Value, AwsError> {
            let serving: Vec<&Agent> = agents.iter().filter(|agent| serves(agent, subject)).collect();
            let dimensions = json!({ member: reference(kind, subject) });
            Ok(json!({ "Dimensions": dimensions, "Collections": collections(input, &serving)? }))
        };
        subjects.iter().map(result).collect::<Result<Vec<_>, AwsError>>()?
    };
    let total = results.len();
    let mut answer = page::in_memory(input, "MetricResults", results)?;
    answer.insert("ApproximateTotalCount".to_owned(), total.into());
    answer.insert("DataSnapshotTime".to_owned(), timestamp(environment));
    Ok(answer.into())
}

/// The queues or the routing profiles that are counted: those of the filter, by which alone can be grouped.
fn subjects(environment: &Environment, input: &Input) -> Result<(&'static Kind, Vec<Document>), AwsError> {
    let queues = filter(environment, input, &QUEUE, "Queues")?;
    let profiles = filter(environment, input, &ROUTING_PROFILE, "RoutingProfiles")?;
    let (kind, grouping, found): (&'static Kind, _, _) = match (queues, profiles) {
        (Some(queues), None) => (&QUEUE, "QUEUE", queues),
        (None, Some(profiles)) => (&ROUTING_PROFILE, "ROUTING_PROFILE", profiles),
        (None, None) => return Err(invalid_parameter("Filters must name queues or routing profiles")),
        (Some(_), Some(_)) => return Err(invalid_parameter("Filters name queues or routing profiles, not both")),
    };
    match input.texts("Groupings").as_slice() {
        [] => Ok((kind, found)),
        [one] if *one == grouping => Ok((kind, found)),
        other => {
            let by = other.join(" and ");
            Err(AwsError::unsupported("Connect", &format!("GetCurrentMetricData grouped by {by}")))
        }
    }
}

fn collections(input: &Input, agents: &[&Agent]) -> Result<Vec<Value>, AwsError> {
    let number = |count: usize| Some(u32::try_from(count).map_or(f64::MAX, f64::from));
    let count = |fits: &dyn Fn(&Agent) -> bool| number(agents.iter().filter(|agent| fits(agent)).count());
    let slots = |agent: &Agent| -> f64 { agent.slots().values().filter_map(Value::as_f64).sum() };
    let metrics = input.list("CurrentMetrics").iter();
    metrics
        .map(|metric| {
            let Some(name) = metric.get("Name").and_then(Value::as_str) else {
                return Err(AwsError::unsupported("Connect", "metrics by MetricId"));
            };
            let value = match name {
                "AGENTS_ONLINE" => number(agents.len()),
                "AGENTS_AVAILABLE" | "AGENTS_STAFFED" => count(&Agent::is_routable),
                "AGENTS_NON_PRODUCTIVE" => count(&|agent| !agent.is_routable()),
                "SLOTS_AVAILABLE" => {
                    Some(agents.iter().filter(|agent| agent.is_routable()).map(|agent| slots(agent)).sum())
                }
                // Without contacts there is no estimate.
                "ESTIMATED_WAIT_TIME" => None,
                _ => Some(0.0),
            };
            Ok(json!({ "Metric": metric, "Value": value }))
        })
        .collect()
}
