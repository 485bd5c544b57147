//! Whole blueprints through all of reading, lowering and checking.

use std::collections::BTreeMap;

use callform_source::{Severity, SourceMap};

use super::*;
use crate::blueprint::{self, Disk, FileError, Files};
use crate::model::{self, Address, Instance, Kind, Target, Value};

/// A blueprint that was read, lowered and checked.
struct Checked {
    /// `None` after errors.
    model: Option<Model>,
    sources: SourceMap,
    diagnostics: Diagnostics,
}

fn center(files: &dyn Files, path: &str, environment: Option<&str>) -> Checked {
    let (loaded, sources, mut diagnostics) = blueprint::load(files, path, environment);
    let Some(loaded) = loaded else { return Checked { model: None, sources, diagnostics } };
    let (model, problems) = model::resolve(&loaded, &sources);
    diagnostics.extend(problems);
    diagnostics.extend(check(&loaded, &model));
    let diagnostics = apply_levels(&loaded, &sources, &diagnostics);
    Checked { model: (!diagnostics.has_errors()).then_some(model), sources, diagnostics }
}

/// Files in memory.
struct Memory(BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &str, _limit: u64) -> Result<Vec<u8>, FileError> {
        self.0.get(path).cloned().ok_or(FileError::NotFound)
    }
}

fn disk() -> Disk {
    Disk::below(std::path::Path::new(env!("CARGO_MANIFEST_DIR")))
}

fn in_repository(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// Code and place of every problem of one blueprint, without its head, which is on one line before it.
fn problems(text: &str) -> Vec<String> {
    problems_with("instance: { existing: a }", text, &[])
}

fn problems_with(instance: &str, text: &str, files: &[(&str, &str)]) -> Vec<String> {
    let head = format!("{{ center: a, region: us-west-2, {instance} }}");
    let mut map: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    map.insert("head.yaml".to_owned(), head.into_bytes());
    map.insert("a.yaml".to_owned(), format!("include: [head.yaml]\n{text}").into_bytes());
    let checked = center(&Memory(map), "a.yaml", None);
    checked
        .diagnostics
        .sorted()
        .into_iter()
        .map(|problem| {
            let place = problem.primary.as_ref().map(|place| checked.sources.location(place.span));
            let line = place.map(|place| if place.path == "a.yaml" { place.line - 1 } else { 0 });
            format!("{}:{}", problem.code, line.unwrap_or_default())
        })
        .collect()
}

#[track_caller]
fn check_problems(text: &str, expected: &[&str]) {
    assert_eq!(problems(text), expected, "{text}");
}

#[test]
fn kwglobal_is_right() {
    for environment in [None, Some("test")] {
        let checked = center(&disk(), &in_repository("blueprints/kwglobal.yaml"), environment);
        assert_eq!(titles(&checked), [""; 0]);
        let model = checked.model.unwrap();
        assert_eq!(model.instance, Instance::Created(Address::new(Kind::Instance, "instance")));
        let flow = &model.resources[&Address::new(Kind::Flow, "callback_in_queue")];
        assert_eq!(flow.properties["Type"], Value::from("CUSTOMER_QUEUE"));
        let association = &model.associations[0];
        assert_eq!(association.flow, Target::Resource(Address::new(Kind::Flow, "main_menu")));
    }
}

#[test]
fn every_reference_of_kwglobal_leads_somewhere() {
    let model = center(&disk(), &in_repository("blueprints/kwglobal.yaml"), None).model.unwrap();
    for resource in model.resources.values() {
        let targets =
            resource.properties.values().flat_map(Value::references).filter_map(|reference| match &reference.target {
                Target::Resource(address) => Some(address),
                Target::Builtin { .. } | Target::Instance => None,
            });
        for target in targets.chain(&resource.depends_on) {
            assert!(model.resources.contains_key(target), "{} -> {target}", resource.address);
        }
        for property in resource.deferrable.keys() {
            assert!(resource.properties.contains_key(property), "{} {property}", resource.address);
        }
    }
    let kinds: BTreeMap<&str, usize> = model.resources.keys().fold(BTreeMap::new(), |mut kinds, address| {
        *kinds.entry(address.kind.word()).or_default() += 1;
        kinds
    });
    let expected = BTreeMap::from([
        ("instance", 1),
        ("storage", 2),
        ("hierarchy", 1),
        ("group", 9),
        ("agent_status", 3),
        ("hours", 1),
        ("phone_number", 1),
        ("queue", 2),
        ("quick_connect", 4),
        ("routing_profile", 2),
        ("user", 4),
        ("flow", 4),
        ("table", 2),
        ("role", 2),
        ("lambda", 2),
        ("lambda_permission", 1),
        ("lambda_version", 2),
        ("lambda_alias", 2),
        ("log_group", 2),
        ("integration", 1),
        ("bucket", 1),
        ("bucket_policy", 1),
    ]);
    assert_eq!(kinds, expected);
}

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let path = in_repository("tests/data/ten-mistakes.yaml");
    let checked = center(&disk(), &path, None);
    let found: Vec<(&str, usize)> = checked
        .diagnostics
        .sorted()
        .iter()
        .map(|problem| (problem.code, checked.sources.location(problem.primary.as_ref().unwrap().span).line))
        .collect();
    let expected = [
        ("unknown-time-zone", 8),
        ("unknown-key", 14),
        ("misspelled-reference", 16),
        ("wrong-type", 19),
        ("duplicate-name", 20),
        ("unknown-reference", 23),
        ("too-many-quick-connects", 24),
        ("phone-number-not-e164", 29),
        ("literal-password", 86),
        ("duplicate-flow-name", 91),
    ];
    assert_eq!(found, expected);
    assert!(checked.model.is_none());
    for problem in checked.diagnostics.iter() {
        assert!(!problem.help.is_empty(), "{} says not what to do", problem.code);
        // Whether CloudFormation makes several calls for so many is not known.
        let is_certain = problem.code != "too-many-quick-connects";
        assert_eq!(problem.severity, if is_certain { Severity::Error } else { Severity::Warning });
    }
    let file = checked.diagnostics.iter().next().unwrap().primary.as_ref().unwrap().span.file;
    assert!(!checked.sources.file(file).text().contains("Sesame-2026"), "no output may repeat the password");
}

