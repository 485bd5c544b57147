//! What came of a test case, held against the test and against its simulation.

use std::collections::BTreeSet;

use callform_call::test_case::run::includes;
use callform_source::SourceMap;
use serde_json::Value;

use super::{NativeTest, Role, Watched};
use crate::calls::Outcome;
use crate::calls::report::{FailureReport, LineReport, NativeReport, TestReport, place};

/// An execution that is over.
#[derive(Clone, Debug, Default)]
pub struct Execution {
    /// Whether it passed for Connect.
    pub passed: bool,
    /// What happened, in order: JSON texts. Their form is not documented; what is not as it was seen is passed over (?).
    pub records: Vec<String>,
}

/// Reads records.
struct Records {
    all: Vec<Value>,
}

impl Records {
    fn of(execution: &Execution) -> Self {
        Self { all: execution.records.iter().filter_map(|text| serde_json::from_str(text).ok()).collect() }
    }

    fn observations(&self) -> impl Iterator<Item = &Value> {
        self.all.iter().filter(|record| record["Type"] == "OBSERVATION")
    }

    /// Observations that were matched, whatever their comparisons said.
    fn seen<'t>(&self, test: &'t NativeTest) -> BTreeSet<&'t str> {
        let is_seen = |watched: &&Watched| {
            let own = self.about(watched).any(|record| {
                // What was waited for in vain has a record, too: one in which nothing was done or failed.
                record["Status"] == "PASSED" || record["Actions"].as_array().is_some_and(|actions| !actions.is_empty())
            });
            own || self.is_in_the_same_message(watched, test)
        };
        test.watched.iter().filter(is_seen).map(|watched| watched.identifier.as_str()).collect()
    }

    fn about(&self, watched: &Watched) -> impl Iterator<Item = &Value> {
        self.observations().filter(|record| record["Identifier"] == watched.identifier.as_str())
    }

    /// Whether a text was part of the message by which what was waited for at the same time was matched. That one may have
    /// ended the test before the other's turn came: in which order Connect looks at observations is not known (?).
    fn is_in_the_same_message(&self, watched: &Watched, test: &NativeTest) -> bool {
        let Some(text) = &watched.text else { return false };
        let others = test.watched.iter().filter(|other| other.group == watched.group);
        let mut messages = others
            .flat_map(|other| self.about(other))
            .filter_map(|it| it["ActualEvent"]["Properties"]["Text"].as_str());
        messages.any(|message| includes(message, text))
    }

    /// Whether an action failed, and the value it found.
    fn action(&self, identifier: &str) -> Option<(bool, Option<&str>)> {
        let actions = self.observations().filter_map(|record| record["Actions"].as_array()).flatten();
        let action = actions.filter(|action| action["Identifier"] == identifier).last()?;
        Some((action["Status"] == "FAILED", action["ActualValue"].as_str()))
    }

    /// How Connect says that it ended.
    fn ending(&self) -> Option<&str> {
        let last = self.all.iter().rfind(|record| record["Type"] == "COMPLETION")?;
        last["CompletionReason"]["Message"].as_str().filter(|message| !message.is_empty())
    }

    fn dialogue(&self, test: &NativeTest, sources: &SourceMap) -> Vec<LineReport> {
        let mut lines: Vec<LineReport> = Vec::new();
        let mut last_heard = None;
        let seen = self.seen(test);
        for record in self.observations() {
            let watched = test.watched.iter().find(|it| record["Identifier"] == it.identifier.as_str());
            let Some(watched) = watched.filter(|it| seen.contains(it.identifier.as_str())) else { continue };
            match record["ActualEvent"]["Properties"]["Text"].as_str() {
                Some(text) if last_heard == Some(text) => {}
                Some(text) => {
                    lines.push(line("center", text, None));
                    last_heard = Some(text);
                }
                None => lines.push(line("", &watched.words, Some(place(sources, watched.span)))),
            }
            for does in &watched.does {
                lines.push(line("customer", does, None));
                last_heard = None;
            }
        }
        lines
    }
}

