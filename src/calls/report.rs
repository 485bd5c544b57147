//! Test results for programs: JSON with a version, and the XML of `JUnit`.

use std::fmt::Write as _;

use callform_source::SourceMap;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use schemars::JsonSchema;
use serde::Serialize;

use super::center::CallCenter;
use super::coverage::CoverageReport;
use super::dialogue::{Line, lines};
use super::run::Outcome;

/// Version of the JSON form. It changes when a member goes or changes its meaning; members may come without.
const FORMAT_VERSION: u32 = 1;

/// What became of the tests of a blueprint.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "Callform test report")]
pub struct Report {
    /// Version of this form.
    pub format_version: u32,
    /// How many tests were run.
    pub run: usize,
    /// How many of them failed.
    pub failed: usize,
    /// The tests, in the order they were written.
    pub tests: Vec<TestReport>,
    /// What the tests have walked; where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageReport>,
    /// Tests that are no test cases of Connect; where they were to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_native: Vec<NotNativeReport>,
}

/// What became of one test.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TestReport {
    /// Its name.
    pub name: String,
    /// Where it was written.
    pub place: PlaceReport,
    /// True where everything was as expected.
    pub passed: bool,
    /// What was not, where something was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
    /// What happened, in order.
    pub dialogue: Vec<LineReport>,
    /// What there is to say of a run in Connect; where it was run there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native: Option<NativeReport>,
}

/// What there is to say of a run in Connect.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NativeReport {
    /// Where Connect and the simulation went apart, each in a sentence.
    pub differences: Vec<String>,
    /// What the test expects and Connect cannot see, with its place.
    pub unseen: Vec<String>,
}

/// A test that cannot be a test case of Connect.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NotNativeReport {
    /// Its name.
    pub name: String,
    /// Where it was written.
    pub place: PlaceReport,
    /// Why.
    pub reasons: Vec<ReasonReport>,
}

/// Why a test cannot be a test case of Connect.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReasonReport {
    /// In a sentence.
    pub text: String,
    /// What of the test, or of the flow, it is about.
    pub place: PlaceReport,
}

/// What differed from what was expected.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FailureReport {
    /// In a sentence.
    pub message: String,
    /// Where the expectation was written.
    pub place: PlaceReport,
    /// What was expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was found instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// How many lines of the dialogue came before it.
    pub after: usize,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceReport {
    /// The file, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// One line of a dialogue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LineReport {
    /// The contact, from 1.
    pub contact: usize,
    /// `center`, `customer`, `agent`, `to the agent`; empty for what nobody says.
    pub who: String,
    /// What happened.
    pub text: String,
    /// The flow of the block that did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// The block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Where the block was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceReport>,
}

impl Report {
    /// The report on outcomes.
    pub fn new(outcomes: &[Outcome], center: &CallCenter, sources: &SourceMap) -> Self {
        let tests: Vec<TestReport> = outcomes.iter().map(|outcome| test(outcome, center, sources)).collect();
        Self::of(tests)
    }

