//! Lowering of single sections.

use std::collections::BTreeMap;

use callform_source::SourceMap;
use serde_json::json;

use super::*;
use crate::blueprint::{self, FileError, Files};

/// A flow exported from another instance.
const EXPORTED: &str = r#"{
    "Version": "2019-10-30",
    "StartAction": "a",
    "Actions": [
        { "Identifier": "a", "Type": "UpdateContactTargetQueue",
          "Parameters": { "QueueId": "arn:aws:connect:us-east-1:123456789012:instance/i/queue/q" },
          "Transitions": { "NextAction": "b", "Errors": [{ "NextAction": "b", "ErrorType": "NoMatchingError" }] } },
        { "Identifier": "b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} }
    ]
}"#;

struct Memory(BTreeMap<&'static str, String>);

impl Files for Memory {
    fn read(&self, path: &str, _limit: u64) -> Result<Vec<u8>, FileError> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or(FileError::NotFound)
    }
}

/// The model of a blueprint and the codes of its problems, those of reading included.
fn model(text: &str) -> (Model, Vec<&'static str>) {
    let text = format!("center: acme\nregion: us-west-2\ninstance: {{ alias: acme }}\n{text}");
    let files = Memory(BTreeMap::from([
        ("a.yaml", text),
        ("f.zip", "zip".to_owned()),
        ("p.wav", "RIFF".to_owned()),
        ("f.json", EXPORTED.to_owned()),
    ]));
    let (loaded, sources, mut diagnostics): (_, SourceMap, _) = blueprint::load(&files, "a.yaml", None);
    let (model, problems) = resolve(&loaded.unwrap(), &sources);
    diagnostics.extend(problems);
    let codes = diagnostics.iter().map(|problem| problem.code).collect();
    (model, codes)
}

#[track_caller]
fn resource(text: &str, address: &str) -> Resource {
    let (model, codes) = model(text);
    assert_eq!(codes, [""; 0]);
    model.resources[&address.parse::<Address>().unwrap()].clone()
}

/// A value as JSON, references as their text.
fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::String(value) => json!(value),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            serde_json::Value::Object(members.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        Value::Reference(reference) => json!(format!("→ {reference}")),
        Value::Text(parts) => json!(
            parts
                .iter()
                .map(|part| match part {
                    TextPart::Literal(text) => text.clone(),
                    TextPart::Reference(reference) => format!("→ {reference}"),
                    TextPart::Pseudo(name) => format!("${{{name}}}"),
                })
                .collect::<String>()
        ),
        Value::Secret(text) => json!(text),
        Value::AssetUri(key) => json!(format!("asset {key}")),
        Value::AssetBucket => json!("asset bucket"),
        Value::Pseudo(name) => json!(format!("${{{name}}}")),
    }
}

const HOURS: &str = "hours: { h: { time_zone: UTC, open: { daily: 24h } } }\n";

#[test]
fn sets_do_not_depend_on_the_order_they_are_written_in() {
    let queue = |list| {
        let text = format!(
            "{HOURS}queues: {{ q: {{ hours: h, quick_connects: {list} }} }}\n\
             quick_connects: {{ a: {{ phone: \"+15550100100\" }}, b: {{ queue: q }} }}\n"
        );
        resource(&text, "queue/q")
    };
    let (one, other) = (queue("[a, b]"), queue("[b, a]"));
    assert_eq!(one.properties, other.properties);
    assert_eq!(plain(&one.properties["QuickConnectArns"]), json!(["→ quick_connect/a", "→ quick_connect/b"]));
    assert_eq!(one.deferrable, BTreeMap::from([("QuickConnectArns".to_owned(), None)]));
}

#[test]
fn routing_profiles_cover_all_channels_unless_an_entry_says_otherwise() {
    let text = format!(
        "{HOURS}queues: {{ q: {{ hours: h }}, r: {{ hours: h }} }}\n\
         routing_profiles:\n  p:\n    channels: {{ chat: {{ concurrency: 2, cross_channel: true }}, voice: 1 }}\n    outbound: q\n    \
         queues: [{{ queue: r, priority: 2, delay: 1m, channels: [voice] }}, {{ queue: q }}]\n"
    );
    let profile = resource(&text, "routing_profile/p");
    assert_eq!(
        plain(&profile.properties["QueueConfigs"]),
        json!([
            { "QueueReference": { "QueueArn": "→ queue/q", "Channel": "VOICE" }, "Priority": 1, "Delay": 0 },
            { "QueueReference": { "QueueArn": "→ queue/q", "Channel": "CHAT" }, "Priority": 1, "Delay": 0 },
            { "QueueReference": { "QueueArn": "→ queue/r", "Channel": "VOICE" }, "Priority": 2, "Delay": 60 },
        ])
    );
    assert_eq!(profile.properties["Description"], Value::from("P"));
}

