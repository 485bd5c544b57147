//! `AWS::Connect::User`. Updates are in [`super::user_update`].

use serde_json::{Value, json};

use super::properties::{arn_in, instance_arn, present, tag_list, tags};
use super::service::Service;
use super::user_update;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct User;

/// Settings by channel, which take the place of `PhoneConfig`.
pub(super) const CONFIGS: [&str; 5] = [
    "AutoAcceptConfigs",
    "AfterContactWorkConfigs",
    "PhoneNumberConfigs",
    "PersistentConnectionConfigs",
    "VoiceEnhancementConfigs",
];

impl ResourceHandler for User {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let mut input = json!({
            "InstanceId": properties.get("InstanceArn"),
            "Username": properties.get("Username"),
            "Password": properties.get("Password"),
            "IdentityInfo": properties.get("IdentityInfo"),
            "PhoneConfig": properties.get("PhoneConfig"),
            "DirectoryUserId": properties.get("DirectoryUserId"),
            "RoutingProfileId": properties.get("RoutingProfileArn"),
            "SecurityProfileIds": properties.get("SecurityProfileArns"),
            "HierarchyGroupId": properties.get("HierarchyGroupArn"),
            "Tags": tags(properties),
        });
        for member in CONFIGS {
            input[member] = json!(properties.get(member));
        }
        let arn = service.call_for("CreateUser", input, "UserArn")?;
        user_update::proficiencies(service, &arn, &Properties::new(), properties)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let service = Service::new(context);
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "UserId": physical_id});
        let Some(user) = service.describe("DescribeUser", input.clone(), "User")? else {
            return Ok(None);
        };
        let profiles = user.get("SecurityProfileIds").and_then(Value::as_array).into_iter().flatten();
        let profiles: Vec<Value> = profiles.map(|id| arn_in(instance, "security-profile", Some(id))).collect();
        let mut properties = json!({
            "UserArn": physical_id,
            "InstanceArn": instance,
            "Username": user.get("Username"),
            "IdentityInfo": user.get("IdentityInfo"),
            "PhoneConfig": user.get("PhoneConfig"),
            "DirectoryUserId": user.get("DirectoryUserId"),
            "RoutingProfileArn": arn_in(instance, "routing-profile", user.get("RoutingProfileId")),
            "SecurityProfileArns": profiles,
            "HierarchyGroupArn": arn_in(instance, "agent-group", user.get("HierarchyGroupId")),
            "UserProficiencies": service.list("ListUserProficiencies", input, "UserProficiencyList")?,
            "Tags": tag_list(user.get("Tags")),
        });
        for member in CONFIGS {
            properties[member] = json!(user.get(member));
        }
        Ok(Some(present(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        user_update::update(Service::new(context), physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "UserId": physical_id});
        Service::new(context).call("DeleteUser", input).map(drop)
    }
}
