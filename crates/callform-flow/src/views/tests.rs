use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::{ConditionBranch, Flow};

/// A `ShowView` action with this data, which branches on these actions.
fn action(data: Value, actions: &[&str]) -> Action {
    let mut action = Action { action_type: "ShowView".to_owned(), ..Action::default() };
    action.parameters.insert("ViewData".to_owned(), data);
    let branches = actions.iter().map(|name| ConditionBranch::new("Equals", *name, "a")).collect();
    action.transitions.conditions = Some(branches);
    action
}

/// What does not fit, a line each.
fn told(view: &Value, data: Value, actions: &[&str]) -> String {
    let view = View::read(view).expect("a view");
    let lines = check(&view, &action(data, actions)).into_iter().map(|misfit| format!("{misfit} — {}", misfit.help()));
    lines.collect::<Vec<_>>().join("\n")
}

/// Content as `DescribeView` answers it: the schema as text.
fn described() -> Value {
    let schema = json!({
        "type": "object",
        "properties": {
            "Heading": { "type": "string" },
            "Sections": { "type": "array", "items": { "$ref": "#/$defs/Section" } },
            "Next": { "anyOf": [{ "type": "string" }, { "$ref": "#/$defs/Button" }] },
            "Rows": { "type": ["integer", "string"] },
        },
        "required": ["Sections", "Heading"],
        "$defs": {
            "Button": { "type": "object", "properties": { "Label": { "type": "string" } } },
            "Section": { "type": "object", "properties": { "Heading": { "type": "string" }, "Inner": { "$ref": "#/$defs/Section" } } },
        },
    });
    json!({ "View": { "Name": "wrap-up", "Content": {
        "InputSchema": schema.to_string(), "Template": "{}", "Actions": ["Submit", "Back"],
    } } })
}

/// A template as a blueprint would have it, without a schema.
fn written() -> Value {
    json!({
        "Template": {
            "Head": { "Title": "$.Title" },
            "Body": [{ "_id": "c", "Type": "Container", "Props": {}, "Content": [
                { "_id": "t", "Type": "TextBox", "Props": {}, "Content": ["Hello $.Customer.Name, $.Customer.City"] },
                { "_id": "b", "Type": "Button", "Props": { "Action": "Accept", "Disabled": "$.['is locked']" }, "Content": ["Yes"] },
                { "_id": "d", "Type": "Button", "Props": { "Action": "Decline" }, "Content": ["No"] },
                { "_id": "e", "Type": "Button", "Props": { "Action": "$.Other" }, "Content": ["It costs $.50"] },
            ] }],
        },
    })
}

