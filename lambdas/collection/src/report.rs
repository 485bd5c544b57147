//! Reports as text, of a collection and of a conversation.

use std::fmt::Write as _;

use crate::evidence::Measured;
use crate::item::{Collection, Conversation, Mode, State, Turn};
use crate::moment::Moment;

/// How a collection stands: what was asked for, and what came of it. It holds no PIN.
pub fn collection(collection: &Collection) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing into a text does not fail.
        let _ok = writeln!(text, "{name:<24}{value}");
    };
    line("collection", collection.id.as_str());
    if !collection.title.is_empty() {
        line("about", &collection.title);
    }
    line(
        "with",
        &match &collection.mode {
            Mode::Human => "agents".to_owned(),
            Mode::Bot(bot) => format!("the bot {bot}"),
        },
    );
    line("state", collection.state.word());
    line("made", &collection.created.to_string());
    line("started", &when(collection.started));
    line("goal reached", &when(collection.reached));
    line("ended", &when(collection.ended));
    line("conversations to accept", &collection.goal.to_string());
    line("accepted", &collection.accepted.to_string());
    line("under way", &collection.reserved.to_string());
    for state in [State::Short, State::Abandoned, State::Rejected, State::Erased] {
        line(state.word(), &collection.count(state).to_string());
    }
    text
}

/// How a conversation stands: what is known of it, and what was said to the bot.
pub fn conversation(conversation: &Conversation, turns: &[Turn]) -> String {
    let evidence = &conversation.evidence;
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ok = writeln!(text, "{name:<24}{value}");
    };
    line("conversation", conversation.id.as_str());
    line("collection", conversation.collection.as_ref().map_or("-", |id| id.as_str()));
    line("caller", conversation.person.as_ref().map_or("-", |id| id.as_str()));
    line("state", conversation.state.word());
    if let Some(why) = conversation.why {
        line("because", why.word());
    }
    line("began", &conversation.began.to_string());
    line("verified", &when(evidence.verified));
    line(
        "consent",
        &match (&evidence.consent, evidence.revoked) {
            (_, Some(at)) => format!("revoked {at}"),
            (Some(consent), None) => format!("{} to {} with key {}", consent.at, consent.text, consent.key),
            (None, None) => "-".to_owned(),
        },
    );
    line("agent", evidence.joined.as_ref().map_or("-", |joined| joined.agent.as_str()));
    line("ended", &when(evidence.ended));
    for (location, recorded) in &evidence.recordings {
        line("recording", &format!("{location}: {}", measured(recorded.measured.as_ref())));
    }
    for location in &evidence.transcripts {
        line("transcript", location);
    }
    if let Some(bot) = &evidence.bot {
        line("intent", &format!("{} ({})", bot.intent, bot.state));
    }
    for turn in turns {
        line(&format!("turn {}", turn.nth), &format!("{:?} → {}", turn.heard, turn.intent));
    }
    text
}

fn when(at: Option<Moment>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_string())
}

fn measured(measured: Option<&Measured>) -> String {
    let Some(measured) = measured else { return "has not arrived".to_owned() };
    let seconds = format!("{}.{:01} s", measured.milliseconds / 1000, measured.milliseconds % 1000 / 100);
    if measured.is_good() {
        return format!("{seconds}, good");
    }
    let faults: Vec<&str> = measured.faults.iter().map(String::as_str).collect();
    format!("{seconds}, not good: {}", faults.join(", "))
}
