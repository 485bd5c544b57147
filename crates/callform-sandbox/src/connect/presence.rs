//! What agents do at the moment: their status, which programs set, and the numbers that wallboards show.
//!
//! An agent is there from the first `PutUserStatus` with a status other than offline, or from the login that the sandbox's
//! people say. Contacts are counted as they are in [`super::live`].

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{Document, find, referred, text, timestamp};
use super::error::{invalid_parameter, invalid_request};
use super::input::Input;
use super::live::{self, Line, Stage};
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
    let id = text(&user, "Id");
    let before = status_of(environment, input.instance(), id)?;
    set_status(environment, input.instance(), id, text(&status, "AgentStatusId"))?;
    let before = before.as_ref().map(|(status, _)| text(status, "Type"));
    live::status_changed(environment, input.instance(), id, before)?;
    Ok(json!({}))
}

/// Gives an agent a status, by its id.
pub(super) fn set_status(environment: &Environment, instance: &str, user: &str, status: &str) -> Result<(), AwsError> {
    let body = json!({ "AgentStatusId": status, "Since": timestamp(environment) });
    environment.tx.put(DOCUMENT, instance, user, None, &body)
}

/// The status of an agent that has one, and since when.
pub(super) fn status_of(
    environment: &Environment,
    instance: &str,
    user: &str,
) -> Result<Option<(Document, Value)>, AwsError> {
    let Some(entry) = environment.tx.get::<Document>(DOCUMENT, instance, user)? else { return Ok(None) };
    let status = find(environment, &AGENT_STATUS, instance, text(&entry, "AgentStatusId"))?;
    Ok(Some((status, entry.get("Since").cloned().unwrap_or_default())))
}

/// Forgets the status of a user that goes.
pub(super) fn forget(environment: &Environment, instance: &str, user: &str) -> Result<(), AwsError> {
    environment.tx.delete(DOCUMENT, instance, user)?;
    live::forget_agent(environment, instance, user)
}

/// How many agents of a queue are there.
pub(super) struct Counts {
    /// Signed in.
    pub(super) online: u64,
    /// Signed in with a status in which contacts come.
    pub(super) staffed: u64,
    /// Ready for a contact.
    pub(super) available: u64,
}

/// Counts the agents of a queue.
pub(super) fn counts_of(environment: &Environment, instance: &str, queue: &str) -> Result<Counts, AwsError> {
    let agents = agents(environment, instance)?;
    let of_queue = || agents.iter().filter(|agent| agent.queues().contains(queue));
    Ok(Counts {
        online: of_queue().count() as u64,
        staffed: of_queue().filter(|agent| agent.is_routable()).count() as u64,
        available: of_queue().filter(|agent| agent.is_available()).count() as u64,
    })
}

/// An agent that is there.
struct Agent {
    user: Document,
    profile: Document,
    status: Document,
    since: Value,
    contact: Option<live::AgentContact>,
}

impl Agent {
    fn is_available(&self) -> bool {
        self.is_routable() && self.contact.is_none()
    }

    /// True where the contact is at one of these stages.
    fn is_at(&self, stages: &[Stage]) -> bool {
        self.contact.as_ref().is_some_and(|contact| stages.contains(&contact.stage))
    }

