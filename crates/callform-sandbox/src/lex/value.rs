//! What slots take words for: the built-in types that are plain, and those of the bot.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use regex::Regex;

use super::numbers::{digits, number};
use super::session::Scalar;

/// The type of a slot.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// `AMAZON.Number`.
    Number,
    /// `AMAZON.Date`, in a few simple forms.
    Date,
    /// `AMAZON.Time`, of day.
    Time,
    /// `AMAZON.Duration`, one number and its unit.
    Duration,
    /// `AMAZON.Percentage`.
    Percentage,
    /// `AMAZON.PhoneNumber`.
    PhoneNumber,
    /// `AMAZON.EmailAddress`.
    EmailAddress,
    /// `AMAZON.AlphaNumeric`, and types of the bot that restrict it by a pattern.
    AlphaNumeric(Option<Regex>),
    /// `AMAZON.Confirmation`.
    Confirmation,
    /// Names of people and places, streets, and free text: any words.
    Words,
    /// Values of the bot.
    Values(Values),
}

/// Values of the bot, with their synonyms.
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub(super) values: Vec<(String, Vec<String>)>,
    /// Takes nothing but these values and synonyms, for the value (`TOP_RESOLUTION`); otherwise what was said is the value.
    pub(super) is_strict: bool,
}

/// What a text is taken for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Taken {
    pub(super) value: Scalar,
    /// False where the type takes any words.
    pub(super) is_sure: bool,
}

impl Kind {
    /// A built-in type of a name; `None` where there is none, or it is not plain.
    pub(super) fn built_in(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("AMAZON.")? {
            "Number" => Self::Number,
            "Date" => Self::Date,
            "Time" => Self::Time,
            "Duration" => Self::Duration,
            "Percentage" => Self::Percentage,
            "PhoneNumber" => Self::PhoneNumber,
            "EmailAddress" => Self::EmailAddress,
            "AlphaNumeric" => Self::AlphaNumeric(None),
            "Confirmation" => Self::Confirmation,
            "FirstName" | "LastName" | "City" | "Country" | "State" | "StreetName" | "UkPostalCode"
            | "FreeFormInput" => Self::Words,
            _ => return None,
        })
    }

    /// What a text is taken for, on a day.
    pub(super) fn take(&self, text: &str, today: Date) -> Option<Taken> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Self::Values(values) = self {
            return values.take(text);
        }
        let interpreted = self.interpret(text, today)?;
        let resolved = vec![interpreted.clone()];
        let is_sure = match self {
            Self::Words => false,
            // A word without a digit may as well be meant as one.
            Self::AlphaNumeric(None) => interpreted.contains(|it: char| it.is_ascii_digit()),
            _ => true,
        };
        Some(Taken { value: Scalar { original: text.to_owned(), interpreted, resolved }, is_sure })
    }

    fn interpret(&self, text: &str, today: Date) -> Option<String> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        match self {
            Self::Number => number(&words),
            Self::Date => date(&words, today).map(|date| date.to_string()),
            Self::Time => time(&words),
            Self::Duration => duration(&words),
            Self::Percentage => percentage(&lower),
            Self::PhoneNumber => phone_number(&lower),
            Self::EmailAddress => email_address(text).then(|| text.to_owned()),
            Self::AlphaNumeric(pattern) => {
                let joined = alphanumeric(text)?;
                pattern.as_ref().is_none_or(|pattern| pattern.is_match(&joined)).then_some(joined)
            }
            Self::Confirmation => confirmation(text).map(str::to_owned),
            Self::Words => Some(text.to_owned()),
            Self::Values(_) => None,
        }
    }
}

impl Values {
    fn take(&self, text: &str) -> Option<Taken> {
        let plain = plain(text);
        let same = |own: &String| self::plain(own) == plain;
        let found = self.values.iter().find(|(value, others)| same(value) || others.iter().any(same));
        let resolved: Vec<String> = found.map(|(value, _)| value.clone()).into_iter().collect();
        if self.is_strict && resolved.is_empty() {
            return None;
        }
        let is_sure = !resolved.is_empty();
        let interpreted = match resolved.first() {
            Some(resolved) if self.is_strict => resolved.clone(),
            _ => text.to_owned(),
        };
        Some(Taken { value: Scalar { original: text.to_owned(), interpreted, resolved }, is_sure })
    }
}

