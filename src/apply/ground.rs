//! Whether the stacks a plan builds on are still those it was made with, while it is carried out.
//!
//! CloudFormation locks a stack, not a center. A destroy that is between two stacks leaves all of them idle, and what is
//! planned in that moment builds on numbers that are about to go.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::Stack;

use super::ApplyError;
use crate::observe::{belongs, is_busy};
use crate::plan::{OperationKind, Plan, StackOperation};

/// What a stack has whose change set was never executed: nothing. Looking at what a plan would do makes and deletes such.
const UNDER_REVIEW: &str = "REVIEW_IN_PROGRESS";

/// The center's stacks as they have to be for the next step.
pub(super) struct Ground {
    center: String,
    /// Their ids by name; `None` for one that this run made and has not seen since.
    stacks: BTreeMap<String, Option<String>>,
}

impl Ground {
    /// The stacks a plan was made with.
    pub(super) fn of(plan: &Plan) -> Self {
        let stacks = plan.base.stacks.iter().filter(|(_, stack)| stack.status != UNDER_REVIEW);
        Self {
            center: plan.center.clone(),
            stacks: stacks.map(|(name, stack)| (name.clone(), Some(stack.id.clone()))).collect(),
        }
    }

    /// Refuses to go on where a stack went, came or is worked on that this run has not touched.
    pub(super) fn hold(&mut self, now: &[Stack]) -> Result<(), ApplyError> {
        if let Some((stack, what)) = self.moved(now, &BTreeSet::new()) {
            return Err(ApplyError::someone_else(&stack, what));
        }
        for stack in now {
            if let Some(id) = self.stacks.get_mut(&stack.name) {
                *id = Some(stack.id.clone());
            }
        }
        Ok(())
    }

    /// Notes what operations that came to their ends left.
    pub(super) fn worked_on(&mut self, operations: &[StackOperation]) {
        for operation in operations {
            match operation.kind {
                OperationKind::Delete => {
                    self.stacks.remove(&operation.stack);
                }
                OperationKind::Create | OperationKind::Import => {
                    self.stacks.entry(operation.stack.clone()).or_default();
                }
                OperationKind::Update | OperationKind::RevertDrift => {}
            }
        }
    }

    /// A failure of operations, told as what it is where the stacks beside them moved.
    pub(super) fn blame(&self, failure: ApplyError, operations: &[StackOperation], now: &[Stack]) -> ApplyError {
        if !matches!(failure, ApplyError::Stack { .. } | ApplyError::ChangeSet { .. }) {
            return failure;
        }
        let own = operations.iter().map(|operation| operation.stack.as_str()).collect();
        match self.moved(now, &own) {
            Some((stack, what)) => ApplyError::someone_else(&stack, format!("{what}; meanwhile {failure}")),
            None => failure,
        }
    }

    /// The first stack that is not as it has to be, and what became of it.
    fn moved(&self, now: &[Stack], own: &BTreeSet<&str>) -> Option<(String, String)> {
        let is_meant = |name: &str| belongs(name, &self.center) && !own.contains(name);
        let there = || now.iter().filter(|stack| is_meant(&stack.name) && stack.status != UNDER_REVIEW);
        for stack in there() {
            let what = match self.stacks.get(&stack.name) {
                _ if is_busy(&stack.status) => format!("it is {} now", stack.status),
                None => "it was made after the plan was".to_owned(),
                Some(Some(id)) if *id != stack.id => "it was deleted and made again after the plan was made".to_owned(),
                Some(_) => continue,
            };
            return Some((stack.name.clone(), what));
        }
        let is_there = |name: &str| there().any(|stack| stack.name == name);
        let gone = self.stacks.keys().find(|name| is_meant(name) && !is_there(name))?;
        Some((gone.clone(), "it was deleted after the plan was made".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(name: &str, id: &str, status: &str) -> Stack {
        Stack {
            name: name.to_owned(),
            id: id.to_owned(),
            status: status.to_owned(),
            reason: None,
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
            termination_protection: false,
        }
    }

    fn ground() -> Ground {
        let stacks = [("shop", Some("1".to_owned())), ("shop-numbers", Some("2".to_owned()))];
        Ground {
            center: "shop".to_owned(),
            stacks: stacks.into_iter().map(|(name, id)| (name.to_owned(), id)).collect(),
        }
    }

    #[track_caller]
    fn refusal(ground: &mut Ground, now: &[Stack]) -> String {
        ground.hold(now).expect_err("somebody was there").to_string()
    }

    #[test]
    fn what_moved_is_named_and_what_others_have_does_not_count() {
        let main = || stack("shop", "1", "UPDATE_COMPLETE");
        let numbers = || stack("shop-numbers", "2", "CREATE_COMPLETE");
        let mut ground = ground();
        let others = [stack("shopping", "7", "DELETE_IN_PROGRESS"), stack("shop-2", "8", UNDER_REVIEW)];
        assert!(ground.hold(&[vec![main(), numbers()], others.into()].concat()).is_ok());
        let gone = refusal(&mut ground, &[main()]);
        assert!(gone.contains("`shop-numbers` at the same time: it was deleted after"), "{gone}");
        let going = refusal(&mut ground, &[main(), stack("shop-numbers", "2", "DELETE_IN_PROGRESS")]);
        assert!(going.contains("it is DELETE_IN_PROGRESS now"), "{going}");
        let anew = refusal(&mut ground, &[main(), stack("shop-numbers", "3", "CREATE_COMPLETE")]);
        assert!(anew.contains("it was deleted and made again"), "{anew}");
        let more = refusal(&mut ground, &[main(), numbers(), stack("shop-2", "8", "CREATE_COMPLETE")]);
        assert!(more.contains("`shop-2` at the same time: it was made after"), "{more}");
    }

    #[test]
    fn what_the_run_did_itself_is_no_move() {
        let mut ground = ground();
        let operation = |kind| StackOperation { kind, ..StackOperation::delete("shop") };
        ground.worked_on(&[operation(OperationKind::Delete)]);
        let numbers = || stack("shop-numbers", "2", "CREATE_COMPLETE");
        assert!(ground.hold(&[numbers()]).is_ok());
        ground.worked_on(&[operation(OperationKind::Create)]);
        assert!(ground.hold(&[numbers(), stack("shop", "9", "CREATE_COMPLETE")]).is_ok());
        refusal(&mut ground, &[numbers(), stack("shop", "10", "CREATE_COMPLETE")]);
    }

    #[test]
    fn a_failure_is_blamed_on_what_moved_beside_it() {
        let ground = ground();
        let failed = || ApplyError::ChangeSet { stack: "shop".to_owned(), reason: "no such number".to_owned() };
        let operations = [StackOperation::delete("shop")];
        let rolled_back = stack("shop", "1", "ROLLBACK_COMPLETE");
        let numbers = stack("shop-numbers", "2", "CREATE_COMPLETE");
        let own = ground.blame(failed(), &operations, &[rolled_back.clone(), numbers]);
        assert!(matches!(own, ApplyError::ChangeSet { .. }), "{own}");
        let theirs = ground.blame(failed(), &operations, &[rolled_back]).to_string();
        assert!(theirs.contains("someone else is changing the stack `shop-numbers`"), "{theirs}");
        assert!(theirs.contains("no such number"), "{theirs}");
    }
}
