//! APIs: the ones a template declares, and those that events imply. Their routes are written into a definition in
//! `OpenAPI`, as the model does.

use serde_json::{Map, Value, json};

use super::event::Event;
use super::source::{API, HTTP_API, Source, short_digest};
use super::translation::{Api, Translation};
use crate::error::AwsError;

const IMPLICIT: &str = "ServerlessRestApi";
const IMPLICIT_HTTP: &str = "ServerlessHttpApi";

/// Properties of the stage.
const STAGE: [&str; 8] = [
    "AccessLogSetting",
    "AccessLogSettings",
    "DefaultRouteSettings",
    "MethodSettings",
    "RouteSettings",
    "StageVariables",
    "TracingEnabled",
    "Variables",
];
/// Properties of the API itself.
const OWN: [&str; 8] = [
    "ApiKeySourceType",
    "BinaryMediaTypes",
    "Description",
    "DisableExecuteApiEndpoint",
    "EndpointConfiguration",
    "FailOnWarnings",
    "MinimumCompressionSize",
    "Name",
];
/// What becomes something else.
const OTHER: [&str; 6] = ["Cors", "CorsConfiguration", "DefinitionBody", "OpenApiVersion", "StageName", "Tags"];

/// Takes an API that a template declares.
pub(super) fn declare(translation: &mut Translation, source: &Source, is_http: bool) -> Result<(), AwsError> {
    let mut api = Api::new(is_http);
    let known: Vec<&str> = STAGE.iter().chain(&OWN).chain(&OTHER).copied().collect();
    source.check(if is_http { HTTP_API } else { API }, &known)?;
    for (name, value) in &source.properties {
        match name.as_str() {
            "StageName" => api.stage_name = value.clone(),
            "DefinitionBody" => api.body = Some(value.clone()),
            "Cors" | "CorsConfiguration" => api.cors = Some(value.clone()),
            "EndpointConfiguration" => {
                let types = value.get("Type").cloned().unwrap_or_else(|| value.clone());
                api.properties.insert(name.clone(), json!({ "Types": [types] }));
            }
            "BinaryMediaTypes" => {
                // Slashes are written as ~1.
                let types = value.as_array().into_iter().flatten().map(|one| match one.as_str() {
                    Some(text) => text.replace("~1", "/").into(),
                    None => one.clone(),
                });
                api.properties.insert(name.clone(), types.collect());
            }
            "OpenApiVersion" | "Tags" => {}
            name if STAGE.contains(&name) => {
                api.stage.insert(name.to_owned(), value.clone());
            }
            name => {
                api.properties.insert(name.to_owned(), value.clone());
            }
        }
    }
    if !is_http && !source.properties.contains_key("StageName") {
        return Err(source.wrong("Missing required property 'StageName'."));
    }
    for member in ["Condition", "DependsOn", "DeletionPolicy", "Metadata"] {
        api.members.extend(source.definition.get(member).map(|value| (member.to_owned(), value.clone())));
    }
    // Events of functions that come before may have made it.
    let paths = translation.apis.0.remove(source.id).map(|earlier| earlier.paths).unwrap_or_default();
    api.paths = paths;
    translation.apis.0.insert(source.id.to_owned(), api);
    Ok(())
}

/// Adds the route of an event.
pub(super) fn route(translation: &mut Translation, event: &Event, is_http: bool) -> Result<(), AwsError> {
    let known =
        ["Path", "Method", "RestApiId", "ApiId", "PayloadFormatVersion", "TimeoutInMillis", "RequestParameters"];
    if let Some(name) = event.properties.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(event.wrong(format!("The sandbox does not support the property {name}.")));
    }
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let implicit = if is_http { IMPLICIT_HTTP } else { IMPLICIT };
    let api_id = match event.get(if is_http { "ApiId" } else { "RestApiId" }) {
        None => implicit.to_owned(),
        Some(value) => match value.get("Ref").and_then(Value::as_str).or_else(|| value.as_str()) {
            Some(id) => id.to_owned(),
            None => return Err(event.wrong("The API has to be the Ref of one in the same template.")),
        },
    };
    let (path, method) = match (text("Path"), text("Method")) {
        (Some(path), method) => (path, method.unwrap_or("any").to_lowercase()),
        (None, _) if is_http => ("$default", "any".to_owned()),
        (None, _) => return Err(event.wrong("Event is missing key 'Path'.")),
    };
    let is_any = matches!(method.as_str(), "any" | "*");
    let key = if is_any { "x-amazon-apigateway-any-method" } else { method.as_str() };
    let uri = |invocations: &str| {
        let arn = event.arn();
        json!({ "Fn::Sub": [
            format!("arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{Function}}/{invocations}"),
            { "Function": arn }
        ] })
    };
    let mut operation = json!({
        "responses": {},
        "x-amazon-apigateway-integration": { "type": "aws_proxy", "httpMethod": "POST", "uri": uri("invocations") },
    });
    if is_http {
        let version = event.get("PayloadFormatVersion").cloned().unwrap_or_else(|| "2.0".into());
        operation["x-amazon-apigateway-integration"]["payloadFormatVersion"] = version;
        operation["isDefaultRoute"] = (path == "$default").into();
    }
    let api = translation.apis.0.entry(api_id.clone()).or_insert_with(|| Api::new(is_http));
    if let Value::Object(methods) = api.paths.entry(path).or_insert_with(|| json!({})) {
        methods.insert(key.to_owned(), operation);
    }
    let verb = if is_any { "*".to_owned() } else { method.to_uppercase() };
    let pattern = arn_pattern(path);
    let scope = if is_http && path == "$default" { "*/$default".to_owned() } else { format!("*/{verb}{pattern}") };
    let arn = json!({ "Fn::Sub": [
        format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/{scope}"),
        { "Api": { "Ref": api_id } }
    ] });
    let permission = event.permission("apigateway.amazonaws.com", json!({ "SourceArn": arn }));
    let suffix = if is_http { "Permission" } else { "PermissionProd" };
    translation.resources.insert(format!("{}{suffix}", event.id()), permission);
    Ok(())
}

