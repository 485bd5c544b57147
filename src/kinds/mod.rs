//! Every kind of thing that a center consists of: one file each, with all that the stages have to know of it.
//!
//! A stage asks [`Kind::descriptor`] and keeps no list of kinds. How to add one is in `ARCHITECTURE.md`.

mod descriptor;
mod page;
pub(crate) mod instance;
pub(crate) mod storage;
pub(crate) mod hierarchy_levels;
pub(crate) mod hierarchy_group;
pub(crate) mod agent_status;
pub(crate) mod hours;
pub(crate) mod phone_number;
pub(crate) mod queue;
pub(crate) mod quick_connect;
pub(crate) mod routing_profile;
pub(crate) mod security_profile;
pub(crate) mod predefined_attribute;
pub(crate) mod user;
pub(crate) mod approved_origin;
pub(crate) mod prompt;
pub(crate) mod integration;
pub(crate) mod lambda;
pub(crate) mod lambda_permission;
pub(crate) mod lambda_version;
pub(crate) mod lambda_alias;
pub(crate) mod view;
pub(crate) mod bot;
pub(crate) mod bot_version;
pub(crate) mod bot_alias;
pub(crate) mod flow;
pub(crate) mod flow_version;
pub(crate) mod flow_module;
pub(crate) mod flow_module_version;
pub(crate) mod flow_module_alias;
pub(crate) mod task_template;
pub(crate) mod table;
pub(crate) mod role;
pub(crate) mod policy;
pub(crate) mod bucket;
pub(crate) mod bucket_policy;
pub(crate) mod stream;
pub(crate) mod delivery_stream;
pub(crate) mod log_group;
pub(crate) mod log_stream;
pub(crate) mod event_source;
pub(crate) mod database;
pub(crate) mod catalog_table;
pub(crate) mod crawler;
pub(crate) mod workgroup;
pub(crate) mod named_query;
pub(crate) mod resource;
pub(crate) mod sqs_queue;
pub(crate) mod queue_policy;
pub(crate) mod topic;
pub(crate) mod topic_subscription;
pub(crate) mod topic_policy;
pub(crate) mod kms_key;
pub(crate) mod kms_alias;
pub(crate) mod alarm;
pub(crate) mod state_machine;
pub(crate) mod event_rule;
pub(crate) mod schedule;

pub(crate) use descriptor::{
    ArnForm, Audience, Bulk, Content, Descriptor, FilledIn, Live, Lookup, NamedFile, Names, Quota, Reading, Touched,
    VersionOf, Within,
};

pub(crate) use page::page;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// The registry: kinds in the order in which they are lowered, which is the order of a blueprint's sections.
macro_rules! registry {
    ($($(#[$about:meta])* $kind:ident = $module:ident,)*) => {
        /// What a resource is, for people: the section of the blueprint that it is defined in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$about])* $kind,)*
        }

        impl Kind {
            /// Every kind, in the order of the blueprint's sections.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// All that is known of the kind.
            pub(crate) fn descriptor(self) -> &'static Descriptor {
                match self {
                    $(Kind::$kind => &$module::DESCRIPTOR,)*
                }
            }
        }
    };
}