/// What Connect would refuse in the middle of an apply is an error here, for each way to sign in.
#[test]
fn users_that_connect_would_refuse_are_errors() {
    let errors = |identity: &str, user: &str| -> Vec<String> {
        let user = format!("users:\n  joe: {{ name: Joe Doe, security: [builtin/Agent]{user} }}\n");
        let found = problems_with(&format!("instance: {{ {identity} }}"), &user, &[]);
        found.into_iter().filter(|one| !one.starts_with("user-email-missing")).collect()
    };
    let (managed, saml) = ("alias: shop, identity: connect-managed", "alias: shop, identity: saml");
    let directory = "alias: shop, identity: existing-directory, directory_id: d-0123456789";
    let password = ", password: { secret: Shop/1 }";
    assert_eq!(errors(managed, ""), ["password-missing:2"]);
    assert_eq!(errors("alias: shop", ""), ["password-missing:2"], "Connect keeps passwords where nothing is said");
    assert_eq!(errors(managed, password), [""; 0]);
    assert_eq!(errors(managed, ", password: Sesame-2026"), ["literal-password:2"], "one mistake");
    for other in [saml, directory] {
        assert_eq!(errors(other, ""), [""; 0], "{other}");
        assert_eq!(errors(other, password), ["password-not-possible:2"], "{other}");
    }
    assert_eq!(errors(saml, ", directory_user_id: x"), ["user-identity:2"]);
    assert_eq!(errors(directory, ", directory_user_id: x"), [""; 0]);
    let file = [("u.csv", "username,name,security\njoe,Joe Doe,builtin/Agent\n")];
    let found = problems_with("instance: { alias: shop }", "users_file: u.csv\n", &file);
    assert_eq!(found, ["password-missing:0", "user-email-missing:0"]);
    // How users sign in there is not known.
    for user in ["", password, ", directory_user_id: x"] {
        assert_eq!(errors("existing: shop", user), [""; 0], "{user}");
    }
}

