//! What an account answers, and what follows from it.

use super::*;
use crate::inventory::ObservedInstance;
use crate::model::{Asset, EXISTING_PHONE_NUMBER};
use crate::plan::Severity;

const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/11111111-1111-4111-8111-111111111111";

fn resource(kind: &str, address: &str, properties: &Json) -> Json {
    json!({ "Type": kind, "Properties": properties, "Metadata": { "Callform": { "Address": address } } })
}

/// A template with queues of these names.
fn queues(names: &[&str]) -> Json {
    let queue = |name: &&str| {
        let properties = json!({ "Name": name.to_uppercase() });
        (format!("Queue{name}"), resource("AWS::Connect::Queue", &format!("queue/{name}"), &properties))
    };
    json!({ "Resources": names.iter().map(queue).collect::<serde_json::Map<_, _>>() })
}

/// A plan on an instance that exists.
fn on_instance(before: Option<Json>, after: Json) -> (Plan, Inventory) {
    let (plan, mut inventory) = one_operation(before, after);
    let id = "11111111-1111-4111-8111-111111111111".to_owned();
    inventory.instance = Some(ObservedInstance { id, arn: INSTANCE.to_owned(), alias: None });
    (plan, inventory)
}

fn objects(names: &[&str]) -> Vec<Named> {
    names.iter().map(|name| Named { id: format!("id-of-{name}"), name: (*name).to_owned() }).collect()
}

fn quota(code: &str, value: u64, resource: Option<&str>) -> Quota {
    Quota { code: code.to_owned(), name: String::new(), value, resource: resource.map(str::to_owned) }
}

/// Severity, addresses and message of each finding.
fn told(found: &Preflight) -> Vec<String> {
    let line = |finding: &plan::Finding| {
        let addresses: Vec<String> = finding.addresses.iter().map(ToString::to_string).collect();
        format!("{:?} {}: {}", finding.severity, addresses.join(" "), finding.message)
    };
    found.findings.iter().map(line).collect()
}

#[test]
fn what_others_made_counts_for_the_quota() {
    let (plan, inventory) = on_instance(Some(queues(&["a"])), queues(&["a", "b"]));
    let questions = questions(&plan, &inventory, "123456789012");
    assert!(questions.quotas && questions.objects.contains("AWS::Connect::Queue"), "{questions:?}");
    let mut facts = Facts { quotas: Some(Ok(vec![quota("L-19A87C94", 3, None)])), ..Facts::default() };
    facts.objects.insert("AWS::Connect::Queue".to_owned(), Ok(objects(&["BasicQueue", "A", "Other"])));
    let expected = ["Error queue/b: the instance would have 4 queues; 3 is the most"];
    assert_eq!(told(&examine(&plan, &inventory, &facts)), expected);
    // The instance's own quota is what counts; that of another instance does not.
    let quotas = vec![
        quota("L-19A87C94", 3, None),
        quota("L-19A87C94", 4, Some(INSTANCE)),
        quota("L-19A87C94", 1, Some("arn:aws:connect:us-west-2:123456789012:instance/other")),
    ];
    facts.quotas = Some(Ok(quotas));
    assert_eq!(told(&examine(&plan, &inventory, &facts)), [""; 0]);
}

