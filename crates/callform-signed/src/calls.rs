//! Making a call.

use std::fmt::{self, Write as _};
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
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

use crate::clock::ServiceClock;
use crate::{CallError, ErrorKind, Service};

/// Whether a call that was throttled, or whose answer got lost, is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retries {
    /// As the configuration says: the operation may be carried out twice.
    AsConfigured,
    /// Never: whoever calls decides.
    Never,
}

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The body.
    pub bytes: Vec<u8>,
    /// The header `content-range`, such as `bytes 0-9/100`.
    pub content_range: Option<String>,
    /// The header `etag`, with its quotes.
    pub etag: Option<String>,
}

/// What is sent: method, path with query, headers, body.
#[derive(Clone, Debug)]
struct Request {
    method: &'static str,
    uri: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// Makes the calls.
#[derive(Clone, Debug)]
pub struct SignedCalls {
    config: SdkConfig,
    clock: ServiceClock,
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
    /// Calls with a configuration: region, credentials, HTTP client, retries, time-outs, endpoints.
    pub fn new(config: &SdkConfig) -> Self {
        Self { config: config.clone(), clock: ServiceClock::default() }
    }

    /// The time by the clock of the service that answered last; by this machine's where none has.
    ///
    /// Machines that share a table agree on this clock within a second or two, whatever their own say.
    pub fn now(&self) -> SystemTime {
        self.clock.at(SystemTime::now())
    }

    /// Calls an operation of a service whose operations stand in a header, named with its service in front as in errors
    /// (`Kinesis PutRecords`), and returns its answer. Throttled and transient failures are tried again: only for operations
    /// that may be carried out twice.
    pub async fn json(&self, service: Service, operation: &'static str, input: &Value) -> Result<Value, CallError> {
        let (prefix, content_type) = service.protocol().unwrap_or(("", "application/json"));
        let action = action(operation);
        let headers = vec![("content-type", content_type.to_owned()), ("x-amz-target", format!("{prefix}.{action}"))];
        let request = Request { method: "POST", uri: "/".to_owned(), headers, body: input.to_string().into_bytes() };
        parsed(operation, &self.send(service, operation, request, Retries::AsConfigured, None).await?)
    }

    /// Calls an operation and reads its answer.
    pub async fn read<A: DeserializeOwned>(
        &self,
        service: Service,
        operation: &'static str,
        input: &Value,
    ) -> Result<A, CallError> {
        let answer = self.json(service, operation, input).await?;
        serde_json::from_value(answer).map_err(|error| {
            CallError::new(operation, ErrorKind::Refused, format!("the answer is none that the operation has: {error}"))
        })
    }

