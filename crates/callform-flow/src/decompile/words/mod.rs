//! The word for an action, where one says exactly what the action says.

mod connecting;
mod deciding;
mod queueing;
mod raw;
mod setting;
mod speaking;
mod table;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::objects::Objects;
use crate::Action;
use crate::validate::{has_known_root, is_path};

/// A step whose branches are not written yet.
pub(super) struct Word<'a> {
    pub(super) step: Map<String, Value>,
    pub(super) branches: Vec<Branch<'a>>,
    pub(super) after: After<'a>,
    /// True where the step needs `unguarded: true` in a flow that has an `on_error`.
    pub(super) is_unguarded: bool,
}

/// What comes after a step in its sequence.
#[derive(Clone, Copy)]
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
    /// True for ways that few contacts go: errors, and what is never followed.
    pub(super) is_failure: bool,
    /// When the branch may be left out.
    pub(super) omitted: Omitted,
    /// True where the end of the branch leads back to the step itself.
    pub(super) repeats: bool,
}

impl Branch<'_> {
    /// True for the way that most contacts go on.
    pub(super) fn is_main(&self) -> bool {
        let main = ["open", "staffed", "else", "done"];
        matches!(self.path.as_slice(), [Place::Key(key)] if main.contains(&key.as_str()))
    }
}

/// When a branch may be left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Omitted {
    Never,
    /// Where it leads to what follows.
    Next,
    /// Where it leads to the flow's `on_error`.
    OnError,
}

#[derive(Clone, Debug)]
pub(super) enum Place {
    Key(String),
    Index(usize),
}

/// The word for an action, or a `raw` block.
pub(super) fn word<'a>(action: &'a Action, objects: &Objects<'_>, as_raw: bool) -> Word<'a> {
    let reader = Reader { action, objects };
    let is_plain = raw::is_nothing(&action.other) && raw::is_nothing(&action.transitions.other);
    let found = if is_plain && !as_raw { reader.word() } else { None };
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

struct Reader<'a, 'o> {
    action: &'a Action,
    objects: &'o Objects<'o>,
}

impl<'a> Reader<'a, '_> {
    fn word(&self) -> Option<Word<'a>> {
        match self.action.action_type.as_str() {
            "MessageParticipant" => self.say(),
            "GetParticipantInput" => self.menu().or_else(|| self.collect()).or_else(|| self.table()),
            "MessageParticipantIteratively" => self.play(),
            "DisconnectParticipant" => self.terminal("hang_up"),
            "EndFlowExecution" => self.terminal("end"),
            "EndFlowModuleExecution" => self.terminal("return"),
            "Compare" => self.compare(),
            "CheckHoursOfOperation" => self.hours(),
            "CheckMetricData" => self.staffing().or_else(|| self.queue_status()),
            "DistributeByPercentage" => self.split(),
            "Loop" => self.repeat(),
            "InvokeLambdaFunction" => self.lambda(),
            "InvokeFlowModule" => self.module(),
            "UpdateContactAttributes" | "UpdateFlowAttributes" => self.set(),
            "UpdateContactTargetQueue" => self.queue(),
            "UpdateContactEventHooks" => self.hook(),
            "TransferContactToQueue" => self.to_queue(),
            "DequeueContactAndTransferToQueue" => self.to_other_queue(),
            "TransferContactToAgent" => self.to_agent(),
            "TransferToFlow" => self.to_flow(),
            "TransferParticipantToThirdParty" => self.to_number(),
            "UpdateFlowLoggingBehavior" => self.logging(),
            "UpdateContactCallbackNumber" => self.callback_number(),
            "CreateCallbackContact" => self.callback(),
            "UpdateContactTextToSpeechVoice" => self.voice(),
            "UpdateContactRecordingBehavior" => self.record(),
            "UpdateContactRoutingBehavior" => self.routing(),
            "UpdateContactMediaStreamingBehavior" => self.stream(),
            "ConnectParticipantWithLexBot" => self.lex(),
            "ShowView" => self.view(),
            "Wait" => self.wait(),
            "GetMetricData" => self.metrics(),
            "CreateTask" => self.task(),
            "TagContact" => self.tag(),
            "UntagContact" => self.untag(),
            "CreateWisdomSession" => self.assistant(),
            _ => self.table(),
        }
    }

    fn terminal(&self, word: &'static str) -> Option<Word<'a>> {
        (self.action.parameters.is_empty() && self.action.transitions.is_empty()).then_some(())?;
        Some(ending(Map::from_iter([(word.to_owned(), Value::Null)]), Vec::new()))
    }

    /// A step that goes on, with the branch `error` for `NoMatchingError` and nothing else.
    fn plain(&self, step: Map<String, Value>) -> Option<Word<'a>> {
        let [error] = self.errors(["NoMatchingError"])?;
        self.going_on(step, vec![on_error("error", error)])
    }

    /// A step that goes on, without any error branch.
    fn without_errors(&self, step: Map<String, Value>) -> Option<Word<'a>> {
        self.errors([])?;
        self.going_on(step, Vec::new())
    }

    /// The same without an error branch where the step says so by `unguarded: true`.
    fn unguarded(&self, mut step: Map<String, Value>) -> Option<Word<'a>> {
        step.insert("unguarded".to_owned(), json!(true));
        self.without_errors(step)
    }

    fn going_on(&self, step: Map<String, Value>, branches: Vec<Branch<'a>>) -> Option<Word<'a>> {
        self.action.transitions.conditions().is_empty().then_some(())?;
        let next = self.action.transitions.next_action.as_deref()?;
        Some(Word { step, branches, after: After::Action(next), is_unguarded: false })
    }

    /// What exactly these errors lead to.
    fn errors<const N: usize>(&self, wanted: [&str; N]) -> Option<[&'a str; N]> {
        let errors = self.action.transitions.errors();
        (errors.len() == N && errors.iter().all(|error| raw::is_nothing(&error.other))).then_some(())?;
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
                let is_plain = branch.operator == "Equals"
                    && raw::is_nothing(&branch.other)
                    && raw::is_nothing(&branch.other_of_condition);
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

    /// The branch `next` where `NextAction`, which is never followed, leads elsewhere than usual.
    fn next_unless(&self, usual: &str) -> Option<Vec<Branch<'a>>> {
        let next = self.action.transitions.next_action.as_deref()?;
        let branch = Branch { path: vec![key("next")], target: next, is_failure: true, ..usual_branch(next) };
        Some((next != usual).then_some(branch).into_iter().collect())
    }

    fn only(&self, known: &[&str]) -> Option<()> {
        self.action.parameters.keys().all(|name| known.contains(&name.as_str())).then_some(())
    }

    fn has(&self, name: &str) -> bool {
        self.action.parameters.contains_key(name)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.action.parameters.get(name)?.as_str()
    }

    /// A text that need not be there; `Some(Null)` where it is not.
    fn maybe_text(&self, name: &str) -> Option<Value> {
        match self.action.parameters.get(name) {
            None => Some(Value::Null),
            Some(value) => value.as_str().map(|text| json!(text)),
        }
    }

    /// A text or number as text.
    fn scalar(&self, name: &str) -> Option<String> {
        match self.action.parameters.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A length of time; null where it is what the step means anyway.
    fn seconds(&self, name: &str, usual: u64) -> Option<Value> {
        let text = self.scalar(name)?;
        let seconds = text.parse::<u64>().ok()?;
        (seconds.to_string() == text).then(|| if seconds == usual { Value::Null } else { duration(seconds) })
    }

    fn path(&self, name: &str) -> Option<&'a str> {
        self.text(name).filter(|path| is_path(path) && has_known_root(path))
    }

    /// What a step calls the object that a parameter names.
    fn reference(&self, name: &str, kind: &'static str) -> Option<String> {
        self.object_name(self.text(name)?, kind)
    }

    /// The same for a parameter that need not be there; null where it is not.
    fn maybe_reference(&self, name: &str, kind: &'static str) -> Option<Value> {
        if self.has(name) { self.reference(name, kind).map(|name| json!(name)) } else { Some(Value::Null) }
    }

    fn object_name(&self, value: &str, kind: &'static str) -> Option<String> {
        self.objects.name(kind, value, self.action)
    }
}

