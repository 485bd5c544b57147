//! The types of resources in an instance: how their documents, ids and ARNs are named.

use crate::handler::Environment;

use super::document::Document;
use super::error::invalid_parameter;
use crate::error::AwsError;
use serde_json::Value;

/// One type of resource.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Kind of its documents in the store.
    pub(super) document: &'static str,
    /// Its segment in ARNs; empty where it has no ARN.
    pub(super) segment: &'static str,
    /// Members of its document with id, ARN and name.
    pub(super) id: &'static str,
    pub(super) arn: &'static str,
    pub(super) name: &'static str,
    /// What messages call it.
    pub(super) noun: &'static str,
    /// Where names must differ.
    pub(super) unique: Unique,
    /// How many an instance may have: the service's default of 2023.
    pub(super) quota: usize,
}

/// Where names of a type must differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unique {
    /// In the instance.
    Name,
    /// In the instance, whatever the case of letters (weakly attested for usernames (?)).
    NameIgnoringCase,
    /// Among the children of one parent. The service's rule for hierarchy groups is not documented (?); this is the
    /// laxer reading.
    NameUnderParent,
    /// Nowhere.
    Nothing,
}

const fn kind(
    document: &'static str,
    segment: &'static str,
    [id, arn, name]: [&'static str; 3],
    noun: &'static str,
    quota: usize,
) -> Kind {
    Kind { document, segment, id, arn, name, noun, unique: Unique::Name, quota }
}

const NO_QUOTA: usize = usize::MAX;

/// Instances; their documents have no scope.
pub(super) const INSTANCE: Kind = Kind {
    unique: Unique::Nothing,
    ..kind("connect/instance", "instance", ["Id", "Arn", "InstanceAlias"], "instance", 2)
};
/// Standard queues. (Agent queues are derived from users.)
pub(super) const QUEUE: Kind = kind("connect/queue", "queue", ["QueueId", "QueueArn", "Name"], "queue", 50);
/// Hours of operation.
pub(super) const HOURS: Kind = kind(
    "connect/hours-of-operation",
    "operating-hours",
    ["HoursOfOperationId", "HoursOfOperationArn", "Name"],
    "hours of operation",
    100,
);
/// Routing profiles.
pub(super) const ROUTING_PROFILE: Kind = kind(
    "connect/routing-profile",
    "routing-profile",
    ["RoutingProfileId", "RoutingProfileArn", "Name"],
    "routing profile",
    100,
);
/// Security profiles.
pub(super) const SECURITY_PROFILE: Kind =
    kind("connect/security-profile", "security-profile", ["Id", "Arn", "SecurityProfileName"], "security profile", 100);
/// Users.
pub(super) const USER: Kind =
    Kind { unique: Unique::NameIgnoringCase, ..kind("connect/user", "agent", ["Id", "Arn", "Username"], "user", 500) };
/// Agent statuses.
pub(super) const AGENT_STATUS: Kind =
    kind("connect/agent-status", "agent-state", ["AgentStatusId", "AgentStatusARN", "Name"], "agent status", 50);
/// User hierarchy groups.
pub(super) const HIERARCHY_GROUP: Kind = Kind {
    unique: Unique::NameUnderParent,
    ..kind("connect/hierarchy-group", "agent-group", ["Id", "Arn", "Name"], "hierarchy group", 500)
};
/// Quick connects.
pub(super) const QUICK_CONNECT: Kind = kind(
    "connect/quick-connect",
    "transfer-destination",
    ["QuickConnectId", "QuickConnectARN", "Name"],
    "quick connect",
    100,
);
/// Predefined attributes, whose id is their name.
pub(super) const PREDEFINED_ATTRIBUTE: Kind = Kind {
    unique: Unique::Nothing,
    ..kind("connect/predefined-attribute", "", ["Name", "", "Name"], "predefined attribute", NO_QUOTA)
};
/// Flows.
pub(super) const FLOW: Kind = kind("connect/contact-flow", "contact-flow", ["Id", "Arn", "Name"], "contact flow", 100);
/// Flow modules.
pub(super) const FLOW_MODULE: Kind =
    kind("connect/contact-flow-module", "flow-module", ["Id", "Arn", "Name"], "contact flow module", 200);
/// Prompts.
pub(super) const PROMPT: Kind = kind("connect/prompt", "prompt", ["PromptId", "PromptARN", "Name"], "prompt", 500);
/// Views.
pub(super) const VIEW: Kind = kind("connect/view", "view", ["Id", "Arn", "Name"], "view", NO_QUOTA);
/// Phone numbers; their documents have no scope, as a number may move between instances.
pub(super) const PHONE_NUMBER: Kind = Kind {
    unique: Unique::Nothing,
    ..kind(
        "connect/phone-number",
        "phone-number",
        ["PhoneNumberId", "PhoneNumberArn", "PhoneNumber"],
        "phone number",
        5,
    )
};
/// Integration associations.
pub(super) const INTEGRATION: Kind = Kind {
    unique: Unique::Nothing,
    ..kind(
        "connect/integration-association",
        "integration-association",
        ["IntegrationAssociationId", "IntegrationAssociationArn", ""],
        "integration association",
        NO_QUOTA,
    )
};
/// Task templates.
pub(super) const TASK_TEMPLATE: Kind =
    kind("connect/task-template", "task-template", ["Id", "Arn", "Name"], "task template", 50);
/// Test cases.
pub(super) const TEST_CASE: Kind = kind("connect/test-case", "test-case", ["Id", "Arn", "Name"], "test case", NO_QUOTA);
/// Rules.
pub(super) const RULE: Kind = kind("connect/rule", "rule", ["RuleId", "RuleArn", "Name"], "rule", NO_QUOTA);
/// Evaluation forms.
pub(super) const EVALUATION_FORM: Kind = Kind {
    unique: Unique::Nothing,
    ..kind(
        "connect/evaluation-form",
        "evaluation-form",
        ["EvaluationFormId", "EvaluationFormArn", "Title"],
        "evaluation form",
        NO_QUOTA,
    )
};

/// All types that have ARNs and so can be tagged.
pub(super) const WITH_ARN: &[&Kind] = &[
    &USER,
    &AGENT_STATUS,
    &HIERARCHY_GROUP,
    &ROUTING_PROFILE,
    &QUEUE,
    &SECURITY_PROFILE,
    &HOURS,
    &QUICK_CONNECT,
    &FLOW,
    &FLOW_MODULE,
    &PROMPT,
    &VIEW,
    &PHONE_NUMBER,
    &INTEGRATION,
    &TASK_TEMPLATE,
    &TEST_CASE,
    &RULE,
    &EVALUATION_FORM,
];

impl Kind {
    /// The ARN of a resource of this type.
    pub(super) fn arn_of(&self, environment: &Environment, instance: &str, id: &str) -> String {
        let account = format!("arn:aws:connect:{}:{}", environment.region, environment.account);
        match self.document {
            "connect/instance" | "connect/phone-number" => format!("{account}:{}/{id}", self.segment),
            _ => format!("{account}:instance/{instance}/{}/{id}", self.segment),
        }
    }

    /// The scope of this type's documents.
    pub(super) fn scope<'a>(&self, instance: &'a str) -> &'a str {
        if matches!(self.document, "connect/instance" | "connect/phone-number") { "" } else { instance }
    }

    /// The id in a value that is an id or an ARN of this type and instance, checked for its form.
    pub(super) fn parse<'a>(&self, instance: &str, given: &'a str) -> Result<&'a str, AwsError> {
        let invalid = || invalid_parameter(format!("Invalid parameter:  {given}"));
        let id = match locate(given) {
            Some((of, segment, id)) => {
                let fits = segment == self.segment && (of.is_empty() || of == instance);
                fits.then_some(id).ok_or_else(invalid)?
            }
            None => given,
        };
        let plain = id.split(':').next().unwrap_or_default();
        let well_formed = is_uuid(plain) || plain.strip_prefix("agent/").is_some_and(is_uuid);
        well_formed.then_some(id).ok_or_else(invalid)
    }

    /// The key under which names of this type must differ; `None` where they need not.
    pub(super) fn name_key(&self, body: &Document) -> Option<String> {
        let name = body.get(self.name).and_then(Value::as_str)?;
        match self.unique {
            Unique::Name => Some(name.to_owned()),
            Unique::NameIgnoringCase => Some(name.to_lowercase()),
            Unique::NameUnderParent => {
                let parent = body.get("ParentGroupId").and_then(Value::as_str).unwrap_or_default();
                Some(format!("{parent}/{name}"))
            }
            Unique::Nothing => None,
        }
    }
}

/// Instance id (empty for phone numbers), segment and id in an ARN of this service.
pub(super) fn locate(arn: &str) -> Option<(&str, &str, &str)> {
    let resource = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    let (first, rest) = resource.split_once('/')?;
    if first != "instance" {
        return Some(("", first, rest));
    }
    match rest.split_once('/') {
        None => Some((rest, "instance", rest)),
        Some((instance, inner)) => {
            let (segment, id) = inner.split_once('/').unwrap_or((inner, ""));
            Some((instance, segment, id))
        }
    }
}

/// Whether a text has the form of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}
