//! The type of a flow that comes without one.
//!
//! Exports of the console say it in the editor's metadata; what other tools write often does not. Then three things are
//! looked at together: the blocks, the flow's name, and the name of its file. Blocks rule types out, names choose among
//! what is left, and where neither decides, that is said.

use serde_json::Value;

use super::named::{self, Named};
use crate::{Action, Flow, FlowType, catalog, paths};

/// A type, and why it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The type.
    pub flow_type: FlowType,
    /// Why.
    pub because: Because,
    /// A type that fits as well.
    pub or: Option<FlowType>,
}

/// Why a flow is taken for one of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// The document or the editor's metadata name it: nothing was guessed.
    Told,
    /// A name says so: the flow's, or the file's.
    Name(String),
    /// The blocks say so: a clause about them.
    Blocks(&'static str),
}

impl Guess {
    /// True where nothing was guessed.
    pub fn is_told(&self) -> bool {
        self.because == Because::Told
    }

    /// What was guessed and why, for people; `None` where nothing was.
    pub fn sentence(&self) -> Option<String> {
        let because = match &self.because {
            Because::Told => return None,
            Because::Name(name) => format!("because it is called `{name}`"),
            Because::Blocks(clause) => (*clause).to_owned(),
        };
        let ask = match self.or {
            Some(or) => format!("`{or}` fits as well: say which with `--type`"),
            None => "`--type` says otherwise".to_owned(),
        };
        Some(format!("no type is named; taken for `{}`, {because}; {ask}.", self.flow_type))
    }

    fn told(flow_type: FlowType) -> Self {
        Self { flow_type, because: Because::Told, or: None }
    }

    fn blocks(flow_type: FlowType, clause: &'static str) -> Self {
        Self { flow_type, because: Because::Blocks(clause), or: None }
    }

    fn or(self, other: FlowType) -> Self {
        Self { or: Some(other), ..self }
    }
}

/// The type of a flow that does not say it, by its metadata and its blocks alone. See [`guess`].
pub fn guess_type(flow: &Flow) -> FlowType {
    guess(flow, None, None).flow_type
}

/// The type of a flow by the editor's metadata, else by its blocks, its name and the name of its file.
pub fn guess(flow: &Flow, name: Option<&str>, file: Option<&str>) -> Guess {
    if let Some(told) = told(flow) {
        return Guess::told(told);
    }
    let blocks = Blocks { flow };
    if flow.settings.as_ref().is_some_and(|settings| !settings.is_null()) {
        return Guess::blocks(FlowType::Module, "because only modules have `Settings`");
    }
    if blocks.has("EndFlowModuleExecution") {
        return Guess::blocks(FlowType::Module, "because it returns to the flow that called it");
    }
    let by_blocks = blocks.guess();
    let mut names = [name, file].into_iter().flatten().filter_map(|text| Some((text, named::by(text)?)));
    names.find_map(|(text, named)| by_name(&blocks, &by_blocks, text, named)).unwrap_or(by_blocks)
}

/// The type in the editor's metadata, which writes `customerQueue` where the API has `CUSTOMER_QUEUE`.
fn told(flow: &Flow) -> Option<FlowType> {
    let told = flow.metadata.as_ref()?.get("type")?.as_str()?;
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    FlowType::ALL.into_iter().find(|known| plain(known.api_name()) == plain(told))
}

