//! Rules and schedules on a clock that is moved, with a function that a test stands in for.

use std::cell::{Cell, RefCell};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use crate::clock;
use crate::handler::Environment;
use crate::input::object;
use crate::kinds::SCHEDULER;
use crate::services::carrying::{Answer, Invocation, InvocationError};
use crate::services::{events, iam, lambda, logs, s3, sns, sqs};
use crate::store::Store;
use crate::streaming::{Work, advance};

mod schedules;
mod targets;

const FUNCTION: &str = "arn:aws:lambda:us-west-2:123456789012:function:f";
const ROLE: &str = "arn:aws:iam::123456789012:role/r";
/// 2096-11-24T01:00:00Z: later than the machine's clock, which the sandbox's is never behind.
const START: Duration = Duration::from_hours(1_112_377);

/// An operation of a service.
type Service = fn(&Environment, &str, &Map<String, Value>) -> Result<Value, crate::AwsError>;

/// An account with a function `f`, queues `q` and `dead`, and a clock that stands.
struct Account {
    folder: tempfile::TempDir,
    store: Store,
    /// What the function got, each with the time by the clock.
    got: RefCell<Vec<(String, Value)>>,
    /// How often the function fails from now on.
    fails: Cell<usize>,
}

fn scheduler(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, crate::AwsError> {
    SCHEDULER.call(environment, operation, input)
}

fn queue(name: &str) -> String {
    format!("arn:aws:sqs:us-west-2:123456789012:{name}")
}

impl Account {
    fn new() -> Self {
        let account = Self {
            folder: tempfile::tempdir().unwrap(),
            store: Store::in_memory().unwrap(),
            got: RefCell::default(),
            fails: Cell::new(0),
        };
        std::fs::create_dir_all(account.folder.path().join("s3")).unwrap();
        clock::stand(account.folder.path(), UNIX_EPOCH + START).unwrap();
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        account.ask(iam::call, "CreateRole", json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust }));
        for name in ["q", "dead"] {
            account.ask(sqs::call, "CreateQueue", json!({ "QueueName": name }));
        }
        let mut zip = b"PK\x05\x06".to_vec();
        zip.resize(22, 0);
        let function = json!({
            "FunctionName": "f", "Runtime": "provided.al2023", "Handler": "bootstrap", "Role": ROLE,
            "Code": { "ZipFile": BASE64.encode(zip) }, "DeadLetterConfig": { "TargetArn": queue("dead") },
        });
        account.ask(lambda::call, "CreateFunction", function);
        account
    }

    fn now(&self) -> SystemTime {
        clock::now(self.folder.path())
    }

    fn within<R>(&self, work: impl FnOnce(&Environment) -> Result<R, crate::AwsError>) -> Result<R, crate::AwsError> {
        let (now, folder) = (self.now(), self.folder.path());
        self.store
            .transaction(|tx| work(&Environment { tx, account: "123456789012", region: "us-west-2", now, folder }))
    }

    #[track_caller]
    fn ask(&self, service: Service, operation: &str, input: Value) -> Value {
        self.within(|environment| service(environment, operation, &object(input))).unwrap()
    }

    fn with_work<R>(&self, invoke: &dyn Fn(&str, &Invocation) -> Option<Answer>, work: impl FnOnce(&Work) -> R) -> R {
        let now = || self.now();
        let folder = self.folder.path();
        work(&Work { store: &self.store, account: "123456789012", folder, now: &now, invoke })
    }

    fn function(&self, invocation: &Invocation) -> Answer {
        assert_eq!(invocation.function, FUNCTION);
        let event = serde_json::from_slice(&invocation.payload).unwrap();
        self.got.borrow_mut().push((events::text_time(self.now()), event));
        match self.fails.get() {
            0 => Ok(b"null".to_vec()),
            more => {
                self.fails.set(more - 1);
                Err(InvocationError::Failed("no".to_owned()))
            }
        }
    }

    /// Does what is due.
    fn settle(&self) {
        self.with_work(&|_, invocation| Some(self.function(invocation)), |work| while work.round().unwrap() {});
    }

    /// Moves the clock, as `callform sandbox advance` does; then it stands again.
    fn advance(&self, by: Duration) {
        let end = self.now() + by;
        let asked = self.store.transaction(|tx| advance::ask(tx, self.now(), by)).unwrap();
        self.with_work(&|_, invocation| Some(self.function(invocation)), |work| {
            while work.round().unwrap() || work.move_clock().unwrap() {}
        });
        assert!(self.store.transaction(|tx| advance::is_done(tx, &asked)).unwrap(), "something is due and is not done");
        clock::stand(self.folder.path(), end).unwrap();
    }

    /// The times by the clock at which the function got something.
    fn times(&self) -> Vec<String> {
        self.got.borrow().iter().map(|(time, _)| time.clone()).collect()
    }

    fn schedule(&self, name: &str, expression: &str, further: Value) {
        let mut input = json!({
            "Name": name,
            "ScheduleExpression": expression,
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": { "Arn": FUNCTION, "RoleArn": ROLE },
        });
        input.as_object_mut().unwrap().extend(object(further));
        self.ask(scheduler, "CreateSchedule", input);
    }

    fn rule(&self, name: &str, about: Value, targets: Value) {
        let mut input = json!({ "Name": name });
        input.as_object_mut().unwrap().extend(object(about));
        self.ask(events::call, "PutRule", input);
        self.ask(events::call, "PutTargets", json!({ "Rule": name, "Targets": targets }));
    }

    fn tell(&self, detail: &Value) {
        let entry = json!({ "Source": "own", "DetailType": "Told", "Detail": detail.to_string() });
        assert_eq!(self.ask(events::call, "PutEvents", json!({ "Entries": [entry] }))["FailedEntryCount"], 0);
    }

    /// Takes the messages of a queue: bodies, and values of their attributes.
    fn messages(&self, name: &str) -> Vec<(String, Map<String, Value>)> {
        let input = json!({ "QueueUrl": queue(name), "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"] });
        let received = self.ask(sqs::call, "ReceiveMessage", input);
        let messages = received["Messages"].as_array().cloned().unwrap_or_default();
        let attributes = |message: &Value| {
            let attributes = message["MessageAttributes"].as_object().cloned().unwrap_or_default();
            attributes.into_iter().map(|(name, value)| (name, value["StringValue"].clone())).collect()
        };
        messages.iter().map(|message| (message["Body"].as_str().unwrap().to_owned(), attributes(message))).collect()
    }

    fn bodies(&self, name: &str) -> Vec<String> {
        self.messages(name).into_iter().map(|(body, _)| body).collect()
    }
}
