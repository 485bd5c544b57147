//! Executions of test cases on the flows that an instance has.

use callform_call::test_case::{
    ActionKind, Answer, Assertion, Criterion, EventKind, FlowAction, FlowActionKind, Instruction, Message, Observation,
    Operator, Override, Strategy, TestCaseContent,
};
use serde_json::{Value, json};

use super::{ID, Instance};

fn hears(text: &str) -> EventKind {
    EventKind::MessageReceived { message: Message::Text(text.to_owned()), criterion: Some(Criterion::Inclusion) }
}

/// A published test case of observations one after the other.
fn test_case(instance: &Instance, name: &str, flow: &str, steps: &[(EventKind, Vec<ActionKind>)]) -> String {
    let observations = steps.iter().enumerate().map(|(at, (event, actions))| {
        let actions = actions.iter().enumerate().map(|(one, kind)| (format!("a{at}-{one}"), kind.clone())).collect();
        let next = if at + 1 < steps.len() { vec![format!("o{}", at + 1)] } else { vec![] };
        Observation::new(format!("o{at}"), event, actions, next)
    });
    let content = TestCaseContent::new(observations.collect()).to_json().to_string();
    let input = json!({
        "Name": name,
        "Content": content,
        "EntryPoint": {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": {"FlowId": flow}},
        "Status": "PUBLISHED",
    });
    instance.made("CreateTestCase", input, "TestCaseId")
}

fn greeting(instance: &Instance) -> String {
    let actions = [
        action("say", "MessageParticipant", &json!({"Text": "Thank you for calling."}), &json!({"NextAction": "end"})),
        action("end", "DisconnectParticipant", &json!({}), &json!({})),
    ];
    let content = json!({"Version": "2019-10-30", "StartAction": "say", "Metadata": {}, "Actions": actions});
    let input = json!({"Name": "greeting", "Type": "CONTACT_FLOW", "Content": content.to_string()});
    instance.made("CreateContactFlow", input, "ContactFlowId")
}

/// One that never ends by itself.
fn waiting(instance: &Instance) -> String {
    test_case(instance, "waits", &greeting(instance), &[(hears("something else"), vec![])])
}

fn start(instance: &Instance, id: &str) -> String {
    instance.made("StartTestCaseExecution", json!({"TestCaseId": id}), "TestCaseExecutionId")
}

fn of(instance: &Instance, operation: &str, id: &str, execution: &str) -> Value {
    instance.call(operation, json!({"TestCaseId": id, "TestCaseExecutionId": execution}))
}

fn status(instance: &Instance, id: &str, execution: &str) -> Value {
    of(instance, "GetTestCaseExecutionSummary", id, execution)["Status"].clone()
}

#[test]
fn an_execution_passes_and_says_how() {
    let instance = Instance::new();
    let steps = [(EventKind::TestInitiated, vec![]), (hears("thank you for calling"), vec![ActionKind::EndTest])];
    let id = test_case(&instance, "greets", &greeting(&instance), &steps);
    let token = json!({"TestCaseId": id, "ClientToken": "t"});
    let started = instance.call("StartTestCaseExecution", token.clone());
    assert_eq!([&started["TestCaseId"], &started["Status"]], [&json!(id), &json!("INITIATED")]);
    assert_eq!(instance.call("StartTestCaseExecution", token), started, "once per token");
    let execution = started["TestCaseExecutionId"].as_str().unwrap();
    let now = 1_795_251_600.25;
    let counts = json!({"TotalObservations": 2, "ObservationsPassed": 2, "ObservationsFailed": 0});
    let expected = json!({"Status": "PASSED", "StartTime": now, "EndTime": now, "ObservationSummary": counts});
    assert_eq!(of(&instance, "GetTestCaseExecutionSummary", &id, execution), expected);
    let records = of(&instance, "ListTestCaseExecutionRecords", &id, execution)["ExecutionRecords"].clone();
    let of_record = |record: &Value| {
        let content: Value = serde_json::from_str(record["Record"].as_str().unwrap()).unwrap();
        (content["Type"].as_str().unwrap().to_owned(), record["ObservationId"].as_str().unwrap_or("-").to_owned())
    };
    let seen: Vec<(String, String)> = records.as_array().unwrap().iter().map(of_record).collect();
    let seen: Vec<(&str, &str)> = seen.iter().map(|(kind, of)| (kind.as_str(), of.as_str())).collect();
    let observed = "OBSERVATION";
    let expected =
        [("INITIATION", "-"), ("EXECUTION_START", "-"), (observed, "o0"), (observed, "o1"), ("COMPLETION", "-")];
    assert_eq!(seen, expected);
    let listed = instance.call("ListTestCaseExecutions", json!({"TestCaseName": "greets", "Status": "PASSED"}));
    assert_eq!(listed["TestCaseExecutions"][0]["TestCaseExecutionId"], execution);
    let none = |filter: Value| instance.call("ListTestCaseExecutions", filter)["TestCaseExecutions"] == json!([]);
    assert!(
        none(json!({"TestCaseName": "other"})) && none(json!({"Status": "FAILED"})) && none(json!({"TestCaseId": ID}))
    );
    assert!(none(json!({"StartTime": 1_795_251_600_251_i64})) && none(json!({"EndTime": 1_795_251_600_249_i64})));
    instance.call("DeleteTestCase", json!({"TestCaseId": id}));
    assert!(none(json!({})), "they go with their test case");
}

#[test]
fn five_run_at_a_time_and_each_takes_five_minutes() {
    let instance = Instance::new();
    let id = waiting(&instance);
    let executions: Vec<String> = (0..6).map(|_| start(&instance, &id)).collect();
    let statuses = || -> Vec<String> {
        executions.iter().map(|one| status(&instance, &id, one).as_str().unwrap().to_owned()).collect()
    };
    let all_but_last = |first: &str, last: &str| {
        let mut expected = vec![first.to_owned(); 5];
        expected.push(last.to_owned());
        expected
    };
    assert_eq!(statuses(), all_but_last("IN_PROGRESS", "INITIATED"));
    instance.pass(299);
    assert_eq!(statuses(), all_but_last("IN_PROGRESS", "INITIATED"));
    instance.pass(1);
    assert_eq!(statuses(), all_but_last("FAILED", "IN_PROGRESS"));
    instance.pass(300);
    assert_eq!(statuses(), all_but_last("FAILED", "FAILED"));
    let failed = of(&instance, "GetTestCaseExecutionSummary", &id, &executions[5]);
    assert_eq!(failed["StartTime"], 1_795_251_900.25);
    assert_eq!(failed["ObservationSummary"]["ObservationsFailed"], 1);
    let records = of(&instance, "ListTestCaseExecutionRecords", &id, &executions[5]);
    let last = records["ExecutionRecords"].as_array().unwrap().last().unwrap();
    assert!(last["Record"].as_str().unwrap().contains("\"Type\":\"TIMEOUT\""), "{last}");
}

#[test]
fn a_hundred_run_and_wait() {
    let instance = Instance::new();
    let id = waiting(&instance);
    for _ in 0..100 {
        start(&instance, &id);
    }
    let refusal = instance.attempt("StartTestCaseExecution", json!({"TestCaseId": id})).unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (402, "ServiceQuotaExceededException"));
    instance.pass(300);
    start(&instance, &id);
}

