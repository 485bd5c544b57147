use std::fmt::Write;

use insta::assert_snapshot;

use super::RULES;
use super::rules::Rule;
use crate::testing::{faults, try_compile};

/// The long text that the example of the rule about long texts stands for.
fn spelled_out(example: &str) -> String {
    let page = "word ".repeat(150);
    let pages = |count: usize| format!("{:?}", page.repeat(count).trim());
    example
        .replace("(four pages of text)", &pages(5))
        .replace("(two pages of text)", &pages(2))
        .replace("(the other two)", &pages(2))
}

/// What is found in the steps of an example.
fn found(example: &str) -> String {
    try_compile(&spelled_out(&Rule::as_flow(example))).1
}

#[test]
fn every_rule_finds_something_in_its_example_and_nothing_in_what_was_meant() {
    let mut wrong = String::new();
    for rule in RULES {
        let in_example = found(rule.example);
        if !in_example.contains(&format!(" {}: ", rule.code)) {
            writeln!(wrong, "{} is silent about its example; found:\n{in_example}", rule.code).expect("a string");
        }
        let in_meant = found(rule.instead);
        if !in_meant.is_empty() {
            writeln!(wrong, "{}: found in what was meant:\n{in_meant}", rule.code).expect("a string");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn examples_as_they_are_told() {
    let mut told = String::new();
    for rule in RULES.iter().filter(|rule| rule.code != "text-too-long") {
        writeln!(told, "{}", found(rule.example)).expect("a string");
    }
    assert_snapshot!(told);
}

#[test]
fn long_texts() {
    let text = "x".repeat(3_001);
    assert_snapshot!(faults(&format!("{{ type: inbound, steps: [{{ say: {text} }}] }}")).replace(&text, "…"));
    let text = "x".repeat(6_001);
    assert_snapshot!(faults(&format!("{{ type: customer_queue, steps: [{{ play: [{text}] }}] }}")).replace(&text, "…"));
    let tags = format!("<speak>{}</speak>", "<break/>".repeat(400));
    crate::testing::compiled(&format!("{{ type: inbound, steps: [{{ say: {{ ssml: {tags} }} }}] }}"));
}

#[test]
fn every_rule_is_described() {
    for rule in RULES {
        assert!(rule.what.ends_with('.') && rule.why.ends_with('.'), "{}", rule.code);
        assert!(RULES.iter().filter(|other| other.code == rule.code).count() == 1, "{}", rule.code);
    }
}
