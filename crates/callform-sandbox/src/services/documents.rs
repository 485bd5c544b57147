//! Services of which the sandbox has nothing but what stacks keep as documents: Cognito and API Gateway can be asked
//! what there is. Everything else they do is refused by name.

use serde_json::{Map, Value, json};

use super::input::object;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::form::decode;
use crate::resources;

/// What an operation answers.
enum Shape {
    /// One resource, under a member; directly where that is empty.
    One(&'static str),
    /// All that fit, under a member.
    Many(&'static str),
}
use Shape::{Many, One};

/// An operation that shows resources of a type: those whose properties are what the input says.
struct Show {
    /// The operation, or method and path with labels.
    operation: &'static str,
    type_name: &'static str,
    shape: Shape,
    /// Properties that the service calls otherwise.
    renamed: &'static [(&'static str, &'static str)],
}

const fn show(
    operation: &'static str,
    type_name: &'static str,
    shape: Shape,
    renamed: &'static [(&'static str, &'static str)],
) -> Show {
    Show { operation, type_name, shape, renamed }
}

const POOL: &[(&str, &str)] = &[("UserPoolId", "Id"), ("UserPoolName", "Name"), ("UserPoolTags", "UserPoolTags")];
const IDENTITY_POOL: &[(&str, &str)] = &[("Id", "IdentityPoolId")];

const COGNITO: &[Show] = &[
    show("DescribeUserPool", "AWS::Cognito::UserPool", One("UserPool"), POOL),
    show("ListUserPools", "AWS::Cognito::UserPool", Many("UserPools"), POOL),
    show("DescribeUserPoolClient", "AWS::Cognito::UserPoolClient", One("UserPoolClient"), &[]),
    show("ListUserPoolClients", "AWS::Cognito::UserPoolClient", Many("UserPoolClients"), &[]),
    show("DescribeUserPoolDomain", "AWS::Cognito::UserPoolDomain", One("DomainDescription"), &[]),
    show("GetGroup", "AWS::Cognito::UserPoolGroup", One("Group"), &[]),
    show("ListGroups", "AWS::Cognito::UserPoolGroup", Many("Groups"), &[]),
    show("AdminGetUser", "AWS::Cognito::UserPoolUser", One(""), &[]),
    show("ListUsers", "AWS::Cognito::UserPoolUser", Many("Users"), &[("UserAttributes", "Attributes")]),
    show("DescribeResourceServer", "AWS::Cognito::UserPoolResourceServer", One("ResourceServer"), &[]),
    show("ListResourceServers", "AWS::Cognito::UserPoolResourceServer", Many("ResourceServers"), &[]),
    show("DescribeIdentityProvider", "AWS::Cognito::UserPoolIdentityProvider", One("IdentityProvider"), &[]),
    show("ListIdentityProviders", "AWS::Cognito::UserPoolIdentityProvider", Many("Providers"), &[]),
];

const COGNITO_IDENTITY: &[Show] = &[
    show("DescribeIdentityPool", "AWS::Cognito::IdentityPool", One(""), IDENTITY_POOL),
    show("ListIdentityPools", "AWS::Cognito::IdentityPool", Many("IdentityPools"), IDENTITY_POOL),
    show("GetIdentityPoolRoles", "AWS::Cognito::IdentityPoolRoleAttachment", One(""), &[]),
];

const ID: &[(&str, &str)] = &[("Id", "id")];
const REST_API: &[(&str, &str)] = &[("RestApiId", "id"), ("RootResourceId", "rootResourceId")];
const RESOURCE: &[(&str, &str)] = &[("ResourceId", "id")];
const DEPLOYMENT: &[(&str, &str)] = &[("DeploymentId", "id")];
const AUTHORIZER: &[(&str, &str)] = &[("AuthorizerId", "id")];
const API_KEY: &[(&str, &str)] = &[("APIKeyId", "id")];

const API_GATEWAY: &[Show] = &[
    show("GET /restapis", "AWS::ApiGateway::RestApi", Many("item"), REST_API),
    show("GET /restapis/{RestApiId}", "AWS::ApiGateway::RestApi", One(""), REST_API),
    show("GET /restapis/{RestApiId}/resources", "AWS::ApiGateway::Resource", Many("item"), RESOURCE),
    show("GET /restapis/{RestApiId}/resources/{ResourceId}", "AWS::ApiGateway::Resource", One(""), RESOURCE),
    show(
        "GET /restapis/{RestApiId}/resources/{ResourceId}/methods/{HttpMethod}",
        "AWS::ApiGateway::Method",
        One(""),
        &[],
    ),
    show("GET /restapis/{RestApiId}/deployments", "AWS::ApiGateway::Deployment", Many("item"), DEPLOYMENT),
    show("GET /restapis/{RestApiId}/deployments/{DeploymentId}", "AWS::ApiGateway::Deployment", One(""), DEPLOYMENT),
    show("GET /restapis/{RestApiId}/stages", "AWS::ApiGateway::Stage", Many("item"), &[]),
    show("GET /restapis/{RestApiId}/stages/{StageName}", "AWS::ApiGateway::Stage", One(""), &[]),
    show("GET /restapis/{RestApiId}/authorizers", "AWS::ApiGateway::Authorizer", Many("item"), AUTHORIZER),
    show("GET /restapis/{RestApiId}/models", "AWS::ApiGateway::Model", Many("item"), &[]),
    show("GET /apikeys", "AWS::ApiGateway::ApiKey", Many("item"), API_KEY),
    show("GET /apikeys/{APIKeyId}", "AWS::ApiGateway::ApiKey", One(""), API_KEY),
    show("GET /usageplans", "AWS::ApiGateway::UsagePlan", Many("item"), ID),
    show("GET /usageplans/{Id}", "AWS::ApiGateway::UsagePlan", One(""), ID),
    show("GET /domainnames", "AWS::ApiGateway::DomainName", Many("item"), &[]),
    show("GET /v2/apis", "AWS::ApiGatewayV2::Api", Many("items"), &[]),
    show("GET /v2/apis/{ApiId}", "AWS::ApiGatewayV2::Api", One(""), &[]),
    show("GET /v2/apis/{ApiId}/routes", "AWS::ApiGatewayV2::Route", Many("items"), &[]),
    show("GET /v2/apis/{ApiId}/routes/{RouteId}", "AWS::ApiGatewayV2::Route", One(""), &[]),
    show("GET /v2/apis/{ApiId}/integrations", "AWS::ApiGatewayV2::Integration", Many("items"), &[]),
    show("GET /v2/apis/{ApiId}/integrations/{IntegrationId}", "AWS::ApiGatewayV2::Integration", One(""), &[]),
    show("GET /v2/apis/{ApiId}/deployments", "AWS::ApiGatewayV2::Deployment", Many("items"), &[]),
    show("GET /v2/apis/{ApiId}/stages", "AWS::ApiGatewayV2::Stage", Many("items"), &[]),
    show("GET /v2/apis/{ApiId}/stages/{StageName}", "AWS::ApiGatewayV2::Stage", One(""), &[]),
    show("GET /v2/apis/{ApiId}/authorizers", "AWS::ApiGatewayV2::Authorizer", Many("items"), &[]),
];

/// Amazon Cognito user pools.
pub fn cognito(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    named(environment, COGNITO, "Cognito user pools", operation, input)
}

/// Amazon Cognito identity pools.
pub fn cognito_identity(
    environment: &Environment,
    operation: &str,
    input: &Map<String, Value>,
) -> Result<Value, AwsError> {
    let mut input = input.clone();
    // The pool is a property of roles, and the identifier of the pool itself.
    if let (true, Some(id)) = (operation == "DescribeIdentityPool", input.get("IdentityPoolId").cloned()) {
        input.insert("Id".to_owned(), id);
    }
    named(environment, COGNITO_IDENTITY, "Cognito identity pools", operation, &input)
}

fn named(
    environment: &Environment,
    shows: &[Show],
    service: &str,
    operation: &str,
    input: &Map<String, Value>,
) -> Result<Value, AwsError> {
    let show = shows.iter().find(|show| show.operation == operation);
    let show = show.ok_or_else(|| AwsError::unsupported(service, operation))?;
    answer(environment, show, input, false)
}

/// The operation a method and path of API Gateway mean, with labels.
fn route(method: &str, path: &str) -> Option<(&'static Show, Map<String, Value>)> {
    let wanted = format!("{method} {}", path.trim_end_matches('/'));
    API_GATEWAY.iter().find_map(|show| {
        let mut labels = Map::new();
        let (patterns, segments) = (show.operation.split('/'), wanted.split('/'));
        if patterns.clone().count() != segments.clone().count() {
            return None;
        }
        for (pattern, segment) in patterns.zip(segments) {
            match pattern.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
                Some(label) => drop(labels.insert(label.to_owned(), decode(segment, false).into())),
                None if pattern == segment => {}
                None => return None,
            }
        }
        Some((show, labels))
    })
}

/// The name of the operation that a request to API Gateway means: its method and path with labels.
pub(crate) fn route_name(method: &str, path: &str) -> Option<&'static str> {
    route(method, path).map(|(show, _)| show.operation)
}

