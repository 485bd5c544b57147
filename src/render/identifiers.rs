//! How the identifiers of each kind of resource look: attribute names, ARN forms, and the packed parameters they
//! travel in.

use crate::model::{Attribute, Kind};

/// How the ARN of a resource is put together from what travels in parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArnForm {
    /// `<instance ARN>/<segment>/<id>`; the bare id travels.
    InInstance(&'static str),
    /// Text for `Fn::Sub` around `${Id}`; the last part of the physical id travels.
    ById(&'static str),
    /// Text for `Fn::Sub` around `${Id}`; the physical id, a name, travels.
    ByName(&'static str),
    /// The physical id is all there is, and travels.
    Whole,
}

/// The form of a kind's ARNs.
pub(crate) fn arn_form(kind: Kind) -> ArnForm {
    match kind {
        Kind::Queue => ArnForm::InInstance("queue"),
        Kind::Hours => ArnForm::InInstance("operating-hours"),
        Kind::Flow => ArnForm::InInstance("contact-flow"),
        Kind::FlowModule => ArnForm::InInstance("flow-module"),
        Kind::RoutingProfile => ArnForm::InInstance("routing-profile"),
        Kind::SecurityProfile => ArnForm::InInstance("security-profile"),
        Kind::User => ArnForm::InInstance("agent"),
        Kind::AgentStatus => ArnForm::InInstance("agent-state"),
        Kind::HierarchyGroup => ArnForm::InInstance("agent-group"),
        Kind::QuickConnect => ArnForm::InInstance("transfer-destination"),
        Kind::Prompt => ArnForm::InInstance("prompt"),
        Kind::PhoneNumber => {
            ArnForm::ById("arn:${AWS::Partition}:connect:${AWS::Region}:${AWS::AccountId}:phone-number/${Id}")
        }
        Kind::Table => ArnForm::ByName("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Id}"),
        Kind::Lambda => ArnForm::ByName("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Id}"),
        Kind::Role => ArnForm::ByName("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Id}"),
        Kind::Bucket => ArnForm::ByName("arn:${AWS::Partition}:s3:::${Id}"),
        Kind::Stream => ArnForm::ByName("arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${Id}"),
        Kind::DeliveryStream => {
            ArnForm::ByName("arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/${Id}")
        }
        // With the `:*` that `Fn::GetAtt` gives too.
        Kind::LogGroup => {
            ArnForm::ByName("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Id}:*")
        }
        Kind::Database => ArnForm::ByName("arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:database/${Id}"),
        Kind::Crawler => ArnForm::ByName("arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:crawler/${Id}"),
        Kind::Workgroup => {
            ArnForm::ByName("arn:${AWS::Partition}:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${Id}")
        }
        Kind::Instance
        | Kind::Storage
        | Kind::HierarchyLevels
        | Kind::LogStream
        | Kind::EventSource
        | Kind::CatalogTable
        | Kind::NamedQuery
        | Kind::Integration
        | Kind::Policy
        | Kind::LambdaPermission
        | Kind::LambdaVersion
        | Kind::LambdaAlias
        | Kind::BucketPolicy => ArnForm::Whole,
    }
}

/// The attribute of `Fn::GetAtt` that is the ARN; none where `Ref` is all there is.
pub(crate) fn arn_attribute(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Queue => "QueueArn",
        Kind::Hours => "HoursOfOperationArn",
        Kind::Flow => "ContactFlowArn",
        Kind::FlowModule => "ContactFlowModuleArn",
        Kind::RoutingProfile => "RoutingProfileArn",
        Kind::SecurityProfile => "SecurityProfileArn",
        Kind::User => "UserArn",
        Kind::AgentStatus => "AgentStatusArn",
        Kind::HierarchyGroup => "UserHierarchyGroupArn",
        Kind::HierarchyLevels => "UserHierarchyStructureArn",
        Kind::QuickConnect => "QuickConnectArn",
        Kind::Prompt => "PromptArn",
        Kind::PhoneNumber => "PhoneNumberArn",
        Kind::Policy => "PolicyArn",
        Kind::Instance
        | Kind::Table
        | Kind::Lambda
        | Kind::Role
        | Kind::Bucket
        | Kind::Stream
        | Kind::DeliveryStream
        | Kind::LogGroup => "Arn",
        Kind::Storage
        | Kind::Integration
        | Kind::LambdaPermission
        | Kind::LambdaVersion
        | Kind::LambdaAlias
        | Kind::BucketPolicy
        | Kind::LogStream
        | Kind::EventSource
        | Kind::Database
        | Kind::CatalogTable
        | Kind::Crawler
        | Kind::Workgroup
        | Kind::NamedQuery => return None,
    })
}

