//! The account to work on: AWS, or the sandbox in a folder.

use std::path::Path;
use std::time::Duration;

use callform_aws::{Credentials, ErrorKind, Gateway, Target};

use super::args::AccountArgs;
use super::exit_code::Exit;
use super::ui::Ui;

/// The least time between two questions about a stack. AWS throttles whoever asks more often than every few seconds
/// (AWS's own tools ask every five); a folder answers at once.
const AWS_PACE: Duration = Duration::from_secs(2);
const SANDBOX_PACE: Duration = Duration::from_millis(20);

/// How to get credentials.
const CREDENTIALS: [&str; 5] = [
    "help: the usual ways are",
    "  aws sso login                     after `aws configure sso`, for people; with AWS_PROFILE for one of several accounts",
    "  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN in the environment, for programs",
    "  a role of the machine or the CI job (EC2, ECS, CodeBuild, OpenID Connect in GitHub Actions)",
    "or try it without an account: add --sandbox",
];

/// An account that calls can be sent to.
pub(super) struct Account {
    /// The calls.
    pub(super) gateway: Gateway,
    /// AWS account id, twelve digits.
    pub(super) id: String,
    sandbox: Option<callform_sandbox::Running>,
}

impl Account {
    /// Opens the account. A sandbox is served from inside this process, on a port of 127.0.0.1 that nobody else knows;
    /// nothing else tells a sandbox run from one against AWS.
    pub(super) async fn open(ui: &Ui, args: &AccountArgs, region: &str) -> Result<Self, Exit> {
        let sandbox = match &args.sandbox {
            Some(folder) => Some(start(ui, folder, region).await?),
            None => None,
        };
        let target = Target {
            region: region.to_owned(),
            endpoint_url: sandbox.as_ref().map(|running| running.url().to_owned()),
            credentials: if sandbox.is_some() { Credentials::Sandbox } else { Credentials::Default },
            pace: if sandbox.is_some() { SANDBOX_PACE } else { AWS_PACE },
        };
        let gateway = Gateway::connect_to(&target).await;
        match gateway.account().await {
            Ok(id) => Ok(Self { gateway, id, sandbox }),
            Err(error) => {
                if sandbox.is_none() && error.kind == ErrorKind::Credentials {
                    ui.error("AWS does not know who you are: there are no credentials, or they are no longer valid");
                    for line in CREDENTIALS {
                        ui.say(line);
                    }
                } else {
                    ui.error(&error.to_string());
                }
                Err(Exit::Failed)
            }
        }
    }

    /// The least time between two questions about the same thing.
    pub(super) fn pace(&self) -> Duration {
        if self.sandbox.is_some() { SANDBOX_PACE } else { AWS_PACE }
    }

    /// Ends the sandbox, where there is one. What it works on goes on when the folder is opened the next time.
    pub(super) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

async fn start(ui: &Ui, folder: &Path, region: &str) -> Result<callform_sandbox::Running, Exit> {
    let options =
        callform_sandbox::Options { folder: folder.to_owned(), port: 0, region: region.to_owned(), faults: None };
    callform_sandbox::start(options).await.map_err(|error| {
        ui.error(&format!("cannot open the sandbox in `{}`: {error}", folder.display()));
        Exit::Failed
    })
}
