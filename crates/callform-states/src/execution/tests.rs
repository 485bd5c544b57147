use std::cell::RefCell;

use proptest::prelude::*;

use super::*;
use crate::definition::Type;
use crate::failure::*;

const START: Moment = 1_796_000_000_000;

fn identity() -> Identity {
    Identity {
        arn: "arn:aws:states:us-west-2:123456789012:execution:m:e".to_owned(),
        name: "e".to_owned(),
        machine_arn: "arn:aws:states:us-west-2:123456789012:stateMachine:m".to_owned(),
        machine_name: "m".to_owned(),
        role_arn: "arn:aws:iam::123456789012:role/r".to_owned(),
        region: "us-west-2".to_owned(),
        is_express: false,
    }
}

type Answers<'a> = &'a dyn Fn(&Work) -> Result<Value, Failure>;

/// An execution that a test carries on, as it would be after every step in another process.
struct Runner {
    machine: Machine,
    execution: Execution,
    events: RefCell<Vec<Value>>,
}

impl Runner {
    #[track_caller]
    fn new(definition: &Value, input: Value) -> Self {
        let machine = Machine::read(&definition.to_string(), Type::Standard).unwrap();
        let execution = Execution::start(&machine, identity(), input, START, Chance::new(1));
        Self { machine, execution, events: RefCell::default() }
    }

    fn step(&mut self, now: Moment) -> Standing {
        let text = serde_json::to_string(&self.execution).unwrap();
        self.execution = serde_json::from_str(&text).unwrap();
        let standing = self.execution.step(&self.machine, now);
        self.events.borrow_mut().extend(self.execution.take_events());
        standing
    }

    /// Carries it on until it is over; every time that it waits for comes.
    fn run(&mut self, answers: Answers) -> Ending {
        let mut now = START;
        for _ in 0..10_000 {
            match self.step(now) {
                Standing::Ended(ending) => return ending,
                Standing::Waiting { requests, until } if requests.is_empty() => now = now.max(until.unwrap()),
                Standing::Waiting { requests, .. } => {
                    for request in requests {
                        let at = self.execution.clock();
                        self.execution.settle(request.id, answers(&request.work), at).unwrap();
                    }
                }
            }
        }
        panic!("it goes on for ever");
    }

