//! What `KWGlobal` does with a call: who is recorded and told so, what callers and agents hear, who works where.

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, connect};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

/// A flow as it is rendered, and a way through it.
struct Flow(Value);

impl Flow {
    fn rendered(test: &TestEnvironment, name: &str) -> Self {
        let text = test.expect(0, &["flow", "compile", BLUEPRINT, "--flow", name]).stdout;
        Self(serde_json::from_str(&text).unwrap())
    }

    fn action(&self, identifier: &str) -> &Value {
        let mut actions = self.0["Actions"].as_array().unwrap().iter();
        actions.find(|action| action["Identifier"] == identifier).unwrap_or_else(|| panic!("no action {identifier}"))
    }

    fn of_type(&self, kind: &str) -> Vec<&Value> {
        self.0["Actions"].as_array().unwrap().iter().filter(|action| action["Type"] == kind).collect()
    }

    /// The actions from one on, always by what comes next.
    fn from<'a>(&'a self, first: &'a Value) -> Vec<&'a Value> {
        let mut way = vec![first];
        while let Some(next) = way.last().unwrap()["Transitions"]["NextAction"].as_str() {
            let next = self.action(next);
            if way.iter().any(|action| action["Identifier"] == next["Identifier"]) {
                break;
            }
            way.push(next);
        }
        way
    }

    fn way(&self) -> Vec<&Value> {
        self.from(self.action(self.0["StartAction"].as_str().unwrap()))
    }

    fn after_error<'a>(&'a self, action: &Value) -> Vec<&'a Value> {
        let errors = action["Transitions"]["Errors"].as_array().unwrap();
        let error = errors.iter().find(|error| error["ErrorType"] == "NoMatchingError").unwrap();
        self.from(self.action(error["NextAction"].as_str().unwrap()))
    }
}

fn text(action: &Value) -> &str {
    action["Parameters"]["Text"].as_str().unwrap_or_default()
}

fn place(way: &[&Value], found: impl Fn(&Value) -> bool) -> Option<usize> {
    way.iter().position(|action| found(action))
}

fn records(action: &Value) -> bool {
    action["Type"] == "UpdateContactRecordingBehavior"
        && action["Parameters"]["RecordingBehavior"]["RecordedParticipants"] == json!(["Agent", "Customer"])
}

#[test]
fn nobody_is_recorded_who_was_not_told_before() {
    let test = TestEnvironment::with_blueprints();
    for (name, flow_type) in [("main_menu", "calls of customers"), ("outgoing_call", "calls to customers")] {
        let flow = Flow::rendered(&test, name);
        let way = flow.way();
        let told = place(&way, |action| text(action).contains("recorded")).unwrap_or_else(|| panic!("{flow_type}"));
        let recorded = place(&way, records).unwrap_or_else(|| panic!("{flow_type} are not recorded"));
        assert!(told < recorded, "{flow_type}");
        // Where the announcement could not be played, the call goes on without.
        assert_eq!(place(&flow.after_error(way[told]), records), None, "{flow_type}");
        assert_eq!(flow.of_type("UpdateContactRecordingBehavior").len(), 1, "{flow_type}");
    }
    // Whoever calls customers for a queue, on callbacks too, does so by that flow; and what is recorded has a place.
    test.expect(0, &["render", BLUEPRINT, "--out", "out"]);
    let template: Value = serde_json::from_str(&test.read("out/kwglobal.template.json")).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let of_type = |kind: &str| resources.values().filter(|it| it["Type"] == kind).collect::<Vec<_>>();
    let flow = resources.iter().find(|(_, it)| it["Properties"]["Name"] == "Outgoing call").unwrap();
    assert_eq!(flow.1["Properties"]["Type"], "OUTBOUND_WHISPER");
    let queues = of_type("AWS::Connect::Queue");
    assert_eq!(queues.len(), 2);
    for queue in queues {
        let caller = &queue["Properties"]["OutboundCallerConfig"];
        assert!(caller["OutboundFlowArn"].to_string().contains(flow.0.as_str()), "{caller}");
    }
    let storage = of_type("AWS::Connect::InstanceStorageConfig");
    for (kind, prefix) in
        [("CALL_RECORDINGS", "connect/KWGlobal/CallRecordings"), ("SCHEDULED_REPORTS", "connect/KWGlobal/Reports")]
    {
        let place = storage.iter().find(|it| it["Properties"]["ResourceType"] == kind).unwrap();
        assert_eq!(place["Properties"]["S3Config"]["BucketPrefix"], prefix);
    }
}

