//! IAM: who calls, what they may do, and which names are taken.

use std::collections::BTreeMap;

use aws_sdk_iam::types::PolicyEvaluationDecisionType;

use crate::{Gateway, GatewayError};

/// What IAM would say to a call of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// It is allowed.
    Allowed,
    /// No policy allows it on every resource; one may allow it on some.
    NotAllowed,
    /// A policy, a permissions boundary or the organization forbids it.
    Denied,
}

/// Actions of one simulation; the operation's answers have 100 a page.
const ACTIONS_A_CALL: usize = 100;

impl Gateway {
    /// The user or role whose policies hold for the caller, by ARN; `None` for the account's root, which may do
    /// everything.
    pub async fn caller(&self) -> Result<Option<String>, GatewayError> {
        let arn = self.caller_arn().await?;
        let resource = arn.split(':').nth(5).unwrap_or_default();
        if resource == "root" {
            return Ok(None);
        }
        let Some(role) = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next()) else {
            return Ok(Some(arn));
        };
        // The session's ARN lacks the role's path.
        if let Ok(answer) = self.iam.get_role().role_name(role).send().await {
            return Ok(answer.role.map(|role| role.arn));
        }
        let mut parts = arn.split(':');
        let (partition, account) = (parts.nth(1).unwrap_or("aws"), parts.nth(2).unwrap_or_default());
        Ok(Some(format!("arn:{partition}:iam::{account}:role/{role}")))
    }

    /// What IAM would say if a user or role called these actions on any resource; 100 actions a call.
    pub async fn simulate(
        &self,
        principal: &str,
        actions: &[String],
    ) -> Result<BTreeMap<String, Decision>, GatewayError> {
        let mut decisions = BTreeMap::new();
        for some in actions.chunks(ACTIONS_A_CALL) {
            let call = self.iam.simulate_principal_policy().policy_source_arn(principal);
            let mut pages = call.set_action_names(Some(some.to_vec())).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| GatewayError::from_sdk("IAM SimulatePrincipalPolicy", &error))?;
                for result in page.evaluation_results.unwrap_or_default() {
                    let forbidden = result.organizations_decision_detail.is_some_and(|it| !it.allowed_by_organizations)
                        || result
                            .permissions_boundary_decision_detail
                            .is_some_and(|it| !it.allowed_by_permissions_boundary);
                    let decision = match result.eval_decision {
                        PolicyEvaluationDecisionType::Allowed => Decision::Allowed,
                        PolicyEvaluationDecisionType::ExplicitDeny => Decision::Denied,
                        _ if forbidden => Decision::Denied,
                        _ => Decision::NotAllowed,
                    };
                    decisions.insert(result.eval_action_name, decision);
                }
            }
        }
        Ok(decisions)
    }
}
