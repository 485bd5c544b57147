//! What happened, as lines that people read.

use callform_call::event::{End, Event, Party, QueueId, Recording, Role, Speech, What};
use callform_call::{BlockId, Center};
use callform_source::Span;

use super::center::CallCenter;

/// One line of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The contact, from 1, where there is more than one.
    pub contact: usize,
    /// Who: `center`, `customer`, `agent`; empty for what is not said by anybody.
    pub who: &'static str,
    /// What, in words.
    pub text: String,
    /// The block that did it: its flow's key and its name.
    pub block: Option<(String, String)>,
    /// Where the block was written.
    pub place: Option<Span>,
}

/// The lines of events. With `blocks`, every block that a contact went through, too.
pub fn lines(events: &[Event], center: &CallCenter, blocks: bool) -> Vec<Line> {
    events.iter().filter_map(|event| line(event, center, blocks)).collect()
}

fn line(event: &Event, center: &CallCenter, blocks: bool) -> Option<Line> {
    let program = |at: BlockId| center.center.flow(at.flow);
    let mut at = None;
    let (who, text) = match &event.what {
        What::Said { to, by, speech } => {
            at = Some(*by);
            (if *to == Party::Customer { "center" } else { "to the agent" }, spoken(speech))
        }
        What::Pressed(keys) => ("customer", format!("presses {keys}")),
        What::Lost(keys) => ("customer", format!("presses {keys}, and nothing listens")),
        What::Intent(name) => ("customer", format!("says something that is taken for {name}")),
        What::Silent(0) => ("customer", "says nothing".to_owned()),
        What::Silent(seconds) => ("customer", format!("says and presses nothing for {seconds} s")),
        What::Queued(queue) => ("", format!("waits in queue {}", queue_name(&center.center, *queue))),
        What::Dequeued(queue) => ("", format!("leaves queue {}", queue_name(&center.center, *queue))),
        What::Callback { contact, .. } => ("", format!("is to be called back (contact {})", contact.0 + 1)),
        What::Ringing => ("", "the customer's phone rings".to_owned()),
        What::NoAnswer => ("", "nobody picks up".to_owned()),
        What::Accepted(agent) => ("agent", format!("{agent} takes the contact")),
        What::Joined => ("", "customer and agent talk".to_owned()),
        What::OnHold => ("agent", "puts the customer on hold".to_owned()),
        What::Outside(number) => ("", format!("{number} is called")),
        What::Recording(recording) => ("", recorded(*recording)),
        What::Lambda { by, function, answer, .. } => {
            at = Some(*by);
            let name = center.center.function_name(function);
            match answer {
                Ok(_) => ("", format!("function {name} answers")),
                Err(error) => ("", format!("function {name} fails: {error}")),
            }
        }
        What::Ended(end) => {
            at = block_of(end);
            ("", ended(end, center))
        }
        What::Flow(flow, role) if blocks => ("", format!("{} {}", role_in_words(*role), center.center.flow(*flow).key)),
        What::Left(block, way) if blocks => {
            at = Some(*block);
            let way = way.map(|way| program(*block).words(block.block, way));
            ("", way.map_or_else(String::new, |way| format!("→ {way}")))
        }
        What::Attribute(name, value) if blocks => ("", format!("{name} = {value}")),
        What::Service { by, error } if blocks => {
            at = Some(*by);
            (
                "",
                error
                    .as_ref()
                    .map_or_else(|| "the service answers".to_owned(), |error| format!("the service: {error}")),
            )
        }
        What::Began(_) | What::Flow(..) | What::Left(..) | What::Attribute(..) | What::Service { .. } => return None,
    };
    let block = at.map(|at| (program(at).key.to_string(), program(at).blocks[at.block].identifier.to_string()));
    let place = at.and_then(|at| center.place(at.flow, &program(at).blocks[at.block].identifier));
    Some(Line { contact: event.contact.0 + 1, who, text, block, place })
}

/// What is said, with marks for what is no plain text.
pub fn spoken(speech: &Speech) -> String {
    match speech {
        Speech::Text(text) | Speech::Ssml(text) => text.to_string(),
        Speech::Prompt(name) => format!("(plays {name})"),
        Speech::Media(address) => format!("(plays {address})"),
    }
}

fn recorded(recording: Recording) -> String {
    let who = [
        (recording.customer, "the customer"),
        (recording.agent, "the agent"),
        (recording.automated, "the automated part"),
        (recording.screen, "the screen"),
    ];
    let who: Vec<&str> = who.into_iter().filter_map(|(is_it, who)| is_it.then_some(who)).collect();
    if who.is_empty() { "nothing is recorded from now on".to_owned() } else { format!("recorded: {}", who.join(", ")) }
}

fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Main => "in flow",
        Role::CustomerQueue => "while waiting:",
        Role::AgentWhisper => "to the agent:",
        Role::CustomerWhisper => "to the customer:",
        Role::OutboundWhisper => "to who was called:",
        Role::CustomerHold | Role::AgentHold => "on hold:",
        Role::Transfer => "handed on:",
        Role::Disconnect => "after the agent has left:",
        Role::Module => "in module",
    }
}

/// The block at which a contact ended.
pub(super) fn block_of(end: &End) -> Option<BlockId> {
    match end {
        End::Disconnected(at)
        | End::HandedOver { at, .. }
        | End::LeftTo { at, .. }
        | End::RanOff(at)
        | End::Unhandled { at, .. }
        | End::UnknownType { at, .. } => Some(*at),
        End::Endless(circle) => circle.first().copied(),
        End::CustomerLeft | End::AgentLeft | End::NotReached | End::Finished => None,
    }
}

/// How a contact ended, in words.
pub fn ended(end: &End, center: &CallCenter) -> String {
    match end {
        End::Disconnected(_) => "the center hangs up".to_owned(),
        End::CustomerLeft => "the customer hangs up".to_owned(),
        End::AgentLeft => "the agent hangs up".to_owned(),
        End::HandedOver { number, .. } => format!("the customer is handed over to {number}"),
        End::LeftTo { flow, .. } => format!("goes on in a flow that is not here: {flow}"),
        End::RanOff(_) => "nothing follows, and the center hangs up".to_owned(),
        End::Unhandled { error, .. } => format!("{error}, for which the block has no branch: the center hangs up"),
        End::UnknownType { action_type, .. } => format!("nobody knows what a block of the type {action_type} does"),
        End::NotReached => "the customer is not called again".to_owned(),
        End::Finished => "the flow is over".to_owned(),
        End::Endless(circle) => {
            let name = |at: &BlockId| center.center.flow(at.flow).blocks[at.block].identifier.to_string();
            let names: Vec<String> = circle.iter().take(6).map(name).collect();
            let more = if circle.len() > 6 { format!(" and {} more", circle.len() - 6) } else { String::new() };
            format!("goes round without an end: {}{more}", names.join(" → "))
        }
    }
}

/// The name of a queue, or of the agent whose queue it is.
pub fn queue_name(center: &Center, queue: QueueId) -> String {
    let name = center.queue_name(queue);
    match queue {
        QueueId::Queue(_) => name.to_string(),
        QueueId::Agent(_) => format!("of {name}"),
    }
}
