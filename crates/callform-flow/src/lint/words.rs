//! What prompts say, as far as rules need to understand it.

use std::collections::BTreeSet;

use crate::Action;

/// The text an action speaks, without tags. `None` where it plays audio, says nothing, or says what a path holds.
pub(super) fn spoken_text(action: &Action) -> Option<String> {
    if let Some(text) = super::text(action, "Text") {
        return Some(text.to_owned());
    }
    let ssml = super::text(action, "SSML")?;
    Some(
        ssml.split('<')
            .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Words of a text in lower case; `*` and `#` are words of their own.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if matches!(character, '*' | '#' | '.') {
            words.push(character.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Words for pressing a key, in the languages of many flows.
const PRESS: &[&str] = &[
    "press",
    "push",
    "dial",
    "hit",
    "presione",
    "oprima",
    "marque",
    "pulse",
    "pressione",
    "digite",
    "tecle",
    "aperte",
    "drücken",
    "wählen",
    "appuyez",
    "tapez",
    "composez",
    "prema",
    "premi",
    "premere",
];
/// Words that may stand between pressing and the key.
const FILLERS: &[&str] = &[
    "the", "number", "key", "button", "sur", "la", "le", "el", "die", "sie", "bitte", "il", "tasto", "touche", "tecla",
    "a", "o", "número", "please", "nummer", "taste",
];
const BETWEEN_KEYS: &[&str] = &["or", "and", "o", "y", "e", "ou", "et", "oder", "und"];
const KEYS: &[(&str, char)] = &[
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("star", '*'),
    ("asterisk", '*'),
    ("pound", '#'),
    ("hash", '#'),
];

fn key(word: &str) -> Option<char> {
    if let [byte @ (b'0'..=b'9' | b'*' | b'#')] = word.as_bytes() {
        return Some(char::from(*byte));
    }
    KEYS.iter().find(|(name, _)| *name == word).map(|(_, key)| *key)
}

/// The keys a text tells the caller to press: `press 1 or 2`, `oprima el 9`.
pub(super) fn offered_keys(text: &str) -> BTreeSet<char> {
    let words = words(text);
    let mut offered = BTreeSet::new();
    for (at, _) in words.iter().enumerate().filter(|(_, word)| PRESS.contains(&word.as_str())) {
        let mut rest = words[at + 1..].iter().map(String::as_str).skip_while(|word| FILLERS.contains(word)).peekable();
        while let Some(key) = rest.next_if(|word| key(word).is_some()).and_then(key) {
            // "Press one of the following keys" offers no key.
            if rest.peek() == Some(&"of") {
                break;
            }
            offered.insert(key);
            while rest.next_if(|word| BETWEEN_KEYS.contains(word)).is_some() {}
        }
    }
    offered
}

/// Every key that a text mentions in any way.
pub(super) fn mentioned_keys(text: &str) -> BTreeSet<char> {
    words(text).iter().filter_map(|word| key(word)).collect()
}

/// True where a text asks the caller to enter something, now: `please enter`, `press 1`, and not `enables you to enter`.
pub(super) fn asks_for_keys(text: &str) -> bool {
    const ASKING: &[&str] =
        &["enter", "type", "key", "ingrese", "introduzca", "marque", "saisissez", "entrez", "tapez"];
    /// What stands before a verb that asks: the end of a sentence, or one of these.
    const BEFORE: &[&str] =
        &[".", "please", "then", "now", "and", "or", "just", "again", "number", "keypad", "to", "by"];
    let words = words(text);
    let says = |at: usize, word: &str| {
        let before = at.checked_sub(1).map_or(".", |before| words[before].as_str());
        // "to enter" asks only where the keypad is named; else it tells what can be done.
        let names_keys = || words.iter().any(|word| matches!(word.as_str(), "keypad" | "keys" | "digits"));
        let is_asking = BEFORE.contains(&before) && (!matches!(before, "to" | "by" | "and" | "or") || names_keys());
        ASKING.contains(&word) && (is_asking || !ENGLISH.contains(&word))
    };
    words.iter().enumerate().any(|(at, word)| says(at, word)) || !offered_keys(text).is_empty()
}

/// Words that ask in English; in the other languages the form of the verb tells.
const ENGLISH: &[&str] = &["enter", "type", "key"];

/// True where a text asks for something nobody else should know.
pub(super) fn asks_for_secret(text: &str) -> bool {
    const SECRETS: &[&[&str]] = &[
        &["pin"],
        &["passcode"],
        &["password"],
        &["cvv"],
        &["cvc"],
        &["ssn"],
        &["credit", "card"],
        &["debit", "card"],
        &["card", "number"],
        &["security", "code"],
        &["social", "security"],
        &["personal", "identification", "number"],
    ];
    has_one_of(text, SECRETS)
}

/// True where a text speaks of what tells one person from all others, or of their health.
pub(super) fn speaks_of_person(text: &str) -> bool {
    const PERSONAL: &[&[&str]] = &[
        &["date", "of", "birth"],
        &["birth", "date"],
        &["birthdate"],
        &["birthday"],
        &["dob"],
        &["passport"],
        &["driver", "license"],
        &["drivers", "license"],
        &["driving", "licence"],
        &["tax", "id"],
        &["national", "id"],
        &["iban"],
        &["medical", "record"],
        &["diagnosis"],
    ];
    has_one_of(text, PERSONAL)
}

fn has_one_of(text: &str, phrases: &[&[&str]]) -> bool {
    let words = words(text);
    phrases.iter().any(|phrase| words.windows(phrase.len()).any(|window| window == *phrase))
}

/// True where words are about something and are not the thing itself: whether it was right, its last digits, its kind.
pub(super) fn speaks_about(text: &str) -> bool {
    const ABOUT: &[&str] = &[
        "last",
        "last4",
        "masked",
        "hash",
        "hashed",
        "token",
        "verified",
        "valid",
        "validated",
        "invalid",
        "match",
        "matched",
        "matches",
        "ok",
        "type",
        "attempt",
        "attempts",
        "count",
        "counter",
        "status",
        "flag",
        "is",
        "has",
        "required",
        "prompt",
        "text",
        "message",
        "error",
        "length",
        "format",
        "name",
        "expiry",
        "flow",
        "queue",
        "bot",
        "arn",
    ];
    words(text).iter().any(|word| ABOUT.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_offered() {
        let offered = |text| offered_keys(text).into_iter().collect::<String>();
        assert_eq!(offered("For sales, press 1. For support, press two."), "12");
        assert_eq!(offered("Press 1 or 2, or the star key"), "12");
        assert_eq!(offered("Para español oprima el 9"), "9");
        assert_eq!(offered("Press * to repeat, press the pound key to end"), "#*");
        assert_eq!(offered("Press one of the following keys"), "");
        assert_eq!(offered("Enter your 5 digit code, open 24 hours"), "");
        assert_eq!(offered("Drücken Sie bitte die 3"), "3");
    }

    #[test]
    fn keys_that_are_mentioned() {
        assert_eq!(mentioned_keys("press one for sales, two for support").into_iter().collect::<String>(), "12");
        assert_eq!(mentioned_keys("call 555").len(), 0);
    }

    #[test]
    fn what_asks_for_keys() {
        for text in [
            "Please enter your account number.",
            "Welcome. Enter your PIN",
            "Use your keypad to enter your number, followed by pound",
            "For sales, press 1.",
            "Por favor ingrese su número",
        ] {
            assert!(asks_for_keys(text), "{text}");
        }
        for text in [
            "This service enables you to enter your hours by phone.",
            "You will be asked to enter your PIN later.",
            "All calls are recorded. What type of call is this?",
            "One moment, please.",
        ] {
            assert!(!asks_for_keys(text), "{text}");
        }
    }

    #[test]
    fn secrets() {
        assert!(asks_for_secret("Please enter your PIN, then press pound."));
        assert!(asks_for_secret("your credit card"));
        assert!(!asks_for_secret("Please spin the pinwheel"));
    }
}
