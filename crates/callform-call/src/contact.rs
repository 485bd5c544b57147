//! One contact: what it carries along and where it is.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::center::Center;
use crate::event::{BlockId, ContactId, End, FlowId, Method, QueueId, Recording, Role};
use crate::program::Hook;
use crate::text::{Path, Piece, Text, as_text};

/// How customer and center are connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// By phone.
    #[default]
    Voice,
    /// By chat.
    Chat,
    /// Not at all: a task.
    Task,
}

impl Channel {
    /// `$.Channel`.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Voice => "VOICE",
            Channel::Chat => "CHAT",
            Channel::Task => "TASK",
        }
    }
}

/// What a contact waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A key of a menu.
    Key(BlockId),
    /// Digits.
    Digits(BlockId),
    /// Something that a bot understands.
    Intent(BlockId),
    /// A button of a view.
    View(BlockId),
    /// A number outside to pick up.
    Calling(BlockId),
    /// The conversation with a number outside to end.
    Talking(BlockId),
    /// Time, or what the block names besides.
    Waiting(BlockId),
    /// An agent. The block that plays meanwhile, if one does.
    Queue(Option<BlockId>),
    /// The time at which a callback is queued.
    Scheduled,
    /// The customer to pick up.
    Ringing,
    /// The end of the conversation with an agent.
    Joined,
    /// The agent to come back. The block that plays meanwhile, if one does.
    OnHold(Option<BlockId>),
    /// Nothing: it is over.
    Ended(End),
}

/// One contact.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Which of the simulation.
    pub id: ContactId,
    /// The identifier that flows see.
    pub name: Arc<str>,
    /// By phone or otherwise.
    pub channel: Channel,
    /// How it began.
    pub method: Method,
    /// The contact it came from.
    pub previous: Option<ContactId>,
    /// The identifier that flows see of that one.
    pub previous_name: Option<Arc<str>>,
    /// The customer's number or name.
    pub customer: Option<Arc<str>>,
    /// The number that was called.
    pub system: Option<Arc<str>>,
    /// `$.Attributes`.
    pub attributes: BTreeMap<Arc<str>, Arc<str>>,
    /// `Name`, `LanguageCode`, `CustomerId` and the like.
    pub fields: BTreeMap<Arc<str>, Arc<str>>,
    /// `$.Tags`.
    pub tags: BTreeMap<Arc<str>, Arc<str>>,
    /// The working queue.
    pub queue: Option<QueueId>,
    /// Its place in line: 1 comes first.
    pub priority: i64,
    /// Seconds by which it counts as having waited longer.
    pub age: i64,
    /// The number that a callback will call.
    pub callback_number: Option<Arc<str>>,
    /// Flows for moments to come.
    pub hooks: BTreeMap<Hook, FlowId>,
    /// Who is recorded.
    pub recording: Recording,
    /// The agent it is with, or was last.
    pub agent: Option<Arc<str>>,
    /// What it waits for.
    pub turn: Turn,
    /// When it came into the queue.
    pub queued_at: Option<Timestamp>,
    /// What it is as a callback.
    pub(crate) callback: Option<Callback>,
    /// `$.StoredCustomerInput`.
    pub(crate) stored: Option<Arc<str>>,
    pub(crate) frames: Vec<Frame>,
    /// How often each loop has gone round.
    pub(crate) loops: BTreeMap<BlockId, u64>,
    /// When what it waits for is over.
    pub(crate) due: Option<Timestamp>,
    /// Flows to run one after the other until the two are joined.
    pub(crate) before_joining: VecDeque<Role>,
    /// The branch that a module ended with.
    pub(crate) module_result: Option<Arc<str>>,
    /// Keys that came too early and are kept.
    pub(crate) early_keys: String,
    pub(crate) keeps_early_keys: bool,
}

/// A flow that a contact is in.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) flow: FlowId,
    pub(crate) role: Role,
    /// The block it is at; `None` where there is none of the name.
    pub(crate) block: Option<usize>,
    /// `External`, `Lex` and the like: what only this flow can read.
    pub(crate) spaces: Map<String, Value>,
}

/// What is special about a contact that calls back.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    /// How often the customer may be called again.
    pub(crate) retries_left: u64,
    pub(crate) retry_delay: u64,
    /// A flow that runs before it is queued.
    pub(crate) flow: Option<FlowId>,
}

impl Contact {
    pub(crate) fn new(id: ContactId, channel: Channel, method: Method) -> Self {
        Self {
            id,
            name: Self::uuid(id).into(),
            channel,
            method,
            previous: None,
            previous_name: None,
            customer: None,
            system: None,
            attributes: BTreeMap::new(),
            fields: BTreeMap::new(),
            tags: BTreeMap::new(),
            queue: None,
            priority: 5,
            age: 0,
            callback_number: None,
            hooks: BTreeMap::new(),
            recording: Recording::default(),
            agent: None,
            turn: Turn::Scheduled,
            queued_at: None,
            callback: None,
            stored: None,
            frames: Vec::new(),
            loops: BTreeMap::new(),
            due: None,
            before_joining: VecDeque::new(),
            module_result: None,
            early_keys: String::new(),
            keeps_early_keys: false,
        }
    }

