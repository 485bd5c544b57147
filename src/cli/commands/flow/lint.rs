//! `callform flow lint`

use std::path::{Path, PathBuf};

use callform_flow::document::guess_type;
use callform_flow::{DecodeError, Document, FlowType, lint};
use callform_source::{Diagnostic, Diagnostics, Severity, SourceMap, Span, did_you_mean};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::Value;

use super::input;
use crate::cli::args::{DiagnosticFormat, FilesArgs};
use crate::cli::center::report;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// What stands for every warning where the code of one is asked for.
const WARNINGS: &str = "warnings";

/// `callform flow lint`
#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// Exported flows (JSON), blueprints, or parts of blueprints with nothing but flows; `-` for stdin.
    #[arg(value_name = "FILE|BLUEPRINT", required = true)]
    pub files: Vec<PathBuf>,
    /// Type of the exported flows. Without it: what their metadata says, else what their blocks tell.
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(FlowType::ALL.map(FlowType::word)).try_map(|word| word.parse::<FlowType>()))]
    pub flow_type: Option<FlowType>,
    /// The environment of the blueprints to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Files.
    #[command(flatten)]
    pub beside: FilesArgs,
    /// Form of the diagnostics.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: DiagnosticFormat,
    /// Take what a rule finds for errors; `warnings` for all warnings, `unknown-action` for blocks that Callform does not
    /// know. Can be repeated.
    #[arg(long, value_name = "RULE")]
    pub deny: Vec<String>,
    /// Leave out the warnings and notes of a rule. Can be repeated.
    #[arg(long, value_name = "RULE")]
    pub allow: Vec<String>,
}

/// Finds what is wrong, or probably not meant, in flows.
pub(super) fn run(ui: &Ui, args: &LintArgs) -> Exit {
    if let Err(error) = check_rules(args) {
        ui.error(&error);
        return Exit::Usage;
    }
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let mut flows = 0;
    for path in &args.files {
        match lint_file(path, args) {
            Ok(linted) => {
                let moved = sources.append(linted.sources);
                found.extend(moved.diagnostics(&linted.found));
                flows += linted.flows;
            }
            Err(error) => {
                ui.error(&format!("cannot read `{}`: {error}", path.display()));
                return Exit::Failed;
            }
        }
    }
    let found = with_levels(&found, args);
    report(ui, args.format, &found, &sources);
    if args.format == DiagnosticFormat::Human && found.is_empty() {
        let result = if flows == 0 { "no flows" } else { "nothing found" };
        ui.say(&format!("{}: {result}", words(args.files.len(), "file")));
    }
    if found.has_errors() { Exit::InvalidBlueprint } else { Exit::Success }
}

fn codes() -> impl Iterator<Item = &'static str> {
    lint::RULES.iter().map(|rule| rule.code)
}

