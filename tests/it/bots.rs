//! `bots:`: from what people say to what a flow speaks to.

use serde_json::{Value, json};

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "center.yaml";

const CENTER: &str = r#"center: shop
region: us-west-2
instance: { alias: shop-bots, inbound: true, outbound: true }
lambdas:
  lookup: { code: lookup.zip }
bots:
  orders:
    locales:
      en_US:
        voice: Joanna
        intents:
          track:
            utterances: ["where is my order", "track {number}"]
            slots: { number: { type: AMAZON.Number, prompt: "What is the number?" } }
            fulfill: lookup
    logs: 30d
flows:
  main:
    steps:
      - lex: orders
        ask: How can I help?
        intents: { track: hang_up }
        else: hang_up
        error: hang_up
"#;

fn center() -> TestEnvironment {
    let test = TestEnvironment::empty();
    let zip = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/everything/lookup.zip");
    test.write("lookup.zip", std::fs::read(zip).unwrap());
    test.write(BLUEPRINT, CENTER);
    test
}

fn template(test: &TestEnvironment) -> Value {
    test.expect(0, &["render", BLUEPRINT, "--out", "out"]);
    serde_json::from_str(&test.read("out/shop.template.json")).unwrap()
}

/// The logical ID and definition of the only resource of a type whose logical ID begins so.
#[track_caller]
fn resource<'t>(template: &'t Value, kind: &str, beginning: &str) -> (&'t str, &'t Value) {
    let all = template["Resources"].as_object().unwrap();
    let mut found = all.iter().filter(|(id, it)| it["Type"] == kind && id.starts_with(beginning));
    let (id, it) = found.next().unwrap_or_else(|| panic!("no {kind} {beginning}"));
    assert!(found.next().is_none(), "two {kind} {beginning}");
    (id, it)
}

