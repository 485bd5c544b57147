//! `callform dialer status`

use std::time::Duration;

use clap::Args;
use dialer::item::State;
use dialer::report::Status;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::found::{Found, find};
use super::table::{Live, failed, open};
use super::{DialerArgs, FORMAT_VERSION, Form};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::view::dialer_status;

/// How often the live view looks.
const EVERY: Duration = Duration::from_secs(2);

/// `callform dialer status`
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Which dialer.
    #[command(flatten)]
    pub dialer: DialerArgs,
    /// Show it once, on a terminal, too.
    #[arg(long)]
    pub once: bool,
}

/// Shows how the campaign stands.
pub(super) async fn run(ui: &Ui, args: &StatusArgs) -> Result<Exit, Exit> {
    let found = find(ui, &args.dialer.blueprint, args.dialer.dialer.as_deref())?;
    let live = open(ui, &found, &args.dialer.account).await?;
    let shown = if ui.live && !args.once && args.dialer.format == Form::Human {
        tokio::select! {
            shown = watch(ui, &found, &live) => shown,
            _interrupted = tokio::signal::ctrl_c() => Ok(()),
        }
    } else {
        once(ui, args.dialer.format, &found, &live).await
    };
    live.account.close().await;
    shown.map(|()| Exit::Success)
}

async fn read(ui: &Ui, found: &Found, live: &Live) -> Result<Status, Exit> {
    let tools = live.tools(&found.policy);
    tools.work().status().await.map_err(|error| failed(ui, &error))
}

async fn once(ui: &Ui, form: Form, found: &Found, live: &Live) -> Result<(), Exit> {
    let status = read(ui, found, live).await?;
    match form {
        Form::Human => ui.data(&dialer_status(&found.function.key, &status, ui.width)),
        Form::Json => {
            let mut answer = serde_json::to_value(&status).unwrap_or_default();
            answer["format_version"] = FORMAT_VERSION.into();
            ui.data(&format!("{answer:#}\n"));
        }
    }
    Ok(())
}

/// Shows it again and again, in place, until the campaign has ended.
async fn watch(ui: &Ui, found: &Found, live: &Live) -> Result<(), Exit> {
    let view = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        view.set_style(style);
    }
    loop {
        let status = match read(ui, found, live).await {
            Ok(status) => status,
            Err(exit) => {
                view.finish_and_clear();
                return Err(exit);
            }
        };
        let text = dialer_status(&found.function.key, &status, ui.width);
        if matches!(status.state, State::Done | State::Stopped) {
            view.finish_and_clear();
            ui.data(&text);
            return Ok(());
        }
        view.set_message(format!("{text}Ctrl-C ends the view; the campaign goes on."));
        view.tick();
        tokio::time::sleep(EVERY).await;
    }
}
