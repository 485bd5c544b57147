//! SSML that cannot be read out.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::speech::Spoken;
use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "ssml-not-valid",
    what: "Finds SSML without `<speak>`, with tags that are not closed or not known, with a bare `&` or `<`, with pauses of no \
           length, and tags of SSML in plain text.",
    why: "Connect publishes it. When the flow runs, nothing is said and the contact takes the error branch; tags in plain text are \
          read out.",
    example: "- say: { ssml: \"<speak>Terms & conditions <break time='2 sec'/></speak>\" }",
    instead: "- say: { ssml: \"<speak>Terms &amp; conditions <break time='2s'/></speak>\" }",
    check,
};

/// Tags that Amazon Polly knows, by its page of supported tags.
const TAGS: &[&str] = &[
    "speak",
    "break",
    "emphasis",
    "lang",
    "mark",
    "p",
    "phoneme",
    "prosody",
    "s",
    "say-as",
    "sub",
    "w",
    "amazon:auto-breaths",
    "amazon:breath",
    "amazon:domain",
    "amazon:effect",
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.all_actions() {
        for text in look.spoken(index).iter().copied() {
            if let Some(fault) = fault(text) {
                let diagnostic = Diagnostic::warning(RULE.code, fault.title).help(fault.help);
                diagnostics.push(look.at(diagnostic, action));
            }
        }
    }
}

/// What is wrong with a text, and what to do.
struct Fault {
    title: String,
    help: String,
}

impl Fault {
    fn new(title: impl Into<String>, help: impl Into<String>) -> Self {
        Self { title: title.into(), help: help.into() }
    }
}

fn fault(spoken: Spoken<'_>) -> Option<Fault> {
    let text = spoken.text.trim();
    // What a path holds cannot be seen.
    if crate::validate::is_path(text) || text.is_empty() {
        return None;
    }
    if !spoken.is_ssml {
        return tag_in_text(text);
    }
    let tags = match tags(text) {
        Ok(tags) => tags,
        Err(fault) => return Some(fault),
    };
    tags.iter().find_map(of_tag).or_else(|| nesting(&tags)).or_else(|| around(text)).or_else(|| ampersand(text))
}

/// A tag of SSML: its name, what stands between name and end, and how it stands.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Opening,
    Closing,
    Empty,
}

fn tags(text: &str) -> Result<Vec<Tag<'_>>, Fault> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, from)) = rest.split_once('<') {
        if let Some(comment) = from.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !from.starts_with(|it: char| it == '/' || it.is_ascii_alphabetic()) {
            return Err(Fault::new("a bare `<` in SSML", "Write `&lt;`."));
        }
        let end = end_of_tag(from)
            .ok_or_else(|| Fault::new(format!("`<{}` in SSML has no end", name_of(from)), "Close it with `>`."))?;
        let inside = &from[..end];
        rest = &from[end + 1..];
        let (form, inside) = match (inside.strip_prefix('/'), inside.strip_suffix('/')) {
            (Some(name), _) => (Form::Closing, name),
            (None, Some(inside)) => (Form::Empty, inside),
            (None, None) => (Form::Opening, inside),
        };
        let name = name_of(inside);
        found.push(Tag { name, attributes: &inside[name.len()..], form });
    }
    Ok(found)
}

fn name_of(text: &str) -> &str {
    let end =
        text.find(|it: char| !(it.is_ascii_alphanumeric() || matches!(it, '-' | ':' | '_'))).unwrap_or(text.len());
    &text[..end]
}

/// Where a tag ends: the first `>` outside of quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, '>') => return Some(at),
            (None, '<') => return None,
            _ => {}
        }
    }
    None
}

fn of_tag(tag: &Tag<'_>) -> Option<Fault> {
    if !TAGS.contains(&tag.name) {
        let help = did_you_mean(tag.name, TAGS.iter().copied())
            .map_or_else(|| "Take it out.".to_owned(), |meant| format!("Did you mean `<{meant}>`?"));
        return Some(Fault::new(format!("`<{}>` is no tag of SSML that Connect knows", tag.name), help));
    }
    if tag.name == "break" && tag.form != Form::Closing {
        let time = attribute(tag.attributes, "time").filter(|time| !time.contains("$."))?;
        if !is_time(time) {
            let title = format!("`{time}` is no length of a pause");
            return Some(Fault::new(title, "Write seconds or milliseconds up to ten seconds: `2s`, `500ms`."));
        }
    }
    None
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = attributes.split_once(name)?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    value[1..].split(quote).next()
}

fn is_time(text: &str) -> bool {
    let (number, most) = match text.strip_suffix("ms") {
        Some(number) => (number, 10_000.0),
        None => (text.strip_suffix('s').unwrap_or_default(), 10.0),
    };
    let is_plain = number.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    is_plain && number.parse::<f64>().is_ok_and(|number| number <= most)
}