#[test]
fn users_have_names_phones_and_secrets() {
    let user = resource(
        "users: { joe: { name: Joe van Doe, security: [builtin/Agent, builtin/Admin], \
         phone: { number: \"+15550100100\" }, password: { secret: s, key: joe } } }",
        "user/joe",
    );
    assert_eq!(
        plain(&Value::Object(user.properties)),
        json!({
            "InstanceArn": "→ instance",
            "Username": "joe",
            "IdentityInfo": { "FirstName": "Joe van", "LastName": "Doe" },
            "PhoneConfig": {
                "PhoneType": "DESK_PHONE",
                "AutoAccept": false,
                "AfterContactWorkTimeLimit": 0,
                "DeskPhoneNumber": "+15550100100",
            },
            "RoutingProfileArn": "→ builtin/routing_profile/Basic Routing Profile",
            "SecurityProfileArns": ["→ builtin/security_profile/Admin", "→ builtin/security_profile/Agent"],
            "Password": "{{resolve:secretsmanager:s:SecretString:joe}}",
        })
    );
}

#[test]
fn keys_can_change_and_logical_ids_stay() {
    let queues = |queue: &str| format!("{HOURS}queues: {{ {queue} }}");
    assert_eq!(resource(&queues("old: { hours: h }"), "queue/old").logical_id, "QueueOld");
    assert_eq!(resource(&queues("new: { hours: h, renamed_from: old }"), "queue/new").logical_id, "QueueOld");
    assert_eq!(resource(&queues("new: { hours: h, id: Mine }"), "queue/new").logical_id, "Mine");
    let (_, codes) = model(&queues("a: { hours: h }, b: { hours: h, renamed_from: a }"));
    assert_eq!(codes, ["logical-id-collision"]);
    let (_, codes) = model(&queues("a: { hours: h, id: no-way }"));
    assert_eq!(codes, ["invalid-logical-id"]);
}

#[test]
fn functions_bring_what_they_need() {
    let text = "lambdas: { look: { code: f.zip, statements: [{ actions: \"dynamodb:GetItem\", resources: [table/t, table/t/index/*] }] } }\n\
                tables: { t: { key: id } }\nflows: { f: { steps: [{ lambda: look }, hang_up] } }";
    let (model, codes) = model(text);
    assert_eq!(codes, [""; 0]);
    let addresses: Vec<String> = model.resources.keys().map(ToString::to_string).collect();
    assert_eq!(
        addresses,
        [
            "instance/instance",
            "log_group/look",
            "role/lambda.look",
            "lambda/look",
            "lambda_version/look",
            "lambda_alias/look",
            "lambda_permission/look",
            "integration/lambda.look",
            "flow/f",
            "table/t",
        ]
    );
    let role = &model.resources[2];
    let statements = plain(&role.properties["Policies"])[0]["PolicyDocument"]["Statement"].clone();
    assert_eq!(statements[1]["Resource"], json!(["→ table/t", "→ table/t/index/*"]));
    assert_eq!(statements[0]["Resource"], json!(["→ log_group/look"]));
    let permission = &model.resources[&Address::new(Kind::LambdaPermission, "look")];
    assert_eq!(plain(&permission.properties["FunctionName"]), "→ lambda_alias/look");
    let flow = &model.resources[&Address::new(Kind::Flow, "f")];
    assert_eq!(flow.depends_on, [Address::new(Kind::Integration, "lambda.look")]);
    assert!(flow.deferrable.contains_key("Content"));
    assert_eq!(model.assets.len(), 1);
}