#[test]
fn a_default_only_warns() {
    let names: Vec<String> = (0..51).map(|number| format!("q{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (plan, inventory) = on_instance(None, queues(&names));
    let facts = Facts { quotas: Some(Err("no access".to_owned())), ..Facts::default() };
    let found = examine(&plan, &inventory, &facts);
    assert_eq!(found.errors().count(), 0);
    let lines = told(&found);
    assert!(lines[0].contains("would have 51 queues; 50 is the most by default"), "{lines:?}");
    assert_eq!(lines[1], "Note : the quotas are not known, so that AWS's defaults count: no access");
}

#[test]
fn routing_profiles_and_numbers_have_quotas_of_their_own() {
    let configs = |count: usize| vec![json!({ "Priority": 1 }); count];
    let template = |queues: usize| {
        let profile = json!({ "Name": "R", "QueueConfigs": configs(queues) });
        let number = |digests: &Json| {
            json!({ "Type": "AWS::Connect::PhoneNumber", "Properties": {}, "Metadata": { "Callform": {
                "Address": "phone_number/main", "Digests": digests } } })
        };
        json!({ "Resources": {
            "R": resource("AWS::Connect::RoutingProfile", "routing_profile/r", &profile),
            "N": number(&json!({})),
            "Hotline": number(&json!({ EXISTING_PHONE_NUMBER: "+15550100177" })),
        } })
    };
    let (plan, inventory) = on_instance(None, template(3));
    let quotas = vec![quota("L-516BC0EB", 2, None), quota("L-8F812903", 1, None)];
    let mut facts = Facts { quotas: Some(Ok(quotas)), ..Facts::default() };
    let lines = told(&examine(&plan, &inventory, &facts));
    // A number that was claimed by hand is there already.
    assert_eq!(lines, ["Error routing_profile/r: a routing profile would have 3 queues; 2 is the most"]);
    facts.objects.insert("AWS::Connect::PhoneNumber".to_owned(), Ok(objects(&["+15550100177"])));
    let lines = told(&examine(&plan, &inventory, &facts));
    assert!(lines[0].starts_with("Error phone_number/main: the instance would have 2 phone numbers"), "{lines:?}");
}

#[test]
fn names_are_taken_by_what_the_center_does_not_have() {
    let (plan, mut inventory) = on_instance(Some(queues(&["a"])), queues(&["a", "b", "c"]));
    let ids = &mut inventory.stacks.get_mut("shop").unwrap().physical_ids;
    ids.insert("Queuea".to_owned(), format!("{INSTANCE}/queue/id-of-C"));
    let mut facts = Facts::default();
    facts.objects.insert("AWS::Connect::Queue".to_owned(), Ok(objects(&["A", "B", "C"])));
    // `A` is no new name, and what is called `C` is the center's own.
    let expected = ["Error queue/b: the instance has something called `B` already"];
    assert_eq!(told(&examine(&plan, &inventory, &facts)), expected);
    let help = examine(&plan, &inventory, &facts).findings[0].help.clone().unwrap();
    assert!(help.contains("`builtin/B`"), "{help}");
}

#[test]
fn names_of_accounts_are_asked_for_one_by_one() {
    let bucket = json!({ "BucketName": { "Fn::Sub": "records-${AWS::AccountId}" } });
    let user = json!({ "Username": "Mary" });
    let template = json!({ "Resources": {
        "B": resource("AWS::S3::Bucket", "bucket/records", &bucket),
        "T": resource("AWS::DynamoDB::Table", "table/numbers", &json!({ "KeySchema": [] })),
        "U": resource("AWS::Connect::User", "user/mary", &user),
        "I": resource("AWS::Connect::Instance", "instance/instance", &json!({ "InstanceAlias": "shop" })),
    } });
    let (plan, inventory) = on_instance(None, template);
    let questions = questions(&plan, &inventory, "123456789012");
    let name = ("AWS::S3::Bucket".to_owned(), "records-123456789012".to_owned());
    // A table without a name gets one that is free.
    assert_eq!(questions.names, [name.clone()].into());
    assert!(questions.instances);
    let mut facts = Facts { account: "123456789012".to_owned(), ..Facts::default() };
    facts.names.insert(name.clone(), Ok(Holder::Other));
    facts.objects.insert("AWS::Connect::User".to_owned(), Ok(objects(&["MARY"])));
    facts.instances = Some(Ok(objects(&["shop"])));
    let lines = told(&examine(&plan, &inventory, &facts));
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], "Error instance/instance: there is an instance called `shop` already");
    let found = examine(&plan, &inventory, &facts).findings;
    let help = found[0].help.clone().unwrap();
    assert!(help.contains("`instance: { existing: shop }`"), "{help}");
    assert_eq!(lines[1], "Error user/mary: the instance has something called `MARY` already");
    assert_eq!(lines[2], "Error bucket/records: the name `records-123456789012` is taken");
    // What is the account's own comes into a stack that is created, and is in the way of one that exists.
    facts = Facts { account: facts.account, ..Facts::default() };
    facts.names.insert(name, Ok(Holder::Account));
    let lines = told(&examine(&plan, &inventory, &facts));
    let message = "`records-123456789012` exists, and comes under management with what is in it";
    assert_eq!(lines, [format!("Warning bucket/records: {message}")]);
    let template = json!({ "Resources": { "B": resource("AWS::S3::Bucket", "bucket/records", &bucket) } });
    let (plan, inventory) = on_instance(Some(queues(&["a"])), template);
    let lines = told(&examine(&plan, &inventory, &facts));
    assert_eq!(lines, ["Error bucket/records: the name `records-123456789012` is taken"]);
}

