//! What each former block is in the flow language.

use serde_json::{Map, Value, json};

use super::module::{Module, path};
use crate::{Action, ConditionBranch, ErrorBranch, Transitions};

/// The action for a block; `None` where there is no counterpart.
pub(super) fn action(module: &Module<'_>) -> Option<Action> {
    Some(match (module.kind, module.target) {
        ("PlayPrompt", _) => plain(module, "MessageParticipant", speech(module)?),
        ("GetUserInput", "Lex") => lex(module)?,
        ("GetUserInput", _) => digits(module)?,
        ("StoreUserInput", _) => stored(module)?,
        ("CheckAttribute", _) => compare(module)?,
        ("SetAttributes", _) => {
            let parameters = json!({ "Attributes": module.keyed("Attribute"), "TargetContact": "Current" });
            plain(module, "UpdateContactAttributes", parameters)
        }
        ("InvokeExternalResource", _) => plain(module, "InvokeLambdaFunction", lambda(module)),
        ("SetQueue", _) => plain(module, "UpdateContactTargetQueue", queue(module)),
        ("Transfer", "Queue") => to_queue(module),
        ("Transfer", "Flow") => {
            let flow = module.text("ContactFlowId").unwrap_or_default();
            mirroring(module, "TransferToFlow", json!({ "ContactFlowId": flow }))
        }
        ("Transfer", "PhoneNumber") => to_number(module),
        ("Transfer", "Agent") => of("TransferContactToAgent", json!({}), Transitions::default()),
        ("CreateCallback", _) => plain(module, "CreateCallbackContact", callback(module)),
        ("SetCallBackNumber", _) => callback_number(module)?,
        ("CheckHoursOfOperation", _) => hours(module),
        ("CheckStaffing", _) => staffing(module)?,
        ("CheckQueueStatus", _) => queue_status(module)?,
        ("GetMetricData", _) => plain(module, "GetMetricData", queue(module)),
        ("Loop", _) => repeat(module)?,
        ("LoopPrompts", _) => play(module)?,
        ("Wait", _) => wait(module)?,
        ("SetEventHook" | "SetContactFlow", _) => {
            let flow = module.text("ContactFlowId").unwrap_or_default();
            plain(module, "UpdateContactEventHooks", json!({ "EventHooks": { module.text("Type")?: flow } }))
        }
        ("SetLoggingBehavior", _) => plain(
            module,
            "UpdateFlowLoggingBehavior",
            json!({ "FlowLoggingBehavior": on_off(module, "LoggingBehavior") }),
        ),
        ("SetRecordingBehavior", _) => plain(module, "UpdateContactRecordingBehavior", recording(module)),
        ("SetVoice", _) => {
            plain(module, "UpdateContactTextToSpeechVoice", json!({ "TextToSpeechVoice": module.text("GlobalVoice")? }))
        }
        ("UpdateRoutingPriority", _) => routing(module)?,
        ("StartMediaStreaming", _) => {
            plain(module, "UpdateContactMediaStreamingBehavior", streaming(module, "Enabled"))
        }
        ("StopMediaStreaming", _) => {
            plain(module, "UpdateContactMediaStreamingBehavior", streaming(module, "Disabled"))
        }
        ("Disconnect", _) => of("DisconnectParticipant", json!({}), Transitions::default()),
        ("Resume", _) => of("EndFlowExecution", json!({}), Transitions::default()),
        _ => return None,
    })
}

fn of(action_type: &str, parameters: Value, transitions: Transitions) -> Action {
    let parameters = match parameters {
        Value::Object(parameters) => parameters,
        _ => Map::new(),
    };
    Action { action_type: action_type.to_owned(), parameters, transitions, ..Action::default() }
}

fn error(name: &str, target: Option<&str>) -> Option<ErrorBranch> {
    target.map(|target| ErrorBranch::new(name, target))
}