/// What a service may do with the role it was given: for this account alone, and where it writes alone.
#[test]
fn roles_of_services_are_for_this_account_and_for_their_prefixes() {
    let text = r#"
buckets: { b: {} }
databases: { d: {} }
crawlers: { c: { database: d, bucket: b, prefix: calls/ } }
delivery_streams:
  two: { bucket: b, prefix: "calls/!{timestamp:yyyy}/", error_prefix: "failed/!{firehose:error-output-type}/" }
  one: { bucket: b, prefix: calls/ }
  inner: { bucket: b, prefix: calls/, error_prefix: calls/failed/ }
  all: { bucket: b, error_prefix: failed/ }
"#;
    for role in ["crawler.c", "delivery_stream.one"] {
        let role = plain(&Value::Object(resource(text, &format!("role/{role}")).properties));
        let condition = &role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"];
        assert_eq!(*condition, json!({ "StringEquals": { "aws:SourceAccount": "${AWS::AccountId}" } }));
    }
    let objects = |stream: &str| {
        let role = plain(&Value::Object(resource(text, &format!("role/delivery_stream.{stream}")).properties));
        let statements = &role["Policies"][0]["PolicyDocument"]["Statement"];
        assert_eq!(statements[0]["Resource"], json!(["→ bucket/b"]), "what is asked of the bucket");
        let of_objects = statements[1].clone();
        assert_eq!(of_objects["Action"], json!(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]));
        of_objects["Resource"].clone()
    };
    assert_eq!(objects("two"), json!(["→ bucket/b/calls/*", "→ bucket/b/failed/*"]));
    assert_eq!(objects("one"), json!(["→ bucket/b/calls/*"]));
    assert_eq!(objects("inner"), json!(["→ bucket/b/calls/*"]));
    assert_eq!(objects("all"), json!(["→ bucket/b/*"]));
}

/// Parquet has the columns of the table that reads it; the role may read them and no other table.
#[test]
fn a_delivery_stream_writes_parquet_for_its_table() {
    let text = |format: &str, stream: &str| {
        format!(
            "buckets: {{ b: {{}} }}\ndatabases: {{ d: {{ name: calls, tables: {{ t: {{ bucket: b, prefix: calls/, columns: {{ id: string }}{format} }} }} }} }}\n\
             delivery_streams: {{ s: {{ bucket: b, prefix: calls/{stream} }} }}"
        )
    };
    let right = text(", format: parquet", ", parquet: d.t");
    assert_eq!(model(&right).1, [""; 0]);
    let stream = plain(&Value::Object(resource(&right, "delivery_stream/s").properties));
    let destination = &stream["ExtendedS3DestinationConfiguration"];
    assert_eq!(destination["CompressionFormat"], "UNCOMPRESSED");
    assert_eq!(destination["BufferingHints"]["SizeInMBs"], 128);
    let conversion = &destination["DataFormatConversionConfiguration"];
    let schema = json!({
        "CatalogId": "${AWS::AccountId}", "DatabaseName": "→ database/d#ref", "Region": "${AWS::Region}",
        "RoleARN": "→ role/delivery_stream.s", "TableName": "→ catalog_table/d.t#ref", "VersionId": "LATEST",
    });
    assert_eq!(conversion["SchemaConfiguration"], schema);
    assert_eq!(conversion["OutputFormatConfiguration"]["Serializer"]["ParquetSerDe"]["Compression"], "SNAPPY");
    let role = plain(&Value::Object(resource(&right, "role/delivery_stream.s").properties));
    let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let glue = statements.iter().find(|statement| statement["Action"][0] == "glue:GetTable").unwrap();
    let arn = "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:";
    let resources = ["catalog", "database/calls", "table/calls/t"].map(|rest| format!("{arn}{rest}"));
    assert_eq!(glue["Resource"], json!(resources));

    assert_eq!(model(&text("", ", parquet: d.t")).1, ["parquet-table"]);
    assert_eq!(model(&text(", format: parquet", ", parquet: d.other")).1, ["parquet-table"]);
    assert_eq!(model(&text(", format: parquet", ", parquet: d.t, compress: true")).1, ["parquet-table"]);
    assert_eq!(model(&text(", format: parquet", ", parquet: d.t, buffer_size: 32")).1, ["delivery-buffer"]);
}

#[test]
fn a_version_is_as_new_as_what_it_consists_of() {
    let version = |function: &str, table: &str| {
        let text = format!(
            "lambdas: {{ look: {{ code: f.zip, environment: {{ T: {{ ref: table/t }} }}{function} }} }}\ntables: {{ t: {{ {table} }} }}"
        );
        resource(&text, "lambda_version/look").logical_id
    };
    let first = version("", "key: id");
    assert!(first.starts_with("VersionLook") && first.len() == "VersionLook".len() + 10, "{first}");
    for (function, table) in [(", description: d", "key: id"), (", tags: { a: b }", "key: id"), ("", "key: id, ttl: t")]
    {
        assert_eq!(version(function, table), first, "{function} {table}");
    }
    // A table with another key is another table, with another name in the function's variables.
    for (function, table) in [(", timeout: 7s", "key: id"), (", memory: 256", "key: id"), ("", "key: other")] {
        assert_ne!(version(function, table), first, "{function} {table}");
    }
}