/// What one flow does is there in those it leads to; what none does is told where every contact comes by a number.
#[test]
fn flows_of_a_blueprint_are_looked_at_together() {
    let hours = "hours: { h: { time_zone: UTC, open: { daily: 24h } } }\nqueues: { q: { hours: h } }";
    let first = |chooses: &str| {
        format!(
            "  first:\n    type: inbound\n    steps:\n    {chooses}\n    - set: {{ tier: gold }}\n    - transfer: {{ flow: second }}\n      error: hang_up"
        )
    };
    let second = "  second:\n    type: inbound\n    steps:\n    - say: Hello $.Attributes.name, $.Attributes.tier.\n    - transfer: queue\n      full: hang_up";
    let center = |number: &str, chooses: &str| format!("{hours}\n{number}\nflows:\n{}\n{second}", first(chooses));
    let number = "phone_numbers: { main: { country: US, type: DID, flow: first } }";
    check_problems(&center(number, "- queue: q"), &["attribute-never-set:15"]);
    check_problems(&center("", "- queue: q"), &[]);
    check_problems(&center("", "- say: Hi"), &["queue-not-set:16"]);
}

/// The faults that neither `cfn-lint` nor `cloudformation-validate` finds on `AWS::Connect` types.
#[test]
fn faults_that_linters_miss_are_found() {
    let hours = "hours: { h: { time_zone: UTC, open: { daily: 24h } } }\nqueues: { q: { hours: h } }\n";
    check_problems(
        "users:\n  joe: { name: Joe Doe, security: [builtin/Agent], phone: { type: desk } }",
        &["desk-phone-without-number:2"],
    );
    check_problems(
        "users:\n  jo'e: { name: Joe Doe, security: [builtin/Agent] }\n  Ann: { name: A B, security: [builtin/Agent] }\n  ann: { name: A B, security: [builtin/Agent] }",
        &["invalid-username:2", "duplicate-username:4"],
    );
    let arn = "arn:aws:connect:us-west-2:123456789012:instance/i/queue/q";
    check_problems(&format!("queues: {{ q: {{ hours: \"{arn}\" }} }}"), &["wrong-arn-kind:1"]);
    check_problems("hours: { h: { time_zone: Mars/Base, open: { daily: 24h } } }", &["unknown-time-zone:1"]);
    check_problems(
        "hours:\n  h:\n    time_zone: UTC\n    open: { mon: 09:00-09:00 }\n    overrides:\n      o: { from: 2026-02-02, till: 2026-02-01 }",
        &["invalid-hours:4", "end-before-start:6"],
    );
    check_problems(
        &format!("{hours}routing_profiles: {{ r: {{ channels: {{ voice: 2 }}, outbound: q }} }}"),
        &["concurrency-out-of-range:3"],
    );
    check_problems(
        "quick_connects: { q: { transfer_flow: builtin/Default queue transfer } }",
        &["quick-connect-target:1"],
    );
    check_problems("security_profiles: { s: { permissions: [BasicAgentAcess] } }", &["unknown-permission:1"]);
    check_problems(&format!("hierarchy: {{ levels: [{}] }}", "x".repeat(51)), &["hierarchy-name-too-long:1"]);
    let dangling = r#"{"Version":"2019-10-30","StartAction":"a","Actions":[{"Identifier":"a","Type":"MessageParticipant","Parameters":{"Text":"Hi"},"Transitions":{"NextAction":"b","Errors":[{"ErrorType":"NoMatchingError","NextAction":"b"}]}}]}"#;
    let flow = "flows: { f: { json: f.json } }";
    let instance = "instance: { existing: a }";
    assert_eq!(problems_with(instance, flow, &[("f.json", "not JSON")]), ["flow-not-json:1"]);
    assert_eq!(problems_with(instance, flow, &[("f.json", "[]")]), ["flow-not-valid:1"]);
    assert!(
        problems_with(instance, flow, &[("f.json", dangling)])
            .iter()
            .any(|code| code.starts_with("refused-by-connect"))
    );
}

#[test]
fn limits_of_the_resource_schemas_are_checked() {
    let long = "x".repeat(128);
    check_problems(
        &format!(
            "hours:\n  h: {{ name: {long}, time_zone: UTC, open: {{ daily: 24h }} }}\n  i: {{ description: \"\", time_zone: UTC, open: {{}} }}"
        ),
        &["invalid-property:2", "invalid-property:3"],
    );
}

