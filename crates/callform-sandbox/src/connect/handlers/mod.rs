//! CloudFormation resource handlers of the `AWS::Connect` types.
//!
//! As the real handlers do, they call the service's operations: a request they make passes every check of the service.
//! Source of names, identifiers and limits: the CloudFormation resource schemas; of behavior: the notes in each file.

mod agent_status;
mod associations;
mod contact_flow;
mod contact_flow_module;
mod flow_versions;
mod hierarchy;
mod hours_of_operation;
mod instance;
mod phone_number;
mod predefined_attribute;
mod prompt;
mod properties;
mod queue;
mod quick_connect;
mod routing_profile;
mod rule;
mod security_profile;
mod service;
mod storage_config;
mod task_template;
mod test_case;
mod use_case;
mod user;
mod user_update;
mod view;

use crate::handler::ResourceHandler;

/// The handlers of all supported types, by resource type.
pub fn handlers() -> Vec<(&'static str, Box<dyn ResourceHandler>)> {
    vec![
        ("AWS::Connect::AgentStatus", Box::new(agent_status::AgentStatus)),
        ("AWS::Connect::ApprovedOrigin", Box::new(associations::ApprovedOrigin)),
        ("AWS::Connect::ContactFlow", Box::new(contact_flow::ContactFlow)),
        ("AWS::Connect::ContactFlowModule", Box::new(contact_flow_module::ContactFlowModule)),
        ("AWS::Connect::ContactFlowModuleAlias", Box::new(flow_versions::ContactFlowModuleAlias)),
        ("AWS::Connect::ContactFlowModuleVersion", Box::new(flow_versions::CONTACT_FLOW_MODULE_VERSION)),
        ("AWS::Connect::ContactFlowVersion", Box::new(flow_versions::CONTACT_FLOW_VERSION)),
        ("AWS::Connect::HoursOfOperation", Box::new(hours_of_operation::HoursOfOperation)),
        ("AWS::Connect::Instance", Box::new(instance::Instance)),
        ("AWS::Connect::InstanceStorageConfig", Box::new(storage_config::InstanceStorageConfig)),
        ("AWS::Connect::IntegrationAssociation", Box::new(associations::IntegrationAssociation)),
        ("AWS::Connect::PhoneNumber", Box::new(phone_number::PhoneNumber)),
        ("AWS::Connect::PredefinedAttribute", Box::new(predefined_attribute::PredefinedAttribute)),
        ("AWS::Connect::Prompt", Box::new(prompt::Prompt)),
        ("AWS::Connect::Queue", Box::new(queue::Queue)),
        ("AWS::Connect::QuickConnect", Box::new(quick_connect::QuickConnect)),
        ("AWS::Connect::RoutingProfile", Box::new(routing_profile::RoutingProfile)),
        ("AWS::Connect::Rule", Box::new(rule::Rule)),
        ("AWS::Connect::SecurityKey", Box::new(associations::SecurityKey)),
        ("AWS::Connect::SecurityProfile", Box::new(security_profile::SecurityProfile)),
        ("AWS::Connect::TaskTemplate", Box::new(task_template::TaskTemplate)),
        ("AWS::Connect::TestCase", Box::new(test_case::TestCase)),
        ("AWS::Connect::UseCase", Box::new(use_case::UseCase)),
        ("AWS::Connect::User", Box::new(user::User)),
        ("AWS::Connect::UserHierarchyGroup", Box::new(hierarchy::UserHierarchyGroup)),
        ("AWS::Connect::UserHierarchyStructure", Box::new(hierarchy::UserHierarchyStructure)),
        ("AWS::Connect::View", Box::new(view::View)),
        ("AWS::Connect::ViewVersion", Box::new(view::ViewVersion)),
    ]
}

#[cfg(test)]
mod tests;
