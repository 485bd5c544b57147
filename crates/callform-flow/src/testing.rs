//! What tests of this crate share.

use std::path::PathBuf;

use callform_source::{Diagnostics, SourceMap, Span, de, schema, yaml};

use crate::compile::{FlowDefinition, Names, compile};
use crate::steps::FlowSteps;
use crate::validate::{EverythingExists, problems};
use crate::{Flow, FlowType};

/// The names that test flows use.
pub(crate) struct TestNames;

const NAMES: &[(&str, &[&str])] = &[
    ("queue", &["customer_service", "consulting"]),
    ("hours", &["business"]),
    ("flow", &["main_menu", "callback_in_queue", "whisper"]),
    ("flow_module", &["greet"]),
    ("prompt", &["music"]),
    ("lambda", &["vanity"]),
    ("user", &["mary.jane"]),
];

impl Names for TestNames {
    fn exists(&self, kind: &str, name: &str) -> bool {
        self.suggestions(kind).iter().any(|known| known == name)
    }

    fn suggestions(&self, kind: &str) -> Vec<String> {
        let names = NAMES.iter().find(|(of, _)| *of == kind).map(|(_, names)| *names).unwrap_or_default();
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn flow_type(&self, name: &str) -> Option<FlowType> {
        match name {
            "main_menu" => Some(FlowType::ContactFlow),
            "callback_in_queue" => Some(FlowType::CustomerQueue),
            _ => None,
        }
    }
}

/// Reads a flow (`type:`, `steps:`, `on_error:`), compiles it, and gives everything found on the way as text.
pub(crate) fn try_compile(text: &str) -> (Option<(Flow, FlowType)>, String) {
    let mut sources = SourceMap::default();
    let file = sources.add("flow.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let flow = yaml::parse(&sources, file, &yaml::Limits::default(), &mut diagnostics).and_then(|node| {
        schema::check(&node, &schemars::schema_for!(FlowSteps), &mut diagnostics);
        if diagnostics.has_errors() {
            return None;
        }
        let steps: FlowSteps = de::from_node(&node).map_err(|diagnostic| diagnostics.push(diagnostic)).ok()?;
        let definition = FlowDefinition {
            name: "test",
            flow_type: steps.r#type.value,
            steps: &steps.steps,
            on_error: steps.on_error.as_ref(),
            span: Span::whole_file(file),
            settings: None,
        };
        let (flow, _) = compile(&definition, &TestNames, &mut diagnostics)?;
        Some((flow, steps.r#type.value))
    });
    (flow, describe(&sources, &diagnostics))
}

/// One line per diagnostic: place, underlined text, code, title, help.
pub(crate) fn describe(sources: &SourceMap, diagnostics: &Diagnostics) -> String {
    let lines: Vec<String> = diagnostics
        .sorted()
        .into_iter()
        .map(|diagnostic| {
            let place = diagnostic.primary.as_ref().map_or_else(String::new, |at| {
                let text = sources.slice(at.span).lines().next().unwrap_or_default();
                format!("{} `{text}` ", sources.location(at.span))
            });
            let further = diagnostic.notes.iter().chain(&diagnostic.help).cloned().collect::<Vec<_>>().join(" ");
            format!("{place}{}: {} — {further}", diagnostic.code, diagnostic.title)
        })
        .collect();
    lines.join("\n")
}

/// Compiles a flow that must be without fault, for the lints and for the service.
#[track_caller]
pub(crate) fn compiled(text: &str) -> Flow {
    let (flow, found) = try_compile(text);
    assert_eq!(found, "");
    let (flow, flow_type) = flow.expect("compiles");
    assert_eq!(problems(&flow.to_json(), &EverythingExists, flow_type), []);
    flow
}

/// Compiles a flow that may be careless: lints do not matter.
#[track_caller]
pub(crate) fn without_lints(text: &str) -> Flow {
    let (flow, found) = try_compile(text);
    flow.unwrap_or_else(|| panic!("{found}")).0
}

/// What is found in a flow with faults.
#[track_caller]
pub(crate) fn faults(text: &str) -> String {
    let (_, found) = try_compile(text);
    assert_ne!(found, "", "nothing was found");
    found
}

/// A flow in a few lines: each action, its parameters, where it leads.
pub(crate) fn outline(flow: &Flow) -> String {
    let mut lines = vec![format!("start: {}", flow.start_action)];
    for action in &flow.actions {
        let parameters = serde_json::to_string(&action.parameters).unwrap_or_default();
        let shown = parameters.replace('\u{E000}', "<").replace('\u{E001}', ">");
        lines.push(format!("{} = {} {shown}", action.identifier, action.action_type));
        if let Some(next) = &action.transitions.next_action {
            lines.push(format!("    -> {next}"));
        }
        for branch in action.transitions.conditions() {
            let operand = branch.operand().unwrap_or_default();
            lines.push(format!("    {} {operand} -> {}", branch.operator, branch.next_action));
        }
        for branch in action.transitions.errors() {
            lines.push(format!("    {} -> {}", branch.error_type, branch.next_action));
        }
    }
    lines.join("\n")
}

/// Names as a decompiled flow has them: those of the tests, and those for what was not known.
struct WithUnresolved<'a>(&'a std::collections::BTreeMap<String, String>);

impl Names for WithUnresolved<'_> {
    fn exists(&self, kind: &str, name: &str) -> bool {
        TestNames.exists(kind, name)
    }

