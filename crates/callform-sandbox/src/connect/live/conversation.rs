//! What customer and agent say to each other, and when.

use super::chance::Chance;
use super::voice::{WORDS_A_MINUTE, milliseconds};
use super::words::{Speaker, Turn};

/// Silence before the first word, at least and how much more at most, in milliseconds.
const BEGINS: (u64, u64) = (400, 600);
/// Silence between two turns.
const PAUSE: (u64, u64) = (250, 900);

/// What somebody says who was given nothing to say, or nothing more.
const AGENT: [&str; 8] = [
    "Thank you for calling, what can I do for you?",
    "Let me have a look at that.",
    "I see, and when was that?",
    "That is no problem at all.",
    "Could you say that once more, please?",
    "I have made a note of it.",
    "Is there anything else I can do for you?",
    "One moment, please.",
];
const CUSTOMER: [&str; 8] = [
    "I would like to change my order.",
    "It was the day before yesterday.",
    "Yes, please.",
    "No, that is not what I meant.",
    "Can you tell me how long that takes?",
    "The blue one, I think.",
    "That would be very kind of you.",
    "All right, I will wait.",
];

/// The turns of a conversation that lasts so many milliseconds. The agent begins, and they take turns.
pub(super) fn conversation(agent: &[String], customer: &[String], length: u64, chance: &Chance) -> Vec<Turn> {
    let wait =
        |purpose: &str, nth: usize, (least, more): (u64, u64)| least + chance.below(&format!("{purpose} {nth}"), more);
    let mut turns = Vec::new();
    let mut start = wait("begins", 0, BEGINS);
    while start < length {
        let nth = turns.len();
        let (speaker, own, others) =
            if nth % 2 == 0 { (Speaker::Agent, agent, AGENT) } else { (Speaker::Customer, customer, CUSTOMER) };
        let drawn = || {
            let at = usize::try_from(chance.below(&format!("says {nth}"), 8)).unwrap_or_default();
            others.get(at).copied().unwrap_or_default().to_owned()
        };
        let text = own.get(nth / 2).cloned().unwrap_or_else(drawn);
        let turn = said(speaker, text, start, length);
        start = turn.end + wait("pause", nth, PAUSE);
        turns.push(turn);
    }
    turns
}

/// Somebody says something from a moment on; what does not fit before the end is not said.
pub(super) fn said(speaker: Speaker, text: String, start: u64, length: u64) -> Turn {
    let takes = milliseconds(&text, WORDS_A_MINUTE).max(300);
    let end = start + takes;
    if end <= length {
        return Turn { speaker, text, start, end };
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let fit = usize::try_from(words.len() as u64 * (length - start) / takes).unwrap_or_default();
    Turn { speaker, text: words.get(..fit).unwrap_or_default().join(" "), start, end: length }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_take_turns_and_say_what_they_were_given_first() {
        let lines = |all: [&str; 2]| all.map(str::to_owned);
        let chance = Chance::new(1, &["a"]);
        let turns = conversation(&lines(["Hello there.", "Bye."]), &lines(["Good day.", "Thanks."]), 20_000, &chance);
        let texts: Vec<&str> = turns.iter().map(|turn| turn.text.as_str()).collect();
        assert_eq!(texts[..4], ["Hello there.", "Good day.", "Bye.", "Thanks."]);
        assert!(texts.len() > 4 && texts[4..texts.len() - 1].iter().all(|text| !text.is_empty()), "{texts:?}");
        for pair in turns.windows(2) {
            assert!(pair[0].speaker != pair[1].speaker && pair[0].end + 250 <= pair[1].start, "{pair:?}");
        }
        assert!(turns.iter().all(|turn| turn.start < turn.end && turn.end <= 20_000), "{turns:?}");
        assert_eq!(
            turns,
            conversation(&lines(["Hello there.", "Bye."]), &lines(["Good day.", "Thanks."]), 20_000, &chance)
        );
        assert_ne!(turns, conversation(&[], &[], 20_000, &Chance::new(2, &["a"])));
    }

    #[test]
    fn what_does_not_fit_is_not_said() {
        let turn = said(Speaker::Agent, "one two three four five".to_owned(), 1000, 1800);
        assert_eq!((turn.text.as_str(), turn.end), ("one two", 1800));
    }
}