/// The function, with the company; what it answers is kept for the agent; whatever fails, the call goes on.
#[track_caller]
fn asks_for_words(flow: &Flow, function: &Value, goes_on: &str) {
    assert_eq!(function["Parameters"]["LambdaInvocationAttributes"], json!({ "companyName": "KWGlobal" }));
    assert_eq!(flow.after_error(function)[0]["Identifier"], goes_on);
    let check = flow.action(function["Transitions"]["NextAction"].as_str().unwrap());
    assert_eq!(
        (&check["Type"], &check["Parameters"]["ComparisonValue"]),
        (&json!("Compare"), &json!("$.External.status"))
    );
    let ok = check["Transitions"]["Conditions"][0]["NextAction"].as_str().unwrap();
    let kept = flow.action(ok);
    assert_eq!(kept["Type"], "UpdateContactAttributes");
    for place in 1..=3 {
        assert_eq!(kept["Parameters"]["Attributes"][format!("vanity_{place}")], format!("$.External.option_{place}"));
    }
    assert_eq!(flow.after_error(kept)[0]["Identifier"], goes_on);
    let none = check["Transitions"]["Errors"][0]["NextAction"].as_str().unwrap();
    assert_eq!(none, goes_on);
}

#[test]
fn the_words_of_a_number_reach_caller_and_agent() {
    let test = TestEnvironment::with_blueprints();
    let menu = Flow::rendered(&test, "main_menu");
    let functions = menu.of_type("InvokeLambdaFunction");
    assert_eq!(functions.len(), 1);
    asks_for_words(&menu, functions[0], "choice");
    let kept = menu.from(menu.of_type("UpdateContactAttributes")[0]);
    let whisper = place(&kept, |it| it["Parameters"]["EventHooks"]["AgentWhisper"].is_string()).expect("a whisper");
    let said = place(&kept, |it| text(it).contains("$.External.speech")).expect("what the caller hears");
    let choice = place(&kept, |it| it["Identifier"] == "choice").expect("the menu");
    assert!(whisper < choice && said < choice);
    let whispered = Flow::rendered(&test, "words_for_the_agent");
    let said = text(whispered.way()[0]);
    assert!(said.contains("$.Queue.Name") && said.contains("$.Attributes.vanity_spoken"), "{said}");
    let attributes = &menu.of_type("UpdateContactAttributes")[0]["Parameters"]["Attributes"];
    assert_eq!(attributes["vanity_spoken"], "$.External.spoken_1");
}

#[test]
fn a_callback_names_the_company_and_survives_the_function() {
    let test = TestEnvironment::with_blueprints();
    let flow = Flow::rendered(&test, "callback_in_queue");
    let number = flow.of_type("UpdateContactCallbackNumber")[0];
    let functions = flow.of_type("InvokeLambdaFunction");
    assert_eq!(number["Transitions"]["NextAction"], functions[0]["Identifier"], "the function comes after the number");
    asks_for_words(&flow, functions[0], "Queue the callback");
    let callback = flow.action("Queue the callback");
    assert_eq!(callback["Type"], "CreateCallbackContact");
    assert_eq!(callback["Parameters"]["InitialCallDelaySeconds"], "10");
    assert_eq!(
        (&callback["Parameters"]["MaximumConnectionAttempts"], &callback["Parameters"]["RetryDelaySeconds"]),
        (&json!("2"), &json!("600"))
    );
    let accepted = flow.from(callback);
    assert!(text(accepted[1]).starts_with("Thank you for calling KWGlobal."), "{}", accepted[1]);
    assert_eq!(accepted[2]["Type"], "DisconnectParticipant");
    // Each of the three ways to stay says its own.
    for (identifier, said) in
        [("Invalid number", "not valid"), ("Remain in line", "remain in line"), ("System error", "system error")]
    {
        assert!(text(flow.action(identifier)).contains(said), "{identifier}");
    }
}

