//! What must never panic, and what must hold for any input.

use std::collections::BTreeMap;

use callform_flow::compare::{compare, same};
use callform_flow::compile::{FlowDefinition, Names, compile};
use callform_flow::draw::{Caption, Picture, Placing, compared, mermaid, svg};
use callform_flow::layout::{Graph, Layout, lay_out};
use callform_flow::lint;
use callform_flow::steps::FlowSteps;
use callform_flow::validate::{EverythingExists, problems};
use callform_flow::{Flow, FlowType, decompile};
use callform_source::{Diagnostics, SourceMap, Span, de, schema, yaml};

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
    let _steps = decompile::decompile(&json, None, &BTreeMap::new());
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
        &lint::Subject { name: "fuzz", flow_type, flow, places: &places, span, is_compiled: false, names: None },
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
    let mut sources = SourceMap::default();
    let file = sources.add("flow.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let Some(node) = yaml::parse(&sources, file, &yaml::Limits::default(), &mut diagnostics) else { return };
    schema::check(&node, steps_schema(), &mut diagnostics);
    if diagnostics.has_errors() {
        return;
    }
    let Ok(steps) = de::from_node::<FlowSteps>(&node) else { return };
    let flow_type = steps.r#type.value;
    let span = Span::whole_file(file);
    let definition = FlowDefinition {
        name: "fuzz",
        flow_type,
        steps: &steps.steps,
        on_error: steps.on_error.as_ref(),
        span,
        settings: None,
    };
    let Some(flow) = compile(&definition, &AnyName, &mut diagnostics) else { return };
    let json = flow.to_json();
    assert_eq!(Flow::from_json(&json).as_ref(), Ok(&flow), "a compiled flow is a flow");
    let _found = problems(&json, &EverythingExists, flow_type);
    let _steps = decompile::decompile(&json, Some(flow_type), &BTreeMap::new());
    look_at(&flow);
}

fn steps_schema() -> &'static schemars::Schema {
    static SCHEMA: std::sync::OnceLock<schemars::Schema> = std::sync::OnceLock::new();
    SCHEMA.get_or_init(|| schemars::schema_for!(FlowSteps))
}
