//! `callform flow lint`

use std::path::{Path, PathBuf};

use callform_flow::document::Guess;
use callform_flow::lint::{self, Arrival, Member, Places};
use callform_flow::{DecodeError, Document};
use callform_source::{Diagnostic, Diagnostics, Severity, SourceMap, Span, did_you_mean};
use clap::Args;
use serde_json::Value;

use super::input::{self, TypeArg};
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
    /// Type.
    #[command(flatten)]
    pub of_type: TypeArg,
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
    let mut read = Vec::new();
    for path in &args.files {
        match read_file(path, args) {
            Ok(file) => read.push(file),
            Err(error) => {
                ui.error(&format!("cannot read `{}`: {error}", path.display()));
                return Exit::Failed;
            }
        }
    }
    let mut sources = SourceMap::default();
    let mut found = Diagnostics::default();
    let flows = read.iter().map(|file| file.flows + file.exported.len()).sum::<usize>();
    let mut arrivals = arrivals(&read).into_iter();
    for mut file in read {
        for exported in &file.exported {
            if let Some(guess) = exported.guess.sentence().filter(|_| args.format == DiagnosticFormat::Human) {
                ui.say(&format!("note: {}: {guess}", exported.label));
            }
            lint_exported(exported, arrivals.next().unwrap_or_default(), &mut file.found);
        }
        let moved = sources.append(file.sources);
        found.extend(moved.diagnostics(&file.found));
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

/// What a file has, and what was found in it so far.
struct Linted {
    sources: SourceMap,
    found: Diagnostics,
    /// How many flows of it were looked at already.
    flows: usize,
    /// Those that are looked at together with all others.
    exported: Vec<Exported>,
}

/// An exported flow.
struct Exported {
    document: Document,
    guess: Guess,
    /// What to call it in what is told.
    label: String,
    /// What other flows may call it, beside what its document says.
    stem: Option<String>,
    places: Places,
    span: Span,
}

/// How contacts come to each of the exported flows, in their order.
fn arrivals(read: &[Linted]) -> Vec<Arrival> {
    let flows: Vec<&Exported> = read.iter().flat_map(|file| &file.exported).collect();
    let names: Vec<Vec<&str>> = flows
        .iter()
        .map(|flow| {
            let document = &flow.document;
            let own = document.ids.iter().chain(&document.name).chain(&flow.stem);
            own.map(String::as_str).collect()
        })
        .collect();
    let members: Vec<Member<'_>> = flows
        .iter()
        .zip(&names)
        .map(|(flow, names)| Member { names, flow_type: flow.guess.flow_type, flow: &flow.document.flow })
        .collect();
    lint::arrivals(&members)
}

fn read_file(path: &Path, args: &LintArgs) -> Result<Linted, String> {
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
        return Ok(read_exported(path, &text, &args.of_type));
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
    Ok(Linted { sources: compiled.sources, found, flows: compiled.flows.len(), exported: Vec::new() })
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
    Linted { sources, found: std::iter::once(diagnostic).collect(), flows: 0, exported: Vec::new() }
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

/// Reads flow JSON as the Connect editor exports it, today or formerly, and as the API returns it.
fn read_exported(path: &Path, text: &str, of_type: &TypeArg) -> Linted {
    let shown = path.to_string_lossy();
    let mut sources = SourceMap::default();
    let file = sources.add(shown.as_ref(), text);
    let mut read = Linted { sources, found: Diagnostics::default(), flows: 0, exported: Vec::new() };
    let whole = Span::whole_file(file);
    let json: Value = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => {
            let place = place_of(&read.sources, whole, text, &error);
            read.found.push(
                Diagnostic::error("flow-not-json", "this file holds no JSON")
                    .at(place, "")
                    .note(format!("{error}."))
                    .help(WHAT_TO_GIVE),
            );
            return read;
        }
    };
    match Document::read_all_with_faults(&json) {
        Ok(documents) => {
            let is_only_one = documents.len() == 1;
            let mut places = lint::places_in_list(text, file);
            if places.len() != documents.len() {
                // Some are texts inside of the text.
                places = vec![Places::default(); documents.len()];
            }
            let exported = documents.into_iter().zip(places).map(|(document, places)| Exported {
                guess: of_type.of(&document, path),
                label: document.name.clone().filter(|_| !is_only_one).unwrap_or_else(|| shown.to_string()),
                stem: input::stem(path).filter(|_| is_only_one),
                places,
                span: whole,
                document,
            });
            read.exported = exported.collect();
        }
        Err(error) if Document::is_meant(&json) && error != DecodeError::Empty => read.found.push(
            Diagnostic::error("flow-not-valid", format!("the flow cannot be read: {error}"))
                .at(whole, "")
                .help("Export the flow in the Connect editor, or take the `Content` that the API returns."),
        ),
        Err(error) => {
            // Of a list with something in it, and of a mapping, the error says more.
            let is_filled = json.as_array().is_some_and(|items| !items.is_empty());
            let what = no_mapping(&json).filter(|_| !is_filled);
            let why = what.map_or_else(|| format!("{error}."), |what| format!("It holds {what}."));
            return no_flow(&shown, text, &why);
        }
    }
    read
}

/// What is wrong with an exported flow: what keeps it from being one, and what the rules find in the rest.
fn lint_exported(exported: &Exported, arrival: Arrival, found: &mut Diagnostics) {
    let Exported { document, places, span, .. } = exported;
    for fault in &document.faults {
        let action = fault.action().and_then(|index| document.flow.actions.get(index));
        let place = action.and_then(|action| places.get(&action.identifier)).unwrap_or(*span);
        let label = action.map_or_else(String::new, |action| format!("in `{}`", action.identifier));
        let diagnostic = Diagnostic::error("flow-not-valid", format!("the flow cannot be read: {fault}"));
        found.push(diagnostic.at(place, label).help("Connect refuses it: put in what is missing."));
    }
    let subject = lint::Subject {
        name: &exported.label,
        flow_type: exported.guess.flow_type,
        flow: &document.flow,
        places,
        span: *span,
        is_compiled: false,
        names: None,
        arrival,
    };
    lint::check(&subject, found);
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
