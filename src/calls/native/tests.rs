//! What comes of records, in forms that the sandbox does not have.

use callform_call::test_case::{EntryPoint, InitializationData, TestCaseContent};
use callform_source::{SourceMap, Span};
use serde_json::json;

use super::{Check, Execution, NativeTest, Role, Watched, verdict};
use crate::calls::Outcome;

struct Case {
    test: NativeTest,
    outcome: Outcome,
    sources: SourceMap,
}

/// A test that hears two texts, the second of which ends it after a comparison.
fn case() -> Case {
    let mut sources = SourceMap::default();
    let span = Span::whole_file(sources.add("center.tests.yaml", "tests:\n"));
    let watched = |identifier: &str, text: &str, checks: Vec<Check>| Watched {
        identifier: identifier.to_owned(),
        group: 1,
        text: Some(text.to_owned()),
        span,
        words: format!("hears \"{text}\""),
        role: Role::Expected,
        offline: true,
        checks,
        does: Vec::new(),
    };
    let check = Check {
        action: "1-then-compare-1".to_owned(),
        span,
        what: "another queue is set".to_owned(),
        namespace: "$.Queue.Name".to_owned(),
        expected: "Orders".to_owned(),
        offline: Some("Orders".to_owned()),
    };
    let test = NativeTest {
        name: "callform/it".to_owned(),
        content: TestCaseContent::new(Vec::new()),
        entry: EntryPoint::Chat { flow: "flow".to_owned() },
        data: InitializationData::default(),
        watched: vec![watched("1-heard-1", "Welcome.", Vec::new()), watched("1-then", "Goodbye.", vec![check])],
        unseen: Vec::new(),
    };
    Case { test, outcome: Outcome { name: "it".to_owned(), span, failure: None, events: Vec::new() }, sources }
}

/// The record of what is heard, with the value that the comparison found.
fn heard(text: &str, found: &str, status: &str) -> String {
    json!({
        "Type": "OBSERVATION", "Identifier": "1-then", "Status": status,
        "ActualEvent": {"Type": "MessageReceived", "Properties": {"Text": text}},
        "Actions": [{"Identifier": "1-then-compare-1", "Type": "Assert", "Status": status, "ActualValue": found}],
    })
    .to_string()
}

impl Case {
    /// Message of the failure, what was found, and the differences.
    fn come_of(&self, passed: bool, records: &[String]) -> (Option<String>, Option<String>, Vec<String>) {
        let execution = Execution { passed, records: records.to_vec() };
        let report = verdict(&self.test, &self.outcome, &execution, &self.sources);
        assert_eq!(report.passed, report.failure.is_none());
        let differences = report.native.map(|native| native.differences).unwrap_or_default();
        let (message, found) = report.failure.map(|failure| (failure.message, failure.found)).unzip();
        (message, found.flatten(), differences)
    }
}

#[test]
fn a_text_in_the_message_that_ended_the_test_was_heard() {
    let case = case();
    let both = heard("welcome goodbye", "Orders", "PASSED");
    assert_eq!(case.come_of(true, &[both]), (None, None, Vec::new()));
    let (message, found, differences) = case.come_of(true, &[heard("goodbye", "Orders", "PASSED")]);
    assert_eq!((message.as_deref(), found), (Some("Connect does not see what is expected"), None));
    let expected = [
        "hears \"Welcome.\" (center.tests.yaml:1): here it comes, in Connect it does not",
        "it passes here, and fails in Connect",
    ];
    assert_eq!(differences, expected);
}

#[test]
fn a_value_that_is_another_in_connect_is_a_difference() {
    let (message, found, differences) = case().come_of(false, &[heard("Welcome. Goodbye.", "Returns", "FAILED")]);
    assert_eq!((message.as_deref(), found.as_deref()), (Some("another queue is set"), Some("Returns")));
    let value = "$.Queue.Name (center.tests.yaml:1): here it is `Orders`, in Connect `Returns`";
    assert_eq!(differences, [value, "it passes here, and fails in Connect"]);
}

#[test]
fn records_of_another_form_are_passed_over_and_the_reason_is_told() {
    let ending = json!({"Type": "COMPLETION", "CompletionReason": {"Message": "The test timed out."}}).to_string();
    let records = ["no JSON".to_owned(), "[]".to_owned(), json!({"Type": "NEWS"}).to_string(), ending];
    let (message, found, _) = case().come_of(false, &records);
    assert_eq!(message.as_deref(), Some("Connect does not see what is expected"));
    assert_eq!(found.as_deref(), Some("The test timed out."));
    let (message, ..) = case().come_of(false, &[heard("Welcome. Goodbye.", "Orders", "PASSED")]);
    assert_eq!(message.as_deref(), Some("Connect says that it failed, and not why"));
}
