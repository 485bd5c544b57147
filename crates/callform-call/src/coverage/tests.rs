use callform_flow::FlowType;
use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::simulation::tests::{center, end, menu_flow, say, source};
use crate::simulation::{Input, Simulation, Start};
use crate::surroundings::QuietDay;

/// What a caller walks who presses these keys.
fn walked(center: &Center, keys: &str) -> Coverage {
    let mut day = QuietDay;
    let mut simulation = Simulation::new(center, &mut day, Timestamp::UNIX_EPOCH);
    let id = simulation.begin(Start::call(FlowId(0)));
    assert!(simulation.give(id, &Input::Keys(keys.into())).is_ok() || keys.is_empty());
    Coverage::of_events(simulation.events())
}

fn words(center: &Center, coverage: &Coverage) -> Vec<String> {
    let line = |left: &Unwalked| {
        let block = &center.flow(left.block.flow).blocks[left.block.block].identifier;
        format!("{block} {}", left.words).trim_end().to_owned()
    };
    coverage.of(center, FlowId(0)).unwalked.iter().map(line).collect()
}

#[test]
fn ways_and_blocks_are_counted() {
    let center = center(&[menu_flow()]);
    let one = walked(&center, "1");
    let flow = one.of(&center, FlowId(0));
    assert_eq!((flow.blocks.to_string(), flow.ways.to_string()), ("4 of 6 (66 %)".into(), "3 of 8 (37 %)".into()));
    let expected = ["menu Timeout", "menu Other key", "menu Error", "other", "other Next", "late", "late Next"];
    assert_eq!(words(&center, &one), expected);
    let nothing = Coverage::default().of(&center, FlowId(0));
    assert_eq!((nothing.blocks.walked, nothing.ways.walked), (0, 0));
    assert_eq!(nothing.unwalked.len(), 6 + 8);
}

#[test]
fn merging_is_the_same_in_any_order_and_any_number_of_times() {
    let center = center(&[menu_flow()]);
    let (one, two) = (walked(&center, "1"), walked(&center, "2"));
    let mut forth = one.clone();
    forth.merge(&two);
    let mut back = two.clone();
    back.merge(&one);
    back.merge(&one);
    assert_eq!(forth, back);
    assert!(forth.has_block(BlockId { flow: FlowId(0), block: 3 }));
    assert_eq!(words(&center, &forth), ["menu Timeout", "menu Error", "late", "late Next"]);
}

#[test]
fn missing_targets_count_and_unreachable_blocks_do_not() {
    let main = source(
        "main",
        FlowType::ContactFlow,
        &[
            say("hello", "Hello", "next=nowhere NoMatchingError=end"),
            say("alone", "Nobody comes here", "next=end"),
            end("end"),
        ],
    );
    let center = center(&[main]);
    let coverage = walked(&center, "");
    let flow = coverage.of(&center, FlowId(0));
    assert_eq!(flow.unreachable, [BlockId { flow: FlowId(0), block: 1 }]);
    assert_eq!((flow.blocks.all, flow.ways), (2, Share { walked: 1, all: 2 }));
    assert_eq!(total(&[flow.clone(), flow]), (Share { walked: 2, all: 4 }, Share { walked: 2, all: 4 }));
}

#[test]
fn a_block_without_ways_is_walked_by_what_happens_at_it() {
    let hold = source(
        "hold",
        FlowType::CustomerHold,
        &[("music", "MessageParticipantIteratively", json!({ "Messages": [{ "Text": "La" }] }), "")],
    );
    let center = center(&[hold]);
    assert_eq!(walked(&center, "").of(&center, FlowId(0)).blocks, Share { walked: 1, all: 1 });
}

#[test]
fn only_all_is_a_hundred_percent() {
    for (walked, all, percent) in [(0, 0, 100), (0, 3, 0), (199, 200, 99), (200, 200, 100)] {
        assert_eq!(Share { walked, all }.percent(), percent);
    }
}

#[test]
fn the_page_has_numbers_pictures_and_what_is_left() {
    let mut other = menu_flow();
    other.key = "<other>".to_owned();
    other.flow.actions[0].parameters.insert("Text".to_owned(), json!("</svg><script>alert(1)</script>"));
    let center = center(&[menu_flow(), other]);
    let page = html::page(&center, &walked(&center, "1"), "Tests & more");
    for expected in [
        "<h1>Tests &amp; more</h1>",
        "4 of 12 blocks (33 %)",
        "3 of 16 ways (18 %)",
        "<a href=\"#flow-1\">&lt;other&gt;</a>",
        "<b>Timeout</b>, <b>Other key</b>, <b>Error</b>",
        "id=\"f1-block-1\"",
        "Nobody came to",
        "<a href=\"#f0-block-2\" title=\"menu\">2</a>",
        "4 of 6 blocks and 3 of 8 ways walked",
    ] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    assert!(!page.contains("<script"));
    assert!(
        !page.contains("http://") || page.matches("http").count() == 2,
        "nothing from elsewhere but the name of SVG"
    );
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
    let all = html::page(&center, &all_of(&center), "All");
    assert!(all.contains("Everything was walked."));
    assert!(!all.contains("Nobody"));
}

/// Everything there is.
fn all_of(center: &Center) -> Coverage {
    let mut all = Coverage::default();
    for (flow, program) in center.flows() {
        for (block, read) in program.blocks.iter().enumerate() {
            all.blocks.insert(BlockId { flow, block });
            all.ways.extend((0..read.ways.len()).map(|way| (BlockId { flow, block }, way)));
        }
    }
    all
}
