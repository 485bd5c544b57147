use serde_json::json;

use super::*;
use crate::compare::compare;
use crate::layout::Taken;
use crate::testing::{compiled, corpus, without_lints};
use crate::{Action, ErrorBranch, Transitions};

const CAPTION: Caption<'static> = Caption { name: "main_menu", flow_type: Some(FlowType::ContactFlow) };

fn drawn(flow: &Flow) -> (String, String) {
    let picture = Picture::of(flow, CAPTION, Placing::Columns);
    (svg(&picture), mermaid(&picture))
}

/// The names of all elements; fails where the text is no XML.
#[track_caller]
fn elements(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Eof => return names,
            quick_xml::events::Event::Start(element) | quick_xml::events::Event::Empty(element) => {
                element.attributes().for_each(|attribute| {
                    attribute.expect("a well-formed attribute");
                });
                names.push(String::from_utf8(element.name().as_ref().to_vec()).unwrap());
            }
            quick_xml::events::Event::Text(text) => {
                text.xml_content().expect("well-formed text");
            }
            _ => {}
        }
    }
}

/// What Mermaid reads: a header, nodes, arrows with a label in quotes, classes. Texts have no quotes inside.
#[track_caller]
fn assert_is_mermaid(text: &str) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    for line in lines {
        let line = line.strip_prefix("  ").expect("an indented line");
        let is_word = line.starts_with("acc") || line.starts_with("class");
        if is_word {
            assert!(!line.contains('"'), "{line}");
            continue;
        }
        let pieces: Vec<&str> = line.split('"').collect();
        assert_eq!(pieces.len() % 2, 1, "quotes are not in pairs: {line}");
        for (place, piece) in pieces.iter().enumerate() {
            let is_quoted = place % 2 == 1;
            let allowed = |it: char| {
                !it.is_control() && (is_quoted || it.is_ascii_alphanumeric() || " _-.=>|[](){}".contains(it))
            };
            assert!(piece.chars().all(allowed), "{line}");
            if is_quoted {
                assert!(!piece.contains(['`', '{', '}', '\\', '&']), "{line}");
            }
        }
    }
}

#[test]
fn real_flows_are_drawn() {
    for (name, text) in corpus() {
        let flow = Flow::from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        let (svg, mermaid) = drawn(&flow);
        let names = elements(&svg);
        assert_eq!(names.iter().filter(|name| *name == "svg").count(), 1);
        for number in 1..=flow.actions.len() {
            assert!(svg.contains(&format!("<g id=\"block-{number}\"")), "{name} lacks block {number}");
        }
        for elsewhere in ["href=\"http", "url(http", "<image", "<script", "@import", "src="] {
            assert!(!svg.contains(elsewhere), "{name} needs something from elsewhere: {elsewhere}");
        }
        assert_is_mermaid(&mermaid);
        assert_eq!((svg, mermaid), drawn(&flow), "{name}");
    }
}

#[test]
fn where_the_editor_has_blocks_is_kept() {
    let mut flow = compiled("{ type: inbound, steps: [{ say: One }, hang_up] }");
    crate::layout::lay_out(&mut flow);
    let moved = json!({ "x": 1234, "y": 567 });
    *flow.metadata.as_mut().unwrap().get_mut("ActionMetadata").unwrap().pointer_mut("/Say One/position").unwrap() =
        moved;
    let at = |placing| Picture::of(&flow, CAPTION, placing).blocks[0].position;
    assert_eq!(at(Placing::Editor), Position { x: 1234, y: 567 });
    assert_ne!(at(Placing::Columns), Position { x: 1234, y: 567 });
}

const HOSTILE: &str =
    "</text><script>alert(1)</script> \"quotes\" 'and' `ticks` & #35; %% ] | } end \\ \u{1}\u{FFFE}\u{0}\n$x$ **b**";

