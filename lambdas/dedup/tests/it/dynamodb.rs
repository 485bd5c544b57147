//! The stores on two implementations of DynamoDB that know nothing of each other: the sandbox's and moto's.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use callform_lambda::{Aws, Invocation};
use callform_signed::SignedCalls;
use dedup::claim::{Claim, ClaimStore, Late};
use dedup::current::{CurrentRow, CurrentStore, InvalidRow};
use dedup::dynamodb::{DynamoDb, EXPIRY, KEY};
use dedup::functions::Function;
use dedup::memory::MemoryStore;
use dedup::patience::Patient;
use dedup::transform::Outcome;
use dedup::{Invalid, Key, Settings, Timestamp};
use futures_util::future::join_all;

use crate::delivery::{
    Death, Delivered, Dying, NOW, StreamRecord, contact_record, deliver, event, invoke, invoke_dying,
};

const TABLE: &str = "contact-records";

/// A running DynamoDB with the table; ended when it goes out of scope.
struct Server {
    client: Client,
    calls: SignedCalls,
    url: String,
    _folder: tempfile::TempDir,
    sandbox: Option<callform_sandbox::Running>,
    moto: Option<Child>,
}

impl Server {
    async fn sandbox() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = callform_sandbox::Options {
            folder: folder.path().to_owned(),
            port: 0,
            region: "us-west-2".to_owned(),
            faults: None,
        };
        let sandbox = callform_sandbox::start(options).await.unwrap();
        let url = sandbox.url().to_owned();
        Self {
            client: client(&url).await,
            calls: SignedCalls::new(&config(&url)),
            url,
            _folder: folder,
            sandbox: Some(sandbox),
            moto: None,
        }
    }

    /// `None` where the foreign tools are not installed; `cargo xtask test` does.
    async fn moto() -> Option<Self> {
        let Some(python) = std::env::var_os("CALLFORM_TEST_PYTHON") else {
            println!("SKIPPED: moto is not installed; run `cargo xtask test`");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let moto = Command::new(python)
            // Python's own buffering would keep the port from the log.
            .args(["-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let url = loop {
            let text = std::fs::read_to_string(&log).unwrap();
            if let Some(at) = text.find("http://127.0.0.1:")
                && let Some(url) = text[at..].split_whitespace().next().filter(|_| text[at..].contains('\n'))
            {
                break url.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        Some(Self {
            client: client(&url).await,
            calls: SignedCalls::new(&config(&url)),
            url,
            _folder: folder,
            sandbox: None,
            moto: Some(moto),
        })
    }

    fn store(&self) -> Patient<DynamoDb<'_>> {
        Patient(DynamoDb { calls: &self.calls, table: TABLE })
    }

    async fn items(&self) -> Vec<std::collections::HashMap<String, AttributeValue>> {
        self.client.scan().table_name(TABLE).consistent_read(true).send().await.unwrap().items().to_vec()
    }

    async fn stop(mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            sandbox.stop().await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(moto) = &mut self.moto {
            moto.kill().unwrap();
            moto.wait().unwrap();
        }
    }
}

async fn client(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(url)
        .region(Region::new("us-west-2"))
        .credentials_provider(Credentials::new("any", "any", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = Client::from_conf(config);
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(
            AttributeDefinition::builder().attribute_name(KEY).attribute_type(ScalarAttributeType::S).build().unwrap(),
        )
        .key_schema(KeySchemaElement::builder().attribute_name(KEY).key_type(KeyType::Hash).build().unwrap())
        .send()
        .await
        .unwrap();
    client
}

#[tokio::test]
async fn the_sandbox_keeps_the_protocol() {
    let server = Server::sandbox().await;
    everything(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn moto_keeps_the_protocol() {
    let Some(server) = Server::moto().await else { return };
    everything(&server).await;
    server.stop().await;
}

/// Neither the log nor an error nor the table tells anything of a caller, whatever comes in and whatever fails: every
/// line of every crate that a function would write is read. What the whole process writes is read in `contact_records`
/// of the command's tests.
#[tokio::test]
async fn c9_no_number_is_told() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let server = Server::sandbox().await;
    let batch = [
        ("good".to_owned(), contact_record("c9", 1)),
        ("again".to_owned(), contact_record("c9", 1)),
        ("bad".to_owned(), "{\"Address\":\"+15550100134\",".to_owned()),
        ("unknown".to_owned(), "{\"Address\":\"+15550100134\"}".to_owned()),
    ];
    log.clear();
    let function = Function::on(Aws::with(config(&server.url)), TABLE, Settings::default());
    let answer = function.transform(event(&batch), &invocation()).await.unwrap();
    let outcomes: Vec<_> = answer.records.iter().map(|entry| entry.result).collect();
    assert_eq!(outcomes, [Outcome::Ok, Outcome::Dropped, Outcome::ProcessingFailed, Outcome::ProcessingFailed]);
    assert!(log.text().contains("transformed a batch"), "{}", log.text());
    let function = Function::on(Aws::with(config(&server.url)), "no-such-table", Settings::default());
    let error = function.transform(event(&batch), &invocation()).await.unwrap_err();
    assert_eq!(error.to_string(), "the table refused the request");
    // Below INFO the SDK tells what it sends; a function writes INFO and above. Ours must tell nothing at any level.
    let text = log.text();
    let is_written = |line: &&str| {
        let quiet = ["TRACE", "DEBUG"].iter().any(|level| line.split_whitespace().nth(1) == Some(level));
        !quiet || line.contains(" dedup") || line.contains("callform_lambda")
    };
    let written: Vec<_> = text.lines().filter(is_written).collect();
    assert!(written.len() >= 2 && written.len() < text.lines().count(), "{written:?}");
    let told = |text: &str| ["5550100", "+1555", "Address"].iter().any(|secret| text.contains(secret));
    assert!(!written.iter().any(|line| told(line)), "{written:?}");
    let items = format!("{:?}", server.items().await);
    assert!(!told(&items), "{items}");
    server.stop().await;
}

fn config(url: &str) -> aws_config::SdkConfig {
    aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(url)
        .region(Region::new("us-west-2"))
        .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(Credentials::new(
            "any", "any", None, None, "test",
        )))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

fn invocation() -> Invocation {
    let at = std::time::SystemTime::UNIX_EPOCH + NOW;
    Invocation { request_id: "r".to_owned(), at, deadline: at + Duration::from_mins(1) }
}

/// Holds the first write of each function back until every function has one ready.
///
/// Whoever looks whether a record is new before it writes has looked by then, and found nothing: functions that look
/// first deliver the record as often as it came. Only a write that decides for itself delivers it once.
#[derive(Clone, Debug)]
struct Together {
    client: SharedHttpClient,
    everyone: Arc<tokio::sync::Barrier>,
    waited: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Held(SharedHttpConnector, Together);

impl HttpClient for Together {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Held(self.client.http_connector(settings, components), self.clone()))
    }
}

impl HttpConnector for Held {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        const LOOKS: [&str; 5] = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"];
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let writes = LOOKS.iter().all(|looks| !target.ends_with(&format!(".{looks}")));
        let Self(connector, together) = self;
        let (connector, together) = (connector.clone(), together.clone());
        HttpConnectorFuture::new(async move {
            if writes && !together.waited.swap(true, Ordering::SeqCst) {
                together.everyone.wait().await;
            }
            connector.call(request).await
        })
    }
}

#[tokio::test]
async fn c4_one_of_fifty_functions_delivers_a_record_on_the_sandbox() {
    let server = Server::sandbox().await;
    one_of_fifty_functions_delivers(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn c4_one_of_fifty_functions_delivers_a_record_on_moto() {
    let Some(server) = Server::moto().await else { return };
    one_of_fifty_functions_delivers(&server).await;
    server.stop().await;
}

/// The same record in the batches of functions that all look, if they do, before any of them writes.
async fn one_of_fifty_functions_delivers(server: &Server) {
    const FUNCTIONS: usize = 50;
    let everyone = Arc::new(tokio::sync::Barrier::new(FUNCTIONS));
    let record = contact_record("c4", 1);
    let invocation = invocation();
    let runs = (0..FUNCTIONS).map(async |index| {
        let together = Together {
            client: aws_smithy_http_client::Builder::new().build_http(),
            everyone: everyone.clone(),
            waited: Arc::default(),
        };
        let config = config(&server.url).into_builder().http_client(together).build();
        let function = Function::on(Aws::with(config), TABLE, Settings::default());
        let answer = function.transform(event(&[(format!("c4-{index}"), record.clone())]), &invocation).await.unwrap();
        answer.records[0].result
    });
    let outcomes = join_all(runs).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Ok).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Dropped).count(), FUNCTIONS - 1);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn everything(server: &Server) {
    writes_answer_as_the_store_in_memory_does(server).await;
    orders_cuts_and_deaths(server).await;
    a_large_batch_is_written_side_by_side(server).await;
    what_is_written(server).await;
}

/// The same writes in the same order, answer by answer.
async fn writes_answer_as_the_store_in_memory_does(server: &Server) {
    let (table, memory) = (server.store(), MemoryStore::default());
    // A fixed walk through all combinations, in an order that is neither rising nor falling.
    for step in 0..240_u32 {
        let version = Timestamp::from_nanoseconds(i64::from(step * 7 % 11) * 1_000_000);
        let claim = Claim {
            key: Key::of_contact("walk", &format!("c-{}", step * 5 % 4)),
            version,
            owner: format!("r-{}", step * 3 % 5),
            expires_at: NOW.as_secs() + u64::from(step),
        };
        let row = CurrentRow { key: claim.key.clone(), version, record: Some(step.to_string()), expires_at: 1 };
        match step * 13 % 5 {
            0 | 1 => assert_eq!(table.claim_newest(&claim).await, memory.claim_newest(&claim).await, "step {step}"),
            2 | 3 => assert_eq!(table.claim_late(&claim).await, memory.claim_late(&claim).await, "step {step}"),
            _ => assert_eq!(table.put_if_newer(&row).await, memory.put_if_newer(&row).await, "step {step}"),
        }
    }
}

/// Some orders of three versions twice each, in two batches, with deaths at every step of the second.
async fn orders_cuts_and_deaths(server: &Server) {
    let orders = [[0, 1, 2, 0, 1, 2], [2, 1, 0, 0, 1, 2], [1, 1, 2, 2, 0, 0], [0, 2, 2, 1, 0, 1]];
    for (number, order) in orders.iter().enumerate() {
        for death in [Death::Before, Death::After] {
            for at in 0..6 {
                let contact = format!("deaths-{number}-{death:?}-{at}");
                let stream: Vec<StreamRecord> = order
                    .iter()
                    .enumerate()
                    .map(|(place, version)| (format!("{contact}-{place}"), contact_record(&contact, *version)))
                    .collect();
                let settings = Settings { late: Late::Deliver, ..Settings::default() };
                let store = server.store();
                let mut delivered = Delivered::new();
                for batch in [&stream[..3], &stream[3..]] {
                    let dying = Dying::new(&store, at, death);
                    // A dead function does not wait for the end of its time.
                    let first = tokio::select! {
                        answer = invoke_dying(&dying, &settings, batch) => answer,
                        () = dies(&dying) => None,
                    };
                    let answer = match first {
                        Some(answer) => answer,
                        None => invoke(&store, &settings, batch).await.unwrap(),
                    };
                    deliver(&mut delivered, &answer);
                    assert_eq!(invoke(&store, &settings, batch).await.unwrap(), answer);
                }
                assert_eq!(delivered.len(), 3, "{contact}: every version");
                assert!(delivered.values().all(|times| *times == 1), "{contact}: once");
            }
        }
    }
}

async fn dies<S>(dying: &Dying<S>) {
    while !dying.dead.get() {
        tokio::task::yield_now().await;
    }
}

async fn a_large_batch_is_written_side_by_side(server: &Server) {
    let batch: Vec<StreamRecord> =
        (0..500).map(|index| (format!("large-{index}"), contact_record(&format!("large-{index}"), 1))).collect();
    let start = std::time::Instant::now();
    let answer = invoke(&server.store(), &Settings::default(), &batch).await.unwrap();
    println!("500 records: {:?}", start.elapsed());
    assert!(answer.iter().all(|(outcome, _)| *outcome == Outcome::Ok));
    assert_eq!(invoke(&server.store(), &Settings::default(), &batch).await.unwrap(), answer);
}

async fn what_is_written(server: &Server) {
    let batch = [("written".to_owned(), contact_record("written", 7))];
    invoke(&server.store(), &Settings::default(), &batch).await.unwrap();
    let invalid =
        InvalidRow { event_id: "shard:1".to_owned(), reason: Invalid::NotJson, data: b"?".to_vec(), expires_at: 5 };
    server.store().put_invalid(&invalid).await.unwrap();
    let items = server.items().await;
    let item = |key: &str| items.iter().find(|item| item[KEY].as_s().unwrap().ends_with(key)).unwrap();
    let written = item("/contact/written");
    let text = |name: &str| written[name].as_s().unwrap().as_str();
    assert_eq!(text(KEY), "arn:aws:connect:us-west-2:123456789012:instance/i/contact/written");
    assert_eq!(text("Latest"), "2026-02-01T00:00:07.000000000Z");
    assert_eq!(text("Owner 2026-02-01T00:00:07.000000000Z"), "written");
    assert_eq!(written[EXPIRY].as_n().unwrap(), &(NOW.as_secs() + 775 * 86_400).to_string());
    assert_eq!(written.len(), 4, "no phone number, nothing else of the record: {written:?}");
    let aside = item("invalid/shard:1");
    assert_eq!(aside["Reason"].as_s().unwrap(), "not valid JSON");
    let current = items.iter().filter(|item| item[KEY].as_s().unwrap().starts_with("current/")).count();
    assert_eq!(current, 4, "a current row for each contact of the walk");
}