#[test]
fn objects_that_nobody_uploads_have_to_be_there() {
    let code = json!({ "S3Bucket": { "Ref": "ArtifactBucket" }, "S3Key": "lambda/1.zip" });
    let function = json!({ "Code": code });
    let template = json!({ "Resources": {
        "L": resource("AWS::Lambda::Function", "lambda/one", &function),
        "P": resource("AWS::Connect::Prompt", "prompt/p", &json!({ "S3Uri": "s3://sounds/hello.wav" })),
    } });
    let (mut plan, mut inventory) = on_instance(None, template);
    inventory.artifact_bucket = Some("artifacts".to_owned());
    let object = |bucket: &str, key: &str| (bucket.to_owned(), key.to_owned());
    let (zip, sound) = (object("artifacts", "lambda/1.zip"), object("sounds", "hello.wav"));
    assert_eq!(questions(&plan, &inventory, "").files, [zip.clone(), sound.clone()].into());
    let mut facts = Facts::default();
    facts.files.insert(zip, Ok(false));
    facts.files.insert(sound, Err("403".to_owned()));
    let lines = told(&examine(&plan, &inventory, &facts));
    assert_eq!(lines[0], "Error lambda/one: `s3://artifacts/lambda/1.zip` is not there");
    assert_eq!(lines[1], "Note prompt/p: whether `s3://sounds/hello.wav` is there is not known: 403");
    let asset = Asset { key: "lambda/1.zip".to_owned(), path: "1.zip".to_owned(), sha256: String::new() };
    plan.steps.insert(0, Step::Upload(vec![asset]));
    assert_eq!(examine(&plan, &inventory, &facts).errors().count(), 0);
}

#[test]
fn permissions_are_those_of_the_changes() {
    let plan = made(kwglobal());
    let inventory = Inventory::default();
    let actions = questions(&plan, &inventory, "").actions;
    for action in ["connect:CreateQueue", "connect:AssociatePhoneNumberContactFlow", "cloudformation:ExecuteChangeSet"]
    {
        assert!(actions.contains(action), "{action}");
    }
    // An instance needs a directory, a prompt its audio; keys of KMS only some do. Nothing is deleted.
    assert!(actions.contains("ds:CreateAlias") && actions.contains("s3:GetObjectAcl"), "{actions:?}");
    assert!(!actions.contains("kms:Decrypt") && !actions.contains("connect:DeleteQueue"), "{actions:?}");
    let says = |permission| {
        let permissions = [("connect:CreateQueue".to_owned(), permission)].into();
        examine(&plan, &inventory, &Facts { permissions: Some(Ok(permissions)), ..Facts::default() })
    };
    let addresses = "queue/consulting queue/customer_service";
    assert_eq!(
        told(&says(Permission::Denied)),
        [format!("Error {addresses}: the caller is forbidden connect:CreateQueue")]
    );
    assert!(says(Permission::NotAllowed).findings.iter().all(|finding| finding.severity == Severity::Warning));
    assert_eq!(told(&says(Permission::NotAllowed)).len(), 1);
    assert_eq!(told(&says(Permission::Allowed)), [""; 0]);
    // That it cannot be asked is worth a note, no more.
    let facts = Facts { permissions: Some(Err("AccessDenied".to_owned())), ..Facts::default() };
    assert_eq!(told(&examine(&plan, &inventory, &facts)), ["Note : what the caller may do is not known: AccessDenied"]);
}