fn ways(next: Option<&str>, errors: Vec<Option<ErrorBranch>>, conditions: Vec<ConditionBranch>) -> Transitions {
    let errors: Vec<ErrorBranch> = errors.into_iter().flatten().collect();
    Transitions {
        next_action: next.map(str::to_owned),
        errors: (!errors.is_empty()).then_some(errors),
        conditions: (!conditions.is_empty()).then_some(conditions),
        other: Map::new(),
    }
}

/// `Success` leads on, and `Error` is `NoMatchingError`.
fn plain(module: &Module<'_>, action_type: &str, parameters: Value) -> Action {
    let errors = vec![error("NoMatchingError", module.branch("Error"))];
    of(action_type, parameters, ways(module.branch("Success"), errors, Vec::new()))
}

/// `NextAction`, which is never followed, repeats `Error`.
fn mirroring(module: &Module<'_>, action_type: &str, parameters: Value) -> Action {
    let error_target = module.branch("Error");
    let errors = vec![error("NoMatchingError", error_target)];
    of(action_type, parameters, ways(error_target, errors, Vec::new()))
}

fn speech(module: &Module<'_>) -> Option<Value> {
    let (name, value) = module.prompts().into_iter().next()?;
    Some(json!({ name: value }))
}

fn equals(module: &Module<'_>) -> Vec<ConditionBranch> {
    module
        .comparisons()
        .into_iter()
        .map(|(_, operand, target)| ConditionBranch::new("Equals", operand, target))
        .collect()
}

fn digits(module: &Module<'_>) -> Option<Action> {
    let mut parameters = speech(module)?;
    parameters["StoreInput"] = json!("False");
    parameters["InputTimeLimitSeconds"] = json!(module.text("Timeout").unwrap_or_else(|| "5".to_owned()));
    let no_match = module.branch("NoMatch");
    let errors = vec![
        error("InputTimeLimitExceeded", module.branch("Timeout")),
        error("NoMatchingCondition", no_match),
        error("NoMatchingError", module.branch("Error")),
    ];
    Some(of("GetParticipantInput", parameters, ways(no_match, errors, equals(module))))
}

fn lex(module: &Module<'_>) -> Option<Action> {
    let mut parameters = speech(module).unwrap_or_else(|| json!({}));
    match module.text("BotAliasArn") {
        Some(arn) => parameters["LexV2Bot"] = json!({ "AliasArn": arn }),
        None => {
            parameters["LexBot"] = json!({
                "Name": module.text("BotName")?,
                "Region": module.text("BotRegion").unwrap_or_default(),
                "Alias": module.text("BotAlias").unwrap_or_default(),
            });
        }
    }
    let attributes = module.keyed("Parameter");
    if !attributes.is_empty() {
        parameters["LexSessionAttributes"] = Value::Object(attributes);
    }
    let failed = module.branch("Error");
    let errors = vec![error("NoMatchingCondition", module.branch("NoMatch")), error("NoMatchingError", failed)];
    Some(of("ConnectParticipantWithLexBot", parameters, ways(failed, errors, equals(module))))
}

fn stored(module: &Module<'_>) -> Option<Action> {
    let mut parameters = speech(module)?;
    parameters["StoreInput"] = json!("True");
    parameters["InputTimeLimitSeconds"] = json!(module.text("Timeout").unwrap_or_else(|| "5".to_owned()));
    let is_number = module.text("CustomerInputType").is_some_and(|kind| kind.starts_with("PhoneNumber"));
    parameters["InputValidation"] = if is_number {
        match (module.text("PhoneNumberFormat"), module.text("CountryCode")) {
            (Some(format), Some(country)) if format != "E164" => {
                json!({ "PhoneNumberValidation": { "NumberFormat": "Local", "CountryCode": country } })
            }
            _ => json!({ "PhoneNumberValidation": { "NumberFormat": "E164" } }),
        }
    } else {
        let length = module.text("MaxDigits").unwrap_or_else(|| "20".to_owned());
        json!({ "CustomValidation": { "MaximumLength": length } })
    };
    let mut dtmf = Map::new();
    if let Some(keys) = module.text("TerminatorDigits").filter(|keys| !keys.is_empty()) {
        dtmf.insert("InputTerminationSequence".to_owned(), json!(keys));
    }
    if module.parameter("DisableCancel").is_some() {
        let disabled = if module.is_true("DisableCancel") { "True" } else { "False" };
        dtmf.insert("DisableCancelKey".to_owned(), json!(disabled));
    }
    if !dtmf.is_empty() {
        parameters["DTMFConfiguration"] = Value::Object(dtmf);
    }
    if module.is_true("EncryptEntry") {
        parameters["InputEncryption"] = json!({
            "EncryptionKeyId": module.text("EncryptionKeyId").unwrap_or_default(),
            "Key": module.text("EncryptionKey").unwrap_or_default(),
        });
    }
    let mut errors = vec![error("NoMatchingError", module.branch("Error"))];
    if is_number {
        errors.push(error("InvalidPhoneNumber", module.branch("InvalidNumber").or(module.branch("Error"))));
    }
    Some(of("GetParticipantInput", parameters, ways(module.branch("Success"), errors, Vec::new())))
}