/// A path as ARNs have it: `{id}` is `*`.
fn arn_pattern(path: &str) -> String {
    let mut pattern = String::new();
    let mut inside = false;
    for character in path.trim_start_matches('$').chars() {
        match character {
            '{' => {
                inside = true;
                pattern.push('*');
            }
            '}' => inside = false,
            other if !inside => pattern.push(other),
            _ => {}
        }
    }
    pattern
}

/// Makes the resources of all APIs.
pub(super) fn finish(translation: &mut Translation) -> Result<(), AwsError> {
    for (id, api) in std::mem::take(&mut translation.apis.0) {
        if api.is_http {
            http(translation, &id, &api);
        } else {
            rest(translation, &id, api)?;
        }
    }
    Ok(())
}

/// The definition with the routes of events.
fn definition(api: &Api, mut body: Value) -> Value {
    for (path, methods) in &api.paths {
        if let Value::Object(methods) = methods {
            for (method, operation) in methods {
                body["paths"][path][method] = operation.clone();
            }
        }
    }
    body
}

fn resource(api: &Api, type_name: &str, properties: Map<String, Value>) -> Value {
    let mut resource = Map::from_iter([("Type".to_owned(), type_name.into())]);
    resource.extend(api.members.clone());
    resource.insert("Properties".to_owned(), Value::Object(properties));
    Value::Object(resource)
}

fn rest(translation: &mut Translation, id: &str, api: Api) -> Result<(), AwsError> {
    if api.cors.is_some() {
        return Err(super::source::invalid(id, "The sandbox does not support Cors of AWS::Serverless::Api."));
    }
    let title = json!({ "version": "1.0", "title": { "Ref": "AWS::StackName" } });
    let body = api.body.clone().unwrap_or_else(|| json!({ "swagger": "2.0", "info": title, "paths": {} }));
    let body = definition(&api, body);
    let digest = short_digest(&body);
    let mut properties = api.properties.clone();
    properties.insert("Body".to_owned(), body);
    let condition = api.members.get("Condition").cloned();
    let with_condition = |mut resource: Value| {
        if let Some(condition) = &condition {
            resource["Condition"] = condition.clone();
        }
        resource
    };
    translation.resources.insert(id.to_owned(), resource(&api, "AWS::ApiGateway::RestApi", properties));
    // Another definition is another deployment.
    let deployment = format!("{id}Deployment{digest}");
    translation.resources.insert(
        deployment.clone(),
        with_condition(json!({
            "Type": "AWS::ApiGateway::Deployment",
            "Properties": {
                "Description": format!("RestApi deployment id: {digest}"),
                "RestApiId": { "Ref": id },
                "StageName": "Stage",
            },
        })),
    );
    let mut stage = api.stage;
    stage.insert("DeploymentId".to_owned(), json!({ "Ref": deployment }));
    stage.insert("RestApiId".to_owned(), json!({ "Ref": id }));
    stage.insert("StageName".to_owned(), api.stage_name.clone());
    let name: String =
        api.stage_name.as_str().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    let stage = with_condition(json!({ "Type": "AWS::ApiGateway::Stage", "Properties": stage }));
    translation.resources.insert(format!("{id}{name}Stage"), stage);
    Ok(())
}

fn http(translation: &mut Translation, id: &str, api: &Api) {
    let title = json!({ "version": "1.0", "title": { "Ref": "AWS::StackName" } });
    let body = api.body.clone().unwrap_or_else(|| json!({ "openapi": "3.0.1", "info": title, "paths": {} }));
    let mut body = definition(api, body);
    if let Some(cors) = &api.cors {
        let lists = ["AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders", "AllowCredentials", "MaxAge"];
        let own: Map<String, Value> = if *cors == true {
            Map::from_iter([("allowOrigins".to_owned(), json!(["*"]))])
        } else {
            lists
                .iter()
                .filter_map(|name| {
                    let (first, rest) = name.split_at(1);
                    Some((format!("{}{rest}", first.to_lowercase()), cors.get(*name)?.clone()))
                })
                .collect()
        };
        body["x-amazon-apigateway-cors"] = Value::Object(own);
    }
    let mut properties = api.properties.clone();
    properties.insert("Body".to_owned(), body);
    translation.resources.insert(id.to_owned(), resource(api, "AWS::ApiGatewayV2::Api", properties));
    let mut stage = api.stage.clone();
    stage.insert("ApiId".to_owned(), json!({ "Ref": id }));
    stage.insert("StageName".to_owned(), api.stage_name.clone());
    stage.insert("AutoDeploy".to_owned(), true.into());
    let name = match api.stage_name.as_str() {
        Some("$default") | None => "ApiGatewayDefault".to_owned(),
        Some(name) => name.chars().filter(char::is_ascii_alphanumeric).collect(),
    };
    let mut resource = json!({ "Type": "AWS::ApiGatewayV2::Stage", "Properties": stage });
    if let Some(condition) = api.members.get("Condition") {
        resource["Condition"] = condition.clone();
    }
    translation.resources.insert(format!("{id}{name}Stage"), resource);
}
