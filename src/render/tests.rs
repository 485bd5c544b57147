use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::fixture::{Center, arn, content, kwglobal, large, object, properties};
use super::*;
use crate::model::{Attribute, Reference, TextPart, Value};

fn rendered(center: &Center) -> Artifacts {
    let (artifacts, diagnostics) = render(&center.model, &Placement::default());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    artifacts
}

fn names(artifacts: &Artifacts) -> Vec<&str> {
    artifacts.stacks.iter().map(|stack| stack.name.as_str()).collect()
}

#[track_caller]
fn property(artifacts: &Artifacts, stack: usize, pointer: &str) -> Json {
    artifacts.stacks[stack].template.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")).clone()
}

#[test]
fn the_instance_has_a_protected_stack_of_its_own() {
    let artifacts = rendered(&kwglobal());
    assert_eq!(names(&artifacts), ["kwglobal-instance", "kwglobal-numbers", "kwglobal"]);
    assert!(artifacts.stacks[0].termination_protection);
    assert_eq!(property(&artifacts, 0, "/Resources/InstanceKwglobal/DeletionPolicy"), "RetainExceptOnCreate");
    assert_eq!(property(&artifacts, 0, "/Resources/InstanceKwglobal/UpdateReplacePolicy"), "Retain");
    assert_eq!(artifacts.stacks[0].parameters, BTreeMap::new());
    assert_eq!(artifacts.stacks[1].depends_on, ["kwglobal-instance".to_owned()].into());
    let before = ["kwglobal-instance".to_owned(), "kwglobal-numbers".to_owned()];
    assert_eq!(artifacts.stacks[2].depends_on, before.into());
}

#[test]
fn references_inside_a_stack_are_direct_and_circular_ones_are_parameters() {
    let artifacts = rendered(&kwglobal());
    assert_eq!(
        property(&artifacts, 2, "/Resources/QueueConsulting/Properties/HoursOfOperationArn"),
        json!({ "Fn::GetAtt": ["HoursBusiness", "HoursOfOperationArn"] })
    );
    // One of the two queues is enough to open the circles; the other names its quick connects directly.
    assert_eq!(
        property(&artifacts, 2, "/Resources/QueueCustomerService/Properties/QuickConnectArns/0"),
        json!({ "Fn::Join": ["/", [
            { "Ref": "InstanceArn" },
            "transfer-destination",
            { "Fn::Select": ["0", { "Ref": "QuickConnectIds" }] },
        ]] })
    );
    assert_eq!(
        property(&artifacts, 2, "/Resources/QueueConsulting/Properties/QuickConnectArns/0"),
        json!({ "Fn::GetAtt": ["QuickConnectCustomerService", "QuickConnectArn"] })
    );
    let reference = |target: &str| target.parse::<Reference>().unwrap();
    assert_eq!(
        artifacts.stacks[2].parameters["QuickConnectIds"],
        ParameterSource::References(vec![reference("quick_connect/consulting#id"), reference("quick_connect/mary#id")])
    );
    assert_eq!(artifacts.stacks[2].parameters["ArtifactBucket"], ParameterSource::ArtifactBucket);
}

#[test]
fn built_in_objects_are_parameters() {
    let artifacts = rendered(&kwglobal());
    assert_eq!(
        artifacts.stacks[2].parameters["SecurityProfileIds"],
        ParameterSource::References(vec!["builtin/security_profile/Agent#id".parse().unwrap()])
    );
}

#[test]
fn texts_name_references_and_keep_other_dollar_braces() {
    let artifacts = rendered(&kwglobal());
    let sub = property(&artifacts, 2, "/Resources/FlowCallback/Properties/Content/Fn::Sub");
    let text = sub.as_str().unwrap();
    assert!(text.contains("Please hold ${!x}"), "{text}");
    assert!(text.contains("${FlowMainMenu.ContactFlowArn}"), "{text}");
    let sub = property(&artifacts, 2, "/Resources/FlowMainMenu/Properties/Content/Fn::Sub");
    let text = sub[0].as_str().unwrap();
    assert!(text.contains("${InstanceArn}/contact-flow/${Item0OfContactFlowIds}"), "{text}");
    assert_eq!(sub[1], json!({ "Item0OfContactFlowIds": { "Fn::Select": ["0", { "Ref": "ContactFlowIds" }] } }));
}

#[test]
fn text_without_references_is_a_plain_string() {
    let mut center = Center::new("plain");
    center.flow("hello", "CONTACT_FLOW", content("Hello", &[]));
    let artifacts = rendered(&center);
    let text = property(&artifacts, 0, "/Resources/FlowHello/Properties/Content");
    assert!(text.as_str().unwrap().contains("Hello ${x}"), "{text}");
}

