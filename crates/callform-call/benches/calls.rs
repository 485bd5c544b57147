//! Calls per second on a menu flow, and flows explored per second: `cargo bench -p callform-call`.

#![expect(clippy::print_stdout, reason = "counts are printed beside times")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use callform_call::center::FlowSource;
use callform_call::explore::{Bounds, Entry, center_of, explore};
use callform_call::simulation::Input;
use callform_call::{Center, Coverage, FlowId, QuietDay, Simulation, Start};
use callform_flow::document::guess_type;
use callform_flow::{Document, Flow, FlowType};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A greeting, a menu of two keys that is repeated, hours, and a queue.
fn menu() -> Flow {
    let action = |identifier: &str, action_type: &str, parameters: Value, transitions: Value| {
        json!({
            "Identifier": identifier, "Type": action_type, "Parameters": parameters, "Transitions": transitions,
        })
    };
    let next = |next: &str, errors: &[&str]| {
        let error = |error: &&str| json!({ "ErrorType": error, "NextAction": "sorry" });
        let errors: Vec<Value> = errors.iter().map(error).collect();
        json!({ "NextAction": next, "Errors": errors, "Conditions": [] })
    };
    let on = |operand: &str, next: &str| json!({ "NextAction": next, "Condition": { "Operator": "Equals", "Operands": [operand] } });
    let no_match = json!([
        { "ErrorType": "NoMatchingCondition", "NextAction": "rounds" },
        { "ErrorType": "InputTimeLimitExceeded", "NextAction": "rounds" },
        { "ErrorType": "NoMatchingError", "NextAction": "sorry" },
    ]);
    let actions = json!([
        action("hello", "MessageParticipant", json!({ "Text": "Welcome." }), next("rounds", &["NoMatchingError"])),
        action(
            "rounds",
            "Loop",
            json!({ "LoopCount": "3" }),
            json!({
                "NextAction": "sorry", "Errors": [], "Conditions": [on("ContinueLooping", "menu"), on("DoneLooping", "sorry")],
            })
        ),
        action(
            "menu",
            "GetParticipantInput",
            json!({ "Text": "Press 1 or 2.", "StoreInput": "False", "InputTimeLimitSeconds": "5" }),
            json!({ "NextAction": "rounds", "Errors": no_match, "Conditions": [on("1", "sales"), on("2", "help")] }),
        ),
        action("sales", "UpdateContactTargetQueue", json!({ "QueueId": "sales" }), next("open", &["NoMatchingError"])),
        action("help", "UpdateContactTargetQueue", json!({ "QueueId": "help" }), next("open", &["NoMatchingError"])),
        action(
            "open",
            "CheckHoursOfOperation",
            json!({ "HoursOfOperationId": "office" }),
            json!({
                "NextAction": "sorry",
                "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "sorry" }],
                "Conditions": [on("True", "queue"), on("False", "sorry")],
            })
        ),
        action("queue", "TransferContactToQueue", json!({}), next("sorry", &["QueueAtCapacity", "NoMatchingError"])),
        action("sorry", "MessageParticipant", json!({ "Text": "Sorry." }), next("end", &["NoMatchingError"])),
        action("end", "DisconnectParticipant", json!({}), json!({})),
    ]);
    let flow = json!({ "Version": "2019-10-30", "StartAction": "hello", "Actions": actions });
    Flow::from_json(&flow).unwrap_or_else(|error| panic!("the flow of the benchmark: {error}"))
}

fn lone(name: &str, flow_type: FlowType, flow: Flow) -> (Center, FlowId) {
    center_of(FlowSource { key: name.to_owned(), name: name.to_owned(), flow_type, flow, ids: vec![name.to_owned()] })
}

/// The flows of the corpus, where it is there.
fn corpus() -> Vec<(Center, FlowId)> {
    let folder = std::env::var_os("CALLFORM_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let json = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let document = Document::read(&json).ok()?;
        let flow_type = document.flow_type.unwrap_or_else(|| guess_type(&document.flow));
        Some(lone(path.file_stem()?.to_str()?, flow_type, document.flow))
    };
    paths.iter().filter_map(read).collect()
}

/// A call that waits once, presses a wrong key, then the right one: how many events there were.
fn call(center: &Center, flow: FlowId) -> usize {
    let mut day = QuietDay;
    let mut simulation = Simulation::new(center, &mut day, Timestamp::UNIX_EPOCH);
    let id = simulation.begin(Start::call(flow));
    simulation.pass(5);
    for key in ["9", "1"] {
        black_box(simulation.give(id, &Input::Keys(key.into())).is_ok());
    }
    simulation.events().len()
}

fn bench(criterion: &mut Criterion) {
    let (center, flow) = lone("menu", FlowType::ContactFlow, menu());
    let mut group = criterion.benchmark_group("calls");
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    group.throughput(Throughput::Elements(1));
    println!("a call has {} events", call(&center, flow));
    group.bench_function("menu", |it| it.iter(|| call(&center, flow)));

    let bounds = Bounds::default();
    let found = explore(&center, Entry::Flow(flow), &bounds);
    let coverage = found.coverage.of(&center, flow);
    println!("exploring the menu: {} runs, {} blocks, {} ways", found.runs, found.steps, coverage.ways);
    group.throughput(Throughput::Elements(found.runs as u64));
    group.bench_function("explore menu (runs)", |it| {
        it.iter(|| explore(&center, Entry::Flow(flow), &bounds).runs);
    });
    let events: Vec<_> = found.paths.iter().flat_map(|path| path.events.iter().cloned()).collect();
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("coverage (events)", |it| it.iter(|| Coverage::of_events(&events)));
    group.finish();

    let flows = corpus();
    if flows.is_empty() {
        println!("no corpus of real flows (set CALLFORM_CORPUS to its folder)");
        return;
    }
    let all = || flows.iter().map(|(center, flow)| explore(center, Entry::Flow(*flow), &bounds));
    let (runs, steps) = all().fold((0, 0), |(runs, steps), found| (runs + found.runs, steps + found.steps));
    println!("exploring {} real flows: {runs} runs, {steps} blocks", flows.len());
    let mut group = criterion.benchmark_group("real flows");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    group.throughput(Throughput::Elements(flows.len() as u64));
    group.bench_function("explore (flows)", |it| it.iter(|| all().map(|found| found.runs).sum::<usize>()));
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
