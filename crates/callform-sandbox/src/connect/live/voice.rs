//! How long speech takes, and which words it has.

use callform_call::event::Speech;

/// How long a recorded prompt takes, in seconds (?): the sandbox does not know what is in it.
const RECORDED: u64 = 5;
/// How many words a minute people speak, and prompts to who calls in where people do not say. Source: the usual pace of
/// conversations and synthetic voices, 140 to 160.
pub(super) const WORDS_A_MINUTE: u32 = 150;
/// Longest thing that is said, in seconds.
const LONGEST: u64 = 600;

/// How long something takes to say, in whole seconds; nothing takes time at no words a minute.
pub(super) fn seconds(speech: &Speech, words_a_minute: u32) -> u64 {
    if words_a_minute == 0 {
        return 0;
    }
    match text(speech) {
        Some(text) => milliseconds(&text, words_a_minute).div_ceil(1000),
        None => RECORDED,
    }
}

/// How long a text takes to say, in milliseconds.
pub(super) fn milliseconds(text: &str, words_a_minute: u32) -> u64 {
    let words = text.split_whitespace().count() as u64;
    (words * 60_000).div_ceil(u64::from(words_a_minute.max(1))).min(LONGEST * 1000)
}

/// The words of what is said; `None` for a recording.
pub(super) fn text(speech: &Speech) -> Option<String> {
    match speech {
        Speech::Text(text) => Some(text.to_string()),
        Speech::Ssml(text) => Some(words_of_ssml(text)),
        Speech::Prompt(_) | Speech::Media(_) => None,
    }
}

/// A text without the marks for the voice.
pub(super) fn words_of_ssml(ssml: &str) -> String {
    let mut words = String::new();
    let mut is_mark = false;
    for letter in ssml.chars() {
        match letter {
            '<' => is_mark = true,
            '>' if is_mark => {
                is_mark = false;
                words.push(' ');
            }
            _ if is_mark => {}
            _ => words.push(letter),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_takes_as_long_as_its_words() {
        let of = |speech: Speech| seconds(&speech, 120);
        assert_eq!(of(Speech::Text("one two three".into())), 2);
        assert_eq!(of(Speech::Ssml("<speak>one <break time=\"3s\"/>two three four</speak>".into())), 2);
        assert_eq!(of(Speech::Text("".into())), 0);
        assert_eq!(of(Speech::Prompt("music".into())), RECORDED);
        assert_eq!(seconds(&Speech::Prompt("music".into()), 0), 0);
        assert_eq!(text(&Speech::Ssml("<speak>a<b>c</b></speak>".into())).as_deref(), Some("a c"));
    }
}
