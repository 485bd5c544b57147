//! `AWS::Connect::SecurityProfile`.

use serde_json::{Map, Value, json};

use super::properties::{instance_arn, list, present, tag_list, tags, text_or_empty};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct SecurityProfile;

/// Lists that operations of their own return, and those operations.
const LISTED: [(&str, &str); 3] = [
    ("Permissions", "ListSecurityProfilePermissions"),
    ("Applications", "ListSecurityProfileApplications"),
    ("AllowedFlowModules", "ListSecurityProfileFlowModules"),
];

impl ResourceHandler for SecurityProfile {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let mut input = members(properties);
        input["InstanceId"] = json!(properties.get("InstanceArn"));
        input["SecurityProfileName"] = json!(properties.get("SecurityProfileName"));
        input["Description"] = json!(properties.get("Description"));
        input["Tags"] = tags(properties);
        Service::new(context).call_for("CreateSecurityProfile", input, "SecurityProfileArn")
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let service = Service::new(context);
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "SecurityProfileId": physical_id});
        let Some(profile) = service.describe("DescribeSecurityProfile", input.clone(), "SecurityProfile")? else {
            return Ok(None);
        };
        let mut properties = present(json!({
            "SecurityProfileArn": physical_id,
            "InstanceArn": instance,
            "SecurityProfileName": profile.get("SecurityProfileName"),
            "Description": profile.get("Description"),
            "AllowedAccessControlTags": tag_list(profile.get("AllowedAccessControlTags")),
            "TagRestrictedResources": profile.get("TagRestrictedResources"),
            "HierarchyRestrictedResources": profile.get("HierarchyRestrictedResources"),
            "AllowedAccessControlHierarchyGroupId": profile.get("AllowedAccessControlHierarchyGroupId"),
            "GranularAccessControlConfiguration": profile.get("GranularAccessControlConfiguration"),
            "Tags": tag_list(profile.get("Tags")),
            "LastModifiedTime": profile.get("LastModifiedTime"),
            "LastModifiedRegion": profile.get("LastModifiedRegion"),
        }));
        for (member, operation) in LISTED {
            let entries = service.list(operation, input.clone(), member)?;
            if !entries.is_empty() {
                properties.insert(member.to_owned(), entries.into());
            }
        }
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let service = Service::new(context);
        let mut input = members(new);
        input["InstanceId"] = json!(new.get("InstanceArn"));
        input["SecurityProfileId"] = physical_id.into();
        input["Description"] = text_or_empty(new, "Description");
        input["AllowedAccessControlHierarchyGroupId"] = text_or_empty(new, "AllowedAccessControlHierarchyGroupId");
        service.call("UpdateSecurityProfile", input)?;
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "SecurityProfileId": physical_id});
        Service::new(context).call("DeleteSecurityProfile", input).map(drop)
    }
}

/// The members that an update replaces: lists that are left out are empty.
fn members(properties: &Properties) -> Value {
    let access_tags: Map<String, Value> = list(properties, "AllowedAccessControlTags")
        .iter()
        .filter_map(|tag| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.clone())))
        .collect();
    json!({
        "Permissions": list(properties, "Permissions"),
        "AllowedAccessControlTags": access_tags,
        "TagRestrictedResources": list(properties, "TagRestrictedResources"),
        "HierarchyRestrictedResources": list(properties, "HierarchyRestrictedResources"),
        "Applications": list(properties, "Applications"),
        "AllowedFlowModules": list(properties, "AllowedFlowModules"),
        "AllowedAccessControlHierarchyGroupId": properties.get("AllowedAccessControlHierarchyGroupId"),
        "GranularAccessControlConfiguration": properties.get("GranularAccessControlConfiguration"),
    })
}