/// Answers a request to API Gateway: HTTP status and body.
pub fn api_gateway(environment: &Environment, method: &str, path: &str) -> Result<(u16, Value), AwsError> {
    let (show, labels) =
        route(method, path).ok_or_else(|| AwsError::unsupported("API Gateway", &format!("{method} {path}")))?;
    Ok((200, answer(environment, show, &labels, true)?))
}

fn answer(environment: &Environment, show: &Show, input: &Map<String, Value>, camel: bool) -> Result<Value, AwsError> {
    let schema = callform_schemas::get(show.type_name);
    let is_property = |name: &str| schema.is_some_and(|schema| schema.property_names().any(|own| own == name));
    let all = resources::documents(environment, show.type_name)?;
    let fitting = all.into_iter().map(|(_, properties)| properties).filter(|properties| {
        input.iter().filter(|(name, _)| is_property(name)).all(|(name, value)| properties.get(name) == Some(value))
    });
    let mut shown = fitting.map(|properties| renamed(show, properties, camel));
    match show.shape {
        Many(member) => Ok(json!({ member: shown.collect::<Vec<_>>() })),
        One(member) => {
            let one = shown.next().ok_or_else(|| not_found(show, input, camel))?;
            Ok(if member.is_empty() { one } else { json!({ member: one }) })
        }
    }
}

