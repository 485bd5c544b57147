//! Versions and aliases of flows and flow modules.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::{duplicate, invalid_request, not_found};
use super::flow_documents::{self, FLOWS, Flavor, MODULES, version_key};
use super::input::Input;
use super::operation::{Member, NEXT_TOKEN, Operation, Shape, TEXT, max_results, operation, optional, required};
use super::page;

const NUMBER: Shape = Shape::Number(1, i64::MAX);
const SHA: Shape = Shape::Text(1, 64);
const MODULE_TEXT: Shape = Shape::Text(0, 500);
const ALIAS_OF_FLOW: &[Member] = &[
    required("ContactFlowVersion", NUMBER),
    required("AliasName", Shape::Text(1, 127)),
    optional("Description", TEXT),
];
const ALIAS_OF_MODULE: &[Member] = &[
    required("ContactFlowModuleVersion", NUMBER),
    required("AliasName", Shape::Text(1, 100)),
    optional("Description", TEXT),
];

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateContactFlowVersion",
        "PUT",
        "/contact-flows/{InstanceId}/{ContactFlowId}/version",
        &[optional("Description", TEXT), optional("FlowContentSha256", SHA)],
        |environment, input| create_version(environment, input, &FLOWS),
    ),
    operation(
        "DeleteContactFlowVersion",
        "DELETE",
        "/contact-flows/{InstanceId}/{ContactFlowId}/version/{ContactFlowVersion}",
        &[],
        |environment, input| delete_version(environment, input, &FLOWS, "ContactFlowVersion"),
    ),
    operation(
        "ListContactFlowVersions",
        "GET",
        "/contact-flows/{InstanceId}/{ContactFlowId}/versions",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_versions(environment, input, &FLOWS, "ContactFlowVersionSummaryList"),
    ),
    operation(
        "CreateContactFlowModuleVersion",
        "PUT",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/version",
        &[optional("Description", MODULE_TEXT), optional("FlowModuleContentSha256", SHA)],
        |environment, input| create_version(environment, input, &MODULES),
    ),
    operation(
        "DeleteContactFlowModuleVersion",
        "DELETE",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/version/{ContactFlowModuleVersion}",
        &[],
        |environment, input| delete_version(environment, input, &MODULES, "ContactFlowModuleVersion"),
    ),
    operation(
        "ListContactFlowModuleVersions",
        "GET",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/versions",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_versions(environment, input, &MODULES, "ContactFlowModuleVersionSummaryList"),
    ),
    operation(
        "CreateContactFlowAlias",
        "PUT",
        "/contact-flows/{InstanceId}/{ContactFlowId}/alias",
        ALIAS_OF_FLOW,
        |environment, input| create_alias(environment, input, &FLOWS, "ContactFlowVersion"),
    ),
    operation(
        "DescribeContactFlowAlias",
        "GET",
        "/contact-flows/{InstanceId}/{ContactFlowId}/alias/{AliasId}",
        &[],
        |environment, input| Ok(json!({"ContactFlowAlias": find_alias(environment, input, &FLOWS)?})),
    ),
    operation(
        "UpdateContactFlowAlias",
        "POST",
        "/contact-flows/{InstanceId}/{ContactFlowId}/alias/{AliasId}",
        &[optional("Name", Shape::Text(1, 127)), optional("Description", TEXT), optional("ContactFlowVersion", NUMBER)],
        |environment, input| update_alias(environment, input, &FLOWS, "ContactFlowVersion"),
    ),
    operation(
        "DeleteContactFlowAlias",
        "DELETE",
        "/contact-flows/{InstanceId}/{ContactFlowId}/alias/{AliasId}",
        &[],
        |environment, input| delete_alias(environment, input, &FLOWS),
    ),
    operation(
        "ListContactFlowAliases",
        "GET",
        "/contact-flows/{InstanceId}/{ContactFlowId}/aliases",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_aliases(environment, input, &FLOWS, "ContactFlowAliasSummaryList"),
    ),
    operation(
        "CreateContactFlowModuleAlias",
        "PUT",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias",
        ALIAS_OF_MODULE,
        |environment, input| create_alias(environment, input, &MODULES, "ContactFlowModuleVersion"),
    ),
    operation(
        "DescribeContactFlowModuleAlias",
        "GET",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias/{AliasId}",
        &[],
        |environment, input| Ok(json!({"ContactFlowModuleAlias": find_alias(environment, input, &MODULES)?})),
    ),
    operation(
        "UpdateContactFlowModuleAlias",
        "POST",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias/{AliasId}",
        &[
            optional("Name", Shape::Text(1, 127)),
            optional("Description", MODULE_TEXT),
            optional("ContactFlowModuleVersion", NUMBER),
        ],
        |environment, input| update_alias(environment, input, &MODULES, "ContactFlowModuleVersion"),
    ),
    operation(
        "DeleteContactFlowModuleAlias",
        "DELETE",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias/{AliasId}",
        &[],
        |environment, input| delete_alias(environment, input, &MODULES),
    ),
    operation(
        "ListContactFlowModuleAliases",
        "GET",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/aliases",
        &[NEXT_TOKEN, max_results(1000)],
        |environment, input| list_aliases(environment, input, &MODULES, "ContactFlowModuleAliasSummaryList"),
    ),
];

