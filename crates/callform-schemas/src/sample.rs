//! A text that a pattern takes.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

/// How often a part is repeated that may be repeated often: enough for two texts to differ.
const USUAL: u32 = 8;

/// Most characters of a text: patterns that want more have no sample.
const MOST: usize = 2048;

/// A text that matches the pattern, of letters and digits where the pattern lets them. `None` for a pattern that is
/// more than a regular expression (it looks around or back).
pub(crate) fn text(pattern: &str, draw: &mut dyn FnMut() -> u32) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut text = String::new();
    write(&hir, draw, &mut text)?;
    Some(text)
}

fn write(hir: &Hir, draw: &mut dyn FnMut() -> u32, text: &mut String) -> Option<()> {
    if text.len() > MOST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => text.push(character(class, draw)?),
        HirKind::Class(Class::Bytes(_)) => return None,
        HirKind::Capture(capture) => write(&capture.sub, draw, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, draw, text))?,
        HirKind::Alternation(ways) => write(ways.first()?, draw, text)?,
        HirKind::Repetition(repetition) => {
            let is_class = matches!(repetition.sub.kind(), HirKind::Class(_));
            let usual = if is_class { USUAL } else { 0 };
            let count = repetition.max.map_or(usual, |most| most.min(usual)).max(repetition.min);
            for _ in 0..count {
                write(&repetition.sub, draw, text)?;
            }
        }
    }
    Some(())
}

/// A character of a class: a letter or digit where it has one.
fn character(class: &ClassUnicode, draw: &mut dyn FnMut() -> u32) -> Option<char> {
    let has = |wanted: char| class.iter().any(|range| (range.start()..=range.end()).contains(&wanted));
    for usual in ["abcdefghijklmnopqrstuvwxyz0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] {
        let choices: Vec<char> = usual.chars().filter(|choice| has(*choice)).collect();
        if let Some(chosen) = usize::try_from(draw()).ok()?.checked_rem(choices.len()) {
            return choices.get(chosen).copied();
        }
    }
    class.iter().next().map(regex_syntax::hir::ClassUnicodeRange::start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(pattern: &str) -> Option<String> {
        let mut number = 0;
        text(pattern, &mut || {
            number += 7;
            number
        })
    }

    #[test]
    fn a_sample_matches_its_pattern() {
        for pattern in [
            "^arn:aws[-a-z0-9]*:connect:[-a-z0-9]*:[0-9]{12}:instance/[-a-zA-Z0-9]*/rule/[-a-zA-Z0-9]*$",
            "^[A-Z]{3}$",
            "^(a|b)?x{2,3}$",
            r"^\d{4}-\d{2}$",
            "^.+$",
            "^_$",
        ] {
            let text = sample(pattern).unwrap();
            assert!(crate::schema::compiled(pattern).unwrap().matches(&text), "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_regular_expression_has_none() {
        assert_eq!(sample("^(?!aws).*$"), None);
        assert_eq!(sample("^[a-z]{5000}$"), None);
    }
}