    /// The identifier that flows see where nobody chose one: a UUID that says which contact of the simulation it is.
    pub fn uuid(id: ContactId) -> String {
        format!("00000000-0000-4000-8000-{:012}", id.0 + 1)
    }

    /// True while somebody waits for an agent.
    pub fn is_queued(&self) -> bool {
        matches!(self.turn, Turn::Queue(_))
    }

    /// Bytes of everything that flows have set on it.
    pub(crate) fn weight(&self) -> usize {
        let own = [&self.attributes, &self.fields, &self.tags].into_iter().flatten();
        let own: usize = own.map(|(key, value)| key.len() + value.len()).sum();
        let of_flow = |frame: &Frame| frame.spaces.get("FlowAttributes").map_or(0, |space| space.to_string().len());
        own + self.frames.iter().map(of_flow).sum::<usize>()
    }

    /// The flow it is in.
    pub fn flow(&self) -> Option<FlowId> {
        self.frames.last().map(|frame| frame.flow)
    }

    /// How long it still waits before it goes on by itself, in seconds.
    pub fn seconds_left(&self, now: Timestamp) -> Option<u64> {
        u64::try_from(self.due?.duration_since(now).as_secs()).ok()
    }

    /// How it ended, if it did.
    pub fn end(&self) -> Option<&End> {
        match &self.turn {
            Turn::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// The value of a path.
    pub fn value<'c>(&'c self, path: &Path, center: &'c Center) -> Option<Cow<'c, str>> {
        let key = path.keys.first().map(|key| &**key);
        let second = path.keys.get(1).map(|key| &**key);
        let own = |text: &'c Arc<str>| Cow::Borrowed(&**text);
        match (&*path.root, key) {
            ("Attributes", Some(key)) => self.attributes.get(key).map(own),
            ("Tags", Some(key)) => self.tags.get(key).map(own),
            ("StoredCustomerInput", _) => self.stored.as_ref().map(own),
            ("CustomerEndpoint", Some("Address")) => self.customer.as_ref().map(own),
            ("SystemEndpoint", Some("Address")) => self.system.as_ref().map(own),
            ("CustomerEndpoint", Some("Type")) => self.customer.as_ref().map(|_| "TELEPHONE_NUMBER".into()),
            ("SystemEndpoint", Some("Type")) => self.system.as_ref().map(|_| "TELEPHONE_NUMBER".into()),
            ("CallbackNumber", _) => self.callback_number.as_ref().or(self.customer.as_ref()).map(own),
            ("Channel", _) => Some(self.channel.name().into()),
            ("ContactId", _) => Some(own(&self.name)),
            ("InitialContactId", _) => Some(own(self.previous_name.as_ref().unwrap_or(&self.name))),
            ("PreviousContactId", _) => self.previous_name.as_ref().map(own),
            ("InitiationMethod", _) => Some(self.method.name().into()),
            ("InstanceARN", _) => Some(Cow::Borrowed(&center.instance_arn)),
            ("Queue", Some(key)) => self.queue_value(key, second, center),
            ("Agent", Some(key)) => self.agent_value(key),
            ("Name" | "Description" | "LanguageCode" | "CustomerId" | "TextToSpeechVoiceId", _) => {
                self.fields.get(&*path.root).map(own)
            }
            (root, _) => {
                let space = self.frames.last()?.spaces.get(root)?;
                path.inside(space).and_then(|value| match value {
                    Value::String(text) => Some(Cow::Borrowed(text.as_str())),
                    other => as_text(other).map(Cow::Owned),
                })
            }
        }
    }

    fn queue_value<'c>(&'c self, key: &str, second: Option<&str>, center: &'c Center) -> Option<Cow<'c, str>> {
        let queue = match self.queue? {
            QueueId::Queue(at) => center.queues.get(at)?,
            QueueId::Agent(at) => return center.agents.get(at).map(|agent| Cow::Borrowed(&*agent.name)),
        };
        match (key, second) {
            ("Name", _) => Some(Cow::Borrowed(&queue.name)),
            ("ARN", _) => Some(Cow::Borrowed(&queue.id)),
            ("OutboundCallerId", Some("Address")) => queue.caller_id.as_ref().map(|id| Cow::Borrowed(&**id)),
            ("OutboundCallerId", Some("Type")) => queue.caller_id.as_ref().map(|_| "TELEPHONE_NUMBER".into()),
            _ => None,
        }
    }

    /// Known only once an agent is there.
    fn agent_value(&self, key: &str) -> Option<Cow<'_, str>> {
        let agent = self.agent.as_ref()?;
        let mut names = agent.split(['.', ' ']);
        match key {
            "UserName" => Some(Cow::Borrowed(agent)),
            "FirstName" => names.next().map(Cow::Borrowed),
            "LastName" => names.nth(1).map(Cow::Borrowed),
            _ => None,
        }
    }

    /// A text with its values filled in. `missing` says what stands for those that are not there.
    pub(crate) fn text(&self, text: &Text, center: &Center, missing_is_silent: bool) -> Arc<str> {
        match text {
            Text::Fixed(fixed) => Arc::clone(fixed),
            Text::Path(path) => self.value(path, center).map_or_else(|| "".into(), |value| Arc::from(&*value)),
            Text::Mixed(pieces) => {
                let mut filled = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => filled.push_str(text),
                        Piece::Path(path) => match self.value(path, center) {
                            Some(value) => filled.push_str(&value),
                            None if missing_is_silent => {}
                            None => filled.push_str(&path.written),
                        },
                    }
                }
                filled.into()
            }
        }
    }

    /// A text that has to be there as a whole: `None` where it is one path without a value.
    pub(crate) fn present(&self, text: &Text, center: &Center) -> Option<Arc<str>> {
        match text {
            Text::Path(path) => self.value(path, center).map(|value| Arc::from(&*value)),
            Text::Fixed(_) | Text::Mixed(_) => Some(self.text(text, center, true)),
        }
    }

    /// Parameters with values in the place of paths.
    pub fn filled(&self, value: &Value, center: &Center) -> Value {
        match value {
            Value::String(text) => match Text::new(text) {
                Text::Path(path) => self.value(&path, center).map_or(Value::Null, |value| Value::from(&*value)),
                text => Value::from(&*self.text(&text, center, true)),
            },
            Value::Array(items) => items.iter().map(|item| self.filled(item, center)).collect(),
            Value::Object(members) => {
                members.iter().map(|(key, member)| (key.clone(), self.filled(member, center))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// `Details.ContactData` of a function's event.
    pub(crate) fn as_event(&self, center: &Center) -> Value {
        let endpoint = |address: &Option<Arc<str>>| match address {
            Some(address) => json!({ "Address": &**address, "Type": "TELEPHONE_NUMBER" }),
            None => Value::Null,
        };
        let queue = self.queue.and_then(|queue| match queue {
            QueueId::Queue(at) => center.queues.get(at),
            QueueId::Agent(_) => None,
        });
        let queue = queue.map(|queue| {
            json!({
                "ARN": &*queue.id,
                "Name": &*queue.name,
                "OutboundCallerId": endpoint(&queue.caller_id),
            })
        });
        let attributes: Map<String, Value> =
            self.attributes.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
        let tags: Map<String, Value> =
            self.tags.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
        let field = |name: &str| self.fields.get(name).map(|value| Value::from(&**value)).unwrap_or_default();
        json!({
            "Attributes": attributes,
            "Channel": self.channel.name(),
            "ContactId": &*self.name,
            "CustomerEndpoint": endpoint(&self.customer),
            "CustomerId": field("CustomerId"),
            "Description": field("Description"),
            "InitialContactId": &**self.previous_name.as_ref().unwrap_or(&self.name),
            "InitiationMethod": self.method.name(),
            "InstanceARN": &*center.instance_arn,
            "LanguageCode": self.fields.get("LanguageCode").map_or("en-US", |code| code),
            "MediaStreams": { "Customer": { "Audio": null } },
            "Name": field("Name"),
            "PreviousContactId": self.previous_name.as_deref(),
            "Queue": queue,
            "References": {},
            "SystemEndpoint": endpoint(&self.system),
            "Tags": tags,
        })
    }

    pub(crate) fn frame(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    /// Sets a value that only the flow it is in can read.
    pub(crate) fn set_space(&mut self, root: &str, value: Value) {
        if let Some(frame) = self.frame() {
            frame.spaces.insert(root.to_owned(), value);
        }
    }

    /// Gives a path a value, wherever it is read from.
    pub(crate) fn assume(&mut self, path: &Path, value: &str) {
        match (&*path.root, path.keys.first()) {
            ("Attributes", Some(key)) => {
                self.attributes.insert(Arc::clone(key), value.into());
            }
            ("StoredCustomerInput", _) => self.stored = Some(value.into()),
            ("Tags", Some(key)) => {
                self.tags.insert(Arc::clone(key), value.into());
            }
            ("CustomerEndpoint", Some(key)) if **key == *"Address" => self.customer = Some(value.into()),
            ("SystemEndpoint", Some(key)) if **key == *"Address" => self.system = Some(value.into()),
            ("Name" | "Description" | "LanguageCode" | "CustomerId" | "TextToSpeechVoiceId", _) => {
                self.fields.insert(Arc::clone(&path.root), value.into());
            }
            (root, _) => {
                let Some(frame) = self.frames.last_mut() else { return };
                let mut space = frame.spaces.entry(root.to_owned()).or_insert(Value::Null);
                for key in &path.keys {
                    if !space.is_object() {
                        *space = json!({});
                    }
                    space = &mut space[&**key];
                }
                *space = value.into();
            }
        }
    }
}

impl Frame {
    pub(crate) fn new(flow: FlowId, role: Role, block: Option<usize>) -> Self {
        Self { flow, role, block, spaces: Map::new() }
    }
}
