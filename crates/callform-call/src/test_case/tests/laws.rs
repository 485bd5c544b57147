//! What holds of every test case.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{
    Action, ActionKind, Answer, Assertion, Criterion, ErrorAnswer, Event, EventKind, FlowAction, FlowActionKind,
    Instruction, Message, Observation, Operator, Override, Strategy as Strat, TestCaseContent,
};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z${} ]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map("[A-Z][a-z]{0,4}", inner, 0..3).prop_map(|map| map.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// Members the language does not define: none of theirs ends in `X`.
fn others() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("[A-Z]X", value(), 0..2).prop_map(|map| map.into_iter().collect())
}

fn object(members: Vec<(&str, Option<Value>)>, others: Map<String, Value>) -> Value {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    members.chain(others).collect::<Map<_, _>>().into()
}

fn word() -> impl Strategy<Value = Value> {
    "[a-z]{0,4}".prop_map(Value::from)
}

fn any_object() -> impl Strategy<Value = Value> {
    others().prop_map(Value::from)
}

fn transitions(member: &'static str, next: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (option::of(next), others()).prop_map(move |(next, others)| object(vec![(member, next)], others))
}

fn action() -> impl Strategy<Value = Value> {
    let next = transitions("NextAction", word());
    (word(), word(), option::of(any_object()), option::of(next), others()).prop_map(
        |(identifier, kind, parameters, next, others)| {
            let members = vec![
                ("Identifier", Some(identifier)),
                ("Type", Some(kind)),
                ("Parameters", parameters),
                ("Transitions", next),
            ];
            object(members, others)
        },
    )
}

fn event() -> impl Strategy<Value = Value> {
    (option::of(word()), word(), option::of(word()), option::of(any_object()), others()).prop_map(
        |(identifier, kind, actor, properties, others)| {
            let members =
                vec![("Identifier", identifier), ("Type", Some(kind)), ("Actor", actor), ("Properties", properties)];
            object(members, others)
        },
    )
}

fn observation() -> impl Strategy<Value = Value> {
    let next = transitions("NextObservations", vec(word(), 0..3).prop_map(Value::from));
    let actions = vec(action(), 0..3).prop_map(Value::from);
    (word(), event(), option::of(actions), option::of(any_object()), option::of(next), others()).prop_map(
        |(identifier, event, actions, usage, next, others)| {
            let members = vec![
                ("Identifier", Some(identifier)),
                ("Event", Some(event)),
                ("Actions", actions),
                ("Usage", usage),
                ("Transitions", next),
            ];
            object(members, others)
        },
    )
}

fn content() -> impl Strategy<Value = Value> {
    (word(), option::of(any_object()), vec(observation(), 0..3), others()).prop_map(
        |(version, metadata, observations, others)| {
            let members =
                vec![("Version", Some(version)), ("Metadata", metadata), ("Observations", Some(observations.into()))];
            object(members, others)
        },
    )
}

fn name() -> impl Strategy<Value = String> {
    "[a-z]{1,6}"
}

fn flow_action(observable: bool) -> impl Strategy<Value = FlowAction> {
    let kinds: Vec<FlowActionKind> =
        FlowActionKind::ALL.into_iter().filter(|kind| !observable || kind.is_observable()).collect();
    (proptest::sample::select(kinds), name()).prop_map(|(kind, resource)| FlowAction::new(kind, resource))
}

fn event_kind() -> impl Strategy<Value = EventKind> {
    let message = prop_oneof![
        name().prop_map(Message::Prompt),
        name().prop_map(Message::Text),
        name().prop_map(Message::Ssml),
        name().prop_map(|uri| Message::Media { uri }),
    ];
    let criterion = option::of(prop_oneof![Just(Criterion::Inclusion), Just(Criterion::Similarity)]);
    prop_oneof![
        Just(EventKind::TestInitiated),
        Just(EventKind::TestCompleted),
        (message, criterion).prop_map(|(message, criterion)| EventKind::MessageReceived { message, criterion }),
        flow_action(true).prop_map(EventKind::FlowActionStarted),
    ]
}

