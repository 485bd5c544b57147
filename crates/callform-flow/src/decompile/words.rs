//! The word for an action, where one says exactly what the action says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::object;
use crate::validate::{has_known_root, is_menu_key, is_path};
use crate::{Action, Flow};

/// What words depend on besides their action.
pub(super) struct Context<'a> {
    pub(super) arns: &'a BTreeMap<String, String>,
}

/// A step whose branches are not written yet.
pub(super) struct Word<'a> {
    pub(super) step: Map<String, Value>,
    pub(super) branches: Vec<Branch<'a>>,
    pub(super) after: After<'a>,
}

/// What comes after a step in its sequence.
pub(super) enum After<'a> {
    /// Nothing: the step ends its sequence.
    Nothing,
    /// One action.
    Action(&'a str),
    /// Where the branches meet again, if they do.
    Branches,
}

/// A branch of a step.
pub(super) struct Branch<'a> {
    /// Where in the step its steps stand: keys, and places in lists.
    pub(super) path: Vec<Place>,
    pub(super) target: &'a str,
    pub(super) role: Role,
    /// True where the branch may be left out if it leads to what follows.
    pub(super) optional: bool,
    /// True where the end of the branch leads back to the step itself.
    pub(super) repeats: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The way that most contacts go on.
    Main,
    Usual,
    Failure,
}

#[derive(Clone, Debug)]
pub(super) enum Place {
    Key(String),
    Index(usize),
}

/// The word for an action, or a `raw` block.
pub(super) fn word<'a>(action: &'a Action, context: &Context<'_>) -> Word<'a> {
    let reader = Reader { action, context };
    let is_plain = action.other.is_empty() && action.transitions.other.is_empty();
    let found = if is_plain { reader.word() } else { None };
    found.unwrap_or_else(|| reader.raw())
}

/// Writes a branch into its place.
pub(super) fn put(step: &mut Map<String, Value>, path: &[Place], value: Value) {
    let Some((Place::Key(first), rest)) = path.split_first() else { return };
    let mut at = step.entry(first.clone()).or_insert(Value::Null);
    for place in rest {
        at = match (place, at) {
            (Place::Key(key), at) => {
                if !at.is_object() {
                    *at = json!({});
                }
                let Some(members) = at.as_object_mut() else { return };
                members.entry(key.clone()).or_insert(Value::Null)
            }
            (Place::Index(index), Value::Array(items)) => match items.get_mut(*index) {
                Some(item) => item,
                None => return,
            },
            (Place::Index(_), _) => return,
        };
    }
    *at = value;
}

struct Reader<'a, 'c> {
    action: &'a Action,
    context: &'c Context<'c>,
}