    /// True while a contact takes the agent's time: it rings, is spoken with or worked on.
    fn is_on_contact(&self) -> bool {
        self.contact.is_some() && !self.is_at(&[Stage::Missed])
    }

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

fn agents(environment: &Environment, instance: &str) -> Result<Vec<Agent>, AwsError> {
    let mut agents = Vec::new();
    for (id, entry) in environment.tx.list::<Document>(DOCUMENT, instance)? {
        let user = find(environment, &USER, instance, &id)?;
        let status = find(environment, &AGENT_STATUS, instance, text(&entry, "AgentStatusId"))?;
        let profile = find(environment, &ROUTING_PROFILE, instance, text(&user, "RoutingProfileId"))?;
        if text(&status, "Type") != "OFFLINE" {
            let since = entry.get("Since").cloned().unwrap_or_default();
            let contact = live::contact_of(environment, instance, &id)?;
            agents.push(Agent { user, profile, status, since, contact });
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
    let states: Vec<&str> = input
        .object("Filters")
        .and_then(|filters| filters.get("ContactFilter")?.get("ContactStates")?.as_array())
        .map(|states| states.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
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
            && (states.is_empty()
                || agent.contact.as_ref().is_some_and(|contact| states.contains(&contact.stage.name())))
    };
    let agents = agents(environment, input.instance())?;
    let shown = |agent: &Agent| shown(environment, input.instance(), agent);
    let entries: Vec<Value> = agents.iter().filter(|agent| fits(agent)).map(shown).collect();
    let total = entries.len();
    let mut answer = page::in_memory(input, "UserDataList", entries)?;
    answer.insert("ApproximateTotalCount".to_owned(), total.into());
    Ok(answer.into())
}

fn shown(environment: &Environment, instance: &str, agent: &Agent) -> Value {
    let most = agent.slots();
    let none: Map<String, Value> = most.keys().map(|channel| (channel.clone(), 0.into())).collect();
    let mut active = none.clone();
    let mut available = if agent.is_routable() { most.clone() } else { none };
    if agent.is_on_contact() {
        active.insert("VOICE".to_owned(), 1.into());
    }
    if agent.contact.is_some() {
        let left = most.get("VOICE").and_then(Value::as_u64).unwrap_or_default().saturating_sub(1);
        available.insert("VOICE".to_owned(), if agent.is_routable() { left } else { 0 }.into());
    }
    json!({
        "User": reference(&USER, &agent.user),
        "RoutingProfile": reference(&ROUTING_PROFILE, &agent.profile),
        "Status": {
            "StatusStartTimestamp": agent.since,
            "StatusArn": text(&agent.status, "AgentStatusARN"),
            "StatusName": text(&agent.status, "Name"),
        },
        "AvailableSlotsByChannel": available,
        "MaxSlotsByChannel": most,
        "ActiveSlotsByChannel": active,
        "Contacts": agent.contact.iter().map(|contact| {
            json!({
                "ContactId": contact.contact,
                "Channel": "VOICE",
                "InitiationMethod": contact.method,
                "AgentContactState": contact.stage.name(),
                "StateStartTimestamp": epoch_seconds(contact.since),
                "ConnectedToAgentTimestamp": contact.connected.map(epoch_seconds),
                "Queue": { "Id": contact.queue, "Arn": QUEUE.arn_of(environment, instance, &contact.queue) },
            })
        }).collect::<Vec<_>>(),
    })
}

fn metric_data(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    refuse_filter(input, &["AgentStatuses", "RoutingStepExpressions", "Subtypes", "ValidationTestTypes"])?;
    if !input.list("SortCriteria").is_empty() {
        return Err(AwsError::unsupported("Connect", "GetCurrentMetricData with SortCriteria"));
    }
    let (kind, subjects) = subjects(environment, input)?;
    let member = if *kind == QUEUE { "Queue" } else { "RoutingProfile" };
    let agents = agents(environment, input.instance())?;
    let serves = |agent: &Agent, subject: &Document| match text(subject, "QueueId") {
        "" => text(&agent.profile, kind.id) == text(subject, kind.id),
        queue => agent.queues().contains(queue),
    };
    // Of routing profiles no contacts are counted: they wait in queues.
    let line = |counted: &[Document]| {
        live::line(environment, input.instance(), |queue| {
            counted.iter().any(|subject| text(subject, "QueueId") == queue)
        })
    };
    let results = if input.list("Groupings").is_empty() {
        let serving = agents.iter().filter(|agent| subjects.iter().any(|subject| serves(agent, subject)));
        vec![json!({ "Collections": collections(input, &serving.collect::<Vec<_>>(), line(&subjects)?)? })]
    } else {
        let result = |subject: &Document| -> Result<Value, AwsError> {
            let serving: Vec<&Agent> = agents.iter().filter(|agent| serves(agent, subject)).collect();
            let dimensions = json!({ member: reference(kind, subject) });
            let line = line(std::slice::from_ref(subject))?;
            Ok(json!({ "Dimensions": dimensions, "Collections": collections(input, &serving, line)? }))
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

fn collections(input: &Input, agents: &[&Agent], line: Line) -> Result<Vec<Value>, AwsError> {
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
                "AGENTS_STAFFED" => count(&Agent::is_routable),
                "AGENTS_AVAILABLE" => count(&Agent::is_available),
                "AGENTS_NON_PRODUCTIVE" => count(&|agent| !agent.is_routable()),
                "AGENTS_ON_CONTACT" | "SLOTS_ACTIVE" => count(&Agent::is_on_contact),
                "AGENTS_ON_CALL" => count(&|agent| agent.is_at(&[Stage::Connected])),
                "AGENTS_AFTER_CONTACT_WORK" => count(&|agent| agent.is_at(&[Stage::Ended])),
                "AGENTS_ERROR" => count(&|agent| agent.is_at(&[Stage::Missed])),
                "SLOTS_AVAILABLE" => {
                    let free = agents.iter().filter(|agent| agent.is_routable());
                    Some(free.map(|agent| slots(agent) - f64::from(u8::from(agent.contact.is_some()))).sum())
                }
                "CONTACTS_IN_QUEUE" => number(line.waiting),
                "CONTACTS_SCHEDULED" => number(line.scheduled),
                "OLDEST_CONTACT_AGE" => u32::try_from(line.oldest / 1000).ok().map(f64::from),
                // Nothing is estimated.
                "ESTIMATED_WAIT_TIME" => None,
                _ => Some(0.0),
            };
            Ok(json!({ "Metric": metric, "Value": value }))
        })
        .collect()
}
