//! Declarations against their schemas.

use serde_json::{Value, json};

use super::api::Api;
use super::{CLOUD_WATCH, LEX, SCHEDULER, all};
use crate::error::AwsError;
use crate::handler::{Context, HandlerErrorCode};
use crate::input::object;
use crate::resources::tests::{create, life, of, read, sandbox};
use crate::states::STEP_FUNCTIONS;

#[test]
fn every_declaration_is_about_its_schema() {
    for kind in all() {
        let schema = callform_schemas::get(kind.type_name).unwrap_or_else(|| panic!("{}", kind.type_name));
        let known = |path: &str| schema.property_names().any(|name| path.starts_with(&format!("/{name}")));
        for path in kind.reference.iter().chain(kind.unique) {
            assert!(known(path), "{} has no {path}", kind.type_name);
        }
        for (path, _) in kind.attributes {
            assert!(schema.is_read_only(path), "{} {path} is not the service's", kind.type_name);
        }
        for (property, _) in kind.shape.renamed {
            assert!(known(&format!("/{property}")), "{} has no {property}", kind.type_name);
        }
        for property in kind.shape.hidden {
            assert!(known(&format!("/{property}")), "{} has no {property}", kind.type_name);
        }
        for reference in kind.refers {
            assert!(known(&format!("/{}", reference.property)), "{} has no {}", kind.type_name, reference.property);
            assert!(callform_schemas::get(reference.type_name).is_some(), "{}", reference.type_name);
        }
        for (type_name, property) in kind.owns {
            let other = callform_schemas::get(type_name).unwrap_or_else(|| panic!("{type_name}"));
            assert!(other.property_names().any(|name| name == *property), "{type_name} has no {property}");
        }
        assert!(std::ptr::eq(super::of(kind.type_name), kind), "{} twice", kind.type_name);
    }
}

fn ask(context: &Context, api: &'static Api, operation: &str, input: Value) -> Result<Value, AwsError> {
    api.call(&context.environment, operation, &object(input))
}

fn code(context: &Context, api: &'static Api, operation: &str, input: Value) -> String {
    ask(context, api, operation, input).unwrap_err().code
}

