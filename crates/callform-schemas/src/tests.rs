use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/0a1b2c3d-0000-4000-8000-000000000001";

fn queue() -> Value {
    json!({
        "InstanceArn": INSTANCE,
        "Name": "Support",
        "HoursOfOperationArn": format!("{INSTANCE}/operating-hours/0a1b2c3d-0000-4000-8000-000000000002"),
    })
}

fn messages(type_name: &str, properties: &Value) -> Vec<String> {
    let schema = get(type_name).expect("the type is known");
    schema.validate(properties).into_iter().map(|violation| violation.message).collect()
}

/// Patterns that are not checked: halves of surrogate pairs, brackets in classes, and ranges that begin or end with a
/// class are of other dialects.
const OF_OTHER_DIALECTS: [&str; 5] = [
    r"^([a-z,A-Z,0-9,. _\-:/()#,@[\]+=&;\{\}!$*])*$",
    r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*$",
    r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*$",
    r"^[\w-\.\+]+@([\w-]+\.)+[\w-]{2,4}$",
    r"^arn:aws[a-z0-9-]*:iam::\d{12}:role/[\w-/.@+=,]{1,1017}$",
];

#[test]
fn every_type_parses_and_every_pattern_compiles() {
    fn patterns(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match (name.as_str(), member) {
                        ("pattern", Value::String(pattern)) => drop(found.insert(pattern.clone())),
                        _ => patterns(member, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| patterns(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    let mut types = 0;
    for type_name in type_names() {
        let schema = get(type_name).expect("parses");
        assert_eq!(schema.type_name, type_name);
        assert!(!schema.primary_identifier.is_empty(), "{type_name}");
        patterns(&schema.document, &mut found);
        types += 1;
    }
    assert_eq!(types, 484);
    let broken: Vec<&String> = found.iter().filter(|pattern| schema::compiled(pattern).is_none()).collect();
    assert_eq!(broken, OF_OTHER_DIALECTS);
}

#[test]
fn create_only_properties_are_those_of_the_service() {
    let rule = get("AWS::Connect::Rule").unwrap();
    assert!(rule.is_create_only("/InstanceArn"));
    assert!(rule.is_create_only("/TriggerEventSource/EventSourceName"));
    assert!(!rule.is_create_only("/Name"));
    assert!(rule.deletes_before_replacing);
    let queue = get("AWS::Connect::Queue").unwrap();
    assert_eq!(queue.create_only, []);
    assert!(queue.is_read_only("/QueueArn"));
    assert_eq!(queue.tag_property.as_deref(), Some("Tags"));
    assert!(get("AWS::Connect::User").unwrap().is_write_only("/Password"));
    let changed = get("AWS::Connect::SecurityProfile").unwrap();
    let replacing = changed.replacing_properties(
        &json!({"SecurityProfileName": "A", "InstanceArn": INSTANCE}),
        &json!({"SecurityProfileName": "B", "InstanceArn": INSTANCE}),
    );
    assert_eq!(replacing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["/SecurityProfileName"]);
}

#[test]
fn pointers_find_values_in_lists() {
    let table = get("AWS::DynamoDB::Table").unwrap();
    let indexes = PropertyPointer::of_schema("/properties/GlobalSecondaryIndexes/*/IndexName");
    let properties = json!({"GlobalSecondaryIndexes": [{"IndexName": "a"}, {"IndexName": "b"}]});
    assert_eq!(indexes.values(&properties), [&json!("a"), &json!("b")]);
    assert!(indexes.covers("/GlobalSecondaryIndexes/3/IndexName"));
    assert!(!indexes.covers("/GlobalSecondaryIndexes/3"));
    let mut stripped = properties;
    indexes.remove(&mut stripped);
    assert_eq!(stripped, json!({"GlobalSecondaryIndexes": [{}, {}]}));
    assert!(table.is_create_only("/TableName"));
}

#[test]
fn a_good_resource_has_no_violations() {
    assert_eq!(messages("AWS::Connect::Queue", &queue()), Vec::<String>::new());
    let mut scalars = queue();
    scalars["MaxContacts"] = json!("5");
    scalars["Name"] = json!(12);
    scalars["QuickConnectArns"] = json!([{"Ref": "Mary"}]);
    assert_eq!(messages("AWS::Connect::Queue", &scalars), Vec::<String>::new());
}

#[test]
fn violations_use_cloudformations_words() {
    let mut bad = queue();
    bad.as_object_mut().unwrap().remove("Name");
    bad["Colour"] = json!("red");
    bad["Status"] = json!("ON");
    bad["MaxContacts"] = json!(-1);
    bad["QuickConnectArns"] = json!([]);
    bad["Description"] = json!("x".repeat(251));
    bad["Tags"] = json!("a=b");
    bad["QueueArn"] = json!("x");
    bad["OutboundCallerConfig"] = json!({"OutboundFlow": "x"});
    let found = messages("AWS::Connect::Queue", &bad);
    for expected in [
        "The property {/Name} is required",
        "Encountered unsupported properties in {/}: [Colour]",
        "Encountered unsupported properties in {/}: [QueueArn]",
        "Encountered unsupported properties in {/OutboundCallerConfig}: [OutboundFlow]",
        "Value for property {/Status} does not match pattern {ENABLED|DISABLED}",
        "Value for property {/MaxContacts} is less than minimum allowed value {0}",
        "The property {/QuickConnectArns} must have at least 1 element(s)",
        "Length of value for property {/Description} is greater than maximum allowed length {250}",
        "Value of property {/Tags} does not match type {Array}",
    ] {
        assert!(found.iter().any(|message| message == expected), "{expected} not in {found:#?}");
    }
    let violations = get("AWS::Connect::UserHierarchyStructure").unwrap().validate(&json!({}));
    assert_eq!(
        property_validation_failure(&violations),
        "Property validation failure: [The property {/InstanceArn} is required]"
    );
}

#[test]
fn look_around_patterns_are_checked() {
    let user = |password: &str| {
        let all = messages("AWS::Connect::User", &json!({"Password": password}));
        all.into_iter().filter(|message| message.contains("{/Password}")).count()
    };
    assert_eq!(user("Secret12345"), 0);
    assert_eq!(user("lowercase1"), 1);
}

#[test]
fn compositions_are_checked() {
    let policy = |extra: &str| {
        let document = json!({"PolicyName": "p", "PolicyDocument": {}, extra: ["r"]});
        messages("AWS::IAM::Policy", &document).len()
    };
    assert_eq!(policy("Roles"), 0);
    assert_eq!(policy("Rolls"), 2);
}

#[test]
fn scalars_take_the_schemas_type() {
    let schema = get("AWS::Connect::Queue").unwrap();
    let normalized = schema.normalize(&json!({"MaxContacts": "5", "Name": 12, "Description": true}));
    assert_eq!(normalized, json!({"MaxContacts": 5, "Name": "12", "Description": "true"}));
}

#[test]
fn unordered_lists_and_maps_are_known() {
    let queue = get("AWS::Connect::Queue").unwrap();
    assert!(queue.is_unordered("/QuickConnectArns"));
    assert!(!queue.is_map("/OutboundCallerConfig"));
    assert!(!queue.is_map("/Tags/0"));
    let function = get("AWS::Lambda::Function").unwrap();
    assert!(function.is_map("/Environment/Variables"));
    assert!(!function.is_map("/Environment"));
    assert!(!function.is_unordered("/Nowhere"));
    assert!(get("AWS::SSM::Parameter").unwrap().is_map("/Tags"));
}
