//! Mistakes in a file, and what is said about them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Outcome, TestEnvironment};

const HEAD: &str = "center: shop\nregion: us-west-2\ninstance: { alias: shop, identity: saml }\n";

fn checked(test: &TestEnvironment, blueprint: &str) -> Outcome {
    test.write("shop.yaml", format!("{HEAD}{blueprint}"));
    test.run(&["check", "shop.yaml"])
}

/// Insists that a blueprint ends with a code, and that all of these words are said.
#[track_caller]
fn says(blueprint: &str, code: i32, words: &[&str]) -> String {
    let outcome = checked(&TestEnvironment::empty(), blueprint);
    assert_eq!(outcome.code, code, "{}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "`{word}`: {}", outcome.stderr);
    }
    outcome.stderr
}

/// Insists that something is not said.
#[track_caller]
fn says_not(blueprint: &str, code: i32, word: &str) {
    let said = says(blueprint, code, &[]);
    assert!(!said.contains(word), "`{word}`: {said}");
}

const FLOW: &str = "flows:\n  f:\n    type: inbound\n    on_error: hang_up\n    steps:\n";

#[test]
fn thousands_of_misspelled_names_are_told_shortly() {
    let mut text = String::from("hours: { day: { time_zone: UTC, open: { daily: 24h } } }\nqueues:\n");
    for number in 0..4_000 {
        writeln!(
            text,
            "  queue_number_{number}_of_the_center: {{ hours: day, quick_connects: [quick_{number}_conect] }}"
        )
        .unwrap();
    }
    text.push_str("quick_connects:\n");
    for number in 0..4_000 {
        writeln!(text, "  quick_{number}_connect: {{ queue: queue_number_{number}_of_the_center }}").unwrap();
    }
    let said = says(&text, 3, &["more errors of this kind: misspelled-reference", "Did you mean `quick_0_connect`?"]);
    assert!(said.len() < 200_000, "{} bytes", said.len());
}

