use std::path::PathBuf;

use callform_flow::document::guess_type;
use callform_flow::{Document, FlowType};
use serde_json::json;

use super::*;
use crate::center::{FlowSource, Number};
use crate::simulation::tests::{Line, center, end, flow, menu_flow, queue_flows, say, source};

/// The flows of the corpus, each as a center of its own; empty, with a line on stderr, where the folder is not there.
fn corpus() -> Vec<(String, Center, FlowId)> {
    let folder = std::env::var_os("CALLFORM_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no corpus of real flows (set CALLFORM_CORPUS to its folder)");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(!files.is_empty(), "the corpus has no flows");
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let Document { flow, flow_type, .. } = Document::read(&json).unwrap();
        let flow_type = flow_type.unwrap_or_else(|| guess_type(&flow));
        let source = FlowSource { key: name.clone(), name: name.clone(), flow_type, flow, ids: vec![name.clone()] };
        let (center, flow) = center_of(source);
        (name, center, flow)
    };
    files.iter().map(read).collect()
}

/// Every flow of the corpus is explored without a panic, within its bounds, and for the most part.
#[test]
fn real_flows_are_explored() {
    let bounds = Bounds::default();
    let (mut walked, mut all) = (0, 0);
    for (name, center, flow) in corpus() {
        let found = explore(&center, Entry::Flow(flow), &bounds);
        assert!(found.runs <= bounds.runs + bounds.paths, "{name}: {} runs", found.runs);
        let most = bounds.total_steps + crate::simulation::MOST_STEPS * (bounds.turns + 1);
        assert!(found.steps <= most, "{name}: {} steps", found.steps);
        for path in &found.paths {
            assert!(!matches!(path.end, PathEnd::Waits(_)), "{name}: {:?} after {:?}", path.end, path.decisions);
        }
        for (block, way) in found.coverage.ways() {
            let path = found.path_to(block, way).expect("a path to what was walked");
            let taken = What::Left(block, Some(way));
            assert!(path.events.iter().any(|event| event.what == taken), "{name}");
        }
        for finding in &found.findings {
            assert!(finding.path < found.paths.len(), "{name}");
            assert!(finding.words(&center).contains("block"), "{name}");
        }
        let coverage = found.coverage.of(&center, flow);
        walked += coverage.ways.walked;
        all += coverage.ways.all;
    }
    println!("{walked} of {all} ways");
    assert!(walked * 100 >= all * 92, "{walked} of {all} ways");
}

#[test]
fn real_flows_are_explored_twice_the_same() {
    // Few runs show it as well as many.
    let bounds = Bounds { patience: 20, paths: 30, ..Bounds::default() };
    for (name, center, flow) in corpus() {
        let found = explore(&center, Entry::Flow(flow), &bounds);
        assert_eq!(found, explore(&center, Entry::Flow(flow), &bounds), "{name}");
    }
}

/// Most of what is walked can be said as a test, and the test walks it.
#[test]
fn tests_are_proposed_for_real_flows() {
    let (mut proposed, mut asked) = (0, 0);
    let bounds = Bounds { patience: 50, paths: 30, ..Bounds::default() };
    for (_, center, flow) in corpus() {
        let found = explore(&center, Entry::Flow(flow), &bounds);
        for (block, way) in found.coverage.ways().filter(|(block, _)| block.flow == flow) {
            asked += 1;
            let taken = What::Left(block, Some(way));
            let proposal = found.propose(&center, block, way);
            proposed += usize::from(proposal.is_some_and(|it| it.events.iter().any(|event| event.what == taken)));
        }
    }
    println!("{proposed} of {asked} ways can be tested");
    assert!(proposed * 100 >= asked * 90, "{proposed} of {asked} ways can be tested");
}