    fn kinds(&self) -> Vec<String> {
        self.events.borrow().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

fn arguments(work: &Work) -> Value {
    match work {
        Work::Task { arguments, .. } => arguments.clone(),
        other => panic!("{other:?}"),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "in the place of answers that may be errors")]
fn echo(work: &Work) -> Result<Value, Failure> {
    Ok(arguments(work))
}

#[expect(clippy::needless_pass_by_value, reason = "tests hand over literals")]
fn run(states: Value, input: Value) -> Result<Value, Failure> {
    run_with(&json!({ "StartAt": "A", "States": states }), input, &echo)
}

fn run_with(definition: &Value, input: Value, answers: Answers) -> Result<Value, Failure> {
    let ending = Runner::new(definition, input).run(answers);
    match ending.failure {
        None => Ok(ending.output.unwrap()),
        Some(failure) => Err(failure),
    }
}

fn error(states: Value, input: Value) -> String {
    run(states, input).unwrap_err().error
}

#[test]
fn data_flow_as_paths_say() {
    let input = json!({ "a": { "b": 1 }, "c": "x" });
    let task = |fields: Value| {
        let mut task = json!({ "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true });
        task.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        run(json!({ "A": task }), input.clone())
    };
    for (fields, expected) in [
        (json!({}), input.clone()),
        (json!({ "InputPath": "$.a" }), json!({ "b": 1 })),
        (json!({ "InputPath": null }), json!({})),
        (json!({ "Parameters": { "x.$": "$.c" } }), json!({ "x": "x" })),
        (json!({ "InputPath": "$.a", "ResultPath": "$.r" }), json!({ "a": { "b": 1 }, "c": "x", "r": { "b": 1 } })),
        (json!({ "ResultPath": null }), input.clone()),
        (json!({ "ResultSelector": { "only.$": "$.c" } }), json!({ "only": "x" })),
        (json!({ "ResultPath": "$.r", "OutputPath": "$.r.a" }), json!({ "b": 1 })),
        (json!({ "OutputPath": null }), json!({})),
    ] {
        assert_eq!(task(fields.clone()), Ok(expected), "{fields}");
    }
    assert_eq!(task(json!({ "InputPath": "$.none" })).unwrap_err().error, RUNTIME);
    assert_eq!(task(json!({ "Parameters": { "x.$": "$.none" } })).unwrap_err().error, PARAMETER_PATH);
    assert_eq!(task(json!({ "ResultPath": "$.c.d" })).unwrap_err().error, RESULT_PATH);
    let failure = task(json!({ "OutputPath": "$.none" })).unwrap_err();
    assert!(failure.cause.starts_with("An error occurred while executing the state 'A' (entered at the event id #2)."));
}

#[test]
fn pass_choice_wait_succeed_and_fail() {
    let states = json!({
        "A": { "Type": "Pass", "Result": 5, "ResultPath": "$.n", "Next": "B" },
        "B": { "Type": "Wait", "Seconds": 10, "Next": "C" },
        "C": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericGreaterThan": 4, "Next": "D" }], "Default": "E" },
        "D": { "Type": "Succeed", "OutputPath": "$.n" },
        "E": { "Type": "Fail", "Error": "No", "CausePath": "States.Format('n is {}', $.n)" },
    });
    let definition = json!({ "StartAt": "A", "States": states });
    let mut runner = Runner::new(&definition, json!({}));
    let ending = runner.run(&echo);
    assert_eq!(ending.output, Some(json!(5)));
    assert_eq!(ending.at, START + 10_000);
    assert_eq!(
        runner.kinds(),
        [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "WaitStateEntered",
            "WaitStateExited",
            "ChoiceStateEntered",
            "ChoiceStateExited",
            "SucceedStateEntered",
            "SucceedStateExited",
            "ExecutionSucceeded",
        ]
    );
    let mut other = definition;
    other["States"]["A"]["Result"] = json!(1);
    let failure = run_with(&other, json!({}), &echo).unwrap_err();
    assert_eq!((failure.error.as_str(), failure.cause.as_str()), ("No", "n is 1"));
    let none = json!({ "A": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "IsNull": true, "Next": "B" }] }, "B": { "Type": "Succeed" } });
    assert_eq!(error(none.clone(), json!({ "n": 1 })), NO_CHOICE);
    assert_eq!(error(none, json!({})), RUNTIME);
    let wait = |fields: Value| {
        let mut wait = json!({ "Type": "Wait", "End": true });
        wait.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "StartAt": "A", "States": { "A": wait } })
    };
    let mut until = Runner::new(&wait(json!({ "TimestampPath": "$.t" })), json!({ "t": moment::write(START + 7_000) }));
    assert_eq!(until.run(&echo).at, START + 7_000);
    for bad in [json!("5"), json!(1.5), json!(-1)] {
        let failed = run_with(&wait(json!({ "SecondsPath": "$.s" })), json!({ "s": bad }), &echo);
        assert_eq!(failed.unwrap_err().error, RUNTIME);
    }
}

#[test]
fn errors_are_tried_again_at_growing_times_and_then_caught() {
    let definition = json!({ "StartAt": "A", "States": {
        "A": {
            "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
            "Retry": [{ "ErrorEquals": ["Busy"] }, { "ErrorEquals": ["Slow"], "MaxAttempts": 5, "MaxDelaySeconds": 3 }],
            "Catch": [{ "ErrorEquals": ["Busy"], "Next": "B", "ResultPath": "$.error" }],
        },
        "B": { "Type": "Pass", "End": true },
    } });
    let times = RefCell::new(Vec::new());
    let mut runner = Runner::new(&definition, json!({ "in": 1 }));
    let mut now = START;
    let ending = loop {
        match runner.step(now) {
            Standing::Ended(ending) => break ending,
            Standing::Waiting { requests, until } => match requests.first() {
                Some(request) => {
                    times.borrow_mut().push((now - START) / 1000);
                    runner.execution.settle(request.id, Err(Failure::new("Busy", "again")), now).unwrap();
                }
                None => now = until.unwrap(),
            },
        }
    };
    assert_eq!(*times.borrow(), [0, 1, 3, 7]);
    assert_eq!(ending.output, Some(json!({ "in": 1, "error": { "Error": "Busy", "Cause": "again" } })));
    let mut slow = Runner::new(&definition, json!({}));
    let ending = slow.run(&|_| Err(Failure::new("Slow", "")));
    // 1, 2, 3, 3, 3 seconds.
    assert_eq!(ending.at, START + 12_000);
    assert_eq!(ending.failure.unwrap().error, "Slow");
    let mut jitter = definition;
    jitter["States"]["A"]["Retry"] = json!([{ "ErrorEquals": ["Busy"], "JitterStrategy": "FULL", "MaxAttempts": 1 }]);
    let ending = Runner::new(&jitter, json!({})).run(&|_| Err(Failure::new("Busy", "")));
    assert!((START..START + 1_000).contains(&ending.at), "{}", ending.at);
}

