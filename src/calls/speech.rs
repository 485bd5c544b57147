//! What is heard, for a program that speaks.
//!
//! Speech programs understand less of SSML than Amazon Polly does, and some of it wrongly: the open-source eSpeak NG adds no
//! pause for a break in fractions of a second, does not spell out what is marked as digits, and says nothing of a CDATA
//! section. So what is spoken is written anew, in marks that it understands.

use callform_call::event::Speech;

/// SSML of everything that is said, with pauses between.
pub fn for_speaking(said: &[Speech]) -> String {
    let mut text = String::from("<speak>");
    for speech in said {
        match speech {
            Speech::Text(words) => escape(words, &mut text),
            Speech::Ssml(ssml) => rewrite(ssml, &mut text),
            Speech::Prompt(name) | Speech::Media(name) => {
                text.push_str("Now plays: ");
                escape(name, &mut text);
            }
        }
        text.push_str("<break time=\"600ms\"/>\n");
    }
    text.push_str("</speak>");
    text
}

fn escape(plain: &str, into: &mut String) {
    for character in plain.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            // Entities of these are passed over in silence.
            '<' => into.push_str(" less than "),
            '>' => into.push_str(" greater than "),
            _ => into.push(character),
        }
    }
}

/// Keeps breaks, in milliseconds, and what is to be read letter by letter; of all other marks only their text.
fn rewrite(ssml: &str, into: &mut String) {
    let mut rest = ssml;
    while let Some(start) = rest.find('<') {
        into.push_str(&rest[..start]);
        let from = &rest[start..];
        if let Some(data) = from.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            escape(&data[..end], into);
            rest = data.get(end + 3..).unwrap_or_default();
            continue;
        }
        // A mark without an end takes the rest with it.
        let Some(end) = from.find('>') else { return };
        into.push_str(&tag(&from[1..end]));
        rest = &from[end + 1..];
    }
    into.push_str(rest);
}

fn tag(inside: &str) -> String {
    let name = inside.trim_end_matches('/').split_whitespace().next().unwrap_or_default();
    match name {
        "break" => format!("<break time=\"{}ms\"/>", milliseconds(inside)),
        "say-as" if ["digits", "characters", "spell-out", "telephone"].iter().any(|kind| inside.contains(kind)) => {
            "<say-as interpret-as=\"characters\">".to_owned()
        }
        "/say-as" => "</say-as>".to_owned(),
        "say-as" => "<say-as>".to_owned(),
        _ => " ".to_owned(),
    }
}

/// The length of a break: its `time`, or what its `strength` amounts to.
fn milliseconds(tag: &str) -> u64 {
    let value = |name: &str| {
        let from = tag.split_once(&format!("{name}="))?.1;
        let quote = from.chars().next()?;
        from[1..].split(quote).next()
    };
    let time = value("time").and_then(|time| match time.strip_suffix("ms") {
        Some(number) => number.parse().ok(),
        None => thousandths(time.strip_suffix('s')?),
    });
    time.unwrap_or_else(|| match value("strength") {
        Some("none") => 0,
        Some("x-weak" | "weak") => 200,
        Some("strong") => 700,
        Some("x-strong") => 1200,
        _ => 400,
    })
}

/// Seconds with at most three decimals as milliseconds.
fn thousandths(seconds: &str) -> Option<u64> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    Some(whole * 1000 + fraction.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_rewritten_to_what_is_understood() {
        let of = |ssml: &str| {
            let mut text = String::new();
            rewrite(ssml, &mut text);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("<speak>A<break time=\"1.5s\"/>B</speak>"), "A<break time=\"1500ms\"/>B");
        assert_eq!(of("<break strength='strong'/>"), "<break time=\"700ms\"/>");
        assert_eq!(
            of("<say-as interpret-as=\"digits\">12</say-as>"),
            "<say-as interpret-as=\"characters\">12</say-as>"
        );
        assert_eq!(of("<amazon:effect name=\"whispered\">psst</amazon:effect>"), "psst");
        assert_eq!(of("<![CDATA[a & b]]> c"), "a &amp; b c");
        assert_eq!(of("a < b"), "a");
    }

    #[test]
    fn what_is_said_follows_one_another_with_pauses() {
        let said = [Speech::Text("R&D".into()), Speech::Prompt("beep".into())];
        let expected = "<speak>R&amp;D<break time=\"600ms\"/>\nNow plays: beep<break time=\"600ms\"/>\n</speak>";
        assert_eq!(for_speaking(&said), expected);
    }
}