fn alone(lines: &[Line<'_>]) -> (Center, Exploration) {
    let (center, flow) = center_of(source("main", FlowType::ContactFlow, lines));
    // The guided phase alone has to find what there is.
    let found = explore(&center, Entry::Flow(flow), &Bounds { paths: 0, ..Bounds::default() });
    (center, found)
}

/// What nobody walked of the first flow, by blocks and ways.
fn unwalked(center: &Center, found: &Exploration) -> Vec<(String, String)> {
    let left = found.coverage.of(center, FlowId(0)).unwalked.into_iter();
    let name = |at: BlockId| center.flow(at.flow).blocks[at.block].identifier.to_string();
    left.filter(|left| left.way.is_some()).map(|left| (name(left.block), left.words)).collect()
}

/// What is wrong, with the block and how many decisions lead to it.
fn problems(center: &Center, found: &Exploration) -> Vec<(Problem, String, usize)> {
    let name = |at: BlockId| center.flow(at.flow).blocks[at.block].identifier.to_string();
    let finding = |it: &Finding| (it.problem.clone(), name(it.at), found.paths[it.path].decisions.len());
    found.findings.iter().map(finding).collect()
}

#[test]
fn a_menu_is_pressed_in_every_way() {
    let (center, flow) = center_of(menu_flow());
    let found = explore(&center, Entry::Flow(flow), &Bounds::default());
    assert!(found.is_complete);
    assert_eq!(unwalked(&center, &found), []);
    assert_eq!(problems(&center, &found), [(Problem::HungUpAfterError, "end".to_owned(), 1)]);
    let mut words: Vec<String> = found.paths.iter().map(|path| path.words(&center).join(", ")).collect();
    words.sort();
    words.dedup();
    insta::assert_snapshot!(words.join("\n"), @r"
    block menu (GetParticipantInput) fails: NoMatchingError
    nobody does anything for 5 s
    the customer presses #
    the customer presses 1
    ");
}

#[test]
fn a_loop_is_walked_to_its_end() {
    let menu = json!({ "Text": "Press 1.", "StoreInput": "False", "InputTimeLimitSeconds": "5" });
    let (center, found) = alone(&[
        ("loop", "Loop", json!({ "LoopCount": "7" }), "ContinueLooping=menu DoneLooping=sorry"),
        (
            "menu",
            "GetParticipantInput",
            menu,
            "1=thanks InputTimeLimitExceeded=loop NoMatchingCondition=loop NoMatchingError=loop",
        ),
        say("thanks", "Thanks", "next=end"),
        say("sorry", "Sorry", "next=end"),
        end("end"),
    ]);
    assert_eq!(unwalked(&center, &found), []);
    let at = BlockId { flow: FlowId(0), block: 0 };
    let done = found.propose(&center, at, 1).unwrap();
    let rounds = done.events.iter().filter(|event| event.what == What::Left(at, Some(0)));
    assert_eq!(rounds.count(), 7);
}

#[test]
fn what_depends_on_an_earlier_choice_is_found() {
    let menu = json!({ "Text": "1 or 2", "StoreInput": "False", "InputTimeLimitSeconds": "5" });
    let set = |value: &str| json!({ "Attributes": { "language": value } });
    let digits = json!({ "Text": "Number?", "StoreInput": "True", "InputTimeLimitSeconds": "5" });
    let (center, found) = alone(&[
        ("menu", "GetParticipantInput", menu, "1=en 2=es NoMatchingCondition=menu NoMatchingError=menu"),
        ("en", "UpdateContactAttributes", set("en"), "next=ask"),
        ("es", "UpdateContactAttributes", set("es"), "next=ask"),
        ("ask", "GetParticipantInput", digits, "next=keep NoMatchingError=end"),
        ("keep", "UpdateContactAttributes", json!({ "Attributes": { "pin": "$.StoredCustomerInput" } }), "next=right"),
        (
            "right",
            "Compare",
            json!({ "ComparisonValue": "$.Attributes.pin" }),
            "4711=which Timeout=late NoMatchingCondition=end",
        ),
        (
            "which",
            "Compare",
            json!({ "ComparisonValue": "$.Attributes.language" }),
            "en=hi es=hola NoMatchingCondition=end",
        ),
        say("hi", "Hi", "next=end"),
        say("hola", "Hola", "next=end"),
        say("late", "Too late", "next=end"),
        end("end"),
    ]);
    // Nobody comes there without a language.
    assert_eq!(unwalked(&center, &found), [("which".to_owned(), "Otherwise".to_owned())]);
    assert!(found.is_complete);
}

#[test]
fn functions_and_services_answer_what_makes_a_difference() {
    let lambda = json!({ "LambdaFunctionARN": "lookup", "ResponseValidation": { "ResponseType": "STRING_MAP" } });
    let (center, found) = alone(&[
        ("look", "InvokeLambdaFunction", lambda, "next=keep NoMatchingError=end"),
        ("keep", "UpdateContactAttributes", json!({ "Attributes": { "tier": "$.External.tier" } }), "next=tier"),
        ("tier", "Compare", json!({ "ComparisonValue": "$.Attributes.tier" }), "gold=vip NoMatchingCondition=found"),
        say("vip", "Welcome back", "next=found"),
        (
            "found",
            "Compare",
            json!({ "ComparisonValue": "$.External.orders" }),
            "NumberGreaterThan:3=many NumberLessOrEqualTo:3=few NoMatchingCondition=queue",
        ),
        say("many", "Many", "next=queue"),
        say("few", "Few", "next=queue"),
        (
            "queue",
            "UpdateContactTargetQueue",
            json!({ "QueueId": "$.External.queue" }),
            "next=profile NoMatchingError=end",
        ),
        (
            "profile",
            "GetCustomerProfile",
            json!({}),
            "next=end NoneFoundError=end MultipleFoundError=end NoMatchingError=end",
        ),
        end("end"),
    ]);
    assert_eq!(unwalked(&center, &found), []);
    let gold = found.propose(&center, BlockId { flow: FlowId(0), block: 2 }, 0).unwrap();
    let answers: Vec<String> = gold.given.lambdas["lookup"].iter().map(|answer| format!("{answer:?}")).collect();
    assert!(answers[0].contains("gold"), "{answers:?}");
}

#[test]
fn what_is_wrong_is_found_once_at_its_place() {
    let (center, found) = alone(&[
        (
            "hours",
            "CheckHoursOfOperation",
            json!({ "HoursOfOperationId": "any hours" }),
            "True=menu False=end NoMatchingError=sorry",
        ),
        (
            "menu",
            "GetParticipantInput",
            json!({ "Text": "1 to 4", "StoreInput": "False", "InputTimeLimitSeconds": "5" }),
            "1=nowhere 2=round 3=new 4=quiet",
        ),
        ("round", "UpdateContactData", json!({}), "next=again"),
        ("again", "UpdateContactData", json!({}), "next=round"),
        ("new", "DoSomethingNew", json!({}), "next=end"),
        ("quiet", "UpdateContactData", json!({}), "next=end"),
        say("sorry", "Sorry", "next=end"),
        end("end"),
    ]);
    let flow = FlowId(0);
    let circle = vec![BlockId { flow, block: 2 }, BlockId { flow, block: 3 }];
    let place = |name: &str| name.to_owned();
    assert_eq!(
        problems(&center, &found),
        [
            (Problem::DeadEnd, place("menu"), 1),
            (Problem::Unhandled("InputTimeLimitExceeded".into()), place("menu"), 1),
            (Problem::Unhandled("NoMatchingCondition".into()), place("menu"), 1),
            (Problem::Endless(circle), place("round"), 1),
            (Problem::UnknownType("DoSomethingNew".into()), place("new"), 1),
            (Problem::Silence, place("end"), 1),
            (Problem::HungUpAfterError, place("end"), 1),
        ]
    );
    let words: Vec<String> = found.findings.iter().map(|finding| finding.words(&center)).collect();
    assert_eq!(words[0], "flow main, block menu (GetParticipantInput): nothing follows, and the contact is cut off");
}

#[test]
fn what_a_flow_never_says_is_no_silence() {
    let (center, found) = alone(&[("tag", "UpdateContactData", json!({}), "next=end"), end("end")]);
    assert_eq!(problems(&center, &found), []);
}

/// A center whose number `main` leads to the first flow.
fn called(sources: &[FlowSource]) -> Center {
    let mut center = center(sources);
    center.add_number(Number { name: "main".into(), address: Some("+15550100199".into()), flow: FlowId(0) });
    center
}

#[test]
fn whoever_calls_a_number_brings_nothing_along() {
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[
            ("vip", "Compare", json!({ "ComparisonValue": "$.Attributes.vip" }), "yes=known NoMatchingCondition=end"),
            say("known", "Welcome back", "next=end"),
            end("end"),
        ],
    );
    let center = called(&[main]);
    let bounds = Bounds::default();
    let of = |entry| unwalked(&center, &explore(&center, entry, &bounds)).len();
    assert_eq!(of(Entry::Number(0)), 2);
    assert_eq!(of(Entry::Flow(FlowId(0))), 0);
}

#[test]
fn a_center_is_explored_from_its_number_to_the_survey() {
    let center = called(&queue_flows());
    let found = explore(&center, Entry::Number(0), &Bounds::default());
    let coverage = found.coverage.flows(&center);
    let left: Vec<String> = coverage
        .iter()
        .flat_map(|flow| &flow.unwalked)
        .map(|left| {
            let program = center.flow(left.block.flow);
            format!("{} {} {}", program.key, program.blocks[left.block.block].identifier, left.words)
        })
        .collect();
    // Music that is interrupted by the clock does not come to its end.
    assert_eq!(left, [""; 0]);
}

#[test]
fn hours_follow_their_schedule_where_that_is_wanted() {
    let check = (
        "check",
        "CheckHoursOfOperation",
        json!({ "HoursOfOperationId": "office" }),
        "True=open False=closed NoMatchingError=closed",
    );
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[check, say("open", "Open", "next=end"), say("closed", "Closed", "next=end"), end("end")],
    );
    let center = called(&[main]);
    let at = "2026-01-07T12:00:00Z".parse().unwrap();
    let fixed = Bounds { at, follows_schedules: true, ..Bounds::default() };
    let closed = ("check".to_owned(), "Out of hours".to_owned());
    assert_eq!(unwalked(&center, &explore(&center, Entry::Number(0), &fixed)), [closed]);
    assert_eq!(unwalked(&center, &explore(&center, Entry::Number(0), &Bounds::default())), []);
}