#[test]
fn tasks_time_out_and_hearts_beat() {
    let definition = json!({ "StartAt": "A", "States": { "A": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": { "Token.$": "$$.Task.Token" }, "TimeoutSeconds": 100, "HeartbeatSeconds": 10, "End": true,
    } } });
    let begun = || {
        let mut runner = Runner::new(&definition, json!({}));
        let Standing::Waiting { requests, until } = runner.step(START) else { panic!() };
        assert_eq!(until, Some(START + 10_000));
        let token = arguments(&requests[0].work)["Token"].as_str().unwrap().to_owned();
        let id = runner.execution.by_token(&token).unwrap();
        assert_eq!(id, requests[0].id);
        runner.execution.submit(id, &json!({ "MessageId": "m" }), START).unwrap();
        assert!(runner.execution.requests().is_empty());
        (runner, id, token)
    };
    let (mut answered, id, token) = begun();
    answered.execution.beat(id, START + 9_000).unwrap();
    assert!(matches!(answered.step(START + 15_000), Standing::Waiting { .. }));
    answered.execution.settle(id, Ok(json!("done")), START + 15_000).unwrap();
    assert_eq!(answered.execution.by_token(&token), Err(NotAsked));
    assert_eq!(answered.execution.settle(id, Ok(json!(0)), START), Err(NotAsked));
    let Standing::Ended(ending) = answered.step(START + 15_000) else { panic!() };
    assert_eq!(ending.output, Some(json!("done")));
    assert!(answered.kinds().contains(&"TaskSubmitted".to_owned()));
    let (mut silent, id, token) = begun();
    let Standing::Ended(ending) = silent.step(START + 60_000) else { panic!() };
    assert_eq!(ending.failure.unwrap().error, HEARTBEAT);
    assert_eq!(ending.at, START + 10_000);
    assert_eq!(silent.execution.by_token(&token), Err(NotAsked));
    assert_eq!(silent.execution.beat(id, START), Err(NotAsked));
    let (mut beating, id, _) = begun();
    for second in 1..100 {
        beating.execution.beat(id, START + second * 1_000).unwrap();
    }
    let Standing::Ended(ending) = beating.step(START + 200_000) else { panic!() };
    assert_eq!((ending.failure.unwrap().error.as_str(), ending.at), (TIMEOUT, START + 100_000));
    let whole = json!({ "StartAt": "A", "TimeoutSeconds": 5, "States": { "A": { "Type": "Wait", "Seconds": 9, "End": true } } });
    let ending = Runner::new(&whole, json!({})).run(&echo);
    assert_eq!((ending.status, ending.at), (Status::TimedOut, START + 5_000));
}

#[test]
fn branches_run_beside_each_other() {
    let branch = |seconds: u64, name: &str| {
        json!({ "StartAt": format!("W{name}"), "States": {
        format!("W{name}"): { "Type": "Wait", "Seconds": seconds, "Next": format!("T{name}") },
        format!("T{name}"): { "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": { "n": name }, "End": true },
    } })
    };
    let definition = json!({ "StartAt": "A", "States": { "A": {
        "Type": "Parallel", "Branches": [branch(5, "x"), branch(2, "y")], "ResultPath": "$.r", "End": true,
        "Catch": [{ "ErrorEquals": ["Bad"], "Next": "B" }],
    }, "B": { "Type": "Pass", "Parameters": { "caught.$": "$.Cause" }, "End": true } } });
    let order = RefCell::new(Vec::new());
    let mut runner = Runner::new(&definition, json!({ "i": 1 }));
    let ending = runner.run(&|work| {
        order.borrow_mut().push(arguments(work)["n"].clone());
        echo(work)
    });
    assert_eq!(ending.output, Some(json!({ "i": 1, "r": [{ "n": "x" }, { "n": "y" }] })));
    assert_eq!(ending.at, START + 5_000);
    assert_eq!(*order.borrow(), ["y", "x"]);
    let mut failing = Runner::new(&definition, json!({}));
    let ending = failing.run(&|work| match arguments(work)["n"].as_str() {
        Some("y") => Err(Failure::new("Bad", "why")),
        _ => panic!("the other branch goes on"),
    });
    assert_eq!(ending.output, Some(json!({ "caught": "why" })));
    assert!(failing.kinds().contains(&"ParallelStateFailed".to_owned()));
}