#[test]
fn bare_ids_are_taken_out_of_arns() {
    let mut center = Center::new("ids");
    center.add(Kind::Table, "numbers", properties([]));
    center.flow("hello", "CONTACT_FLOW", content("Hello", &[]));
    let id = |target: &str, attribute| Reference { target: target.parse().unwrap(), attribute };
    let text = Value::Text(vec![
        TextPart::Literal("$".to_owned()),
        TextPart::Reference(id("flow/hello", Attribute::Id)),
        TextPart::Pseudo("AWS::Region"),
    ]);
    center.add(
        Kind::Role,
        "all",
        properties([
            ("Flow", Value::Reference(id("flow/hello", Attribute::Id))),
            ("Instance", Value::Reference(id("instance", Attribute::Id))),
            ("Table", Value::Reference(id("table/numbers", Attribute::Ref))),
            ("Text", text),
        ]),
    );
    let artifacts = rendered(&center);
    let split = json!({ "Fn::Select": ["1", { "Fn::Split": ["/contact-flow/", { "Ref": "FlowHello" }] }] });
    assert_eq!(
        property(&artifacts, 0, "/Resources/RoleAll/Properties"),
        json!({
            "Flow": split,
            "Instance": { "Fn::Select": ["1", { "Fn::Split": ["/", { "Ref": "InstanceArn" }] }] },
            "Table": { "Ref": "TableNumbers" },
            "Text": { "Fn::Sub": ["$${IdOfFlowHello}${AWS::Region}", { "IdOfFlowHello": split }] },
        })
    );
}

#[test]
fn names_of_tables_travel_and_their_arns_are_spelled_out() {
    let mut center = Center::new("two");
    center.add(Kind::Table, "numbers", properties([]));
    let statement = object([("Resource", arn(Kind::Table, "numbers"))]);
    center.add(Kind::Role, "reader", properties([("Statement", statement)]));
    let placement =
        Placement { stacks: BTreeMap::from([("TableNumbers".to_owned(), "two-2".to_owned())]), ..Placement::default() };
    let (artifacts, _) = render(
        &center.model,
        &Placement {
            stacks: placement.stacks.into_iter().chain([("RoleReader".to_owned(), "two".to_owned())]).collect(),
            ..Placement::default()
        },
    );
    assert_eq!(names(&artifacts), ["two-2", "two"]);
    assert_eq!(
        property(&artifacts, 1, "/Resources/RoleReader/Properties/Statement/Resource"),
        json!({ "Fn::Sub": [
            "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Id}",
            { "Id": { "Fn::Select": ["0", { "Ref": "TableNames" }] } },
        ] })
    );
}

#[test]
fn large_centers_fill_numbered_stacks_in_order() {
    let artifacts = rendered(&large(300, 1000));
    assert_eq!(names(&artifacts), ["large-numbers", "large", "large-2", "large-3", "large-4"]);
    for (position, stack) in artifacts.stacks.iter().enumerate() {
        assert!(stack.resources.len() <= 450, "{}", stack.name);
        assert!(stack.template.to_string().len() <= 900_000, "{}", stack.name);
        assert!(stack.parameters.len() <= 200, "{}", stack.name);
        let earlier: Vec<&String> = artifacts.stacks[..position].iter().map(|stack| &stack.name).collect();
        assert!(stack.depends_on.iter().all(|name| earlier.contains(&name)), "{}", stack.name);
        for source in stack.parameters.values() {
            let ParameterSource::References(references) = source else { continue };
            assert!(references.len() <= 100);
        }
    }
    assert_eq!(artifacts.stacks.iter().map(|stack| stack.resources.len()).sum::<usize>(), 1663);
}

#[test]
fn what_is_deployed_stays_and_new_resources_go_to_the_emptiest_stack() {
    let mut center = large(300, 1000);
    let before = rendered(&center);
    let stacks = before
        .stacks
        .iter()
        .flat_map(|stack| stack.resources.keys().map(|logical_id| (logical_id.clone(), stack.name.clone())));
    let placement = Placement { stacks: stacks.collect(), ..Placement::default() };
    center.user("zoe", "r0000");
    let (after, _) = render(&center.model, &placement);
    let home = |artifacts: &Artifacts, logical_id: &str| {
        artifacts.stacks.iter().find(|stack| stack.resources.contains_key(logical_id)).map(|stack| stack.name.clone())
    };
    assert_eq!(home(&after, "UserZoe").as_deref(), Some("large-4"));
    for (logical_id, stack) in &placement.stacks {
        assert_eq!(home(&after, logical_id).as_ref(), Some(stack));
    }
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    assert_eq!(files(&rendered(&kwglobal())), files(&rendered(&kwglobal())));
}

#[test]
fn files_show_flows_with_names() {
    let files = files(&rendered(&kwglobal()));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "flows/callback.json",
            "flows/main_menu.json",
            "kwglobal-instance.template.json",
            "kwglobal-numbers.template.json",
            "kwglobal.template.json",
            "manifest.json"
        ]
    );
    assert!(files["flows/main_menu.json"].contains("\"${queue/customer_service}\""));
    insta::assert_snapshot!(files["manifest.json"]);
}