fn plain(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|character| character.is_alphanumeric()).collect::<String>().to_lowercase())
        .collect();
    words.join(" ")
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// `today`, `monday`, `2026-11-30`, `11/30/2026`, `november 30th`, `30 november 2026`. What has no year is today or later.
fn date(words: &[&str], today: Date) -> Option<Date> {
    let days = |days: i64| today.checked_add(days.days()).ok();
    match words {
        ["today"] => return Some(today),
        ["tomorrow"] => return days(1),
        ["yesterday"] => return days(-1),
        [weekday] if let Some(at) = WEEKDAYS.iter().position(|own| own == weekday) => {
            let until = i64::try_from(at).ok()? - i64::from(today.weekday().to_monday_zero_offset());
            return days(if until > 0 { until } else { until + 7 });
        }
        [one] if let Ok(date) = one.parse::<Date>() => return Some(date),
        [one] if one.contains('/') => {
            let mut parts = one.split('/');
            let (month, day, year) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next());
            let year = year.map(str::parse::<i16>).transpose().ok()?;
            return parts.next().is_none().then(|| on(year, month, day, today)).flatten();
        }
        _ => {}
    }
    let month = |word: &str| MONTHS.iter().position(|own| *own == word).and_then(|at| i8::try_from(at + 1).ok());
    let day = |word: &str| word.trim_end_matches(|letter: char| letter.is_ascii_lowercase()).parse::<i8>().ok();
    let (first, second, year) = match words {
        [first, second] => (first, second, None),
        [first, second, year] => (first, second, Some(year.parse::<i16>().ok()?)),
        _ => return None,
    };
    match (month(first), month(second)) {
        (Some(month), None) => on(year, month, day(second)?, today),
        (None, Some(month)) => on(year, month, day(first)?, today),
        _ => None,
    }
}

/// A date; where no year is said, the next one of it.
fn on(year: Option<i16>, month: i8, day: i8, today: Date) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let this = Date::new(today.year(), month, day).ok().filter(|date| *date >= today);
    this.or_else(|| Date::new(today.year().checked_add(1)?, month, day).ok())
}

/// `15:30`, `3 pm`, `3:30 p.m.`, `noon`, `midnight`.
fn time(words: &[&str]) -> Option<String> {
    match words {
        ["noon"] => return Some("12:00".to_owned()),
        ["midnight"] => return Some("00:00".to_owned()),
        _ => {}
    }
    let joined: String = words.concat().chars().filter(|character| *character != '.').collect();
    let (clock, half) = match (joined.strip_suffix("am"), joined.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (joined.as_str(), None),
    };
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute.parse::<u8>().ok()?),
        None if half.is_some() => (clock, 0),
        _ => return None,
    };
    let hour = hour.parse::<u8>().ok().or_else(|| number(&[hour])?.parse().ok())?;
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// `5 minutes` is `PT5M`.
fn duration(words: &[&str]) -> Option<String> {
    let (unit, count) = words.split_last()?;
    let count = number(count)?.parse::<i64>().ok().filter(|count| *count >= 0)?;
    let span = match unit.trim_end_matches('s') {
        "second" => Span::new().try_seconds(count),
        "minute" => Span::new().try_minutes(count),
        "hour" => Span::new().try_hours(count),
        "day" => Span::new().try_days(count),
        "week" => Span::new().try_weeks(count),
        "month" => Span::new().try_months(count),
        "year" => Span::new().try_years(count),
        _ => return None,
    };
    Some(span.ok()?.to_string())
}

fn percentage(text: &str) -> Option<String> {
    let count = text.strip_suffix('%').or_else(|| text.strip_suffix("percent"))?;
    let words: Vec<&str> = count.split_whitespace().collect();
    number(&words).map(|number| format!("{number}%"))
}

