//! `AWS::Serverless::Function`.

use serde_json::{Map, Value, json};

use super::source::{FUNCTION, Source, location, short_digest, tags};
use super::translation::Translation;
use super::{events, policies};
use crate::error::AwsError;

/// Properties that the function of Lambda has under the same name.
const SAME: [&str; 16] = [
    "FunctionName",
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "Environment",
    "Layers",
    "Architectures",
    "VpcConfig",
    "FileSystemConfigs",
    "EphemeralStorage",
    "ReservedConcurrentExecutions",
    "LoggingConfig",
    "SnapStart",
    "KmsKeyArn",
];

/// What becomes something else.
const OTHER: [&str; 16] = [
    "CodeUri",
    "InlineCode",
    "Role",
    "RoleName",
    "RolePath",
    "Policies",
    "PermissionsBoundary",
    "AssumeRolePolicyDocument",
    "Tags",
    "Tracing",
    "DeadLetterQueue",
    "Events",
    "AutoPublishAlias",
    "VersionDescription",
    "ProvisionedConcurrencyConfig",
    "FunctionUrlConfig",
];

pub(super) fn translate(translation: &mut Translation, source: &Source) -> Result<(), AwsError> {
    let known: Vec<&str> = SAME.iter().chain(&OTHER).chain(&["PackageType", "PropagateTags"]).copied().collect();
    source.check(FUNCTION, &known)?;
    if source.text("PackageType").is_some_and(|kind| kind != "Zip") {
        return Err(source.wrong("The sandbox does not support functions from container images."));
    }
    let mut properties = Map::new();
    properties.insert("Code".to_owned(), code(source)?);
    for name in SAME {
        properties.extend(source.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    if let Some(mode) = source.get("Tracing").filter(|mode| mode.as_str() != Some("Disabled")) {
        properties.insert("TracingConfig".to_owned(), json!({ "Mode": mode }));
    }
    if let Some(target) = source.get("DeadLetterQueue").and_then(|queue| queue.get("TargetArn")) {
        properties.insert("DeadLetterConfig".to_owned(), json!({ "TargetArn": target }));
    }
    properties.insert("Tags".to_owned(), tags(source.get("Tags")));
    let alias = publish(translation, source, &properties)?;
    let mut managed = Vec::new();
    let target = alias.map_or_else(|| json!({ "Ref": source.id }), |alias| json!({ "Ref": alias }));
    events::translate(translation, source, &target, &mut managed)?;
    let role = if let Some(role) = source.get("Role") {
        role.clone()
    } else {
        let id = format!("{}Role", source.id);
        let role = policies::role(source, &managed)?;
        translation.resources.insert(id.clone(), role);
        json!({ "Fn::GetAtt": [id, "Arn"] })
    };
    properties.insert("Role".to_owned(), role);
    let members = ["DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];
    let function = source.resource("AWS::Lambda::Function", Value::Object(properties), &members);
    translation.resources.insert(source.id.to_owned(), function);
    url(translation, source, &target)
}

fn code(source: &Source) -> Result<Value, AwsError> {
    match (source.get("InlineCode"), source.get("CodeUri")) {
        (Some(text), None) => Ok(json!({ "ZipFile": text })),
        (None, Some(place)) => location(source, place, ["S3Bucket", "S3Key", "S3ObjectVersion"]),
        (Some(_), Some(_)) => Err(source.wrong("Both InlineCode and CodeUri are there.")),
        (None, None) => Err(source.wrong("Missing required property 'CodeUri'.")),
    }
}

/// A version and an alias where `AutoPublishAlias` asks for them; the alias's logical ID.
fn publish(
    translation: &mut Translation,
    source: &Source,
    properties: &Map<String, Value>,
) -> Result<Option<String>, AwsError> {
    let Some(name) = source.get("AutoPublishAlias") else { return Ok(None) };
    let Some(name) = name.as_str() else {
        return Err(source.wrong(
            "'AutoPublishAlias' must be a string or a Ref to a template parameter; the sandbox supports texts.",
        ));
    };
    // As the code changes, there is another version.
    let digest = short_digest(properties.get("Code").unwrap_or(&Value::Null));
    let version = format!("{}Version{digest}", source.id);
    let mut own = json!({ "FunctionName": { "Ref": source.id } });
    if let Some(description) = source.get("VersionDescription") {
        own["Description"] = description.clone();
    }
    let mut resource = source.resource("AWS::Lambda::Version", own, &[]);
    resource["DeletionPolicy"] = "Retain".into();
    translation.resources.insert(version.clone(), resource);
    let alphanumeric: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let alias = format!("{}Alias{alphanumeric}", source.id);
    let mut own = json!({
        "Name": name,
        "FunctionName": { "Ref": source.id },
        "FunctionVersion": { "Fn::GetAtt": [version, "Version"] },
    });
    if let Some(provisioned) = source.get("ProvisionedConcurrencyConfig") {
        own["ProvisionedConcurrencyConfig"] = provisioned.clone();
    }
    translation.resources.insert(alias.clone(), source.resource("AWS::Lambda::Alias", own, &[]));
    translation.renamed.insert(format!("{}.Version", source.id), version);
    translation.renamed.insert(format!("{}.Alias", source.id), alias.clone());
    Ok(Some(alias))
}

fn url(translation: &mut Translation, source: &Source, target: &Value) -> Result<(), AwsError> {
    let Some(config) = source.get("FunctionUrlConfig") else { return Ok(()) };
    let auth = config.get("AuthType").cloned().ok_or_else(|| source.wrong("FunctionUrlConfig needs AuthType."))?;
    let mut properties =
        Map::from_iter([("AuthType".to_owned(), auth.clone()), ("TargetFunctionArn".to_owned(), target.clone())]);
    for name in ["Cors", "InvokeMode"] {
        properties.extend(config.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let resource = source.resource("AWS::Lambda::Url", Value::Object(properties), &[]);
    translation.resources.insert(format!("{}Url", source.id), resource);
    if auth == "NONE" {
        let permission = json!({
            "Action": "lambda:InvokeFunctionUrl",
            "FunctionName": target,
            "FunctionUrlAuthType": "NONE",
            "Principal": "*",
        });
        let resource = source.resource("AWS::Lambda::Permission", permission, &[]);
        translation.resources.insert(format!("{}UrlPublicPermissions", source.id), resource);
    }
    Ok(())
}
