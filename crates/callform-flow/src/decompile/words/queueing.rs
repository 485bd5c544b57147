//! `queue`, `agent`, `queue_flow`, `hook`, `whisper`, `transfer`, `callback_number`, `callback`.

use serde_json::{Value, json};

use super::{Reader, Word, ending, on_error};
use crate::decompile::object;

impl<'a> Reader<'a, '_> {
    pub(super) fn queue(&self) -> Option<Word<'a>> {
        if self.has("AgentId") {
            self.only(&["AgentId"])?;
            return self.plain(object([("agent", json!(self.reference("AgentId", "user")?))]));
        }
        self.only(&["QueueId"])?;
        self.plain(object([("queue", json!(self.reference("QueueId", "queue")?))]))
    }

    pub(super) fn hook(&self) -> Option<Word<'a>> {
        self.only(&["EventHooks", "EventHooksConfiguration"])?;
        let one = |name: &str| match self.action.parameters.get(name) {
            None => Some(None),
            Some(value) => {
                let members = value.as_object()?;
                if members.is_empty() { Some(None) } else { (members.len() == 1).then(|| members.iter().next()) }
            }
        };
        let (flow, setting) = (one("EventHooks")?, one("EventHooksConfiguration")?);
        let hook = flow.or(setting)?.0.as_str();
        if let (Some((of_flow, _)), Some((of_setting, _))) = (flow, setting) {
            (of_flow == of_setting).then_some(())?;
        }
        let enabled = match setting {
            None => Value::Null,
            Some((_, setting)) => {
                let members = setting.as_object().filter(|members| members.len() == 1)?;
                match members.get("DisableExecution")?.as_str()? {
                    "true" => json!(false),
                    "false" => json!(true),
                    _ => return None,
                }
            }
        };
        let flow = match flow {
            None => Value::Null,
            Some((_, flow)) => json!(self.object_name(flow.as_str()?, "flow")?),
        };
        let whisper = |to: &str| object([("whisper", flow.clone()), ("to", json!(to)), ("enabled", enabled.clone())]);
        let word = match hook {
            "CustomerQueue" if !flow.is_null() => {
                return self.plain(object([("queue_flow", flow), ("enabled", enabled)]));
            }
            "AgentWhisper" if !flow.is_null() => return self.plain(whisper("agent")),
            "CustomerWhisper" if !flow.is_null() => return self.plain(whisper("customer")),
            hook => HOOKS.iter().find(|(key, _)| *key == hook)?.1,
        };
        self.plain(object([("hook", json!(word)), ("flow", flow), ("enabled", enabled)]))
    }

    pub(super) fn to_queue(&self) -> Option<Word<'a>> {
        self.only(&[])?;
        let [full, error] = self.errors(["QueueAtCapacity", "NoMatchingError"])?;
        self.equals().filter(Vec::is_empty)?;
        let mut branches = vec![on_error("full", full), on_error("error", error)];
        branches.extend(self.next_unless(error)?);
        Some(ending(object([("transfer", json!("queue"))]), branches))
    }

    /// In a customer queue flow. Once the contact is in the other queue, nothing of this flow matters any more.
    pub(super) fn to_other_queue(&self) -> Option<Word<'a>> {
        self.only(&["QueueId"])?;
        let queue = self.reference("QueueId", "queue")?;
        let [full, error] = self.errors(["QueueAtCapacity", "NoMatchingError"])?;
        let branches = vec![on_error("full", full), on_error("error", error)];
        self.going_on(object([("transfer", json!({ "queue": queue }))]), branches)
    }

    pub(super) fn to_agent(&self) -> Option<Word<'a>> {
        (self.action.parameters.is_empty() && self.action.transitions.is_empty()).then_some(())?;
        Some(ending(object([("transfer", json!("agent"))]), Vec::new()))
    }

    pub(super) fn to_flow(&self) -> Option<Word<'a>> {
        self.only(&["ContactFlowId"])?;
        let flow = self.reference("ContactFlowId", "flow")?;
        let [error] = self.errors(["NoMatchingError"])?;
        self.equals().filter(Vec::is_empty)?;
        let mut branches = vec![on_error("error", error)];
        branches.extend(self.next_unless(error)?);
        Some(ending(object([("transfer", json!({ "flow": flow }))]), branches))
    }

    pub(super) fn to_number(&self) -> Option<Word<'a>> {
        self.only(&[
            "ThirdPartyPhoneNumber",
            "ThirdPartyConnectionTimeLimitSeconds",
            "ContinueFlowExecution",
            "ThirdPartyDTMFDigits",
            "CallerId",
        ])?;
        let resumes = self.text("ContinueFlowExecution")?.eq_ignore_ascii_case("true");
        let caller = self.action.parameters.get("CallerId");
        let of_caller = |name: &str| caller.and_then(|caller| caller.get(name)).cloned().unwrap_or_default();
        let step = object([
            ("transfer", json!({ "number": self.text("ThirdPartyPhoneNumber")? })),
            ("timeout", self.seconds("ThirdPartyConnectionTimeLimitSeconds", 30)?),
            ("resume", if resumes { json!(true) } else { Value::Null }),
            ("caller_number", of_caller("Number")),
            ("caller_name", of_caller("Name")),
            ("send_digits", self.maybe_text("ThirdPartyDTMFDigits")?),
        ]);
        self.equals().filter(Vec::is_empty)?;
        if resumes {
            let [late, failed, error] =
                self.errors(["ConnectionTimeLimitExceeded", "CallFailed", "NoMatchingError"])?;
            let branches = vec![on_error("no_answer", late), on_error("failed", failed), on_error("error", error)];
            return self.going_on(step, branches);
        }
        let [error] = self.errors(["NoMatchingError"])?;
        let mut branches = vec![on_error("error", error)];
        branches.extend(self.next_unless(error)?);
        Some(ending(step, branches))
    }

    pub(super) fn callback_number(&self) -> Option<Word<'a>> {
        self.only(&["CallbackNumber"])?;
        let path = self.path("CallbackNumber")?;
        let [invalid, not_dialable] = self.errors(["InvalidCallbackNumber", "CallbackNumberNotDialable"])?;
        let branches = vec![on_error("invalid", invalid), on_error("not_dialable", not_dialable)];
        self.going_on(object([("callback_number", json!(path))]), branches)
    }

    pub(super) fn callback(&self) -> Option<Word<'a>> {
        self.only(&[
            "InitialCallDelaySeconds",
            "MaximumConnectionAttempts",
            "RetryDelaySeconds",
            "QueueId",
            "AgentId",
            "ContactFlowId",
        ])?;
        let retries = self.scalar("MaximumConnectionAttempts")?.parse::<u32>().ok()?;
        let queue = match self.maybe_reference("QueueId", "queue")? {
            Value::Null => json!("queue"),
            queue => queue,
        };
        self.plain(object([
            ("callback", queue),
            ("agent", self.maybe_reference("AgentId", "user")?),
            ("delay", self.seconds("InitialCallDelaySeconds", 5)?),
            ("retries", if retries == 1 { Value::Null } else { json!(retries) }),
            ("retry_after", self.seconds("RetryDelaySeconds", 600)?),
            ("flow", self.maybe_reference("ContactFlowId", "flow")?),
        ]))
    }
}

const HOOKS: &[(&str, &str)] = &[
    ("AgentHold", "agent_hold"),
    ("AgentWhisper", "agent_whisper"),
    ("CustomerHold", "customer_hold"),
    ("CustomerQueue", "customer_queue"),
    ("CustomerRemaining", "customer_remaining"),
    ("CustomerWhisper", "customer_whisper"),
    ("DefaultAgentUI", "default_agent_ui"),
    ("DisconnectAgentUI", "disconnect_agent_ui"),
    ("PauseContact", "pause_contact"),
    ("ResumeContact", "resume_contact"),
];
