//! Users. Changes of users are in [`super::user_updates`], the rules for their members in [`super::user_rules`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, created, find, hide, referred_id, text};
use super::error::invalid_parameter;
use super::hierarchy_groups::with_children;
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_500, Shape, TAGS, TEXT, max_results, operation, optional, required,
};
use super::resource::{HIERARCHY_GROUP, ROUTING_PROFILE, SECURITY_PROFILE, USER};
use super::search::Fields;
use super::user_rules::{self, CONFIGS, IDENTITY, PHONE};
use super::{page, predefined_attributes, presence, reference};

/// The security profiles of a user.
pub(super) const SECURITY_PROFILES: Shape = Shape::List(1, 10, &TEXT);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateUser",
        "PUT",
        "/users/{InstanceId}",
        &[
            required("Username", Shape::Text(1, 100)),
            required("SecurityProfileIds", SECURITY_PROFILES),
            required("RoutingProfileId", TEXT),
            optional("Password", TEXT),
            optional("IdentityInfo", IDENTITY),
            optional("PhoneConfig", PHONE),
            optional("DirectoryUserId", TEXT),
            optional("HierarchyGroupId", TEXT),
            optional("AutoAcceptConfigs", user_rules::AUTO_ACCEPT),
            optional("AfterContactWorkConfigs", user_rules::AFTER_CONTACT_WORK),
            optional("PhoneNumberConfigs", user_rules::PHONE_NUMBER),
            optional("PersistentConnectionConfigs", user_rules::PERSISTENT_CONNECTION),
            optional("VoiceEnhancementConfigs", user_rules::VOICE_ENHANCEMENT),
            TAGS,
        ],
        create,
    ),
    operation("DescribeUser", "GET", "/users/{InstanceId}/{UserId}", &[], describe),
    operation("DeleteUser", "DELETE", "/users/{InstanceId}/{UserId}", &[], delete),
    operation("ListUsers", "GET", "/users-summary/{InstanceId}", &[NEXT_TOKEN, max_results(1000)], list),
    operation("SearchUsers", "POST", "/search-users", SEARCH_500, search),
];

const FIELDS: Fields = Fields {
    text: &[
        ("Username", "Username"),
        ("FirstName", "IdentityInfo.FirstName"),
        ("LastName", "IdentityInfo.LastName"),
        ("RoutingProfileId", "RoutingProfileId"),
        ("SecurityProfileId", "SecurityProfileIds"),
        ("resourceId", "Id"),
    ],
    words: &[],
};

/// Kept with a user, but listed by an operation of its own.
const HIDDEN: &[&str] = &["Proficiencies"];

/// The user in the path of a request.
pub(super) fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &USER, input.instance(), input.need("UserId")?)
}

/// Writes a user back and says what the user refers to.
pub(super) fn save(environment: &Environment, input: &Input, body: Document) -> Result<Value, AwsError> {
    let body = document::save(environment, &USER, input.instance(), body)?;
    index(environment, input.instance(), &body)?;
    Ok(json!({}))
}

fn index(environment: &Environment, instance: &str, body: &Document) -> Result<(), AwsError> {
    let mut targets: BTreeSet<String> =
        security_profile_ids(body).iter().map(|id| reference::name(&SECURITY_PROFILE, id)).collect();
    for (kind, member) in [(&ROUTING_PROFILE, "RoutingProfileId"), (&HIERARCHY_GROUP, "HierarchyGroupId")] {
        targets.extend(Some(text(body, member)).filter(|id| !id.is_empty()).map(|id| reference::name(kind, id)));
    }
    let proficiencies = body.get("Proficiencies").and_then(Value::as_array).into_iter().flatten();
    targets.extend(
        proficiencies
            .filter_map(|entry| entry.get("AttributeName")?.as_str())
            .map(predefined_attributes::reference_name),
    );
    reference::set(environment, instance, &reference::name(&USER, text(body, "Id")), &targets)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    user_rules::check_new(input)?;
    let mut body = input.pick(&["Username", "IdentityInfo", "PhoneConfig", "DirectoryUserId", "Tags"]);
    body.extend(input.pick(CONFIGS));
    user_rules::complete_phone(&mut body);
    set_references(environment, input, &mut body)?;
    let body = document::create(environment, &USER, input.instance(), body)?;
    index(environment, input.instance(), &body)?;
    Ok(created(&USER, &body, ["UserId", "UserArn"]))
}