/// The flow or module of a request, whatever follows its id.
fn parent(environment: &Environment, input: &Input, flavor: &Flavor) -> Result<Document, AwsError> {
    let (id, _) = flow_documents::qualified(input.need(flavor.id)?);
    document::find(environment, flavor.kind, input.instance(), id)
}

/// Freezes the published content under the next number; numbers are never used again.
fn create_version(environment: &Environment, input: &Input, flavor: &Flavor) -> Result<Value, AwsError> {
    let mut body = parent(environment, input, flavor)?;
    if text(&body, "Status") != "PUBLISHED" {
        return Err(invalid_request(format!("The {} was never published.", flavor.kind.noun)));
    }
    if input.text(flavor.digest).is_some_and(|digest| digest != text(&body, flavor.digest)) {
        return Err(invalid_request(format!("{} is not the digest of the published content.", flavor.digest)));
    }
    let (id, instance) = (text(&body, "Id").to_owned(), input.instance());
    let number = environment.tx.get::<u64>(flavor.counter, instance, &id)?.unwrap_or_default() + 1;
    environment.tx.put(flavor.counter, instance, &id, None, &number)?;
    let arn = format!("{}:{number}", text(&body, "Arn"));
    body.insert("Arn".to_owned(), arn.as_str().into());
    body.insert("Version".to_owned(), number.into());
    if let Some(description) = input.text("Description") {
        body.insert("VersionDescription".to_owned(), description.into());
    }
    body.insert("LastModifiedTime".to_owned(), document::timestamp(environment));
    environment.tx.put(flavor.version, instance, &version_key(&id, number), Some(&id), &body)?;
    Ok(json!({flavor.arn: arn, "Version": number}))
}

/// A version that an alias leads to stays; how the service puts that is not known (?).
fn delete_version(environment: &Environment, input: &Input, flavor: &Flavor, member: &str) -> Result<Value, AwsError> {
    let body = parent(environment, input, flavor)?;
    let id = text(&body, "Id");
    let given = input.need(member)?;
    let number: u64 = given.parse().map_err(|_| invalid_request(format!("{given} is not a version.")))?;
    let aliases = flow_documents::aliases(environment, flavor, input.instance(), id)?;
    if let Some(alias) = aliases.iter().find(|alias| alias.get("Version").and_then(Value::as_u64) == Some(number)) {
        return Err(invalid_request(format!("The alias {} leads to version {number}.", text(alias, "Name"))));
    }
    if environment.tx.delete(flavor.version, input.instance(), &version_key(id, number))? {
        Ok(json!({}))
    } else {
        Err(not_found(format!("Version {number} was not found.")))
    }
}

/// Newest first.
fn list_versions(environment: &Environment, input: &Input, flavor: &Flavor, member: &str) -> Result<Value, AwsError> {
    let body = parent(environment, input, flavor)?;
    let mut entries = Vec::new();
    for key in environment.tx.keys_by_name(flavor.version, input.instance(), text(&body, "Id"))?.iter().rev() {
        let version: Option<Document> = environment.tx.get(flavor.version, input.instance(), key)?;
        entries.extend(version.map(|version| picked(&version, &["Arn", "VersionDescription", "Version"])));
    }
    page::in_memory(input, member, entries).map(Value::from)
}

fn picked(body: &Document, members: &[&str]) -> Value {
    members.iter().filter_map(|member| Some(((*member).to_owned(), body.get(*member)?.clone()))).collect()
}

