//! Pictures as SVG: one file, no fonts or scripts from elsewhere, light or dark as the reader's page is.

mod lines;
mod legend;

pub use lines::curve;

use std::fmt::Write;

use super::text::{fit, width, wrap, xml};
use super::tint::Tint;
use super::{Block, End, Picture, Way};
use crate::layout::{BLOCK_WIDTH, INLET};
use crate::wording::Kind;

/// Room above the blocks for the title.
const HEAD: i64 = 64;
/// Free ground around everything.
const MARGIN: i64 = 28;
/// Room for the sign of a way, where it has one.
const SIGN: i64 = 16;
/// Left and right of the text in a block.
const INSET: i64 = 12;
/// Fonts that are there, whatever the reader's machine is.
pub const FONT: &str =
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

/// Colors on a light page, and what they become on a dark one.
const STYLE: &str = "\
.ground{fill:#f7f8fa}.card{fill:#fff;stroke:#cfd6de}.text{fill:#1d2730}.dim{fill:#5d6975}.far{fill:#2b5fa8}\
.line{stroke:#6d7b88}.quiet{stroke:#a9b3bd}.tip{fill:#6d7b88}.rule{stroke:#e6eaee}.wrong{fill:#b3261e}\
@media (prefers-color-scheme:dark){.ground{fill:#14181d}.card{fill:#1f252c;stroke:#3b4550}.text{fill:#e6ebf0}\
.dim{fill:#9aa6b2}.far{fill:#8ab8f5}.line{stroke:#93a1ae}.quiet{stroke:#56626e}.tip{fill:#93a1ae}\
.rule{stroke:#323b45}.wrong{fill:#ff8a80}}";

/// Color of a kind of block. White text reads well on each.
pub fn color(kind: Kind) -> &'static str {
    match kind {
        Kind::Interact => "#1f6fb5",
        Kind::Set => "#2b7d5b",
        Kind::Check => "#a15c00",
        Kind::Integrate => "#6b4bb3",
        Kind::Transfer => "#b0364a",
        Kind::Other => "#56616c",
    }
}

/// Draws a picture.
pub fn svg(picture: &Picture) -> String {
    let far = |of: fn(&Block) -> i64| picture.blocks.iter().map(of).max().unwrap_or_default();
    let near = |of: fn(&Block) -> i64| picture.blocks.iter().map(of).min().unwrap_or_default();
    // Lines back to the left turn around outside of the outermost blocks.
    let left = near(|block| block.position.x - 140).min(20) - MARGIN;
    let top = near(|block| block.position.y).min(40) - MARGIN - HEAD;
    let title_width = width(&picture.title, 20).max(width(&picture.subtitle, 13));
    let right = (far(|block| block.position.x + BLOCK_WIDTH) + 60 + MARGIN)
        .max(left + 2 * MARGIN + title_width.min(1200))
        .max(left + legend::WIDTH);
    let lowest = lines::lowest(picture).max(far(|block| block.position.y + block.height));
    let bottom = lowest + MARGIN + legend::HEIGHT;
    let (wide, high) = (right - left, bottom - top);
    let mut out = String::new();
    put(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"{left} {top} {wide} {high}\" \
         role=\"img\" aria-labelledby=\"title description\" font-family=\"{FONT}\">"
        ),
    );
    put(&mut out, format_args!("<title id=\"title\">{}</title>", xml(&picture.title)));
    put(&mut out, format_args!("<desc id=\"description\">{}</desc>", xml(&description(picture))));
    put(&mut out, format_args!("<style>{STYLE}</style>"));
    put(&mut out, format_args!("<defs>{}</defs>", lines::tips(picture)));
    put(
        &mut out,
        format_args!(
            "<rect class=\"ground\" fill=\"#f7f8fa\" x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{high}\" rx=\"10\"/>"
        ),
    );
    let x = left + MARGIN;
    text(&mut out, ("text", "#1d2730"), (x, top + 38), 20, " font-weight=\"600\"", &fit(&picture.title, 20, 1200));
    text(&mut out, ("dim", "#5d6975"), (x, top + 58), 13, "", &picture.subtitle);
    lines::draw(&mut out, picture);
    let mut blocks: Vec<&Block> = picture.blocks.iter().collect();
    blocks.sort_by_key(|block| block.number);
    for drawn in blocks {
        block(&mut out, picture, drawn);
    }
    legend::draw(&mut out, picture, x, bottom - legend::HEIGHT + 20);
    out.push_str("</svg>\n");
    out
}