impl<'a> Reader<'a, '_> {
    fn word(&self) -> Option<Word<'a>> {
        match self.action.action_type.as_str() {
            "MessageParticipant" => self.say(),
            "GetParticipantInput" => self.menu(),
            "DisconnectParticipant" => self.terminal("hang_up"),
            "EndFlowExecution" => self.terminal("end"),
            "EndFlowModuleExecution" => self.terminal("return"),
            "Compare" => self.compare(),
            "CheckHoursOfOperation" => self.hours(),
            "Loop" => self.repeat(),
            "InvokeLambdaFunction" => self.lambda(),
            "InvokeFlowModule" => {
                let module = self.reference("FlowModuleId", "flow_module")?;
                self.only(&["FlowModuleId"])?;
                self.plain(object([("module", json!(module))]))
            }
            "UpdateContactAttributes" | "UpdateFlowAttributes" => self.set(),
            "UpdateContactTargetQueue" => {
                self.only(&["QueueId"])?;
                self.plain(object([("queue", json!(self.reference("QueueId", "queue").filter(|it| it != "queue")?))]))
            }
            "UpdateContactEventHooks" => self.hook(),
            "TransferContactToQueue" => self.to_queue(),
            "TransferToFlow" => self.to_flow(),
            "UpdateFlowLoggingBehavior" => self.logging(),
            "UpdateContactCallbackNumber" => self.callback_number(),
            "UpdateContactTextToSpeechVoice" => self.voice(),
            "TagContact" => {
                let tags = flat(self.action.parameters.get("Tags")?)?;
                self.only(&["Tags"])?;
                (1..=6).contains(&tags.len()).then_some(())?;
                self.plain(object([("tag", Value::Object(tags))]))
            }
            "CreateWisdomSession" => {
                self.only(&["WisdomAssistantArn"])?;
                self.plain(object([("assistant", json!(self.text("WisdomAssistantArn")?))]))
            }
            _ => None,
        }
    }

    fn raw(&self) -> Word<'a> {
        let transitions = &self.action.transitions;
        let parameters = self.with_references(&Value::Object(self.action.parameters.clone()));
        let mut step = object([
            ("raw", json!({ "type": self.action.action_type, "parameters": parameters })),
            ("exact", json!(true)),
        ]);
        let mut branches = Vec::new();
        let conditions: Vec<Value> = transitions
            .conditions()
            .iter()
            .map(|branch| json!({ "operator": branch.operator, "operand": branch.operands.first(), "then": [] }))
            .collect();
        if !conditions.is_empty() {
            step.insert("conditions".to_owned(), Value::Array(conditions));
        }
        for (index, branch) in transitions.conditions().iter().enumerate() {
            let path = vec![key("conditions"), Place::Index(index), key("then")];
            branches.push(Branch { path, ..usual(&branch.next_action) });
        }
        for branch in transitions.errors() {
            let path = vec![key("errors"), key(&branch.error_type)];
            branches.push(Branch { path, ..failure(&branch.next_action) });
        }
        let next = transitions.next_action.as_deref();
        let after = match next {
            Some(next) if transitions.conditions().is_empty() => {
                step.insert("next".to_owned(), json!([]));
                After::Action(next)
            }
            Some(next) => {
                branches.push(Branch { path: vec![key("next")], role: Role::Main, ..usual(next) });
                After::Branches
            }
            None if branches.is_empty() => After::Nothing,
            None => After::Branches,
        };
        Word { step, branches, after }
    }

    fn with_references(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match self.context.arns.get(text) {
                Some(address) => json!({ "ref": address }),
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.with_references(item)).collect(),
            Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), self.with_references(v))).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn say(&self) -> Option<Word<'a>> {
        let (name, speech) = self.speech()?;
        self.only(&[name])?;
        let next = self.action.transitions.next_action.as_deref()?;
        self.action.transitions.conditions().is_empty().then_some(())?;
        let step = object([("say", speech)]);
        if self.action.transitions.errors().is_empty() {
            let mut step = step;
            step.insert("unguarded".to_owned(), json!(true));
            return Some(Word { step, branches: Vec::new(), after: After::Action(next) });
        }
        self.plain(step)
    }

    fn menu(&self) -> Option<Word<'a>> {
        let (name, speech) = self.speech()?;
        self.only(&[name, "StoreInput", "InputTimeLimitSeconds"])?;
        self.text("StoreInput").filter(|stores| stores.eq_ignore_ascii_case("false"))?;
        let timeout = self.seconds("InputTimeLimitSeconds", 1, 180)?;
        let [late, invalid, error] =
            self.errors(["InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"])?;
        self.mirrors(error)?;
        let keys = self.equals()?;
        let all_keys = !keys.is_empty() && keys.iter().all(|(operand, _)| is_menu_key(operand));
        all_keys.then_some(())?;
        let mut branches: Vec<Branch<'a>> = keys
            .into_iter()
            .map(|(operand, target)| Branch { path: vec![key("keys"), key(operand)], ..usual(target) })
            .collect();
        for (name, target) in [("no_input", late), ("invalid", invalid), ("error", error)] {
            branches.push(Branch { path: vec![key(name)], ..failure(target) });
        }
        let step = object([("menu", speech), ("timeout", json!(timeout)), ("keys", json!({}))]);
        Some(Word { step, branches, after: After::Branches })
    }

    fn terminal(&self, word: &'static str) -> Option<Word<'a>> {
        (self.action.parameters.is_empty() && self.action.transitions.is_empty()).then_some(())?;
        let step = Map::from_iter([(word.to_owned(), Value::Null)]);
        Some(Word { step, branches: Vec::new(), after: After::Nothing })
    }

    fn compare(&self) -> Option<Word<'a>> {
        self.only(&["ComparisonValue"])?;
        let path = self.text("ComparisonValue").filter(|path| is_path(path) && has_known_root(path))?;
        let [otherwise] = self.errors(["NoMatchingCondition"])?;
        self.mirrors(otherwise)?;
        let otherwise = Branch { path: vec![key("else")], role: Role::Main, optional: true, ..usual(otherwise) };
        if let [condition] = self.action.transitions.conditions() {
            let word = match condition.operator.as_str() {
                "Equals" => "equals",
                "TextStartsWith" => "starts_with",
                "TextEndsWith" => "ends_with",
                "TextContains" => "contains",
                "NumberGreaterThan" => "greater_than",
                "NumberGreaterOrEqualTo" => "at_least",
                "NumberLessThan" => "less_than",
                "NumberLessOrEqualTo" => "at_most",
                _ => return None,
            };
            let step = object([("if", json!(path)), (word, json!(condition.operand()?))]);
            let then = Branch { path: vec![key("then")], optional: true, ..usual(&condition.next_action) };
            return Some(Word { step, branches: vec![then, otherwise], after: After::Branches });
        }
        let cases = self.equals().filter(|cases| !cases.is_empty())?;
        let mut branches: Vec<Branch<'a>> = cases
            .into_iter()
            .map(|(operand, target)| Branch { path: vec![key("cases"), key(operand)], ..usual(target) })
            .collect();
        branches.push(otherwise);
        let step = object([("switch", json!(path)), ("cases", json!({}))]);
        Some(Word { step, branches, after: After::Branches })
    }

    fn hours(&self) -> Option<Word<'a>> {
        self.only(&["HoursOfOperationId"])?;
        let hours = match self.action.parameters.get("HoursOfOperationId") {
            Some(_) => self.reference("HoursOfOperationId", "hours").filter(|hours| hours != "queue")?,
            None => "queue".to_owned(),
        };
        let [error] = self.errors(["NoMatchingError"])?;
        self.mirrors(error)?;
        let [(first, open), (second, closed)] = self.equals()?.try_into().ok()?;
        (first == "True" && second == "False").then_some(())?;
        let branches = vec![
            Branch { path: vec![key("open")], role: Role::Main, optional: true, ..usual(open) },
            Branch { path: vec![key("closed")], optional: true, ..usual(closed) },
            Branch { path: vec![key("error")], ..failure(error) },
        ];
        Some(Word { step: object([("hours", json!(hours))]), branches, after: After::Branches })
    }

    fn repeat(&self) -> Option<Word<'a>> {
        self.only(&["LoopCount"])?;
        let count = self.text("LoopCount")?.parse::<u32>().ok().filter(|count| *count <= 100)?;
        (count.to_string() == self.text("LoopCount")?).then_some(())?;
        self.errors([])?;
        let [(first, body), (second, done)] = self.equals()?.try_into().ok()?;
        (first == "ContinueLooping" && second == "DoneLooping").then_some(())?;
        self.mirrors(done)?;
        let body = Branch { path: vec![key("steps")], repeats: true, ..usual(body) };
        Some(Word { step: object([("loop", json!(count))]), branches: vec![body], after: After::Action(done) })
    }

    fn lambda(&self) -> Option<Word<'a>> {
        const KNOWN: &[&str] =
            &["LambdaFunctionARN", "InvocationTimeLimitSeconds", "LambdaInvocationAttributes", "ResponseValidation"];
        self.only(KNOWN)?;
        let function = self.reference("LambdaFunctionARN", "lambda")?;
        let timeout = self.seconds("InvocationTimeLimitSeconds", 1, 8)?;
        let response = match self.action.parameters.get("ResponseValidation") {
            None => "unchecked",
            Some(validation) if *validation == json!({ "ResponseType": "STRING_MAP" }) => "",
            Some(validation) if *validation == json!({ "ResponseType": "JSON" }) => "json",
            Some(_) => return None,
        };
        let with = match self.action.parameters.get("LambdaInvocationAttributes") {
            Some(attributes) => Value::Object(flat(attributes)?),
            None => Value::Null,
        };
        let response = if response.is_empty() { Value::Null } else { json!(response) };
        let members =
            [("lambda", json!(function)), ("with", with), ("timeout", json!(timeout)), ("response", response)];
        self.plain(object(members))
    }

    fn set(&self) -> Option<Word<'a>> {
        let (attributes, scope) = if self.action.action_type == "UpdateFlowAttributes" {
            self.only(&["FlowAttributes"])?;
            let attributes = self.action.parameters.get("FlowAttributes")?.as_object()?;
            let value = |value: &Value| match value.as_object() {
                Some(members) if members.len() == 1 => members.get("Value").cloned(),
                _ => None,
            };
            let flat: Option<Map<String, Value>> =
                attributes.iter().map(|(name, given)| Some((name.clone(), value(given)?))).collect();
            (Value::Object(flat?), json!("flow"))
        } else {
            self.only(&["Attributes", "TargetContact"])?;
            let target = self.action.parameters.get("TargetContact");
            target.is_none_or(|target| target == "Current").then_some(())?;
            (self.action.parameters.get("Attributes")?.clone(), Value::Null)
        };
        let attributes = flat(&attributes)?;
        let is_valid = !attributes.is_empty() && attributes.keys().all(|name| !name.contains(['$', '.']));
        is_valid.then_some(())?;
        self.plain(object([("set", Value::Object(attributes)), ("scope", scope)]))
    }

    fn hook(&self) -> Option<Word<'a>> {
        self.only(&["EventHooks"])?;
        let hooks = self.action.parameters.get("EventHooks")?.as_object().filter(|hooks| hooks.len() == 1)?;
        let (hook, flow) = hooks.iter().next()?;
        let flow = self.object_name(flow.as_str()?, "flow")?;
        let word = match hook.as_str() {
            "CustomerQueue" => return self.plain(object([("queue_flow", json!(flow))])),
            "AgentHold" => "agent_hold",
            "AgentWhisper" => "agent_whisper",
            "CustomerHold" => "customer_hold",
            "CustomerRemaining" => "customer_remaining",
            "CustomerWhisper" => "customer_whisper",
            "DefaultAgentUI" => "default_agent_ui",
            "DisconnectAgentUI" => "disconnect_agent_ui",
            "PauseContact" => "pause_contact",
            "ResumeContact" => "resume_contact",
            _ => return None,
        };
        self.plain(object([("hook", json!(word)), ("flow", json!(flow))]))
    }

    fn to_queue(&self) -> Option<Word<'a>> {
        self.only(&[])?;
        let [full, error] = self.errors(["QueueAtCapacity", "NoMatchingError"])?;
        self.mirrors(error)?;
        self.equals().filter(Vec::is_empty)?;
        let branches = vec![
            Branch { path: vec![key("full")], ..failure(full) },
            Branch { path: vec![key("error")], ..failure(error) },
        ];
        Some(Word { step: object([("transfer", json!("queue"))]), branches, after: After::Nothing })
    }

    fn to_flow(&self) -> Option<Word<'a>> {
        self.only(&["ContactFlowId"])?;
        let flow = self.reference("ContactFlowId", "flow")?;
        let [error] = self.errors(["NoMatchingError"])?;
        self.mirrors(error)?;
        self.equals().filter(Vec::is_empty)?;
        let branches = vec![Branch { path: vec![key("error")], ..failure(error) }];
        Some(Word { step: object([("transfer", json!({ "flow": flow }))]), branches, after: After::Nothing })
    }

    fn logging(&self) -> Option<Word<'a>> {
        self.only(&["FlowLoggingBehavior"])?;
        self.errors([])?;
        self.equals().filter(Vec::is_empty)?;
        let is_on = match self.text("FlowLoggingBehavior")? {
            "Enabled" => true,
            "Disabled" => false,
            _ => return None,
        };
        let next = self.action.transitions.next_action.as_deref()?;
        let step = object([("logging", json!(is_on))]);
        Some(Word { step, branches: Vec::new(), after: After::Action(next) })
    }

    fn callback_number(&self) -> Option<Word<'a>> {
        self.only(&["CallbackNumber"])?;
        let path = self.text("CallbackNumber").filter(|path| is_path(path) && has_known_root(path))?;
        let [invalid, not_dialable] = self.errors(["InvalidCallbackNumber", "CallbackNumberNotDialable"])?;
        self.equals().filter(Vec::is_empty)?;
        let branches = vec![
            Branch { path: vec![key("invalid")], ..failure(invalid) },
            Branch { path: vec![key("not_dialable")], ..failure(not_dialable) },
        ];
        let next = self.action.transitions.next_action.as_deref()?;
        Some(Word { step: object([("callback_number", json!(path))]), branches, after: After::Action(next) })
    }

    fn voice(&self) -> Option<Word<'a>> {
        self.only(&["TextToSpeechVoice", "TextToSpeechEngine", "TextToSpeechStyle"])?;
        let voice = self.text("TextToSpeechVoice")?;
        let engine = match self.action.parameters.get("TextToSpeechEngine") {
            None => Value::Null,
            Some(engine) => match engine.as_str()? {
                "Standard" => json!("standard"),
                "Neural" => json!("neural"),
                "Generative" => json!("generative"),
                _ => return None,
            },
        };
        let style = match self.action.parameters.get("TextToSpeechStyle") {
            None => Value::Null,
            Some(style) => json!(style.as_str()?),
        };
        self.plain(object([("voice", json!(voice)), ("engine", engine), ("style", style)]))
    }

    /// A step that goes on, with the branch `error` for `NoMatchingError` and nothing else.
    fn plain(&self, step: Map<String, Value>) -> Option<Word<'a>> {
        let [error] = self.errors(["NoMatchingError"])?;
        self.equals().filter(Vec::is_empty)?;
        let next = self.action.transitions.next_action.as_deref()?;
        let branches = vec![Branch { path: vec![key("error")], ..failure(error) }];
        Some(Word { step, branches, after: After::Action(next) })
    }

    /// What exactly these errors lead to.
    fn errors<const N: usize>(&self, wanted: [&str; N]) -> Option<[&'a str; N]> {
        let errors = self.action.transitions.errors();
        (errors.len() == N && errors.iter().all(|error| error.other.is_empty())).then_some(())?;
        let find = |name: &str| errors.iter().find(|error| error.error_type == name).map(|it| it.next_action.as_str());
        let found: Option<Vec<&'a str>> = wanted.into_iter().map(find).collect();
        found?.try_into().ok()
    }

    /// Operands and targets where every condition is `Equals` with a text, each another one.
    fn equals(&self) -> Option<Vec<(&'a str, &'a str)>> {
        let conditions = self.action.transitions.conditions();
        let pairs: Option<Vec<(&'a str, &'a str)>> = conditions
            .iter()
            .map(|branch| {
                let is_plain =
                    branch.operator == "Equals" && branch.other.is_empty() && branch.other_of_condition.is_empty();
                is_plain.then_some((branch.operand()?, branch.next_action.as_str()))
            })
            .collect();
        let pairs = pairs?;
        let different: BTreeSet<&str> = pairs.iter().map(|(operand, _)| *operand).collect();
        (different.len() == pairs.len()).then_some(pairs)
    }

    /// `NextAction` is what the service asks for and no way of its own.
    fn mirrors(&self, target: &str) -> Option<()> {
        (self.action.transitions.next_action.as_deref() == Some(target)).then_some(())
    }

    fn only(&self, known: &[&str]) -> Option<()> {
        self.action.parameters.keys().all(|name| known.contains(&name.as_str())).then_some(())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.action.parameters.get(name)?.as_str()
    }

    fn seconds(&self, name: &str, least: u64, most: u64) -> Option<String> {
        let text = self.text(name)?;
        let seconds = text.parse::<u64>().ok().filter(|seconds| (least..=most).contains(seconds))?;
        (seconds.to_string() == text).then(|| format!("{text}s"))
    }

    fn reference(&self, name: &str, kind: &str) -> Option<String> {
        self.object_name(self.text(name)?, kind)
    }

    /// What a step calls an object: its name, its ARN, or a path.
    fn object_name(&self, value: &str, kind: &str) -> Option<String> {
        if let Some(address) = self.context.arns.get(value) {
            return address.strip_prefix(kind)?.strip_prefix('/').map(str::to_owned);
        }
        let is_one = is_path(value) || (value.starts_with("arn:") && !value.contains("$."));
        is_one.then(|| value.to_owned())
    }

    fn speech(&self) -> Option<(&'static str, Value)> {
        let names = ["Text", "SSML", "PromptId", "Media"];
        let [name] = names
            .into_iter()
            .filter(|name| self.action.parameters.contains_key(*name))
            .collect::<Vec<_>>()
            .try_into()
            .ok()?;
        let speech = match name {
            "Text" => json!(self.text("Text").filter(|text| !text.trim().is_empty())?),
            "SSML" => json!({ "ssml": self.text("SSML")? }),
            "PromptId" => json!({ "prompt": self.reference("PromptId", "prompt")? }),
            _ => {
                let media = self.action.parameters.get("Media")?.as_object().filter(|media| media.len() == 3)?;
                let is_usual = media.get("SourceType")? == "S3" && media.get("MediaType")? == "Audio";
                is_usual.then_some(())?;
                json!({ "audio": media.get("Uri")?.as_str()? })
            }
        };
        Some((name, speech))
    }
}

