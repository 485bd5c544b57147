use insta::assert_snapshot;

use crate::testing::faults;

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
