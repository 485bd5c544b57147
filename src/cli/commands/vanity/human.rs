//! A ranking for people: each vanity number with what its points are made of.

use std::fmt::Write as _;

use vanity::number::Number;
use vanity::{Ranking, VanityNumber};

/// The ranking of a number.
pub(super) fn text(number: &Number, company: &str, ranking: &Ranking, color: bool) -> String {
    let called = spaced(number);
    let extension = number.extension().map(|extension| format!(", extension {extension}")).unwrap_or_default();
    let of = if company.trim().is_empty() { String::new() } else { format!(" for {}", company.trim()) };
    let mut text = String::new();
    if ranking.options.is_empty() {
        let _infallible = writeln!(text, "{called}{extension} spells no words{of}.");
        return text;
    }
    let _infallible = writeln!(text, "{called}{extension} spells{of}:");
    let width = ranking.options.iter().map(|option| option.written().len()).max().unwrap_or(0);
    for (place, option) in (1..).zip(&ranking.options) {
        entry(&mut text, place, option, width, color);
    }
    text
}

fn entry(text: &mut String, place: usize, option: &VanityNumber, width: usize, color: bool) {
    let (bold, plain) = if color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let written = option.written();
    let score = grouped(option.score());
    let said = option.said();
    let _infallible = writeln!(text, "\n{place}. {bold}{written:<width$}{plain}  {score:>7}  “{said}”");
    for reason in option.reasons() {
        let _infallible = writeln!(text, "   {:width$}  {:>7}  {}", "", grouped(reason.points), reason.what);
    }
}

/// `+1 800 222 8453`
fn spaced(number: &Number) -> String {
    let digits: String = number.national().iter().map(|&digit| char::from(b'0' + digit)).collect();
    let area = number.area_digits();
    let country = if area > 0 { "+1 " } else { "" };
    let groups = [&digits[..area], &digits[area..area + 3], &digits[area + 3..]];
    let groups: Vec<&str> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    format!("{country}{}", groups.join(" "))
}

/// `46,935`
fn grouped(points: i32) -> String {
    let digits = points.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if points < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use vanity::company::Company;

    use super::*;

    fn shown(number: &str, company: &str) -> String {
        let number = Number::read(number).unwrap();
        text(&number, company, &vanity::rank(&number, &Company::new(company).into()), false)
    }

    #[test]
    fn a_ranking_is_shown_with_its_reasons() {
        let shown = shown("1-800-222-8453", "AABUILD");
        let first: Vec<&str> = shown.lines().take(8).collect();
        let expected = [
            "+1 800 222 8453 spells for AABUILD:",
            "",
            "1. 1-800-AABUILD    46,935  “1, 8 0 0, aabuild”",
            "                    40,000  the company's name",
            "                     7,000  7 digits covered",
            "                       -60  AABUILD: name",
            "                        -5  1 group of digits",
            "",
        ];
        assert_eq!(first, expected, "\n{shown}");
    }

    #[test]
    fn a_number_without_words_is_shown_as_one() {
        assert_eq!(shown("+15550100134;ext=12", ""), "+1 555 010 0134, extension 12 spells no words.\n");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, -60, 1_000, 46_935, -1_234_567].map(grouped), ["0", "-60", "1,000", "46,935", "-1,234,567"]);
    }
}
