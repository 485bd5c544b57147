//! Security profiles. Their name cannot be changed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, hide, id_of, referred_id, summary, text};
use super::error::{access_denied, in_use, invalid_parameter};
use super::input::Input;
use super::operation::{
    ID, NEXT_TOKEN, Operation, SEARCH_100, SEARCH_TOKEN, Shape, TAGS, TEXT, max_results, operation, optional, required,
    search_size,
};
use super::resource::{HIERARCHY_GROUP, SECURITY_PROFILE, USER};
use super::search::{Fields, nothing_special};
use super::{page, reference, users};

const DESCRIPTION: Shape = Shape::Text(0, 250);
const WORD: Shape = Shape::Text(1, 128);
const PERMISSIONS: Shape = Shape::List(0, 500, &WORD);
const ACCESS_TAGS: Shape = Shape::TextMap(0, 4);
const RESTRICTED: Shape = Shape::List(0, 10, &WORD);
const APPLICATIONS: Shape = Shape::List(
    0,
    10,
    &Shape::Object(&[
        optional("Namespace", WORD),
        optional("ApplicationPermissions", Shape::List(1, 50, &WORD)),
        optional("Type", Shape::OneOf(&["MCP", "THIRD_PARTY_APPLICATION"])),
    ]),
);
const MODULES: Shape =
    Shape::List(0, 10, &Shape::Object(&[optional("FlowModuleId", WORD), optional("Type", Shape::OneOf(&["MCP"]))]));
const AGENTS: Shape =
    Shape::List(0, 100, &Shape::Object(&[optional("Arn", TEXT), optional("Type", Shape::OneOf(&["THIRD_PARTY"]))]));
const USERS: Shape = Shape::OneOf(&["USER"]);
const PROFILES: Shape = Shape::List(1, 10, &Shape::Object(&[optional("Id", TEXT)]));

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateSecurityProfile",
        "PUT",
        "/security-profiles/{InstanceId}",
        &[
            required("SecurityProfileName", Shape::Text(1, 127)),
            optional("Description", DESCRIPTION),
            optional("Permissions", PERMISSIONS),
            optional("AllowedAccessControlTags", ACCESS_TAGS),
            optional("TagRestrictedResources", RESTRICTED),
            optional("Applications", APPLICATIONS),
            optional("HierarchyRestrictedResources", Shape::List(0, 500, &WORD)),
            optional("AllowedAccessControlHierarchyGroupId", TEXT),
            optional("AllowedFlowModules", MODULES),
            optional("AllowedAIAgents", AGENTS),
            optional("GranularAccessControlConfiguration", Shape::Object(&[])),
            TAGS,
        ],
        create,
    ),
    operation("DescribeSecurityProfile", "GET", "/security-profiles/{InstanceId}/{SecurityProfileId}", &[], describe),
    operation(
        "UpdateSecurityProfile",
        "POST",
        "/security-profiles/{InstanceId}/{SecurityProfileId}",
        &[
            optional("Description", DESCRIPTION),
            optional("Permissions", PERMISSIONS),
            optional("AllowedAccessControlTags", ACCESS_TAGS),
            optional("TagRestrictedResources", RESTRICTED),
            optional("Applications", APPLICATIONS),
            optional("HierarchyRestrictedResources", Shape::List(0, 500, &WORD)),
            optional("AllowedAccessControlHierarchyGroupId", TEXT),
            optional("AllowedFlowModules", MODULES),
            optional("AllowedAIAgents", AGENTS),
            optional("GranularAccessControlConfiguration", Shape::Object(&[])),
        ],
        update,
    ),
    operation("DeleteSecurityProfile", "DELETE", "/security-profiles/{InstanceId}/{SecurityProfileId}", &[], delete),
    operation(
        "ListSecurityProfiles",
        "GET",
        "/security-profiles-summary/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000)],
        list,
    ),
    operation("SearchSecurityProfiles", "POST", "/search-security-profiles", SEARCH_100, search),
    operation(
        "ListSecurityProfilePermissions",
        "GET",
        "/security-profiles-permissions/{InstanceId}/{SecurityProfileId}",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_of(environment, input, "Permissions"),
    ),
    operation(
        "ListSecurityProfileApplications",
        "GET",
        "/security-profiles-applications/{InstanceId}/{SecurityProfileId}",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_of(environment, input, "Applications"),
    ),
    operation(
        "ListSecurityProfileFlowModules",
        "GET",
        "/security-profiles-flow-modules/{InstanceId}/{SecurityProfileId}",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_of(environment, input, "AllowedFlowModules"),
    ),
    operation(
        "ListSecurityProfileAIAgents",
        "GET",
        "/security-profiles-ai-agents/{InstanceId}/{SecurityProfileId}",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_of(environment, input, "AllowedAIAgents"),
    ),
    operation(
        "AssociateSecurityProfiles",
        "POST",
        "/associate-security-profiles/{InstanceId}",
        &[required("SecurityProfiles", PROFILES), required("EntityType", USERS), required("EntityArn", ID)],
        associate,
    ),
    operation(
        "DisassociateSecurityProfiles",
        "POST",
        "/disassociate-security-profiles/{InstanceId}",
        &[required("SecurityProfiles", PROFILES), required("EntityType", USERS), required("EntityArn", ID)],
        disassociate,
    ),
    operation(
        "ListEntitySecurityProfiles",
        "POST",
        "/entity-security-profiles-summary/{InstanceId}",
        &[required("EntityType", USERS), required("EntityArn", ID), SEARCH_TOKEN, search_size(100)],
        list_of_entity,
    ),
];