#[test]
fn kinds_with_an_api_live_in_stacks() {
    let role = "arn:aws:iam::123456789012:role/r";
    let target = json!({ "Arn": "arn:aws:sqs:us-west-2:123456789012:q", "RoleArn": role });
    sandbox(|context| {
        life(context, "AWS::Scheduler::ScheduleGroup", json!({ "Name": "g" }), json!({ "Name": "g", "Tags": [] }));
        let schedule = |expression: &str| json!({ "Name": "s", "ScheduleExpression": expression, "FlexibleTimeWindow": { "Mode": "OFF" }, "Target": target });
        life(context, "AWS::Scheduler::Schedule", schedule("rate(1 hour)"), schedule("cron(0 3 * * ? *)"));
        let machine = |state: &str| json!({ "RoleArn": role, "DefinitionString": format!(r#"{{"StartAt":"A","States":{{"A":{{"Type":"{state}"}}}}}}"#) });
        life(context, "AWS::StepFunctions::StateMachine", machine("Succeed"), machine("Fail"));
        let wrong = json!({ "RoleArn": role, "DefinitionString": "{}" });
        let refused = create(context, "AWS::StepFunctions::StateMachine", wrong).unwrap_err();
        assert!(refused.message.contains("InvalidDefinition"), "{refused:?}");
        let bot = |seconds: u64| json!({ "Name": "b", "RoleArn": role, "DataPrivacy": { "ChildDirected": false }, "IdleSessionTTLInSeconds": seconds });
        life(context, "AWS::Lex::Bot", bot(60), bot(90));
        let alarm = |threshold: u64| json!({ "AlarmName": "a", "Threshold": threshold });
        life(context, "AWS::CloudWatch::Alarm", alarm(1), alarm(2));
        for works in ["Lex::Bot", "Scheduler::Schedule", "Scheduler::ScheduleGroup", "StepFunctions::StateMachine"] {
            assert_eq!(of(&format!("AWS::{works}")).remark(), None, "{works} is not only stored");
        }
        let remark = of("AWS::CloudWatch::Alarm").remark().unwrap();
        assert!(remark.starts_with("Stored only") && remark.contains("API"), "{remark}");
    });
}

#[test]
fn a_stack_and_an_api_have_the_same_resources() {
    sandbox(|context| {
        let schedule = json!({
            "Name": "s", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": { "Arn": "arn:aws:sqs:us-west-2:123456789012:q", "RoleArn": "arn:aws:iam::123456789012:role/r" },
        });
        create(context, "AWS::Scheduler::Schedule", schedule.clone()).unwrap();
        assert_eq!(code(context, &SCHEDULER, "CreateSchedule", schedule.clone()), "ConflictException");
        let found = ask(context, &SCHEDULER, "GetSchedule", json!({ "Name": "s" })).unwrap();
        assert_eq!((&found["State"], &found["CreationDate"]), (&json!("ENABLED"), &json!(0.0)));

        let mut changed = schedule;
        changed["ScheduleExpression"] = "rate(2 hours)".into();
        ask(context, &SCHEDULER, "UpdateSchedule", changed.clone()).unwrap();
        assert_eq!(read(context, "AWS::Scheduler::Schedule", "s")["ScheduleExpression"], "rate(2 hours)");

        changed["Typo"] = 1.into();
        assert_eq!(code(context, &SCHEDULER, "UpdateSchedule", changed.clone()), "NotImplementedException");
        ask(context, &SCHEDULER, "DeleteSchedule", json!({ "Name": "s" })).unwrap();
        assert_eq!(code(context, &SCHEDULER, "DeleteSchedule", json!({ "Name": "s" })), "ResourceNotFoundException");
        assert_eq!(of("AWS::Scheduler::Schedule").read(context, "s").unwrap(), None);
    });
}

#[test]
fn numbers_go_on_and_what_belongs_to_a_bot_goes_with_it() {
    sandbox(|context| {
        let bot = json!({
            "Name": "b", "RoleArn": "arn:aws:iam::123456789012:role/r", "DataPrivacy": { "ChildDirected": false },
            "IdleSessionTTLInSeconds": 60,
        });
        let bot = create(context, "AWS::Lex::Bot", bot).unwrap();
        let version = json!({ "BotId": bot, "BotVersionLocaleSpecification": [
            { "LocaleId": "en_US", "BotVersionLocaleDetails": { "SourceBotVersion": "DRAFT" } }] });
        let made = create(context, "AWS::Lex::BotVersion", version.clone()).unwrap();
        assert_eq!(made, format!("{bot}|1"));
        let input =
            json!({ "botId": bot, "botVersionLocaleSpecification": { "en_US": { "sourceBotVersion": "DRAFT" } } });
        let second = ask(context, &LEX, "CreateBotVersion", input).unwrap();
        assert_eq!((&second["botVersion"], &second["botStatus"]), (&json!("2"), &json!("Available")));
        of("AWS::Lex::BotVersion").delete(context, &made).unwrap();
        assert_eq!(create(context, "AWS::Lex::BotVersion", version).unwrap(), format!("{bot}|3"));
        let lost = json!({ "BotId": "ABCDEFGHIJ", "BotVersionLocaleSpecification": [] });
        assert_eq!(create(context, "AWS::Lex::BotVersion", lost).unwrap_err().code, HandlerErrorCode::NotFound);

        of("AWS::Lex::Bot").delete(context, &bot).unwrap();
        assert_eq!(of("AWS::Lex::BotVersion").read(context, &format!("{bot}|2")).unwrap(), None);
    });
}

#[test]
fn operations_that_are_not_there_are_refused_by_name() {
    sandbox(|context| {
        let error = ask(context, &STEP_FUNCTIONS, "RedriveExecution", json!({})).unwrap_err();
        assert_eq!(error.message, "The sandbox does not support Step Functions RedriveExecution.");
        let missing = ask(context, &CLOUD_WATCH, "PutMetricAlarm", json!({})).unwrap_err();
        assert!(missing.message.contains("'alarmName'"), "{missing}");
    });
}