#[test]
fn many_claims_at_once_are_worth_a_word() {
    let (mut plan, inventory) = on_instance(None, queues(&["a"]));
    let template = made(kwglobal()).changes;
    let number = template.iter().find(|change| change.address.kind == crate::model::Kind::PhoneNumber).unwrap();
    plan.changes = vec![number.clone(); 3];
    assert_eq!(told(&looked(&plan, &inventory)), [""; 0]);
    for change in &mut plan.changes {
        change.action = plan::Action::Replace;
    }
    let told = told(&looked(&plan, &inventory));
    assert!(told[0].contains("claims and releases 6 phone numbers; after 10 within 180 days"), "{told:?}");
}

#[test]
fn arns_that_lead_out_of_the_instance_are_named_one_by_one() {
    let own = format!("{INSTANCE}/queue/1");
    let theirs = "arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb/queue/2";
    let function = |region: &str, account: &str| format!("arn:aws:lambda:{region}:{account}:function:lookup");
    let (far, other) = (function("us-east-1", "123456789012"), function("us-west-2", "111122223333"));
    let content = json!({ "Actions": [own, theirs, far, other, function("us-west-2", "123456789012")] }).to_string();
    let flow = |content: Json| json!({ "Name": "Entry", "Type": "CONTACT_FLOW", "Content": content });
    let template = |content: Json| json!({ "Resources": { "F": resource("AWS::Connect::ContactFlow", "flow/entry", &flow(content)) } });
    let (plan, inventory) = on_instance(None, template(json!(content)));
    let facts = Facts { account: "123456789012".to_owned(), ..Facts::default() };
    let expected = [
        format!("Error flow/entry: `{theirs}` is of another instance; Connect refuses the flow"),
        format!("Error flow/entry: `{far}` is in us-east-1, and the center in us-west-2; Connect refuses the flow"),
        format!("Warning flow/entry: `{other}` is of another account"),
    ];
    assert_eq!(told(&examine(&plan, &inventory, &facts)), expected);
    // The same in a text with references; and where the instance is yet to be made, none can be its own.
    let text = json!({ "Fn::Sub": [content, { "Id": "x" }] });
    let (plan, inventory) = one_operation(None, template(text));
    assert_eq!(told(&examine(&plan, &inventory, &facts)).len(), 4);
    // What is live has been taken.
    let (plan, inventory) = on_instance(Some(template(json!(content))), template(json!(content)));
    assert_eq!(told(&examine(&plan, &inventory, &facts)), [""; 0]);
}

#[test]
fn what_an_instance_has_only_one_of_is_looked_at() {
    let levels =
        json!({ "UserHierarchyStructure": { "LevelOne": { "Name": "Region" }, "LevelTwo": { "Name": "Team" } } });
    let storage = json!({ "ResourceType": "CALL_RECORDINGS", "StorageType": "S3" });
    let template = json!({ "Resources": {
        "L": resource("AWS::Connect::UserHierarchyStructure", "hierarchy/levels", &levels),
        "S": resource("AWS::Connect::InstanceStorageConfig", "storage/call_recordings", &storage),
    } });
    let (plan, inventory) = on_instance(None, template.clone());
    let asked = questions(&plan, &inventory, "");
    assert!(asked.levels && asked.storage.contains("CALL_RECORDINGS"), "{asked:?}");
    let told_with = |levels: &[&str], place: Option<&str>| {
        let levels = levels.iter().map(|name| (*name).to_owned()).collect();
        let storage = [("CALL_RECORDINGS".to_owned(), Ok(place.map(str::to_owned)))].into();
        told(&examine(&plan, &inventory, &Facts { levels: Some(Ok(levels)), storage, ..Facts::default() }))
    };
    assert_eq!(told_with(&[], None), [""; 0]);
    assert_eq!(
        told_with(&["Region", "Site"], Some("`theirs`")),
        [
            "Error storage/call_recordings: the instance stores this in `theirs` already, and has one place for it",
            "Error hierarchy/levels: the instance has the levels Region, Site already, and they would become Region, Team",
        ]
    );
    assert_eq!(
        told_with(&["Region"], None),
        [
            "Warning hierarchy/levels: the instance has the levels Region already, which come under management and are kept"
        ]
    );
    // An instance that is yet to be made has nothing; what the center has already is its own.
    let (plan, inventory) = one_operation(None, template.clone());
    assert!(!questions(&plan, &inventory, "").levels);
    let (plan, inventory) = on_instance(Some(template.clone()), template);
    assert!(!questions(&plan, &inventory, "").levels);
}

