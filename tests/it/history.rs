//! The history of a center in fifteen edits: what the plan of each says, in three forms, and that applying it does
//! exactly that.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use callform_source::schema::Checker;
use callform_source::{Diagnostics, SourceMap, yaml};
use serde_json::{Value, json};

use crate::support::{ROOT, Serving, TestEnvironment, connect};

const BLUEPRINT: &str = "center.yaml";
/// A Monday, 10 o'clock in Los Angeles: the center is open.
const NOW: &str = "2026-11-23T18:00:00Z";
const HOTLINE: &str = "+15550100177";

/// One edit of the blueprint.
struct Edit {
    title: &'static str,
    /// What stands once in the blueprint, and what takes its place.
    changes: &'static [(&'static str, &'static str)],
    /// What somebody does by hand before.
    by_hand: Option<fn(&Live)>,
    /// What has to be allowed.
    allow: &'static [&'static str],
}

const EDITS: [Edit; 15] = [
    Edit {
        title: "a queue takes fewer contacts, and Saturday starts later",
        changes: &[
            (
                "    quick_connects: [consulting, management, mary]\n  consulting:",
                "    max_contacts: 20\n    quick_connects: [consulting, mary]\n  consulting:",
            ),
            ("      sat: 09:00-15:00", "      sat: 10:00-15:00"),
        ],
        by_hand: None,
        allow: &[],
    },
    Edit {
        title: "a new queue with a number of its own",
        changes: &[
            (
                "quick_connects:\n  management:",
                "  sales:\n    description: Orders\n    hours: business\n\nquick_connects:\n  management:",
            ),
            (
                "    flow: main_menu\n",
                "    flow: main_menu\n  second:\n    description: The number on the posters\n    country: US\n    type: DID\n    flow: main_menu\n",
            ),
        ],
        by_hand: None,
        allow: &[],
    },
    Edit {
        title: "a queue gets another key",
        changes: &[
            (
                "  consulting:\n    name: Business Consulting\n    description: Business consulting\n    hours",
                "  advice:\n    renamed_from: consulting\n    description: Business consulting\n    hours",
            ),
            (
                "description: Transfer to business consulting, queue: consulting }",
                "description: Transfer to business consulting, queue: advice }",
            ),
            ("{ queue: consulting, priority: 1 }", "{ queue: advice, priority: 1 }"),
            ("    outbound: consulting", "    outbound: advice"),
            ("2: { queue: consulting }", "2: { queue: advice }"),
        ],
        by_hand: None,
        allow: &[],
    },
    Edit {
        title: "a user moves in the hierarchy",
        changes: &[("    group: KWGlobal/Customer Service/Portland", "    group: KWGlobal/Consulting/Shanghai")],
        by_hand: None,
        allow: &[],
    },
    Edit {
        title: "a flow says something else and has another choice",
        changes: &[
            ("      - say: Welcome to KWGlobal.", "      - say: Good day, this is KWGlobal."),
            ("          2: { queue: advice }\n", "          2: { queue: advice }\n          3: { queue: sales }\n"),
            (
                "Press 1 for customer service, or 2 for business consulting.",
                "Press 1 for customer service, 2 for business consulting, or 3 for orders.",
            ),
        ],
        by_hand: None,
        allow: &[],
    },
    Edit {
        title: "somebody changes a queue by hand, then the blueprint changes it too",
        changes: &[("    max_contacts: 20", "    max_contacts: 30")],
        by_hand: Some(|live| {
            live.post("queues", "Customer Service", "max-contacts", &json!({ "MaxContacts": 7 }));
            live.post("queues", "Sales", "max-contacts", &json!({ "MaxContacts": 5 }));
        }),
        allow: &[],
    },
    Edit {
        title: "a queue goes",
        changes: &[
            ("  sales:\n    description: Orders\n    hours: business\n\n", ""),
            ("          3: { queue: sales }\n", ""),
            ("2 for business consulting, or 3 for orders.", "or 2 for business consulting."),
        ],
        by_hand: None,
        allow: &["queue/sales"],
    },
    Edit {
        title: "a security profile for the agents",
        changes: &[
            (
                "# --- How contacts reach agents",
                "security_profiles:\n  desk:\n    description: Agents at the desk\n    permissions: [BasicAgentAccess, OutboundCallAccess]\n\n# --- How contacts reach agents",
            ),
            (
                "    profile: customer_service\n    security: [builtin/Agent]",
                "    profile: customer_service\n    security: [desk]",
            ),
        ],
        by_hand: None,
        allow: &[],
    },
    Edit {
        title: "the security profile gets another name",
        changes: &[("  desk:\n    description", "  desk:\n    name: Front desk\n    description")],
        by_hand: None,
        allow: &["security_profile/desk"],
    },
    Edit {
        title: "a number that was claimed by hand comes under management",
        changes: &[(
            "queues:\n  customer_service:",
            "  hotline: { existing: \"+15550100177\", country: US, type: DID, description: Hotline, flow: main_menu }\n\nqueues:\n  customer_service:",
        )],
        by_hand: Some(|live| {
            let claim = json!({ "TargetArn": live.instance["Arn"], "PhoneNumber": HOTLINE });
            connect(&live.serving, "POST", "/phone-number/claim", &claim);
        }),
        allow: &[],
    },
    Edit {
        title: "another flow answers the main number",
        changes: &[
            (
                "    country: US\n    type: DID\n    flow: main_menu\n  second:",
                "    country: US\n    type: DID\n    flow: notice\n  second:",
            ),
            (
                "  callback_in_queue:\n    name",
                "  notice:\n    type: inbound\n    steps:\n      - say: We have moved.\n      - hang_up\n\n  callback_in_queue:\n    name",
            ),
        ],
        by_hand: None,
        allow: &[],
    },
    Edit {
        title: "a number is released",
        changes: &[(
            "  second:\n    description: The number on the posters\n    country: US\n    type: DID\n    flow: main_menu\n",
            "",
        )],
        by_hand: None,
        allow: &["phone_number/second"],
    },
    Edit {
        title: "a user leaves",
        changes: &[(
            "  li.wei:\n    name: Li Wei\n    profile: consulting\n    security: [builtin/Agent]\n    group: KWGlobal/Consulting/Shanghai\n    password: { secret: kwglobal/li.wei }\n",
            "",
        )],
        by_hand: None,
        allow: &["user/li.wei"],
    },
    Edit {
        title: "a table gets another key",
        changes: &[("    key: phone\n", "    key: caller\n")],
        by_hand: None,
        allow: &["table/vanity_numbers"],
    },
    Edit {
        title: "tags of everything, and a comment",
        changes: &[("tags:\n  project: kwglobal", "# Who pays for it.\ntags:\n  project: kwglobal\n  owner: support")],
        by_hand: None,
        allow: &[],
    },
];