/// A line of the document.
fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Infallible: a String takes everything.
    let _ = out.write_fmt(line);
    out.push('\n');
}

/// Text of a color class; the color itself is for readers that know no style sheets.
fn text(out: &mut String, (class, color): (&str, &str), (x, y): (i64, i64), size: i64, more: &str, words: &str) {
    put(
        out,
        format_args!(
            "<text class=\"{class}\" fill=\"{color}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{more}>{}</text>",
            xml(words)
        ),
    );
}

/// The flow in sentences, for who cannot see it.
fn description(picture: &Picture) -> String {
    let mut blocks: Vec<&Block> = picture.blocks.iter().collect();
    blocks.sort_by_key(|block| block.number);
    let sentences = blocks.into_iter().map(|block| {
        let ways = block.ways.iter().map(|way| match &way.end {
            End::Line(target, _) | End::Far(target) => {
                format!("{} to {}", way.label, picture.blocks.get(*target).map_or(0, |target| target.number))
            }
            End::Missing(_) => format!("{} to nothing", way.label),
        });
        let ways: Vec<String> = ways.collect();
        let summary = if block.summary.is_empty() { String::new() } else { format!(": {}", block.summary) };
        let ways = if ways.is_empty() { String::new() } else { format!(" ({})", ways.join("; ")) };
        format!("{} {}{summary}{ways}.", block.number, block.title)
    });
    format!("{}. {}", picture.subtitle, sentences.collect::<Vec<_>>().join(" "))
}

fn block(out: &mut String, picture: &Picture, block: &Block) {
    let (x, y) = (block.position.x, block.position.y);
    let dim = if block.is_reachable && block.tint != Tint::Removed { "" } else { " opacity=\"0.6\"" };
    put(out, format_args!("<g id=\"block-{}\"{dim}>", block.number));
    put(out, format_args!("<title>{}</title>", xml(&tooltip(block))));
    let (stroke, dashes) = match block.tint {
        Tint::Plain if block.is_reachable => (String::new(), ""),
        Tint::Plain => (String::new(), " stroke-dasharray=\"6 4\""),
        Tint::NotWalked => {
            (format!(" style=\"stroke:{};stroke-width:3\"", block.tint.color()), " stroke-dasharray=\"6 4\"")
        }
        tint => (format!(" style=\"stroke:{};stroke-width:4\"", tint.color()), ""),
    };
    let (height, fill) = (block.height, color(block.kind));
    put(
        out,
        format_args!(
            "<rect class=\"card\" fill=\"#fff\" stroke=\"#cfd6de\" x=\"{x}\" y=\"{y}\" width=\"{BLOCK_WIDTH}\" height=\"{height}\" rx=\"8\"{stroke}{dashes}/>"
        ),
    );
    let head = 2 * INLET;
    put(
        out,
        format_args!(
            "<path fill=\"{fill}\" d=\"M{x} {}v-{}a8 8 0 0 1 8-8h{}a8 8 0 0 1 8 8v{}z\"/>",
            y + head,
            head - 8,
            BLOCK_WIDTH - 16,
            head - 8
        ),
    );
    let badge = badge_of(block);
    let (size, lines) = head_of(&block.title, &badge);
    let first = if lines.len() > 1 { y + INLET - 3 } else { y + INLET + 5 };
    for (row, words) in (0..).zip(&lines) {
        let at = (x + INSET, first + 14 * row);
        text(out, ("head", "#fff"), at, size, " font-weight=\"600\"", words);
    }
    text(
        out,
        ("head", "#fff"),
        (x + BLOCK_WIDTH - INSET, y + INLET + 4),
        11,
        " text-anchor=\"end\" fill-opacity=\"0.85\"",
        &badge,
    );
    for (row, words) in wrap(&block.summary, 12, BLOCK_WIDTH - 2 * INSET, 2).iter().enumerate() {
        let below = 16 * i64::try_from(row).unwrap_or_default();
        text(out, ("text", "#1d2730"), (x + INSET, y + head + 17 + below), 12, "", words);
    }
    for way in &block.ways {
        outlet(out, picture, block, way);
    }
    put(out, format_args!("</g>"));
}

