//! What a contact flow gets: a flat map of strings, which is all that Connect takes by default.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{NoNumber, Ranking, VanityNumber, ssml};

/// How many vanity numbers a caller hears.
pub const SPOKEN: usize = 3;

/// The answer to a contact flow. All values are strings, also counts, and the same keys are always there.
///
/// | key | value |
/// |---|---|
/// | `status` | see [`Status`] |
/// | `count` | how many vanity numbers follow, `0` to `3` |
/// | `option_1` … `option_3` | as they are written, `1-800-AABUILD`; empty where there are fewer |
/// | `spoken_1` … `spoken_3` | as they are said, `1, 8 0 0, aabuild`; empty where there are fewer |
/// | `ssml_1` … `ssml_3` | in SSML, `<speak>…</speak>`; empty where there are fewer |
/// | `speech`, `ssml` | all of them in one text; empty where there is none |
/// | `reason` | why there is none; empty where there are some |
/// | `stored` | `yes`, or `no` where DynamoDB could not be reached |
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Answer(BTreeMap<String, String>);

/// What became of a caller's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There are vanity numbers.
    Ok,
    /// No word fits the number.
    None,
    /// The number is withheld, or the contact has none.
    Withheld,
    /// A short code.
    Short,
    /// A number of another country, or an address without digits.
    Unsupported,
    /// Nothing that can be read as a number.
    Invalid,
}

impl Status {
    /// The word in the answer.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::None => "none",
            Self::Withheld => "withheld",
            Self::Short => "short",
            Self::Unsupported => "unsupported",
            Self::Invalid => "invalid",
        }
    }
}

impl Answer {
    /// The answer about a ranking, or about why there is none.
    pub fn new(ranking: &Result<Ranking, NoNumber>) -> Self {
        let options = ranking.as_ref().map(|ranking| ranking.options.as_slice()).unwrap_or_default();
        let spoken = &options[..options.len().min(SPOKEN)];
        let (status, reason) = match ranking {
            Ok(_) if spoken.is_empty() => (Status::None, "no word fits this number".to_owned()),
            Ok(_) => (Status::Ok, String::new()),
            Err(reason) => (status(*reason), reason.to_string()),
        };
        let mut answer = BTreeMap::from([
            ("status".to_owned(), status.word().to_owned()),
            ("count".to_owned(), spoken.len().to_string()),
            ("reason".to_owned(), reason),
            ("speech".to_owned(), speech(spoken)),
            ("ssml".to_owned(), ssml(spoken)),
            ("stored".to_owned(), "no".to_owned()),
        ]);
        for place in 0..SPOKEN {
            let option = spoken.get(place);
            answer.insert(format!("option_{}", place + 1), option.map(VanityNumber::written).unwrap_or_default());
            answer.insert(format!("spoken_{}", place + 1), option.map(VanityNumber::said).unwrap_or_default());
            answer.insert(format!("ssml_{}", place + 1), ssml(option.map(std::slice::from_ref).unwrap_or_default()));
        }
        Self(answer)
    }

    /// The value of a key; empty for one that is not there.
    pub fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    /// The vanity numbers that are spoken, as they are written.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        (1..=SPOKEN).map(|place| self.get(&format!("option_{place}"))).filter(|option| !option.is_empty())
    }

    pub(super) fn set_stored(&mut self, stored: bool) {
        self.0.insert("stored".to_owned(), if stored { "yes" } else { "no" }.to_owned());
    }
}

fn status(reason: NoNumber) -> Status {
    match reason {
        NoNumber::Withheld => Status::Withheld,
        NoNumber::Short => Status::Short,
        NoNumber::Foreign | NoNumber::NotDialed => Status::Unsupported,
        NoNumber::Unreadable => Status::Invalid,
    }
}

/// All numbers one after the other; a voice pauses at the full stops.
fn speech(options: &[VanityNumber]) -> String {
    options.iter().map(|option| format!("{}.", option.said())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::keypad::Keypad;
    use crate::number::Number;
    use crate::rank;

    fn answer(address: &str) -> Answer {
        Answer::new(&Number::read(address).map(|number| rank(&number, &Company::new("AABUILD").into())))
    }

    #[test]
    fn the_same_keys_are_always_there_and_never_much() {
        for address in ["+18002228453", "+15550100134", "anonymous", "911", "+447700900123", "hello"] {
            let json = serde_json::to_value(answer(address)).unwrap();
            assert!(json.to_string().len() < 32 * 1024);
            assert_eq!(json.as_object().unwrap().len(), 15, "{json}");
        }
    }

    #[test]
    fn three_are_spoken_and_each_form_dials_the_number() {
        let answer = answer("+18002228453");
        assert_eq!((answer.get("status"), answer.get("count")), ("ok", "3"));
        assert_eq!((answer.get("option_1"), answer.get("spoken_1")), ("1-800-AABUILD", "1, 8 0 0, aabuild"));
        for place in 1..=3 {
            assert_eq!(Keypad::E161.dialed(answer.get(&format!("option_{place}"))), "18002228453");
            assert_eq!(Keypad::E161.dialed(answer.get(&format!("spoken_{place}"))), "18002228453");
        }
        assert_eq!(Keypad::E161.dialed(answer.get("speech")), "18002228453".repeat(3));
        let sentences = |key: &str| answer.get(key).matches("<s>").count();
        assert_eq!(["ssml_1", "ssml_2", "ssml_3", "ssml"].map(sentences), [1, 1, 1, 3]);
        assert_eq!(answer.options().count(), 3);
    }

    #[test]
    fn everyone_else_gets_a_status_and_a_reason() {
        for (address, status) in [
            ("+15550100134", "none"),
            ("anonymous", "withheld"),
            ("911", "short"),
            ("+447700900123", "unsupported"),
            ("sip:mary@example.com", "unsupported"),
            ("hello", "invalid"),
        ] {
            let answer = answer(address);
            assert_eq!(
                (answer.get("status"), answer.get("count"), answer.get("speech")),
                (status, "0", ""),
                "{address}"
            );
            assert!(!answer.get("reason").is_empty(), "{address}");
            assert_eq!((answer.get("ssml"), answer.get("ssml_1")), ("", ""), "{address}");
        }
    }
}