#[test]
fn texts_cannot_break_out() {
    let action = Action {
        identifier: HOSTILE.to_owned(),
        action_type: HOSTILE.to_owned(),
        parameters: json!({ HOSTILE: HOSTILE }).as_object().unwrap().clone(),
        transitions: Transitions {
            next_action: Some(HOSTILE.to_owned()),
            errors: Some(vec![ErrorBranch::new("NoMatchingError", "nowhere\"--> x"), ErrorBranch::new("x", HOSTILE)]),
            ..Transitions::default()
        },
        ..Action::default()
    };
    let flow = Flow::new(HOSTILE, vec![action]);
    let picture = Picture::of(&flow, Caption { name: HOSTILE, flow_type: None }, Placing::Columns);
    let svg = svg(&picture);
    assert!(!elements(&svg).iter().any(|name| name == "script"));
    assert!(svg.contains("no block nowhere"), "a dangling branch is shown");
    assert_is_mermaid(&mermaid(&picture));
}

fn menu(third: &str) -> Flow {
    without_lints(&format!(
        "
type: inbound
steps:
  - say: Welcome
  - menu: Press 1 or 2
    keys: {{ 1: {{ queue: customer_service }}, 2: {{ queue: consulting }}{third} }}
  - transfer: queue
on_error: [{{ say: Sorry }}, hang_up]
"
    ))
}

#[test]
fn a_flow_as_mermaid() {
    insta::assert_snapshot!(drawn(&menu("")).1);
}

#[test]
fn what_changed_is_marked() {
    let (old, new) = (menu(""), menu(", 3: [{ say: Three }, hang_up]"));
    let comparison = compare(&old, &new);
    let picture = compared(&old, &new, &comparison, CAPTION);
    insta::assert_snapshot!(mermaid(&picture));
    let text = svg(&picture);
    elements(&text);
    assert!(text.contains(">added 8<"), "{text}");
    // And the other way round.
    let picture = compared(&new, &old, &compare(&new, &old), CAPTION);
    let words: Vec<&str> = picture.blocks.iter().map(|block| block.tint.word()).collect();
    assert_eq!(words.iter().filter(|word| **word == "removed").count(), 2, "{words:?}");
    assert_eq!(words.iter().filter(|word| **word == "changed").count(), 1, "{words:?}");
}

/// The menu with everything walked but the second key, and whatever an error leads to.
fn walked(flow: &Flow) -> Picture {
    let is_error = |action: &Action| action.identifier.starts_with("Say Sorry");
    let block = |at: usize| !is_error(&flow.actions[at]);
    let way = |at: usize, taken: Taken<'_>| match taken {
        Taken::Condition(branch) => Some(branch.operand() != Some("2")),
        Taken::Error(error) => Some(error != "NoMatchingError"),
        Taken::Next => (!is_error(&flow.actions[at])).then_some(true),
    };
    Picture::of_walked(flow, CAPTION, Placing::Columns, "2 of 3", &Walks { block: &block, way: &way })
}

