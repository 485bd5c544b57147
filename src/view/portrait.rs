//! The live center for people and programs.

use serde_json::json;

use crate::observe::{LiveNumber, LiveThing, Portrait};
use crate::render::words;

/// Version of the JSON form.
const FORMAT_VERSION: u32 = 1;

/// Where agents sign in, the numbers, and everything with its identifier.
pub fn human(portrait: &Portrait) -> String {
    let mut lines = vec![format!("{} in {}", portrait.center, portrait.region)];
    lines.extend(portrait.url.iter().map(|url| format!("sign in at {url}")));
    lines.extend(portrait.instance.iter().map(|arn| format!("instance {arn}")));
    lines.extend(portrait.numbers.iter().map(number));
    lines.push(String::new());
    // Not broken into lines: they are there to be copied.
    lines.extend(portrait.resources.iter().map(resource));
    lines.push(String::new());
    lines.join("\n")
}

/// The lines that an apply ends with: where agents sign in, and the numbers.
pub fn lines(portrait: &Portrait) -> Vec<String> {
    let url = portrait.url.iter().map(|url| format!("sign in at {url}"));
    url.chain(portrait.numbers.iter().map(number)).collect()
}

fn number(number: &LiveNumber) -> String {
    let answered = match &number.flow {
        Some(flow) => format!("answered by {flow}"),
        None => "answered by no flow".to_owned(),
    };
    format!("{}: {}, {answered}", words(&number.address), number.number)
}

fn resource(thing: &LiveThing) -> String {
    let name = thing.name.as_ref().filter(|name| **name != thing.address.name);
    let name = name.map_or_else(String::new, |name| format!(" `{name}`"));
    format!("{}{name}: {}", words(&thing.address), thing.id)
}

/// The same as JSON.
pub fn json(portrait: &Portrait) -> String {
    let numbers = portrait
        .numbers
        .iter()
        .map(|number| json!({ "address": number.address, "number": number.number, "flow": number.flow }));
    let resources = portrait
        .resources
        .iter()
        .map(|thing| json!({ "address": thing.address, "name": thing.name, "id": thing.id, "stack": thing.stack }));
    let document = json!({
        "format_version": FORMAT_VERSION,
        "center": portrait.center,
        "region": portrait.region,
        "instance": portrait.instance,
        "url": portrait.url,
        "phone_numbers": numbers.collect::<Vec<_>>(),
        "resources": resources.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

/// The same for a page.
pub fn markdown(portrait: &Portrait) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut text = format!("### {} in {}\n\n", portrait.center, portrait.region);
    if let Some(url) = &portrait.url {
        text.extend(["<", url.as_str(), ">\n\n"]);
    }
    for one in &portrait.numbers {
        text.extend(["- ", &cell(&number(one)), "\n"]);
    }
    text.push_str("\n| | name | id |\n|---|---|---|\n");
    for thing in &portrait.resources {
        let name = thing.name.as_deref().unwrap_or_default();
        text.extend(["| ", &cell(&words(&thing.address)), " | ", &cell(name), " | `", &thing.id, "` |\n"]);
    }
    text
}