/// What a name says, as far as the blocks allow it.
fn by_name(blocks: &Blocks<'_>, by_blocks: &Guess, text: &str, named: Named) -> Option<Guess> {
    let because = Because::Name(text.to_owned());
    match named {
        Named::One(flow_type) => blocks.allow(flow_type).then_some(Guess { flow_type, because, or: None }),
        // The rest of the name leaves it open; the blocks may know.
        Named::OneOf(first, second) => match (blocks.allow(first), blocks.allow(second)) {
            _ if [first, second].contains(&by_blocks.flow_type) && by_blocks.or.is_none() => Some(by_blocks.clone()),
            (true, true) => Some(Guess { flow_type: first, because, or: Some(second) }),
            (true, false) => Some(Guess { flow_type: first, because, or: None }),
            (false, true) => Some(Guess { flow_type: second, because, or: None }),
            (false, false) => None,
        },
        // Words that many inbound flows have in their names too.
        Named::Perhaps(flow_type) => {
            let fits = blocks.keep_to(flow_type);
            let decides = by_blocks.or.is_some() || by_blocks.flow_type != FlowType::ContactFlow;
            (fits && decides).then_some(Guess { flow_type, because, or: None })
        }
    }
}

struct Blocks<'a> {
    flow: &'a Flow,
}

impl<'a> Blocks<'a> {
    fn of(&self, action_type: &'static str) -> impl Iterator<Item = &'a Action> {
        self.flow.actions.iter().filter(move |action| action.action_type == action_type)
    }

    fn has(&self, action_type: &'static str) -> bool {
        self.of(action_type).next().is_some()
    }

    fn every(&self, fits: impl Fn(&catalog::ActionSpec) -> bool) -> bool {
        self.flow.actions.iter().filter_map(|action| catalog::find(&action.action_type)).all(fits)
    }

    /// True where some page of AWS allows each block in such flows.
    fn allow(&self, flow_type: FlowType) -> bool {
        self.every(|spec| spec.allows(flow_type))
    }

    /// True where all pages do.
    fn keep_to(&self, flow_type: FlowType) -> bool {
        self.every(|spec| spec.flow_types.contains(flow_type))
    }

    fn reads(&self, root: &str) -> bool {
        self.flow.actions.iter().flat_map(paths::read).any(|path| paths::root(path) == root)
    }

    fn is_interrupted(&self) -> bool {
        self.of("MessageParticipantIteratively")
            .any(|action| action.parameters.contains_key("InterruptFrequencySeconds"))
    }

    /// True where the contact is put into a queue that nothing here chooses and that no other flow is asked for.
    fn has_queue_already(&self) -> bool {
        let chooses = ["UpdateContactTargetQueue", "InvokeFlowModule"].into_iter().any(|name| self.has(name));
        self.has("TransferContactToQueue") && !chooses
    }

    fn guess(&self) -> Guess {
        if self.has("TransferContactToAgent") && self.allow(FlowType::AgentTransfer) {
            return Guess::blocks(FlowType::AgentTransfer, "because it transfers to the agent of a quick connect");
        }
        if self.has("CompleteOutboundCall") && self.allow(FlowType::OutboundWhisper) {
            return Guess::blocks(FlowType::OutboundWhisper, "because it makes an outbound call");
        }
        if self.has("MessageParticipantIteratively") {
            return self.playing();
        }
        if self.keep_to(FlowType::ContactFlow) {
            let usual = Guess::blocks(FlowType::ContactFlow, "because its blocks fit and most flows are of this type");
            let may_have = !self.chooses_way() && self.has_queue_already() && self.allow(FlowType::QueueTransfer);
            return if may_have { usual.or(FlowType::QueueTransfer) } else { usual };
        }
        self.ending()
    }

    /// True for a flow that callers choose their way in.
    fn chooses_way(&self) -> bool {
        ["GetParticipantInput", "ConnectParticipantWithLexBot", "TransferToFlow"].into_iter().any(|name| self.has(name))
    }

    /// Flows that play messages again and again: on hold, or in a queue.
    fn playing(&self) -> Guess {
        if !self.allow(FlowType::CustomerHold) || self.is_interrupted() || self.has("DequeueContactAndTransferToQueue")
        {
            return Guess::blocks(FlowType::CustomerQueue, "because it plays messages again and again");
        }
        let says_more = self.flow.actions.iter().any(|action| {
            catalog::find(&action.action_type).is_some_and(|spec| !spec.flow_types.contains(FlowType::CustomerHold))
        });
        if says_more {
            Guess::blocks(FlowType::CustomerQueue, "because it plays messages again and again")
        } else {
            Guess::blocks(FlowType::CustomerHold, "because all it does is to play messages again and again")
                .or(FlowType::CustomerQueue)
        }
    }

    /// Flows that end themselves: whispers, and queue flows that ask something.
    fn ending(&self) -> Guess {
        let clause = "because it ends without hanging up";
        if !WHISPERS.into_iter().any(|whisper| self.allow(whisper)) {
            let fits = [FlowType::CustomerQueue, FlowType::AgentTransfer].into_iter().find(|it| self.allow(*it));
            return fits.map_or_else(
                || Guess::blocks(FlowType::ContactFlow, "though not all of its blocks belong into such a flow"),
                |flow_type| Guess::blocks(flow_type, clause),
            );
        }
        // Recording can be set in these only.
        if !self.keep_to(FlowType::AgentWhisper) && self.keep_to(FlowType::OutboundWhisper) {
            return Guess::blocks(FlowType::OutboundWhisper, "because it ends itself and sets what only calls out may")
                .or(FlowType::CustomerQueue);
        }
        if !self.keep_to(FlowType::AgentWhisper) && self.keep_to(FlowType::CustomerQueue) {
            return Guess::blocks(FlowType::CustomerQueue, clause);
        }
        let speaks_of_agent = self.texts().any(|text| paths::in_text(text).any(|path| paths::root(path) == "Agent"));
        if speaks_of_agent {
            return Guess::blocks(FlowType::CustomerWhisper, "because it ends itself and speaks of the agent");
        }
        if self.reads("Queue") {
            return Guess::blocks(FlowType::AgentWhisper, "because it ends itself and speaks of the queue");
        }
        Guess::blocks(FlowType::AgentWhisper, clause).or(FlowType::CustomerWhisper)
    }

    fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.of("MessageParticipant")
            .flat_map(|action| ["Text", "SSML"].into_iter().filter_map(|name| action.parameters.get(name)))
            .filter_map(Value::as_str)
    }
}

