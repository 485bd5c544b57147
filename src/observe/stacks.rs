//! The center's stacks as they were last applied.

use std::collections::BTreeMap;

use callform_aws::{Gateway, GatewayError, Stack};
use serde_json::Value;

use super::{ObserveError, Scope};
use crate::inventory::{DeployedStack, NEVER_IMPORTED, settings_in};

/// All stacks of a center, by name.
pub(super) async fn deployed(
    gateway: &Gateway,
    scope: &Scope,
) -> Result<BTreeMap<String, DeployedStack>, ObserveError> {
    let mut stacks = BTreeMap::new();
    for stack in gateway.stacks().await?.into_iter().filter(|stack| belongs(&stack.name, &scope.center)) {
        stacks.insert(stack.name.clone(), read(gateway, scope, stack).await?);
    }
    Ok(stacks)
}

/// True for `<center>`, `<center>-instance`, `<center>-numbers` and `<center>-<number>`.
pub(crate) fn belongs(stack: &str, center: &str) -> bool {
    match stack.strip_prefix(center) {
        Some("" | "-instance" | "-numbers") => true,
        Some(rest) => rest
            .strip_prefix('-')
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())),
        None => false,
    }
}

async fn read(gateway: &Gateway, scope: &Scope, stack: Stack) -> Result<DeployedStack, ObserveError> {
    let mut deployed = DeployedStack {
        name: stack.name,
        id: stack.id,
        status: stack.status,
        template: Value::Null,
        parameters: stack.parameters,
        physical_ids: BTreeMap::new(),
        tags: stack.tags,
        termination_protection: stack.termination_protection,
    };
    // Only a change set was ever made: there is nothing in the stack yet.
    if deployed.status == "REVIEW_IN_PROGRESS" {
        return Ok(deployed);
    }
    let text = gateway.template(&deployed.name).await?;
    // The import that was to be its beginning was rolled back: it has never had a template.
    if deployed.status == NEVER_IMPORTED && text.trim().is_empty() {
        return Ok(deployed);
    }
    deployed.template = serde_json::from_str(&text).map_err(|error| ObserveError::UnreadableTemplate {
        stack: deployed.name.clone(),
        reason: error.to_string(),
    })?;
    let note = |name: &str| deployed.template.pointer(&format!("/Metadata/Callform/{name}")).and_then(Value::as_str);
    if note("Center") != Some(&scope.center) {
        return Err(ObserveError::ForeignStack(deployed.name));
    }
    if note("Environment") != scope.environment.as_deref() {
        let environment = note("Environment").map(str::to_owned);
        return Err(ObserveError::OtherEnvironment { stack: deployed.name, environment });
    }
    deployed.physical_ids = gateway.physical_ids(&deployed.name).await?;
    Ok(deployed)
}

/// True while CloudFormation works on a stack. A stack under review is not worked on.
pub fn is_busy(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS"
}

/// Waits until CloudFormation works on none of the center's stacks; `waiting` is told each time which one it waits for.
///
/// An earlier apply may have been interrupted: CloudFormation goes on without it.
pub async fn settle(gateway: &Gateway, center: &str, mut waiting: impl FnMut(&str)) -> Result<(), GatewayError> {
    let own = |stack: &Stack| belongs(&stack.name, center) && is_busy(&stack.status);
    // While one was waited for, the next may have begun.
    while let Some(busy) = gateway.stacks().await?.into_iter().find(own) {
        let mut pause = gateway.pace();
        while let Some(stack) = gateway.stack(&busy.id).await?
            && is_busy(&stack.status)
        {
            waiting(&stack.name);
            tokio::time::sleep(pause).await;
            pause = gateway.slower(pause);
        }
    }
    Ok(())
}

/// True where settings of an instance that is not the center's own were applied.
pub(super) fn note_settings(stacks: &BTreeMap<String, DeployedStack>) -> bool {
    let mut resources = stacks.values().filter_map(|stack| stack.template.get("Resources")?.as_object());
    resources.any(|resources| resources.values().any(|resource| !settings_in(resource).is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_centers_own_stack_names_belong() {
        for name in ["kwglobal", "kwglobal-instance", "kwglobal-numbers", "kwglobal-2", "kwglobal-12"] {
            assert!(belongs(name, "kwglobal"), "{name}");
        }
        for name in ["kwglobal-", "kwglobal-prod", "kwglobal2", "kw", "kwglobal-2b", "kwglobal-instance-2"] {
            assert!(!belongs(name, "kwglobal"), "{name}");
        }
    }

    #[test]
    fn a_stack_under_review_is_not_busy() {
        assert!(is_busy("UPDATE_ROLLBACK_IN_PROGRESS"));
        assert!(is_busy("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
        assert!(!is_busy("REVIEW_IN_PROGRESS"));
        assert!(!is_busy("UPDATE_COMPLETE"));
    }
}