fn check_version(
    environment: &Environment,
    input: &Input,
    flavor: &Flavor,
    id: &str,
    number: i64,
) -> Result<(), AwsError> {
    let key = version_key(id, u64::try_from(number).unwrap_or_default());
    match environment.tx.get::<Document>(flavor.version, input.instance(), &key)? {
        Some(_) => Ok(()),
        None => Err(not_found(format!("Version {number} was not found."))),
    }
}

fn check_name(
    environment: &Environment,
    input: &Input,
    flavor: &Flavor,
    id: &str,
    alias: &Document,
) -> Result<(), AwsError> {
    let held = flow_documents::aliases(environment, flavor, input.instance(), id)?;
    let name = text(alias, "Name");
    if held.iter().any(|one| text(one, "Name") == name && text(one, "AliasId") != text(alias, "AliasId")) {
        return Err(duplicate(format!("An alias with the name {name} exists already.")));
    }
    Ok(())
}

fn save_alias(environment: &Environment, input: &Input, flavor: &Flavor, mut alias: Document) -> Result<(), AwsError> {
    alias.insert("LastModifiedTime".to_owned(), document::timestamp(environment));
    alias.insert("LastModifiedRegion".to_owned(), environment.region.into());
    environment.tx.put(flavor.alias, input.instance(), text(&alias, "AliasId"), None, &alias)
}

fn create_alias(environment: &Environment, input: &Input, flavor: &Flavor, member: &str) -> Result<Value, AwsError> {
    let body = parent(environment, input, flavor)?;
    let (id, alias_id) = (text(&body, "Id"), document::new_id());
    let number = input.number(member).unwrap_or_default();
    check_version(environment, input, flavor, id, number)?;
    let arn = format!("{}:{alias_id}", text(&body, "Arn"));
    let mut alias = input.pick(&["Description"]);
    let members = [
        (flavor.id, id.into()),
        (flavor.arn, arn.as_str().into()),
        ("AliasId", alias_id.as_str().into()),
        ("Name", input.need("AliasName")?.into()),
        ("Version", Value::from(number)),
    ];
    alias.extend(members.map(|(name, value)| (name.to_owned(), value)));
    check_name(environment, input, flavor, id, &alias)?;
    save_alias(environment, input, flavor, alias)?;
    Ok(json!({flavor.arn: arn, "Id": alias_id}))
}

fn find_alias(environment: &Environment, input: &Input, flavor: &Flavor) -> Result<Document, AwsError> {
    let body = parent(environment, input, flavor)?;
    let given = input.need("AliasId")?;
    let alias: Option<Document> = environment.tx.get(flavor.alias, input.instance(), given)?;
    let alias = alias.filter(|alias| text(alias, flavor.id) == text(&body, "Id"));
    alias.ok_or_else(|| not_found(format!("The alias {given} was not found.")))
}

fn update_alias(environment: &Environment, input: &Input, flavor: &Flavor, member: &str) -> Result<Value, AwsError> {
    let mut alias = find_alias(environment, input, flavor)?;
    document::assign(&mut alias, input, &["Name", "Description"]);
    let id = text(&alias, flavor.id).to_owned();
    if let Some(number) = input.number(member) {
        check_version(environment, input, flavor, &id, number)?;
        alias.insert("Version".to_owned(), number.into());
    }
    check_name(environment, input, flavor, &id, &alias)?;
    save_alias(environment, input, flavor, alias)?;
    Ok(json!({}))
}

fn delete_alias(environment: &Environment, input: &Input, flavor: &Flavor) -> Result<Value, AwsError> {
    let alias = find_alias(environment, input, flavor)?;
    environment.tx.delete(flavor.alias, input.instance(), text(&alias, "AliasId"))?;
    Ok(json!({}))
}

fn list_aliases(environment: &Environment, input: &Input, flavor: &Flavor, member: &str) -> Result<Value, AwsError> {
    let body = parent(environment, input, flavor)?;
    let aliases = flow_documents::aliases(environment, flavor, input.instance(), text(&body, "Id"))?;
    let members = [
        ("Arn", flavor.arn),
        ("AliasId", "AliasId"),
        ("Version", "Version"),
        ("AliasName", "Name"),
        ("AliasDescription", "Description"),
        ("LastModifiedTime", "LastModifiedTime"),
    ];
    let entry = |alias: &Document| {
        members.iter().filter_map(|(name, member)| Some(((*name).to_owned(), alias.get(*member)?.clone()))).collect()
    };
    page::in_memory(input, member, aliases.iter().map(entry).collect()).map(Value::from)
}