#[test]
fn lints_have_levels() {
    let profile = "security_profiles: { s: { permissions: [BasicAgentAcess] } }\n";
    check_problems(&format!("{profile}lints: {{ unknown-permission: allow }}"), &[]);
    check_problems(
        &format!("{profile}lints: {{ unknown-permision: allow }}"),
        &["unknown-permission:1", "unknown-lint:2"],
    );
    let files = Memory(BTreeMap::from([(
        "a.yaml".to_owned(),
        format!(
            "center: a\nregion: us-west-2\ninstance: {{ existing: a }}\n{profile}lints: {{ unknown-permission: deny }}"
        )
        .into_bytes(),
    )]));
    let checked = center(&files, "a.yaml", None);
    assert!(checked.model.is_none() && checked.diagnostics.has_errors());
}

#[test]
fn a_broken_thing_can_still_be_referred_to() {
    check_problems("hours:\n  h: { time_zone: 5, open: {} }\nqueues:\n  q: { hours: h }", &["wrong-type:2"]);
}

#[test]
fn secrets_and_places() {
    check_problems(
        "phone_numbers: { p: { country: XX, type: DID } }\nlambdas: { l: { code: l.zip, timeout: 20s, environment: { API_TOKEN: abc, KEY_NAME: x } } }",
        &["unknown-country:1", "file-not-found:2", "lambda-too-slow:2", "secret-in-plain-sight:2"],
    );
    let found = problems_with("instance: { alias: d-x }", "", &[]);
    assert_eq!(found, ["invalid-instance-alias:0"]);
}

#[test]
fn a_first_blueprint_is_right() {
    for name in ["acme", "My Center!", ""] {
        let text = crate::init::blueprint(name);
        let files = Memory(BTreeMap::from([("a.yaml".to_owned(), text.into_bytes())]));
        let checked = center(&files, "a.yaml", None);
        assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
        assert!(checked.model.is_some());
    }
}

#[test]
fn everything_is_right() {
    for environment in [None, Some("prod")] {
        let checked = center(&disk(), &in_repository("tests/data/everything/everything.yaml"), environment);
        assert_eq!(titles(&checked), [""; 0]);
        let model = checked.model.unwrap();
        let paths: Vec<&str> = model.assets.iter().map(|asset| asset.path.as_str()).collect();
        assert_eq!(paths, ["bot.zip", "lookup.zip", "audio/welcome.wav"]);
        let ids: std::collections::BTreeSet<&str> =
            model.resources.values().map(|resource| resource.logical_id.as_str()).collect();
        assert_eq!(ids.len(), model.resources.len());
        assert!(ids.contains("TheSupportQueue"));
    }
}

/// All problems with their places and words.
fn titles(checked: &Checked) -> Vec<String> {
    let place = |problem: &callform_source::Diagnostic| {
        problem.primary.as_ref().map(|place| checked.sources.location(place.span).to_string()).unwrap_or_default()
    };
    checked
        .diagnostics
        .iter()
        .map(|problem| format!("{} {}: {} {:?}", place(problem), problem.code, problem.title, problem.notes))
        .collect()
}