const WHISPERS: [FlowType; 3] = [FlowType::AgentWhisper, FlowType::CustomerWhisper, FlowType::OutboundWhisper];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::FlowType::{
        AgentHold, AgentWhisper, ContactFlow, CustomerHold, CustomerQueue, CustomerWhisper, OutboundWhisper,
        QueueTransfer,
    };

    fn flow(types: &[&str], metadata: &Value) -> Flow {
        let action = |(at, action_type): (usize, &&str)| {
            let transitions =
                if at + 1 < types.len() { json!({ "NextAction": format!("a{}", at + 1) }) } else { json!({}) };
            json!({ "Identifier": format!("a{at}"), "Type": action_type, "Transitions": transitions })
        };
        let actions: Vec<Value> = types.iter().enumerate().map(action).collect();
        let json = json!({ "Version": "2019-10-30", "StartAction": "a0", "Metadata": metadata, "Actions": actions });
        Flow::from_json(&json).expect("a flow")
    }

    #[test]
    fn the_type_of_a_flow_is_guessed() {
        let of = |types: &[&str], metadata: Value| guess_type(&flow(types, &metadata));
        assert_eq!(of(&["MessageParticipant"], json!({})), FlowType::ContactFlow);
        assert_eq!(of(&["MessageParticipant", "MessageParticipantIteratively"], json!({})), FlowType::CustomerQueue);
        assert_eq!(of(&["EndFlowModuleExecution"], json!({})), FlowType::Module);
        assert_eq!(of(&["MessageParticipant"], json!({ "type": "agentHold" })), FlowType::AgentHold);
        assert_eq!(of(&["MessageParticipant"], json!({ "type": "" })), FlowType::ContactFlow);
    }

    #[test]
    fn names_decide_what_blocks_leave_open() {
        let of = |types: &[&str], name: Option<&str>, file: Option<&str>| {
            let guess = guess(&flow(types, &json!({})), name, file);
            (guess.flow_type, guess.or)
        };
        let whisper = &["MessageParticipant", "EndFlowExecution"][..];
        let play = &["MessageParticipantIteratively"][..];
        let transfer = &["MessageParticipant", "TransferContactToQueue"][..];
        let hang_up = &["MessageParticipant", "DisconnectParticipant"][..];
        // What both leave open is said.
        assert_eq!(of(whisper, None, None), (AgentWhisper, Some(CustomerWhisper)));
        assert_eq!(of(play, None, None), (CustomerHold, Some(CustomerQueue)));
        assert_eq!(of(transfer, None, None), (ContactFlow, Some(QueueTransfer)));
        assert_eq!(of(whisper, Some("whisper"), None), (AgentWhisper, Some(CustomerWhisper)));
        // The flow's name, and the file's where that says nothing.
        assert_eq!(of(whisper, Some("ShopCustomerWhisper"), Some("agent_whisper.json")), (CustomerWhisper, None));
        assert_eq!(of(whisper, Some("shop"), Some("agent-whisper")), (AgentWhisper, None));
        assert_eq!(of(whisper, Some("Default outbound"), None), (OutboundWhisper, None));
        assert_eq!(of(play, Some("music on hold"), None), (CustomerHold, Some(AgentHold)));
        assert_eq!(of(play, Some("agent_hold"), None), (AgentHold, None));
        assert_eq!(of(play, Some("Waiting music in queue"), None), (CustomerQueue, None));
        assert_eq!(of(transfer, Some("Sales quick connect"), None), (QueueTransfer, None));
        // What the blocks rule out is not believed, nor are words that many flows have.
        assert_eq!(of(hang_up, Some("threshold"), None), (ContactFlow, None));
        assert_eq!(of(hang_up, Some("Outbound call"), None), (ContactFlow, None));
        assert_eq!(of(transfer, Some("customer queue"), None), (ContactFlow, Some(QueueTransfer)));
        assert_eq!(of(hang_up, Some("To the queue"), None), (ContactFlow, None));
    }

    #[test]
    fn a_guess_says_why() {
        let sentence = |types: &[&str], name: Option<&str>| guess(&flow(types, &json!({})), name, None).sentence();
        assert_eq!(
            sentence(&["MessageParticipantIteratively"], None).as_deref(),
            Some(
                "no type is named; taken for `customer_hold`, because all it does is to play messages again and again; \
                 `customer_queue` fits as well: say which with `--type`."
            )
        );
        assert_eq!(
            sentence(&["EndFlowExecution"], Some("agent whisper")).as_deref(),
            Some(
                "no type is named; taken for `agent_whisper`, because it is called `agent whisper`; `--type` says \
                 otherwise."
            )
        );
        let told = guess(&flow(&["EndFlowExecution"], &json!({ "type": "agentWhisper" })), None, None);
        assert_eq!(told.sentence(), None);
    }

    /// Real flows whose type is known, without what says it: the type and the file's name only.
    #[test]
    fn real_flows_are_taken_for_what_they_are() {
        let known = crate::testing::corpus_types();
        let mut wrong = Vec::new();
        let mut silent = 0;
        for (name, text) in crate::testing::corpus() {
            let Some((expected, path)) = known.get(&name) else { continue };
            let mut flow = Flow::from_json(&serde_json::from_str(&text).expect("JSON")).expect("a flow");
            flow.metadata = None;
            let guess = guess(&flow, None, Some(path));
            let fits = guess.flow_type == *expected;
            silent += usize::from(!fits && guess.or.is_none());
            if !fits {
                wrong.push(format!("{name} {path}: {expected}, and taken for {guess:?}"));
            }
        }
        eprintln!("{}", wrong.join("\n"));
        assert!(known.is_empty() || known.len() > 50, "{}", known.len());
        assert!(silent == 0, "{}", wrong.join("\n"));
    }
}