/// Sets the ids of the request's profiles and group, all of which exist.
pub(super) fn set_references(environment: &Environment, input: &Input, body: &mut Document) -> Result<(), AwsError> {
    for (kind, member) in [(&ROUTING_PROFILE, "RoutingProfileId"), (&HIERARCHY_GROUP, "HierarchyGroupId")] {
        if let Some(given) = input.text(member).filter(|given| !given.is_empty()) {
            let id = referred_id(environment, kind, input.instance(), given)?;
            body.insert(member.to_owned(), id.into());
        }
    }
    if input.value("SecurityProfileIds").is_some() {
        let given = input.texts("SecurityProfileIds").into_iter();
        let ids = given
            .map(|id| referred_id(environment, &SECURITY_PROFILE, input.instance(), id).map(Value::from))
            .collect::<Result<Value, AwsError>>()?;
        body.insert("SecurityProfileIds".to_owned(), ids);
    }
    Ok(())
}

/// The ids of a user's security profiles.
pub(super) fn security_profile_ids(body: &Document) -> BTreeSet<String> {
    let ids = body.get("SecurityProfileIds").and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Gives a user other security profiles: one to ten that exist.
pub(super) fn set_security_profiles(
    environment: &Environment,
    input: &Input,
    mut user: Document,
    ids: BTreeSet<String>,
) -> Result<Value, AwsError> {
    if !(1..=10).contains(&ids.len()) {
        return Err(invalid_parameter("A user has between 1 and 10 security profiles"));
    }
    for id in &ids {
        referred_id(environment, &SECURITY_PROFILE, input.instance(), id)?;
    }
    user.insert("SecurityProfileIds".to_owned(), ids.into_iter().collect());
    save(environment, input, user)
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    hide(&mut body, HIDDEN);
    Ok(json!({ "User": body }))
}

/// The model declares no error for a user in use: a quick connect to the user stays and leads nowhere.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let id = text(&body, "Id");
    reference::set(environment, input.instance(), &reference::name(&USER, id), &BTreeSet::new())?;
    presence::forget(environment, input.instance(), id)?;
    document::remove(environment, &USER, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&USER], None)?;
    Ok(page.list("UserSummaryList", |_, body| {
        let mut entry = Document::new();
        for member in ["Id", "Arn", "Username"] {
            entry.insert(member.to_owned(), text(&body, member).into());
        }
        document::copy_change(&body, &mut entry);
        entry.into()
    }))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let groups = wanted_groups(environment, input)?;
    let in_group = |name: &str, condition: &Value, body: &Document| {
        let wanted = || groups.get(&condition.to_string());
        let of_user = text(body, "HierarchyGroupId");
        (name == "HierarchyGroupCondition").then(|| wanted().is_some_and(|wanted| wanted.contains(of_user)))
    };
    let mut page = page::search(environment, input, &USER, &FIELDS, &in_group)?;
    for (_, body) in &mut page.entries {
        shown_in_search(body);
    }
    Ok(page.search("Users"))
}

/// The groups each hierarchy group condition of a request means, by the condition's JSON.
fn wanted_groups(environment: &Environment, input: &Input) -> Result<BTreeMap<String, BTreeSet<String>>, AwsError> {
    let mut conditions = Vec::new();
    for member in ["SearchCriteria", "SearchFilter"] {
        input.value(member).into_iter().for_each(|value| collect_conditions(value, &mut conditions));
    }
    let mut groups = BTreeMap::new();
    for condition in conditions {
        let group = condition.get("Value").and_then(Value::as_str).map(document::id_of).unwrap_or_default();
        let below = condition.get("HierarchyGroupMatchType").and_then(Value::as_str) == Some("WITH_CHILD_GROUPS");
        let wanted = if below {
            with_children(environment, input.instance(), group)?
        } else {
            BTreeSet::from([group.to_owned()])
        };
        groups.insert(condition.to_string(), wanted);
    }
    Ok(groups)
}

fn collect_conditions<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "HierarchyGroupCondition" { found.push(member) } else { collect_conditions(member, found) }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_conditions(value, found)),
        _ => {}
    }
}

/// The search gives first and last name only, and after contact work in milliseconds.
fn shown_in_search(body: &mut Document) {
    hide(body, HIDDEN);
    hide(body, &["LastModifiedTime", "LastModifiedRegion"]);
    if let Some(Value::Object(identity)) = body.get_mut("IdentityInfo") {
        identity.retain(|member, _| ["FirstName", "LastName"].contains(&member.as_str()));
    }
    if let Some(Value::Object(phone)) = body.get_mut("PhoneConfig")
        && let Some(seconds) = phone.get("AfterContactWorkTimeLimit").and_then(Value::as_i64)
    {
        phone.insert("AfterContactWorkTimeLimit".to_owned(), (seconds * 1000).into());
    }
}
