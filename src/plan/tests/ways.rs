//! The law of plans: there is a way from any center to any other.

use proptest::prelude::*;

use super::*;

/// A center whose stacks are as small as a test needs: each resource is put into one of three stacks.
fn scattered(center: &Center, stacks: &[usize]) -> Placement {
    let names = ["small", "small-2", "small-3"];
    let ids = center.model.resources.values().map(|resource| resource.logical_id.clone());
    let stacks = ids.zip(stacks.iter().cycle()).map(|(id, stack)| (id, names[stack % 3].to_owned())).collect();
    Placement { stacks, ..Placement::default() }
}

fn small(queues: &[Vec<usize>], flows: &[Vec<usize>]) -> Center {
    let mut center = large(5, 3);
    center.model.center = "small".to_owned();
    center.model.instance = Instance::Existing("small".to_owned());
    for (number, quick_connects) in queues.iter().enumerate() {
        let names: Vec<String> = quick_connects.iter().map(|to| format!("q{to:04}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        center.queue(&format!("q{number:04}"), &names);
    }
    for (number, targets) in flows.iter().enumerate() {
        let names: Vec<String> = targets.iter().filter(|to| **to < flows.len()).map(|to| format!("f{to}")).collect();
        let targets: Vec<(Kind, &str)> = names.iter().map(|name| (Kind::Flow, name.as_str())).collect();
        center.flow(&format!("f{number}"), "CONTACT_FLOW", content("Hello", &targets));
    }
    if !flows.is_empty() {
        center.model.associations.push(Association {
            phone_number: Address::new(Kind::PhoneNumber, "main"),
            flow: Target::Resource(Address::new(Kind::Flow, format!("f{}", flows.len() - 1))),
            span: center.model.resources[0].span,
        });
    }
    center
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// From any center to any other, wherever the resources lie: no step needs what is not there, and at the end
    /// nothing is left to do.
    #[test]
    fn every_way_from_one_center_to_another_works(
        first in (prop::collection::vec(prop::collection::vec(0_usize..5, 0..3), 0..5),
                  prop::collection::vec(prop::collection::vec(0_usize..4, 0..3), 0..4)),
        second in (prop::collection::vec(prop::collection::vec(0_usize..5, 0..3), 0..5),
                   prop::collection::vec(prop::collection::vec(0_usize..4, 0..3), 0..4)),
        stacks in prop::collection::vec(0_usize..3, 1..12),
        renamed in prop::option::of(0_usize..4),
    ) {
        let before = small(&first.0, &first.1);
        let mut account = Account::with_instance();
        let (artifacts, _) = render(&before.model, &scattered(&before, &stacks));
        let made = build(&artifacts, &before.model, &account.inventory).unwrap();
        account.play(&made);
        prop_assert!(plan(&before.model, &account).is_empty());

        let mut after = small(&second.0, &second.1);
        if let Some(number) = renamed.filter(|number| *number < second.1.len()) {
            let flow = after.resource(Kind::Flow, &format!("f{number}"));
            flow.properties.insert("Type".to_owned(), "CUSTOMER_HOLD".into());
            flow.properties.insert("Name".to_owned(), "Please hold".into());
        }
        let ids = physical_ids(&account);
        let made = apply(&after.model, &mut account);
        let replaced: Vec<String> = physical_ids(&account)
            .into_iter()
            .filter(|(logical_id, id)| ids.get(logical_id).is_some_and(|before| before != id))
            .map(|(logical_id, _)| logical_id)
            .collect();
        let mut predicted: Vec<String> =
            made.changes.iter().filter(|change| change.action == Action::Replace).map(|c| c.logical_id.clone()).collect();
        predicted.sort();
        prop_assert_eq!(replaced, predicted);

        let (old, new) = (offline(&before), offline(&after));
        let (old, new) = (side(&before, &old), side(&after, &new));
        prop_assert!(!compare(old, old).has_changes());
        prop_assert!(!compare(new, new).has_changes());
        // Without an account, the same is found as with one.
        prop_assert_eq!(lines(&compare(old, new)), lines(&made));
    }
}
