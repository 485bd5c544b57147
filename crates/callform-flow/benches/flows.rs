//! Flows per second, over the corpus of real flows or, where that is not there, over made ones:
//! `cargo bench -p callform-flow`.

#![expect(unreachable_pub, reason = "the fuzzer uses this file as a library")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use callform_flow::compare::compare;
use callform_flow::compile::{FlowDefinition, Names, compile};
use callform_flow::draw::{Caption, Picture, Placing, mermaid, svg};
use callform_flow::steps::FlowSteps;
use callform_flow::{Flow, FlowType, decompile, lint};
use callform_source::{Diagnostics, SourceMap, Span, de, yaml};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

#[path = "../../../fuzz/src/inputs.rs"]
#[expect(dead_code, reason = "steps are made of flows here")]
mod inputs;

/// Every name is known.
struct AnyName;

impl Names for AnyName {
    fn exists(&self, _: &str, _: &str) -> bool {
        true
    }

    fn flow_type(&self, _: &str) -> Option<FlowType> {
        None
    }

    fn suggestions(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

const CAPTION: Caption<'static> = Caption { name: "flow", flow_type: None };

/// The flows of the corpus, or made ones.
fn flows() -> (&'static str, Vec<Value>) {
    let folder = std::env::var_os("CALLFORM_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let read = |path: &PathBuf| serde_json::from_slice::<Value>(&std::fs::read(path).ok()?).ok();
    let flows: Vec<Value> = paths.iter().filter_map(read).filter(|json| Flow::from_json(json).is_ok()).collect();
    if !flows.is_empty() {
        return ("corpus", flows);
    }
    let mut chance = inputs::Chance::new(1);
    let made = (0..1000).filter_map(|_| serde_json::from_slice(&inputs::mutated(&inputs::flows(), &mut chance)).ok());
    ("made", made.filter(|json| Flow::from_json(json).is_ok()).take(200).collect())
}

/// What reading steps gives, ready to be compiled.
struct Source {
    steps: FlowSteps,
    span: Span,
}

/// Decompiled flows, read again as a blueprint's reader does.
fn sources(flows: &[Value]) -> Vec<Source> {
    let read = |json: &Value| {
        let decompiled = decompile::decompile(json, None, &BTreeMap::new()).ok()?;
        let flow = decompiled.to_json();
        let mut steps = json!({ "type": decompiled.flow_type.word(), "steps": flow["steps"] });
        if let Some(on_error) = flow.get("on_error") {
            steps["on_error"] = on_error.clone();
        }
        let text = decompile::json_text(&steps);
        let mut sources = SourceMap::default();
        let file = sources.add("flow.yaml", text);
        let node = yaml::parse(&sources, file, &yaml::Limits::default(), &mut Diagnostics::default())?;
        Some(Source { steps: de::from_node(&node).ok()?, span: Span::whole_file(file) })
    };
    flows.iter().filter_map(read).collect()
}

fn compiled(source: &Source) -> Option<Flow> {
    let FlowSteps { r#type, steps, on_error } = &source.steps;
    let definition = FlowDefinition {
        name: "flow",
        flow_type: r#type.value,
        steps,
        on_error: on_error.as_ref(),
        span: source.span,
        settings: None,
    };
    compile(&definition, &AnyName, &mut Diagnostics::default()).map(|(flow, _)| flow)
}

fn linted(flow: &Flow, span: Span) -> Diagnostics {
    let places = lint::Places::default();
    let mut diagnostics = Diagnostics::default();
    let flow_type = FlowType::ContactFlow;
    lint::check(
        &lint::Subject {
            name: "flow",
            flow_type,
            flow,
            places: &places,
            span,
            is_compiled: false,
            names: None,
            arrival: lint::Arrival::default(),
        },
        &mut diagnostics,
    );
    diagnostics
}

fn bench(criterion: &mut Criterion) {
    let (kind, documents) = flows();
    let flows: Vec<Flow> = documents.iter().filter_map(|json| Flow::from_json(json).ok()).collect();
    let sources = sources(&documents);
    let span = Span::whole_file(SourceMap::default().add("flow.json", ""));
    let mut group = criterion.benchmark_group(format!("flows/{kind}"));
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    let all = flows.len() as u64;

    group.throughput(Throughput::Elements(sources.len() as u64));
    group.bench_function("compile", |it| it.iter(|| sources.iter().filter_map(compiled).count()));
    group.throughput(Throughput::Elements(all));
    group.bench_function("decode", |it| {
        it.iter(|| documents.iter().filter(|json| Flow::from_json(black_box(json)).is_ok()).count());
    });
    group.bench_function("lint", |it| it.iter(|| flows.iter().map(|flow| linted(flow, span)).collect::<Vec<_>>()));
    group.bench_function("decompile", |it| {
        it.iter(|| documents.iter().filter(|json| decompile::decompile(json, None, &BTreeMap::new()).is_ok()).count());
    });
    group.bench_function("draw", |it| {
        it.iter(|| flows.iter().map(|flow| svg(&Picture::of(flow, CAPTION, Placing::Columns)).len()).sum::<usize>());
    });
    group.bench_function("mermaid", |it| {
        it.iter(|| {
            flows.iter().map(|flow| mermaid(&Picture::of(flow, CAPTION, Placing::Columns)).len()).sum::<usize>()
        });
    });
    group.bench_function("compare", |it| {
        it.iter(|| flows.windows(2).map(|pair| compare(&pair[0], &pair[1]).blocks.len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
