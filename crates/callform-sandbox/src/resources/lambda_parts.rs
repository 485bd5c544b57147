//! `AWS::Lambda::Version`, `AWS::Lambda::Alias`, `AWS::Lambda::LayerVersion` and `AWS::Lambda::Permission`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, find, forget, invalid, need, not_found, physical_name, recall, remember, text, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::lambda;

/// Function and qualifier of the ARN of a version or alias.
fn parts(arn: &str) -> (&str, &str) {
    let rest = arn.rsplit_once("function:").map_or(arn, |(_, rest)| rest);
    rest.split_once(':').unwrap_or((rest, ""))
}

fn same_function(type_name: &str, physical_id: &str, new: &Properties) -> HandlerResult<()> {
    let name = need(new, "FunctionName")?;
    let name = name.rsplit_once("function:").map_or(name, |(_, name)| name);
    if parts(physical_id).0 == name.split(':').next().unwrap_or_default() {
        Ok(())
    } else {
        Err(invalid(format!("FunctionName of {type_name} cannot be updated.")))
    }
}

pub(super) struct Version;

const VERSION: &str = "AWS::Lambda::Version";

impl ResourceHandler for Version {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let answer = call(
            context,
            lambda::call,
            "PublishVersion",
            json!({
                "FunctionName": need(properties, "FunctionName")?,
                "CodeSha256": properties.get("CodeSha256"),
                "Description": properties.get("Description"),
            }),
        )?;
        let arn = answer["FunctionArn"].as_str().unwrap_or_default().to_owned();
        // Lambda publishes nothing where nothing changed; two resources for one version would delete each other's.
        if recall(context, VERSION, &arn)?.is_some() {
            let message = format!(
                "A version for this Lambda function exists ( {} ). Modify the function to create a new version.",
                parts(&arn).1
            );
            return Err(crate::handler::HandlerError {
                code: crate::handler::HandlerErrorCode::AlreadyExists,
                message,
            });
        }
        remember(context, VERSION, &arn, properties)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (name, version) = parts(physical_id);
        let key = json!({ "FunctionName": name, "Qualifier": version });
        let Some(answer) = find(context, lambda::call, "GetFunctionConfiguration", key)? else {
            return Ok(None);
        };
        let mut properties = recall(context, VERSION, physical_id)?.unwrap_or_default();
        properties.insert("CodeSha256".to_owned(), answer["CodeSha256"].clone());
        properties.insert("FunctionArn".to_owned(), physical_id.into());
        properties.insert("Version".to_owned(), version.into());
        properties.entry("FunctionName").or_insert_with(|| name.into());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        same_function(VERSION, physical_id, new)?;
        remember(context, VERSION, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let (name, version) = parts(physical_id);
        forget(context, VERSION, physical_id)?;
        call(context, lambda::call, "DeleteFunction", json!({ "FunctionName": name, "Qualifier": version })).map(|_| ())
    }
}

pub(super) struct Alias;

const ALIAS: &str = "AWS::Lambda::Alias";

/// Properties as the service takes them.
fn alias_input(properties: &Properties) -> HandlerResult<Value> {
    let weights = properties.get("RoutingConfig").and_then(|routing| routing["AdditionalVersionWeights"].as_array());
    let weights = weights.map(|weights| {
        let pairs = weights.iter().filter_map(|weight| {
            Some((weight["FunctionVersion"].as_str()?.to_owned(), weight["FunctionWeight"].clone()))
        });
        json!({ "AdditionalVersionWeights": pairs.collect::<serde_json::Map<_, _>>() })
    });
    Ok(json!({
        "FunctionName": need(properties, "FunctionName")?,
        "Name": need(properties, "Name")?,
        "FunctionVersion": need(properties, "FunctionVersion")?,
        "Description": text(properties, "Description").unwrap_or_default(),
        "RoutingConfig": weights.unwrap_or(json!({})),
    }))
}

impl ResourceHandler for Alias {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let answer = call(context, lambda::call, "CreateAlias", alias_input(properties)?)?;
        Ok(answer["AliasArn"].as_str().unwrap_or_default().to_owned())
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (name, alias) = parts(physical_id);
        let Some(answer) = find(context, lambda::call, "GetAlias", json!({ "FunctionName": name, "Name": alias }))?
        else {
            return Ok(None);
        };
        let mut properties = Properties::new();
        properties.insert("FunctionName".to_owned(), name.into());
        for member in ["Name", "FunctionVersion", "AliasArn"] {
            properties.insert(member.to_owned(), answer[member].clone());
        }
        if answer["Description"] != "" {
            properties.insert("Description".to_owned(), answer["Description"].clone());
        }
        let weights = answer["RoutingConfig"]["AdditionalVersionWeights"].as_object();
        let weights: Vec<_> = weights
            .into_iter()
            .flatten()
            .map(|(version, weight)| json!({ "FunctionVersion": version, "FunctionWeight": weight }))
            .collect();
        if !weights.is_empty() {
            properties.insert("RoutingConfig".to_owned(), json!({ "AdditionalVersionWeights": weights }));
        }
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        same_function(ALIAS, physical_id, new)?;
        call(context, lambda::call, "UpdateAlias", alias_input(new)?).map(|_| ())
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if self.read(context, physical_id)?.is_none() {
            return Err(not_found(ALIAS, physical_id));
        }
        let (name, alias) = parts(physical_id);
        call(context, lambda::call, "DeleteAlias", json!({ "FunctionName": name, "Name": alias })).map(|_| ())
    }
}