fn line(who: &str, text: &str, place: Option<crate::calls::PlaceReport>) -> LineReport {
    LineReport { contact: 1, who: who.to_owned(), text: text.to_owned(), flow: None, block: None, place }
}

/// What came of a test in Connect, as a test that is run here is told, and where it is not what came of it here.
pub fn verdict(test: &NativeTest, offline: &Outcome, execution: &Execution, sources: &SourceMap) -> TestReport {
    let records = Records::of(execution);
    let dialogue = records.dialogue(test, sources);
    let after = dialogue.len();
    let failure = failure(test, execution, &records).map(|(watched, message, difference)| {
        let (expected, found) = difference.unzip();
        FailureReport {
            message,
            place: place(sources, watched.unwrap_or(offline.span)),
            expected,
            found: found.flatten(),
            after,
        }
    });
    let passed = failure.is_none();
    let differences = differences(test, offline, passed, &records, sources);
    let unseen = test.unseen.iter().map(|it| format!("{} ({})", it.text, place(sources, it.span).short())).collect();
    let native = Some(NativeReport { differences, unseen });
    TestReport { name: offline.name.clone(), place: place(sources, offline.span), passed, failure, dialogue, native }
}

type Failed = (Option<callform_source::Span>, String, Option<(String, Option<String>)>);

fn failure(test: &NativeTest, execution: &Execution, records: &Records) -> Option<Failed> {
    let seen = records.seen(test);
    for watched in &test.watched {
        for check in &watched.checks {
            if let Some((true, found)) = records.action(&check.action) {
                let found = found.unwrap_or("not set").to_owned();
                return Some((Some(check.span), check.what.clone(), Some((check.expected.clone(), Some(found)))));
            }
        }
        if is_missing(watched, &seen) {
            let ending = records.ending().filter(|_| !execution.passed).map(str::to_owned);
            let message = "Connect does not see what is expected".to_owned();
            return Some((Some(watched.span), message, Some((watched.words.clone(), ending))));
        }
    }
    (!execution.passed).then(|| {
        let message = records.ending().unwrap_or("Connect says that it failed, and not why").to_owned();
        (None, message, None)
    })
}

/// Whether something that has to come did not.
fn is_missing(watched: &Watched, seen: &BTreeSet<&str>) -> bool {
    watched.role != Role::Instead && !seen.contains(watched.identifier.as_str())
}

/// Where Connect and the simulation went apart, step by step. Of what did not come, only the first is of interest.
fn differences(
    test: &NativeTest,
    offline: &Outcome,
    passed: bool,
    records: &Records,
    sources: &SourceMap,
) -> Vec<String> {
    let seen = records.seen(test);
    let at = |span| place(sources, span).short();
    let mut found = Vec::new();
    let apart = test.watched.iter().find(|it| it.offline != seen.contains(it.identifier.as_str()));
    if let Some(watched) = apart {
        let (here, there) = if watched.offline { ("comes", "does not") } else { ("does not come", "does") };
        found.push(format!("{} ({}): here it {here}, in Connect it {there}", watched.words, at(watched.span)));
    }
    for check in test.watched.iter().flat_map(|watched| &watched.checks) {
        let Some((_, there)) = records.action(&check.action) else { continue };
        if there != check.offline.as_deref() {
            let shown = |value: Option<&str>| value.map_or_else(|| "not set".to_owned(), |it| format!("`{it}`"));
            let (here, there) = (shown(check.offline.as_deref()), shown(there));
            found.push(format!("{} ({}): here it is {here}, in Connect {there}", check.namespace, at(check.span)));
        }
    }
    match (&offline.failure, passed) {
        (None, false) => found.push("it passes here, and fails in Connect".to_owned()),
        (Some(failure), true) => {
            found.push(format!("it fails here ({}), and passes in Connect", failure.message));
        }
        _ => {}
    }
    found
}