    /// Calls an operation that method and path name, as those of Connect. The path is encoded, with its query.
    pub async fn rest(
        &self,
        service: Service,
        operation: &'static str,
        (method, uri): (&'static str, String),
        input: Option<&Value>,
        retries: Retries,
    ) -> Result<Value, CallError> {
        let headers = vec![("content-type", "application/json".to_owned())];
        let body = input.map(Value::to_string).unwrap_or_default().into_bytes();
        let request = Request { method, uri, headers, body };
        parsed(operation, &self.send(service, operation, request, retries, None).await?)
    }

    /// Bytes of an object of a bucket, from the first one named up to and with the last one; those of an object that has
    /// changed from the version with the given tag are refused (`PreconditionFailed`).
    pub async fn object(
        &self,
        bucket: &str,
        key: &str,
        (from, to): (u64, u64),
        if_match: Option<&str>,
    ) -> Result<Answer, CallError> {
        let mut headers = vec![("range", format!("bytes={from}-{to}"))];
        headers.extend(if_match.map(|tag| ("if-match", tag.to_owned())));
        let request = Request { method: "GET", uri: object_path(key), headers, body: Vec::new() };
        self.send(Service::S3, "S3 GetObject", request, Retries::AsConfigured, Some(bucket)).await
    }

    /// Puts an object into a bucket, replacing what is there.
    pub async fn put_object(
        &self,
        bucket: &str,
        key: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<(), CallError> {
        let headers = vec![("content-type", content_type.to_owned())];
        let request = Request { method: "PUT", uri: object_path(key), headers, body };
        self.send(Service::S3, "S3 PutObject", request, Retries::AsConfigured, Some(bucket)).await.map(|_| ())
    }

    /// A call about a bucket that has no body.
    pub(crate) async fn bucket_call(
        &self,
        bucket: &str,
        operation: &'static str,
        method: &'static str,
        uri: String,
    ) -> Result<Answer, CallError> {
        let request = Request { method, uri, headers: Vec::new(), body: Vec::new() };
        self.send(Service::S3, operation, request, Retries::AsConfigured, Some(bucket)).await
    }

    async fn send(
        &self,
        service: Service,
        operation: &'static str,
        mut input: Request,
        retries: Retries,
        bucket: Option<&str>,
    ) -> Result<Answer, CallError> {
        let unusable = |kind, message: &str| CallError::new(operation, kind, message);
        let components = self
            .components()
            .ok_or_else(|| unusable(ErrorKind::Credentials, "no credentials provider is configured"))?;
        let client =
            self.config.http_client().ok_or_else(|| unusable(ErrorKind::Network, "there is no HTTP client"))?;
        let configured = self.config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let retry = if retries == Retries::Never { RetryConfig::disabled() } else { configured };
        let mut endpoint = self.endpoint(service);
        if let Some(bucket) = bucket {
            input.uri = in_bucket(&mut endpoint, bucket, &input.uri, self.own_endpoint(service).is_some());
        }
        let call = Operation::builder()
            .service_name(service.name())
            .operation_name(action(operation))
            .http_client(client)
            .endpoint_url(&endpoint)
            .standard_retry(&retry)
            .timeout_config(self.config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled))
            .runtime_plugin(
                StaticRuntimePlugin::new().with_config(self.settings(service)).with_runtime_components(components),
            )
            .serializer(request)
            .deserializer({
                let clock = self.clock.clone();
                move |response| {
                    clock.hear(response.headers().get("date"), SystemTime::now());
                    answer(response)
                }
            })
            .build();
        call.invoke(input).await.map_err(|error| CallError::from_sdk(operation, &error))
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

    fn settings(&self, service: Service) -> FrozenLayer {
        let mut layer = Layer::new("signed calls");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(ApiMetadata::new(service.name(), env!("CARGO_PKG_VERSION")));
        let mut signing_options = SigningOptions::default();
        if service == Service::S3 {
            // Keys of objects are signed as they are, with the digest of what is sent.
            signing_options.double_uri_encode = false;
            signing_options.normalize_uri_path = false;
            signing_options.content_sha256_header = true;
        }
        layer.store_put(SigV4OperationSigningConfig {
            signing_options,
            region: self.config.region().cloned().map(SigningRegion::from),
            name: Some(SigningName::from_static(service.name())),
            ..SigV4OperationSigningConfig::default()
        });
        layer.freeze()
    }

    /// The endpoint that is set for a service, or for all services.
    fn own_endpoint(&self, service: Service) -> Option<String> {
        let key = ServiceConfigKey::builder()
            .service_id(service.id())
            .profile("endpoint_url")
            .env("AWS_ENDPOINT_URL")
            .build();
        let own = self.config.service_config().zip(key.ok()).and_then(|(settings, key)| settings.load_config(key));
        own.or_else(|| self.config.endpoint_url().map(str::to_owned))
    }

    /// Where a service is: at the endpoint that is set, or at AWS.
    fn endpoint(&self, service: Service) -> String {
        self.own_endpoint(service).unwrap_or_else(|| {
            let region = self.config.region().map_or("us-east-1", AsRef::as_ref);
            let is_on = |flag: Option<bool>| flag == Some(true);
            service.endpoint(region, is_on(self.config.use_fips()), is_on(self.config.use_dual_stack()))
        })
    }
}

/// An operation without its service: `PutRecords`.
fn action(operation: &'static str) -> &'static str {
    operation.rsplit(' ').next().unwrap_or(operation)
}

/// The path of a key, encoded as S3 signs it: everything but unreserved characters and slashes.
pub(crate) fn object_path(key: &str) -> String {
    let mut path = String::with_capacity(key.len() + 1);
    path.push('/');
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ok = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// Puts a bucket where it belongs: into the host's name at AWS, into the path elsewhere and where its name has dots, which
/// no certificate covers. Returns the path.
fn in_bucket(endpoint: &mut String, bucket: &str, path: &str, is_own: bool) -> String {
    if is_own || bucket.contains('.') {
        return format!("/{bucket}{path}");
    }
    *endpoint = endpoint.replacen("https://", &format!("https://{bucket}."), 1);
    path.to_owned()
}

fn request(input: Request) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(input.body));
    request.set_method(input.method)?;
    request.set_uri(input.uri)?;
    for (name, value) in input.headers {
        request.headers_mut().try_insert(name, value)?;
    }
    Ok(request)
}

/// An answer's JSON; nothing at all is `null`, which is what some operations answer.
fn parsed(operation: &'static str, answer: &Answer) -> Result<Value, CallError> {
    if answer.bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer.bytes)
        .map_err(|error| CallError::new(operation, ErrorKind::Network, format!("its answer is none of AWS: {error}")))
}

fn answer(response: &HttpResponse) -> Result<Answer, OrchestratorError<Refusal>> {
    let bytes = response.body().bytes().unwrap_or_default();
    let header = |name: &str| response.headers().get(name).map(str::to_owned);
    if response.status().is_success() {
        return Ok(Answer { bytes: bytes.to_vec(), content_range: header("content-range"), etag: header("etag") });
    }
    Err(OrchestratorError::operation(Refusal(refusal(response, bytes))))
}

fn refusal(response: &HttpResponse, bytes: &[u8]) -> ErrorMetadata {
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |names: [&str; 2]| names.into_iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned);
    let xml = std::str::from_utf8(bytes).unwrap_or_default();
    let code = header_code(response).or_else(|| text(["__type", "code"])).or_else(|| element(xml, "Code"));
    let message = text(["message", "Message"]).or_else(|| element(xml, "Message"));
    let mut refusal = ErrorMetadata::builder()
        .code(code.map_or_else(|| response.status().to_string(), |code| bare(&code).to_owned()))
        .message(message.as_deref().unwrap_or("the service gave no reason"));
    // Why each part of a transaction was refused, and what stands there instead, is beside the message.
    if let Some(reasons) = body.get("CancellationReasons").or_else(|| body.get("Item")) {
        refusal = refusal.custom("details", reasons.to_string());
    }
    refusal.build()
}

fn header_code(response: &HttpResponse) -> Option<String> {
    response.headers().get("x-amzn-errortype").map(str::to_owned)
}

/// The text of an element of S3's errors.
fn element(xml: &str, name: &str) -> Option<String> {
    let rest = xml.split_once(&format!("<{name}>"))?.1;
    Some(rest.split_once("</")?.0.to_owned())
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
    fn a_bucket_is_in_the_name_of_its_host_at_aws_and_in_the_path_elsewhere() {
        let placed = |endpoint: &str, bucket: &str, is_own| {
            let mut endpoint = endpoint.to_owned();
            let path = in_bucket(&mut endpoint, bucket, &object_path("a b/ü.csv"), is_own);
            format!("{endpoint}{path}")
        };
        let aws = "https://s3.us-west-2.amazonaws.com";
        assert_eq!(placed(aws, "lists", false), "https://lists.s3.us-west-2.amazonaws.com/a%20b/%C3%BC.csv");
        assert_eq!(placed(aws, "my.lists", false), "https://s3.us-west-2.amazonaws.com/my.lists/a%20b/%C3%BC.csv");
        assert_eq!(placed("http://127.0.0.1:4566", "lists", true), "http://127.0.0.1:4566/lists/a%20b/%C3%BC.csv");
    }

    #[test]
    fn the_errors_of_s3_are_read() {
        let xml = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>gone</Message></Error>";
        assert_eq!(element(xml, "Code").as_deref(), Some("NoSuchKey"));
        assert_eq!(element(xml, "Message").as_deref(), Some("gone"));
        assert_eq!(element("", "Code"), None);
    }
}
