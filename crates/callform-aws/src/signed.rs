//! Calls of services that Callform needs one or two operations of.
//!
//! The SDK has a crate for each of them, with megabytes of code for operations that nobody calls. These calls are JSON
//! that goes through the same machinery as those of the SDK's clients: credentials, signatures, time-outs, retries.

use std::fmt;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{FrozenLayer, Layer};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::service_config::ServiceConfigKey;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::partition::partition;
use crate::{ErrorKind, GatewayError};

/// A service whose operations stand in a header and take JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonService {
    Athena,
    CloudControl,
    DynamoDb,
    Kinesis,
    Kms,
    SecretsManager,
    ServiceQuotas,
}

impl JsonService {
    /// The name in host names and signatures.
    fn name(self) -> &'static str {
        match self {
            Self::Athena => "athena",
            Self::CloudControl => "cloudcontrolapi",
            Self::DynamoDb => "dynamodb",
            Self::Kinesis => "kinesis",
            Self::Kms => "kms",
            Self::SecretsManager => "secretsmanager",
            Self::ServiceQuotas => "servicequotas",
        }
    }

    /// The name in the settings of a profile.
    fn id(self) -> &'static str {
        match self {
            Self::Athena => "Athena",
            Self::CloudControl => "CloudControl",
            Self::DynamoDb => "DynamoDB",
            Self::Kinesis => "Kinesis",
            Self::Kms => "KMS",
            Self::SecretsManager => "Secrets Manager",
            Self::ServiceQuotas => "Service Quotas",
        }
    }

    /// What the name of an operation follows, and the version of the protocol.
    fn protocol(self) -> (&'static str, &'static str) {
        match self {
            Self::Athena => ("AmazonAthena", "application/x-amz-json-1.1"),
            Self::CloudControl => ("CloudApiService", "application/x-amz-json-1.0"),
            Self::DynamoDb => ("DynamoDB_20120810", "application/x-amz-json-1.0"),
            Self::Kinesis => ("Kinesis_20131202", "application/x-amz-json-1.1"),
            Self::Kms => ("TrentService", "application/x-amz-json-1.1"),
            Self::SecretsManager => ("secretsmanager", "application/x-amz-json-1.1"),
            Self::ServiceQuotas => ("ServiceQuotasV20190624", "application/x-amz-json-1.1"),
        }
    }
}

/// Makes the calls.
#[derive(Clone, Debug)]
pub(crate) struct SignedCalls {
    config: SdkConfig,
}

/// What a service answers instead of a result.
#[derive(Debug)]
struct Refusal(ErrorMetadata);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl SignedCalls {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { config: config.clone() }
    }

    /// Calls an operation, named with its service in front as in errors (`Kinesis PutRecords`), and returns its answer.
    /// Throttled and transient failures are tried again: only for operations that may be carried out twice.
    pub(crate) async fn json(
        &self,
        service: JsonService,
        operation: &'static str,
        input: &Value,
    ) -> Result<Value, GatewayError> {
        let unusable = |kind, message: &str| GatewayError { operation, kind, code: None, message: message.to_owned() };
        let components = self
            .components()
            .ok_or_else(|| unusable(ErrorKind::Credentials, "no credentials provider is configured"))?;
        let client =
            self.config.http_client().ok_or_else(|| unusable(ErrorKind::Network, "there is no HTTP client"))?;
        let action = operation.rsplit(' ').next().unwrap_or(operation);
        let (prefix, content_type) = service.protocol();
        let target = format!("{prefix}.{action}");
        let call = Operation::builder()
            .service_name(service.name())
            .operation_name(action)
            .http_client(client)
            .endpoint_url(&self.endpoint(service))
            .standard_retry(&self.config.retry_config().cloned().unwrap_or_else(RetryConfig::standard))
            .timeout_config(self.config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled))
            .runtime_plugin(
                StaticRuntimePlugin::new().with_config(self.settings(service)).with_runtime_components(components),
            )
            .serializer(move |body: String| request(&target, content_type, body))
            .deserializer(answer)
            .build();
        call.invoke(input.to_string()).await.map_err(|error| GatewayError::from_sdk(operation, &error))
    }

    /// Calls an operation and reads its answer.
    pub(crate) async fn read<A: DeserializeOwned>(
        &self,
        service: JsonService,
        operation: &'static str,
        input: &Value,
    ) -> Result<A, GatewayError> {
        let answer = self.json(service, operation, input).await?;
        serde_json::from_value(answer).map_err(|error| GatewayError {
            operation,
            kind: ErrorKind::Refused,
            code: None,
            message: format!("the answer is none that the operation has: {error}"),
        })
    }

    /// What takes part in a call beside the request itself; `None` without credentials.
    fn components(&self) -> Option<RuntimeComponentsBuilder> {
        let mut components = RuntimeComponentsBuilder::new("signed calls")
            .with_auth_scheme(SigV4AuthScheme::new())
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
            .with_identity_cache(self.config.identity_cache())
            .with_time_source(self.config.time_source())
            .with_sleep_impl(self.config.sleep_impl())
            .with_interceptor(ServiceClockSkewInterceptor::new())
            .with_interceptor(RequestInfoInterceptor::new())
            .with_interceptor(InvocationIdInterceptor::new())
            .with_interceptor(UserAgentInterceptor::new())
            .with_retry_classifier(HttpStatusCodeClassifier::default())
            .with_retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .with_retry_classifier(AwsErrorCodeClassifier::<Refusal>::new());
        components.set_identity_resolver(SCHEME_ID, self.config.credentials_provider()?);
        Some(components)
    }

    fn settings(&self, service: JsonService) -> FrozenLayer {
        let mut layer = Layer::new("signed calls");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(ApiMetadata::new(service.name(), env!("CARGO_PKG_VERSION")));
        layer.store_put(SigV4OperationSigningConfig {
            region: self.config.region().cloned().map(SigningRegion::from),
            name: Some(SigningName::from_static(service.name())),
            ..SigV4OperationSigningConfig::default()
        });
        layer.freeze()
    }

    /// Where a service is: at the endpoint that is set for it or for all services, or at AWS.
    fn endpoint(&self, service: JsonService) -> String {
        let key = ServiceConfigKey::builder()
            .service_id(service.id())
            .profile("endpoint_url")
            .env("AWS_ENDPOINT_URL")
            .build();
        let own = self.config.service_config().zip(key.ok()).and_then(|(settings, key)| settings.load_config(key));
        own.or_else(|| self.config.endpoint_url().map(str::to_owned)).unwrap_or_else(|| {
            let region = self.config.region().map_or("us-east-1", AsRef::as_ref);
            let is_on = |flag: Option<bool>| flag == Some(true);
            aws_endpoint(service, region, is_on(self.config.use_fips()), is_on(self.config.use_dual_stack()))
        })
    }
}

