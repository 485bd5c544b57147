//! What CloudFormation says to a plan before anything is done: its own change sets, made, read and deleted.
//!
//! Only stacks that exist are asked about: a change set for a new stack leaves the empty stack behind, and says nothing
//! but that everything in it is new. Nothing stays: change sets are deleted also where reading them failed, and a
//! template that had to be uploaded goes with its change set.

use std::collections::BTreeMap;

use callform_aws::{ChangeSet, ChangeSetKind, ChangeSetRequest, Gateway, GatewayError, TemplateSource};

use super::stack::{INLINE_TEMPLATE_BYTES, refusal, settled_unless};
use super::{addresses, agreement};
use crate::plan::{
    Base, ChangeSetCheck, ChangeSetOutcome, Identifier, OperationKind, ParameterValue, Plan, StackOperation, Step,
};

/// Stands for identifiers that do not exist yet.
const UNKNOWN_ID: &str = "00000000-0000-4000-8000-000000000000";

/// What asking needs besides the plan.
pub struct Rehearsal<'a> {
    /// The account.
    pub gateway: &'a Gateway,
    /// Name of the artifact bucket, where it exists: large templates have to go there.
    pub bucket: Option<&'a str>,
    /// Unique for this run; part of the change sets' names.
    pub run_id: &'a str,
    /// True as soon as somebody wants to stop: what was made is deleted, and nothing else is done.
    pub stop: &'a dyn Fn() -> bool,
}

impl Rehearsal<'_> {
    /// Asks CloudFormation about every stack that the plan updates, and compares.
    pub async fn ask(&self, plan: &Plan) -> Result<Vec<ChangeSetCheck>, GatewayError> {
        let mut checks = Vec::new();
        for operation in updates(plan) {
            if (self.stop)() {
                break;
            }
            let Some(outcome) = self.ask_about(plan, operation).await? else { continue };
            checks.push(ChangeSetCheck { stack: operation.stack.clone(), outcome });
        }
        Ok(checks)
    }

    async fn ask_about(
        &self,
        plan: &Plan,
        operation: &StackOperation,
    ) -> Result<Option<ChangeSetOutcome>, GatewayError> {
        let text = operation.template.to_string();
        if text.len() <= INLINE_TEMPLATE_BYTES {
            return self.change_set(plan, operation, TemplateSource::Body(text)).await;
        }
        let Some(bucket) = self.bucket else {
            return Ok(Some(ChangeSetOutcome::Refused(
                "its template is too large to be sent without an artifact bucket, which the first apply makes"
                    .to_owned(),
            )));
        };
        // A key of its own: what is deleted here must be nobody else's.
        let key = format!("templates/plan-{}-{}.json", operation.stack, self.run_id);
        self.gateway.put_object_once(bucket, &key, text.into_bytes()).await?;
        let url = self.gateway.object_url(bucket, &key);
        let outcome = self.change_set(plan, operation, TemplateSource::Url(url)).await;
        self.gateway.delete_object(bucket, &key).await?;
        outcome
    }

    async fn change_set(
        &self,
        plan: &Plan,
        operation: &StackOperation,
        template: TemplateSource,
    ) -> Result<Option<ChangeSetOutcome>, GatewayError> {
        let request = ChangeSetRequest {
            stack: operation.stack.clone(),
            name: format!("callform-plan-{}", self.run_id),
            kind: ChangeSetKind::Update,
            template,
            parameters: self.parameters(operation),
            tags: operation.tags.clone(),
        };
        let id = match self.gateway.create_change_set(&request).await {
            Ok(id) => id,
            Err(error) if error.is_refusal() => return Ok(Some(ChangeSetOutcome::Refused(error.message))),
            Err(error) => return Err(error),
        };
        let read = settled_unless(self.gateway, &id, self.stop).await;
        let refused_early = match &read {
            Ok(change_set) if change_set.is_refused_early() => {
                Some(refusal(self.gateway, change_set, &addresses(plan, &operation.stack)).await)
            }
            _ => None,
        };
        // Also where reading failed.
        let deleted = self.gateway.delete_change_set(&id).await;
        let change_set = read?;
        deleted.or_else(|error| if error.is_not_found() { Ok(()) } else { Err(error) })?;
        Ok(match refused_early {
            // Early validation looks at identifiers too: what stands for one that is not there yet is none.
            Some(_) if has_unknown(operation) => None,
            Some(reason) => Some(ChangeSetOutcome::Refused(reason)),
            None => Some(judge(plan, operation, &change_set)),
        })
    }

    fn parameters(&self, operation: &StackOperation) -> BTreeMap<String, Option<String>> {
        let text = |value: &ParameterValue| match value {
            ParameterValue::ArtifactBucket => self.bucket.unwrap_or(UNKNOWN_ID).to_owned(),
            ParameterValue::Join(identifiers) => {
                let known = identifiers.iter().map(|identifier| match identifier {
                    Identifier::Known(id) => id.as_str(),
                    Identifier::AfterApply { .. } | Identifier::Lookup(_) => UNKNOWN_ID,
                });
                known.collect::<Vec<_>>().join(",")
            }
        };
        operation.parameters.iter().map(|(name, value)| (name.clone(), Some(text(value)))).collect()
    }
}

/// True where a parameter is an identifier that only applying makes.
fn has_unknown(operation: &StackOperation) -> bool {
    let is_unknown = |identifier: &Identifier| !matches!(identifier, Identifier::Known(_));
    operation.parameters.values().any(|value| match value {
        ParameterValue::ArtifactBucket => false,
        ParameterValue::Join(identifiers) => identifiers.iter().any(is_unknown),
    })
}

fn judge(plan: &Plan, operation: &StackOperation, change_set: &ChangeSet) -> ChangeSetOutcome {
    if change_set.status == "FAILED" && !change_set.is_empty_change() {
        return ChangeSetOutcome::Refused(change_set.reason.clone().unwrap_or_default());
    }
    let differing = agreement::compare(plan, &operation.stack, &change_set.changes);
    if differing.is_empty() {
        ChangeSetOutcome::Agrees { resources: change_set.changes.len() }
    } else {
        ChangeSetOutcome::Differs(differing)
    }
}

/// The last update of each stack that exists and is ready for one.
fn updates(plan: &Plan) -> Vec<&StackOperation> {
    let mut last: BTreeMap<&str, &StackOperation> = BTreeMap::new();
    for step in &plan.steps {
        let Step::Stacks(operations) = step else { continue };
        for operation in operations {
            if operation.kind == OperationKind::Update {
                last.insert(&operation.stack, operation);
            }
        }
    }
    last.into_values().filter(|operation| is_ready(&plan.base, &operation.stack)).collect()
}

fn is_ready(base: &Base, stack: &str) -> bool {
    const FINAL: [&str; 6] = [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "IMPORT_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_FAILED",
    ];
    base.stacks.get(stack).is_some_and(|stack| FINAL.contains(&stack.status.as_str()))
}
