//! One operation on one stack: change set, execution, and what comes of it.

use std::collections::BTreeMap;

use callform_aws::{
    ChangeSet, ChangeSetKind, ChangeSetRequest, Gateway, GatewayError, TemplateSource, ValidationError,
};
use tokio::sync::mpsc::UnboundedSender;

use super::follow::{Follow, follow};
use super::{ApplyContext, ApplyError, Event, agreement, tell};
use crate::model::Address;
use crate::observe::is_busy;
use crate::plan::{Action, OperationKind, Plan, StackOperation};
use crate::render::words;

/// CloudFormation takes templates up to this many bytes in the request; larger ones must lie in S3.
pub(super) const INLINE_TEMPLATE_BYTES: usize = 51_200;

/// True where the operation's template is too large for the request.
pub(super) fn needs_bucket(operation: &StackOperation) -> bool {
    operation.kind != OperationKind::Delete && template_text(operation).len() > INLINE_TEMPLATE_BYTES
}

fn template_text(operation: &StackOperation) -> String {
    operation.template.to_string()
}

/// Everything an operation needs to run by itself.
pub(super) struct Job {
    pub(super) gateway: Gateway,
    pub(super) events: UnboundedSender<Event>,
    pub(super) bucket: String,
    pub(super) token: String,
    pub(super) addresses: BTreeMap<String, Address>,
    pub(super) resources: usize,
    /// What the plan does, by logical ID; none where drift is reverted, which no plan foresees.
    pub(super) planned: Option<BTreeMap<String, Action>>,
    pub(super) operation: StackOperation,
    pub(super) parameters: BTreeMap<String, Option<String>>,
}

impl Job {
    /// Runs the operation to its end.
    pub(super) async fn run(self) -> Result<(), ApplyError> {
        let stack = self.operation.stack.clone();
        let kind = self.operation.kind;
        self.carry_out(kind).await.map_err(|error| error.of_someone_else(&stack))
    }

    async fn carry_out(&self, kind: OperationKind) -> Result<(), ApplyError> {
        let stack = self.operation.stack.clone();
        match kind {
            OperationKind::Delete => {
                tell(&self.events, Event::StackStarted { stack, kind, resources: self.resources });
                self.delete().await
            }
            OperationKind::Create => self.change(ChangeSetKind::Create).await,
            OperationKind::Update => self.change(ChangeSetKind::Update).await,
            OperationKind::Import => self.change(ChangeSetKind::Import(self.imports())).await,
            OperationKind::RevertDrift => self.change(ChangeSetKind::RevertDrift).await,
        }
    }

    fn imports(&self) -> BTreeMap<String, (String, BTreeMap<String, String>)> {
        let imports = self.operation.imports.iter();
        imports
            .map(|(logical_id, import)| (logical_id.clone(), (import.resource_type.clone(), import.identifier.clone())))
            .collect()
    }

    async fn change(&self, kind: ChangeSetKind) -> Result<(), ApplyError> {
        let stack = &self.operation.stack;
        let request = ChangeSetRequest {
            stack: stack.clone(),
            name: self.token.clone(),
            kind,
            template: self.template().await?,
            parameters: self.parameters.clone(),
            tags: self.operation.tags.clone(),
        };
        let id = self.gateway.create_change_set(&request).await?;
        let change_set = settled_unless(&self.gateway, &id, || false).await?;
        if change_set.is_empty_change() {
            self.gateway.delete_change_set(&id).await?;
            self.protect().await?;
            tell(&self.events, Event::StackUnchanged { stack: stack.clone() });
            return Ok(());
        }
        if !change_set.executable && change_set.status != "FAILED" {
            // It was good, and something else was carried out before it.
            return Err(ApplyError::someone_else(stack, "it was changed meanwhile"));
        }
        if !change_set.executable {
            let reason = refusal(&self.gateway, &change_set, &self.addresses).await;
            self.gateway.delete_change_set(&id).await?;
            return Err(ApplyError::ChangeSet { stack: stack.clone(), reason });
        }
        self.refuse_unplanned(&id, &change_set).await?;
        let started = Event::StackStarted {
            stack: stack.clone(),
            kind: self.operation.kind,
            resources: agreement::certain(&change_set.changes),
        };
        tell(&self.events, started);
        let after = self.gateway.newest_event(stack).await?;
        self.gateway.execute_change_set(&id, &self.token).await?;
        self.follow(stack, after, &["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"]).await?;
        self.protect().await
    }

    /// The last word before it is done: nothing is deleted, replaced or made that the plan does not say.
    async fn refuse_unplanned(&self, id: &str, change_set: &ChangeSet) -> Result<(), ApplyError> {
        let Some(planned) = &self.planned else { return Ok(()) };
        let unplanned = agreement::unplanned(planned, &change_set.changes);
        if unplanned.is_empty() {
            return Ok(());
        }
        let name = |logical_id: &&str| self.addresses.get(*logical_id).map_or_else(|| (*logical_id).to_owned(), words);
        let resources = unplanned.iter().map(name).collect();
        self.gateway.delete_change_set(id).await?;
        Err(ApplyError::Unplanned { stack: self.operation.stack.clone(), resources })
    }

