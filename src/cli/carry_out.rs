//! Applying a plan with progress, and telling why it failed.

use std::collections::BTreeSet;

use tokio::sync::mpsc;

use super::center::Center;
use super::exit_code::Exit;
use super::progress;
use super::target::Account;
use super::ui::Ui;
use crate::apply::{ApplyError, ResourceFailure, Rim, apply, plain_reason};
use crate::observe::artifact_bucket_name;
use crate::plan::Plan;
use crate::render::words;

/// Applies a plan.
pub(super) async fn carry_out(ui: &Ui, center: &Center, account: &Account, plan: &Plan) -> Result<(), Exit> {
    let (sender, events) = mpsc::unbounded_channel();
    let shown = tokio::spawn(progress::show(*ui, events));
    let bucket = artifact_bucket_name(&center.model.center, &account.id, &center.model.region);
    let rim = Rim {
        gateway: &account.gateway,
        bucket: &bucket,
        read: &|path| center.read_asset(path),
        run_id: &uuid::Uuid::new_v4().simple().to_string(),
        events: &sender,
    };
    let outcome = apply(&rim, plan).await;
    drop(sender);
    let _view_ended = shown.await;
    outcome.map_err(|error| {
        explain(ui, center, &error);
        Exit::Failed
    })
}

/// Says what failed in the blueprint's words, with the place in the file.
fn explain(ui: &Ui, center: &Center, error: &ApplyError) {
    ui.error(&error.to_string());
    if let ApplyError::Call(call) = error
        && matches!(call.code.as_deref(), Some("InvalidChangeSetStatus" | "OperationInProgressException"))
    {
        ui.say("help: someone else changes this center at the same time; wait for that to end and apply again");
    }
    if let ApplyError::Stack { reason, failures, .. } = error {
        let mut said = BTreeSet::new();
        for text in failures.iter().map(|failure| describe(center, failure)) {
            if said.insert(text.clone()) {
                ui.say(&text);
            }
        }
        if let (Some(reason), true) = (reason, failures.is_empty()) {
            ui.say(&format!("  {reason}"));
        }
        ui.say("help: mend what is named above and apply again; what was done stays, or was rolled back");
    }
}

fn describe(center: &Center, failure: &ResourceFailure) -> String {
    let name = failure.address.as_ref().map_or_else(|| failure.logical_id.clone(), words);
    let place = failure.address.as_ref().and_then(|address| center.place(address));
    let reason = plain_reason(&failure.reason);
    match place {
        Some(place) => format!("  {name}: {reason}\n    --> {place}"),
        None => format!("  {name} ({}): {reason}", failure.resource_type),
    }
}
