//! Names of resources inside a blueprint.

use std::fmt;

/// The section of the blueprint a resource is defined in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The Connect instance itself.
    Instance,
    /// Storage of one kind of data of the instance.
    Storage,
    /// The names of the hierarchy levels.
    HierarchyLevels,
    /// A node of the agent hierarchy; its name is the path, `KWGlobal/Consulting`.
    HierarchyGroup,
    /// An agent status.
    AgentStatus,
    /// Hours of operation.
    Hours,
    /// A claimed phone number.
    PhoneNumber,
    /// A queue.
    Queue,
    /// A quick connect.
    QuickConnect,
    /// A routing profile.
    RoutingProfile,
    /// A security profile.
    SecurityProfile,
    /// A user.
    User,
    /// A prompt.
    Prompt,
    /// A flow.
    Flow,
    /// A flow module.
    FlowModule,
    /// An association of the instance with a Lambda function or a Lex bot.
    Integration,
    /// A DynamoDB table.
    Table,
    /// An IAM role.
    Role,
    /// An IAM managed policy.
    Policy,
    /// A Lambda function.
    Lambda,
    /// A permission for Connect to invoke a Lambda function.
    LambdaPermission,
    /// A published version of a Lambda function.
    LambdaVersion,
    /// The alias of a Lambda function that flows and streams invoke.
    LambdaAlias,
    /// An S3 bucket.
    Bucket,
    /// The policy of an S3 bucket.
    BucketPolicy,
    /// A Kinesis data stream.
    Stream,
    /// A Firehose delivery stream.
    DeliveryStream,
    /// A CloudWatch log group.
    LogGroup,
    /// A log stream of a CloudWatch log group.
    LogStream,
    /// An event source mapping of a Lambda function.
    EventSource,
    /// A database of the Glue Data Catalog.
    Database,
    /// A table or view of a database of the Glue Data Catalog; its name is `<database>.<table>`.
    CatalogTable,
    /// A Glue crawler.
    Crawler,
    /// An Athena workgroup.
    Workgroup,
    /// A saved query of an Athena workgroup; its name is `<workgroup>.<query>`.
    NamedQuery,
}

impl Kind {
    /// Every kind, in the order of the blueprint's sections.
    pub const ALL: [Kind; 35] = [
        Kind::Instance,
        Kind::Storage,
        Kind::HierarchyLevels,
        Kind::HierarchyGroup,
        Kind::AgentStatus,
        Kind::Hours,
        Kind::PhoneNumber,
        Kind::Queue,
        Kind::QuickConnect,
        Kind::RoutingProfile,
        Kind::SecurityProfile,
        Kind::User,
        Kind::Prompt,
        Kind::Flow,
        Kind::FlowModule,
        Kind::Integration,
        Kind::Table,
        Kind::Role,
        Kind::Policy,
        Kind::Lambda,
        Kind::LambdaPermission,
        Kind::LambdaVersion,
        Kind::LambdaAlias,
        Kind::Bucket,
        Kind::BucketPolicy,
        Kind::Stream,
        Kind::DeliveryStream,
        Kind::LogGroup,
        Kind::LogStream,
        Kind::EventSource,
        Kind::Database,
        Kind::CatalogTable,
        Kind::Crawler,
        Kind::Workgroup,
        Kind::NamedQuery,
    ];

