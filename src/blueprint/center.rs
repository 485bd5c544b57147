//! The blueprint as a whole.

use std::collections::BTreeMap;

use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::calls::CallTest;
use super::notation::Section;
use super::{
    AgentStatuses, AnyResource, Bucket, Crawler, Database, DeliveryStream, EventSource, Flow, FlowModule, Hierarchy,
    Hours, Instance, Lambda, LexBot, PhoneNumber, Policy, Prompt, Queue, QuickConnect, Role, RoutingProfile,
    SecurityProfile, Stream, Table, User, Workgroup,
};
use crate::kinds::alarm::Alarm;
use crate::kinds::event_rule::EventRule;
use crate::kinds::integration::Integration;
use crate::kinds::kms_key::KmsKey;
use crate::kinds::predefined_attribute::PredefinedAttribute;
use crate::kinds::schedule::Schedule;
use crate::kinds::sqs_queue::SqsQueue;
use crate::kinds::state_machine::StateMachine;
use crate::kinds::task_template::TaskTemplate;
use crate::kinds::topic::Topic;
use crate::kinds::view::View;

/// One contact center.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Callform blueprint")]
pub struct Blueprint {
    /// The center's name: stacks are named after it. Lower-case letters, digits and hyphens.
    pub center: Spanned<String>,
    /// AWS region of the center, such as `us-west-2`.
    pub region: Spanned<String>,
    /// The Connect instance.
    pub instance: Spanned<Instance>,
    /// Tags of everything that takes tags.
    #[serde(default)]
    pub tags: Section<Spanned<String>>,
    /// The agent hierarchy.
    pub hierarchy: Option<Spanned<Hierarchy>>,
    /// Statuses agents can choose, besides the built-in Available and Offline: a list of names, or names with details.
    #[serde(default)]
    pub agent_statuses: AgentStatuses,
    /// Hours of operation.
    #[serde(default)]
    pub hours: Section<Hours>,
    /// Phone numbers.
    #[serde(default)]
    pub phone_numbers: Section<PhoneNumber>,
    /// Queues.
    #[serde(default)]
    pub queues: Section<Queue>,
    /// Quick connects.
    #[serde(default)]
    pub quick_connects: Section<QuickConnect>,
    /// Routing profiles.
    #[serde(default)]
    pub routing_profiles: Section<RoutingProfile>,
    /// Security profiles, besides the built-in ones.
    #[serde(default)]
    pub security_profiles: Section<SecurityProfile>,
    /// Predefined attributes, by name: what agents may be good at, and what contacts may be about.
    #[serde(default)]
    pub predefined_attributes: Section<PredefinedAttribute>,
    /// Users, by username.
    #[serde(default)]
    pub users: Section<User>,
    /// More users, in a CSV file beside the blueprint. Its first line names the columns.
    pub users_file: Option<Spanned<String>>,
    /// Origins whose pages may show Connect's panels, such as `https://crm.acme.example`.
    #[serde(default)]
    pub approved_origins: Vec<Spanned<String>>,
    /// Recorded prompts.
    #[serde(default)]
    pub prompts: Section<Prompt>,
    /// Views: pages that flows show in chats and in guides of agents.
    #[serde(default)]
    pub views: Section<View>,
    /// Flows.
    #[serde(default)]
    pub flows: Section<Flow>,
    /// Flow modules.
    #[serde(default)]
    pub flow_modules: Section<FlowModule>,
    /// Task templates.
    #[serde(default)]
    pub task_templates: Section<TaskTemplate>,
    /// DynamoDB tables.
    #[serde(default)]
    pub tables: Section<Table>,
    /// IAM roles.
    #[serde(default)]
    pub roles: Section<Role>,
    /// IAM managed policies.
    #[serde(default)]
    pub policies: Section<Policy>,
    /// Lambda functions.
    #[serde(default)]
    pub lambdas: Section<Lambda>,
    /// Lex bots of the center.
    #[serde(default)]
    pub bots: Section<crate::kinds::bot::Bot>,
    /// Lex bots that exist.
    #[serde(default)]
    pub lex_bots: Section<LexBot>,
    /// Further things that the instance works with: applications, domains of Cases, assistants, and the like.
    #[serde(default)]
    pub integrations: Section<Integration>,
    /// S3 buckets.
    #[serde(default)]
    pub buckets: Section<Bucket>,
    /// Kinesis data streams.
    #[serde(default)]
    pub streams: Section<Stream>,
    /// Firehose delivery streams.
    #[serde(default)]
    pub delivery_streams: Section<DeliveryStream>,
    /// Event source mappings: functions that get the records of streams.
    #[serde(default)]
    pub event_sources: Section<EventSource>,
    /// Databases of the Glue Data Catalog, with their tables and views.
    #[serde(default)]
    pub databases: Section<Database>,
    /// Glue crawlers.
    #[serde(default)]
    pub crawlers: Section<Crawler>,
    /// Athena workgroups.
    #[serde(default)]
    pub workgroups: Section<Workgroup>,
    /// SQS queues.
    #[serde(default)]
    pub sqs_queues: Section<SqsQueue>,
    /// SNS topics, with their subscriptions.
    #[serde(default)]
    pub topics: Section<Topic>,
    /// KMS keys, which `kms_key:` of other sections can name.
    #[serde(default)]
    pub kms_keys: Section<KmsKey>,
    /// CloudWatch alarms.
    #[serde(default)]
    pub alarms: Section<Alarm>,
    /// State machines of Step Functions.
    #[serde(default)]
    pub state_machines: Section<StateMachine>,
    /// Rules of EventBridge: what happens, and who gets it.
    #[serde(default)]
    pub event_rules: Section<EventRule>,
    /// Schedules of EventBridge Scheduler: what runs when.
    #[serde(default)]
    pub schedules: Section<Schedule>,
    /// Further resources, with CloudFormation's own types and properties.
    #[serde(default)]
    pub resources: Section<AnyResource>,
    /// Call tests: contacts that `callform test` simulates. With `cases:`, one test for each, in which `<name>` stands for
    /// the case's value of that name.
    #[serde(default)]
    pub tests: Section<CallTest>,
    /// Values that texts refer to as `${var.name}`.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
    /// What differs in an environment: a partial blueprint that is laid over this one with `--env NAME`. A `null`
    /// value takes something away.
    #[serde(default)]
    pub environments: BTreeMap<String, Option<Map<String, Value>>>,
    /// Further files with parts of this blueprint, relative to this file.
    #[serde(default)]
    pub include: Vec<Spanned<String>>,
    /// Levels of warnings, by code: `unknown-permission: deny`.
    #[serde(default)]
    pub lints: Section<Spanned<LintLevel>>,
}

/// What happens when a lint finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LintLevel {
    /// Nothing.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}