registry! {
    /// The Connect instance itself.
    Instance = instance,
    /// Storage of one kind of data of the instance.
    Storage = storage,
    /// The names of the hierarchy levels.
    HierarchyLevels = hierarchy_levels,
    /// A node of the agent hierarchy; its name is the path, `KWGlobal/Consulting`.
    HierarchyGroup = hierarchy_group,
    /// An agent status.
    AgentStatus = agent_status,
    /// Hours of operation.
    Hours = hours,
    /// A claimed phone number.
    PhoneNumber = phone_number,
    /// A queue.
    Queue = queue,
    /// A quick connect.
    QuickConnect = quick_connect,
    /// A routing profile.
    RoutingProfile = routing_profile,
    /// A security profile.
    SecurityProfile = security_profile,
    /// A predefined attribute.
    PredefinedAttribute = predefined_attribute,
    /// A user.
    User = user,
    /// An origin whose pages may show Connect's panels.
    ApprovedOrigin = approved_origin,
    /// A prompt.
    Prompt = prompt,
    /// An association of the instance with a Lambda function, a Lex bot or something else.
    Integration = integration,
    /// A Lambda function.
    Lambda = lambda,
    /// A permission for Connect to invoke a Lambda function.
    LambdaPermission = lambda_permission,
    /// A published version of a Lambda function.
    LambdaVersion = lambda_version,
    /// The alias of a Lambda function that flows and streams invoke.
    LambdaAlias = lambda_alias,
    /// A view that flows show.
    View = view,
    /// A Lex V2 bot.
    Bot = bot,
    /// A published version of a Lex bot.
    BotVersion = bot_version,
    /// The alias of a Lex bot that flows speak to.
    BotAlias = bot_alias,
    /// A flow.
    Flow = flow,
    /// A published version of a flow.
    FlowVersion = flow_version,
    /// A flow module.
    FlowModule = flow_module,
    /// A published version of a flow module.
    FlowModuleVersion = flow_module_version,
    /// An alias of a flow module; its name is `<module>.<alias>`.
    FlowModuleAlias = flow_module_alias,
    /// A task template.
    TaskTemplate = task_template,
    /// A DynamoDB table.
    Table = table,
    /// An IAM role.
    Role = role,
    /// An IAM managed policy.
    Policy = policy,
    /// An S3 bucket.
    Bucket = bucket,
    /// The policy of an S3 bucket.
    BucketPolicy = bucket_policy,
    /// A Kinesis data stream.
    Stream = stream,
    /// A Firehose delivery stream.
    DeliveryStream = delivery_stream,
    /// A CloudWatch log group.
    LogGroup = log_group,
    /// A log stream of a CloudWatch log group.
    LogStream = log_stream,
    /// An event source mapping of a Lambda function.
    EventSource = event_source,
    /// A database of the Glue Data Catalog.
    Database = database,
    /// A table or view of a database of the Glue Data Catalog; its name is `<database>.<table>`.
    CatalogTable = catalog_table,
    /// A Glue crawler.
    Crawler = crawler,
    /// An Athena workgroup.
    Workgroup = workgroup,
    /// A saved query of an Athena workgroup; its name is `<workgroup>.<query>`.
    NamedQuery = named_query,
    /// An SQS queue.
    SqsQueue = sqs_queue,
    /// The policy of an SQS queue.
    QueuePolicy = queue_policy,
    /// An SNS topic.
    Topic = topic,
    /// A subscription of an SNS topic; its name is `<topic>.<protocol>.<endpoint>`.
    TopicSubscription = topic_subscription,
    /// The policy of an SNS topic.
    TopicPolicy = topic_policy,
    /// A KMS key.
    KmsKey = kms_key,
    /// The alias of a KMS key.
    KmsAlias = kms_alias,
    /// A CloudWatch alarm; one of a center's own has the name `<alarm>.<metric>.<what>`.
    Alarm = alarm,
    /// A state machine of Step Functions.
    StateMachine = state_machine,
    /// A rule of EventBridge.
    EventRule = event_rule,
    /// A schedule of EventBridge Scheduler.
    Schedule = schedule,
    /// Any resource of CloudFormation that has no section of its own.
    Resource = resource,
}

static BY_TYPE: LazyLock<BTreeMap<&'static str, Kind>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (kind.resource_type(), *kind)).collect());
static BY_WORD: LazyLock<BTreeMap<&'static str, Kind>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (kind.word(), *kind)).collect());

impl Kind {
    /// The word used in addresses, plans and messages.
    pub fn word(self) -> &'static str {
        self.descriptor().word
    }

    /// The CloudFormation type of its resources; empty for [`Kind::Resource`], of which each has its own.
    pub fn resource_type(self) -> &'static str {
        self.descriptor().resource_type
    }

    /// The kind in words, for messages: `routing profile`.
    pub fn words(self) -> String {
        self.word().replace('_', " ")
    }

    /// The section of the blueprint that defines things of the kind; `None` for kinds that have none.
    pub fn section(self) -> Option<&'static str> {
        self.descriptor().lowering.as_ref().map(|lowering| lowering.section)
    }

    /// What it is a version of, where it is one.
    pub(crate) fn version_of(self) -> Option<VersionOf> {
        self.descriptor().lifetime.version_of
    }

    /// The attribute that is the number of a version.
    pub(crate) fn number_attribute(self) -> Option<&'static str> {
        self.version_of().map(|_| if self == Kind::BotVersion { "BotVersion" } else { "Version" })
    }

    /// The kind with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        BY_WORD.get(word).copied()
    }

    /// What is known of resources of a type; of those without a kind of their own, what is known of their kind.
    pub(crate) fn descriptor_of(self, resource_type: &str) -> &'static Descriptor {
        Kind::of_type(resource_type).unwrap_or(self).descriptor()
    }

    /// The kind of resources of a CloudFormation type.
    pub fn of_type(resource_type: &str) -> Option<Self> {
        BY_TYPE.get(resource_type).copied()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The keys of a section.
fn keys<T>(section: &crate::blueprint::Section<T>) -> Names<'_> {
    section.keys().map(|key| key.value.as_str().into()).collect()
}

#[cfg(test)]
mod tests;