/// What stands beside the title: the number, and what is odd about the block.
fn badge_of(block: &Block) -> String {
    match (block.tint, block.is_reachable) {
        (Tint::Plain | Tint::Walked | Tint::PartlyWalked, true) => block.number.to_string(),
        (Tint::Plain, false) => format!("unreachable {}", block.number),
        (tint, _) => format!("{} {}", tint.word(), block.number),
    }
}

/// A title in the size and the lines in which it fits; cut only where two small lines are too short.
fn head_of(title: &str, badge: &str) -> (i64, Vec<String>) {
    // Bold letters are a little wider.
    let room = (BLOCK_WIDTH - 2 * INSET - width(badge, 11) - 6) * 100 / 105;
    let whole = [13, 12].into_iter().find(|size| width(title, *size) <= room);
    match whole {
        Some(size) => (size, vec![title.to_owned()]),
        None => (11, wrap(title, 11, room, 2)),
    }
}

/// True where a title does not fit.
pub(super) fn is_title_cut(block: &Block) -> bool {
    let (_, lines) = head_of(&block.title, &badge_of(block));
    lines.last().is_some_and(|line| line.ends_with('…')) && !block.title.ends_with('…')
}

/// Everything about a block, shown when the pointer rests on it.
fn tooltip(block: &Block) -> String {
    let mut parts = vec![format!("{} {}", block.number, block.title), block.identifier.clone()];
    parts.extend(Some(block.summary.clone()).filter(|summary| !summary.is_empty()));
    parts.extend(block.notes.iter().cloned());
    parts.join(" — ")
}

fn outlet(out: &mut String, picture: &Picture, block: &Block, way: &Way) {
    let (right, y) = (block.position.x + BLOCK_WIDTH, block.position.y + way.offset);
    let mut room = BLOCK_WIDTH - 2 * INSET;
    let strike = if way.tint == Tint::Removed { " text-decoration=\"line-through\"" } else { "" };
    let more = format!(" text-anchor=\"end\"{strike}");
    put(
        out,
        format_args!("<path class=\"rule\" stroke=\"#e6eaee\" d=\"M{} {}h{room}\"/>", block.position.x + INSET, y - 11),
    );
    if let Some(sign) = way.tint.sign() {
        let color = way.tint.color();
        let style = format!(" font-weight=\"700\" style=\"fill:{color}\"");
        text(out, ("text", color), (block.position.x + INSET, y + 4), 12, &style, sign);
        room -= SIGN;
    }
    let colors = if way.is_quiet { ("dim", "#5d6975") } else { ("text", "#1d2730") };
    match &way.end {
        End::Line(..) => {
            text(out, colors, (right - INSET, y + 4), 12, &more, &fit(&way.label, 12, room));
            let (fill, stroke) = ("#fff", way.tint.color());
            put(
                out,
                format_args!(
                    "<circle class=\"card\" fill=\"{fill}\" cx=\"{right}\" cy=\"{y}\" r=\"4\" stroke=\"{stroke}\" style=\"stroke:{stroke}\"/>"
                ),
            );
        }
        End::Far(target) => {
            let Some(target) = picture.blocks.get(*target) else { return };
            let number = format!("→ {}", target.number);
            let label = fit(&way.label, 12, room - width(&number, 12) - 8);
            let rest = room - width(&label, 12) - 8;
            // Half a word of a title says nothing; the number says it all.
            let has_room = rest > width(&number, 12) + 56;
            let arrow = if has_room { fit(&format!("{number} {}", target.title), 12, rest) } else { number };
            let from = right - INSET - width(&arrow, 12) - 8;
            text(out, colors, (from, y + 4), 12, &more, &label);
            put(out, format_args!("<a href=\"#block-{}\">", target.number));
            text(out, ("far", "#2b5fa8"), (right - INSET, y + 4), 12, &more, &arrow);
            put(out, format_args!("</a>"));
        }
        End::Missing(identifier) => {
            let label = fit(&format!("{} → no block {identifier}", way.label), 12, room);
            text(out, ("wrong", "#b3261e"), (right - INSET, y + 4), 12, &more, &label);
        }
    }
}
