//! Progress of an apply: one bar per stack on a terminal, plain lines everywhere else.

use std::collections::{BTreeMap, BTreeSet};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use super::harmless::harmless;
use super::ui::Ui;
use crate::apply::{Event, is_cancelled, plain_reason};
use crate::plan::{Action, OperationKind, Plan, Purpose};
use crate::render::words;

/// Stack and logical ID of resources.
pub(super) type Resources = BTreeSet<(String, String)>;

/// What a plan that reverts drift makes anew: CloudFormation updates these, in its own words.
pub(super) fn made_anew(plan: &Plan) -> Resources {
    let is_anew = |change: &&crate::plan::Change| plan.purpose == Purpose::Revert && change.action == Action::Create;
    plan.changes.iter().filter(is_anew).map(|change| (change.stack.clone(), change.logical_id.clone())).collect()
}

/// Shows events until the sender is gone.
pub(super) async fn show(ui: Ui, made_anew: Resources, mut events: UnboundedReceiver<Event>) {
    let mut progress = Progress::new(ui, made_anew);
    while let Some(event) = events.recv().await {
        progress.event(&event);
    }
    progress.finish();
}

struct Progress {
    ui: Ui,
    bars: MultiProgress,
    stacks: BTreeMap<String, StackProgress>,
    /// What is yet to be made anew.
    made_anew: Resources,
}

struct StackProgress {
    bar: ProgressBar,
    /// What is done: a resource that is replaced, or updated after its import, counts once.
    done: BTreeSet<String>,
    total: usize,
    /// True once a resource failed: CloudFormation takes back what it did.
    failed: bool,
}

impl Progress {
    fn new(ui: Ui, made_anew: Resources) -> Self {
        let target = if ui.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { ui, bars: MultiProgress::with_draw_target(target), stacks: BTreeMap::new(), made_anew }
    }

    fn line(&self, text: &str) {
        if self.ui.live {
            // Where the terminal went away there is nobody to tell.
            let _nobody_looks = self.bars.println(harmless(text, self.ui.color_err));
        } else {
            self.ui.say(text);
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Bucket { name } => self.line(&format!("artifact bucket {name}")),
            Event::Uploaded { key, new } => {
                self.line(&format!("{} {key}", if *new { "uploaded" } else { "already uploaded:" }));
            }
            Event::StackStarted { stack, kind, resources } => self.started(stack, *kind, *resources),
            Event::Resource { stack, address, logical_id, status, reason } => {
                let name = address.as_ref().map_or_else(|| logical_id.clone(), words);
                self.resource(stack, logical_id, &name, status, reason.as_deref());
            }
            Event::StackFinished { stack, status } => self.finished(stack, status),
            Event::StackUnchanged { stack } => self.finished(stack, "no change"),
            Event::Associated { phone_number, flow } => {
                let number = words(phone_number);
                match flow {
                    Some(flow) => {
                        let flow = flow.strip_prefix("flow/").unwrap_or(flow).replacen("builtin/flow/", "builtin/", 1);
                        self.line(&format!("{number} is answered by {flow}"));
                    }
                    None => self.line(&format!("{number} is answered by no flow")),
                }
            }
            Event::Repaired { address } => self.line(&format!("{} is set right", words(address))),
        }
    }

    fn started(&mut self, stack: &str, kind: OperationKind, resources: usize) {
        let verb = match kind {
            OperationKind::Create => "creating",
            OperationKind::Update => "updating",
            OperationKind::Import => "importing",
            OperationKind::RevertDrift => "reverting",
            OperationKind::Delete => "deleting",
        };
        let bar = self.bars.add(ProgressBar::new(resources.max(1) as u64));
        let style = ProgressStyle::with_template("{prefix:<24} [{bar:30}] {pos}/{len} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        bar.set_prefix(stack.to_owned());
        bar.set_message(verb);
        self.stacks
            .insert(stack.to_owned(), StackProgress { bar, done: BTreeSet::new(), total: resources, failed: false });
        if !self.ui.live {
            self.line(&format!("{stack}: {verb}, {resources} {}", if resources == 1 { "change" } else { "changes" }));
        }
    }

    fn resource(&mut self, stack: &str, logical_id: &str, name: &str, status: &str, reason: Option<&str>) {
        if status.ends_with("_FAILED") {
            let reason = reason.unwrap_or("no reason given");
            if !is_cancelled(reason) {
                self.line(&format!("{stack}: {name} failed: {}", plain_reason(reason)));
            }
            if let Some(progress) = self.stacks.get_mut(stack) {
                progress.failed = true;
                progress.bar.set_message("taking back what was done");
            }
            return;
        }
        let Some(progress) = self.stacks.get_mut(stack) else { return };
        if !status.ends_with("_COMPLETE") && status != "DELETE_SKIPPED" {
            progress.bar.set_message(harmless(name, false).into_owned());
            return;
        }
        if progress.failed {
            if !self.ui.live {
                let verb = if status == "UPDATE_COMPLETE" { "put back" } else { "taken away again" };
                self.line(&format!("{stack}: {name} {verb}"));
            }
            return;
        }
        progress.done.insert(logical_id.to_owned());
        let done = progress.done.len();
        progress.total = progress.total.max(done);
        progress.bar.set_length(progress.total as u64);
        progress.bar.set_position(done as u64);
        let total = progress.total;
        let is_anew = self.made_anew.remove(&(stack.to_owned(), logical_id.to_owned()));
        let verb = match status {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" if is_anew => "made anew",
            "CREATE_COMPLETE" => "created",
            "UPDATE_COMPLETE" => "updated",
            "DELETE_COMPLETE" => "deleted",
            "IMPORT_COMPLETE" => "imported",
            "DELETE_SKIPPED" => "kept",
            other => other,
        };
        if !self.ui.live {
            self.line(&format!("{stack}: {name} {verb} ({done}/{total})"));
        }
    }

    fn finished(&mut self, stack: &str, status: &str) {
        if let Some(progress) = self.stacks.remove(stack) {
            progress.bar.finish_and_clear();
        }
        self.line(&format!("{stack}: {status}"));
    }

    fn finish(&self) {
        for progress in self.stacks.values() {
            progress.bar.abandon();
        }
    }
}
