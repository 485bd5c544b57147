//! What the colors and lines of a picture mean.

use super::{color, put, text, width};
use crate::draw::tint::Tint;
use crate::draw::{End, Picture};
use crate::wording::Kind;

pub(super) const HEIGHT: i64 = 52;
/// Enough for a whole legend.
pub(super) const WIDTH: i64 = 980;

const LABEL: (&str, &str) = ("dim", "#5d6975");

pub(super) fn draw(out: &mut String, picture: &Picture, left: i64, y: i64) {
    put(out, format_args!("<g id=\"legend\">"));
    let mut x = left;
    for kind in Kind::ALL {
        if picture.blocks.iter().any(|block| block.kind == kind) {
            put(
                out,
                format_args!(
                    "<rect fill=\"{}\" x=\"{x}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"3\"/>",
                    color(kind),
                    y - 11
                ),
            );
            x = label(out, x + 20, y, kind.word());
        }
    }
    let ways = || picture.blocks.iter().flat_map(|block| &block.ways);
    let is_line = |end: &End| matches!(end, End::Line(..));
    if ways().any(|way| way.is_quiet && is_line(&way.end)) {
        put(
            out,
            format_args!(
                "<path class=\"quiet\" stroke=\"#a9b3bd\" stroke-width=\"1.2\" stroke-dasharray=\"5 4\" d=\"M{x} {}h28\"/>",
                y - 4
            ),
        );
        x = label(out, x + 34, y, "on an error");
    }
    if ways().any(|way| matches!(way.end, End::Far(_))) {
        x = text_of(out, ("far", "#2b5fa8"), x, y, "→ 7") - 12;
        x = label(out, x, y, "goes on at block 7");
    }
    for tint in Tint::ALL.into_iter().filter(|tint| *tint != Tint::Plain) {
        if picture.blocks.iter().any(|block| block.tint == tint) || ways().any(|way| way.tint == tint) {
            put(
                out,
                format_args!(
                    "<rect fill=\"none\" stroke=\"{}\" stroke-width=\"3\" x=\"{}\" y=\"{}\" width=\"13\" height=\"13\" rx=\"3\"/>",
                    tint.color(),
                    x + 1,
                    y - 11
                ),
            );
            x = label(out, x + 22, y, &words(tint));
        }
    }
    put(out, format_args!("</g>"));
}

/// Writes a label and gives where the next entry begins.
fn label(out: &mut String, x: i64, y: i64, words: &str) -> i64 {
    text_of(out, LABEL, x, y, words)
}

fn text_of(out: &mut String, colors: (&str, &str), x: i64, y: i64, words: &str) -> i64 {
    text(out, colors, (x, y), 12, "", words);
    x + width(words, 12) + 18
}

/// What a mark means, with the sign that ways have for it.
fn words(tint: Tint) -> String {
    match tint.sign() {
        Some(sign) => format!("{sign} {}", tint.word()),
        None => tint.word().to_owned(),
    }
}
