//! What plans tell of callers.

use super::*;

#[test]
fn who_edits_what_callers_meet_is_found_out() {
    let account = Account::empty();
    let made = plan(&kwglobal().model, &account);
    let [told] = made.callers.as_slice() else { panic!("{:?}", made.callers) };
    assert_eq!(told.numbers, [Address::new(Kind::PhoneNumber, "main")]);
    assert_eq!(told.lines[0], "+ the number is new");
    let found = "it says other things of what callers meet than would come of it";
    let without = Plan { callers: Vec::new(), ..made.clone() };
    assert_eq!(contradictions(&without, &account.inventory), [found]);
    let mut other = made;
    other.callers[0].lines.push("+ hears “All is well.”".to_owned());
    assert_eq!(contradictions(&other, &account.inventory), [found]);
}

#[test]
fn another_flow_is_told_under_the_name_it_has_now() {
    let (mut center, account) = deployed();
    assert_eq!(plan(&center.model, &account).callers, []);
    center.model.associations[0].flow = "builtin/flow/Default outbound".parse().unwrap();
    let mut account = account;
    account.inventory.builtins.insert((Kind::Flow, "Default outbound".to_owned()), "f0".to_owned());
    let made = plan(&center.model, &account);
    let lines: Vec<&String> = made.callers.iter().flat_map(|change| &change.lines).collect();
    assert!(lines[0].starts_with("~ Answered by “Default outbound”"), "{lines:?}");
}