    /// The report on tests that were run elsewhere.
    pub fn of(tests: Vec<TestReport>) -> Self {
        let failed = tests.iter().filter(|test| !test.passed).count();
        let format_version = FORMAT_VERSION;
        Self { format_version, run: tests.len(), failed, tests, coverage: None, not_native: Vec::new() }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// As the XML of `JUnit`: one suite, a case for each test, `file` and `line` for those who show them.
    pub fn junit(&self, suite: &str) -> String {
        let mut writer = quick_xml::Writer::new_with_indent(Vec::new(), b' ', 2);
        // Writing to memory does not fail.
        let _written = self.write_junit(&mut writer, suite);
        let mut text = String::from_utf8(writer.into_inner()).unwrap_or_default();
        text.push('\n');
        text
    }

    fn write_junit(&self, writer: &mut quick_xml::Writer<Vec<u8>>, suite: &str) -> std::io::Result<()> {
        let (run, failed) = (self.run.to_string(), self.failed.to_string());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let counts = [("tests", run.as_str()), ("failures", failed.as_str()), ("errors", "0")];
        writer.write_event(Event::Start(BytesStart::new("testsuites").with_attributes(counts)))?;
        let named = [("name", suite)].into_iter().chain(counts);
        writer.write_event(Event::Start(BytesStart::new("testsuite").with_attributes(named)))?;
        for test in &self.tests {
            let line = test.place.line.to_string();
            let name = legible(&test.name).replace(['\n', '\t'], " ");
            let attributes =
                [("name", name.as_str()), ("classname", suite), ("file", &test.place.file), ("line", &line)];
            let case = BytesStart::new("testcase").with_attributes(attributes);
            let Some(failure) = &test.failure else {
                writer.write_event(Event::Empty(case))?;
                continue;
            };
            writer.write_event(Event::Start(case))?;
            let said = legible(&failure.message).replace(['\n', '\t'], " ");
            let message = [("message", said.as_str()), ("type", "difference")];
            writer.write_event(Event::Start(BytesStart::new("failure").with_attributes(message)))?;
            writer.write_event(Event::Text(BytesText::new(&legible(&test.in_words()))))?;
            writer.write_event(Event::End(BytesEnd::new("failure")))?;
            writer.write_event(Event::End(BytesEnd::new("testcase")))?;
        }
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
        writer.write_event(Event::End(BytesEnd::new("testsuites")))
    }
}

/// XML has no place for control characters.
fn legible(text: &str) -> String {
    let is_legible = |character: &char| match character {
        '\n' | '\t' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    };
    text.chars().filter(is_legible).collect()
}

fn test(outcome: &Outcome, center: &CallCenter, sources: &SourceMap) -> TestReport {
    let place = |span| place(sources, span);
    let failure = outcome.failure.as_ref().map(|failure| FailureReport {
        message: failure.message.clone(),
        place: place(failure.span),
        expected: failure.difference.as_ref().map(|(expected, _)| expected.clone()),
        found: failure.difference.as_ref().map(|(_, found)| found.clone()),
        after: lines(&outcome.events[..failure.after], center, false).len(),
    });
    let dialogue = lines(&outcome.events, center, false).into_iter().map(|line| of_line(line, sources)).collect();
    let passed = failure.is_none();
    TestReport { name: outcome.name.clone(), place: place(outcome.span), passed, failure, dialogue, native: None }
}

fn of_line(line: Line, sources: &SourceMap) -> LineReport {
    let (flow, block) = line.block.map_or((None, None), |(flow, block)| (Some(flow), Some(block)));
    let place = line.place.map(|span| place(sources, span));
    LineReport { contact: line.contact, who: line.who.to_owned(), text: line.text, flow, block, place }
}

/// Where a span is.
pub fn place(sources: &SourceMap, span: callform_source::Span) -> PlaceReport {
    let location = sources.location(span);
    PlaceReport { file: location.path, line: location.line, column: location.column }
}

impl PlaceReport {
    /// `file:line`, which editors and terminals open.
    pub fn short(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

impl TestReport {
    /// The dialogue with the point of difference in it.
    pub fn in_words(&self) -> String {
        let several = self.dialogue.iter().any(|line| line.contact > 1);
        let mut text = String::new();
        let Some(failure) = &self.failure else { return text };
        for (at, line) in self.dialogue.iter().enumerate() {
            if at == failure.after {
                text.push_str(&failure.in_words());
            }
            // What comes after a difference is of interest only as far as it explains it.
            if at > failure.after + 2 {
                text.push_str("  ...\n");
                break;
            }
            text.push_str(&line.in_words(several));
        }
        if failure.after >= self.dialogue.len() {
            text.push_str(&failure.in_words());
        }
        text
    }
}

impl FailureReport {
    fn in_words(&self) -> String {
        let mut text = format!("> {} ({})\n", self.message, self.place.short());
        for (word, value) in [("expected", &self.expected), ("found", &self.found)] {
            if let Some(value) = value {
                let _written = writeln!(text, ">   {word:<9} {value}");
            }
        }
        text
    }
}

impl LineReport {
    fn in_words(&self, several: bool) -> String {
        let contact = if several { format!("{} ", self.contact) } else { String::new() };
        let place = self.place.as_ref().map(|place| format!("   ({})", place.short())).unwrap_or_default();
        format!("  {contact}{:<13}{}{place}\n", self.who, self.text)
    }
}

/// The JSON Schema of reports.
pub fn report_json_schema() -> String {
    let schema = schemars::schema_for!(Report);
    let mut text = serde_json::to_string_pretty(schema.as_value()).unwrap_or_default();
    text.push('\n');
    text
}