/// A service's endpoint in a region, as the endpoint rules in the service's model have it.
fn aws_endpoint(service: JsonService, region: &str, fips: bool, dual_stack: bool) -> String {
    let domain = match (dual_stack, region.starts_with("cn-")) {
        (false, _) => partition(region).dns_suffix,
        (true, true) => "api.amazonwebservices.com.cn",
        (true, false) => "api.aws",
    };
    // The endpoints of GovCloud are all of the kind, under their usual names.
    let is_marked = fips && !region.starts_with("us-gov-");
    format!("https://{}{}.{region}.{domain}", service.name(), if is_marked { "-fips" } else { "" })
}

fn request(target: &str, content_type: &'static str, body: String) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().try_insert("content-type", content_type)?;
    request.headers_mut().try_insert("x-amz-target", target.to_owned())?;
    Ok(request)
}

fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<Refusal>> {
    let bytes = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return serde_json::from_slice(bytes).map_err(|error| OrchestratorError::response(error.into()));
    }
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |names: [&str; 2]| names.into_iter().find_map(|name| body.get(name)?.as_str());
    let code = response.headers().get("x-amzn-errortype").or_else(|| text(["__type", "code"]));
    let refusal = ErrorMetadata::builder()
        .code(code.map_or_else(|| response.status().to_string(), |code| bare(code).to_owned()))
        .message(text(["message", "Message"]).unwrap_or("the service gave no reason"));
    Err(OrchestratorError::operation(Refusal(refusal.build())))
}

/// An error's code without the name space before it and the address behind it.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_bare() {
        for code in [
            "ResourceNotFoundException",
            "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
            "ResourceNotFoundException:http://internal.amazon.com/coral/",
            "a.b#ResourceNotFoundException:http://internal.amazon.com/coral/#x",
        ] {
            assert_eq!(bare(code), "ResourceNotFoundException", "{code}");
        }
    }

    #[test]
    fn every_partition_has_its_own_domain() {
        let endpoint = |region, fips, dual| aws_endpoint(JsonService::Kinesis, region, fips, dual);
        assert_eq!(endpoint("us-west-2", false, false), "https://kinesis.us-west-2.amazonaws.com");
        assert_eq!(endpoint("us-west-2", true, false), "https://kinesis-fips.us-west-2.amazonaws.com");
        assert_eq!(endpoint("eu-west-2", false, true), "https://kinesis.eu-west-2.api.aws");
        assert_eq!(endpoint("us-gov-west-1", true, false), "https://kinesis.us-gov-west-1.amazonaws.com");
        assert_eq!(endpoint("us-iso-east-1", false, false), "https://kinesis.us-iso-east-1.c2s.ic.gov");
        assert_eq!(endpoint("cn-north-1", false, false), "https://kinesis.cn-north-1.amazonaws.com.cn");
    }
}