#[test]
fn inputs_and_actions_of_an_answer_of_the_api() {
    let fine = json!({ "heading": "Hi", "Sections": [{ "Heading": "One" }], "Next": { "Label": "Go" }, "Rows": 3 });
    assert_snapshot!(told(&described(), fine, &["Submit", "Back", "$.Attributes.x"]), @"");
    let dynamic =
        json!({ "Heading": "Hi $.Attributes.x", "Sections": "$.External.sections", "Next": "$.External.next" });
    assert_snapshot!(told(&described(), dynamic, &[]), @"");
    let wrong = json!({
        "Headings": "Hi",
        "Sections": [{ "Heading": ["One"], "Inner": { "Inner": "x" } }],
        "Next": [],
        "Rows": {},
        "Colour": "red",
    });
    assert_snapshot!(told(&described(), wrong, &["Submitted", "Cancel"]), @r"
    the view has no input `Headings` — Did you mean `Heading`?
    `Sections[0].Heading` must be a text — Write a value of that kind, or one JSONPath in its place.
    `Sections[0].Inner.Inner` must be an object — Write a value of that kind, or one JSONPath in its place.
    `Next` must be a text or an object — Write a value of that kind, or one JSONPath in its place.
    `Rows` must be a text — Write a value of that kind, or one JSONPath in its place.
    the view has no input `Colour` — Its inputs are `Sections`, `Heading`, `Next`, `Rows`.
    the input `Heading` of the view is missing — Give it under `with:`, such as `Heading: …`.
    the view has no action `Submitted` — Did you mean `Submit`?
    the view has no action `Cancel` — Its actions are `Submit`, `Back`.
    ");
    assert_snapshot!(told(&described(), json!("$.External.all"), &["Submit"]), @"");
    assert_snapshot!(told(&described(), Value::Null, &["Submit"]), @r"
    the input `Sections` of the view is missing — Give it under `with:`, such as `Sections: …`.
    the input `Heading` of the view is missing — Give it under `with:`, such as `Heading: …`.
    ");
}

#[test]
fn inputs_and_actions_of_a_template() {
    let view = View::read(&written()).unwrap();
    assert_eq!(view.inputs().collect::<Vec<_>>(), ["Customer", "Other", "Title", "is locked"]);
    assert_eq!(view.actions().collect::<Vec<_>>(), ["Accept", "Decline"]);
    assert_eq!(view.unlisted_actions().collect::<Vec<_>>(), [""; 0]);
    let fine =
        json!({ "title": "Offer", "Customer": { "Name": "$.Customer.FirstName" }, "is locked": false, "Other": "x" });
    assert_snapshot!(told(&written(), fine, &["Accept"]), @"");
    assert_snapshot!(told(&written(), json!({ "Titel": "Offer" }), &["Acept", "Later"]), @r"
    the view has no input `Titel` — Did you mean `Title`?
    the input `Customer` of the view is missing — Give it under `with:`, such as `Customer: …`.
    the input `Other` of the view is missing — Give it under `with:`, such as `Other: …`.
    the input `Title` of the view is missing — Give it under `with:`, such as `Title: …`.
    the input `is locked` of the view is missing — Give it under `with:`, such as `is locked: …`.
    the view has no action `Acept` — Did you mean `Accept`?
    the view has no action `Later` — Its actions are `Accept`, `Decline`.
    ");
}

#[test]
fn actions_of_components_are_listed() {
    let mut content = written();
    content["Actions"] = json!(["Accept"]);
    let view = View::read(&content).unwrap();
    assert_eq!(view.actions().collect::<Vec<_>>(), ["Accept"]);
    assert_eq!(view.unlisted_actions().collect::<Vec<_>>(), ["Decline"]);
    content["Actions"] = json!([]);
    assert_snapshot!(told(&content, json!({ "Title": "a", "Customer": {}, "Other": "", "Is locked": "" }), &["Accept"]), @"the view has no action `Accept` — It has no actions; take it out.");
    // Nothing is known of the actions of a view that shows none.
    assert_snapshot!(told(&json!({ "Template": { "Body": [] } }), json!({}), &["Anything"]), @"");
}

#[test]
fn a_schema_may_be_open_and_refer_to_itself() {
    let content = |schema: Value| json!({ "InputSchema": schema });
    let endless = json!({ "properties": { "A": { "$ref": "#/properties/A" }, "B": { "$ref": "#/nowhere" } } });
    assert_snapshot!(told(&content(endless), json!({ "A": 1, "B": [] }), &[]), @"");
    let open = json!({ "properties": {}, "additionalProperties": true });
    assert_snapshot!(told(&content(open), json!({ "Any": 1 }), &[]), @"");
    assert_snapshot!(told(&content(json!({})), json!({ "Any": 1 }), &[]), @"");
    let closed = json!({ "properties": {} });
    assert_snapshot!(told(&content(closed), json!({ "Any": 1 }), &[]), @"the view has no input `Any` — It has no inputs; take it out.");
}

#[test]
fn what_is_no_view_is_told_so() {
    let error = |content: Value| View::read(&content).expect_err("no view").to_string();
    assert_eq!(error(json!([])), "it has neither a `Template` nor an `InputSchema`");
    assert_eq!(
        error(json!({ "Template": "{" })),
        "`Template` holds no JSON: EOF while parsing an object at line 1 column 1"
    );
    assert_eq!(error(json!({ "Template": [] })), "`Template` must be an object");
    assert_eq!(error(json!({ "Template": {}, "Actions": "Next" })), "`Actions` must be a list of texts");
    assert_eq!(error(json!({ "InputSchema": 3 })), "`InputSchema` must be an object");
}

#[test]
fn other_actions_are_not_looked_at() {
    let view = View::read(&described()).unwrap();
    let json = json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
        { "Identifier": "a", "Type": "Compare", "Parameters": { "ViewData": { "x": 1 } }, "Transitions": {} },
    ] });
    let flow = Flow::from_json(&json).unwrap();
    assert_eq!(check(&view, &flow.actions[0]), []);
}
