//! The functions, and a whole collection, on the services of the sandbox.

#![expect(clippy::unwrap_used, reason = "a world that is not as it should be is a failed test")]

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_lambda::{Aws, Environment, Invocation};
use callform_recordings::synthetic::Script;
use callform_signed::{Retries, Service, SignedCalls};
use collection::aws::{Connect, DynamoDb, S3, Services, Transcribe};
use collection::function::{Flow, Recordings, Records, Turns};
use collection::item::{Mode, State, Status};
use collection::outside::Directory as _;
use collection::policy::Policy;
use collection::work::{NewAgent, NewCollection, PoolEntry, Scope, Work};
use serde_json::{Value, json};

const TABLE: &str = "collections";
const BUCKET: &str = "recordings";

/// An account in a folder with a table, an instance and a bucket.
struct Account {
    aws: Aws,
    url: String,
    instance: String,
    arn: String,
    profile: String,
    security_profiles: Vec<String>,
    sandbox: callform_sandbox::Running,
    _folder: tempfile::TempDir,
}

impl Account {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = callform_sandbox::Options {
            folder: folder.path().to_owned(),
            port: 0,
            region: "us-west-2".to_owned(),
            faults: None,
        };
        let sandbox = callform_sandbox::start(options).await.unwrap();
        let url = sandbox.url().to_owned();
        let aws = Aws::local(&url);
        let calls = aws.calls().await;
        make_table(calls).await;
        rest(calls, Service::S3, "S3 CreateBucket", ("PUT", format!("/{BUCKET}")), None).await;
        let input = json!({
            "InstanceAlias": "collecting", "IdentityManagementType": "CONNECT_MANAGED",
            "InboundCallsEnabled": true, "OutboundCallsEnabled": false,
        });
        let made =
            rest(calls, Service::Connect, "Connect CreateInstance", ("PUT", "/instance".to_owned()), Some(&input))
                .await;
        let instance = made["Id"].as_str().unwrap().to_owned();
        let first = async |operation, path: &str, list: &str, name: &str| {
            let answer = rest(calls, Service::Connect, operation, ("GET", format!("{path}{instance}")), None).await;
            let all = answer[list].as_array().unwrap().clone();
            all.iter().find(|one| one["Name"] == name).unwrap()["Id"].as_str().unwrap().to_owned()
        };
        let profiles = ("/routing-profiles-summary/", "RoutingProfileSummaryList");
        let profile = first("Connect ListRoutingProfiles", profiles.0, profiles.1, "Basic Routing Profile").await;
        let security = ("/security-profiles-summary/", "SecurityProfileSummaryList");
        let agent = first("Connect ListSecurityProfiles", security.0, security.1, "Agent").await;
        Self {
            arn: made["Arn"].as_str().unwrap().to_owned(),
            aws,
            url,
            instance,
            profile,
            security_profiles: vec![agent],
            sandbox,
            _folder: folder,
        }
    }

    fn environment(&self) -> Environment {
        Environment::from([
            ("TABLE", TABLE),
            ("INSTANCE", &self.arn),
            ("IDLE_PROFILE", &self.profile),
            ("BUCKET", BUCKET),
        ])
    }

    fn aws(&self) -> Aws {
        Aws::local(&self.url)
    }

    async fn end(self) {
        self.sandbox.stop().await;
    }
}