fn operator(name: &str) -> &str {
    match name {
        "StartsWith" => "TextStartsWith",
        "EndsWith" => "TextEndsWith",
        "Contains" => "TextContains",
        "GreaterThan" => "NumberGreaterThan",
        "GreaterThanOrEqualTo" => "NumberGreaterOrEqualTo",
        "LessThan" => "NumberLessThan",
        "LessThanOrEqualTo" => "NumberLessOrEqualTo",
        other => other,
    }
}

fn compared(module: &Module<'_>) -> Vec<ConditionBranch> {
    let comparisons = module.comparisons().into_iter();
    comparisons.map(|(name, operand, target)| ConditionBranch::new(operator(name), operand, target)).collect()
}

fn compare(module: &Module<'_>) -> Option<Action> {
    let value = path(&module.text("Namespace")?, &module.text("Attribute")?);
    let no_match = module.branch("NoMatch");
    let transitions = ways(no_match, vec![error("NoMatchingCondition", no_match)], compared(module));
    Some(of("Compare", json!({ "ComparisonValue": value }), transitions))
}

fn lambda(module: &Module<'_>) -> Value {
    let mut parameters = json!({
        "LambdaFunctionARN": module.text("FunctionArn").unwrap_or_default(),
        "InvocationTimeLimitSeconds": module.text("TimeLimit").unwrap_or_else(|| "3".to_owned()),
    });
    let attributes = module.keyed("Parameter");
    if !attributes.is_empty() {
        parameters["LambdaInvocationAttributes"] = Value::Object(attributes);
    }
    parameters
}

/// The queue or agent of a block, where it has one.
fn queue(module: &Module<'_>) -> Value {
    match (module.text("Agent"), module.text("Queue")) {
        (Some(agent), _) => json!({ "AgentId": agent }),
        (None, Some(queue)) => json!({ "QueueId": queue }),
        (None, None) => json!({}),
    }
}

/// In a customer queue flow the block has a way on, and moves the contact to another queue.
fn to_queue(module: &Module<'_>) -> Action {
    let failed = module.branch("Error");
    let errors = vec![error("QueueAtCapacity", module.branch("AtCapacity")), error("NoMatchingError", failed)];
    match module.branch("Success") {
        Some(next) => of("DequeueContactAndTransferToQueue", queue(module), ways(Some(next), errors, Vec::new())),
        None => of("TransferContactToQueue", json!({}), ways(failed, errors, Vec::new())),
    }
}

fn to_number(module: &Module<'_>) -> Action {
    let is_blind = module.is_true("BlindTransfer");
    let mut parameters = json!({
        "ThirdPartyPhoneNumber": module.text("PhoneNumber").unwrap_or_default(),
        "ThirdPartyConnectionTimeLimitSeconds": module.text("TimeLimit").unwrap_or_else(|| "30".to_owned()),
        "ContinueFlowExecution": if is_blind { "False" } else { "True" },
    });
    if let Some(digits) = module.text("DtmfSequence").or_else(|| module.text("DTMF")).filter(|it| !it.is_empty()) {
        parameters["ThirdPartyDTMFDigits"] = json!(digits);
    }
    if is_blind {
        return mirroring(module, "TransferParticipantToThirdParty", parameters);
    }
    let errors = vec![
        error("ConnectionTimeLimitExceeded", module.branch("Timeout")),
        error("CallFailed", module.branch("CallFailure")),
        error("NoMatchingError", module.branch("Error")),
    ];
    of("TransferParticipantToThirdParty", parameters, ways(module.branch("Success"), errors, Vec::new()))
}

