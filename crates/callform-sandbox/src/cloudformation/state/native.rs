//! The types of resources that the engine carries out itself; their handlers are not services.

use super::events::STACK_TYPE;

/// A kind of such a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Native {
    NestedStack,
    CustomResource,
    WaitCondition,
    WaitConditionHandle,
    /// `AWS::CDK::Metadata`: says which constructs a template was made of, and does nothing.
    Metadata,
}

impl Native {
    /// The kind of a type; `None` where a handler carries it out.
    pub(crate) fn of(type_name: &str) -> Option<Self> {
        match type_name {
            STACK_TYPE => Some(Self::NestedStack),
            "AWS::CloudFormation::CustomResource" => Some(Self::CustomResource),
            "AWS::CloudFormation::WaitCondition" => Some(Self::WaitCondition),
            "AWS::CloudFormation::WaitConditionHandle" => Some(Self::WaitConditionHandle),
            "AWS::CDK::Metadata" => Some(Self::Metadata),
            _ => type_name.starts_with("Custom::").then_some(Self::CustomResource),
        }
    }
}