async fn rest(
    calls: &SignedCalls,
    service: Service,
    operation: &'static str,
    place: (&'static str, String),
    input: Option<&Value>,
) -> Value {
    calls.rest(service, operation, place, input, Retries::Never).await.unwrap()
}

async fn make_table(calls: &SignedCalls) {
    let text = |name: &str| json!({ "AttributeName": name, "AttributeType": "S" });
    let number = |name: &str| json!({ "AttributeName": name, "AttributeType": "N" });
    let index = |name: &str, part: &str, sort: &str| {
        json!({
            "IndexName": name, "Projection": { "ProjectionType": "KEYS_ONLY" },
            "KeySchema": [{ "AttributeName": part, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }],
        })
    };
    let input = json!({
        "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "key", "KeyType": "HASH" }],
        "AttributeDefinitions": [
            text("key"), text("shard"), number("due"), text("owner"), number("at"), text("whose"), number("since"),
        ],
        "GlobalSecondaryIndexes": [
            index("by_due", "shard", "due"), index("by_owner", "owner", "at"), index("by_person", "whose", "since"),
        ],
    });
    calls.json(Service::DynamoDb, "DynamoDB CreateTable", &input).await.unwrap();
}

fn invocation() -> Invocation {
    let at = SystemTime::now();
    Invocation { request_id: "r".to_owned(), at, deadline: at + Duration::from_secs(8) }
}

/// An event of a flow.
fn asked(step: &str, further: &Value) -> Value {
    let mut parameters = json!({ "step": step });
    parameters.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    json!({ "Details": {
        "ContactData": { "ContactId": "k-1", "InitialContactId": "k-1",
                         "CustomerEndpoint": { "Address": "+15550100134", "Type": "TELEPHONE_NUMBER" } },
        "Parameters": parameters,
    } })
}

/// The event of a call's end, and a batch of the stream with its record among other things.
fn told_of_the_end(at: &str, recording: &str) -> (Value, Value) {
    let ended = json!({ "source": "aws.connect", "time": at, "detail": { "eventType": "DISCONNECTED",
        "contactId": "k-1", "channel": "VOICE", "initiationMethod": "INBOUND", "disconnectTimestamp": at } });
    let record = json!({ "ContactId": "k-1", "Channel": "VOICE", "InitiationMethod": "INBOUND",
        "LastUpdateTimestamp": at, "DisconnectTimestamp": at,
        "Recordings": [{ "Location": format!("{BUCKET}/{recording}"), "StorageType": "S3", "ParticipantType": "IVR" }] });
    let batch = |content: &str| json!({ "kinesis": { "sequenceNumber": "1", "data": BASE64.encode(content) } });
    let records = [batch("no record"), batch(r#"{"AgentARN":"a"}"#), batch(&record.to_string())];
    (ended, json!({ "Records": records }))
}

fn new(id: &str, mode: Mode) -> NewCollection {
    NewCollection { id: id.into(), title: "Hotel bookings".to_owned(), mode, goal: 1, least_seconds: None }
}

#[tokio::test]
async fn a_conversation_with_a_bot_is_collected_and_erased() {
    let account = Account::new().await;
    let calls = account.aws.calls().await;
    let (store, rim, objects) = (DynamoDb::new(calls, TABLE), Services(calls), S3(calls));
    let directory = Connect { calls, instance: &account.instance, security_profiles: &account.security_profiles };
    let policy = Policy { bucket: Some(BUCKET.to_owned()), ..Policy::default() };
    let work = Work { store: &store, directory: &directory, objects: &objects, rim: &rim, policy: &policy };
    let made = work.create(&new("c", Mode::Bot("hotel".to_owned()))).await.unwrap();
    work.start(&"c".into()).await.unwrap();
    let ana = work.add_customer("Ana", &["c".into()]).await.unwrap();

    let flow = Flow::on(&account.environment(), account.aws()).unwrap();
    let answer = async |step: &str, further: Value| flow.answer(asked(step, &further), invocation()).await.unwrap();
    assert_eq!(answer("user", json!({ "pin": "00000000" })).await.result, "wrong");
    assert_eq!(answer("user", json!({ "pin": ana.pin.as_ref().unwrap().as_str() })).await.result, "known");
    let told = answer("conversation", json!({ "pin": made.pin.as_str() })).await;
    assert_eq!((told.result, &*told.partner, &*told.collection, &*told.contact), ("welcome", "hotel", "c", "k-1"));
    let agrees = json!({ "agrees": "yes", "text": "consent-1", "key": "1" });
    assert_eq!(answer("consent", agrees).await.result, "agreed");

    let turns = Turns::on(&account.environment(), account.aws()).unwrap();
    let said = json!({
        "sessionId": "k-1", "invocationSource": "DialogCodeHook", "inputTranscript": "a room", "inputMode": "Speech",
        "sessionState": { "intent": { "name": "Book", "state": "InProgress", "slots": {} } },
    });
    for _ in 0..2 {
        let going = turns.handle(said.clone(), invocation()).await.unwrap();
        assert_eq!(going["sessionState"]["sessionAttributes"]["callform_turn"], "1");
    }
    assert_eq!(work.turns(&"k-1".into()).await.unwrap().len(), 1);

    // The recording comes before the record that names it.
    let key = "connect/collecting/CallRecordings/ivr/2026/11/30/k-1_20261130T17:00_UTC.wav";
    let (wav, _) = Script::conversation(1, 40).to_wav().unwrap();
    calls.put_object(BUCKET, key, "audio/wav", wav).await.unwrap();
    let recordings = Recordings::on(&account.environment(), account.aws()).unwrap();
    let arrived = json!({
        "source": "aws.s3", "detail-type": "Object Created",
        "detail": { "bucket": { "name": BUCKET }, "object": { "key": key } },
    });
    assert_eq!(recordings.handle(arrived.clone(), invocation()).await.unwrap(), json!({ "new": true }));

    let records = Records::on(&account.environment(), account.aws()).unwrap();
    let (ended, stream) = told_of_the_end(&collection::outside::Rim::now(&rim).to_string(), key);
    records.handle(ended, invocation()).await.unwrap();
    assert_eq!(records.handle(stream, invocation()).await.unwrap(), json!({ "batchItemFailures": [] }));

    let conversation = work.conversation(&"k-1".into()).await.unwrap().unwrap();
    assert_eq!(conversation.state, State::Complete, "{conversation:?}");
    let measured = conversation.evidence.recordings.values().next().unwrap().measured.clone().unwrap();
    assert_eq!((measured.milliseconds, measured.is_good()), (40_000, true), "{measured:?}");
    assert_eq!(work.collections(10, None).await.unwrap().items[0].accepted, 1);
    assert_eq!(records.handle(json!({ "action": "tick" }), invocation()).await.unwrap(), json!({ "due": 0 }));

    work.stop(&"c".into()).await.unwrap();
    let erased = work.erase(&Scope::Collection("c".into()), &Transcribe(calls)).await.unwrap();
    let had = |what: &str| erased.before.traces.iter().any(|trace| trace.what.contains(what));
    assert!(had("k-1_2026") && had("turn#k-1") && had("conversation#k-1"), "{:?}", erased.before);
    assert!(erased.after.is_empty(), "{:?}", erased.after);
    assert_eq!(calls.object_versions(BUCKET, "", None).await.unwrap().versions, []);
    // It comes again, and goes again.
    let (wav, _) = Script::conversation(1, 40).to_wav().unwrap();
    calls.put_object(BUCKET, key, "audio/wav", wav).await.unwrap();
    assert_eq!(recordings.handle(arrived, invocation()).await.unwrap(), json!({ "new": false }));
    assert_eq!(calls.object_versions(BUCKET, "", None).await.unwrap().versions, []);
    account.end().await;
}

#[tokio::test]
async fn agents_come_and_go_in_connect() {
    let account = Account::new().await;
    let calls = account.aws.calls().await;
    let (store, rim, objects) = (DynamoDb::new(calls, TABLE), Services(calls), S3(calls));
    let directory = Connect { calls, instance: &account.instance, security_profiles: &account.security_profiles };
    let profile: collection::ids::ProfileId = (&*account.profile).into();
    let policy = Policy { idle_profile: Some(profile.clone()), ..Policy::default() };
    let work = Work { store: &store, directory: &directory, objects: &objects, rim: &rim, policy: &policy };
    work.fill_pool(&[PoolEntry { queue: "q-1".into(), profile }]).await.unwrap();
    work.create(&new("c", Mode::Human)).await.unwrap();
    let running = work.start(&"c".into()).await.unwrap();
    assert_eq!(running.lease.unwrap().queue, "q-1".into());
    let agent = NewAgent {
        username: "ines.costa".to_owned(),
        first_name: "Ines".to_owned(),
        last_name: "Costa".to_owned(),
        collection: "c".into(),
        saml: false,
    };
    let added = work.add_agent(&agent).await.unwrap();
    assert!(added.password.is_some());
    let found = directory.find("ines.costa").await.unwrap().unwrap();
    assert_eq!(found.mark.as_deref(), Some(added.person.id.as_str()));
    assert_eq!(Some(found.id), added.person.account.unwrap().user);
    assert!(work.add_agent(&agent).await.is_err(), "the name is taken");
    assert_eq!(work.show(&"c".into()).await.unwrap().unwrap().agents.len(), 1);
    assert_eq!(work.stop(&"c".into()).await.unwrap().state, Status::Ended);
    work.remove(&added.person.id).await.unwrap();
    assert_eq!(directory.find("ines.costa").await.unwrap(), None);
    assert!(work.people(10, None).await.unwrap().items.is_empty());
    account.end().await;
}