/// A step that ends its sequence.
fn ending(step: Map<String, Value>, branches: Vec<Branch<'_>>) -> Word<'_> {
    Word { step, branches, after: After::Nothing, is_unguarded: false }
}

/// A step whose branches say where it goes on.
fn branching(step: Map<String, Value>, branches: Vec<Branch<'_>>) -> Word<'_> {
    Word { step, branches, after: After::Branches, is_unguarded: false }
}

/// A map of texts; numbers and truth values count as texts.
fn flat(value: &Value) -> Option<Map<String, Value>> {
    let members = value.as_object()?;
    let is_scalar = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    members.values().all(is_scalar).then(|| members.clone())
}

/// A length of time as people write it.
fn duration(seconds: u64) -> Value {
    let mut text = String::new();
    let mut rest = seconds;
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= length {
            text += &(rest / length).to_string();
            text += unit;
            rest %= length;
        }
    }
    json!(if text.is_empty() { "0s".to_owned() } else { text })
}

fn key(name: &str) -> Place {
    Place::Key(name.to_owned())
}

fn usual_branch(target: &str) -> Branch<'_> {
    Branch { path: Vec::new(), target, is_failure: false, omitted: Omitted::Never, repeats: false }
}

/// Branches for keys inside a mapping, those that lead to one place together. `None` where a key has in itself what
/// stands between them.
fn grouped<'a>(outer: &str, between: &str, pairs: Vec<(&'a str, &'a str)>) -> Option<Vec<Branch<'a>>> {
    let mut groups: Vec<(String, &'a str)> = Vec::new();
    for (name, target) in pairs {
        (!name.contains(between)).then_some(())?;
        match groups.iter_mut().find(|(_, to)| *to == target) {
            Some((names, _)) => {
                names.push_str(between);
                names.push_str(name);
            }
            None => groups.push((name.to_owned(), target)),
        }
    }
    Some(groups.into_iter().map(|(names, target)| keyed(outer, &names, target)).collect())
}

/// A branch for a key inside a mapping.
fn keyed<'a>(outer: &str, inner: &str, target: &'a str) -> Branch<'a> {
    Branch { path: vec![key(outer), key(inner)], ..usual_branch(target) }
}

/// A branch that may be left out where it leads to what follows.
fn or_next<'a>(name: &str, target: &'a str) -> Branch<'a> {
    Branch { path: vec![key(name)], omitted: Omitted::Next, ..usual_branch(target) }
}

/// A branch that may be left out where it leads to the flow's `on_error`.
fn on_error<'a>(name: &str, target: &'a str) -> Branch<'a> {
    Branch { path: vec![key(name)], omitted: Omitted::OnError, is_failure: true, ..usual_branch(target) }
}
