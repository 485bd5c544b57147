//! Pictures as Mermaid flowcharts.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::tint::Tint;
use super::{Block, End, Picture};
use crate::wording::{Kind, shorten};

/// Longest texts, in characters: Mermaid wraps, but makes room for everything.
const SUMMARY: usize = 70;
const LABEL: usize = 40;

/// Writes a picture as a Mermaid flowchart. Where blocks stand is up to Mermaid.
pub fn mermaid(picture: &Picture) -> String {
    chart(picture, |_| true)
}

/// Writes what a comparison marked in a picture as a Mermaid flowchart, with the blocks before and after it; the whole
/// picture where nothing is marked.
pub fn mermaid_of_changes(picture: &Picture) -> String {
    let shown = around_changes(picture);
    if shown.is_empty() { mermaid(picture) } else { chart(picture, |number| shown.contains(&number)) }
}

/// Places of the blocks that are marked, or have a marked way, and of the blocks next to them.
fn around_changes(picture: &Picture) -> BTreeSet<usize> {
    let has_mark = |block: &Block| block.tint != Tint::Plain || block.ways.iter().any(|way| way.tint != Tint::Plain);
    let marked: BTreeSet<usize> =
        picture.blocks.iter().enumerate().filter(|(_, block)| has_mark(block)).map(|(place, _)| place).collect();
    let mut shown = marked.clone();
    for (place, block) in picture.blocks.iter().enumerate() {
        for target in block.ways.iter().filter_map(|way| way.end.target()) {
            if marked.contains(&place) {
                shown.insert(target);
            }
            if marked.contains(&target) {
                shown.insert(place);
            }
        }
    }
    shown
}

fn chart(picture: &Picture, is_shown: impl Fn(usize) -> bool) -> String {
    let mut out = String::from("flowchart LR\n");
    line(&mut out, &format!("accTitle: {}", plain(&picture.title)));
    line(&mut out, &format!("accDescr: {}", plain(&picture.subtitle)));
    let start = picture.start.filter(|start| is_shown(*start));
    if let Some(start) = start.and_then(|start| picture.blocks.get(start)) {
        line(&mut out, &format!("start([\"Start\"]) --> {}", name(start)));
    }
    let blocks = picture.blocks.iter().enumerate().filter(|(place, _)| is_shown(*place));
    let mut blocks: Vec<&Block> = blocks.map(|(_, block)| block).collect();
    blocks.sort_by_key(|block| block.number);
    for block in &blocks {
        line(&mut out, &format!("{}{}", name(block), shape(block)));
    }
    for block in &blocks {
        ways(&mut out, picture, block, &is_shown);
    }
    classes(&mut out, &blocks);
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str("  ");
    out.push_str(text);
    out.push('\n');
}

fn name(block: &Block) -> String {
    format!("b{}", block.number)
}

fn shape(block: &Block) -> String {
    let mut text = format!("<b>{}</b>", escaped(&shorten(&block.title, LABEL)));
    if block.tint != Tint::Plain {
        text = format!("{text} ({})", block.tint.word());
    }
    if !block.summary.is_empty() {
        text = format!("{text}<br/>{}", escaped(&shorten(&block.summary, SUMMARY)));
    }
    match block.kind {
        Kind::Check => format!("{{{{\"{text}\"}}}}"),
        Kind::Transfer => format!("([\"{text}\"])"),
        _ => format!("[\"{text}\"]"),
    }
}

fn ways(out: &mut String, picture: &Picture, block: &Block, is_shown: &impl Fn(usize) -> bool) {
    for (place, way) in block.ways.iter().enumerate() {
        if way.end.target().is_some_and(|target| !is_shown(target)) {
            continue;
        }
        let target = match &way.end {
            End::Line(target, _) | End::Far(target) => picture.blocks.get(*target).map(name).unwrap_or_default(),
            End::Missing(identifier) => {
                format!("x{}_{place}[\"{} is missing\"]", block.number, escaped(&shorten(identifier, LABEL)))
            }
        };
        let arrow = match (way.tint, way.is_quiet) {
            (Tint::Added | Tint::Changed | Tint::Walked | Tint::PartlyWalked, _) => "==>",
            (Tint::Removed | Tint::NotWalked, _) | (_, true) => "-.->",
            (Tint::Plain, false) => "-->",
        };
        let label = match way.tint {
            Tint::Plain => shorten(&way.label, LABEL),
            mark => format!("{} ({})", shorten(&way.label, LABEL), mark.word()),
        };
        line(out, &format!("{} {arrow}|\"{}\"| {target}", name(block), escaped(&label)));
    }
}

fn classes(out: &mut String, blocks: &[&Block]) {
    for kind in Kind::ALL {
        let of_kind = blocks.iter().filter(|block| block.kind == kind).map(|block| name(block));
        let names: Vec<String> = of_kind.collect();
        if !names.is_empty() {
            let (word, color) = (class(kind), super::svg::color(kind));
            line(out, &format!("classDef {word} fill:{color},stroke:{color},color:#ffffff"));
            line(out, &format!("class {} {word}", names.join(",")));
        }
    }
    let marks: BTreeSet<Tint> = blocks.iter().map(|block| block.tint).filter(|tint| *tint != Tint::Plain).collect();
    for mark in marks {
        let names: Vec<String> = blocks.iter().filter(|block| block.tint == mark).map(|block| name(block)).collect();
        let dashes = if mark.is_dashed() { ",stroke-dasharray:6 4" } else { "" };
        let color = mark.color();
        line(out, &format!("classDef {} stroke:{color},stroke-width:5px{dashes}", mark.name()));
        line(out, &format!("class {} {}", names.join(","), mark.name()));
    }
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Interact => "interact",
        Kind::Set => "set",
        Kind::Check => "check",
        Kind::Integrate => "integrate",
        Kind::Transfer => "transfer",
        Kind::Other => "other",
    }
}

/// Text inside quotes: whatever means something to Mermaid or to HTML is an entity.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '#' | '`' | ';' | '\\' | '{' | '}' | '%' | '*' | '_' | '$' => {
                // Infallible: a String takes everything.
                let _ = write!(escaped, "#{};", u32::from(character));
            }
            other if other.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text of a line of its own, where there are no quotes.
pub fn plain(text: &str) -> String {
    let spaced: String =
        text.chars().map(|it| if it.is_control() || "#;{}<>%\"`&".contains(it) { ' ' } else { it }).collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.is_empty() { "flow".to_owned() } else { joined }
}