/// Its digits alone, 7 to 15 of them.
fn phone_number(text: &str) -> Option<String> {
    let spaced: String =
        text.chars().map(|character| if "+-().".contains(character) { ' ' } else { character }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    digits(&words).filter(|digits| (7..=15).contains(&digits.len()))
}

fn email_address(text: &str) -> bool {
    let right = |part: &str| !part.is_empty() && !part.contains(|it: char| it.is_whitespace() || it == '@');
    text.split_once('@').is_some_and(|(name, domain)| right(name) && right(domain) && domain.contains('.'))
}

/// Letters and digits without what is between them. What is said in words has to be a word of its own for each.
fn alphanumeric(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let part = |word: &&str| -> Option<String> {
        let plain: String = word.chars().filter(|character| !"-.".contains(*character)).collect();
        if plain.is_empty() || !plain.chars().all(char::is_alphanumeric) {
            return None;
        }
        let is_plain = words.len() == 1 || plain.chars().count() == 1 || plain.contains(|it: char| it.is_ascii_digit());
        if is_plain { Some(plain) } else { digits(&[plain.to_lowercase().as_str()]) }
    };
    words.iter().map(part).collect()
}

/// Words for yes and no, in the languages of which the sandbox knows some.
const CONFIRMATIONS: &[(&str, &[&str])] = &[
    (
        "Yes",
        &[
            "yes",
            "yeah",
            "yep",
            "yup",
            "sure",
            "ok",
            "okay",
            "correct",
            "right",
            "thats right",
            "yes please",
            "of course",
            "absolutely",
            "y",
            "1",
            "si",
            "sí",
            "claro",
            "oui",
            "ja",
            "genau",
            "certo",
            "sim",
        ],
    ),
    (
        "No",
        &[
            "no",
            "nope",
            "nah",
            "wrong",
            "thats wrong",
            "no thanks",
            "no thank you",
            "not really",
            "n",
            "2",
            "non",
            "nein",
            "não",
        ],
    ),
    ("Maybe", &["maybe", "perhaps", "possibly", "3", "quizás", "peut-être", "vielleicht", "forse", "talvez"]),
    ("Don't know", &["dont know", "i dont know", "not sure", "im not sure", "4"]),
];

/// `Yes`, `No`, `Maybe` or `Don't know`. As keys, 1 to 4 (?).
pub(super) fn confirmation(text: &str) -> Option<&'static str> {
    let plain = plain(text);
    let found = CONFIRMATIONS.iter().find(|(_, words)| words.iter().any(|word| self::plain(word) == plain));
    found.map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 30);

    #[track_caller]
    fn check(kind: &str, text: &str, expected: Option<&str>) {
        let taken = Kind::built_in(kind).unwrap().take(text, TODAY);
        assert_eq!(taken.map(|taken| taken.value.interpreted).as_deref(), expected, "{kind}: {text}");
    }

    #[test]
    fn built_in_types_take_what_is_plain() {
        check("AMAZON.Number", "Twenty Three", Some("23"));
        check("AMAZON.Number", "soon", None);
        check("AMAZON.PhoneNumber", "+1 (555) 010-0101", Some("15550100101"));
        check("AMAZON.PhoneNumber", "12345", None);
        check("AMAZON.EmailAddress", "Ann@example.com", Some("Ann@example.com"));
        check("AMAZON.EmailAddress", "ann at example", None);
        check("AMAZON.AlphaNumeric", "A B one 2 three", Some("AB123"));
        check("AMAZON.AlphaNumeric", "ab-12", Some("ab12"));
        check("AMAZON.AlphaNumeric", "hello there", None);
        let is_sure = |text: &str| Kind::AlphaNumeric(None).take(text, TODAY).unwrap().is_sure;
        assert!(is_sure("ab-12") && !is_sure("help"), "another intent may say help");
        check("AMAZON.Percentage", "fifty percent", Some("50%"));
        check("AMAZON.Duration", "five minutes", Some("PT5M"));
        check("AMAZON.Confirmation", "That's right.", Some("Yes"));
        check("AMAZON.Confirmation", "ananas", None);
        check("AMAZON.FirstName", "Ann", Some("Ann"));
        check("AMAZON.FirstName", " ", None);
        assert!(Kind::built_in("AMAZON.Weather").is_none());
        assert!(Kind::built_in("Number").is_none());
    }

    #[test]
    fn dates_and_times() {
        for (said, date) in [
            ("today", "2026-11-30"),
            ("Tomorrow", "2026-12-01"),
            ("monday", "2026-12-07"),
            ("sunday", "2026-12-06"),
            ("2027-02-03", "2027-02-03"),
            ("11/29", "2027-11-29"),
            ("12/24/2030", "2030-12-24"),
            ("november 30th", "2026-11-30"),
            ("1 may", "2027-05-01"),
            ("february 3rd 2028", "2028-02-03"),
        ] {
            check("AMAZON.Date", said, Some(date));
        }
        check("AMAZON.Date", "february 30", None);
        check("AMAZON.Date", "whenever", None);
        for (said, time) in [("15:30", "15:30"), ("3 pm", "15:00"), ("12:05 A.M.", "00:05"), ("noon", "12:00")] {
            check("AMAZON.Time", said, Some(time));
        }
        check("AMAZON.Time", "13 pm", None);
        check("AMAZON.Time", "3", None);
    }

    #[test]
    fn values_of_the_bot() {
        let values = vec![("large".to_owned(), vec!["big".to_owned(), "X L".to_owned()])];
        let mut kind = Values { values, is_strict: true };
        let taken = kind.take("BIG!").unwrap();
        assert_eq!((taken.value.interpreted.as_str(), taken.value.original.as_str()), ("large", "BIG!"));
        assert_eq!(kind.take("x l").unwrap().value.resolved, ["large"]);
        assert_eq!(kind.take("huge"), None);
        kind.is_strict = false;
        let taken = kind.take("big").unwrap();
        assert_eq!((taken.value.interpreted.as_str(), taken.is_sure, taken.value.resolved.len()), ("big", true, 1));
        let taken = kind.take("huge").unwrap();
        assert_eq!((taken.value.interpreted.as_str(), taken.is_sure, taken.value.resolved.len()), ("huge", false, 0));
    }
}
