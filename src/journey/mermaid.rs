//! A journey as a Mermaid flowchart, with a frame for each flow.

use callform_flow::draw::parts::{color, mermaid_line, mermaid_text};
use callform_flow::wording::{Kind, shorten};

use super::{Entry, Journey, Meaning, Stage, Step, To};

/// Longest texts, in characters: Mermaid wraps, but makes room for everything.
const LINE: usize = 90;
const LABEL: usize = 44;
/// Lines of a step.
const LINES: usize = 8;

/// Writes a journey as a Mermaid flowchart. Where steps stand is up to Mermaid.
pub fn mermaid(journey: &Journey, title: &str) -> String {
    let mut out = String::from("flowchart LR\n");
    put(&mut out, 1, &format!("accTitle: {}", mermaid_line(title)));
    for (place, entry) in journey.entries.iter().enumerate() {
        put(&mut out, 1, &format!("n{place}([\"{}\"])", numbers(entry)));
    }
    for (place, stage) in journey.stages.iter().enumerate() {
        frame(&mut out, place, stage);
    }
    for (place, entry) in journey.entries.iter().enumerate() {
        if let Some(step) = journey.step(entry.to) {
            put(&mut out, 1, &format!("n{place} ==> s{}", step.number));
        }
    }
    for step in journey.stages.iter().flat_map(|stage| &stage.steps) {
        ways(&mut out, journey, step);
    }
    classes(&mut out, journey);
    out
}

fn put(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

fn numbers(entry: &Entry) -> String {
    let one = |(address, about): &(crate::model::Address, String)| {
        let about =
            if about.is_empty() { String::new() } else { format!("<br/>{}", mermaid_text(&shorten(about, LINE))) };
        format!("<b>{}</b>{about}", mermaid_text(&shorten(&address.name, LABEL)))
    };
    let mut lines: Vec<String> = entry.numbers.iter().take(LINES).map(one).collect();
    lines
        .extend(entry.numbers.len().checked_sub(LINES).filter(|more| *more > 0).map(|more| format!("and {more} more")));
    lines.extend(entry.note.as_ref().map(|note| mermaid_text(&note.text)));
    lines.join("<br/>")
}

fn frame(out: &mut String, place: usize, stage: &Stage) {
    let title = mermaid_text(&shorten(&stage.title, LABEL));
    put(out, 1, &format!("subgraph f{place} [\"<b>{title}</b><br/>{}\"]", mermaid_text(&stage.role)));
    put(out, 2, "direction LR");
    for step in &stage.steps {
        put(out, 2, &format!("s{}{}", step.number, shape(step)));
    }
    put(out, 1, "end");
}

fn shape(step: &Step) -> String {
    let mut text = format!("<b>{}</b>", mermaid_text(&shorten(&step.title, LABEL)));
    for line in step.lines.iter().take(LINES) {
        let mark = match line.meaning {
            Meaning::Recorded => "● ",
            Meaning::Alert => "⚠ ",
            _ => "",
        };
        text = format!("{text}<br/>{mark}{}", mermaid_text(&shorten(&line.text, LINE)));
    }
    if step.lines.len() > LINES {
        text = format!("{text}<br/>…");
    }
    match step.theme.kind() {
        Kind::Check => format!("{{{{\"{text}\"}}}}"),
        Kind::Transfer => format!("([\"{text}\"])"),
        _ => format!("[\"{text}\"]"),
    }
}

fn ways(out: &mut String, journey: &Journey, step: &Step) {
    for (place, way) in step.ways.iter().enumerate() {
        let arrow = if way.is_quiet { "-.->" } else { "-->" };
        let warning = if way.is_dead_end { "⚠ " } else { "" };
        let label = mermaid_text(&shorten(&way.label, LABEL));
        let label = if label.is_empty() { String::new() } else { format!("|\"{warning}{label}\"|") };
        let target = match (way.to, journey.step(way.to)) {
            (To::Stage(stage), Some(_)) if matches!(journey.stages[stage].of, super::Of::Agents) => format!("f{stage}"),
            (_, Some(target)) => format!("s{}", target.number),
            (_, None) => format!("x{}_{place}[\"nothing\"]", step.number),
        };
        put(out, 1, &format!("s{} {arrow}{label} {target}", step.number));
    }
}

fn classes(out: &mut String, journey: &Journey) {
    let steps = || journey.stages.iter().flat_map(|stage| &stage.steps);
    for kind in Kind::ALL {
        let names: Vec<String> =
            steps().filter(|step| step.theme.kind() == kind).map(|step| format!("s{}", step.number)).collect();
        if !names.is_empty() {
            let (word, color) = (class(kind), color(kind));
            put(out, 1, &format!("classDef {word} fill:{color},stroke:{color},color:#ffffff"));
            put(out, 1, &format!("class {} {word}", names.join(",")));
        }
    }
    let dead: Vec<String> = steps().filter(|step| step.is_dead_end()).map(|step| format!("s{}", step.number)).collect();
    if !dead.is_empty() {
        put(out, 1, "classDef deadend stroke:#e08a00,stroke-width:5px");
        put(out, 1, &format!("class {} deadend", dead.join(",")));
    }
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Interact => "hears",
        Kind::Set => "waits",
        Kind::Check => "checks",
        Kind::Integrate => "data",
        Kind::Transfer => "ends",
        Kind::Other => "other",
    }
}
