//! Amazon API Gateway, both versions: APIs can be asked what there is. Everything else they do is refused by method and
//! path, which is what operations are called here, too.

use serde_json::{Map, Value};

use super::api::{Api, Does, Operation, Verb, routed};
use super::kind::{AS_IT_IS, Kind, PLAIN, Shape, formed, refers};
use super::members::{Case, TagForm, Wire};
use crate::handler::Properties;
use crate::operation::Service;

const fn renamed(renamed: &'static [(&'static str, &'static str)]) -> Shape {
    Shape { renamed, show: definition, ..AS_IT_IS }
}

/// A definition in `OpenAPI` is no structure of the service: its names stay.
fn definition(whole: &Properties, shown: &mut Map<String, Value>) {
    if let Some(body) = whole.get("Body") {
        shown.insert("body".to_owned(), body.clone());
    }
}

static API_KEY: Kind = Kind {
    shape: renamed(&[("APIKeyId", "id")]),
    ..formed("AWS::ApiGateway::ApiKey", &[("/APIKeyId", "{letters:10}")])
};
static AUTHORIZER: Kind = Kind {
    shape: renamed(&[("AuthorizerId", "id")]),
    reference: Some("/AuthorizerId"),
    ..formed("AWS::ApiGateway::Authorizer", &[("/AuthorizerId", "{letters:6}")])
};
static DEPLOYMENT: Kind = Kind {
    shape: renamed(&[("DeploymentId", "id")]),
    reference: Some("/DeploymentId"),
    ..formed("AWS::ApiGateway::Deployment", &[("/DeploymentId", "{letters:6}")])
};
static MODEL: Kind = refers("AWS::ApiGateway::Model", "/Name");
static VALIDATOR: Kind = Kind {
    reference: Some("/RequestValidatorId"),
    ..formed("AWS::ApiGateway::RequestValidator", &[("/RequestValidatorId", "{letters:6}")])
};
static RESOURCE: Kind = Kind {
    shape: renamed(&[("ResourceId", "id")]),
    reference: Some("/ResourceId"),
    unique: &["/RestApiId", "/ParentId", "/PathPart"],
    ..formed("AWS::ApiGateway::Resource", &[("/ResourceId", "{letters:6}")])
};
static REST_API: Kind = Kind {
    shape: renamed(&[("RestApiId", "id")]),
    ..formed("AWS::ApiGateway::RestApi", &[("/RestApiId", "{letters:10}"), ("/RootResourceId", "{letters:10}")])
};
static STAGE: Kind = refers("AWS::ApiGateway::Stage", "/StageName");
static USAGE_PLAN: Kind = formed("AWS::ApiGateway::UsagePlan", &[("/Id", "{letters:6}")]);
static USAGE_PLAN_KEY: Kind = formed("AWS::ApiGateway::UsagePlanKey", &[("/Id", "{/KeyId}:{/UsagePlanId}")]);
static API: Kind = formed(
    "AWS::ApiGatewayV2::Api",
    &[("/ApiId", "{letters:10}"), ("/ApiEndpoint", "https://{/ApiId}.execute-api.{region}.amazonaws.com")],
);
static MAPPING: Kind = Kind {
    reference: Some("/ApiMappingId"),
    ..formed("AWS::ApiGatewayV2::ApiMapping", &[("/ApiMappingId", "{letters:6}")])
};
static AUTHORIZER_V2: Kind = Kind {
    reference: Some("/AuthorizerId"),
    ..formed("AWS::ApiGatewayV2::Authorizer", &[("/AuthorizerId", "{letters:6}")])
};
static DEPLOYMENT_V2: Kind = Kind {
    reference: Some("/DeploymentId"),
    ..formed("AWS::ApiGatewayV2::Deployment", &[("/DeploymentId", "{letters:6}")])
};
static INTEGRATION: Kind = Kind {
    reference: Some("/IntegrationId"),
    ..formed("AWS::ApiGatewayV2::Integration", &[("/IntegrationId", "{letters:7}")])
};
static ROUTE: Kind = Kind {
    reference: Some("/RouteId"),
    unique: &["/ApiId", "/RouteKey"],
    ..formed("AWS::ApiGatewayV2::Route", &[("/RouteId", "{letters:7}")])
};
static STAGE_V2: Kind = refers("AWS::ApiGatewayV2::Stage", "/StageName");
static METHOD: Kind = Kind { type_name: "AWS::ApiGateway::Method", ..PLAIN };
static DOMAIN: Kind = Kind { type_name: "AWS::ApiGateway::DomainName", ..PLAIN };