fn check_rules(args: &LintArgs) -> Result<(), String> {
    let denied = args.deny.iter().filter(|code| *code != WARNINGS);
    match denied.chain(&args.allow).find(|code| !codes().any(|known| known == code.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(match did_you_mean(unknown, codes()) {
            Some(meant) => format!("there is no rule `{unknown}`; did you mean `{meant}`?"),
            None => format!("there is no rule `{unknown}`; they are listed in docs/diagnostics.md"),
        }),
    }
}

/// What a file has, and what was found in it.
struct Linted {
    sources: SourceMap,
    found: Diagnostics,
    flows: usize,
}

fn lint_file(path: &Path, args: &LintArgs) -> Result<Linted, String> {
    let bytes = input::read(path)?;
    let text = input::text(&bytes)?;
    let is_named_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let shown = path.to_string_lossy();
    if text.trim().is_empty() {
        return Ok(no_flow(&shown, &text, "It is empty."));
    }
    let json = serde_json::from_str::<Value>(&text).ok();
    let is_blueprint =
        json.as_ref().is_some_and(|json| ["flows", "flow_modules"].iter().any(|it| json.get(it).is_some()));
    let is_exported =
        is_named_json || text.trim_start().starts_with('{') || json.as_ref().is_some_and(Document::is_meant);
    if is_exported && !is_blueprint {
        return Ok(lint_exported(&shown, &text, args.flow_type));
    }
    let compiled = input::compile_bytes(path, bytes, &args.beside, args.env.as_deref());
    if compiled.diagnostics.has_errors()
        && let Ok(whole) = serde_norway::from_str::<Value>(&text)
        && let Some(what) = no_mapping(&whole)
    {
        return Ok(no_flow(&shown, &text, &format!("It holds {what}.")));
    }
    let mut found = Diagnostics::default();
    let is_ours = |diagnostic: &&Diagnostic| {
        diagnostic.severity == Severity::Error || codes().any(|code| code == diagnostic.code)
    };
    compiled.diagnostics.iter().filter(is_ours).for_each(|diagnostic| found.push(diagnostic.clone()));
    Ok(Linted { sources: compiled.sources, found, flows: compiled.flows.len() })
}

/// What to do about a file without a flow.
const WHAT_TO_GIVE: &str =
    "Export the flow in the Connect editor, take the `Content` that the API returns, or write `flows:`.";

/// A file in which nothing is a flow.
fn no_flow(path: &str, text: &str, why: &str) -> Linted {
    let mut sources = SourceMap::default();
    let file = sources.add(path, text);
    let diagnostic = Diagnostic::error("flow-not-valid", "this file holds no flow")
        .at(Span::whole_file(file), "")
        .note(why)
        .help(WHAT_TO_GIVE);
    Linted { sources, found: std::iter::once(diagnostic).collect(), flows: 0 }
}

/// What a file holds that is no blueprint for sure.
fn no_mapping(whole: &Value) -> Option<&'static str> {
    match whole {
        Value::Null => Some("nothing"),
        Value::Bool(_) => Some("a truth value"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a text"),
        Value::Array(items) if items.is_empty() => Some("an empty list"),
        Value::Array(_) => Some("a list"),
        Value::Object(members) if members.is_empty() => Some("an empty mapping"),
        Value::Object(_) => None,
    }
}

/// Lints flow JSON as the Connect editor exports it, today or formerly, and as the API returns it.
fn lint_exported(path: &str, text: &str, flow_type: Option<FlowType>) -> Linted {
    let mut sources = SourceMap::default();
    let file = sources.add(path, text);
    let mut found = Diagnostics::default();
    let mut flows = 0;
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => {
            let place = place_of(&sources, Span::whole_file(file), text, &error);
            found.push(
                Diagnostic::error("flow-not-json", "this file holds no JSON")
                    .at(place, "")
                    .note(format!("{error}."))
                    .help(WHAT_TO_GIVE),
            );
            return Linted { sources, found, flows };
        }
    };
    match Document::read_all(&json) {
        Ok(documents) => {
            flows = documents.len();
            let mut places = lint::places_in_list(text, file);
            if places.len() != documents.len() {
                // Some are texts inside of the text.
                places = vec![lint::Places::default(); documents.len()];
            }
            for (Document { flow, flow_type: told, name, .. }, places) in documents.iter().zip(&places) {
                let subject = lint::Subject {
                    name: name.as_deref().filter(|_| documents.len() > 1).unwrap_or(path),
                    flow_type: flow_type.or(*told).unwrap_or_else(|| guess_type(flow)),
                    flow,
                    places,
                    span: Span::whole_file(file),
                    is_compiled: false,
                    names: None,
                };
                lint::check(&subject, &mut found);
            }
        }
        Err(error) if Document::is_meant(&json) && error != DecodeError::Empty => found.push(
            Diagnostic::error("flow-not-valid", format!("the flow cannot be read: {error}"))
                .at(Span::whole_file(file), "")
                .help("Export the flow in the Connect editor, or take the `Content` that the API returns."),
        ),
        Err(error) => {
            // Of a list with something in it, and of a mapping, the error says more.
            let is_filled = json.as_array().is_some_and(|items| !items.is_empty());
            let what = no_mapping(&json).filter(|_| !is_filled);
            return no_flow(path, text, &what.map_or_else(|| format!("{error}."), |what| format!("It holds {what}.")));
        }
    }
    Linted { sources, found, flows }
}

/// Where JSON went wrong.
fn place_of(sources: &SourceMap, whole: Span, text: &str, error: &serde_json::Error) -> Span {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (before + error.column().saturating_sub(1)).min(text.len());
    let at = u32::try_from(offset).unwrap_or(u32::MAX);
    let end = sources.line_range(Span::new(whole.file, at, at)).end;
    Span::new(whole.file, at, u32::try_from(end).unwrap_or(at).max(at))
}

fn names(codes: &[String], code: &str) -> bool {
    codes.iter().any(|named| named == code)
}

/// True where a rule is denied by its code, or its finding with all warnings. Notes are none: they are denied by their code.
fn is_denied(severity: Severity, code: &str, args: &LintArgs) -> bool {
    names(&args.deny, code) || severity == Severity::Warning && names(&args.deny, WARNINGS)
}

fn with_levels(found: &Diagnostics, args: &LintArgs) -> Diagnostics {
    let mut result = Diagnostics::default();
    for diagnostic in found.iter() {
        let is_error = diagnostic.severity == Severity::Error;
        if !is_error && names(&args.allow, diagnostic.code) {
            continue;
        }
        let severity =
            if is_denied(diagnostic.severity, diagnostic.code, args) { Severity::Error } else { diagnostic.severity };
        result.push(Diagnostic { severity, ..diagnostic.clone() });
    }
    for (severity, code, count) in found.omitted() {
        let is_error = severity == Severity::Error || is_denied(severity, code, args);
        if is_error || !names(&args.allow, code) {
            result.omit(if is_error { Severity::Error } else { severity }, code, count);
        }
    }
    result
}

fn words(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
