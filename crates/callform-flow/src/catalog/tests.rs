use std::collections::BTreeSet;

use super::*;

#[test]
fn every_row_has_its_own_name() {
    let mut seen = BTreeSet::new();
    for spec in all() {
        assert!(seen.insert(spec.name), "{} is there twice", spec.name);
        assert!(!spec.block.is_empty(), "{} has no block name", spec.name);
    }
    assert_eq!(seen.len(), 67);
}

#[test]
fn choices_name_known_parameters() {
    for spec in all() {
        for name in spec.choices.iter().flat_map(|choice| choice.of) {
            assert!(spec.parameter(name).is_some(), "{}: {name}", spec.name);
        }
    }
}

#[test]
fn terminal_rows_have_no_errors() {
    for spec in all().filter(|spec| spec.is_terminal()) {
        assert!(spec.required_errors.is_empty() && spec.optional_errors.is_empty(), "{}", spec.name);
    }
}

#[test]
fn misnomers_lead_to_real_types() {
    for misnomer in misnomers::all() {
        assert!(find(misnomer.name).is_none(), "{} is a type", misnomer.name);
        for meant in misnomer.meant {
            assert!(find(meant).is_some(), "{} leads to {meant}", misnomer.name);
        }
    }
}

#[test]
fn a_type_that_is_not_in_the_table_is_possible() {
    assert!(is_possible("MessageParticipant") && is_possible("TranslateConversation") && is_possible("Über-Block:2"));
    for none in ["", "PlayPrompt", "Message Participant", "Message\nParticipant", "a\u{0}"] {
        assert!(!is_possible(none), "{none:?}");
    }
}

#[test]
fn flow_types_follow_the_matrix() {
    let allows = |name: &str, flow_type| find(name).is_some_and(|spec| spec.flow_types.contains(flow_type));
    assert!(allows("MessageParticipantIteratively", FlowType::CustomerQueue));
    assert!(!allows("MessageParticipantIteratively", FlowType::ContactFlow));
    assert!(!allows("MessageParticipant", FlowType::CustomerHold));
    assert!(!allows("TransferContactToQueue", FlowType::CustomerQueue));
    assert!(allows("DequeueContactAndTransferToQueue", FlowType::CustomerQueue));
    assert!(allows("EndFlowModuleExecution", FlowType::Module));
    assert!(!allows("EndFlowModuleExecution", FlowType::ContactFlow));
}
