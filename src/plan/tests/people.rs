//! Levels of the hierarchy, and agent statuses.

use super::*;

/// A center with two levels, and groups on both.
fn with_hierarchy(levels: &[&str], groups: &[(&str, Option<&str>)]) -> Center {
    let mut center = kwglobal();
    let names = ["LevelOne", "LevelTwo"].into_iter().zip(levels);
    let named =
        |(level, name): (&'static str, &&str)| (level, crate::render::fixture::object([("Name", (*name).into())]));
    let structure = Value::Object(names.map(named).map(|(level, name)| (level.to_owned(), name)).collect());
    let properties = crate::render::fixture::properties([
        ("InstanceArn", Value::instance_arn()),
        ("UserHierarchyStructure", structure),
    ]);
    center.add(Kind::HierarchyLevels, "levels", properties);
    for (name, parent) in groups {
        let mut properties =
            crate::render::fixture::properties([("InstanceArn", Value::instance_arn()), ("Name", (*name).into())]);
        let parent = parent.map(|parent| ("ParentGroupArn".to_owned(), arn(Kind::HierarchyGroup, parent)));
        properties.extend(parent);
        center.add(Kind::HierarchyGroup, name, properties);
    }
    center
}

#[test]
fn a_level_goes_after_the_groups_on_it() {
    let mut account = Account::empty();
    apply(&with_hierarchy(&["Company", "City"], &[("acme", None), ("oslo", Some("acme"))]).model, &mut account);
    account.log.clear();
    let made = apply(&with_hierarchy(&["Company"], &[("acme", None)]).model, &mut account);
    assert_eq!(account.log, ["update kwglobal (transitional)", "update kwglobal"]);
    let Some(Step::Stacks(first)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let resources = &first[0].template["Resources"];
    let levels =
        resources.as_object().unwrap().values().find(|one| one["Type"] == "AWS::Connect::UserHierarchyStructure");
    assert_eq!(levels.unwrap()["Properties"]["UserHierarchyStructure"]["LevelTwo"]["Name"], "City");
    assert!(!resources.to_string().contains("group/oslo"), "{resources:#}");
    // Renaming a level need not wait for anything.
    account.log.clear();
    apply(&with_hierarchy(&["Firm"], &[("acme", None)]).model, &mut account);
    assert_eq!(account.log, ["update kwglobal"]);
}

fn with_status(order: i64) -> Center {
    let mut center = kwglobal();
    let properties = crate::render::fixture::properties([
        ("InstanceArn", Value::instance_arn()),
        ("Name", "Lunch".into()),
        ("State", "ENABLED".into()),
        ("DisplayOrder", Value::Integer(order)),
    ]);
    center.add(Kind::AgentStatus, "lunch", properties);
    center.resource(Kind::AgentStatus, "lunch").deletion_policy = crate::model::DeletionPolicy::Retain;
    center
}

#[test]
fn an_agent_status_that_leaves_is_disabled_and_said_to_stay() {
    let mut account = Account::empty();
    apply(&with_status(3).model, &mut account);
    account.log.clear();
    let made = apply(&kwglobal().model, &mut account);
    assert_eq!(account.log, ["update kwglobal (transitional)", "update kwglobal"]);
    let Some(Step::Stacks(first)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let status = first[0].template["Resources"].as_object().unwrap();
    let status = status.values().find(|one| one["Type"] == "AWS::Connect::AgentStatus").unwrap();
    assert_eq!(status["Properties"]["State"], "DISABLED");
    assert_eq!(status["Properties"].get("DisplayOrder"), None);
    let change = made.effective_changes().find(|change| change.address.kind == Kind::AgentStatus).unwrap();
    assert_eq!((change.action, change.reasons.last()), (Action::Retain, Some(&Reason::CannotBeDeleted)));
}

#[test]
fn an_agent_status_that_is_there_comes_under_management() {
    let (_, mut account) = deployed();
    let arn = format!("{}/agent-state/theirs", account.inventory.instance.as_ref().unwrap().arn);
    let there = crate::inventory::ObservedStatus { arn: arn.clone(), state: "DISABLED".to_owned() };
    account.inventory.agent_statuses.insert("Lunch".to_owned(), there);
    let made = apply(&with_status(4).model, &mut account);
    assert_eq!(lines(&made), ["Import agent_status/lunch"]);
    assert_eq!(account.log, ["import into kwglobal (transitional)", "update kwglobal"]);
    let Step::Stacks(operations) = &made.steps[0] else { panic!("{:#?}", made.steps) };
    let import = operations[0].imports.values().next().unwrap();
    assert_eq!(import.identifier["AgentStatusArn"], arn);
    let status = operations[0].template["Resources"].as_object().unwrap();
    let status = status.values().find(|one| one["Type"] == "AWS::Connect::AgentStatus").unwrap();
    assert_eq!(status["Properties"]["State"], "DISABLED", "as it is");
}
