//! Several stacks, and stacks that are in no good state.

use super::*;

#[test]
fn half_made_stacks_are_cleared_away_first() {
    let center = kwglobal();
    let mut account = Account::empty();
    let first = plan(&center.model, &account);
    account.play(&Plan { steps: first.steps[..4].to_vec(), ..first });
    account.inventory.stacks.get_mut("kwglobal").unwrap().status = "ROLLBACK_COMPLETE".to_owned();
    account.log.clear();
    let made = apply(&center.model, &mut account);
    assert_eq!(
        account.log,
        ["upload 1", "delete kwglobal", "create kwglobal (transitional)", "update kwglobal", "associate main"]
    );
    let reasons = &made.effective_changes().next().unwrap().reasons;
    assert_eq!(*reasons, [Reason::StackIncomplete]);
}

#[test]
fn an_interrupted_apply_is_taken_up_where_it_stopped() {
    let center = kwglobal();
    let steps = plan(&center.model, &Account::empty()).steps.len();
    for done in 0..=steps {
        let mut account = Account::empty();
        let first = plan(&center.model, &account);
        account.play(&Plan { steps: first.steps[..done].to_vec(), ..first });
        apply(&center.model, &mut account);
    }
}

#[test]
fn a_failed_rollback_is_continued_first() {
    let (mut center, mut account) = deployed();
    account.inventory.stacks.get_mut("kwglobal").unwrap().status = "UPDATE_ROLLBACK_FAILED".to_owned();
    center.resource(Kind::Queue, "consulting").properties.insert("MaxContacts".to_owned(), Value::Integer(20));
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["continue rollback kwglobal", "update kwglobal"]);
}

#[test]
fn a_busy_stack_refuses_a_plan() {
    let (center, mut account) = deployed();
    account.inventory.stacks.get_mut("kwglobal").unwrap().status = "UPDATE_IN_PROGRESS".to_owned();
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    let refused = build(&artifacts, &center.model, &account.inventory);
    assert_eq!(refused, Err(PlanError::Busy { stack: "kwglobal".to_owned(), status: "UPDATE_IN_PROGRESS".to_owned() }));
}

#[test]
fn several_stacks_are_made_in_waves_and_taken_down_in_reverse() {
    let center = large(300, 700);
    let mut account = Account::with_instance();
    apply(&center.model, &mut account);
    assert_eq!(
        account.log,
        [
            "create large-numbers",
            "create large (transitional)",
            "create large-2",
            "update large",
            "create large-3",
            "create large-4"
        ]
    );
    account.log.clear();
    account.tearing_down = true;
    let made = destroy("large", "us-west-2", &account.inventory).unwrap();
    account.play(&made);
    assert_eq!(
        account.log,
        ["delete large-3", "delete large-4", "delete large-2", "delete large", "delete large-numbers"]
    );
}
