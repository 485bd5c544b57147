//! What must never panic, and what must hold for any input.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::compare::{compare, same};
use callform_flow::compile::{FlowDefinition, Names, compile, settings_of};
use callform_flow::draw::{Caption, Picture, Placing, compared, mermaid, svg};
use callform_flow::layout::{Graph, Layout, lay_out};
use callform_flow::lint;
use callform_flow::steps::FlowSteps;
use callform_flow::validate::{EverythingExists, problems};
use callform_flow::{Document, Flow, FlowType, decompile};
use callform_source::{Diagnostics, SourceMap, Span, de, schema, yaml};
use serde_json::{Value, json};

/// Larger inputs only take longer; the service takes 256,000 characters.
const LARGEST: usize = 64 << 10;

/// Bytes as an exported flow: decoded, encoded, validated, linted, decompiled, laid out, drawn and compared.
pub fn flow_decode(data: &[u8]) {
    if data.len() > LARGEST {
        return;
    }
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(data) else { return };
    for flow_type in [FlowType::ContactFlow, FlowType::CustomerQueue, FlowType::Module] {
        let _found = problems(&json, &EverythingExists, flow_type);
    }
    if let Ok(documents) = Document::read_all(&json) {
        for document in &documents {
            comes_back(document);
        }
    }
    let Ok(flow) = Flow::from_json(&json) else { return };
    assert_eq!(Flow::from_json(&flow.to_json()).as_ref(), Ok(&flow), "a flow survives its JSON");
    lint_flow(&flow, FlowType::ContactFlow);
    look_at(&flow);
    let mut tidy = flow.clone();
    lay_out(&mut tidy);
    let again = tidy.clone();
    lay_out(&mut tidy);
    assert_eq!(tidy, again, "what has its place keeps it");
    assert!(same(&flow.to_json(), &tidy.to_json()), "places mean nothing");
    let comparison = compare(&flow, &tidy);
    assert!(comparison.is_empty(), "a flow does not differ from itself");
    let mut shorter = flow.clone();
    shorter.actions.truncate(flow.actions.len() / 2);
    let comparison = compare(&flow, &shorter);
    assert_eq!(comparison.is_empty(), same(&flow.to_json(), &shorter.to_json()), "both say the same");
    let picture = compared(&flow, &shorter, &comparison, CAPTION);
    assert!(svg(&picture).ends_with("</svg>\n"));
}

const CAPTION: Caption<'static> = Caption { name: "fuzz", flow_type: None };

/// Steps that are said to be exact compile to the flow they were made of.
fn comes_back(document: &Document) {
    let Ok(decompiled) = decompile::of_document(document, None, &BTreeMap::new()) else { return };
    if !decompiled.is_exact {
        return;
    }
    let written = decompiled.to_json();
    let mut steps = json!({ "type": decompiled.flow_type.word(), "steps": written["steps"] });
    if let Some(on_error) = written.get("on_error") {
        steps["on_error"] = on_error.clone();
    }
    let settings = settings_of(&decompiled.settings);
    let text = decompile::json_text(&steps).replace("$${var.", "${var.");
    let again = compiled(&text, &Unresolved(&decompiled.unresolved), Some(&settings));
    let again = again.expect("exact steps compile").to_json();
    let (before, again) = (without_unreachable(&document.flow), without_unreachable_json(&again));
    assert!(same(&before, &again), "exact steps mean the same: {before} {again}");
}

/// Which of two equal actions is which cannot be told where nothing leads to them.
fn without_unreachable(flow: &Flow) -> Value {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![flow.start_action.as_str()];
    while let Some(at) = waiting.pop() {
        if reached.insert(at) {
            waiting.extend(flow.action(at).into_iter().flat_map(|action| action.transitions.targets()));
        }
    }
    let mut rest = flow.clone();
    rest.actions.retain(|action| reached.contains(action.identifier.as_str()));
    rest.to_json()
}

fn without_unreachable_json(json: &Value) -> Value {
    Flow::from_json(json).map(|flow| without_unreachable(&flow)).unwrap_or_default()
}

/// The names of a decompiled flow.
struct Unresolved<'a>(&'a BTreeMap<String, String>);

impl Names for Unresolved<'_> {
    fn exists(&self, _: &str, _: &str) -> bool {
        true
    }

    fn flow_type(&self, _: &str) -> Option<FlowType> {
        None
    }

    fn suggestions(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn outside(&self, kind: &str, name: &str) -> Option<String> {
        self.0.get(&format!("{kind}/{name}")).cloned()
    }
}

fn look_at(flow: &Flow) {
    let graph = Graph::new(flow);
    let layout = Layout::of(&graph);
    assert_eq!(layout.positions.len(), flow.actions.len());
    for placing in [Placing::Columns, Placing::Editor] {
        let picture = Picture::of(flow, CAPTION, placing);
        assert!(svg(&picture).ends_with("</svg>\n"));
        assert!(mermaid(&picture).starts_with("flowchart LR\n"));
    }
}

fn lint_flow(flow: &Flow, flow_type: FlowType) {
    let mut sources = SourceMap::default();
    let file = sources.add("flow.json", "");
    let places = lint::Places::default();
    let span = Span::whole_file(file);
    lint::check(
        &lint::Subject {
            name: "fuzz",
            flow_type,
            flow,
            places: &places,
            span,
            is_compiled: false,
            names: None,
            arrival: lint::Arrival::default(),
        },
        &mut Diagnostics::default(),
    );
}

/// Every name is known.
struct AnyName;

impl Names for AnyName {
    fn exists(&self, _: &str, name: &str) -> bool {
        !name.contains("unknown")
    }

    fn flow_type(&self, _: &str) -> Option<FlowType> {
        None
    }

    fn suggestions(&self, _: &str) -> Vec<String> {
        vec!["known".to_owned()]
    }
}

/// Bytes as the steps of a flow, in YAML or JSON: read, checked, compiled, and looked at.
pub fn steps_compile(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.len() > LARGEST {
        return;
    }
    let Some(flow) = compiled(text, &AnyName, None) else { return };
    let json = flow.to_json();
    assert_eq!(Flow::from_json(&json).as_ref(), Ok(&flow), "a compiled flow is a flow");
    for flow_type in [FlowType::ContactFlow, FlowType::CustomerQueue, FlowType::Module] {
        let _found = problems(&json, &EverythingExists, flow_type);
    }
    if let Ok(document) = Document::read(&json) {
        comes_back(&document);
    }
    look_at(&flow);
}

/// Steps read and compiled; `None` where they are faulty.
fn compiled(text: &str, names: &dyn Names, settings: Option<&Value>) -> Option<Flow> {
    let mut sources = SourceMap::default();
    let file = sources.add("flow.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = yaml::parse(&sources, file, &yaml::Limits::default(), &mut diagnostics)?;
    schema::check(&node, steps_schema(), &mut diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let steps = de::from_node::<FlowSteps>(&node).ok()?;
    let definition = FlowDefinition {
        name: "fuzz",
        flow_type: steps.r#type.value,
        steps: &steps.steps,
        on_error: steps.on_error.as_ref(),
        span: Span::whole_file(file),
        settings,
    };
    compile(&definition, names, &mut diagnostics).map(|(flow, _)| flow)
}

fn steps_schema() -> &'static schemars::Schema {
    static SCHEMA: std::sync::OnceLock<schemars::Schema> = std::sync::OnceLock::new();
    SCHEMA.get_or_init(|| schemars::schema_for!(FlowSteps))
}