    fn suggestions(&self, kind: &str) -> Vec<String> {
        TestNames.suggestions(kind)
    }

    fn flow_type(&self, _name: &str) -> Option<FlowType> {
        None
    }

    fn outside(&self, kind: &str, name: &str) -> Option<String> {
        self.0.get(&format!("{kind}/{name}")).cloned()
    }
}

/// Compiles what a flow was decompiled to, the way a blueprint does.
pub(crate) fn compile_with(decompiled: &crate::decompile::Decompiled) -> (Option<Flow>, String) {
    let unescaped = |value: &serde_json::Value| crate::decompile::json_text(value).replace("$${var.", "${var.");
    let written = decompiled.to_json();
    let text = serde_json::json!({ "steps": written["steps"], "on_error": written["on_error"] });
    let mut sources = SourceMap::default();
    let file = sources.add("flow.yaml", unescaped(&text));
    let mut diagnostics = Diagnostics::default();
    let Some(node) = yaml::parse(&sources, file, &yaml::Limits::default(), &mut diagnostics) else {
        return (None, describe(&sources, &diagnostics));
    };
    let typed = format!("{{ type: {}, steps: [], on_error: [] }}", decompiled.flow_type.word());
    let typed = sources.add("type.yaml", typed);
    let Some(mut tree) = yaml::parse(&sources, typed, &yaml::Limits::default(), &mut diagnostics) else {
        return (None, describe(&sources, &diagnostics));
    };
    if let yaml::NodeValue::Mapping(entries) = &mut tree.value {
        entries.retain(|entry| entry.key.value == "type");
        entries.extend(node.entries().to_vec());
    }
    schema::check(&tree, &schemars::schema_for!(FlowSteps), &mut diagnostics);
    let steps: FlowSteps = match de::from_node(&tree) {
        Ok(steps) => steps,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return (None, describe(&sources, &diagnostics));
        }
    };
    let settings = crate::compile::settings_of(&decompiled.settings);
    let definition = FlowDefinition {
        name: "test",
        flow_type: decompiled.flow_type,
        steps: &steps.steps,
        on_error: steps.on_error.as_ref(),
        span: Span::whole_file(file),
        settings: Some(&settings),
    };
    let flow = compile(&definition, &WithUnresolved(&decompiled.unresolved), &mut diagnostics).map(|(flow, _)| flow);
    (flow, describe(&sources, &diagnostics))
}

/// A flow as the service would return it: an ARN for every name.
pub(crate) fn without_markers(json: &serde_json::Value) -> serde_json::Value {
    let text = json.to_string().replace(crate::references::START, "arn:aws:x:").replace(crate::references::END, "");
    serde_json::from_str(&text).unwrap_or_default()
}

/// The flows of the corpus by file name; empty, with a line on stderr, where the folder is not there.
pub(crate) fn corpus() -> Vec<(String, String)> {
    corpus_of("flow-")
}

/// The types of the flows of the corpus that are known, by file name, and what the files were called. Empty where the
/// folder is not there.
pub(crate) fn corpus_types() -> std::collections::BTreeMap<String, (FlowType, String)> {
    let manifest = std::fs::read_to_string(corpus_folder().join("MANIFEST.tsv")).unwrap_or_default();
    let line = |line: &str| {
        let mut cells = line.split('\t');
        let (file, path, flow_type) = (cells.next()?, cells.nth(1)?, cells.nth(2)?);
        // Of a resource in a template its name is what the file would be called.
        let resource = path.split_once("/Resources/").and_then(|(_, rest)| rest.split('/').next());
        let stem = path.split('#').next()?.rsplit('/').next()?.split('.').next()?;
        Some((file.to_owned(), (flow_type.parse().ok()?, resource.unwrap_or(stem).to_owned())))
    };
    manifest.lines().filter_map(line).collect()
}

fn corpus_folder() -> PathBuf {
    std::env::var_os("CALLFORM_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from)
}

/// The files of the corpus whose names begin so.
pub(crate) fn corpus_of(prefix: &str) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(corpus_folder()) else {
        eprintln!("SKIPPED: no corpus of real flows (set CALLFORM_CORPUS to its folder)");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let flows: Vec<(String, String)> = files
        .iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let is_flow = name.starts_with(prefix) && path.extension().is_some_and(|extension| extension == "json");
            is_flow.then(|| (name.to_owned(), std::fs::read_to_string(path).unwrap_or_default()))
        })
        .collect();
    assert!(!flows.is_empty(), "the corpus has no flows");
    flows
}
