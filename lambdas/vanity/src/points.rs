//! What makes one vanity number better than another, in points.
//!
//! | what | points |
//! |---|---|
//! | the company's name, whole | 40 000 |
//! | a part of the company's name | 20 000 |
//! | each digit that a word or name covers | 1 000 |
//! | a word of one's own | its weight, 0 to 20 000 |
//! | each word or name | −60 |
//! | a word of SCOWL's size 10, 20, 35, 40, 50, 55, 60 | 0, −10, −25, −200, −1 200, −1 300, −1 400 |
//! | a word of two letters, of three | −50, −20 |
//! | a word across the end of the area code | −15 |
//! | each group of digits between words | −5 |
//!
//! Of numbers whose words everyone knows, the one with more covered digits is the better one: all their penalties together
//! are less than 1 000 points. A word that many would have to look up (size 50 and above) costs more than one digit, so
//! common words with a digit left over come before it; it still earns more than its digits left alone. All digits
//! together are less than the name. Equal points: the alphabet decides, digits before letters.

use crate::company::Extent;
use crate::option::{Piece, PieceKind};
use crate::words::Commonness;

/// Each digit that a word or name covers.
pub(crate) const DIGIT: i32 = 1_000;
/// Each group of digits.
pub(crate) const GROUP_OF_DIGITS: i32 = -5;
const WORD: i32 = -60;
const ACROSS_AREA_CODE: i32 = -15;

/// What naming the company is worth; counted once, for the largest extent.
pub(crate) fn of_company(extent: Option<Extent>) -> i32 {
    match extent {
        None => 0,
        Some(Extent::Part) => 20_000,
        Some(Extent::Whole) => 40_000,
    }
}

/// One line of the explanation of a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What earns or costs the points.
    pub what: String,
    /// The points; a score is the sum of them.
    pub points: i32,
}

/// What a word or name in a given place adds or costs, besides what its digits earn.
pub(crate) fn of_piece(kind: PieceKind, length: usize, from: usize, area_digits: usize) -> i32 {
    let across = if crosses(length, from, area_digits) { ACROSS_AREA_CODE } else { 0 };
    match kind {
        PieceKind::Digits => 0,
        PieceKind::Company(_) => WORD + across,
        PieceKind::Own(weight) => WORD + weight + across,
        PieceKind::Word(commonness) => WORD + of_rarity(commonness) + of_shortness(length) + across,
    }
}

fn crosses(length: usize, from: usize, area_digits: usize) -> bool {
    from < area_digits && from + length > area_digits
}

fn of_rarity(commonness: Commonness) -> i32 {
    match commonness {
        Commonness::Size10 => 0,
        Commonness::Size20 => -10,
        Commonness::Size35 => -25,
        Commonness::Size40 => -200,
        Commonness::Size50 => -1_200,
        Commonness::Size55 => -1_300,
        Commonness::Size60 => -1_400,
    }
}

fn of_shortness(length: usize) -> i32 {
    match length {
        0..=2 => -50,
        3 => -20,
        _ => 0,
    }
}

