//! The user hierarchy's structure: up to five levels with names. It always exists, at first without levels.

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{Document, text, timestamp};
use super::error::{in_use, invalid_parameter};
use super::hierarchy_groups;
use super::input::Input;
use super::operation::{Operation, Shape, operation, optional, required};

const LEVEL: Shape = Shape::Object(&[required("Name", Shape::Text(1, 50))]);

pub(super) const OPERATIONS: &[Operation] = &[
    operation("DescribeUserHierarchyStructure", "GET", "/user-hierarchy-structure/{InstanceId}", &[], describe),
    operation(
        "UpdateUserHierarchyStructure",
        "POST",
        "/user-hierarchy-structure/{InstanceId}",
        &[required(
            "HierarchyStructure",
            Shape::Object(&[
                optional("LevelOne", LEVEL),
                optional("LevelTwo", LEVEL),
                optional("LevelThree", LEVEL),
                optional("LevelFour", LEVEL),
                optional("LevelFive", LEVEL),
            ]),
        )],
        update,
    ),
];

/// Members of the structure, from the top; the id of the first is `1`.
pub(super) const LEVELS: [&str; 5] = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];

const DOCUMENT: &str = "connect/hierarchy-structure";

/// The levels an instance has, by member name.
pub(super) fn structure(environment: &Environment, instance: &str) -> Result<Document, AwsError> {
    Ok(environment.tx.get(DOCUMENT, instance, "structure")?.unwrap_or_default())
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({ "HierarchyStructure": structure(environment, input.instance())? }))
}

/// Levels that are left out are removed, unless there are groups on them.
fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let given = input.object("HierarchyStructure").cloned().unwrap_or_default();
    let name = |member: &str| given.get(member).and_then(|level| level.get("Name")).and_then(Value::as_str);
    let depth = LEVELS.iter().take_while(|member| name(member).is_some()).count();
    if let Some(member) = LEVELS.iter().skip(depth).find(|member| name(member).is_some()) {
        return Err(invalid_parameter(format!("{member} is given, but a level above it is not")));
    }
    let old = structure(environment, input.instance())?;
    for (at, member) in LEVELS.iter().enumerate().skip(depth) {
        let level = (at + 1).to_string();
        if old.contains_key(*member) && hierarchy_groups::any_on_level(environment, input.instance(), &level)? {
            return Err(in_use(
                format!("There are hierarchy groups on level {level}."),
                Some("HIERARCHY_LEVEL"),
                &level,
            ));
        }
    }
    let mut new = Map::new();
    for (at, member) in LEVELS.iter().enumerate() {
        let Some(name) = name(member) else { break };
        let unchanged = old.get(*member).filter(|level| level.get("Name").and_then(Value::as_str) == Some(name));
        let level = unchanged.cloned().unwrap_or_else(|| level(environment, input, at + 1, name));
        new.insert((*member).to_owned(), level);
    }
    environment.tx.put(DOCUMENT, input.instance(), "structure", None, &new)?;
    Ok(json!({}))
}

fn level(environment: &Environment, input: &Input, number: usize, name: &str) -> Value {
    json!({
        "Id": number.to_string(),
        "Arn": format!("{}/agent-group-level/{number}", text(input.instance_document(), "Arn")),
        "Name": name,
        "LastModifiedTime": timestamp(environment),
        "LastModifiedRegion": environment.region,
    })
}