/// The functions that come with the program, and tables that are not what they need.
#[test]
fn tables_fit_the_functions_that_use_them() {
    let vanity = |numbers: &str, calls: &str| {
        format!(
            "tables:\n  numbers: {{ {numbers} }}\n  calls: {{ {calls} }}\nlambdas:\n  vanity:\n    bundle: vanity\n    \
             with: {{ numbers: numbers, calls: calls }}\n  callers:\n    bundle: vanity-callers\n    with: {{ calls: calls }}\n"
        )
    };
    let numbers = "key: phone, sort: company, ttl: expires";
    let calls = "key: contact, ttl: expires, indexes: { by_day: { key: day, sort: at } }";
    check_problems(&vanity(numbers, calls), &[]);
    let with = |more: &str| vanity(numbers, calls).replacen("calls: calls }", &format!("calls: calls, {more} }}"), 1);
    check_problems(&with("company: Acme, words: \"Tea Pot = 100, kettle\", keypad: qz-on-1"), &[]);
    check_problems(&with("company: 日本"), &["vanity-setting:7"]);
    check_problems(&with("words: tea = x"), &["vanity-setting:7"]);
    check_problems(&with("keypad: qz"), &["unknown-value:7"]);
    for wrong in [
        "key: number, sort: company, ttl: expires",
        "key: phone, ttl: expires",
        "key: phone, sort: firm, ttl: expires",
        "key: phone, sort: { name: company, type: number }, ttl: expires",
    ] {
        check_problems(&vanity(wrong, calls), &["table-key:7"]);
    }
    check_problems(&vanity("key: phone, sort: company, ttl: gone", calls), &["table-ttl:7"]);
    check_problems(&vanity("key: phone, sort: company", calls), &["table-without-ttl:7"]);
    for (wrong, expected) in [
        (
            "key: contact, sort: at, ttl: expires, indexes: { by_day: { key: day, sort: at } }",
            ["table-key:7", "table-key:10"].as_slice(),
        ),
        ("key: contact, ttl: expires, indexes: { by_day: { key: day } }", &["table-key:10"]),
        ("key: contact, ttl: expires, indexes: { by_hour: { key: day, sort: at } }", &["missing-index:10"]),
        ("key: contact, ttl: expires", &["missing-index:10"]),
    ] {
        check_problems(&vanity(numbers, wrong), expected);
    }
    let dedup = |bundle: &str, table: &str, more: &str| {
        format!(
            "tables:\n  seen: {{ {table} }}\nlambdas:\n  once:\n    bundle: {bundle}\n    with: {{ table: seen{more} }}\n"
        )
    };
    for bundle in ["dedup", "dedup-consumer"] {
        check_problems(&dedup(bundle, "key: RecordKey, ttl: ExpiresAt", ""), &[]);
        check_problems(&dedup(bundle, "key: Record, ttl: ExpiresAt", ""), &["table-key:6"]);
        check_problems(&dedup(bundle, "key: RecordKey, sort: Day, ttl: ExpiresAt", ""), &["table-key:6"]);
        check_problems(&dedup(bundle, "key: RecordKey, ttl: Expires", ""), &["table-ttl:6"]);
    }
    check_problems(&dedup("dedup", "key: RecordKey, ttl: ExpiresAt", ", mode: exacty"), &["unknown-value:6"]);
    check_problems(&dedup("dedup", "key: RecordKey, ttl: ExpiresAt", ", mode: exact"), &[]);
}

#[test]
fn a_table_that_does_not_fit_is_shown_with_what_to_write() {
    let text = "tables:\n  seen: { key: Record, ttl: ExpiresAt }\nlambdas:\n  once:\n    bundle: dedup\n    with: { table: seen }\n";
    let head = "center: a\nregion: us-west-2\ninstance: { existing: a }\n";
    let files = Memory(BTreeMap::from([("a.yaml".to_owned(), format!("{head}{text}").into_bytes())]));
    let checked = center(&files, "a.yaml", None);
    let shown = callform_source::render::human(&checked.diagnostics, &checked.sources, false, 100);
    for part in [
        "needs the key `RecordKey` and no sort key",
        "the table has the key `Record` and no sort key",
        "Write `key: RecordKey` in the table.",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
}

#[test]
fn an_environment_that_lambda_refuses_is_found() {
    let lambda = |words: &str| format!("lambdas:\n  one:\n    code: a.zip\n    environment: {{ WORDS: {words} }}\n");
    let files = [("a.zip", "PK")];
    let of = |words: &str| problems_with("instance: { existing: a }", &lambda(words), &files);
    let fits = "w".repeat(4_096 - "WORDS".len());
    assert!(!of(&fits).contains(&"environment-too-large:2".to_owned()), "{:?}", of(&fits));
    assert!(of(&format!("{fits}w")).contains(&"environment-too-large:2".to_owned()), "{:?}", of(&format!("{fits}w")));
}

#[test]
fn a_prefix_may_have_letters() {
    let number =
        |prefix: &str| format!("phone_numbers:\n  main: {{ country: US, type: TOLL_FREE, prefix: \"{prefix}\" }}\n");
    check_problems(&number("+1-555-FLOWERS"), &[]);
    check_problems(&number("+FLOWERS"), &["phone-number-not-e164:2"]);
    check_problems(&number("+1-555-FLOWERSFLOWERS"), &["phone-number-not-e164:2"]);
}
