use std::collections::BTreeMap;

use callform_source::{SourceMap, Span};
use indexmap::IndexMap;
use proptest::prelude::*;

use super::*;
use crate::model::{DeletionPolicy, Instance, Kind, Value};

fn queue(name: &str) -> Address {
    Address::new(Kind::Queue, name)
}

/// A model of queues: name, hard targets, deferrable targets.
fn model(resources: &[(&str, &[&str], &[&str])]) -> Model {
    let file = SourceMap::default().add("blueprint.yaml", "");
    let list = |names: &[&str]| Value::List(names.iter().map(|name| Value::arn_of(queue(name))).collect());
    let resources = resources.iter().map(|(name, hard, soft)| {
        let properties = IndexMap::from([("Hard".to_owned(), list(hard)), ("Soft".to_owned(), list(soft))]);
        let resource = Resource {
            address: queue(name),
            resource_type: "AWS::Connect::Queue".to_owned(),
            logical_id: format!("Queue{name}"),
            properties,
            deferrable: BTreeMap::from([("Soft".to_owned(), None)]),
            depends_on: Vec::new(),
            deletion_policy: DeletionPolicy::Delete,
            prevent_destroy: false,
            named_by_default: None,
            metadata: BTreeMap::new(),
            span: Span::whole_file(file),
        };
        (queue(name), resource)
    });
    Model {
        center: "test".to_owned(),
        region: "us-west-2".to_owned(),
        environment: None,
        instance: Instance::Existing("test".to_owned()),
        instance_settings: BTreeMap::new(),
        resources: resources.collect(),
        flows: BTreeMap::new(),
        bundles: std::collections::BTreeMap::new(),
        associations: Vec::new(),
        tags: BTreeMap::new(),
        assets: Vec::new(),
        digest: String::new(),
    }
}

#[track_caller]
fn check(resources: &[(&str, &[&str], &[&str])], order: &str, deferred: &[(&str, &str)]) {
    let (graph, diagnostics) = build(&model(resources));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let names: Vec<&str> = graph.order.iter().map(|address| address.name.as_str()).collect();
    assert_eq!(names.join(" "), order);
    let expected: BTreeSet<(Address, Address)> = deferred.iter().map(|(from, to)| (queue(from), queue(to))).collect();
    assert_eq!(graph.deferred, expected);
}

#[test]
fn needs_come_first_and_otherwise_the_blueprint_decides() {
    check(&[("a", &["c"], &[]), ("b", &[], &[]), ("c", &[], &[]), ("d", &["a"], &[])], "b c a d", &[]);
}

#[test]
fn deferrable_references_outside_circles_are_not_deferred() {
    check(&[("a", &[], &["b"]), ("b", &[], &[])], "b a", &[]);
}

#[test]
fn one_of_two_in_a_circle_is_deferred() {
    check(&[("a", &[], &["b"]), ("b", &["a"], &[])], "a b", &[("a", "b")]);
}

#[test]
fn a_reference_to_itself_is_deferred() {
    check(&[("a", &[], &["a"])], "a", &[("a", "a")]);
}

#[test]
fn the_smallest_set_of_properties_is_deferred() {
    // Three circles that all pass through `hub`.
    let resources: &[(&str, &[&str], &[&str])] =
        &[("a", &[], &["hub"]), ("b", &[], &["hub"]), ("c", &[], &["hub"]), ("hub", &[], &["a", "b", "c"])];
    check(resources, "hub a b c", &[("hub", "a"), ("hub", "b"), ("hub", "c")]);
}

#[test]
fn a_circle_of_hard_references_is_named() {
    let (_, diagnostics) = build(&model(&[("a", &["b"], &[]), ("b", &["c"], &[]), ("c", &["a"], &[])]));
    let found: Vec<_> = diagnostics.iter().collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "circular-reference");
    assert_eq!(found[0].notes, ["The circle is queue/a -> queue/b -> queue/c -> queue/a."]);
}

#[test]
fn many_queues_that_all_show_one_another_are_ordered() {
    let names: Vec<String> = (0..300).map(|number| format!("q{number}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let resources: Vec<(&str, &[&str], &[&str])> =
        all.iter().map(|&name| (name, &[] as &[&str], all.as_slice())).collect();
    let (graph, diagnostics) = build(&model(&resources));
    assert!(diagnostics.is_empty());
    assert_eq!(graph.order.len(), 300);
}

proptest! {
    #[test]
    fn what_is_left_has_an_order(
        hard in prop::collection::vec((0_usize..12, 0_usize..12), 0..12),
        soft in prop::collection::vec((0_usize..12, 0_usize..12), 0..40),
    ) {
        let names: Vec<String> = (0..12).map(|number| format!("n{number:02}")).collect();
        let of = |links: &[(usize, usize)], from: usize, forward: bool| -> Vec<String> {
            // Hard links go from later to earlier, so that they alone have no circle.
            links.iter().filter(|&&(a, b)| a == from && (!forward || b < a)).map(|&(_, to)| names[to].clone()).collect()
        };
        let owned: Vec<(Vec<String>, Vec<String>)> =
            (0..12).map(|node| (of(&hard, node, true), of(&soft, node, false))).collect();
        let borrowed: Vec<(Vec<&str>, Vec<&str>)> = owned
            .iter()
            .map(|(hard, soft)| (hard.iter().map(String::as_str).collect(), soft.iter().map(String::as_str).collect()))
            .collect();
        let resources: Vec<(&str, &[&str], &[&str])> = names
            .iter()
            .zip(&borrowed)
            .map(|(name, (hard, soft))| (name.as_str(), hard.as_slice(), soft.as_slice()))
            .collect();
        let (graph, diagnostics) = build(&model(&resources));
        prop_assert!(diagnostics.is_empty());
        prop_assert_eq!(graph.order.len(), 12);
        let place = |address: &Address| graph.order.iter().position(|other| other == address);
        for (from, needs) in &graph.needs {
            for to in needs.iter().filter(|to| !graph.is_deferred(from, to)) {
                prop_assert!(place(to) < place(from), "{} before {}", to, from);
            }
        }
    }
}
