//! Identifiers that only exist once earlier steps are done.

use std::collections::BTreeMap;

use callform_aws::ObjectType;

use super::{ApplyContext, ApplyError};
use crate::model::{Kind, Target};
use crate::observe::object_type;
use crate::plan::{Identifier, ParameterValue, Plan, StackOperation};
use crate::render::words;

/// Looks identifiers up, and remembers them while they cannot change.
pub(super) struct Identifiers<'a> {
    plan: &'a Plan,
    stacks: BTreeMap<String, BTreeMap<String, String>>,
    builtins: BTreeMap<Kind, BTreeMap<String, String>>,
}

impl<'a> Identifiers<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self { plan, stacks: BTreeMap::new(), builtins: BTreeMap::new() }
    }

    /// Forgets what stacks that were just operated on contain.
    pub(super) fn forget_stacks(&mut self, operations: &[StackOperation]) {
        for operation in operations {
            self.stacks.remove(&operation.stack);
        }
    }

    /// The values of a stack's parameters.
    pub(super) async fn parameters(
        &mut self,
        context: &ApplyContext<'_>,
        operation: &StackOperation,
    ) -> Result<BTreeMap<String, Option<String>>, ApplyError> {
        let mut values = BTreeMap::new();
        for (name, value) in &operation.parameters {
            let text = match value {
                ParameterValue::ArtifactBucket => context.bucket.to_owned(),
                ParameterValue::Join(identifiers) => {
                    let mut parts = Vec::with_capacity(identifiers.len());
                    for identifier in identifiers {
                        parts.push(self.resolve(context, identifier).await?);
                    }
                    parts.join(",")
                }
            };
            values.insert(name.clone(), Some(text));
        }
        Ok(values)
    }

    /// The identifier itself.
    pub(super) async fn resolve(
        &mut self,
        context: &ApplyContext<'_>,
        identifier: &Identifier,
    ) -> Result<String, ApplyError> {
        match identifier {
            Identifier::Known(id) => Ok(id.clone()),
            Identifier::AfterApply { reference, stack, logical_id } => {
                let physical_id = self.physical_id(context, stack, logical_id).await?;
                Ok(reference.identifier(&physical_id).into_owned())
            }
            Identifier::Lookup(Target::Builtin { kind, name }) => self.builtin(context, *kind, name).await,
            Identifier::Lookup(target) => Err(ApplyError::Missing { what: target.to_string() }),
        }
    }

    async fn physical_id(
        &mut self,
        context: &ApplyContext<'_>,
        stack: &str,
        logical_id: &str,
    ) -> Result<String, ApplyError> {
        if !self.stacks.contains_key(stack) {
            self.stacks.insert(stack.to_owned(), context.gateway.physical_ids(stack).await?);
        }
        let id = self.stacks.get(stack).and_then(|ids| ids.get(logical_id)).cloned();
        id.ok_or_else(|| {
            let name = self.plan.address_of(stack, logical_id).map_or_else(|| format!("`{logical_id}`"), words);
            ApplyError::Missing { what: format!("{name} of the stack `{stack}`") }
        })
    }

    async fn builtin(&mut self, context: &ApplyContext<'_>, kind: Kind, name: &str) -> Result<String, ApplyError> {
        let missing = || ApplyError::Missing { what: format!("the built-in {kind} `{name}`") };
        if !self.builtins.contains_key(&kind) {
            let object_type: ObjectType = object_type(kind).ok_or_else(missing)?;
            let instance = self.instance(context).await?;
            let objects = context.gateway.list_objects(&instance, object_type).await?;
            self.builtins.insert(kind, objects.into_iter().map(|object| (object.name, object.id)).collect());
        }
        self.builtins.get(&kind).and_then(|ids| ids.get(name)).cloned().ok_or_else(missing)
    }

    /// The instance's ARN: it was there, or an earlier step made it.
    async fn instance(&mut self, context: &ApplyContext<'_>) -> Result<String, ApplyError> {
        if let Some(instance) = &self.plan.base.instance {
            return Ok(instance.clone());
        }
        let made = self.plan.changes.iter().find(|change| change.address.kind == Kind::Instance);
        let Some(made) = made else { return Err(ApplyError::Missing { what: "the instance".to_owned() }) };
        let (stack, logical_id) = (made.stack.clone(), made.logical_id.clone());
        self.physical_id(context, &stack, &logical_id).await
    }
}