    async fn template(&self) -> Result<TemplateSource, ApplyError> {
        if self.operation.template.is_null() {
            return Ok(TemplateSource::Deployed);
        }
        let text = template_text(&self.operation);
        if text.len() <= INLINE_TEMPLATE_BYTES {
            return Ok(TemplateSource::Body(text));
        }
        let key = format!("templates/{}.json", crate::digest::sha256_hex(text.as_bytes()));
        let new = self.gateway.put_object_once(&self.bucket, &key, text.into_bytes()).await?;
        let url = self.gateway.object_url(&self.bucket, &key);
        tell(&self.events, Event::Uploaded { key, new });
        Ok(TemplateSource::Url(url))
    }

    async fn protect(&self) -> Result<(), ApplyError> {
        let stack = &self.operation.stack;
        let wanted = self.operation.termination_protection;
        let is_set = || async {
            let found = self.gateway.stack(stack).await?;
            Ok::<bool, GatewayError>(found.is_some_and(|found| found.termination_protection))
        };
        if wanted || (self.operation.kind == OperationKind::Update && is_set().await?) {
            self.gateway.set_termination_protection(stack, wanted).await?;
        }
        Ok(())
    }

    async fn delete(&self) -> Result<(), ApplyError> {
        let stack = &self.operation.stack;
        let Some(found) = self.gateway.stack(stack).await? else { return Ok(()) };
        if is_busy(&found.status) {
            let what = format!("it is {} now", found.status);
            return Err(ApplyError::someone_else(stack, what));
        }
        if found.termination_protection && !self.operation.termination_protection {
            self.gateway.set_termination_protection(stack, false).await?;
        }
        let after = self.gateway.newest_event(&found.id).await?;
        self.gateway.delete_stack(&found.id, &self.token).await?;
        self.follow(&found.id, after, &["DELETE_COMPLETE"]).await
    }

    async fn follow(&self, name_or_id: &str, after: Option<String>, good: &[&str]) -> Result<(), ApplyError> {
        let watched = Follow {
            gateway: &self.gateway,
            events: &self.events,
            stack: &self.operation.stack,
            name_or_id,
            addresses: &self.addresses,
        };
        follow(&watched, after, good).await
    }
}

/// Why a change set failed. What early validation holds against it is asked: each point with the address it is about.
pub(super) async fn refusal(
    gateway: &Gateway,
    change_set: &ChangeSet,
    addresses: &BTreeMap<String, Address>,
) -> String {
    let reason = change_set.reason.clone().unwrap_or_else(|| change_set.status.clone());
    if !change_set.is_refused_early() {
        return reason;
    }
    let errors = match gateway.validation_errors(&change_set.id).await {
        Ok(errors) if errors.is_empty() => return reason,
        Ok(errors) => errors,
        Err(error) => return format!("{reason} They could not be read: {error}"),
    };
    let line = |error: ValidationError| {
        let subject = addresses.get(&error.logical_id).map_or_else(|| error.logical_id.clone(), words);
        // The address says which resource it is.
        let start = format!("/Resources/{}", error.logical_id);
        let place = error.path.strip_prefix(&start).unwrap_or(&error.path).trim_start_matches("/Properties");
        let place = if place.is_empty() { String::new() } else { format!(" {place}") };
        format!("\n  {subject}{place}: {}", error.reason)
    };
    errors.into_iter().map(line).collect()
}

/// Waits until a change set can be executed, or never will be, or nobody wants to know any more.
pub(super) async fn settled_unless(
    gateway: &Gateway,
    id: &str,
    stop: impl Fn() -> bool,
) -> Result<ChangeSet, GatewayError> {
    let mut pause = gateway.pace();
    loop {
        let change_set = gateway.change_set(id).await?;
        if change_set.is_settled() || stop() {
            return Ok(change_set);
        }
        tokio::time::sleep(pause).await;
        pause = gateway.slower(pause);
    }
}

/// Finishes a rollback that failed.
pub(super) async fn continue_rollback(context: &ApplyContext<'_>, plan: &Plan, stack: &str) -> Result<(), ApplyError> {
    let after = context.gateway.newest_event(stack).await?;
    context.gateway.continue_update_rollback(stack, &format!("callform-{}-rollback", context.run_id)).await?;
    let addresses = super::addresses(plan, stack);
    let watched =
        Follow { gateway: context.gateway, events: context.events, stack, name_or_id: stack, addresses: &addresses };
    follow(&watched, after, &["UPDATE_ROLLBACK_COMPLETE"]).await
}
