//! One request, from its bytes to its answer: identify, decide its fate, carry it out in a transaction.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::request::Parts;
use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::faults::Faults;
use crate::functions::Functions;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;
use crate::kinds::{self, api::Api};
use crate::lex;
use crate::protocol::answer::{self, Answer};
use crate::protocol::form::{form, query_parameters, to_input};
use crate::protocol::{Service, Wire, cbor, identify};
use crate::services::s3::{S3Request, Upload};
use crate::services::{
    athena, cloudcontrol, dynamodb, events, firehose, glue, iam, kinesis, kms, lambda, logs, s3, secrets,
    servicequotas, sns, sqs, ssm, sts, table,
};
use crate::store::{Store, Tx};
use crate::transcribe;

/// The account of every sandbox.
pub const ACCOUNT: &str = "123456789012";

/// The work on stacks, as messages call it.
pub(crate) const STACKS: &str = "A stack operation";
/// The work on records, as messages call it.
pub(crate) const RECORDS: &str = "A delivery of records";
/// The work on executions, as messages call it.
pub(crate) const EXECUTIONS: &str = "An execution of a state machine";

/// What requests work on.
pub struct Sandbox {
    /// The store of the folder.
    pub store: Store,
    /// Handlers of all resource types.
    pub registry: HandlerRegistry,
    /// The folder.
    pub folder: PathBuf,
    /// Region of requests whose signature names none.
    pub region: String,
    /// Where functions run.
    pub functions: Functions,
    /// What the worker cannot go on with at the moment, and why.
    pub(crate) stuck: Stuck,
}