#[test]
fn a_queue_flow_that_leads_back_to_its_queue_is_a_circle() {
    let mut flows = queue_flows();
    flows[1].flow = flow(&[
        (
            "back",
            "DequeueContactAndTransferToQueue",
            json!({ "QueueId": "sales" }),
            "QueueAtCapacity=end NoMatchingError=end",
        ),
        end("end"),
    ]);
    let center = called(&flows);
    let found = explore(&center, Entry::Number(0), &Bounds::default());
    let is_circle = |finding: &Finding| matches!(finding.problem, Problem::Endless(_));
    assert_eq!(found.findings.iter().filter(|finding| is_circle(finding)).count(), 1);
}

#[test]
fn bounds_are_kept() {
    let center = called(&queue_flows());
    let bounds = Bounds { runs: 5, paths: 3, turns: 4, ..Bounds::default() };
    let found = explore(&center, Entry::Number(0), &bounds);
    assert!(!found.is_complete);
    assert!(found.runs <= 8, "{}", found.runs);
    for path in &found.paths {
        let turns = path.decisions.iter().filter(|it| matches!(it, Decision::Does(..) | Decision::Waits(..))).count();
        assert!(turns <= 4, "{turns}");
    }
    let none = Bounds { total_steps: 0, ..Bounds::default() };
    assert_eq!(explore(&center, Entry::Number(0), &none).runs, 1);
}

#[test]
fn tests_are_proposed_for_what_is_not_tested() {
    let (center, flow) = center_of(menu_flow());
    let found = explore(&center, Entry::Flow(flow), &Bounds::default());
    let mut tested = Coverage::default();
    let all = found.proposals(&center, &tested);
    for proposal in &all {
        tested.add(&proposal.events);
    }
    assert_eq!(tested.of(&center, flow).ways.percent(), 100);
    assert_eq!(found.proposals(&center, &tested), []);
}