fn callback(module: &Module<'_>) -> Value {
    let number = |name: &str, otherwise: &str| module.text(name).unwrap_or_else(|| otherwise.to_owned());
    let mut parameters = queue(module);
    parameters["InitialCallDelaySeconds"] = json!(number("InitialDelaySeconds", "5"));
    parameters["MaximumConnectionAttempts"] = json!(number("MaxRetryAttempts", "1"));
    parameters["RetryDelaySeconds"] = json!(number("RetryDelaySeconds", "600"));
    parameters
}

fn callback_number(module: &Module<'_>) -> Option<Action> {
    let errors = vec![
        error("InvalidCallbackNumber", module.branch("InvalidPhoneNumber")),
        error("CallbackNumberNotDialable", module.branch("NonDialableNumber")),
    ];
    let parameters = json!({ "CallbackNumber": module.text("CallBackNumber")? });
    Some(of("UpdateContactCallbackNumber", parameters, ways(module.branch("Success"), errors, Vec::new())))
}

fn hours(module: &Module<'_>) -> Action {
    let parameters = match module.text("Hours") {
        Some(hours) => json!({ "HoursOfOperationId": hours }),
        None => json!({}),
    };
    let failed = module.branch("Error");
    let conditions = ["True", "False"]
        .into_iter()
        .filter_map(|result| Some(ConditionBranch::new("Equals", result, module.branch(result)?)))
        .collect();
    of("CheckHoursOfOperation", parameters, ways(failed, vec![error("NoMatchingError", failed)], conditions))
}

fn staffing(module: &Module<'_>) -> Option<Action> {
    let mut parameters = queue(module);
    parameters["MetricType"] = json!(match module.text("Status")?.as_str() {
        "Available" => "NumberOfAgentsAvailable",
        "Staffed" => "NumberOfAgentsStaffed",
        "Online" => "NumberOfAgentsOnline",
        _ => return None,
    });
    let failed = module.branch("Error");
    let errors = vec![error("NoMatchingCondition", module.branch("False")), error("NoMatchingError", failed)];
    let conditions = vec![ConditionBranch::new("NumberGreaterThan", "0", module.branch("True")?)];
    Some(of("CheckMetricData", parameters, ways(failed, errors, conditions)))
}

fn queue_status(module: &Module<'_>) -> Option<Action> {
    let (kind, _) = module.branches().find(|(condition, _)| condition.starts_with("CheckQueue"))?;
    let mut parameters = queue(module);
    parameters["MetricType"] =
        json!(if kind == "CheckQueueTime" { "OldestContactInQueueAgeSeconds" } else { "NumberOfContactsInQueue" });
    let failed = module.branch("Error");
    let errors = vec![error("NoMatchingCondition", module.branch("NoMatch")), error("NoMatchingError", failed)];
    Some(of("CheckMetricData", parameters, ways(failed, errors, compared(module))))
}

fn repeat(module: &Module<'_>) -> Option<Action> {
    let (again, done) = (module.branch("Looping")?, module.branch("Complete")?);
    let conditions = vec![
        ConditionBranch::new("Equals", "ContinueLooping", again),
        ConditionBranch::new("Equals", "DoneLooping", done),
    ];
    Some(of("Loop", json!({ "LoopCount": module.text("LoopCount")? }), ways(Some(done), Vec::new(), conditions)))
}