/// The kinds.
pub(super) static KINDS: &[&Kind] = &[
    &API_KEY,
    &AUTHORIZER,
    &DEPLOYMENT,
    &MODEL,
    &VALIDATOR,
    &RESOURCE,
    &REST_API,
    &STAGE,
    &USAGE_PLAN,
    &USAGE_PLAN_KEY,
    &API,
    &MAPPING,
    &AUTHORIZER_V2,
    &DEPLOYMENT_V2,
    &INTEGRATION,
    &ROUTE,
    &STAGE_V2,
    &METHOD,
    &DOMAIN,
];

/// The service.
pub(crate) static API_GATEWAY: Api = Api {
    service: Service { name: "API Gateway", tables: &[OPERATIONS], others: &[] },
    wire: Wire {
        case: Case::Lower,
        tags: TagForm::Map,
        shows_tags: true,
        page_size: "limit",
        page_token: "position",
        ignored: &[],
    },
    absent: (404, "NotFoundException"),
    absent_arn: "NotFoundException",
    present: (409, "ConflictException"),
    invalid: "BadRequestException",
    kinds: &[],
};

const OPERATIONS: &[Operation] = &[
    all("/restapis", &REST_API, "item"),
    one("/restapis/{RestApiId}", &REST_API),
    all("/restapis/{RestApiId}/resources", &RESOURCE, "item"),
    one("/restapis/{RestApiId}/resources/{ResourceId}", &RESOURCE),
    one("/restapis/{RestApiId}/resources/{ResourceId}/methods/{HttpMethod}", &METHOD),
    all("/restapis/{RestApiId}/deployments", &DEPLOYMENT, "item"),
    one("/restapis/{RestApiId}/deployments/{DeploymentId}", &DEPLOYMENT),
    all("/restapis/{RestApiId}/stages", &STAGE, "item"),
    one("/restapis/{RestApiId}/stages/{StageName}", &STAGE),
    all("/restapis/{RestApiId}/authorizers", &AUTHORIZER, "item"),
    all("/restapis/{RestApiId}/models", &MODEL, "item"),
    all("/apikeys", &API_KEY, "item"),
    one("/apikeys/{APIKeyId}", &API_KEY),
    all("/usageplans", &USAGE_PLAN, "item"),
    one("/usageplans/{Id}", &USAGE_PLAN),
    all("/domainnames", &DOMAIN, "item"),
    all("/v2/apis", &API, "items"),
    one("/v2/apis/{ApiId}", &API),
    all("/v2/apis/{ApiId}/routes", &ROUTE, "items"),
    one("/v2/apis/{ApiId}/routes/{RouteId}", &ROUTE),
    all("/v2/apis/{ApiId}/integrations", &INTEGRATION, "items"),
    one("/v2/apis/{ApiId}/integrations/{IntegrationId}", &INTEGRATION),
    all("/v2/apis/{ApiId}/deployments", &DEPLOYMENT_V2, "items"),
    all("/v2/apis/{ApiId}/stages", &STAGE_V2, "items"),
    one("/v2/apis/{ApiId}/stages/{StageName}", &STAGE_V2),
    all("/v2/apis/{ApiId}/authorizers", &AUTHORIZER_V2, "items"),
];

const fn one(path: &'static str, kind: &'static Kind) -> Operation {
    routed(path, "GET", path, 200, &[], Does::To(kind, Verb::Describe("")))
}

const fn all(path: &'static str, kind: &'static Kind, member: &'static str) -> Operation {
    routed(path, "GET", path, 200, &[], Does::To(kind, Verb::List(member, &[], &[])))
}