/// The explanation of a number's score, from its pieces alone.
pub(crate) fn reasons(pieces: &[Piece], area_digits: usize) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |what: String, points: i32| {
        if points != 0 {
            reasons.push(Reason { what, points });
        }
    };
    let extent = pieces.iter().filter_map(Piece::extent).max();
    match extent {
        Some(Extent::Whole) => add("the company's name".to_owned(), of_company(extent)),
        Some(Extent::Part) => add("part of the company's name".to_owned(), of_company(extent)),
        None => {}
    }
    let covered: usize = pieces.iter().filter(|piece| piece.kind != PieceKind::Digits).map(Piece::length).sum();
    add(format!("{covered} digits covered"), i32::try_from(covered).unwrap_or(0) * DIGIT);
    let mut from = 0;
    for piece in pieces {
        let length = piece.length();
        let written = &piece.written;
        let across = if crosses(length, from, area_digits) { ", across the area code" } else { "" };
        let what = match piece.kind {
            PieceKind::Digits => String::new(),
            PieceKind::Company(_) => format!("{written}: name{across}"),
            PieceKind::Own(weight) => format!("{written}: own word of weight {weight}{across}"),
            PieceKind::Word(commonness) => {
                let short = if of_shortness(length) == 0 { "" } else { ", short" };
                format!("{written}: word of size {}{short}{across}", commonness.size())
            }
        };
        add(what, of_piece(piece.kind, length, from, area_digits));
        from += length;
    }
    let groups = i32::try_from(pieces.iter().filter(|piece| piece.kind == PieceKind::Digits).count()).unwrap_or(0);
    add(format!("{groups} group{} of digits", if groups == 1 { "" } else { "s" }), groups * GROUP_OF_DIGITS);
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the table above says.
    #[test]
    fn points_are_those_that_are_published() {
        assert_eq!((DIGIT, GROUP_OF_DIGITS), (1_000, -5));
        assert_eq!([None, Some(Extent::Part), Some(Extent::Whole)].map(of_company), [0, 20_000, 40_000],);
        let of_five = Commonness::ALL.map(|commonness| of_piece(PieceKind::Word(commonness), 5, 3, 3) + 60);
        assert_eq!(of_five, [0, -10, -25, -200, -1_200, -1_300, -1_400]);
        let short = [2, 3, 4].map(|length| of_piece(PieceKind::Word(Commonness::Size10), length, 3, 3) + 60);
        assert_eq!(short, [-50, -20, 0]);
        let name = PieceKind::Company(Extent::Part);
        assert_eq!(of_piece(name, 2, 3, 3), -60, "a name is not rare and not short");
        assert_eq!(of_piece(PieceKind::Own(500), 2, 3, 3), 440, "nor is a word of one's own");
        assert_eq!(of_piece(PieceKind::Digits, 2, 2, 3), 0);
        // A word ends with the area code, crosses its end, begins behind it; there may be no area code.
        let across = [(3, 0, 3), (4, 0, 3), (2, 2, 3), (4, 3, 3), (4, 0, 0)]
            .map(|(length, from, area_digits)| of_piece(name, length, from, area_digits) + 60);
        assert_eq!(across, [0, -15, -15, 0, 0]);
    }

    /// The worst that words of these lengths can cost, if none is rarer than one of the sizes.
    fn worst(lengths: &[usize], digits: usize, rarest: Commonness) -> i32 {
        let words: i32 = lengths
            .iter()
            .map(|&length| {
                // Short words are in the automaton only when they are common.
                let rarest = match length {
                    2 => Commonness::Size20,
                    3 => Commonness::Size35,
                    _ => rarest,
                };
                of_piece(PieceKind::Word(rarest), length, 0, 0)
            })
            .sum();
        let groups = digits.min(lengths.len() + 1);
        words + ACROSS_AREA_CODE + GROUP_OF_DIGITS * i32::try_from(groups).unwrap()
    }

    fn compositions(left: usize, lengths: &mut Vec<usize>, rarest: Commonness, worst_seen: &mut i32) {
        *worst_seen = (*worst_seen).min(worst(lengths, left, rarest));
        for length in 2..=left {
            lengths.push(length);
            compositions(left - length, lengths, rarest, worst_seen);
            lengths.pop();
        }
    }

    fn worst_of_all(rarest: Commonness) -> i32 {
        let mut worst_seen = 0;
        compositions(10, &mut Vec::new(), rarest, &mut worst_seen);
        worst_seen
    }

    #[test]
    fn of_known_words_one_more_covered_digit_always_wins() {
        let worst_seen = worst_of_all(Commonness::Size40);
        assert!(worst_seen < -500, "the search must find something: {worst_seen}");
        assert!(-worst_seen < DIGIT, "{worst_seen}");
    }

    #[test]
    fn a_rare_word_costs_more_than_a_digit_and_less_than_its_own() {
        for rare in [Commonness::Size50, Commonness::Size55, Commonness::Size60] {
            // Rarer than any word that everyone knows by more than a digit, whatever its place and length.
            let difference = of_rarity(Commonness::Size35) - of_rarity(rare);
            assert!(difference > DIGIT + of_shortness(4) - of_shortness(3) - GROUP_OF_DIGITS, "{rare:?}");
            // Words of four letters are the shortest that may be rare.
            assert!(4 * DIGIT + of_piece(PieceKind::Word(rare), 4, 2, 3) > 0, "{rare:?}");
        }
    }

    #[test]
    fn the_name_wins_over_all_digits() {
        let worst_seen = worst_of_all(Commonness::Size60);
        assert!(worst_seen < -2_000, "the search must find something: {worst_seen}");
        let part = of_company(Some(Extent::Part));
        assert!(part + worst_seen > 10 * DIGIT);
        assert!(of_company(Some(Extent::Whole)) - part + worst_seen > 10 * DIGIT);
    }
}
