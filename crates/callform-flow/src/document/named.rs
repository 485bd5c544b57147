//! What names of flows say about their type.

use crate::FlowType;

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// One type.
    One(FlowType),
    /// One of two.
    OneOf(FlowType, FlowType),
    /// A type, if the blocks leave it open: flows of other types are called so as well.
    Perhaps(FlowType),
}

/// What a name says; `None` for most names.
pub(super) fn by(text: &str) -> Option<Named> {
    let words = words(text);
    let flat = words.concat();
    if let Some(named) = whisper(&flat).or_else(|| hold(&words)) {
        return Some(named);
    }
    let says = |parts: &[&str]| parts.iter().any(|part| flat.contains(part));
    if says(&["agenttransfer", "agentquickconnect", "transfertoagent"]) {
        return Some(Named::One(FlowType::AgentTransfer));
    }
    if says(&["queuetransfer", "quickconnect", "transfertoqueue"]) {
        return Some(Named::One(FlowType::QueueTransfer));
    }
    if says(&["customerqueue", "queueflow", "inqueue", "interruptible"]) {
        return Some(Named::One(FlowType::CustomerQueue));
    }
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if has(&["queue", "wait", "waiting"]) {
        return Some(Named::Perhaps(FlowType::CustomerQueue));
    }
    has(&["outbound"]).then_some(Named::Perhaps(FlowType::OutboundWhisper))
}

fn whisper(flat: &str) -> Option<Named> {
    let at = flat.find("whisper")?;
    // The word nearest before it; else one behind.
    let whose = [
        ("agent", FlowType::AgentWhisper),
        ("customer", FlowType::CustomerWhisper),
        ("outbound", FlowType::OutboundWhisper),
    ];
    let before = whose.iter().filter_map(|(word, of)| Some((flat[..at].rfind(word)?, *of)));
    let behind = whose.iter().filter_map(|(word, of)| Some((flat[at..].find(word)?, *of)));
    let nearest = before.max_by_key(|(place, _)| *place).or_else(|| behind.min_by_key(|(place, _)| *place));
    Some(nearest.map_or(Named::OneOf(FlowType::AgentWhisper, FlowType::CustomerWhisper), |(_, of)| Named::One(of)))
}

fn hold(words: &[String]) -> Option<Named> {
    // Not a threshold, nor a household.
    words.iter().find(|word| matches!(word.as_str(), "hold" | "holds" | "onhold" | "holdflow"))?;
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    Some(match (has("agent"), has("customer")) {
        (true, false) => Named::One(FlowType::AgentHold),
        (false, true) => Named::One(FlowType::CustomerHold),
        _ => Named::OneOf(FlowType::CustomerHold, FlowType::AgentHold),
    })
}

/// Words of a name in lower case: `RulesEngineCustomerQueue`, `acme_hold-2` and `VMXInQueue` have three or more.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let characters: Vec<char> = text.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        let after_lower = at > 0 && characters[at - 1].is_lowercase();
        let before_lower = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins = character.is_uppercase() && (after_lower || before_lower);
        if begins || !character.is_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphabetic()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_names() {
        assert_eq!(words("VMXInQueueCustomerWhisper"), ["vmx", "in", "queue", "customer", "whisper"]);
        assert_eq!(words("acme_hold-2 AUTO"), ["acme", "hold", "auto"]);
        assert_eq!(words("-"), [""; 0]);
    }

    #[test]
    fn whose_whisper_it_is() {
        assert_eq!(by("Agent to customer whisper"), Some(Named::One(FlowType::CustomerWhisper)));
        assert_eq!(by("whisper for the agent"), Some(Named::One(FlowType::AgentWhisper)));
        assert_eq!(by("Whispers"), Some(Named::OneOf(FlowType::AgentWhisper, FlowType::CustomerWhisper)));
    }

    #[test]
    fn most_names_say_nothing() {
        for name in ["Main menu", "Household claims", "Threshold", "Disconnect", "Default"] {
            assert_eq!(by(name), None, "{name}");
        }
    }
}
