//! What an invocation means: the code and the settings of a version.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::LARGEST_PAYLOAD;
use super::runtimes::Runtime;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::lambda;

/// A version of a function, ready to be run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    /// AWS region.
    pub(crate) region: String,
    /// Name of the function.
    pub(crate) name: String,
    /// ARN as it was invoked, qualifier included.
    pub(crate) arn: String,
    /// The version: a number, or `$LATEST`.
    pub(crate) version: String,
    /// Changes whenever code or settings change.
    pub(crate) revision: String,
    /// Name of the file under `lambda/` of the folder.
    pub(crate) code: String,
    /// Names of the files of its layers there, in their order.
    pub(crate) layers: Vec<String>,
    /// The entry point, `_HANDLER`.
    pub(crate) handler: String,
    /// How long one invocation may take.
    pub(crate) timeout: Duration,
    /// Memory in MB.
    pub(crate) memory: u64,
    /// The function's own variables.
    pub(crate) variables: BTreeMap<String, String>,
    /// Name of the log group.
    pub(crate) log_group: String,
    /// True for logs in JSON, false for text.
    pub(crate) json_log: bool,
    /// How many may run at once; none for as many as the account has.
    pub(crate) concurrency: Option<usize>,
    runtime: String,
    architecture: String,
}

impl Target {
    /// Looks a function up.
    pub(crate) fn find(environment: &Environment, function: &str, qualifier: Option<&str>) -> Result<Self, AwsError> {
        let found = lambda::find(environment, function, qualifier)?;
        let configuration = &found.configuration;
        let text = |name: &str| configuration.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str, default: u64| configuration.get(name).and_then(Value::as_u64).unwrap_or(default);
        let of = |name: &str, member: &str| configuration.get(name).and_then(|value| value.get(member));
        let variables = of("Environment", "Variables").and_then(Value::as_object).map(texts).unwrap_or_default();
        let architectures = configuration.get("Architectures").and_then(|list| list.get(0)).and_then(Value::as_str);
        Ok(Self {
            region: environment.region.to_owned(),
            name: text("FunctionName"),
            arn: found.invoked_arn,
            version: text("Version"),
            revision: text("RevisionId"),
            code: found.code,
            layers: configuration
                .get("Layers")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .map(files)
                .unwrap_or_default(),
            handler: text("Handler"),
            timeout: Duration::from_secs(number("Timeout", 3)),
            memory: number("MemorySize", 128),
            variables,
            log_group: of("LoggingConfig", "LogGroup").and_then(Value::as_str).unwrap_or_default().to_owned(),
            json_log: of("LoggingConfig", "LogFormat").and_then(Value::as_str) == Some("JSON"),
            concurrency: found.concurrency,
            runtime: text("Runtime"),
            architecture: architectures.unwrap_or("x86_64").to_owned(),
        })
    }

    /// What runs its code.
    pub(super) fn runtime(&self) -> Result<Runtime, AwsError> {
        Runtime::of(&self.runtime).map_err(|reason| {
            AwsError::unsupported("Lambda", &format!("functions of the runtime {}: {reason}", self.runtime))
        })
    }

    /// Refuses what this machine cannot run.
    pub(crate) fn runnable(self) -> Result<Self, AwsError> {
        if self.runtime()? != Runtime::Provided {
            return Ok(self);
        }
        let own = match std::env::consts::ARCH {
            "aarch64" => "arm64",
            other => other,
        };
        if cfg!(target_os = "linux") && self.architecture == own {
            return Ok(self);
        }
        Err(AwsError::unsupported(
            "Lambda",
            &format!(
                "functions for {} on this machine, which is {own} with {}. Build and deploy the function for {own} to run it here",
                self.architecture,
                std::env::consts::OS
            ),
        ))
    }
}

/// The files of layers; those of other accounts have none.
fn files(layers: &[Value]) -> Vec<String> {
    layers.iter().filter_map(|layer| Some(layer.get("File")?.as_str()?.to_owned())).collect()
}

fn texts(members: &Map<String, Value>) -> BTreeMap<String, String> {
    members.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

/// Refuses events that Lambda does not take.
pub(crate) fn check_payload(payload: &[u8]) -> Result<(), AwsError> {
    if payload.len() > LARGEST_PAYLOAD {
        return Err(AwsError::new(
            413,
            "RequestTooLargeException",
            format!("Request must be smaller than {LARGEST_PAYLOAD} bytes for the InvokeFunction operation"),
        )
        .with("Type", "User"));
    }
    if payload.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(payload) {
        Ok(_) => Ok(()),
        Err(error) => Err(AwsError::new(
            400,
            "InvalidRequestContentException",
            format!("Could not parse request body into json: {error}"),
        )
        .with("Type", "User")),
    }
}