/// The live instance.
struct Live {
    serving: Serving,
    instance: Value,
}

impl Live {
    fn open(test: &TestEnvironment) -> Self {
        let serving = test.serve(&[]);
        let instances = connect(&serving, "GET", "/instance", &json!({}));
        Self { instance: instances["InstanceSummaryList"][0].clone(), serving }
    }

    /// Changes an object of this name.
    fn post(&self, kind: &str, name: &str, operation: &str, body: &Value) {
        let instance = self.instance["Id"].as_str().unwrap();
        let listed = connect(&self.serving, "GET", &format!("/{kind}-summary/{instance}"), &json!({}));
        let objects = listed.as_object().unwrap().values().find_map(Value::as_array).unwrap();
        let id = objects.iter().find(|object| object["Name"] == name).unwrap()["Id"].as_str().unwrap();
        connect(&self.serving, "POST", &format!("/{kind}/{instance}/{id}/{operation}"), body);
    }
}

fn history() -> TestEnvironment {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, std::fs::read(format!("{ROOT}/tests/data/history/00.yaml")).unwrap());
    test
}

#[track_caller]
fn expect(test: &TestEnvironment, code: i32, arguments: &[&str]) -> String {
    let output = test.command(arguments).env("CALLFORM_NOW", NOW).env("COLUMNS", "100").output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "callform {arguments:?}\n{stdout}\n{stderr}");
    stdout
}