#[test]
fn a_bad_list_of_users_is_told_shortly() {
    let test = TestEnvironment::empty();
    let mut users = String::from("username,name,security,profile\n");
    for number in 0..50_000 {
        writeln!(users, "user{number},Kim Poe,builtin/Agent").unwrap();
    }
    test.write("users.csv", users);
    let outcome = checked(&test, "users_file: users.csv\n");
    assert_eq!(outcome.code, 3);
    assert!(outcome.stderr.contains("and 49900 more errors of this kind: invalid-csv"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("found 50000 errors"), "{}", outcome.stderr);
    let json: Value = serde_json::from_str(&test.run(&["check", "shop.yaml", "--format", "json"]).stdout).unwrap();
    assert_eq!((json["errors"].as_u64(), json["omitted"][0]["count"].as_u64()), (Some(50_000), Some(49_900)));
}

#[test]
fn one_name_that_is_missing_is_one_mistake() {
    let queues: String = (0..9).fold("queues:\n".to_owned(), |mut text, number| {
        let _cannot_fail = writeln!(text, "  q{number}: {{ hours: buisness }}");
        text
    });
    let said = says(&queues, 3, &["found 1 error", "in 5 more places"]);
    assert_eq!(said.matches("unknown-reference").count(), 1, "{said}");
    // A section under another name is one mistake, not one for each use.
    let said = says(
        "hour: { day: { time_zone: UTC, open: { daily: 24h } } }\nqueues: { q: { hours: day } }\n",
        3,
        &["`hours`"],
    );
    assert!(said.contains("found 1 error"), "{said}");
}

#[test]
fn values_arrive_as_they_are_written() {
    let test = TestEnvironment::empty();
    let flow = format!(
        "variables: {{ code: 007, long: 12345678901234567890 }}\n{FLOW}      - set: {{ zip: 01234, version: 1.10, hex: 0x1F, \
         flag: TRUE, code: \"${{var.code}}\", long: \"a${{var.long}}\" }}\n      - if: $.Attributes.zip\n        equals: 01234\n        \
         then: hang_up\n      - hang_up\n"
    );
    test.write("shop.yaml", format!("{HEAD}{flow}"));
    let json = test.json(&["flow", "compile", "shop.yaml"]);
    let text = json.to_string();
    for value in ["\"01234\"", "\"1.10\"", "\"0x1F\"", "\"TRUE\"", "\"007\"", "\"a12345678901234567890\""] {
        assert!(text.contains(value), "{value}: {text}");
    }
    assert!(text.contains("\"Operands\":[\"01234\"]"), "{text}");
}

#[test]
fn a_mistake_behind_an_anchor_is_one_mistake() {
    let shared = "hours:\n  a: { time_zone: UTC, open: &o { mon: 09:00-09:00 } }\n  b: { time_zone: UTC, open: *o }\n  \
                  c: { time_zone: UTC, open: *o }\n";
    let said = says(shared, 3, &["invalid-hours", "found 1 error"]);
    assert_eq!(said.matches("invalid-hours").count(), 1, "{said}");
}

#[test]
fn merge_keys_work() {
    says(
        "hours: { day: { time_zone: UTC, open: { daily: 24h } } }\nqueues:\n  a: &a { hours: day, max_contacts: 5 }\n  \
         b: { <<: *a, max_contacts: 7 }\n  c: { <<: [*a], description: Third }\n",
        0,
        &["no errors"],
    );
    says("hours: { day: { <<: 5, time_zone: UTC, open: { daily: 24h } } }\n", 3, &["merge-key"]);
}

#[test]
fn texts_that_a_comment_cuts_are_told() {
    says(&format!("{FLOW}      - say: Please press # to go on\n      - hang_up\n"), 0, &["text-cut-at-hash"]);
    says_not(&format!("{FLOW}      - say: Goodbye   # the end\n      - hang_up # really\n"), 0, "text-cut-at-hash");
}

#[test]
fn what_passed_in_silence_is_told() {
    says(&format!("{FLOW}      - say: {{ prompt: builtin/Beeb.wav }}\n      - hang_up\n"), 0, &["builtin/Beep.wav"]);
    says("buckets: { b: { kms_key: my-key } }\n", 3, &["invalid-kms-key", "arn:aws:kms:"]);
    says("streams: { s: { kms_key: arn:aws:kms:us-east-1:123456789012:key/a } }\n", 3, &["another-region"]);
}

#[test]
fn helps_lead_to_what_is_meant() {
    says("hours: { day: { time_zone: PST, open: { daily: 24h } } }\n", 3, &["Did you mean `America/Los_Angeles`?"]);
    let delayed = "hours: { day: { time_zone: UTC, open: { daily: 24h } } }\nqueues: { q: { hours: day } }\nrouting_profiles:\n  \
                   r: { channels: { voice: 1 }, outbound: q, queues: [{ queue: q, delay: 30 }] }\n";
    says_not(delayed, 3, "in quotes");
    says(delayed, 3, &["`15s`"]);
    // A colleague is not meant.
    let users = "users:\n  agent.one: { name: One Agent, security: [builtin/Agent] }\nquick_connects: { c: { agent: agent.two } }\n";
    says_not(users, 3, "Did you mean `agent.one`");
    says(
        "flows: { f: { type: inbound, on_error: hang_up, steps: { say: Hello } } }\n",
        3,
        &["Begin each item of the list with `- `"],
    );
    says("ho\u{a0}urs: {}\n", 3, &[]);
    says("\u{a0}hours: {}\n", 3, &["no-break space"]);
    says(
        "environments: { test: { queues: { ordrs: { max_contacts: 5 } } } }\nhours: { day: { time_zone: UTC, open: { daily: 24h } } }\nqueues: { orders: { hours: day } }\n",
        0,
        &["Did you mean `orders`?"],
    );
    let test = TestEnvironment::empty();
    test.write("shop.yaml", format!("{HEAD}environments: {{ test: {{}}, staging: {{}} }}\n"));
    let outcome = test.expect(3, &["check", "shop.yaml", "--env", "production"]);
    assert!(outcome.stderr.contains("`test`, `staging`"), "{}", outcome.stderr);
}

#[test]
fn a_wrong_argument_of_a_template_is_shown_where_it_is_written() {
    let said = says(
        "hours: { day: { time_zone: UTC, open: { daily: 24h } } }\nflows:\n  gate:\n    template: hours-gate\n    \
         with: { hours: dya, open: hang_up }\n",
        3,
        &["Did you mean `day`?"],
    );
    let line = said.lines().find(|line| line.contains("-->")).unwrap_or_default();
    assert!(line.contains("shop.yaml:"), "{said}");
}

#[test]
fn commands_of_other_tools_are_known() {
    let test = TestEnvironment::empty();
    for (command, instead) in [
        ("validate", "callform check"),
        ("lint", "callform flow lint"),
        ("simulate", "callform test"),
        ("deploy", "callform apply"),
    ] {
        let outcome = test.expect(64, &[command]);
        assert!(outcome.stderr.contains(instead), "{}", outcome.stderr);
    }
}

#[test]
fn tags_are_checked_against_every_kind() {
    let center =
        |tags: &str| format!("tags: {{ {tags} }}\nhours: {{ day: {{ time_zone: UTC, open: {{ daily: 24h }} }} }}\n");
    says(&center("\"Cost Center\": \"4711\""), 3, &["invalid-tag", "hours"]);
    says(&center("\"aws:x\": y"), 3, &["invalid-tag"]);
    says(&center(&format!("a: {}", "x".repeat(257))), 3, &["257 characters"]);
    let many: Vec<String> = (0..51).map(|number| format!("t{number}: x")).collect();
    says(&center(&many.join(", ")), 3, &["too-many-tags"]);
    says(&center("cost-center: \"4711\""), 0, &[]);
}

#[test]
fn recordings_and_code_are_looked_into() {
    let test = TestEnvironment::empty();
    let wave = |encoding: u8, rate: u32| {
        let mut file = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0".to_vec();
        file.extend([encoding, 0, 1, 0]);
        file.extend(rate.to_le_bytes());
        file.extend([0; 8]);
        file.extend(b"data\0\0\0\0");
        file
    };
    let prompt = "prompts: { p: { file: p.wav } }\n";
    for (content, code) in [
        (wave(7, 8000), 0),
        (wave(7, 44_100), 3),
        (wave(1, 8000), 3),
        (b"ID3\x04 mp3".to_vec(), 3),
        (b"Hello".to_vec(), 3),
    ] {
        test.write("p.wav", content);
        let outcome = checked(&test, prompt);
        assert_eq!(outcome.code, code, "{}", outcome.stderr);
    }
    test.write("l.zip", b"PK no zip");
    assert!(checked(&test, "lambdas: { l: { code: l.zip } }\n").stderr.contains("lambda-zip"));
    let zip = std::fs::read(format!("{}/tests/data/templates/verify.zip", crate::support::ROOT)).unwrap();
    test.write("l.zip", zip);
    assert_eq!(checked(&test, "lambdas: { l: { code: l.zip } }\n").code, 0);
    let python = "lambdas: { l: { code: l.zip, runtime: python3.13, handler: app.handler } }\n";
    assert!(checked(&test, python).stderr.contains("lambda-handler"));
    let old = "lambdas: { l: { code: l.zip, runtime: nodejs12.x, handler: bootstrap.handler } }\n";
    assert!(checked(&test, old).stderr.contains("refused-runtime"));
}

#[test]
fn recording_without_storage_is_told() {
    let flow = format!("{FLOW}      - record: both\n      - hang_up\n");
    says(&flow, 0, &["not-stored", "call_recordings"]);
}

#[test]
fn overrides_that_are_over_or_twice_are_told() {
    let hours = |overrides: &str| {
        format!("hours: {{ day: {{ time_zone: UTC, open: {{ daily: 24h }}, overrides: {{ {overrides} }} }} }}\n")
    };
    says(&hours("old: { on: 2020-12-25 }"), 0, &["override-in-the-past"]);
    let shared = "hours:\n  a: { time_zone: UTC, open: { daily: 24h }, overrides: &o { old: { on: 2020-12-25 } } }\n  \
                  b: { time_zone: Asia/Tokyo, open: { daily: 24h }, overrides: *o }\n";
    let said = says(shared, 0, &["override-in-the-past"]);
    assert_eq!(said.matches("override-in-the-past").count(), 1, "{said}");
    says(&hours("a: { from: 2099-12-24, till: 2099-12-26 }, b: { on: 2099-12-25 }"), 0, &["overlapping-overrides"]);
}

fn texts_below(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries
        .map(|path| if path.is_dir() { texts_below(&path) } else { std::fs::read_to_string(path).unwrap_or_default() })
        .collect()
}

#[test]
fn functions_given_by_their_arns_are_associated() {
    let test = TestEnvironment::empty();
    let arn = "arn:aws:lambda:us-west-2:123456789012:function:lookup";
    let rendered = |blueprint: &str| {
        test.write("shop.yaml", format!("{HEAD}{blueprint}"));
        test.expect(0, &["render", "shop.yaml", "--out", "rendered"]);
        let text = texts_below(&test.path("rendered"));
        std::fs::remove_dir_all(test.path("rendered")).unwrap();
        text
    };
    let steps = |name: &str| format!("{FLOW}      - lambda: \"{name}\"\n      - hang_up\n");
    let is_associated = |text: &str| {
        text.contains("AWS::Connect::IntegrationAssociation")
            && text.contains("AWS::Lambda::Permission")
            && text.contains(arn)
    };
    assert!(is_associated(&rendered(&steps(arn))));
    assert!(is_associated(&rendered(&format!("lambdas: {{ look: {{ arn: \"{arn}\" }} }}\n{}", steps("look")))));
    let left_out = rendered(&format!("lambdas: {{ look: {{ arn: \"{arn}\", connect: false }} }}\n{}", steps("look")));
    assert!(left_out.contains(arn) && !left_out.contains("IntegrationAssociation"), "{left_out}");
    says(&steps("arn:aws:lambda:us-east-1:123456789012:function:lookup"), 3, &["another-region"]);
}

#[test]
fn proficiencies_that_would_be_refused_are_told() {
    let user = |proficiencies: &str| {
        format!(
            "users: {{ kim@example.org: {{ name: Kim Poe, security: [builtin/Agent], proficiencies: {{ {proficiencies} }} }} }}\n"
        )
    };
    says(&user("Technology: { Routers: 4 }"), 0, &["attribute-not-defined", "`Technology`"]);
    says(&user("\"connect:Language\": { \"connect:English\": 9 }"), 3, &["proficiency-level"]);
    says(&user("\"connect:Language\": { \"connect:English\": 0 }"), 3, &["proficiency-level"]);
    says_not(&user("\"connect:Language\": { \"connect:English\": 5 }"), 0, "attribute");
}

#[test]
fn federated_names_are_taken_with_saml() {
    let users = "users: { \"pat@006AB000000XX7E@00DAB000000f999\": { name: Two Agent, security: [builtin/Agent] } }\n";
    says(users, 0, &["unusual-username"]);
    let test = TestEnvironment::empty();
    test.write("shop.yaml", format!("{HEAD}{users}").replace("saml", "connect-managed"));
    assert!(test.expect(3, &["check", "shop.yaml"]).stderr.contains("invalid-username"));
}

#[test]
fn a_flow_that_cannot_be_read_is_told_what_it_lacks() {
    let test = TestEnvironment::empty();
    test.write("flow.json", r#"{ "Version": "2019-10-30", "Actions": [] }"#);
    let outcome = test.expect(3, &["flow", "lint", "flow.json"]);
    assert!(outcome.stderr.contains("StartAction") && !outcome.stderr.contains("holds no flow"), "{}", outcome.stderr);
}

#[test]
fn sarif_names_places_relative_to_here_and_says_what_rules_are_about() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", format!("{HEAD}queues: {{ q: {{ hours: nowhere }} }}\n"));
    let path = test.path("shop.yaml").canonicalize().unwrap();
    let outcome = test.expect(3, &["check", path.to_str().unwrap(), "--format", "sarif"]);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let run = &report["runs"][0];
    let place = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "shop.yaml", "{}", outcome.stdout);
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        assert!(rule["fullDescription"]["text"].as_str().is_some_and(|text| text.ends_with('.')), "{rule}");
    }
}

#[test]
fn the_edition_of_the_time_zones_is_told() {
    let outcome = TestEnvironment::empty().expect(0, &["version"]);
    assert!(outcome.stdout.contains("time zones 2026"), "{}", outcome.stdout);
}

#[test]
fn the_age_of_what_comes_with_the_program_is_told() {
    let outcome = TestEnvironment::empty().expect(0, &["version", "--catalogs"]);
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let says = |beginning: &str, date: &str| {
        let line = lines.iter().find(|line| line.starts_with(beginning));
        assert!(line.is_some_and(|line| line.contains(date)), "{beginning} {date}: {}", outcome.stdout);
    };
    says("callform ", env!("CARGO_PKG_VERSION"));
    says("flow actions ", " 2026-11-30 ");
    says("CloudFormation resource types ", " 2026-10-20 ");
    says("permissions of security profiles ", " 2026-");
    says("countries of numbers ", " 2026-");
    says("time zones ", " 2026f ");
    assert_eq!(lines.len(), 10, "{}", outcome.stdout);
}