fn nesting(tags: &[Tag<'_>]) -> Option<Fault> {
    let mut open: Vec<&str> = Vec::new();
    for tag in tags {
        match tag.form {
            Form::Empty => {}
            Form::Opening => open.push(tag.name),
            Form::Closing if open.last() == Some(&tag.name) => {
                open.pop();
            }
            Form::Closing => {
                let name = tag.name;
                return Some(match open.last() {
                    Some(other) if open.contains(&name) => not_closed(other),
                    _ => Fault::new(format!("`</{name}>` closes a tag that is not open"), "Take it out, or open it."),
                });
            }
        }
    }
    open.last().map(|name| not_closed(name))
}

fn not_closed(name: &str) -> Fault {
    let help = if name == "break" { "Write `<break/>`.".to_owned() } else { format!("Add `</{name}>`.") };
    Fault::new(format!("`<{name}>` is not closed"), help)
}

fn around(text: &str) -> Option<Fault> {
    let is_around = text.starts_with("<speak") && text.ends_with("</speak>") && text.matches("<speak").count() == 1;
    // A comment may stand before it.
    let is_commented = text.starts_with("<!--") && text.contains("<speak");
    (!is_around && !is_commented).then(|| {
        Fault::new("SSML without `<speak>` around it", "Write `<speak>…</speak>`, once, around all of the text.")
    })
}

fn ampersand(text: &str) -> Option<Fault> {
    const ENTITIES: &[&str] = &["amp", "lt", "gt", "quot", "apos"];
    let is_bare = |rest: &str| {
        let name = rest.split(';').next().filter(|name| name.len() < rest.len()).unwrap_or_default();
        !(ENTITIES.contains(&name) || name.strip_prefix('#').is_some_and(|number| !number.is_empty()))
    };
    text.split('&').skip(1).any(is_bare).then(|| Fault::new("a bare `&` in SSML", "Write `&amp;`, or `and`."))
}

/// A tag of SSML in a text that is read out as it is.
fn tag_in_text(text: &str) -> Option<Fault> {
    let name = text.split('<').skip(1).find_map(|from| {
        let name = name_of(from.trim_start_matches('/'));
        (TAGS.contains(&name) && name.len() > 1 && from.contains('>')).then_some(name)
    })?;
    Some(Fault::new(
        format!("`<{name}>` in a plain text, which is read out"),
        "Make the text SSML (`say: { ssml: … }`, `SSML` in place of `Text`), or take the tags out.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str, is_ssml: bool) -> String {
        fault(Spoken { text, is_ssml }).map(|fault| fault.title).unwrap_or_default()
    }

    #[test]
    fn sound_ssml_is_left_alone() {
        for text in [
            "<speak>Hello</speak>",
            "  <speak version='1.1' xml:lang=\"en-US\">Tom &amp; Jerry &#169; <p><s>One.</s></p></speak> ",
            "<speak>Wait <break strength='weak'/> <break time=\"1.5s\"/><break time='$.Attributes.pause'/></speak>",
            "<speak><say-as interpret-as='digits'>$.Attributes.x</say-as> <amazon:effect name='whispered'>a > b</amazon:effect></speak>",
            "<!-- greeting --><speak>Hello</speak>",
            "$.External.ssml",
        ] {
            assert_eq!(title(text, true), "", "{text}");
        }
        for text in ["a < b and c > d", "<name> of the caller", "Press 1 <or> 2", "AT&T"] {
            assert_eq!(title(text, false), "", "{text}");
        }
    }

    #[test]
    fn each_fault_is_named() {
        for (text, expected) in [
            ("Hello", "SSML without `<speak>` around it"),
            ("<speak>One</speak><speak>Two</speak>", "SSML without `<speak>` around it"),
            ("<speak>Hello", "`<speak>` is not closed"),
            ("<speak><prosody rate='slow'>Hello</speak>", "`<prosody>` is not closed"),
            ("<speak>Hello</p></speak>", "`</p>` closes a tag that is not open"),
            ("<speak>Hello<break></speak>", "`<break>` is not closed"),
            ("<speak>AT&T</speak>", "a bare `&` in SSML"),
            ("<speak>1 < 2</speak>", "a bare `<` in SSML"),
            ("<speak>Hello <break time='1s'</speak>", "`<break` in SSML has no end"),
            ("<speak><bold>Hello</bold></speak>", "`<bold>` is no tag of SSML that Connect knows"),
            ("<speak><break time='fast'/></speak>", "`fast` is no length of a pause"),
            ("<speak><break time='20s'/></speak>", "`20s` is no length of a pause"),
        ] {
            assert_eq!(title(text, true), expected, "{text}");
        }
        assert_eq!(title("<speak>Hello</speak>", false), "`<speak>` in a plain text, which is read out");
        assert_eq!(title("Wait<break time='1s'/>", false), "`<break>` in a plain text, which is read out");
    }
}
