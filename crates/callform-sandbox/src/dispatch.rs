//! One request, from its bytes to its answer: identify, decide its fate, carry it out in a transaction.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use http::request::Parts;
use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::faults::Faults;
use crate::functions::Functions;
use crate::handler::Environment;
use crate::protocol::answer::{self, Answer};
use crate::protocol::form::{form, query_parameters, to_input};
use crate::protocol::{Service, Wire, identify};
use crate::resources::HandlerRegistry;
use crate::services::s3::{S3Request, Upload};
use crate::services::{
    athena, cloudcontrol, documents, dynamodb, events, firehose, glue, iam, kinesis, kms, lambda, logs, s3,
    secretsmanager, servicequotas, sns, sqs, ssm, sts,
};
use crate::store::{Store, Tx};

/// The account of every sandbox.
pub const ACCOUNT: &str = "123456789012";

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
}

/// A request with its whole body, or the upload that its body was.
pub struct Request {
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
    /// The service that answered.
    pub service: Option<Service>,
    /// Close the connection instead of answering.
    pub cut: bool,
    /// How long the answer waits.
    pub delay: Duration,
}

impl Outcome {
    /// An answer without content that nothing befalls.
    pub(crate) fn of(service: Option<Service>) -> Self {
        Self { answer: Answer::empty(200), service, cut: false, delay: Duration::ZERO }
    }
}

impl Sandbox {
    /// Where a request or step of a region works.
    pub(crate) fn environment<'a>(&'a self, tx: &'a Tx<'a>, region: &'a str) -> Environment<'a> {
        Environment { tx, account: ACCOUNT, region, now: crate::clock::now(&self.folder), folder: &self.folder }
    }

    /// Answers a request, except invocations of functions: those must not run in a transaction.
    pub fn answer(&self, request: &Request) -> Outcome {
        let scope = identify::scope(&request.head);
        let service = match identify::service(&scope, &request.body) {
            Ok(service) => service,
            Err(error) => return refuse(&request.head, &error),
        };
        let mut outcome = Outcome::of(Some(service));
        let region = scope.region.unwrap_or_else(|| self.region.clone());
        let answered = self
            .fate(service, request, &mut outcome)
            .and_then(|()| self.store.transaction(|tx| self.run(&self.environment(tx, &region), service, request)));
        outcome.answer = answered.unwrap_or_else(|error| {
            if error.status >= 500 {
                tracing::warn!(service = service.name(), code = error.code, message = error.message, "request failed");
            }
            if let Some(upload) = &request.upload {
                remove(&s3::upload::path(&self.folder, &upload.blob));
            }
            answer::error(service, &error)
        });
        for file in &outcome.answer.garbage {
            remove(file);
        }
        outcome
    }

    /// Counts the call and applies the faults that befall it.
    pub(crate) fn fate(&self, service: Service, request: &Request, outcome: &mut Outcome) -> Result<(), AwsError> {
        let faults = Faults::load(&self.folder)?;
        outcome.delay = Duration::from_millis(faults.delay_ms.request);
        if faults.spare_requests() {
            return Ok(());
        }
        let operation = identify::operation(service, &request.head, &request.body);
        let fate = self.store.transaction(|tx| faults.fate(tx, SystemTime::now(), service.name(), &operation))?;
        outcome.cut = fate.cut;
        fate.error.map_or(Ok(()), Err)
    }

    fn run(&self, environment: &Environment, service: Service, request: &Request) -> Result<Answer, AwsError> {
        let head = &request.head;
        match service.wire() {
            Wire::RestXml => s3::handle(environment, &S3Request::new(head, &request.body, request.upload.clone())),
            Wire::RestJson => {
                let query = query_parameters(head.uri.query().unwrap_or_default());
                let (method, path) = (head.method.as_str(), head.uri.path());
                let (status, body) = match service {
                    Service::Lambda => lambda::handle(environment, method, path, &query, &request.body)?,
                    Service::ApiGateway => documents::api_gateway(environment, method, path)?,
                    _ => crate::connect::handle(environment, method, path, &query, &request.body)?,
                };
                Ok(answer::json(service, status, &body))
            }
            Wire::Json(_) => {
                let operation = identify::operation(service, head, &request.body);
                let input = json_input(&request.body)?;
                let body = match service {
                    Service::DynamoDb => dynamodb::call(environment, &operation, &input)?,
                    Service::Kinesis => kinesis::call(environment, &operation, &input)?,
                    Service::Firehose => firehose::call(environment, &operation, &input)?,
                    Service::EventBridge => events::call(environment, &operation, &input)?,
                    Service::SecretsManager => secretsmanager::call(environment, &operation, &input)?,
                    Service::Ssm => ssm::call(environment, &operation, &input)?,
                    Service::Glue => glue::call(environment, &operation, &input)?,
                    Service::Athena => athena::call(environment, &operation, &input)?,
                    Service::ServiceQuotas => servicequotas::call(environment, &operation, &input)?,
                    Service::Sqs => sqs::call(environment, &operation, &input)?,
                    Service::Kms => kms::call(environment, &operation, &input)?,
                    Service::Cognito => documents::cognito(environment, &operation, &input)?,
                    Service::CognitoIdentity => documents::cognito_identity(environment, &operation, &input)?,
                    Service::CloudControl => cloudcontrol::call(environment, &self.registry, &operation, &input)?,
                    _ => logs::call(environment, &operation, &input)?,
                };
                Ok(answer::json(service, 200, &body))
            }
            Wire::Query(namespace, _) => self.query(environment, service, namespace, request),
        }
    }

    fn query(
        &self,
        environment: &Environment,
        service: Service,
        namespace: &str,
        request: &Request,
    ) -> Result<Answer, AwsError> {
        let mut parameters = form(&request.body);
        parameters.extend(query_parameters(request.head.uri.query().unwrap_or_default()));
        let action = parameters
            .get("Action")
            .cloned()
            .ok_or_else(|| AwsError::new(400, "MissingAction", "The request has no Action."))?;
        let result = match service {
            Service::CloudFormation => {
                crate::cloudformation::handle(environment, &self.registry, &action, &parameters)?
            }
            Service::Iam => iam::call(environment, &action, &to_input(&parameters))?,
            Service::Sns => sns::call(environment, &action, &to_input(&parameters))?,
            _ => sts::call(environment, &action, &to_input(&parameters))?,
        };
        Ok(answer::query(namespace, &action, result.as_object()))
    }
}

fn json_input(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(body)
        .map_err(|error| AwsError::new(400, "SerializationException", format!("The body is no JSON object: {error}")))
}

/// A request for a service that the sandbox does not have, in the protocol it seems to speak.
fn refuse(head: &Parts, error: &AwsError) -> Outcome {
    let is_form = head
        .headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    let like = if head.headers.contains_key("x-amz-target") {
        Service::Kinesis
    } else if is_form {
        Service::Sts
    } else {
        Service::Lambda
    };
    Outcome { answer: answer::error(like, error), ..Outcome::of(None) }
}

/// Removes a file nobody refers to; one that is left is garbage, nothing worse.
fn remove(file: &std::path::Path) {
    if let Err(error) = std::fs::remove_file(file) {
        tracing::debug!(file = %file.display(), %error, "file not removed");
    }
}
