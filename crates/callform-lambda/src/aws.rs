//! AWS, as a function calls it.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls;
use callform_signed::SignedCalls;
use tokio::sync::OnceCell;

/// Calls of AWS services, configured when they are first needed.
///
/// Region, credentials and endpoint (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`) come from the environment, as
/// every AWS SDK reads them. Reading certificates is the slowest part of a start: a function that never calls AWS does
/// not pay for it.
#[derive(Debug, Default)]
pub struct Aws {
    config: OnceCell<SdkConfig>,
    calls: OnceCell<SignedCalls>,
    patience: Patience,
}

/// How long a call may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Patience {
    /// Connect gives a function 8 seconds in all: a call is given up in time for an answer without it.
    #[default]
    OnThePhone,
    /// Nobody waits for the answer, and a call whose answer is not waited for costs more than time.
    Unhurried,
}

/// Until there is a connection.
const CONNECT: Duration = Duration::from_secs(1);

impl Aws {
    /// Calls of a function that nobody on the phone waits for: they may take 20 seconds with all retries, 8 each.
    pub fn unhurried() -> Self {
        Self { patience: Patience::Unhurried, ..Self::default() }
    }

    /// Calls with a configuration that does not come from the environment.
    pub fn with(config: SdkConfig) -> Self {
        Self { config: OnceCell::new_with(Some(config)), ..Self::default() }
    }

    /// Calls of something that stands in for AWS at a URL without TLS and takes any credentials.
    pub fn local(url: &str) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("us-west-2"))
            .endpoint_url(url)
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "local", "local", None, None, "local",
            )))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .timeout_config(Patience::OnThePhone.timeouts())
            .build();
        Self::with(config)
    }

    /// The configuration, from which clients of the SDK can be made, too.
    pub async fn config(&self) -> &SdkConfig {
        self.config
            .get_or_init(|| async {
                let http = aws_smithy_http_client::Builder::new()
                    .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                    .build_https();
                aws_config::defaults(BehaviorVersion::v2026_01_12())
                    .http_client(http)
                    .timeout_config(self.patience.timeouts())
                    .load()
                    .await
            })
            .await
    }

    /// The calls.
    pub async fn calls(&self) -> &SignedCalls {
        self.calls.get_or_init(|| async { SignedCalls::new(self.config().await) }).await
    }
}

impl Patience {
    fn timeouts(self) -> TimeoutConfig {
        let (operation, attempt) = match self {
            Self::OnThePhone => (Duration::from_secs(3), Duration::from_millis(1500)),
            Self::Unhurried => (Duration::from_secs(20), Duration::from_secs(8)),
        };
        TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(attempt)
            .operation_timeout(operation)
            .build()
    }
}