pub(super) struct Permission;

const PERMISSION: &str = "AWS::Lambda::Permission";

impl ResourceHandler for Permission {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let id = physical_name(context, 100);
        let mut input = Value::Object(properties.clone());
        input["StatementId"] = id.clone().into();
        call(context, lambda::call, "AddPermission", input)?;
        remember(context, PERMISSION, &id, properties)?;
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(mut properties) = recall(context, PERMISSION, physical_id)? else {
            return Ok(None);
        };
        let key = json!({ "FunctionName": need(&properties, "FunctionName")? });
        let Some(answer) = find(context, lambda::call, "GetPolicy", key)? else {
            return Ok(None);
        };
        let policy: Value = serde_json::from_str(answer["Policy"].as_str().unwrap_or_default()).unwrap_or_default();
        let statements = policy["Statement"].as_array();
        let Some(statement) = statements.into_iter().flatten().find(|statement| statement["Sid"] == physical_id) else {
            return Ok(None);
        };
        // What a client can have changed by putting another statement under the same id.
        properties.insert("Action".to_owned(), statement["Action"].clone());
        let condition = &statement["Condition"];
        for (property, value) in [
            ("SourceArn", &condition["ArnLike"]["AWS:SourceArn"]),
            ("SourceAccount", &condition["StringEquals"]["AWS:SourceAccount"]),
            ("PrincipalOrgID", &condition["StringEquals"]["aws:PrincipalOrgID"]),
        ] {
            properties.insert(property.to_owned(), value.clone());
        }
        properties.insert("Id".to_owned(), physical_id.into());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, _: &Context, _: &str, _: &Properties, _: &Properties) -> HandlerResult<()> {
        Err(crate::handler::HandlerError {
            code: crate::handler::HandlerErrorCode::NotUpdatable,
            message: format!("Resource type {PERMISSION} cannot be updated."),
        })
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let properties = recall(context, PERMISSION, physical_id)?.ok_or_else(|| not_found(PERMISSION, physical_id))?;
        forget(context, PERMISSION, physical_id)?;
        let input = json!({ "FunctionName": need(&properties, "FunctionName")?, "StatementId": physical_id });
        call(context, lambda::call, "RemovePermission", input).map(|_| ())
    }
}

pub(super) struct LayerVersion;

const LAYER_VERSION: &str = "AWS::Lambda::LayerVersion";

/// Name and number in the ARN of a version of a layer.
fn layer_parts(arn: &str) -> (&str, &str) {
    arn.rsplit_once(":layer:").and_then(|(_, rest)| rest.split_once(':')).unwrap_or_default()
}

impl ResourceHandler for LayerVersion {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let mut input = Value::Object(properties.clone());
        let name = text(properties, "LayerName").map_or_else(|| physical_name(context, 140), str::to_owned);
        input["LayerName"] = name.into();
        let answer = call(context, lambda::call, "PublishLayerVersion", input)?;
        let arn = answer["LayerVersionArn"].as_str().unwrap_or_default().to_owned();
        remember(context, LAYER_VERSION, &arn, properties)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (name, version) = layer_parts(physical_id);
        let key = json!({ "LayerName": name, "VersionNumber": version });
        if find(context, lambda::call, "GetLayerVersion", key)?.is_none() {
            return Ok(None);
        }
        let mut properties = recall(context, LAYER_VERSION, physical_id)?.unwrap_or_default();
        properties.insert("LayerName".to_owned(), name.into());
        properties.insert("LayerVersionArn".to_owned(), physical_id.into());
        Ok(Some(properties))
    }

    /// All its properties are create-only.
    fn update(&self, _: &Context, _: &str, _: &Properties, _: &Properties) -> HandlerResult<()> {
        Err(invalid("A version of a layer cannot be updated."))
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if !forget(context, LAYER_VERSION, physical_id)? {
            return Err(not_found(LAYER_VERSION, physical_id));
        }
        let (name, version) = layer_parts(physical_id);
        let key = json!({ "LayerName": name, "VersionNumber": version });
        call(context, lambda::call, "DeleteLayerVersion", key).map(drop)
    }
}