#[expect(clippy::needless_pass_by_value, reason = "tests hand over literals")]
fn map(fields: Value, processor: Value) -> Value {
    let mut map = json!({ "Type": "Map", "ItemProcessor": processor, "End": true });
    map.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "StartAt": "A", "States": { "A": map } })
}

fn publishing() -> Value {
    json!({ "StartAt": "I", "States": { "I": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true } } })
}

#[test]
fn maps_run_their_items() {
    let definition = map(
        json!({ "ItemsPath": "$.list", "ItemSelector": { "v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "k.$": "$.k" }, "MaxConcurrency": 2 }),
        publishing(),
    );
    let input = json!({ "list": ["a", "b", "c"], "k": 9 });
    let mut runner = Runner::new(&definition, input.clone());
    let Standing::Waiting { requests, .. } = runner.step(START) else { panic!() };
    assert_eq!(requests.len(), 2);
    let ending = runner.run(&echo);
    let expected = json!([{ "v": "a", "i": 0, "k": 9 }, { "v": "b", "i": 1, "k": 9 }, { "v": "c", "i": 2, "k": 9 }]);
    assert_eq!(ending.output, Some(expected));
    let kinds = runner.kinds();
    assert_eq!(kinds.iter().filter(|kind| *kind == "MapIterationSucceeded").count(), 3);
    let fails = |work: &Work| match arguments(work)["v"].as_str() {
        Some("b") => Err(Failure::new("Bad", "item")),
        _ => echo(work),
    };
    let failure = run_with(&definition, input.clone(), &fails).unwrap_err();
    assert_eq!((failure.error.as_str(), failure.cause.as_str()), ("Bad", "item"));
    let mut tolerant = definition.clone();
    tolerant["States"]["A"]["ToleratedFailureCount"] = json!(1);
    assert_eq!(run_with(&tolerant, input.clone(), &fails).unwrap().as_array().unwrap().len(), 2);
    tolerant["States"]["A"]["ToleratedFailureCount"] = json!(0);
    assert_eq!(run_with(&tolerant, input, &fails).unwrap_err().error, TOLERANCE);
    assert_eq!(run_with(&definition, json!({ "list": [], "k": 1 }), &echo), Ok(json!([])));
    assert_eq!(run_with(&definition, json!({ "list": 5, "k": 1 }), &echo).unwrap_err().error, RUNTIME);
    let object = map(json!({}), publishing());
    assert_eq!(run_with(&object, json!({ "x": 1 }), &echo), Ok(json!([{ "Key": "x", "Value": 1 }])));
}

#[test]
fn distributed_maps_read_batch_and_write() {
    let mut processor = publishing();
    processor["ProcessorConfig"] = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
    let definition = map(
        json!({
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject", "Parameters": { "Bucket": "b", "Key.$": "$.key" },
                "ReaderConfig": { "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 4 },
            },
            "ItemBatcher": { "MaxItemsPerBatch": 2, "BatchInput": { "k.$": "$.key" } },
            "ToleratedFailurePercentage": 50,
            "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "b", "Prefix": "p" } },
        }),
        processor,
    );
    let written = RefCell::new(None);
    let answers = |work: &Work| match work {
        Work::Read { arguments, most, .. } => {
            assert_eq!((arguments, *most), (&json!({ "Bucket": "b", "Key": "f.csv" }), Some(4)));
            Ok(json!([1, 2, 3]))
        }
        Work::Task { arguments, .. } if arguments["Items"] == json!([3]) => Err(Failure::new("Bad", "")),
        Work::Task { arguments, .. } => Ok(arguments.clone()),
        Work::Write { succeeded, failed, .. } => {
            *written.borrow_mut() = Some((succeeded.len(), failed.len()));
            Ok(json!({ "written": true }))
        }
    };
    let mut runner = Runner::new(&definition, json!({ "key": "f.csv" }));
    let ending = runner.run(&answers);
    assert_eq!(ending.output, Some(json!({ "written": true })));
    assert_eq!(*written.borrow(), Some((1, 1)));
    let run = &runner.execution.map_runs()[0];
    assert_eq!((run.total, run.succeeded, run.failed, run.status), (2, 1, 1, Status::Succeeded));
    assert!(runner.kinds().contains(&"MapRunSucceeded".to_owned()));
    assert!(!runner.kinds().contains(&"TaskScheduled".to_owned()));
    let mut strict = definition;
    strict["States"]["A"]["ToleratedFailurePercentage"] = json!(49);
    let failure = run_with(&strict, json!({ "key": "f.csv" }), &answers).unwrap_err();
    assert_eq!(failure.error, TOLERANCE);
}

#[test]
fn variables_are_seen_by_states_after_and_inside() {
    let states = json!({
        "A": { "Type": "Pass", "Assign": { "x": 1, "y.$": "$.in" }, "Next": "B" },
        "B": { "Type": "Pass", "Assign": { "x": 2, "old.$": "$x" }, "Next": "C" },
        "C": { "Type": "Parallel", "Branches": [{ "StartAt": "D", "States": {
            "D": { "Type": "Pass", "Assign": { "inner": 1 }, "Parameters": { "x.$": "$x", "y.$": "$y", "old.$": "$old" }, "End": true } } }], "Next": "E" },
        "E": { "Type": "Choice", "Choices": [{ "Variable": "$x", "NumericEquals": 2, "Next": "F" }] },
        "F": { "Type": "Pass", "OutputPath": "$[0]", "End": true },
    });
    assert_eq!(run(states, json!({ "in": "v" })), Ok(json!({ "x": 2, "y": "v", "old": 1 })));
    let unknown = json!({ "A": { "Type": "Pass", "Parameters": { "x.$": "$none" }, "End": true } });
    assert_eq!(error(unknown, json!({})), PARAMETER_PATH);
}

#[test]
fn jsonata_states() {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish",
            "Arguments": { "n": "{% $states.input.n * 2 %}", "name": "{% $states.context.Execution.Name %}" },
            "Assign": { "n": "{% $states.result.n %}" },
            "Output": "{% $merge([$states.input, {'r': $states.result}]) %}", "Next": "B" },
        "B": { "Type": "Choice", "Choices": [{ "Condition": "{% $n > 3 %}", "Next": "C", "Output": { "big": "{% $n %}" } }], "Default": "D" },
        "C": { "Type": "Map", "Items": "{% [1..3] %}", "ItemSelector": { "v": "{% $states.context.Map.Item.Value + $n %}" },
            "ItemProcessor": { "StartAt": "P", "States": { "P": { "Type": "Pass", "Output": "{% $states.input.v %}", "End": true } } }, "Next": "W" },
        "W": { "Type": "Wait", "Seconds": "{% $n %}", "Output": "{% $sum($states.input) %}", "End": true },
        "D": { "Type": "Fail", "Error": "Small", "Cause": "{% 'n is ' & $n %}" },
    } });
    let mut runner = Runner::new(&definition, json!({ "n": 2 }));
    let ending = runner.run(&echo);
    assert_eq!((ending.output, ending.at), (Some(json!(18)), START + 4_000));
    assert_eq!(run_with(&definition, json!({ "n": 1 }), &echo).unwrap_err().cause, "n is 2");
    let failing = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": "{% $states.input.none %}", "End": true,
            "Catch": [{ "ErrorEquals": ["States.QueryEvaluationError"], "Next": "B", "Output": "{% $states.errorOutput.Error %}" }] },
        "B": { "Type": "Succeed" },
    } });
    let mut runner = Runner::new(&failing, json!({}));
    assert_eq!(runner.run(&echo).output, Some(json!(QUERY)));
    assert!(runner.kinds().contains(&"EvaluationFailed".to_owned()));
}