#[test]
fn phone_numbers_are_claimed_or_taken_over() {
    let (model, codes) = model(
        "phone_numbers: { a: { country: US, type: TOLL_FREE, flow: builtin/Sample AB test }, b: { existing: \"+15550100100\", country: US, type: DID } }",
    );
    assert_eq!(codes, [""; 0]);
    assert_eq!(model.associations.len(), 1);
    let taken_over = &model.resources[&Address::new(Kind::PhoneNumber, "b")];
    assert_eq!(taken_over.metadata[EXISTING_PHONE_NUMBER], "+15550100100");
    assert_eq!(taken_over.deletion_policy, DeletionPolicy::Retain);
    assert_eq!(plain(&taken_over.properties["Type"]), "DID");
}

#[test]
fn a_number_that_exists_is_described_and_kept() {
    let codes = |number: &str| model(&format!("phone_numbers: {{ a: {{ existing: \"+15550100100\", {number} }} }}")).1;
    assert_eq!(codes("type: DID"), ["phone-number-without-kind"]);
    assert_eq!(codes("country: US"), ["phone-number-without-kind"]);
    assert_eq!(codes("country: US, type: DID, prefix: \"+1555\""), ["existing-phone-number"]);
    assert_eq!(codes("country: US, type: DID, retain: false"), ["existing-phone-number"]);
    assert_eq!(codes("country: US, type: DID, retain: true"), [""; 0]);
}

#[test]
fn exported_flows_get_names_for_arns() {
    let codes = |arns: &str| {
        let text = format!(
            "queues: {{ q: {{ hours: builtin/Basic Hours }} }}\nflows: {{ f: {{ json: f.json, arns: {{ {arns} }} }} }}"
        );
        let (model, codes) = model(&text);
        let flow = &model.resources[&Address::new(Kind::Flow, "f")];
        (plain(&flow.properties["Content"]).to_string(), codes)
    };
    let (content, problems) = codes("\"arn:aws:connect:us-east-1:123456789012:instance/i/queue/q\": queue/q");
    assert!(content.contains("→ queue/q"), "{content}");
    assert_eq!(problems, [""; 0]);
    // Part of an ARN is another object's.
    let (content, problems) = codes("\"arn:aws:connect:us-east-1:123456789012:instance/i\": queue/q");
    assert!(content.contains("instance/i/queue/q"), "{content}");
    assert_eq!(problems, ["arn-not-in-flow", "arn-without-name"]);
}

#[test]
fn prompts_are_uploaded_under_their_content() {
    let prompt = resource("prompts: { welcome_all: { file: p.wav } }", "prompt/welcome_all");
    assert_eq!(prompt.properties["Name"], Value::from("Welcome All"));
    let digest = &prompt.metadata[PROMPT_DIGEST];
    assert_eq!(prompt.properties["S3Uri"], Value::AssetUri(format!("prompts/{digest}.wav")));
}

#[test]
fn what_is_stored_where_is_checked() {
    let stored = |storage: &str| {
        let text = "buckets: { b: {} }\nstreams: { s: {} }\n";
        let instance =
            format!("center: acme\nregion: us-west-2\ninstance: {{ alias: acme, storage: {{ {storage} }} }}\n");
        let files = Memory(BTreeMap::from([("a.yaml", instance + text)]));
        let (loaded, sources, _) = blueprint::load(&files, "a.yaml", None);
        let (_, problems) = resolve(&loaded.unwrap(), &sources);
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(stored("call_recordings: { bucket: b }, agent_events: { stream: s }"), [""; 0]);
    assert_eq!(stored("call_recordings: { stream: s }"), ["storage-target"]);
    assert_eq!(stored("call_recordings: {}"), ["storage-target"]);
    assert_eq!(stored("media_streams: { video_stream: x }"), ["storage-target"]);
    assert_eq!(stored("call_recordings: { bucket: c }"), ["unknown-reference"]);
}

#[test]
fn names_that_lead_nowhere_are_reported() {
    let codes = |text: &str| model(text).1;
    assert_eq!(codes("queues: { q: { hours: builtin/Basic Hous } }"), ["unknown-builtin"]);
    assert_eq!(codes("queues: { q: { hours: nothing } }"), ["unknown-reference"]);
    assert_eq!(codes(&format!("{HOURS}queues: {{ q: {{ hours: H }} }}")), ["misspelled-reference"]);
    assert_eq!(codes("users: { joe: { name: J D, security: [builtin/Agent], group: A/B } }"), ["unknown-reference"]);
    assert_eq!(
        codes(
            "hierarchy: { levels: [L], groups: { A: { B: {} } } }\nusers: { joe: { name: J D, security: [builtin/Agent], group: A/B } }"
        ),
        ["hierarchy-too-deep"]
    );
}