fn not_found(show: &Show, input: &Map<String, Value>, camel: bool) -> AwsError {
    let (status, code) = if camel { (404, "NotFoundException") } else { (400, "ResourceNotFoundException") };
    let kind = show.type_name.rsplit("::").next().unwrap_or_default();
    let named: Vec<&str> = input.values().filter_map(Value::as_str).collect();
    AwsError::new(status, code, format!("{kind} {} does not exist.", named.join("/")))
}

fn renamed(show: &Show, properties: Map<String, Value>, camel: bool) -> Value {
    let rename = |name: String| {
        let known = show.renamed.iter().find(|(own, _)| *own == name).map(|(_, other)| (*other).to_owned());
        known.unwrap_or(if camel { lower_first(&name) } else { name })
    };
    let members = properties.into_iter().map(|(name, value)| {
        let value = match (camel, name.as_str()) {
            // API Gateway's tags are an object, and templates are no structure of the service.
            (true, "Tags") => tags_object(&value),
            (true, "Body") => value,
            (true, _) => camel_case(value),
            (false, _) => value,
        };
        (rename(name), value)
    });
    Value::Object(members.collect())
}

fn tags_object(tags: &Value) -> Value {
    match tags.as_array() {
        Some(list) => json!(super::tags::from_list(list)),
        None => object(tags.clone()).into(),
    }
}

fn camel_case(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (lower_first(&name), camel_case(value))).collect()
        }
        Value::Array(entries) => entries.into_iter().map(camel_case).collect(),
        scalar => scalar,
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