/// Down to the supervisors, in the live center.
#[test]
fn the_hierarchy_has_groups_on_five_levels() {
    let test = TestEnvironment::with_blueprints();
    let applied = test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]).stderr;
    assert!(applied.contains("phone number main is answered by main_menu\n"), "{applied}");
    let serving = test.serve(&[]);
    let instances = connect(&serving, "GET", "/instance", &Value::Null);
    let id = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap();
    let users = connect(&serving, "POST", "/search-users", &json!({ "InstanceId": id }));
    let mut found: Vec<(String, String)> = Vec::new();
    for user in users["Users"].as_array().unwrap() {
        let group = user["HierarchyGroupId"].as_str().expect("every user has a group");
        let path = format!("/user-hierarchy-groups/{id}/{group}");
        let group = connect(&serving, "GET", &path, &Value::Null)["HierarchyGroup"].clone();
        let levels = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];
        let names: Vec<&str> =
            levels.iter().filter_map(|level| group["HierarchyPath"][level]["Name"].as_str()).collect();
        found.push((user["Username"].as_str().unwrap().to_owned(), names.join("/")));
    }
    found.sort();
    let shanghai = "KWGlobal/Consulting/China/Shanghai/Alex Kim";
    let portland = "KWGlobal/Customer Service/Oregon/Portland/Dana Ruiz";
    let expected = [("alex.kim", shanghai), ("dana.ruiz", portland), ("li.wei", shanghai), ("mary.jane", portland)];
    assert_eq!(found, expected.map(|(user, path)| (user.to_owned(), path.to_owned())));
}

/// Plan and progress speak as the blueprint does, and count the same.
#[test]
fn a_change_is_told_in_words() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit(BLUEPRINT, "All of our agents are with other customers.", "All agents are busy.");
    test.edit(BLUEPRINT, "offer_after: 2m", "offer_after: 3m");
    test.edit(BLUEPRINT, "retention_days: 365", "retention_days: 30");
    let plan = test.expect(0, &["plan", BLUEPRINT, "--sandbox"]).stdout;
    let flat = plan.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("play: messages changed from \"All of our agents are with other customers. Your"), "{plan}");
    assert!(flat.contains("to \"All agents are busy. Your call"), "{plan}");
    assert!(flat.contains("interrupt frequency 120 -> 180 seconds"), "{plan}");
    assert!(!plan.contains("[{") && !plan.contains("{\""), "{plan}");
    let applied = test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]).stderr;
    assert!(applied.contains("kwglobal: lambda version vanity deleted"), "{applied}");
    assert!(!applied.contains("Version"), "{applied}");
    // As many as it began with.
    let begun = applied.split("updating, ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    assert!(applied.contains(&format!("({begun}/{begun})")), "{applied}");
}

/// What the page says is there is there, under that name.
#[test]
fn the_page_about_kwglobal_speaks_of_what_it_has() {
    let test = TestEnvironment::with_blueprints();
    let page = std::fs::read_to_string(std::path::Path::new(ROOT).join("docs/kwglobal.md")).unwrap();
    let blueprint = test.read(BLUEPRINT);
    for name in [
        "connect/KWGlobal/CallRecordings",
        "connect/KWGlobal/Reports",
        "vanity_spoken",
        "words_for_the_agent",
        "outgoing_call",
    ] {
        assert!(page.contains(name) && blueprint.contains(name), "{name}");
    }
    let checked = test.expect(0, &["check", BLUEPRINT]);
    let said = format!("{}{}", checked.stdout, checked.stderr);
    let resources = said.split(": ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    assert!(page.contains(&format!("{resources} resources")), "{said}");
}