/// What a reader of the JSON looks at first: what happens, why, what it touches.
fn essence(plan: &Value) -> String {
    let mut lines = String::new();
    let texts = |value: &Value| -> String {
        let items = value.as_array().into_iter().flatten();
        items.map(|item| item.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>().join(" ")
    };
    for change in plan["changes"].as_array().unwrap().iter().filter(|change| change["action"] != "no-op") {
        let reasons = change["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap());
        let reasons = reasons.collect::<Vec<_>>().join(" ");
        writeln!(lines, "{} {}: {reasons}", change["action"].as_str().unwrap(), change["address"].as_str().unwrap())
            .unwrap();
        for (name, list) in change["impact"].as_object().into_iter().flatten() {
            if !texts(list).is_empty() {
                writeln!(lines, "    {name}: {}", texts(list)).unwrap();
            }
        }
    }
    for change in plan["changed_by_hand"].as_array().unwrap() {
        let path = change["property"]["path"].as_str().unwrap_or("all of it");
        writeln!(
            lines,
            "by hand {} {path}: {}",
            change["address"].as_str().unwrap(),
            change["outcome"].as_str().unwrap()
        )
        .unwrap();
    }
    if !texts(&plan["to_allow"]).is_empty() {
        writeln!(lines, "to allow: {}", texts(&plan["to_allow"])).unwrap();
    }
    lines
}

/// Looks at the plan of an edit in all forms; adds them to what is remembered.
fn look(test: &TestEnvironment, edit: &Edit, number: usize, forms: &mut [String; 3]) -> Vec<String> {
    let head = format!("== {number}. {}\n", edit.title);
    let plan =
        |format: &str| expect(test, 2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format", format]);
    let [human, markdown, essences] = forms;
    human.extend([&head, plan("human").as_str(), "\n"]);
    markdown.extend([&head, plan("markdown").as_str(), "\n"]);
    let text = plan("json");
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(against_schema(&text), [""; 0], "{}", edit.title);
    for check in json["change_sets"].as_array().unwrap() {
        assert_eq!(check["agrees"], true, "{}: {check}", edit.title);
    }
    assert_ne!(json["change_sets"], json!([]), "{}: every edit updates a stack that exists", edit.title);
    essences.extend([&head, essence(&json).as_str(), "\n"]);
    let changes = json["changes"].as_array().unwrap().iter().filter(|change| change["action"] == "replace");
    let mut replaced: Vec<String> = changes.map(|change| change["logical_id"].as_str().unwrap().to_owned()).collect();
    replaced.sort();
    replaced
}

/// Physical ids of everything CloudFormation keeps, by logical ID.
pub(crate) fn physical_ids(test: &TestEnvironment) -> BTreeMap<String, String> {
    let path = test.path(".callform/sandbox/state.db");
    if !path.exists() {
        return BTreeMap::new();
    }
    let database = rusqlite::Connection::open(path).unwrap();
    let mut statement = database.prepare("SELECT body FROM document WHERE kind = 'cloudformation/resource'").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| {
        let resource: Value = serde_json::from_str(&row.unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&resource["definition"]["logical_id"]), text(&resource["physical_id"]))
    })
    .collect()
}

/// What has another physical id.
pub(crate) fn replaced(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let differs = |(logical_id, id): &(&String, &String)| after.get(*logical_id).is_some_and(|now| now != *id);
    before.iter().filter(differs).map(|(logical_id, _)| logical_id.clone()).collect()
}

/// What a plan in JSON violates of the published schema.
fn against_schema(text: &str) -> Vec<String> {
    let schema = std::fs::read_to_string(format!("{ROOT}/schemas/plan.schema.json")).unwrap();
    let checker = Checker::new(&serde_json::from_str(&schema).unwrap());
    assert_eq!(checker.unsupported(), [""; 0]);
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let file = sources.add("plan.json", text.to_owned());
    let tree = yaml::parse(&sources, file, &yaml::Limits::default(), &mut diagnostics).unwrap();
    checker.check(&tree, &mut diagnostics);
    diagnostics.iter().map(|diagnostic| diagnostic.title.clone()).collect()
}

#[test]
fn the_published_schema_is_fresh_and_refuses_what_is_none() {
    let test = history();
    let published = std::fs::read_to_string(format!("{ROOT}/schemas/plan.schema.json")).unwrap_or_default();
    let fresh = test.expect(0, &["schema", "plan"]).stdout;
    assert!(published == fresh, "write it anew: callform schema plan > schemas/plan.schema.json");
    let plan = test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--format=json"]).stdout;
    assert_eq!(against_schema(&plan), [""; 0]);
    for (from, to, problems) in
        [("\"action\": \"create\"", "\"action\": \"explode\"", 1), ("\"center\":", "\"centre\":", 2)]
    {
        assert_eq!(against_schema(&plan.replacen(from, to, 1)).len(), problems, "{to}");
    }
}

#[test]
fn fifteen_edits_are_planned_guarded_and_applied() {
    let test = history();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let mut forms = [String::new(), String::new(), String::new()];
    for (number, edit) in EDITS.iter().enumerate() {
        let before = test.read(BLUEPRINT);
        if let Some(by_hand) = edit.by_hand {
            by_hand(&Live::open(&test));
        }
        for (from, to) in edit.changes {
            test.edit(BLUEPRINT, from, to);
        }
        let predicted = look(&test, edit, number + 1, &mut forms);
        assert_eq!(change_sets_left(&test), 0, "{}", edit.title);
        let mut apply = vec!["apply", BLUEPRINT, "--sandbox", "--yes"];
        if !edit.allow.is_empty() {
            let refused = test.expect(1, &apply);
            for address in edit.allow {
                assert!(refused.stderr.contains(&format!("--allow {address}")), "{}: {}", edit.title, refused.stderr);
            }
            // Nothing was done: the same plan is there.
            test.write("before.yaml", &before);
            assert_eq!(
                test.json(&["plan", "before.yaml", "--sandbox", "--format=json"])["empty"],
                true,
                "{}",
                edit.title
            );
        }
        for address in edit.allow {
            apply.extend(["--allow", address]);
        }
        let ids = physical_ids(&test);
        test.expect(0, &apply);
        assert_eq!(replaced(&ids, &physical_ids(&test)), predicted, "{}", edit.title);
        let after = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
        assert_eq!(after["empty"], true, "{}: {}", edit.title, essence(&after));
    }
    let [human, markdown, essences] = forms;
    insta::assert_snapshot!("history_human", human);
    insta::assert_snapshot!("history_markdown", markdown);
    insta::assert_snapshot!("history_json", essences);
}

/// Change sets in the sandbox that nobody executed.
fn change_sets_left(test: &TestEnvironment) -> usize {
    let database = rusqlite::Connection::open(test.path(".callform/sandbox/state.db")).unwrap();
    let sets = "SELECT count(*) FROM document WHERE kind = 'cloudformation/change-set' AND name LIKE 'callform-plan-%'";
    database.query_row(sets, [], |row| row.get(0)).unwrap()
}
