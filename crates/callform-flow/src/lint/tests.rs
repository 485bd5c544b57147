use callform_source::SourceMap;
use insta::assert_snapshot;

use super::*;
use crate::testing::{corpus, faults};

#[test]
fn unreachable_steps() {
    assert_snapshot!(faults("{ type: inbound, steps: [hang_up, { say: Goodbye }] }"));
}

#[test]
fn blocks_of_other_flow_types() {
    assert_snapshot!(faults("{ type: customer_queue, steps: [{ transfer: { flow: main_menu } }] }"));
    assert_snapshot!(faults("{ type: queue_transfer, steps: [{ module: greet }, { transfer: queue }] }"));
}

#[test]
fn transfers_without_a_queue() {
    assert_snapshot!(faults(
        "
type: inbound
steps:
  - if: $.Attributes.x
    equals: y
    then: { queue: consulting }
  - transfer: queue
"
    ));
}

#[test]
fn long_texts() {
    let text = "x".repeat(3_001);
    assert_snapshot!(faults(&format!("{{ type: inbound, steps: [{{ say: {text} }}] }}")).replace(&text, "…"));
    let text = "x".repeat(6_001);
    assert_snapshot!(faults(&format!("{{ type: customer_queue, steps: [{{ play: [{text}] }}] }}")).replace(&text, "…"));
    let tags = format!("<speak>{}</speak>", "<break/>".repeat(400));
    crate::testing::compiled(&format!("{{ type: inbound, steps: [{{ say: {{ ssml: {tags} }} }}] }}"));
}

#[test]
fn short_interruptions() {
    assert_snapshot!(faults(
        "{ type: customer_queue, steps: [{ play: [Hi], interrupt_every: 10s, steps: { say: Still here } }] }"
    ));
}

#[test]
fn what_the_service_refuses() {
    assert_snapshot!(faults(
        "{ type: inbound, steps: [{ raw: { type: Wait, parameters: { TimeoutSeconds: '60' } } }] }"
    ));
}

#[test]
fn real_flows_are_linted() {
    let mut found = std::collections::BTreeMap::new();
    for (name, text) in corpus() {
        let flow = Flow::from_json(&serde_json::from_str(&text).expect("JSON")).expect("a flow");
        let span = Span::whole_file(SourceMap::default().add(&name, ""));
        for flow_type in FlowType::ALL {
            let mut diagnostics = Diagnostics::default();
            let places = Places::new();
            check(&Subject { name: &name, flow_type, flow: &flow, places: &places, span }, &mut diagnostics);
            for diagnostic in diagnostics.iter().filter(|_| flow_type == FlowType::ContactFlow) {
                *found.entry(diagnostic.code).or_insert(0) += 1;
            }
        }
    }
    eprintln!("{found:?}");
    // Real flows of other types are in the corpus, so the rule about types has to find some.
    assert!(found.is_empty() || found.contains_key("block-not-allowed"));
}

#[test]
fn every_rule_is_described() {
    for rule in RULES {
        assert!(rule.what.ends_with('.') && rule.why.ends_with('.') && !rule.example.is_empty(), "{}", rule.code);
    }
}