#[test]
fn limits_end_executions() {
    let circle = json!({ "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Choice", "Choices": [{ "Variable": "$.a", "IsNull": true, "Next": "C" }], "Default": "A" }, "C": { "Type": "Succeed" } });
    let definition = json!({ "StartAt": "A", "States": circle });
    let mut runner = Runner::new(&definition, json!({ "a": 1 }));
    assert!(runner.run(&echo).failure.unwrap().cause.contains("25000"));
    assert!(runner.kinds().len() <= 25_000);
    let deeper = json!({ "A": { "Type": "Pass", "Parameters": { "a.$": "$" }, "Next": "B" }, "B": { "Type": "Pass", "Parameters": { "a.$": "$" }, "Next": "A" } });
    assert_eq!(error(deeper, json!({})), DATA_LIMIT);
    let large = |_: &Work| Ok(json!("x".repeat(LARGEST_PAYLOAD)));
    let task = json!({ "StartAt": "A", "States": { "A": { "Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }] }, "B": { "Type": "Succeed" } } });
    assert_eq!(run_with(&task, json!({}), &large).unwrap_err().error, DATA_LIMIT);
    let mut stopped = Runner::new(&task, json!({}));
    stopped.step(START);
    assert!(stopped.execution.stop(Failure::new("Me", "enough"), START + 5));
    assert!(!stopped.execution.stop(Failure::new("Me", "again"), START + 6));
    let Standing::Ended(ending) = stopped.step(START + 10) else { panic!() };
    assert_eq!((ending.status, ending.at), (Status::Aborted, START + 5));
}

#[test]
fn the_history_is_a_chain() {
    let definition = map(json!({ "MaxConcurrency": 1 }), publishing());
    let mut runner = Runner::new(&definition, json!([1, 2]));
    runner.run(&echo);
    let events = runner.events.borrow();
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event["id"], json!(index + 1));
        assert!(event["previousEventId"].as_u64().unwrap() <= u64::try_from(index).unwrap(), "{event}");
    }
    assert_eq!(events[0]["previousEventId"], 0);
    let last = events.last().unwrap();
    assert_eq!(last["executionSucceededEventDetails"]["output"], "[1,2]");
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..5).prop_map(Value::from),
        prop::sample::select(vec![
            "$",
            "$.a",
            "$[0]",
            "$$.x",
            "{% 1 %}",
            "{% $states.input.a %}",
            "A",
            "B",
            "States.UUID()",
            "2026-01-01T00:00:00Z",
            "JSONata",
            "$x"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(vec!["a", "b.$", "x"]), inner), 0..3).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
            }),
        ]
    })
}