/// Work that fails whenever it is tried, such as on a full disk. Who waits for its end is told, instead of waiting on.
#[derive(Default)]
pub(crate) struct Stuck(Mutex<BTreeMap<&'static str, AwsError>>);

impl Stuck {
    /// Notes how a try of some work went.
    pub(crate) fn note(&self, work: &'static str, tried: Result<(), AwsError>) {
        let mut stuck = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match tried {
            Ok(()) => stuck.remove(work),
            Err(error) => stuck.insert(work, error),
        };
    }

    /// The failure of the last try of some work.
    pub(crate) fn check(&self, work: &'static str) -> Result<(), AwsError> {
        let stuck = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stuck.get(work).map_or(Ok(()), |error| {
            let mut error = error.clone();
            error.message = format!("{work} cannot go on: {}", error.message);
            Err(error)
        })
    }
}

/// A request with its whole body, or the upload that its body was.
pub struct Request {
    /// The service it is for.
    pub service: Service,
    /// The region it is for; that of the sandbox where it names none.
    pub region: Option<String>,
    /// Method, path and headers.
    pub head: Parts,
    /// The body; empty for an upload.
    pub body: Vec<u8>,
    /// The received file of an S3 upload.
    pub upload: Option<Upload>,
}

/// What became of a request.
pub struct Outcome {
    /// The answer.
    pub answer: Answer,
    /// Close the connection instead of answering.
    pub cut: bool,
    /// How long the answer waits.
    pub delay: Duration,
}

impl Outcome {
    /// An answer without content that nothing befalls.
    pub(crate) fn new() -> Self {
        Self { answer: Answer::empty(200), cut: false, delay: Duration::ZERO }
    }
}

impl Sandbox {
    /// Where a request or step of a region works.
    pub(crate) fn environment<'a>(&'a self, tx: &'a Tx<'a>, region: &'a str) -> Environment<'a> {
        Environment { tx, account: ACCOUNT, region, now: crate::clock::now(&self.folder), folder: &self.folder }
    }

    /// Answers a request, except invocations of functions: those must not run in a transaction.
    pub fn answer(&self, request: &Request) -> Outcome {
        let service = request.service;
        let mut outcome = Outcome::new();
        let region = request.region.as_ref().unwrap_or(&self.region);
        let answered = self
            .fate(request, &mut outcome)
            .and_then(|()| self.store.transaction(|tx| self.run(&self.environment(tx, region), request)));
        outcome.answer = answered.unwrap_or_else(|error| {
            if error.status >= 500 {
                tracing::warn!(service = service.name(), code = error.code, message = error.message, "request failed");
            }
            if let Some(upload) = &request.upload {
                remove(&s3::upload::path(&self.folder, &upload.blob));
            }
            answer::error(service, service.spoken(&request.head.headers), &error)
        });
        for file in &outcome.answer.garbage {
            remove(file);
        }
        outcome
    }

    /// Counts the call and applies the faults that befall it.
    pub(crate) fn fate(&self, request: &Request, outcome: &mut Outcome) -> Result<(), AwsError> {
        let faults = Faults::load(&self.folder)?;
        outcome.delay = Duration::from_millis(faults.delay_ms.request);
        if faults.spare_requests() {
            return Ok(());
        }
        let service = request.service;
        let operation = operation_name(service, &request.head, &request.body);
        // Quotas go by the sandbox's clock, as everything does that is done at a pace.
        let now = crate::clock::now(&self.folder);
        let fate = self.store.transaction(|tx| faults.fate(tx, now, service.name(), &operation))?;
        outcome.cut = fate.cut;
        fate.error.map_or(Ok(()), Err)
    }

    fn run(&self, environment: &Environment, request: &Request) -> Result<Answer, AwsError> {
        let (service, head, body) = (request.service, &request.head, request.body.as_slice());
        match service {
            Service::S3 => s3::handle(environment, &S3Request::new(head, body, request.upload.clone())),
            Service::Lambda => rest(environment, request, lambda::handle),
            Service::Connect => rest(environment, request, crate::connect::handle),
            Service::CloudFormation => {
                self.stuck.check(STACKS)?;
                query(request, |action, form| crate::cloudformation::handle(environment, &self.registry, action, form))
            }
            Service::DynamoDb => json(environment, request, dynamodb::call),
            Service::SecretsManager => json(environment, request, secrets::call),
            Service::Glue => json(environment, request, glue::call),
            Service::Cognito => plain(environment, request, &kinds::USER_POOLS),
            Service::CognitoIdentity => plain(environment, request, &kinds::IDENTITY_POOLS),
            Service::StepFunctions => plain(environment, request, &crate::states::STEP_FUNCTIONS),
            Service::CloudWatch => plain(environment, request, &kinds::CLOUD_WATCH),
            Service::ApiGateway => plain(environment, request, &kinds::API_GATEWAY),
            Service::Scheduler => plain(environment, request, &kinds::SCHEDULER),
            Service::Lex if lex::is_runtime(head.uri.path()) => {
                match lex::handle(environment, &to_bot(request), &[])? {
                    lex::Handled::Answered(answer) => Ok(answer),
                    lex::Handled::Ask(call) => {
                        Err(AwsError::new(500, "InternalServerException", format!("{} was not asked.", call.function)))
                    }
                }
            }
            Service::Lex => plain(environment, request, &kinds::LEX),
            Service::CloudControl => json(environment, request, |environment, operation, input| {
                cloudcontrol::call(environment, &self.registry, operation, input)
            }),
            Service::Iam => named(environment, request, &iam::SERVICE),
            Service::Sts => named(environment, request, &sts::SERVICE),
            Service::Sns => named(environment, request, &sns::SERVICE),
            Service::Kinesis => named(environment, request, &kinesis::SERVICE),
            Service::Firehose => named(environment, request, &firehose::SERVICE),
            Service::EventBridge => named(environment, request, &events::SERVICE),
            Service::Ssm => named(environment, request, &ssm::SERVICE),
            Service::Logs => named(environment, request, &logs::SERVICE),
            Service::Athena => named(environment, request, &athena::SERVICE),
            Service::ServiceQuotas => named(environment, request, &servicequotas::SERVICE),
            Service::Sqs => named(environment, request, &sqs::SERVICE),
            Service::Kms => named(environment, request, &kms::SERVICE),
            Service::Transcribe => match service.spoken(&head.headers) {
                Wire::Cbor => binary(request, |operation, input| transcribe::call(environment, operation, input)),
                _ => named(environment, request, &transcribe::SERVICE),
            },
        }
    }
}

/// The operation a request of a service names, as far as faults and messages need it: `PutObject`, `CreateQueue`. A
/// request that names none gets its method and path.
pub(crate) fn operation_name(service: Service, head: &Parts, body: &[u8]) -> String {
    let method = head.method.as_str();
    let path = head.uri.path();
    let by_path = || format!("{method} {path}");
    match service.spoken(&head.headers) {
        Wire::Cbor => path.rsplit('/').next().unwrap_or_default().to_owned(),
        Wire::Json(_) => identify::target(&head.headers).map_or_else(by_path, |(_, operation)| operation.to_owned()),
        Wire::Query(..) => form(body)
            .remove("Action")
            .or_else(|| {
                let parameters = query_parameters(head.uri.query().unwrap_or_default());
                parameters.into_iter().find(|(name, _)| name == "Action").map(|(_, value)| value)
            })
            .unwrap_or_else(by_path),
        Wire::RestJson => {
            let named = match service {
                Service::Lambda => lambda::route(method, path).map(|(name, ..)| name),
                Service::ApiGateway => kinds::API_GATEWAY.service.route_name(method, path),
                Service::Scheduler => kinds::SCHEDULER.service.route_name(method, path),
                Service::Lex if lex::is_runtime(path) => lex::RUNTIME.route_name(method, path),
                Service::Lex => kinds::LEX.service.route_name(method, path),
                _ => crate::connect::operation_name(method, path),
            };
            named.map_or_else(by_path, str::to_owned)
        }
        Wire::RestXml => s3::route(head).name(),
    }
}

/// A request to a bot of Lex.
pub(crate) fn to_bot(request: &Request) -> lex::Asked<'_> {
    let head = &request.head;
    lex::Asked {
        method: head.method.as_str(),
        path: head.uri.path(),
        content_type: head.headers.get("responsecontenttype").and_then(|value| value.to_str().ok()),
        body: &request.body,
    }
}

/// A service with JSON bodies whose operations are methods and paths.
type Rest = fn(&Environment, &str, &str, &[(String, String)], &[u8]) -> Result<(u16, Value), AwsError>;

