//! Destruction: what goes, what stays, and that it can be built again.

use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, connect, json_service, signed_call};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

#[test]
fn a_destroyed_center_keeps_what_is_retained_says_so_and_can_come_back() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let destroyed = test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(destroyed.stderr.contains("kept"), "{}", destroyed.stderr);
    assert!(destroyed.stderr.contains("instance"), "{}", destroyed.stderr);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

fn dynamodb(serving: &Serving, operation: &str, body: &Value) -> Value {
    json_service(serving, "dynamodb", &format!("DynamoDB_20120810.{operation}"), body)
}

fn tables(serving: &Serving) -> Vec<String> {
    let listed = dynamodb(serving, "ListTables", &json!({}));
    listed["TableNames"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// The buckets of a center but for the one of Callform's own files.
fn buckets(serving: &Serving) -> Vec<String> {
    let listed = signed_call(serving, "s3", "GET", "/", "");
    let names = listed.split("<Name>").skip(1).map(|rest| rest.split("</Name>").next().unwrap().to_owned());
    names.filter(|name| !name.contains("-callform-")).collect()
}

/// Puts an item into every table and an object into every bucket.
fn fill(serving: &Serving) {
    for table in tables(serving) {
        let described = dynamodb(serving, "DescribeTable", &json!({ "TableName": table }));
        let mut item = json!({ "words": { "S": table } });
        for key in described["Table"]["KeySchema"].as_array().unwrap() {
            item[key["AttributeName"].as_str().unwrap()] = json!({ "S": "+15550100107" });
        }
        dynamodb(serving, "PutItem", &json!({ "TableName": table, "Item": item }));
    }
    for bucket in buckets(serving) {
        signed_call(serving, "s3", "PUT", &format!("/{bucket}/calls/one.txt"), &bucket);
    }
}

/// Every table with its items, and every bucket with its object.
fn contents(serving: &Serving) -> Vec<(String, Value)> {
    let items = |table: &String| dynamodb(serving, "Scan", &json!({ "TableName": table }))["Items"].clone();
    let object = |bucket: &String| json!(signed_call(serving, "s3", "GET", &format!("/{bucket}/calls/one.txt"), ""));
    let tables = tables(serving).into_iter().map(|table| (table.clone(), items(&table)));
    let buckets = buckets(serving).into_iter().map(|bucket| (bucket.clone(), object(&bucket)));
    tables.chain(buckets).collect()
}

/// Kinds and names of all resources, by the stacks they are in.
fn resources(test: &TestEnvironment, blueprint: &str) -> Vec<String> {
    let shown = test.json(&["plan", blueprint, "--sandbox", "--format=json", "--no-preflight"]);
    let changes = shown["changes"].as_array().unwrap().iter();
    changes.map(|change| format!("{} {} {}", change["address"], change["stack"], change["action"])).collect()
}

/// Destroys a center and applies it again: the same center, with what was in it.
#[track_caller]
fn comes_back(blueprint: &str, kept: usize) {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", blueprint, "--sandbox", "--yes"]);
    let serving = test.serve(&[]);
    fill(&serving);
    let before = (contents(&serving), resources(&test, blueprint));
    assert!(before.0.len() >= 2, "{before:?}");
    test.expect(0, &["destroy", blueprint, "--sandbox", "--yes"]);
    assert_eq!(contents(&serving), before.0, "kept");

    let plan = test.json(&["plan", blueprint, "--sandbox", "--format=json"]);
    let changes = plan["changes"].as_array().unwrap();
    let imported: Vec<&Value> = changes.iter().filter(|change| change["action"] == "import").collect();
    assert_eq!(imported.len(), kept, "{imported:#?}");
    assert_eq!(plan["preflight"]["findings"], json!([]));
    test.expect(0, &["apply", blueprint, "--sandbox", "--yes"]);
    assert_eq!((contents(&serving), resources(&test, blueprint)), before);
    test.expect(0, &["plan", blueprint, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", blueprint, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn kwglobal_comes_back_with_its_tables_and_recordings() {
    comes_back(BLUEPRINT, 7);
}

#[test]
fn contact_records_come_back_with_their_table_and_bucket() {
    comes_back("blueprints/contact-records.yaml", 3);
}

const CENTER: &str = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
tables:
  orders: { key: id, retain: false }
  last: { key: id }
";

#[test]
fn what_is_kept_comes_back_before_the_instance_that_the_rest_is_in() {
    let test = TestEnvironment::empty();
    test.write(
        "shop.yaml",
        "center: shop\nregion: us-west-2\ninstance: { alias: shop, retain: false }\nbuckets: { calls: {} }\n\
         hours: { day: { time_zone: UTC, open: { daily: 24h } } }\n\
         queues: { sales: { hours: day, quick_connects: [sales] } }\nquick_connects: { sales: { queue: sales } }\n",
    );
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["destroy", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--out", "shop.plan"]);
    test.expect(0, &["apply", "shop.plan", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn an_agent_status_stays_as_it_is_or_goes_with_its_instance() {
    for (retain, told) in [(true, true), (false, false)] {
        let test = TestEnvironment::empty();
        let center = format!(
            "center: shop\nregion: us-west-2\ninstance: {{ alias: shop, retain: {retain} }}\nagent_statuses: [Lunch]\n"
        );
        test.write("shop.yaml", center);
        test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
        let outcome = test.expect(0, &["destroy", "shop.yaml", "--sandbox", "--yes"]);
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(said.contains("kept: agent status Lunch"), told, "{said}");
        assert_eq!(said.contains("Connect cannot delete it: it stays as it is"), told, "{said}");
        assert!(!said.contains("is disabled"), "{said}");
    }
}

/// The change of a table in a plan.
fn table_change(test: &TestEnvironment) -> Value {
    let plan = test.json(&["plan", "shop.yaml", "--sandbox", "--format=json"]);
    plan["changes"].as_array().unwrap().iter().find(|change| change["address"] == "table/orders").unwrap().clone()
}

#[test]
fn a_table_without_a_name_stays_the_same_when_it_is_kept_and_is_found_again() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", CENTER);
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    let serving = test.serve(&[]);
    fill(&serving);
    let before = contents(&serving);
    // Kept from now on, and without a name as before: a name would replace it.
    test.edit("shop.yaml", ", retain: false", "");
    assert_eq!(table_change(&test)["action"], "update");
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    assert_eq!(contents(&serving), before);
    test.expect(0, &["destroy", "shop.yaml", "--sandbox", "--yes"]);
    // What changed meanwhile is changed after it is taken over.
    test.edit("shop.yaml", "orders: { key: id }", "orders: { key: id, deletion_protection: true }");
    assert_eq!(table_change(&test)["action"], "import");
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    assert_eq!(contents(&serving), before);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
    let (name, _) = before.iter().find(|(name, _)| name != "shop-last").unwrap();
    let described = dynamodb(&serving, "DescribeTable", &json!({ "TableName": name }));
    assert_eq!(described["Table"]["DeletionProtectionEnabled"], true);
}

#[test]
fn what_a_failed_rollback_leaves_behind_is_taken_over() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", CENTER.replace(", retain: false", ""));
    std::fs::create_dir_all(test.path(".callform/sandbox")).unwrap();
    let faults = json!({ "fail_resource": [
        { "logical_id": "TableLast", "operation": "create", "reason": "no more tables" },
        { "logical_id": "TableOrders", "operation": "delete", "reason": "the table is in use", "times": 3 },
    ] });
    test.write(".callform/sandbox/faults.json", faults.to_string());
    let failed = test.expect(1, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    assert!(failed.stderr.contains("ROLLBACK_FAILED"), "{}", failed.stderr);
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
    let serving = test.serve(&[]);
    fill(&serving);
    let before = contents(&serving);
    assert_eq!(before.len(), 1, "{before:?}");
    assert_eq!(table_change(&test)["action"], "import");
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
    assert!(contents(&serving).contains(&before[0]), "{:?}", contents(&serving));
}

#[test]
fn a_queue_that_is_kept_comes_back_only_where_it_can() {
    let test = TestEnvironment::empty();
    let center = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
phone_numbers: { main: { country: US, type: DID, retain: true } }
queues: { orders: { hours: builtin/Basic Hours, retain: true } }
";
    test.write("shop.yaml", center);
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    let serving = test.serve(&[]);
    let arns = || {
        let instances = connect(&serving, "GET", "/instance", &json!({}));
        let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
        let queues = connect(&serving, "GET", &format!("/queues-summary/{instance}?queueTypes=STANDARD"), &json!({}));
        let numbers = connect(&serving, "POST", "/phone-number/list", &json!({}));
        (queues["QueueSummaryList"].clone(), numbers["ListPhoneNumbersSummaryList"][0]["PhoneNumberArn"].clone())
    };
    let before = arns();
    test.expect(0, &["destroy", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
    assert_eq!(arns().1, before.1);
    assert_eq!(arns().0.as_array().unwrap().len(), before.0.as_array().unwrap().len());
}

const SHOP: &str = "shop.yaml";

fn shop(instance: &str) -> TestEnvironment {
    let test = TestEnvironment::empty();
    let text = format!(
        "center: shop\nregion: us-west-2\ninstance: {instance}\nhours: {{ day: {{ time_zone: UTC, open: {{ daily: 24h }} }} }}\n\
         queues: {{ sales: {{ hours: day }} }}\n\
         routing_profiles: {{ agents: {{ channels: {{ voice: 1 }}, queues: [{{ queue: sales }}], outbound: sales }} }}\n"
    );
    test.write(SHOP, text);
    test
}

fn call(test: &TestEnvironment, path: &str, body: &Value) {
    let serving = test.serve(&[]);
    let instances = connect(&serving, "GET", "/instance", &json!({}));
    let id = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap();
    let profiles = connect(&serving, "GET", &format!("/routing-profiles-summary/{id}"), &json!({}));
    let profiles = profiles["RoutingProfileSummaryList"].as_array().unwrap();
    let profile = profiles.iter().find(|one| one["Name"] == "Agents").unwrap()["Id"].clone();
    let security = connect(&serving, "GET", &format!("/security-profiles-summary/{id}"), &json!({}));
    let security = security["SecurityProfileSummaryList"].as_array().unwrap();
    let agent = security.iter().find(|one| one["Name"] == "Agent").unwrap()["Id"].clone();
    let mut body = body.clone();
    body["RoutingProfileId"] = profile;
    body["SecurityProfileIds"] = json!([agent]);
    connect(&serving, "PUT", &path.replace("{}", id), &body);
}

#[test]
fn what_others_use_is_named_before_anything_is_destroyed() {
    let test = shop("{ alias: shop, identity: saml }");
    test.expect(0, &["apply", SHOP, "--sandbox", "--yes"]);
    let user = json!({ "Username": "kim", "IdentityInfo": { "FirstName": "Kim", "LastName": "One" },
        "PhoneConfig": { "PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 0 } });
    call(&test, "/users/{}", &user);
    let refused = test.expect(1, &["destroy", SHOP, "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("routing profile agents is used by user kim"), "{}", refused.stderr);
    test.expect(0, &["plan", SHOP, "--sandbox", "--detailed-exitcode"]);
}

/// A queue that stays in an instance that stays holds its hours.
#[test]
fn what_the_kept_uses_is_named_before_anything_is_destroyed() {
    let test = shop("{ alias: shop, identity: saml }");
    test.edit(SHOP, "sales: { hours: day }", "sales: { hours: day, retain: true }");
    test.expect(0, &["apply", SHOP, "--sandbox", "--yes"]);
    let refused = test.expect(1, &["destroy", SHOP, "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("hours day is used by queue Sales"), "{}", refused.stderr);
    assert!(refused.stderr.contains("`retain: true`"), "{}", refused.stderr);
    test.expect(0, &["plan", SHOP, "--sandbox", "--detailed-exitcode"]);
    test.edit(SHOP, "open: { daily: 24h } }", "open: { daily: 24h }, retain: true }");
    test.expect(0, &["apply", SHOP, "--sandbox", "--yes"]);
    let told = test.expect(0, &["destroy", SHOP, "--sandbox", "--yes"]).stderr;
    assert!(told.contains("what is listed above stays"), "{told}");
}

#[test]
fn an_instance_goes_where_the_blueprint_says_so_and_stays_where_it_does_not() {
    let stays = shop("{ alias: shop, identity: saml }");
    stays.expect(0, &["apply", SHOP, "--sandbox", "--yes"]);
    let told = stays.expect(0, &["destroy", SHOP, "--sandbox", "--yes"]).stderr;
    assert!(told.contains("what is listed above stays") && !told.contains("shop is destroyed"), "{told}");

    let goes = shop("{ alias: shop, identity: saml }");
    goes.expect(0, &["apply", SHOP, "--sandbox", "--yes"]);
    goes.edit(SHOP, "identity: saml }", "identity: saml, retain: false }");
    goes.expect(0, &["apply", SHOP, "--sandbox", "--yes"]);
    goes.expect(0, &["plan", SHOP, "--sandbox", "--detailed-exitcode"]);
    let told = goes.expect(0, &["destroy", SHOP, "--sandbox", "--yes"]).stderr;
    assert!(told.contains("The center shop is destroyed."), "{told}");
    let serving = goes.serve(&[]);
    assert_eq!(connect(&serving, "GET", "/instance", &json!({}))["InstanceSummaryList"], json!([]));
}

#[test]
fn after_a_deletion_that_failed_plans_tell_the_truth() {
    let test = shop("{ alias: shop, identity: saml }");
    test.expect(0, &["apply", SHOP, "--sandbox", "--yes"]);
    let fault = json!({ "fail_resource": [{ "logical_id": "HoursDay", "operation": "delete", "reason": "in use" }] });
    test.write(".callform/sandbox/faults.json", fault.to_string());
    test.expect(1, &["destroy", SHOP, "--sandbox", "--yes"]);
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
    let plan = test.expect(2, &["plan", SHOP, "--sandbox", "--detailed-exitcode"]).stdout;
    assert!(!plan.contains("never completely made"), "{plan}");
    assert!(plan.contains("its stack was being deleted"), "{plan}");
    let destroyed = test.expect(0, &["destroy", SHOP, "--sandbox", "--yes"]);
    assert!(destroyed.stdout.contains("hours day"), "what is left is listed: {}", destroyed.stdout);
}