fn any_state() -> impl Strategy<Value = Value> {
    let fields = vec![
        "InputPath",
        "OutputPath",
        "ResultPath",
        "Parameters",
        "ResultSelector",
        "Arguments",
        "Output",
        "Assign",
        "Seconds",
        "SecondsPath",
        "Timestamp",
        "Error",
        "Cause",
        "Result",
        "QueryLanguage",
        "ItemsPath",
        "Items",
        "ItemSelector",
        "MaxConcurrency",
        "TimeoutSeconds",
        "ToleratedFailurePercentage",
        "ItemBatcher",
        "ItemReader",
    ];
    let types = vec!["Pass", "Task", "Wait", "Succeed", "Fail", "Choice", "Map", "Parallel"];
    (
        prop::sample::select(types),
        prop::collection::vec((prop::sample::select(fields), any_value()), 0..4),
        any::<bool>(),
    )
        .prop_map(|(kind, fields, ends)| {
            let mut state: Map<String, Value> =
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            state.insert("Type".to_owned(), kind.into());
            let inner = json!({ "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } });
            match kind {
                "Choice" => {
                    let rules = json!([{ "Variable": "$.a", "IsNull": ends, "Next": "B" }]);
                    state.insert("Choices".to_owned(), rules);
                }
                "Map" => drop(state.insert("ItemProcessor".to_owned(), inner)),
                "Parallel" => drop(state.insert("Branches".to_owned(), json!([inner]))),
                "Task" => drop(state.insert("Resource".to_owned(), "arn:aws:states:::sns:publish".into())),
                _ => {}
            }
            if !["Choice", "Succeed", "Fail"].contains(&kind) {
                let (name, value) = if ends { ("End", json!(true)) } else { ("Next", json!("B")) };
                state.insert(name.to_owned(), value);
            }
            state.into()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_definition_and_no_input_panics(first in any_state(), second in any_state(), input in any_value()) {
        let definition = json!({ "StartAt": "A", "States": { "A": first, "B": second } });
        if let Ok(machine) = Machine::read(&definition.to_string(), Type::Standard) {
            let mut execution = Execution::start(&machine, identity(), input, START, Chance::new(5));
            for _ in 0..50 {
                let due = execution.due().unwrap_or(START);
                match execution.step(&machine, due) {
                    Standing::Ended(_) => break,
                    Standing::Waiting { requests, .. } => {
                        for request in requests {
                            execution.settle(request.id, Ok(json!([{ "a": 1 }])), due).unwrap();
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        // What comes of it does not matter here.
        drop(crate::path::Path::read(&text));
        drop(crate::path::Path::read(&format!("$.a[{text}]")));
        drop(crate::intrinsics::Expression::read(&format!("States.Format('{text}', {text})")));
        drop(crate::jsonata::problem(&text));
        drop(Machine::read(&text, Type::Standard));
        drop(crate::items::read(&json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" }), text.as_bytes(), None));
    }
}