fn strategy(kind: FlowActionKind) -> impl Strategy<Value = Strat> {
    let error = (0u64..9).prop_map(|delay| Answer::Error { error: ErrorAnswer::NoMatchingError, delay });
    let result = match kind {
        FlowActionKind::InvokeLambdaFunction | FlowActionKind::ConnectParticipantWithLexBot => {
            (name(), 0u64..9).prop_map(|(loaded, delay)| Answer::Data { loaded, delay }).boxed()
        }
        FlowActionKind::CheckHoursOfOperation => any::<bool>().prop_map(Answer::InHours).boxed(),
        FlowActionKind::TransferContactToQueue | FlowActionKind::DequeueAndTransferToQueue => {
            Just(Answer::Error { error: ErrorAnswer::QueueAtCapacity, delay: 0 }).boxed()
        }
    };
    prop_oneof![name().prop_map(Strat::Substitute), error.prop_map(Strat::Answer), result.prop_map(Strat::Answer)]
}

fn action_kind() -> impl Strategy<Value = ActionKind> {
    let instruction = prop_oneof![
        "[0-9*#]{1,4}".prop_map(Instruction::Dtmf),
        (name(), option::of(name())).prop_map(|(text, language)| Instruction::Utterance { text, language }),
        Just(Instruction::Disconnect),
    ];
    let assertion =
        (name(), proptest::sample::select(Operator::ALL.to_vec()), name()).prop_map(|(path, operator, operand)| {
            Assertion { namespace: format!("$.Attributes.{path}"), operator, operand }
        });
    let change = flow_action(false)
        .prop_flat_map(|action| (Just(action.clone()), strategy(action.kind)))
        .prop_map(|(action, strategy)| Override { action, strategy });
    let log = btree_map(name(), name(), 1..3).prop_map(|map| ActionKind::LogData(map.into_iter().collect()));
    prop_oneof![
        instruction.prop_map(ActionKind::Send),
        assertion.prop_map(ActionKind::Assert),
        change.prop_map(ActionKind::Override),
        Just(ActionKind::EndTest),
        log,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing is lost and nothing is added, and the same content is always the same bytes.
    #[test]
    fn content_survives_decoding_and_encoding(json in content()) {
        let read = TestCaseContent::from_json(&json).expect("content");
        let written = read.to_json();
        prop_assert_eq!(&written, &json);
        let again = TestCaseContent::from_text(&written.to_string()).expect("content");
        prop_assert_eq!(&again, &read);
        prop_assert_eq!(again.to_json().to_string(), written.to_string());
    }

    /// What is written for a meaning is read as that meaning.
    #[test]
    fn meanings_survive(event in event_kind(), action in action_kind()) {
        prop_assert_eq!(Event::new("e", &event).meaning(), Ok(event));
        prop_assert_eq!(Action::new("a", &action, None).meaning(), Ok(action));
    }

    /// What is made of meanings is a chain in their order.
    #[test]
    fn observations_are_chains(kinds in vec(action_kind(), 0..4)) {
        let actions = kinds.iter().enumerate().map(|(at, kind)| (format!("a{at}"), kind.clone())).collect();
        let observation = Observation::new("o", &EventKind::TestInitiated, actions, vec![]);
        let chain: Vec<_> = observation.chain().iter().map(|action| action.meaning().expect("an action")).collect();
        prop_assert_eq!(chain, kinds);
    }

    /// Whatever is sent, there is an answer.
    #[test]
    fn nothing_panics(json in value(), data in "[{}\":a]{0,6}") {
        let content = json.to_string();
        let draft = super::Draft { content: &content, entry_point: Some(&json), initialization_data: Some(&data) };
        let _found = (super::problems(&draft), super::warnings(&draft));
    }
}

#[test]
fn operators_compare_as_they_say() {
    let table = [
        (Operator::Equals, "a", "a", true),
        (Operator::Equals, "a", "A", false),
        (Operator::TextStartsWith, "abc", "ab", true),
        (Operator::TextEndsWith, "abc", "ab", false),
        (Operator::TextContains, "abc", "b", true),
        (Operator::NumberGreaterThan, "10", "9", true),
        (Operator::NumberGreaterThan, "9", "9", false),
        (Operator::NumberGreaterOrEqualTo, "9.0", "9", true),
        (Operator::NumberLessThan, "x", "9", false),
        (Operator::NumberLessOrEqualTo, "9", "9", true),
    ];
    for (operator, value, operand, holds) in table {
        assert_eq!(operator.holds(value, operand), holds, "{value} {} {operand}", operator.name());
    }
    assert_eq!(json!(Operator::Equals.name()), "Equals");
}