    /// The word used in addresses, plans and messages.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Instance => "instance",
            Kind::Storage => "storage",
            Kind::HierarchyLevels => "hierarchy",
            Kind::HierarchyGroup => "group",
            Kind::AgentStatus => "agent_status",
            Kind::Hours => "hours",
            Kind::PhoneNumber => "phone_number",
            Kind::Queue => "queue",
            Kind::QuickConnect => "quick_connect",
            Kind::RoutingProfile => "routing_profile",
            Kind::SecurityProfile => "security_profile",
            Kind::User => "user",
            Kind::Prompt => "prompt",
            Kind::Flow => "flow",
            Kind::FlowModule => "flow_module",
            Kind::Integration => "integration",
            Kind::Table => "table",
            Kind::Role => "role",
            Kind::Policy => "policy",
            Kind::Lambda => "lambda",
            Kind::LambdaPermission => "lambda_permission",
            Kind::LambdaVersion => "lambda_version",
            Kind::LambdaAlias => "lambda_alias",
            Kind::Bucket => "bucket",
            Kind::BucketPolicy => "bucket_policy",
            Kind::Stream => "stream",
            Kind::DeliveryStream => "delivery_stream",
            Kind::LogGroup => "log_group",
            Kind::LogStream => "log_stream",
            Kind::EventSource => "event_source",
            Kind::Database => "database",
            Kind::CatalogTable => "catalog_table",
            Kind::Crawler => "crawler",
            Kind::Workgroup => "workgroup",
            Kind::NamedQuery => "named_query",
        }
    }

    /// The CloudFormation type of its resources.
    pub fn resource_type(self) -> &'static str {
        match self {
            Kind::Instance => "AWS::Connect::Instance",
            Kind::Storage => "AWS::Connect::InstanceStorageConfig",
            Kind::HierarchyLevels => "AWS::Connect::UserHierarchyStructure",
            Kind::HierarchyGroup => "AWS::Connect::UserHierarchyGroup",
            Kind::AgentStatus => "AWS::Connect::AgentStatus",
            Kind::Hours => "AWS::Connect::HoursOfOperation",
            Kind::PhoneNumber => "AWS::Connect::PhoneNumber",
            Kind::Queue => "AWS::Connect::Queue",
            Kind::QuickConnect => "AWS::Connect::QuickConnect",
            Kind::RoutingProfile => "AWS::Connect::RoutingProfile",
            Kind::SecurityProfile => "AWS::Connect::SecurityProfile",
            Kind::User => "AWS::Connect::User",
            Kind::Prompt => "AWS::Connect::Prompt",
            Kind::Flow => "AWS::Connect::ContactFlow",
            Kind::FlowModule => "AWS::Connect::ContactFlowModule",
            Kind::Integration => "AWS::Connect::IntegrationAssociation",
            Kind::Table => "AWS::DynamoDB::Table",
            Kind::Role => "AWS::IAM::Role",
            Kind::Policy => "AWS::IAM::ManagedPolicy",
            Kind::Lambda => "AWS::Lambda::Function",
            Kind::LambdaPermission => "AWS::Lambda::Permission",
            Kind::LambdaVersion => "AWS::Lambda::Version",
            Kind::LambdaAlias => "AWS::Lambda::Alias",
            Kind::Bucket => "AWS::S3::Bucket",
            Kind::BucketPolicy => "AWS::S3::BucketPolicy",
            Kind::Stream => "AWS::Kinesis::Stream",
            Kind::DeliveryStream => "AWS::KinesisFirehose::DeliveryStream",
            Kind::LogGroup => "AWS::Logs::LogGroup",
            Kind::LogStream => "AWS::Logs::LogStream",
            Kind::EventSource => "AWS::Lambda::EventSourceMapping",
            Kind::Database => "AWS::Glue::Database",
            Kind::CatalogTable => "AWS::Glue::Table",
            Kind::Crawler => "AWS::Glue::Crawler",
            Kind::Workgroup => "AWS::Athena::WorkGroup",
            Kind::NamedQuery => "AWS::Athena::NamedQuery",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A resource's name inside the blueprint, written `queue/customer_service`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The section.
    pub kind: Kind,
    /// The key in that section.
    pub name: String,
}

impl Address {
    /// Makes an address.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// A text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address; one looks like `queue/customer_service`")]
pub struct InvalidAddress(String);

impl std::str::FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAddress(text.to_owned());
        let (word, name) = text.split_once('/').ok_or_else(invalid)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(invalid)?;
        if name.is_empty() { Err(invalid()) } else { Ok(Address::new(kind, name)) }
    }
}