fn rest(environment: &Environment, request: &Request, handle: Rest) -> Result<Answer, AwsError> {
    let head = &request.head;
    let parameters = query_parameters(head.uri.query().unwrap_or_default());
    let (status, body) = handle(environment, head.method.as_str(), head.uri.path(), &parameters, &request.body)?;
    Ok(answer::json(request.service.wire(), status, &body))
}

/// A service of plain kinds, whatever it speaks.
fn plain(environment: &Environment, request: &Request, api: &'static Api) -> Result<Answer, AwsError> {
    match request.service.spoken(&request.head.headers) {
        Wire::RestJson => {
            let head = &request.head;
            let parameters = query_parameters(head.uri.query().unwrap_or_default());
            let (status, body) =
                api.handle(environment, head.method.as_str(), head.uri.path(), &parameters, &request.body)?;
            Ok(answer::json(Wire::RestJson, status, &body))
        }
        Wire::Query(..) => query(request, |action, form| api.call(environment, action, &to_input(form))),
        Wire::Cbor => binary(request, |operation, input| api.call(environment, operation, input)),
        Wire::Json(_) | Wire::RestXml => {
            json(environment, request, |environment, operation, input| api.call(environment, operation, input))
        }
    }
}

/// A service with binary objects as bodies, whose operations stand in the path.
fn binary(
    request: &Request,
    call: impl FnOnce(&str, &Map<String, Value>) -> Result<Value, AwsError>,
) -> Result<Answer, AwsError> {
    let malformed = || AwsError::new(400, "SerializationException", "The body is no object.");
    let input = if request.body.is_empty() { Map::new() } else { cbor::read(&request.body).ok_or_else(malformed)? };
    let operation = operation_name(request.service, &request.head, &request.body);
    let output = call(&operation, &input)?;
    let output = if output.is_null() { Value::Object(Map::new()) } else { output };
    Ok(answer::cbor(200, &output))
}

/// A service whose requests name the operation, in either of the ways there are.
fn named(environment: &Environment, request: &Request, service: &table::Service) -> Result<Answer, AwsError> {
    if let Wire::Query(..) = request.service.wire() {
        return query(request, |action, form| service.call(environment, action, &to_input(form)));
    }
    json(environment, request, |environment, operation, input| service.call(environment, operation, input))
}

/// A service with JSON bodies whose operations stand in `X-Amz-Target`.
fn json(
    environment: &Environment,
    request: &Request,
    call: impl FnOnce(&Environment, &str, &Map<String, Value>) -> Result<Value, AwsError>,
) -> Result<Answer, AwsError> {
    let target = request.head.headers.get("x-amz-target").map(|target| String::from_utf8_lossy(target.as_bytes()));
    let unknown = |what: &str| AwsError::new(400, "UnknownOperationException", what);
    let target = target.ok_or_else(|| unknown("The request names no operation: it has no header X-Amz-Target."))?;
    let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", &target));
    if Service::of_target(prefix) != Some(request.service) {
        let message =
            format!("{target} is no operation of {}, for which the request is signed.", request.service.name());
        return Err(unknown(&message));
    }
    let body = call(environment, operation, &json_input(&request.body)?)?;
    Ok(answer::json(request.service.spoken(&request.head.headers), 200, &body))
}

/// A service with forms as requests.
fn query(
    request: &Request,
    call: impl FnOnce(&str, &BTreeMap<String, String>) -> Result<Value, AwsError>,
) -> Result<Answer, AwsError> {
    let mut parameters = form(&request.body);
    parameters.extend(query_parameters(request.head.uri.query().unwrap_or_default()));
    let missing = || AwsError::new(400, "MissingAction", "The request has no Action.");
    let action = parameters.get("Action").cloned().ok_or_else(missing)?;
    let given = parameters.get("Version").map(String::as_str);
    if let Wire::Query(_, version) = request.service.wire()
        && given.is_some_and(|given| given != version)
    {
        let given = given.unwrap_or_default();
        let message = format!("Could not find operation {action} for version {given}; the version is {version}.");
        return Err(AwsError::new(400, "InvalidAction", message));
    }
    let result = call(&action, &parameters)?;
    Ok(answer::query(request.service, &action, result.as_object()))
}

fn json_input(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body)
        .map_err(|error| AwsError::new(400, "SerializationException", format!("The body is no JSON object: {error}")))
}

/// Removes a file nobody refers to; one that is left is garbage, nothing worse.
fn remove(file: &std::path::Path) {
    if let Err(error) = std::fs::remove_file(file) {
        tracing::debug!(file = %file.display(), %error, "file not removed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn operations_by_header_form_and_path() {
        let target = [("x-amz-target", "DynamoDB_20120810.GetItem")];
        assert_eq!(operation_name(Service::DynamoDb, &head("/", &target), b"{}"), "GetItem");
        let body = b"Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(operation_name(Service::Sts, &head("/", &[]), body), "GetCallerIdentity");
        assert_eq!(operation_name(Service::Connect, &head("/nothing", &[]), b""), "POST /nothing");
    }
}
