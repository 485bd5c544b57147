//! Clients, endpoint and credentials.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::tls;

use crate::GatewayError;
use callform_signed::SignedCalls;

/// How many times the pace is the longest pause between two questions.
const LONGEST_PAUSE: u32 = 5;

/// Whom to talk to.
#[derive(Clone, Debug)]
pub struct Target {
    /// AWS region.
    pub region: String,
    /// Endpoint of all services; `None` for AWS itself.
    pub endpoint_url: Option<String>,
    /// Who calls.
    pub credentials: Credentials,
    /// The least time between two questions about something that takes its time: CloudFormation refuses those who ask
    /// more often, and tells nobody else of the account anything either.
    pub pace: Duration,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Whatever the AWS SDK finds: environment, profile, SSO, instance role.
    Default,
    /// The sandbox takes anyone; nothing secret is sent.
    Sandbox,
}

/// Calls to AWS, or to what stands in for it.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) connect: aws_sdk_connect::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) signed: SignedCalls,
    sts: aws_sdk_sts::Client,
    region: String,
    pace: Duration,
}

/// Throttled and transient failures are tried again this often; every mutating call carries a client token or is
/// idempotent by itself.
const ATTEMPTS: u32 = 12;
/// How often the first call is tried.
const FIRST_ATTEMPTS: u32 = 3;

impl Gateway {
    /// Makes the clients. Nothing is sent yet.
    pub async fn connect_to(target: &Target) -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        let retry = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(Duration::from_secs(10));
        let timeout = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(10))
            .operation_attempt_timeout(Duration::from_mins(1))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(aws_config::Region::new(target.region.clone()))
            .http_client(http)
            .retry_config(retry)
            .timeout_config(timeout);
        if let Some(url) = &target.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if target.credentials == Credentials::Sandbox {
            loader = loader.credentials_provider(aws_sdk_s3::config::Credentials::new(
                "sandbox", "sandbox", None, None, "sandbox",
            ));
        }
        let config = loader.load().await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(target.endpoint_url.is_some()).build();
        Self {
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            connect: aws_sdk_connect::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            signed: SignedCalls::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            region: target.region.clone(),
            pace: target.pace,
        }
    }

    /// Calls of services by name, for stages that bring their own: the dialer's table, state machines.
    pub fn calls(&self) -> &SignedCalls {
        &self.signed
    }

    /// The region of all calls.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The least time between two questions about something that takes its time.
    pub fn pace(&self) -> Duration {
        self.pace
    }

    /// The pause after one in which nothing happened: twice as long, up to [`LONGEST_PAUSE`] times the pace.
    pub fn slower(&self, pause: Duration) -> Duration {
        (pause * 2).min(self.pace * LONGEST_PAUSE)
    }

    /// The ARN of the caller.
    pub(crate) async fn caller_arn(&self) -> Result<String, GatewayError> {
        const OPERATION: &str = "STS GetCallerIdentity";
        let answer =
            self.sts.get_caller_identity().send().await.map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
        answer.arn.ok_or_else(|| GatewayError::incomplete(OPERATION, "ARN"))
    }

    /// The AWS account of the caller, twelve digits. The first call of a run: an endpoint that is not there is given up
    /// sooner than one that has answered before.
    pub async fn account(&self) -> Result<String, GatewayError> {
        const OPERATION: &str = "STS GetCallerIdentity";
        let retry = RetryConfig::standard().with_max_attempts(FIRST_ATTEMPTS);
        let call = self.sts.get_caller_identity().customize();
        let call = call.config_override(aws_sdk_sts::config::Builder::new().retry_config(retry));
        let answer = call.send().await.map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
        answer.account.ok_or_else(|| GatewayError::incomplete(OPERATION, "account"))
    }
}
