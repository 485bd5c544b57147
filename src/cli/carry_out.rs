//! Applying a plan with progress, and telling why it failed.

use std::collections::BTreeSet;
use std::path::Path;

use tokio::sync::mpsc;

use super::center::Center;
use super::exit_code::Exit;
use super::files;
use super::progress;
use super::target::Account;
use super::ui::Ui;
use crate::apply::{ApplyContext, ApplyError, ResourceFailure, apply, plain_reason};
use crate::model::Address;
use crate::observe::artifact_bucket_name;
use crate::plan::Plan;
use crate::render::words;

/// Largest file that goes to the artifact bucket: a template has at most 1 MB, code and a prompt 50 MB.
const LARGEST_ASSET: u64 = 64 << 20;

/// Where a plan comes from: its files, and what is known about its blueprint.
pub(super) struct PlanSource<'a> {
    /// Paths of assets are relative to it.
    pub(super) folder: &'a Path,
    /// The blueprint; a saved plan is applied without one.
    pub(super) center: Option<&'a Center>,
}

impl<'a> PlanSource<'a> {
    /// The source of a plan that was just made.
    pub(super) fn of(center: &'a Center) -> Self {
        Self { folder: &center.folder, center: Some(center) }
    }

    /// Reads an asset by its path in the plan.
    pub(super) fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        files::read(&self.folder.join(path), LARGEST_ASSET)
    }

    fn place(&self, address: &Address) -> Option<String> {
        self.center.and_then(|center| center.place(address))
    }
}

/// Applies a plan.
pub(super) async fn carry_out(
    ui: &Ui,
    plan_source: &PlanSource<'_>,
    account: &Account,
    plan: &Plan,
) -> Result<(), Exit> {
    let (sender, events) = mpsc::unbounded_channel();
    let shown = tokio::spawn(progress::show(*ui, progress::made_anew(plan), events));
    let bucket = artifact_bucket_name(&plan.center, &account.id, &plan.region);
    let context = ApplyContext {
        gateway: &account.gateway,
        bucket: &bucket,
        read: &|path| plan_source.read(path),
        run_id: &uuid::Uuid::new_v4().simple().to_string(),
        events: &sender,
    };
    let outcome = apply(&context, plan).await;
    drop(sender);
    let _view_ended = shown.await;
    outcome.map_err(|error| {
        explain(ui, plan_source, &error);
        Exit::Failed
    })
}

/// Says what failed in the blueprint's words, with the place in the file.
fn explain(ui: &Ui, plan_source: &PlanSource<'_>, error: &ApplyError) {
    ui.error(&error.to_string());
    if let ApplyError::SomeoneElse { .. } = error {
        ui.say("help: another apply, destroy or reconcile is at work; let it end, and do this again: it goes on from there");
    }
    if let ApplyError::Stack { reason, failures, .. } = error {
        let mut said = BTreeSet::new();
        for text in failures.iter().map(|failure| describe(plan_source, failure)) {
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

fn describe(plan_source: &PlanSource<'_>, failure: &ResourceFailure) -> String {
    let name = failure.address.as_ref().map_or_else(|| failure.logical_id.clone(), words);
    let place = failure.address.as_ref().and_then(|address| plan_source.place(address));
    let reason = plain_reason(&failure.reason);
    match place {
        Some(place) => format!("  {name}: {reason}\n    --> {place}"),
        None => format!("  {name} ({}): {reason}", failure.resource_type),
    }
}