#[test]
fn a_secret_that_is_not_there_is_told() {
    let user = |secret: &str| {
        let properties =
            json!({ "Username": "mary", "Password": format!("{{{{resolve:secretsmanager:{secret}:SecretString}}}}") });
        json!({ "Resources": { "UserMary": resource("AWS::Connect::User", "user/mary", &properties) } })
    };
    let (plan, inventory) = on_instance(None, user("team/mary"));
    let wanted = std::collections::BTreeSet::from(["team/mary".to_owned()]);
    assert_eq!(questions(&plan, &inventory, "123456789012").secrets, wanted);
    let facts = Facts { secrets: Some(Ok(wanted.clone())), ..Facts::default() };
    let found = examine(&plan, &inventory, &facts);
    assert_eq!(told(&found), ["Error user/mary: the secret `team/mary` is not there"]);
    assert!(found.findings[0].help.as_ref().is_some_and(|help| help.contains("Secrets Manager of us-west-2")));
    let facts = Facts { secrets: Some(Err("no".to_owned())), ..Facts::default() };
    assert_eq!(
        told(&examine(&plan, &inventory, &facts)),
        ["Note user/mary: whether the secrets are there is not known: no"]
    );
    // What stays as it is is not read again.
    let (plan, inventory) = on_instance(Some(user("team/mary")), user("team/mary"));
    assert!(questions(&plan, &inventory, "123456789012").secrets.is_empty());
    assert_eq!(told(&examine(&plan, &inventory, &Facts { secrets: Some(Ok(wanted)), ..Facts::default() })), [""; 0]);
}

#[test]
fn what_is_of_another_account_is_told_by_name() {
    let elsewhere = |service: &str, resource: &str| format!("arn:aws:{service}:us-west-2:210987654321:{resource}");
    let (key, stream) = (elsewhere("kms", "key/1"), elsewhere("kinesis", "stream/records"));
    let (bot, function) = (elsewhere("lex", "bot-alias/B/A"), elsewhere("lambda", "function:f"));
    let storage =
        json!({ "KinesisStreamConfig": { "StreamArn": stream }, "S3Config": { "EncryptionConfig": { "KeyId": key } } });
    let own = json!({ "IntegrationArn": "arn:aws:lambda:us-west-2:123456789012:function:own" });
    let template = json!({ "Resources": {
        "A": resource("AWS::Connect::InstanceStorageConfig", "storage/contact_records", &storage),
        "B": resource("AWS::Connect::IntegrationAssociation", "integration/bot", &json!({ "IntegrationArn": bot })),
        "C": resource("AWS::Connect::IntegrationAssociation", "integration/f", &json!({ "IntegrationArn": function })),
        "D": resource("AWS::Connect::IntegrationAssociation", "integration/own", &own),
    } });
    let (plan, inventory) = on_instance(None, template.clone());
    let facts = Facts { account: "123456789012".to_owned(), ..Facts::default() };
    let mut expected: Vec<String> = [
        ("storage/contact_records", &key),
        ("storage/contact_records", &stream),
        ("integration/bot", &bot),
        ("integration/f", &function),
    ]
    .map(|(address, arn)| format!("Warning {address}: `{arn}` is of another account, and this one is 123456789012"))
    .to_vec();
    let mut found = told(&examine(&plan, &inventory, &facts));
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let (plan, inventory) = on_instance(Some(template.clone()), template);
    assert_eq!(told(&examine(&plan, &inventory, &facts)), [""; 0]);
}