const FIELDS: Fields = Fields {
    text: &[("name", "SecurityProfileName"), ("description", "Description"), ("resourceID", "Id")],
    words: &[],
};

/// Kept with a profile, but listed by operations of their own.
const HIDDEN: &[&str] = &["Permissions", "Applications", "AllowedFlowModules", "AllowedAIAgents"];

const MEMBERS: &[&str] = &[
    "Description",
    "Permissions",
    "AllowedAccessControlTags",
    "TagRestrictedResources",
    "Applications",
    "HierarchyRestrictedResources",
    "AllowedAccessControlHierarchyGroupId",
    "AllowedFlowModules",
    "AllowedAIAgents",
    "GranularAccessControlConfiguration",
];

/// What the search leaves out.
const NOT_SEARCHED: &[&str] = &[
    "LastModifiedTime",
    "LastModifiedRegion",
    "AllowedAccessControlTags",
    "TagRestrictedResources",
    "HierarchyRestrictedResources",
    "AllowedAccessControlHierarchyGroupId",
    "GranularAccessControlConfiguration",
];

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &SECURITY_PROFILE, input.instance(), input.need("SecurityProfileId")?)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("SecurityProfileName")?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || " _@-".contains(c)) {
        return Err(invalid_parameter(format!("The security profile name {name} has characters that are not allowed")));
    }
    let mut body = input.pick(MEMBERS);
    body.extend(input.pick(&["SecurityProfileName", "Tags"]));
    body.insert("OrganizationResourceId".to_owned(), input.instance().into());
    body.insert("Type".to_owned(), "CUSTOMER_MANAGED".into());
    refer_group(environment, input, &mut body)?;
    let body = document::create(environment, &SECURITY_PROFILE, input.instance(), body)?;
    Ok(created(&SECURITY_PROFILE, &body, ["SecurityProfileId", "SecurityProfileArn"]))
}

fn refer_group(environment: &Environment, input: &Input, body: &mut Document) -> Result<(), AwsError> {
    let member = "AllowedAccessControlHierarchyGroupId";
    if let Some(given) = input.text(member).filter(|given| !given.is_empty()) {
        let group = referred_id(environment, &HIERARCHY_GROUP, input.instance(), given)?;
        body.insert(member.to_owned(), group.into());
    }
    Ok(())
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    hide(&mut body, HIDDEN);
    Ok(json!({ "SecurityProfile": body }))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    assign(&mut body, input, MEMBERS);
    refer_group(environment, input, &mut body)?;
    document::save(environment, &SECURITY_PROFILE, input.instance(), body)?;
    Ok(json!({}))
}

/// A built-in profile stays (the model declares the error, its occasion is weakly attested (?)), and one that users have.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let id = text(&body, "Id");
    if text(&body, "Type") == "AWS_MANAGED" {
        let message = format!("The security profile {} cannot be deleted.", text(&body, "SecurityProfileName"));
        return Err(access_denied(message));
    }
    let own = reference::name(&SECURITY_PROFILE, id);
    if let Some(user) = reference::referrers(environment, input.instance(), &USER, &own)?.first() {
        return Err(in_use(format!("The security profile is in use by the user {user}."), None, id));
    }
    document::remove(environment, &SECURITY_PROFILE, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&SECURITY_PROFILE], None)?;
    Ok(page.list("SecurityProfileSummaryList", |kind, body| summary(kind, &body, &["Type"])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut page = page::search(environment, input, &SECURITY_PROFILE, &FIELDS, &nothing_special)?;
    for (_, body) in &mut page.entries {
        hide(body, HIDDEN);
        hide(body, NOT_SEARCHED);
    }
    Ok(page.search("SecurityProfiles"))
}

fn list_of(environment: &Environment, input: &Input, member: &str) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let entries = body.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut answer = page::in_memory(input, member, entries)?;
    document::copy_change(&body, &mut answer);
    Ok(answer.into())
}

fn user(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &USER, input.instance(), input.need("EntityArn")?)
}

fn given(input: &Input) -> BTreeSet<String> {
    let profiles = input.list("SecurityProfiles").iter();
    profiles.filter_map(|profile| profile.get("Id")?.as_str()).map(|id| id_of(id).to_owned()).collect()
}

fn associate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let user = user(environment, input)?;
    let mut ids = users::security_profile_ids(&user);
    ids.extend(given(input));
    users::set_security_profiles(environment, input, user, ids)
}

fn disassociate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let user = user(environment, input)?;
    let gone = given(input);
    let left = users::security_profile_ids(&user).into_iter().filter(|id| !gone.contains(id)).collect();
    users::set_security_profiles(environment, input, user, left)
}

fn list_of_entity(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let ids = users::security_profile_ids(&user(environment, input)?);
    let entries = ids.into_iter().map(|id| json!({ "Id": id })).collect();
    page::in_memory(input, "SecurityProfiles", entries).map(Value::from)
}