#[test]
fn an_execution_is_stopped_while_it_runs() {
    let instance = Instance::new();
    let id = waiting(&instance);
    let execution = start(&instance, &id);
    instance.pass(10);
    of(&instance, "StopTestCaseExecution", &id, &execution);
    of(&instance, "StopTestCaseExecution", &id, &execution);
    instance.pass(300);
    let summary = of(&instance, "GetTestCaseExecutionSummary", &id, &execution);
    assert_eq!([&summary["Status"], &summary["EndTime"]], [&json!("STOPPED"), &json!(1_795_251_610.25)]);
    let other = start(&instance, &id);
    instance.pass(300);
    let stop = json!({"TestCaseId": id, "TestCaseExecutionId": other});
    let expected = format!("InvalidRequestException: The test case execution {other} is over.");
    assert_eq!(instance.refusal("StopTestCaseExecution", stop), expected);
}

fn action(identifier: &str, action_type: &str, parameters: &Value, ways: &Value) -> Value {
    json!({"Identifier": identifier, "Type": action_type, "Parameters": parameters, "Transitions": ways})
}

/// A flow that asks hours and a function, and puts who presses 1 into a queue.
fn own_flow(instance: &Instance, queue: &str, hours: &str, function: &str) -> String {
    let error = |kind: &str, next: &str| json!({"ErrorType": kind, "NextAction": next});
    let case = |operand: &str, next: &str| json!({"NextAction": next, "Condition": {"Operator": "Equals", "Operands": [operand]}});
    let menu = json!({"Text": "Hello $.External.name. Press 1.", "StoreInput": "False", "InputTimeLimitSeconds": "5"});
    let actions = [
        action(
            "hours",
            "CheckHoursOfOperation",
            &json!({"HoursOfOperationId": hours}),
            &json!({
                "NextAction": "end", "Errors": [error("NoMatchingError", "end")],
                "Conditions": [case("True", "lookup"), case("False", "closed")],
            }),
        ),
        action("closed", "MessageParticipant", &json!({"Text": "We are closed."}), &json!({"NextAction": "end"})),
        action(
            "lookup",
            "InvokeLambdaFunction",
            &json!({"LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "3"}),
            &json!({"NextAction": "menu", "Errors": [error("NoMatchingError", "menu")]}),
        ),
        action(
            "menu",
            "GetParticipantInput",
            &menu,
            &json!({
                "NextAction": "end", "Conditions": [case("1", "set")],
                "Errors": [
                    error("NoMatchingCondition", "end"), error("NoMatchingError", "end"),
                    error("InputTimeLimitExceeded", "end"),
                ],
            }),
        ),
        action(
            "set",
            "UpdateContactTargetQueue",
            &json!({"QueueId": queue}),
            &json!({
                "NextAction": "queue", "Errors": [error("NoMatchingError", "end")],
            }),
        ),
        action(
            "queue",
            "TransferContactToQueue",
            &json!({}),
            &json!({
                "NextAction": "end", "Errors": [error("QueueAtCapacity", "end"), error("NoMatchingError", "end")],
            }),
        ),
        action("end", "DisconnectParticipant", &json!({}), &json!({})),
    ];
    let content = json!({"Version": "2019-10-30", "StartAction": "hours", "Metadata": {}, "Actions": actions});
    let input = json!({"Name": "own", "Type": "CONTACT_FLOW", "Content": content.to_string()});
    instance.made("CreateContactFlow", input, "ContactFlowId")
}

#[test]
fn executions_run_on_what_the_instance_has() {
    let instance = Instance::new();
    let hours = instance.id_of("ListHoursOfOperations", "HoursOfOperationSummaryList", "Basic Hours");
    let never = json!({"Name": "Never", "TimeZone": "UTC", "Config": []});
    let never = instance.made("CreateHoursOfOperation", never, "HoursOfOperationId");
    let queue = instance.queue("Parcels");
    let function = "arn:aws:lambda:us-west-2:123456789012:function:lookup";
    let flow = own_flow(&instance, &queue, &hours, function);
    let instead = |kind, resource: &str, strategy| {
        ActionKind::Override(Override { action: FlowAction::new(kind, resource), strategy })
    };
    let open = || {
        let answer = Strategy::Answer(Answer::InHours(true));
        instead(FlowActionKind::CheckHoursOfOperation, &hours, answer)
    };
    let mary = Strategy::Answer(Answer::Data { loaded: "{\"name\": \"Mary\"}".to_owned(), delay: 0 });
    let mary = instead(FlowActionKind::InvokeLambdaFunction, function, mary);
    let waits = EventKind::FlowActionStarted(FlowAction::new(FlowActionKind::TransferContactToQueue, queue));
    let namespace = "$.Queue.Name".to_owned();
    let check = Assertion { namespace, operator: Operator::Equals, operand: "Parcels".to_owned() };
    let press = ActionKind::Send(Instruction::Dtmf("1".to_owned()));
    let steps = [
        (EventKind::TestInitiated, vec![open(), mary]),
        (hears("hello mary. press 1"), vec![press]),
        (waits, vec![ActionKind::Assert(check), ActionKind::EndTest]),
    ];
    let id = test_case(&instance, "queue", &flow, &steps);
    assert_eq!(status(&instance, &id, &start(&instance, &id)), "PASSED");

    let other = instead(FlowActionKind::CheckHoursOfOperation, &hours, Strategy::Substitute(never));
    let steps = [(EventKind::TestInitiated, vec![other]), (hears("we are closed"), vec![ActionKind::EndTest])];
    let id = test_case(&instance, "closed", &flow, &steps);
    assert_eq!(status(&instance, &id, &start(&instance, &id)), "PASSED");

    let steps = [(EventKind::TestInitiated, vec![open()]), (hears("press 1"), vec![ActionKind::EndTest])];
    let id = test_case(&instance, "function", &flow, &steps);
    let refusal = instance.refusal("StartTestCaseExecution", json!({"TestCaseId": id}));
    let expected = format!(
        "NotImplementedException: The sandbox does not support Connect StartTestCaseExecution here: the flow invokes \
         {function}."
    );
    assert_eq!(refusal, expected);
}