/// A template with users of whom each way to sign in refuses some.
fn users_of_all_sorts() -> Json {
    let user = |name: &str, more: &Json| {
        let mut properties = json!({ "Username": name, "IdentityInfo": { "FirstName": "Kim", "LastName": "Poe" } });
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        resource("AWS::Connect::User", &format!("user/{name}"), &properties)
    };
    let password = json!({ "Password": "{{resolve:secretsmanager:Shop/1:SecretString}}" });
    json!({ "Resources": {
        "A": user("plain", &json!({})),
        "B": user("secret", &password),
        "C": user("mail", &json!({ "IdentityInfo": { "FirstName": "A", "LastName": "B", "Email": "a@example.org" } })),
        "D": user("listed", &json!({ "DirectoryUserId": "x" })),
        "E": user("a.name.with.more.characters", &password),
        "F": user("nameless", &json!({ "IdentityInfo": { "FirstName": "A" } })),
    } })
}

#[test]
fn users_are_held_against_how_they_sign_in_to_an_instance_that_exists() {
    use crate::model::Kind;
    let template = users_of_all_sorts();
    let (mut plan, inventory) = on_instance(None, template.clone());
    let made = made(large(1, 6)).changes.into_iter().filter(|change| change.address.kind == Kind::User);
    plan.changes = made
        .zip(["A", "B", "C", "D", "E", "F"])
        .map(|(mut change, id)| {
            change.logical_id = id.to_owned();
            change
        })
        .collect();
    assert_eq!(plan.changes.len(), 6);
    assert!(questions(&plan, &inventory, "123456789012").identity);
    let told_with = |identity: &str| {
        let facts = Facts { identity: Some(Ok(Some(identity.to_owned()))), ..Facts::default() };
        told(&examine(&plan, &inventory, &facts))
    };
    let keeps = "the instance keeps users and passwords itself, and it";
    assert_eq!(
        told_with("CONNECT_MANAGED"),
        [
            format!("Error user/a.name.with.more.characters: {keeps} takes usernames of 20 characters at most"),
            format!("Error user/listed user/mail user/nameless user/plain: {keeps} needs a password for each new one"),
            format!("Error user/nameless: {keeps} needs a first and a last name"),
        ]
    );
    let saml = "the instance has users that sign in by SAML, and it";
    assert_eq!(
        told_with("SAML"),
        [
            format!("Error user/a.name.with.more.characters user/secret: {saml} refuses a password"),
            format!("Error user/listed: {saml} refuses an id in a directory"),
            format!("Error user/mail: {saml} refuses an e-mail address: the username is one"),
            format!("Error user/nameless: {saml} needs a first and a last name"),
        ]
    );
    let directory = "the instance has users of a directory, and it";
    assert_eq!(
        told_with("EXISTING_DIRECTORY"),
        [
            format!("Error user/a.name.with.more.characters: {directory} takes usernames of 20 characters at most"),
            format!("Error user/a.name.with.more.characters user/secret: {directory} refuses a password"),
        ]
    );
    let facts = Facts { identity: Some(Err("no access".to_owned())), ..Facts::default() };
    let note = told(&examine(&plan, &inventory, &facts));
    assert!(note[0].starts_with("Note ") && note[0].ends_with("is not known: no access"), "{note:?}");
    // Those that are there already were taken once, and an instance that is yet to be made is checked with the blueprint.
    plan.changes.iter_mut().for_each(|change| change.action = plan::Action::Update);
    assert!(!questions(&plan, &inventory, "").identity);
    let (plan, inventory) = one_operation(None, template);
    assert!(!questions(&plan, &inventory, "").identity);
}