/// The text before the bare id in an ARN, for splitting it off; none where the physical id is a name.
pub(crate) fn before_id(kind: Kind) -> Option<String> {
    match arn_form(kind) {
        ArnForm::InInstance(segment) => Some(format!("/{segment}/")),
        ArnForm::ById(_) => Some("phone-number/".to_owned()),
        ArnForm::ByName(_) | ArnForm::Whole => None,
    }
}

/// The name of the packed parameter identifiers of a kind travel in.
pub(super) fn parameter_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Queue => "QueueIds",
        Kind::Hours => "HoursOfOperationIds",
        Kind::Flow => "ContactFlowIds",
        Kind::FlowModule => "ContactFlowModuleIds",
        Kind::RoutingProfile => "RoutingProfileIds",
        Kind::SecurityProfile => "SecurityProfileIds",
        Kind::User => "UserIds",
        Kind::AgentStatus => "AgentStatusIds",
        Kind::HierarchyGroup => "UserHierarchyGroupIds",
        Kind::QuickConnect => "QuickConnectIds",
        Kind::Prompt => "PromptIds",
        Kind::PhoneNumber => "PhoneNumberIds",
        Kind::Table => "TableNames",
        Kind::Lambda => "FunctionNames",
        Kind::Role => "RoleNames",
        Kind::Bucket => "BucketNames",
        Kind::Stream => "StreamNames",
        Kind::DeliveryStream => "DeliveryStreamNames",
        Kind::LogGroup => "LogGroupNames",
        Kind::LogStream => "LogStreamNames",
        Kind::EventSource => "EventSourceMappingIds",
        Kind::Database => "DatabaseNames",
        Kind::CatalogTable => "CatalogTableRefs",
        Kind::Crawler => "CrawlerNames",
        Kind::Workgroup => "WorkGroupNames",
        Kind::NamedQuery => "NamedQueryIds",
        Kind::Policy => "ManagedPolicyArns",
        Kind::HierarchyLevels => "UserHierarchyStructureArns",
        Kind::Instance => "InstanceArns",
        Kind::Storage => "InstanceStorageConfigRefs",
        Kind::Integration => "IntegrationAssociationRefs",
        Kind::LambdaPermission => "PermissionRefs",
        Kind::LambdaVersion => "VersionArns",
        Kind::LambdaAlias => "AliasArns",
        Kind::BucketPolicy => "BucketPolicyRefs",
    }
}

/// The identifier of a kind that travels in parameters.
pub(crate) fn traveling(kind: Kind) -> Attribute {
    match arn_form(kind) {
        ArnForm::InInstance(_) | ArnForm::ById(_) => Attribute::Id,
        ArnForm::ByName(_) | ArnForm::Whole => Attribute::Ref,
    }
}

/// The kind whose identifiers a parameter carries, by its name.
pub(crate) fn kind_of_parameter(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|&kind| name.starts_with(parameter_name(kind)))
}

/// How many identifiers of a kind fit into one parameter, whose value may have 4,096 bytes: ids are UUIDs; names may
/// have 255 characters.
pub(super) fn per_parameter(kind: Kind) -> usize {
    match arn_form(kind) {
        ArnForm::InInstance(_) | ArnForm::ById(_) => 100,
        ArnForm::ByName(_) | ArnForm::Whole => 15,
    }
}
