use super::*;

/// Places of what is wrong with states, of which the first is `A`.
fn wrong(states: &str, kind: Type) -> Vec<String> {
    let text = format!(r#"{{"StartAt":"A","States":{{{states}}}}}"#);
    let problems = Machine::read(&text, kind).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.pointer).collect()
}

#[test]
fn what_is_right_passes() {
    let task = r#""A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":9,
        "Parameters":{"T.$":"$$.Task.Token"},"Assign":{"x.$":"$.y"},
        "Retry":[{"ErrorEquals":["X"],"BackoffRate":1,"MaxDelaySeconds":5,"JitterStrategy":"FULL"},{"ErrorEquals":["States.ALL"]}],
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"Next":"B"}"#;
    let rest = r#""B":{"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"Next":"D"},
        "C":{"Type":"Fail","ErrorPath":"$.e","Cause":"c"},
        "D":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"C"}],"Default":"E"},
        "E":{"Type":"Wait","SecondsPath":"$.s","Next":"F"},"F":{"Type":"Succeed"}"#;
    assert_eq!(wrong(&format!("{task},{rest}"), Type::Standard), Vec::<String>::new());
    assert_eq!(wrong(&format!("{task},{rest}"), Type::Express), ["/States/A/Resource"]);
    let jsonata = r#""A":{"QueryLanguage":"JSONata","Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:getObject",
        "Arguments":"{% $states.input %}","TimeoutSeconds":"{% 5 %}","Output":{"a":"{% 1 %}"},"Next":"B"},
        "B":{"QueryLanguage":"JSONata","Type":"Choice","Choices":[{"Condition":"{% true %}","Next":"C","Output":1}]},
        "C":{"Type":"Succeed"}"#;
    assert_eq!(wrong(jsonata, Type::Standard), Vec::<String>::new());
}

