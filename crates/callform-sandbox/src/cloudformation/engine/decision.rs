//! What an update does to a resource, and whether the stack policy lets it.

use callform_schemas::ResourceSchema;
use serde_json::Value;

use super::operation::{Action, Work};
use super::step::Step;
use crate::cloudformation::state::StackResource;
use crate::cloudformation::state::difference;
use crate::cloudformation::state::live::Live;
use crate::cloudformation::state::native::Native;
use crate::cloudformation::state::properties::with_stack_tags;
use crate::cloudformation::state::stack_policy;
use crate::cloudformation::template::evaluation::Definition;

/// Why the stack policy does not let the update touch a resource.
pub(crate) fn policy_refusal(step: &Step, definition: &Definition, action: Action) -> Option<String> {
    let action = match action {
        Action::Update => "Update:Modify",
        Action::Replace => "Update:Replace",
        Action::Delete => "Update:Delete",
        Action::Create | Action::Import => return None,
    };
    let policy = step.operation.policy.as_deref().or(step.stack.policy.as_deref());
    stack_policy::refusal(policy, action, &definition.logical_id, &definition.type_name)
}

/// What has to be done to a resource that exists; `None` where nothing has.
pub(super) fn decide(step: &Step, old: &StackResource, work: &mut Work) -> Option<Action> {
    let schema = callform_schemas::get(&old.definition.type_name);
    let before = with_stack_tags(&old.definition.type_name, &old.definition.properties, &old.stack_tags);
    let after = with_stack_tags(&work.definition.type_name, &work.definition.properties, &step.stack.settings.tags);
    let replaced = is_replaced(schema, &before, &after);
    if work.problem.is_some() {
        return Some(Action::Update);
    }
    if step.operation.revert_drift {
        let live = Live { environment: &step.environment, registry: step.registry, stack: &step.stack };
        let actual = match live.read(old) {
            Ok(Some(actual)) => Value::Object(actual),
            Ok(None) => return Some(Action::Replace),
            Err(error) => {
                work.problem = Some(error.message);
                return Some(Action::Update);
            }
        };
        let drifted: Vec<_> = difference::drift(schema, &after, &actual)
            .into_iter()
            .filter(|found| !schema.is_some_and(|schema| schema.is_create_only(&found.path)))
            .collect();
        if drifted.is_empty() && !replaced {
            // Write-only properties cannot be seen: what was last deployed counts.
            let unseen = schema.is_some_and(|schema| {
                schema.write_only.iter().any(|pointer| pointer.values(&before) != pointer.values(&after))
            });
            return unseen.then_some(Action::Update);
        }
        work.live = Some(restricted(schema, &actual, &before));
    } else if before == after && Native::of(&old.definition.type_name) != Some(Native::NestedStack) {
        // Of a nested stack, what the template's URL holds may have changed.
        return None;
    }
    Some(if replaced { Action::Replace } else { Action::Update })
}

/// The live values of what was deployed; write-only properties as they were deployed.
fn restricted(schema: Option<&ResourceSchema>, actual: &Value, deployed: &Value) -> Value {
    let unseen = |name: &str| schema.is_some_and(|schema| schema.is_write_only(&format!("/{name}")));
    let members = deployed.as_object().into_iter().flatten();
    let live = members.filter_map(|(name, value)| {
        let live = actual.get(name).or_else(|| unseen(name).then_some(value))?;
        Some((name.clone(), live.clone()))
    });
    Value::Object(live.collect())
}

/// True where a change replaces the resource. Properties that replace only in some cases do so here in all.
fn is_replaced(schema: Option<&ResourceSchema>, before: &Value, after: &Value) -> bool {
    schema.is_some_and(|schema| !schema.replacing_properties(before, after).is_empty())
}
