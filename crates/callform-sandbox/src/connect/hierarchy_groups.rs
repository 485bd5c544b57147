//! User hierarchy groups: a tree under the levels of the hierarchy structure.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, hide, referred, summary, text};
use super::error::{in_use, invalid_parameter};
use super::hierarchy::{LEVELS, structure};
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, TEXT, max_results, operation, optional, required,
};
use super::resource::{HIERARCHY_GROUP, USER};
use super::search::{Fields, nothing_special};
use super::{page, reference};

const NAME: Shape = Shape::Text(1, 100);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateUserHierarchyGroup",
        "PUT",
        "/user-hierarchy-groups/{InstanceId}",
        &[required("Name", NAME), optional("ParentGroupId", TEXT), TAGS],
        create,
    ),
    operation(
        "DescribeUserHierarchyGroup",
        "GET",
        "/user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}",
        &[],
        describe,
    ),
    operation(
        "DeleteUserHierarchyGroup",
        "DELETE",
        "/user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}",
        &[],
        delete,
    ),
    operation(
        "ListUserHierarchyGroups",
        "GET",
        "/user-hierarchy-groups-summary/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000)],
        list,
    ),
    operation("SearchUserHierarchyGroups", "POST", "/search-user-hierarchy-groups", SEARCH_100, search),
    operation(
        "UpdateUserHierarchyGroupName",
        "POST",
        "/user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}/name",
        &[required("Name", NAME)],
        update_name,
    ),
];

const FIELDS: Fields = Fields {
    text: &[("name", "Name"), ("parentId", "ParentGroupId"), ("levelId", "LevelId"), ("resourceID", "Id")],
    words: &[],
};

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &HIERARCHY_GROUP, input.instance(), input.need("HierarchyGroupId")?)
}

/// A group is one level below its parent, and that level has to exist.
fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Tags"]);
    let mut level = 1;
    if let Some(given) = input.text("ParentGroupId").filter(|given| !given.is_empty()) {
        let parent = referred(environment, &HIERARCHY_GROUP, input.instance(), given)?;
        level = text(&parent, "LevelId").parse::<usize>().unwrap_or_default() + 1;
        body.insert("ParentGroupId".to_owned(), text(&parent, "Id").into());
    }
    let levels = structure(environment, input.instance())?;
    if LEVELS.get(level - 1).is_none_or(|member| !levels.contains_key(*member)) {
        return Err(invalid_parameter(format!("The hierarchy has no level {level}")));
    }
    body.insert("LevelId".to_owned(), level.to_string().into());
    let body = document::create(environment, &HIERARCHY_GROUP, input.instance(), body)?;
    let parent = body.get("ParentGroupId").and_then(Value::as_str);
    let targets = parent.map(|parent| reference::name(&HIERARCHY_GROUP, parent)).into_iter().collect();
    let own = reference::name(&HIERARCHY_GROUP, text(&body, "Id"));
    reference::set(environment, input.instance(), &own, &targets)?;
    Ok(created(&HIERARCHY_GROUP, &body, ["HierarchyGroupId", "HierarchyGroupArn"]))
}

/// Whether there is a group on a level.
pub(super) fn any_on_level(environment: &Environment, instance: &str, level: &str) -> Result<bool, AwsError> {
    let groups = environment.tx.list::<Document>(HIERARCHY_GROUP.document, instance)?;
    Ok(groups.iter().any(|(_, group)| text(group, "LevelId") == level))
}

/// The ids of a group and of all groups below it.
pub(super) fn with_children(
    environment: &Environment,
    instance: &str,
    group: &str,
) -> Result<BTreeSet<String>, AwsError> {
    let mut all = BTreeSet::from([group.to_owned()]);
    let mut last = all.clone();
    while !last.is_empty() {
        let mut next = BTreeSet::new();
        for id in last {
            let own = reference::name(&HIERARCHY_GROUP, &id);
            next.extend(reference::referrers(environment, instance, &HIERARCHY_GROUP, &own)?);
        }
        last = next.difference(&all).cloned().collect();
        all.extend(next);
    }
    Ok(all)
}

/// The description: with the path from the top instead of the parent.
fn shown(environment: &Environment, instance: &str, body: &mut Document) -> Result<(), AwsError> {
    let mut path = vec![summary(&HIERARCHY_GROUP, body, &[])];
    let mut parent = text(body, "ParentGroupId").to_owned();
    while !parent.is_empty() && path.len() < LEVELS.len() {
        let group = find(environment, &HIERARCHY_GROUP, instance, &parent)?;
        path.push(summary(&HIERARCHY_GROUP, &group, &[]));
        text(&group, "ParentGroupId").clone_into(&mut parent);
    }
    let path: Map<String, Value> =
        LEVELS.iter().zip(path.into_iter().rev()).map(|(member, group)| ((*member).to_owned(), group)).collect();
    body.insert("HierarchyPath".to_owned(), path.into());
    hide(body, &["ParentGroupId"]);
    Ok(())
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    shown(environment, input.instance(), &mut body)?;
    Ok(json!({ "HierarchyGroup": body }))
}

/// A group with users or with groups below it stays.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let id = text(&body, "Id");
    let own = reference::name(&HIERARCHY_GROUP, id);
    for kind in [&USER, &HIERARCHY_GROUP] {
        if let Some(user) = reference::referrers(environment, input.instance(), kind, &own)?.first() {
            let message = format!("The hierarchy group is in use by the {} {user}.", kind.noun);
            return Err(in_use(message, Some("HIERARCHY_GROUP"), id));
        }
    }
    reference::set(environment, input.instance(), &own, &BTreeSet::new())?;
    document::remove(environment, &HIERARCHY_GROUP, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&HIERARCHY_GROUP], None)?;
    Ok(page.list("UserHierarchyGroupSummaryList", |kind, body| summary(kind, &body, &[])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut page = page::search(environment, input, &HIERARCHY_GROUP, &FIELDS, &nothing_special)?;
    for (_, body) in &mut page.entries {
        shown(environment, input.instance(), body)?;
    }
    Ok(page.search("UserHierarchyGroups"))
}

fn update_name(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let id = text(&body, "Id").to_owned();
    assign(&mut body, input, &["Name"]);
    document::check_name(environment, &HIERARCHY_GROUP, input.instance(), &body, Some(&id))?;
    document::save(environment, &HIERARCHY_GROUP, input.instance(), body)?;
    Ok(json!({}))
}