#[test]
fn what_is_wrong_has_its_place() {
    for (states, expected) in [
        (r#""A":{"Type":"Pass","Next":"B"}"#, "/States/A/Next"),
        (r#""B":{"Type":"Pass","End":true},"A":{"Type":"Pass","Next":"C"},"C":{"Type":"Succeed"}"#, "/States/B"),
        (r#""A":{"Type":"Pass"}"#, "/States/A"),
        (r#""A":{"Type":"Pass","Next":"A","End":true}"#, "/States/A"),
        (r#""A":{"Type":"Succeed","End":true}"#, "/States/A/End"),
        (r#""A":{"Type":"Parse","End":true}"#, "/States/A/Type"),
        (r#""A":{"Type":"Task","End":true}"#, "/States/A/Resource"),
        (r#""A":{"Type":"Pass","Colour":1,"End":true}"#, "/States/A/Colour"),
        (r#""A":{"Type":"Pass","Output":1,"End":true}"#, "/States/A/Output"),
        (r#""A":{"Type":"Wait","Seconds":100000000,"End":true}"#, "/States/A/Seconds"),
        (r#""A":{"Type":"Wait","Timestamp":"soon","End":true}"#, "/States/A/Timestamp"),
        (r#""A":{"Type":"Wait","End":true}"#, "/States/A"),
        (r#""A":{"Type":"Wait","Seconds":1,"SecondsPath":"$.a","End":true}"#, "/States/A"),
        (r#""A":{"Type":"Choice","Choices":[]}"#, "/States/A/Choices"),
        (r#""A":{"Type":"Choice","Choices":[{"Variable":"$.a","Next":"A"}]}"#, "/States/A/Choices/0"),
        (
            r#""A":{"Type":"Choice","Choices":[{"Variable":"a","IsNull":true,"Next":"A"}]}"#,
            "/States/A/Choices/0/Variable",
        ),
        (
            r#""A":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.a","StringEquals":1}],"Next":"A"}]}"#,
            "/States/A/Choices/0/And/0/StringEquals",
        ),
        (
            r#""A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"Z"}]}"#,
            "/States/A/Choices/0/Next",
        ),
    ] {
        assert_eq!(wrong(states, Type::Standard), [expected], "{states}");
    }
}

#[test]
fn what_is_wrong_inside_has_its_place() {
    for (states, expected) in [
        (r#""A":{"Type":"Parallel","Branches":[],"End":true}"#, "/States/A/Branches"),
        (
            r#""A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"X","States":{"X":{"Type":"Pass","Next":"A"}}}]}"#,
            "/States/A/Branches/0/States/X/Next",
        ),
        (r#""A":{"Type":"Map","End":true}"#, "/States/A/ItemProcessor"),
        (
            r#""A":{"Type":"Map","Label":"x","ItemProcessor":{"StartAt":"X","States":{"X":{"Type":"Succeed"}}},"End":true}"#,
            "/States/A/Label",
        ),
        (r#""A":{"Type":"Pass","InputPath":"a","End":true}"#, "/States/A/InputPath"),
        (r#""A":{"Type":"Pass","ResultPath":"$.a[*]","End":true}"#, "/States/A/ResultPath"),
        (r#""A":{"Type":"Pass","Parameters":{"a.$":"States.Nothing()"},"End":true}"#, "/States/A/Parameters/a.$"),
        (r#""A":{"Type":"Pass","Assign":{"states":1},"End":true}"#, "/States/A/Assign"),
        (r#""A":{"Type":"Pass","QueryLanguage":"JSONata","Output":"{% 1 + %}","End":true}"#, "/States/A/Output"),
        (
            r#""A":{"Type":"Task","Resource":"r","TimeoutSeconds":5,"HeartbeatSeconds":5,"End":true}"#,
            "/States/A/HeartbeatSeconds",
        ),
        (
            r#""A":{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":["X"],"BackoffRate":0.5}]}"#,
            "/States/A/Retry/0/BackoffRate",
        ),
        (
            r#""A":{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":["X"],"IntervalSeconds":0}]}"#,
            "/States/A/Retry/0/IntervalSeconds",
        ),
        (
            r#""A":{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":[]}]}"#,
            "/States/A/Retry/0/ErrorEquals",
        ),
        (
            r#""A":{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["X"]}]}"#,
            "/States/A/Retry/0",
        ),
        (
            r#""A":{"Type":"Task","Resource":"r","End":true,"Catch":[{"ErrorEquals":["X"],"Next":"Z"}]}"#,
            "/States/A/Catch/0/Next",
        ),
    ] {
        assert_eq!(wrong(states, Type::Standard), [expected], "{states}");
    }
    let long = "x".repeat(81);
    assert_eq!(
        wrong(&format!(r#""A":{{"Type":"Pass","Next":"{long}"}},"{long}":{{"Type":"Succeed"}}"#), Type::Standard),
        [format!("/States/{long}")]
    );
}

#[test]
fn names_are_there_once_in_a_whole_machine() {
    let twice = r#""A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}]}"#;
    let text = format!(r#"{{"StartAt":"A","States":{{{twice}}}}}"#);
    let problems = Machine::read(&text, Type::Standard).unwrap_err();
    assert_eq!(problems[0].code, "DUPLICATE_STATE_NAME");
    assert_eq!(problems.len(), 1);
}

#[test]
fn what_is_no_definition_is_refused() {
    for (text, code) in [
        ("", "INVALID_JSON_DESCRIPTION"),
        ("[]", "INVALID_JSON_DESCRIPTION"),
        ("{}", "SCHEMA_VALIDATION_FAILED"),
        (r#"{"StartAt":"B","States":{"A":{"Type":"Succeed"}}}"#, "MISSING_TRANSITION_TARGET"),
        (r#"{"StartAt":"A","QueryLanguage":"SQL","States":{"A":{"Type":"Succeed"}}}"#, "SCHEMA_VALIDATION_FAILED"),
    ] {
        assert_eq!(Machine::read(text, Type::Standard).unwrap_err()[0].code, code, "{text}");
    }
    let mut deep = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#.to_owned();
    for level in 0..40 {
        deep = format!(
            r#"{{"StartAt":"S{level}","States":{{"S{level}":{{"Type":"Parallel","End":true,"Branches":[{deep}]}}}}}}"#
        );
    }
    assert!(Machine::read(&deep, Type::Standard).is_err());
    let large =
        format!(r#"{{"Comment":"{}","StartAt":"A","States":{{"A":{{"Type":"Succeed"}}}}}}"#, "x".repeat(1_048_576));
    assert!(Machine::read(&large, Type::Standard).is_err());
}