/// A map of texts.
fn flat(value: &Value) -> Option<Map<String, Value>> {
    let members = value.as_object()?;
    members.values().all(Value::is_string).then(|| members.clone())
}

fn key(name: &str) -> Place {
    Place::Key(name.to_owned())
}

fn usual(target: &str) -> Branch<'_> {
    Branch { path: Vec::new(), target, role: Role::Usual, optional: false, repeats: false }
}

fn failure(target: &str) -> Branch<'_> {
    Branch { role: Role::Failure, ..usual(target) }
}

/// Names for the actions that need one: the identifier where a person chose it, else words for what the action does.
pub(super) fn names(flow: &Flow, wanted: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for action in flow.actions.iter().filter(|action| wanted.contains(action.identifier.as_str())) {
        let base = if is_generated(&action.identifier) { described(action) } else { action.identifier.clone() };
        let mut name = base.clone();
        let mut number = 1_u32;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{base} {number}");
        }
        names.entry(action.identifier.clone()).or_insert(name);
    }
    names
}

/// True for identifiers that an editor made: hexadecimal digits and hyphens.
fn is_generated(identifier: &str) -> bool {
    identifier.len() >= 30 && identifier.chars().all(|character| character.is_ascii_hexdigit() || character == '-')
}

fn described(action: &Action) -> String {
    let word = match action.action_type.as_str() {
        "MessageParticipant" => "say",
        "GetParticipantInput" => "ask",
        "Compare" => "if",
        "CheckHoursOfOperation" => "hours",
        "DisconnectParticipant" => "hang up",
        "EndFlowExecution" => "end",
        "EndFlowModuleExecution" => "return",
        "InvokeLambdaFunction" => "lambda",
        "TransferContactToQueue" => "transfer to queue",
        "TransferToFlow" => "transfer to flow",
        "UpdateContactTargetQueue" => "queue",
        "UpdateContactAttributes" | "UpdateFlowAttributes" => "set",
        "Loop" => "loop",
        other => other,
    };
    let parameters = &action.parameters;
    let keys = |name: &str| -> Option<String> {
        Some(parameters.get(name)?.as_object()?.keys().take(3).cloned().collect::<Vec<_>>().join(" "))
    };
    let detail = ["Text", "ComparisonValue"].iter().find_map(|name| parameters.get(*name)?.as_str().map(str::to_owned));
    let detail = detail.or_else(|| keys("Attributes")).or_else(|| keys("FlowAttributes")).unwrap_or_default();
    let plain: String = detail
        .replace("$.", "")
        .chars()
        .map(|character| if character.is_alphanumeric() { character } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().take(5).collect();
    format!("{word} {}", words.join(" ")).trim().chars().take(40).collect::<String>().trim_end().to_owned()
}