#[test]
fn a_flow_speaks_to_the_alias_and_waits_for_its_association() {
    let test = center();
    let template = template(&test);
    let (bot, definition) = resource(&template, "AWS::Lex::Bot", "");
    let locale = &definition["Properties"]["BotLocales"][0];
    assert_eq!(locale["LocaleId"], "en_US");
    assert_eq!(locale["VoiceSettings"], json!({ "VoiceId": "Joanna" }));
    let names: Vec<&Value> = locale["Intents"].as_array().unwrap().iter().map(|intent| &intent["Name"]).collect();
    assert_eq!(names, ["track", "FallbackIntent"]);
    let track = &locale["Intents"][0];
    assert_eq!(track["FulfillmentCodeHook"], json!({ "Enabled": true }));
    assert_eq!(track["SlotPriorities"], json!([{ "SlotName": "number", "Priority": 1 }]));
    assert_eq!(track["Slots"][0]["ValueElicitationSetting"]["SlotConstraint"], "Required");

    let (version, definition) = resource(&template, "AWS::Lex::BotVersion", "");
    assert_eq!(definition["Properties"]["BotId"], json!({ "Ref": bot }));
    let (alias, definition) = resource(&template, "AWS::Lex::BotAlias", "");
    let properties = &definition["Properties"];
    assert_eq!(properties["BotVersion"], json!({ "Fn::GetAtt": [version, "BotVersion"] }));
    let (function, _) = resource(&template, "AWS::Lambda::Alias", "");
    let hook = &properties["BotAliasLocaleSettings"][0]["BotAliasLocaleSetting"]["CodeHookSpecification"];
    assert_eq!(hook["LambdaCodeHook"]["LambdaArn"], json!({ "Ref": function }));
    let (log, definition) = resource(&template, "AWS::Logs::LogGroup", "LogGroupBotOrders");
    assert_eq!(definition["Properties"]["RetentionInDays"], 30);
    let destination = &properties["ConversationLogSettings"]["TextLogSettings"][0]["Destination"]["CloudWatch"];
    assert_eq!(destination["CloudWatchLogGroupArn"], json!({ "Fn::GetAtt": [log, "Arn"] }));

    let arn = json!({ "Fn::GetAtt": [alias, "Arn"] });
    let (permission, definition) = resource(&template, "AWS::Lambda::Permission", "PermissionBotOrders");
    let properties = &definition["Properties"];
    assert_eq!((&properties["Principal"], &properties["SourceArn"]), (&json!("lexv2.amazonaws.com"), &arn));
    assert_eq!(properties["FunctionName"], json!({ "Ref": function }));
    let (association, definition) = resource(&template, "AWS::Connect::IntegrationAssociation", "IntegrationBotOrders");
    assert_eq!(definition["Properties"]["IntegrationType"], "LEX_BOT");
    assert_eq!(definition["Properties"]["IntegrationArn"], arn);
    assert_eq!(definition["DependsOn"], json!([permission]));
    let (_, flow) = resource(&template, "AWS::Connect::ContactFlow", "");
    assert_eq!(flow["DependsOn"], json!([association]));
    let content = flow["Properties"]["Content"]["Fn::Sub"].as_str().unwrap();
    assert!(content.contains(&format!(r#""AliasArn":"${{{alias}.Arn}}""#)), "{content}");

    let (_, role) = resource(&template, "AWS::IAM::Role", "RoleBotOrders");
    let statements = &role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let actions: Vec<&Value> = statements.as_array().unwrap().iter().map(|statement| &statement["Action"]).collect();
    assert_eq!(actions, [&json!(["polly:SynthesizeSpeech"]), &json!(["logs:CreateLogStream", "logs:PutLogEvents"])]);

    // The key alone and the section in front mean the same.
    test.edit(BLUEPRINT, "lex: orders", "lex: bots/orders");
    assert_eq!(self::template(&test)["Resources"], template["Resources"]);
}

#[test]
fn what_changes_a_bot_makes_a_version() {
    let test = center();
    let version = |test: &TestEnvironment| resource(&template(test), "AWS::Lex::BotVersion", "").0.to_owned();
    let first = version(&test);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit(BLUEPRINT, "    logs: 30d", "    logs: 30d\n    description: Orders");
    assert_eq!(version(&test), first, "a description is not part of a version");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);

    test.edit(BLUEPRINT, "where is my order", "where are my orders");
    assert_ne!(version(&test), first);
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format=json"]);
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    let changes: Vec<(&str, &str)> = planned["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["address"].as_str().unwrap(), change["action"].as_str().unwrap()))
        .filter(|(_, action)| *action != "no-op")
        .collect();
    assert_eq!(changes, [("bot/orders", "update"), ("bot_version/orders", "create"), ("bot_alias/orders", "update")]);
    let human = test.expect(0, &["plan", BLUEPRINT, "--sandbox"]);
    assert!(human.stdout.contains("a new version is published"), "{}", human.stdout);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let intents = |text: &str| format!("bots: {{ b: {{ locales: {{ en_US: {{ intents: {{ {text} }} }} }} }} }}");
    for (part, code) in [
        ("bots: { b: {} }".to_owned(), "bot-source"),
        ("bots: { b: { zip: x.zip, locales: { en_US: { voice: Joanna } } } }".to_owned(), "bot-zip"),
        ("bots: { b: { zip: lookup.zip } }".to_owned(), "bot-zip"),
        ("bots: { b: { locales: { en_US: {} } } }".to_owned(), "no-utterances"),
        ("bots: { b__c: { locales: { en_US: {} } } }".to_owned(), "bot-name"),
        (intents("\"a b\": { utterances: [x] }"), "bot-name"),
        (intents("a: { utterances: [\"x {n}\"] }"), "unknown-slot"),
        (intents("a: { utterances: [\"x {n}\"], slots: { n: { type: colour } } }"), "unknown-slot-type"),
        (
            intents("a: { utterances: [x], slots: { n: { type: AMAZON.Number, required: true } } }"),
            "slot-without-prompt",
        ),
        (intents("a: { utterances: [x], fulfill: nobody }"), "unknown-reference"),
        (intents("a: { utterances: [x], fulfill: f }, b: { utterances: [y], dialog: g }"), "bot-functions"),
        (
            "bots: { b: { locales: { en_US: { slot_types: { t: {} }, intents: { a: { utterances: [x] } } } } } }"
                .to_owned(),
            "slot-type-source",
        ),
        (
            "bots: { b: { locales: { en_US: { threshold: 1.5, intents: { a: { utterances: [x] } } } } } }".to_owned(),
            "out-of-range",
        ),
        (
            format!(
                "{}\nlex_bots: {{ b: {{ alias_arn: \"arn:aws:lex:us-west-2:123456789012:bot-alias/A/B\" }} }}",
                intents("a: { utterances: [x] }")
            ),
            "bot-source",
        ),
        (
            "flows: { f: { steps: [{ lex: bots/nobody, ask: Hi, error: hang_up }, hang_up] } }".to_owned(),
            "unknown-reference",
        ),
    ] {
        let checked = check(&part);
        let told = checked.stderr.contains(&format!("[{code}]")) && checked.stderr.contains("bad.yaml:");
        assert!(checked.code == 3 && told, "{part}: {code}\n{}", checked.stderr);
    }
    for (part, code) in [
        (intents("a: { utterances: [x] }").replace("en_US", "xx_XX"), "unknown-locale"),
        (
            "bots: { b: { locales: { en_US: { voice: Joana, intents: { a: { utterances: [x] } } } } } }".to_owned(),
            "unknown-bot-voice",
        ),
        (intents("a: { utterances: [x] }, b: {}"), "no-utterances"),
        (intents("a: { utterances: [Where  is it?] }, b: { utterances: [where is it] }"), "duplicate-utterance"),
    ] {
        let checked = check(&part);
        assert!(checked.code == 0 && checked.stderr.contains(code), "{part}: {code}\n{}", checked.stderr);
    }
}

fn check(part: &str) -> crate::support::Outcome {
    let test = center();
    test.write("x.zip", "no zip");
    test.write("bad.yaml", format!("center: bad\nregion: us-west-2\ninstance: {{ alias: bad-bots }}\nlambdas: {{ f: {{ code: lookup.zip }}, g: {{ code: lookup.zip }} }}\n{part}\n"));
    test.run(&["check", "bad.yaml"])
}
