//! The little XML that the query protocol and S3 need.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// An element: its name without prefix, its text, its children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// All text directly in it.
    pub text: String,
    /// Elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// An element with text.
    pub fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), children: Vec::new() }
    }

    /// An element with children.
    pub fn node(name: &str, children: Vec<Self>) -> Self {
        Self { name: name.to_owned(), text: String::new(), children }
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Text of the first child of a name; empty where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map(|child| child.text.as_str()).unwrap_or_default()
    }

    /// The element as XML, with a namespace on it where one is given.
    pub fn to_xml(&self, namespace: Option<&str>) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut xml, namespace);
        xml
    }

    fn write(&self, xml: &mut String, namespace: Option<&str>) {
        open(xml, &self.name, namespace);
        xml.push_str(&escape(&self.text));
        for child in &self.children {
            child.write(xml, None);
        }
        close(xml, &self.name);
    }
}

/// Parses a document into its root element. Nesting over 64 levels is refused.
pub fn parse(text: &[u8]) -> Result<Element, String> {
    let mut reader = Reader::from_reader(text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
            Event::Start(start) => {
                if open.len() > 64 {
                    return Err("nested too deep".to_owned());
                }
                open.push(Element::leaf(&local_name(start.local_name().as_ref()), ""));
            }
            Event::Empty(start) => {
                append(&mut open, Element::leaf(&local_name(start.local_name().as_ref()), ""));
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    append(&mut open, element);
                }
            }
            Event::Text(part) => add_text(&mut open, &part.decode().map_err(|error| error.to_string())?),
            Event::CData(part) => add_text(&mut open, &part.decode().map_err(|error| error.to_string())?),
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| error.to_string())?;
                add_text(&mut open, &entity(&name).ok_or_else(|| format!("unknown entity {name}"))?);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        buffer.clear();
    }
    let mut root = open.into_iter().next().unwrap_or_default();
    if root.children.len() != 1 {
        return Err("no single root element".to_owned());
    }
    let mut element = root.children.remove(0);
    trim(&mut element);
    Ok(element)
}

fn local_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn append(open: &mut [Element], element: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(element);
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn entity(name: &str) -> Option<String> {
    let character = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some(character.to_string())
}

/// Indentation is text of elements that have children; it means nothing.
fn trim(element: &mut Element) {
    if !element.children.is_empty() {
        element.text.clear();
    }
    element.children.iter_mut().for_each(trim);
}

/// A JSON object as children of an element: objects are elements, lists hold `<member>`s, `null` is absent. A list
/// `entry` is a map: each of its entries is an `<entry>`.
pub fn write_members(xml: &mut String, value: &Map<String, Value>) {
    for (name, value) in value {
        match value {
            Value::Null => {}
            Value::Array(entries) if name == "entry" => entries.iter().for_each(|entry| write_value(xml, name, entry)),
            value => write_value(xml, name, value),
        }
    }
}

fn write_value(xml: &mut String, name: &str, value: &Value) {
    open(xml, name, None);
    match value {
        Value::Object(members) => write_members(xml, members),
        Value::Array(entries) => entries.iter().for_each(|entry| write_value(xml, "member", entry)),
        Value::String(text) => xml.push_str(&escape(text)),
        Value::Number(number) => xml.push_str(&number.to_string()),
        Value::Bool(flag) => xml.push_str(if *flag { "true" } else { "false" }),
        Value::Null => {}
    }
    close(xml, name);
}

fn open(xml: &mut String, name: &str, namespace: Option<&str>) {
    xml.push('<');
    xml.push_str(name);
    if let Some(namespace) = namespace {
        xml.push_str(" xmlns=\"");
        xml.push_str(namespace);
        xml.push('"');
    }
    xml.push('>');
}

fn close(xml: &mut String, name: &str) {
    xml.push_str("</");
    xml.push_str(name);
    xml.push('>');
}

/// Text with XML's special characters, and the control characters that XML cannot hold, replaced.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' => escaped.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn round_trip() {
        let element = Element::node("A", vec![Element::leaf("B", "1 < 2 & \"3\"\r\n"), Element::leaf("C", "")]);
        let xml = element.to_xml(Some("urn:x"));
        assert!(xml.contains("<A xmlns=\"urn:x\"><B>1 &lt; 2"), "{xml}");
        assert_eq!(parse(xml.as_bytes()).unwrap(), element);
    }

    #[test]
    fn parses_prefixes_indentation_and_references() {
        let xml = b"<x:A xmlns:x='u'>\n  <x:B>&#65;&#x42;&amp;<![CDATA[<]]></x:B>\n</x:A>";
        assert_eq!(parse(xml).unwrap(), Element::node("A", vec![Element::leaf("B", "AB&<")]));
        assert!(parse(b"<A><B></A>").is_err());
        assert!(parse(b"rubbish").is_err());
        assert!(parse("<a>".repeat(100).as_bytes()).is_err());
        assert!(parse(b"<a>&boom;</a>").is_err());
    }

    #[test]
    fn members_of_lists() {
        let value = json!({"Stacks": [{"Name": "a", "Count": 2, "Flag": false, "Absent": null}], "Empty": []});
        let mut xml = String::new();
        write_members(&mut xml, value.as_object().unwrap());
        assert_eq!(
            xml,
            "<Stacks><member><Name>a</Name><Count>2</Count><Flag>false</Flag></member></Stacks><Empty></Empty>"
        );
    }
}