#[test]
fn what_was_walked_is_marked() {
    let picture = walked(&menu(""));
    let asked = picture.blocks.iter().find(|block| block.title.starts_with("Get customer input")).unwrap();
    assert_eq!(asked.tint.word(), "partly walked");
    let words: Vec<(&str, &str)> = asked.ways.iter().map(|way| (way.label.as_str(), way.tint.word())).collect();
    let expected =
        [("Pressed 1", "walked"), ("Pressed 2", "not walked"), ("Timeout, Other key, Error", "partly walked")];
    assert_eq!(words, expected);
    let text = svg(&picture);
    elements(&text);
    for expected in
        [">✓ walked<", ">~ partly walked<", ">✗ not walked<", ">not walked 5<", "2 of 3", "url(#tip-not-walked)"]
    {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert_is_mermaid(&mermaid(&picture));
    assert!(!drawn(&menu("")).0.contains("walked"));
}

#[test]
fn comparisons_of_real_flows_are_drawn() {
    let flows: Vec<Flow> =
        corpus().into_iter().map(|(_, text)| Flow::from_json(&serde_json::from_str(&text).unwrap()).unwrap()).collect();
    for pair in flows.windows(2) {
        let picture = compared(&pair[0], &pair[1], &compare(&pair[0], &pair[1]), CAPTION);
        elements(&svg(&picture));
        assert_is_mermaid(&mermaid(&picture));
    }
}

fn exported(actions: &serde_json::Value, metadata: &serde_json::Value) -> Flow {
    let start = actions[0]["Identifier"].clone();
    let json =
        serde_json::json!({ "Version": "2019-10-30", "StartAction": start, "Metadata": metadata, "Actions": actions });
    Flow::from_json(&json).expect("a flow")
}

fn pictured(flow: &Flow, placing: Placing) -> Picture {
    Picture::of(flow, Caption { name: "flow", flow_type: None }, placing)
}

#[test]
fn a_long_title_stands_in_two_lines() {
    let flow = exported(
        &serde_json::json!([{ "Identifier": "a", "Type": "UpdateContactRecordingBehavior", "Parameters": {}, "Transitions": {} },
            { "Identifier": "b", "Type": "GetCalculatedAttributesForCustomerProfile", "Parameters": {}, "Transitions": {} },
            { "Identifier": "c", "Type": "UpdateContactTextToSpeechVoiceAndManyOtherThingsThatNobodyHasHeardOfEver", "Transitions": {} }]),
        &serde_json::json!({}),
    );
    assert_eq!(pictured(&flow, Placing::Columns).cut_titles(), (3, 1));
}

#[test]
fn prompts_show_what_is_said_and_names_what_a_person_called_them() {
    let says = |text: &str| serde_json::json!({ "Identifier": "Greeting at night", "Type": "MessageParticipant", "Parameters": { "Text": text }, "Transitions": {} });
    let actions = serde_json::json!([says("<speak>Good <prosody rate='slow'>evening</prosody>.</speak>")]);
    let named = serde_json::json!({ "snapToGrid": false, "ActionMetadata": { "Greeting at night": { "isFriendlyName": true } } });
    let picture = svg(&pictured(&exported(&actions, &named), Placing::Columns));
    assert!(picture.contains(">Greeting at night<") && picture.contains("Play prompt · “Good evening.”"), "{picture}");
    assert!(!picture.contains("prosody"), "{picture}");
    // What compiled steps are called says nothing more.
    let compiled = serde_json::json!({ "ActionMetadata": { "Greeting at night": { "isFriendlyName": true } } });
    let picture = svg(&pictured(&exported(&actions, &compiled), Placing::Columns));
    assert!(picture.contains(">Play prompt<"), "{picture}");
}

#[test]
fn a_long_flow_is_drawn_in_bands() {
    let actions: Vec<serde_json::Value> = (0..50)
        .map(|at| {
            let transitions = if at < 49 { serde_json::json!({ "NextAction": format!("a{}", at + 1) }) } else { serde_json::json!({}) };
            serde_json::json!({ "Identifier": format!("a{at}"), "Type": "MessageParticipant", "Parameters": { "Text": "Hi" }, "Transitions": transitions })
        })
        .collect();
    let picture = pictured(&exported(&serde_json::json!(actions), &serde_json::json!({})), Placing::Columns);
    let widest = picture.blocks.iter().map(|block| block.position.x).max().unwrap_or_default();
    assert!(widest < 6_000, "{widest}");
    let rows: std::collections::BTreeSet<i64> = picture.blocks.iter().map(|block| block.position.y).collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    // From band to band words lead on, everywhere else lines.
    let far =
        picture.blocks.iter().flat_map(|block| &block.ways).filter(|way| matches!(way.end, super::End::Far(_))).count();
    assert_eq!(far, 2);
}

#[test]
fn lines_go_around_what_stands_between() {
    let actions = serde_json::json!([
        { "Identifier": "a", "Type": "MessageParticipant", "Parameters": { "Text": "Hi" }, "Transitions": { "NextAction": "c" } },
        { "Identifier": "b", "Type": "MessageParticipant", "Parameters": { "Text": "Between" }, "Transitions": {} },
        { "Identifier": "c", "Type": "MessageParticipant", "Parameters": { "Text": "Bye" }, "Transitions": {} },
    ]);
    let at = |x: i64, y: i64| serde_json::json!({ "position": { "x": x, "y": y } });
    let metadata = |between: i64| serde_json::json!({ "ActionMetadata": { "a": at(0, 100), "b": at(400, between), "c": at(800, 100) } });
    let passes = |between: i64| {
        let picture = pictured(&exported(&actions, &metadata(between)), Placing::Editor);
        match &picture.blocks[0].ways[0].end {
            super::End::Line(_, route) => route.passes.clone(),
            _ => panic!("no line"),
        }
    };
    assert_eq!(passes(900), []);
    let around = passes(100);
    assert_eq!(around.len(), 1);
    assert!(around[0].x == 400 && !(100..=180).contains(&around[0].y), "{around:?}");
}