fn play(module: &Module<'_>) -> Option<Action> {
    let messages: Vec<Value> = module.prompts().into_iter().map(|(name, value)| json!({ name: value })).collect();
    (!messages.is_empty()).then_some(())?;
    let mut parameters = json!({ "Messages": messages });
    let mut conditions = Vec::new();
    if let (Some(seconds), Some(interrupted)) = (module.text("InterruptSeconds"), module.branch("Timeout")) {
        parameters["InterruptFrequencySeconds"] = json!(seconds);
        conditions.push(ConditionBranch::new("Equals", "MessagesInterrupted", interrupted));
    }
    let failed = module.branch("Error");
    let transitions = ways(failed, vec![error("NoMatchingError", failed)], conditions);
    Some(of("MessageParticipantIteratively", parameters, transitions))
}

fn wait(module: &Module<'_>) -> Option<Action> {
    let mut parameters = json!({ "TimeLimitSeconds": module.text("TimeoutSeconds")? });
    let mut conditions = Vec::new();
    if let Some(returned) = module.branch("CustomerReturned") {
        parameters["Events"] = json!(["CustomerReturned"]);
        conditions.push(ConditionBranch::new("Equals", "CustomerReturned", returned));
    }
    conditions.push(ConditionBranch::new("Equals", "WaitCompleted", module.branch("Timeout")?));
    let failed = module.branch("Error");
    Some(of("Wait", parameters, ways(failed, vec![error("NoMatchingError", failed)], conditions)))
}

fn on_off(module: &Module<'_>, name: &str) -> &'static str {
    if module.text(name).is_some_and(|value| value.starts_with("Enable")) { "Enabled" } else { "Disabled" }
}

fn recording(module: &Module<'_>) -> Value {
    let is_on = module.text("RecordingBehaviorOption").is_some_and(|value| value.starts_with("Enable"));
    let participants: &[&str] = match module.text("RecordingParticipantOption").as_deref() {
        _ if !is_on => &[],
        Some("Agent" | "AgentOnly") => &["Agent"],
        Some("Customer" | "CustomerOnly") => &["Customer"],
        _ => &["Agent", "Customer"],
    };
    let mut parameters = json!({ "RecordingBehavior": { "RecordedParticipants": participants } });
    if module.text("AnalyticsBehaviorOption").is_some_and(|value| value.starts_with("Enable")) {
        let mut analytics = json!({ "Enabled": "True" });
        for (name, wire) in [
            ("AnalyticsLanguageLocaleCode", "AnalyticsLanguage"),
            ("AnalyticsRedactionPolicy", "AnalyticsRedactionResults"),
            ("AnalyticsMode", "AnalyticsMode"),
        ] {
            if let Some(value) = module.text(name) {
                analytics[wire] = json!(value);
            }
        }
        if module.parameter("AnalyticsRedactionOption").is_some() {
            analytics["AnalyticsRedactionBehavior"] = json!(on_off(module, "AnalyticsRedactionOption"));
        }
        parameters["AnalyticsBehavior"] = analytics;
    }
    parameters
}

fn routing(module: &Module<'_>) -> Option<Action> {
    let parameters = match (module.text("AbsolutePosition"), module.text("RelativePosition")) {
        (Some(priority), _) => json!({ "QueuePriority": priority }),
        (None, Some(seconds)) => json!({ "QueueTimeAdjustmentSeconds": seconds }),
        (None, None) => json!({ "QueueTimeAdjustmentSeconds": module.text("AdjustTime")? }),
    };
    Some(of("UpdateContactRoutingBehavior", parameters, ways(module.branch("Success"), Vec::new(), Vec::new())))
}

fn streaming(module: &Module<'_>, state: &str) -> Value {
    let tracks = module.values("Track");
    let has = |track: &str| tracks.is_empty() || tracks.iter().any(|it| it == track);
    let mut directions = Vec::new();
    if has("ToCustomer") {
        directions.push("To");
    }
    if has("FromCustomer") {
        directions.push("From");
    }
    json!({
        "MediaStreamingState": state,
        "Participants": [{ "ParticipantType": "Customer", "MediaDirections": directions }],
        "MediaStreamType": "Audio",
    })
}
