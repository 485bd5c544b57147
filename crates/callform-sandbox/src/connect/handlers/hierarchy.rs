//! `AWS::Connect::UserHierarchyGroup` and `AWS::Connect::UserHierarchyStructure`.

use serde_json::{Map, Value, json};

use super::properties::{arn_in, differs, instance_arn, present, refuse_change, tag_list, tags};
use super::service::{Service, not_found};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct UserHierarchyGroup;

impl ResourceHandler for UserHierarchyGroup {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        Service::new(context).call_for(
            "CreateUserHierarchyGroup",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "ParentGroupId": properties.get("ParentGroupArn"),
                "Tags": tags(properties),
            }),
            "HierarchyGroupArn",
        )
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "HierarchyGroupId": physical_id});
        let group = Service::new(context).describe("DescribeUserHierarchyGroup", input, "HierarchyGroup")?;
        Ok(group.map(|group| {
            present(json!({
                "UserHierarchyGroupArn": physical_id,
                "InstanceArn": instance,
                "Name": group.get("Name"),
                "ParentGroupArn": arn_in(instance, "agent-group", parent_of(&group)),
                "Tags": tag_list(group.get("Tags")),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        if differs(old, new, &["Name"]) {
            service.call(
                "UpdateUserHierarchyGroupName",
                json!({
                    "InstanceId": new.get("InstanceArn"),
                    "HierarchyGroupId": physical_id,
                    "Name": new.get("Name"),
                }),
            )?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "HierarchyGroupId": physical_id});
        Service::new(context).call("DeleteUserHierarchyGroup", input).map(drop)
    }
}

/// The id of the group above: the path has the group itself on its own level.
fn parent_of(group: &Map<String, Value>) -> Option<&Value> {
    let own = LEVELS.iter().position(|level| group.get("LevelId").and_then(Value::as_str) == Some(level.0))?;
    let above = LEVELS.get(own.checked_sub(1)?)?;
    group.get("HierarchyPath")?.get(above.1)?.get("Id")
}

/// Ids and members of the levels, from the top.
const LEVELS: [(&str, &str); 5] =
    [("1", "LevelOne"), ("2", "LevelTwo"), ("3", "LevelThree"), ("4", "LevelFour"), ("5", "LevelFive")];

pub(super) struct UserHierarchyStructure;

impl ResourceHandler for UserHierarchyStructure {
    /// The structure is always there; creating it sets its levels.
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let instance = properties.get("InstanceArn").and_then(Value::as_str).unwrap_or_default();
        update_structure(Service::new(context), instance, properties)?;
        Ok(format!("{instance}/user-hierarchy-structure"))
    }

    /// The names of the levels; gone where there are none. Ids and ARNs of levels, which the property could also have,
    /// follow from their place.
    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance});
        let structure =
            Service::new(context).describe("DescribeUserHierarchyStructure", input, "HierarchyStructure")?;
        let level = |structure: &Map<String, Value>, member: &str| {
            structure.get(member).map(|level| json!({"Name": level.get("Name")}))
        };
        Ok(structure.filter(|structure| !structure.is_empty()).map(|structure| {
            let levels: Map<String, Value> = LEVELS
                .iter()
                .filter_map(|(_, member)| Some(((*member).to_owned(), level(&structure, member)?)))
                .collect();
            present(json!({
                "UserHierarchyStructureArn": physical_id,
                "InstanceArn": instance,
                "UserHierarchyStructure": levels,
            }))
        }))
    }

    fn update(&self, context: &Context, _: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        let instance = new.get("InstanceArn").and_then(Value::as_str).unwrap_or_default();
        update_structure(Service::new(context), instance, new)
    }

    /// Removes all levels, which the service refuses while there are groups.
    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let service = Service::new(context);
        let instance = instance_arn(physical_id)?;
        match self.read(context, physical_id)? {
            Some(_) => update_structure(service, instance, &Properties::new()),
            None => Err(not_found(format!("The hierarchy structure of {instance} was not found."))),
        }
    }
}

fn update_structure(service: Service, instance: &str, properties: &Properties) -> HandlerResult<()> {
    let wanted = properties.get("UserHierarchyStructure");
    let level =
        |member: &str| wanted.and_then(|wanted| wanted.get(member)).map(|level| json!({"Name": level.get("Name")}));
    let levels: Map<String, Value> =
        LEVELS.iter().filter_map(|(_, member)| Some(((*member).to_owned(), level(member)?))).collect();
    let input = json!({"InstanceId": instance, "HierarchyStructure": levels});
    service.call("UpdateUserHierarchyStructure", input).map(drop)
}
