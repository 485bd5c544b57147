//! `lex`, `wait`, `view`, `metrics`, `routing`, `tag`, `untag`, `stream`, `task`, `assistant`.

use serde_json::{Value, json};

use super::{Branch, Omitted, Reader, Word, branching, flat, grouped, key, on_error, or_next, usual_branch};
use crate::compile::OR;
use crate::decompile::object;

impl<'a> Reader<'a, '_> {
    pub(super) fn lex(&self) -> Option<Word<'a>> {
        let speech = match self.speech() {
            Some((_, speech)) => speech,
            None if ["Text", "SSML", "PromptId", "Media"].iter().any(|name| self.has(name)) => return None,
            None => Value::Null,
        };
        self.only(&[
            "Text",
            "SSML",
            "PromptId",
            "Media",
            "LexV2Bot",
            "LexBot",
            "LexSessionAttributes",
            "LexInitializationData",
            "LexTimeoutSeconds",
        ])?;
        let (bot, alias, region) = self.bot()?;
        let inner = |name: &str, member: &str| match self.action.parameters.get(name) {
            None => Some(Value::Null),
            Some(value) => value.as_object().filter(|it| it.len() == 1)?.get(member)?.as_str().map(|it| json!(it)),
        };
        let timeout = match inner("LexTimeoutSeconds", "Text")? {
            Value::String(seconds) => super::duration(seconds.parse().ok()?),
            other => other,
        };
        let with = match self.action.parameters.get("LexSessionAttributes") {
            None => Value::Null,
            Some(attributes) => Some(flat(attributes)?).filter(|it| !it.is_empty()).map_or(Value::Null, Value::Object),
        };
        let has_timeout = !timeout.is_null();
        let mut step = object([
            ("lex", json!(bot)),
            ("alias", alias),
            ("region", region),
            ("ask", speech),
            ("initial_message", inner("LexInitializationData", "InitialMessage")?),
            ("with", with),
            ("timeout", timeout),
        ]);
        let intents = self.equals()?;
        if !intents.is_empty() {
            step.insert("intents".to_owned(), json!({}));
        }
        let mut branches = grouped("intents", OR, intents)?;
        let error = if has_timeout {
            let [late, otherwise, error] =
                self.errors(["InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"])?;
            branches.extend([or_next("else", otherwise), on_error("no_input", late)]);
            error
        } else {
            let [otherwise, error] = self.errors(["NoMatchingCondition", "NoMatchingError"])?;
            branches.push(or_next("else", otherwise));
            error
        };
        branches.push(on_error("error", error));
        branches.extend(self.next_unless(error)?);
        Some(branching(step, branches))
    }

    /// Name, alias and region of a bot; Lex V2 has a name alone.
    fn bot(&self) -> Option<(String, Value, Value)> {
        if let Some(bot) = self.action.parameters.get("LexBot") {
            return Some((
                bot.get("Name")?.as_str()?.to_owned(),
                bot.get("Alias")?.clone(),
                bot.get("Region")?.clone(),
            ));
        }
        let bot = self.action.parameters.get("LexV2Bot")?.as_object().filter(|bot| bot.len() == 1)?;
        Some((self.object_name(bot.get("AliasArn")?.as_str()?, "lex_bot")?, Value::Null, Value::Null))
    }

    pub(super) fn wait(&self) -> Option<Word<'a>> {
        self.only(&["TimeLimitSeconds", "Events"])?;
        let step = object([("wait", self.seconds("TimeLimitSeconds", u64::MAX)?)]);
        let mut branches = Vec::new();
        let mut has_bot = false;
        for (result, target) in self.equals()? {
            let branch = match result {
                "CustomerReturned" => Branch { omitted: Omitted::Never, ..or_next("customer_returned", target) },
                "BotParticipantDisconnected" => {
                    has_bot = true;
                    Branch { omitted: Omitted::Never, ..or_next("bot_left", target) }
                }
                "WaitCompleted" => or_next("done", target),
                _ => return None,
            };
            branches.push(branch);
        }
        let error = if has_bot {
            let [missing, error] = self.errors(["ParticipantNotFound", "NoMatchingError"])?;
            (missing == error).then_some(error)?
        } else {
            let [error] = self.errors(["NoMatchingError"])?;
            error
        };
        self.mirrors(error)?;
        branches.push(on_error("error", error));
        Some(branching(step, branches))
    }

    pub(super) fn view(&self) -> Option<Word<'a>> {
        self.only(&["ViewResource", "InvocationTimeLimitSeconds", "ViewData", "SensitiveDataConfiguration"])?;
        let view = self.action.parameters.get("ViewResource")?.as_object()?;
        view.keys().all(|key| key == "Id" || key == "Version").then_some(())?;
        let version = match view.get("Version") {
            Some(version) if version == "1" => Value::Null,
            Some(version) => json!(version.as_str()?),
            None => Value::Null,
        };
        let data = self.action.parameters.get("ViewData").cloned().unwrap_or_default();
        (data.is_null() || data.is_object()).then_some(())?;
        let hidden = match self.action.parameters.get("SensitiveDataConfiguration") {
            None => Value::Null,
            Some(settings) => settings.as_object().filter(|it| it.len() == 1)?.get("HideResponseOn")?.clone(),
        };
        let mut step = object([
            ("view", json!(self.object_name(view.get("Id")?.as_str()?, "view")?)),
            ("version", version),
            ("hide_on", hidden),
            ("with", if data == json!({}) { Value::Null } else { data }),
            ("timeout", self.seconds("InvocationTimeLimitSeconds", 300)?),
        ]);
        let actions = self.equals()?;
        if !actions.is_empty() {
            step.insert("actions".to_owned(), json!({}));
        }
        let [otherwise, error, late] = self.errors(["NoMatchingCondition", "NoMatchingError", "TimeLimitExceeded"])?;
        let mut branches = grouped("actions", OR, actions)?;
        branches.extend([or_next("else", otherwise), on_error("no_input", late), on_error("error", error)]);
        self.mirrors(error)?;
        Some(branching(step, branches))
    }

    pub(super) fn metrics(&self) -> Option<Word<'a>> {
        self.only(&["QueueId", "QueueChannel"])?;
        let queue = match self.maybe_reference("QueueId", "queue")? {
            Value::Null => json!("queue"),
            queue => queue,
        };
        self.plain(object([("metrics", queue), ("channel", self.maybe_text("QueueChannel")?)]))
    }

    pub(super) fn routing(&self) -> Option<Word<'a>> {
        self.only(&["QueuePriority", "QueueTimeAdjustmentSeconds"])?;
        let routing = if self.has("QueuePriority") {
            json!({ "priority": self.scalar("QueuePriority")?.parse::<u32>().ok()? })
        } else {
            json!({ "age": self.scalar("QueueTimeAdjustmentSeconds")?.parse::<i64>().ok()? })
        };
        self.without_errors(object([("routing", routing)]))
    }

    pub(super) fn stream(&self) -> Option<Word<'a>> {
        self.only(&["MediaStreamingState", "Participants", "MediaStreamType"])?;
        let [participant] = self.action.parameters.get("Participants")?.as_array()?.as_slice() else { return None };
        let mut directions: Vec<&str> =
            participant.get("MediaDirections")?.as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
        directions.sort_unstable();
        let word = match (self.text("MediaStreamingState")?, directions.as_slice()) {
            ("Enabled", ["From", "To"]) => "both",
            ("Enabled", ["From"]) => "from_customer",
            ("Enabled", ["To"]) => "to_customer",
            ("Disabled", ["From", "To"]) => "off",
            _ => return None,
        };
        self.plain(object([("stream", json!(word))]))
    }

    pub(super) fn task(&self) -> Option<Word<'a>> {
        self.only(&[
            "Name",
            "ContactFlowId",
            "Description",
            "Attributes",
            "DelaySeconds",
            "ScheduledTime",
            "TaskTemplateId",
            "References",
        ])?;
        let with = match self.action.parameters.get("Attributes") {
            None => Value::Null,
            Some(attributes) => Some(flat(attributes)?).filter(|it| !it.is_empty()).map_or(Value::Null, Value::Object),
        };
        let delay = if self.has("DelaySeconds") { self.seconds("DelaySeconds", u64::MAX)? } else { Value::Null };
        let references = match self.action.parameters.get("References") {
            None => Value::Null,
            Some(references) => references.is_object().then(|| references.clone())?,
        };
        self.plain(object([
            ("task", json!(self.text("Name")?)),
            ("flow", self.maybe_reference("ContactFlowId", "flow")?),
            ("description", self.maybe_text("Description")?),
            ("with", with),
            ("delay", delay),
            ("at", self.maybe_text("ScheduledTime")?),
            ("template", self.maybe_text("TaskTemplateId")?),
            ("references", references),
        ]))
    }

    pub(super) fn tag(&self) -> Option<Word<'a>> {
        self.only(&["Tags"])?;
        let tags = flat(self.action.parameters.get("Tags")?)?;
        self.plain(object([("tag", Value::Object(tags))]))
    }

    pub(super) fn untag(&self) -> Option<Word<'a>> {
        self.only(&["TagKeys"])?;
        let keys = self.action.parameters.get("TagKeys")?.as_array()?;
        keys.iter().all(Value::is_string).then_some(())?;
        self.plain(object([("untag", Value::Array(keys.clone()))]))
    }

    pub(super) fn assistant(&self) -> Option<Word<'a>> {
        self.only(&["WisdomAssistantArn"])?;
        self.plain(object([("assistant", json!(self.reference("WisdomAssistantArn", "assistant")?))]))
    }

    /// A branch for an outcome that the step may go without.
    pub(super) fn always(name: &str, target: &'a str) -> Branch<'a> {
        Branch { path: vec![key(name)], is_failure: true, ..usual_branch(target) }
    }
}
