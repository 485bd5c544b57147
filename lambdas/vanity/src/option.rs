//! One vanity number: its pieces, and how it is written, said and explained. All of it comes from the pieces.

use crate::company::{Extent, one_by_one};
use crate::keypad;
use crate::number::Number;
use crate::points::{self, Reason};
use crate::words::Commonness;

/// A vanity number of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VanityNumber {
    country: bool,
    area_digits: usize,
    pieces: Vec<Piece>,
    score: i32,
}

/// A part of a vanity number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// As it is written, upper case: `TOP`, `ACME-PLUMBING`, `949`.
    pub written: String,
    /// As it is said: words in lower case, digits and unspeakable letters one by one.
    pub said: String,
    /// What it is.
    pub kind: PieceKind,
}

/// What a part of a vanity number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Digits that stay digits.
    Digits,
    /// An English word.
    Word(Commonness),
    /// The company's name or a part of it.
    Company(Extent),
}

impl Piece {
    /// The digits this piece dials.
    pub fn dialed(&self) -> String {
        keypad::dialed(&self.written)
    }

    /// How much of the company's name this is.
    pub(crate) fn extent(&self) -> Option<Extent> {
        match self.kind {
            PieceKind::Company(extent) => Some(extent),
            PieceKind::Digits | PieceKind::Word(_) => None,
        }
    }
}

impl VanityNumber {
    pub(crate) fn new(number: &Number, pieces: Vec<Piece>, score: i32) -> Self {
        let area_digits = number.area_digits();
        Self { country: area_digits > 0, area_digits, pieces, score }
    }

    /// The parts of the national number, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// As it is written: `1-949-TOP-HAT-2`. Digits are cut where the area code ends.
    pub fn written(&self) -> String {
        let groups =
            self.pieces_and_groups().into_iter().map(|(piece, digits)| digits.unwrap_or_else(|| piece.written.clone()));
        self.country.then(|| "1".to_owned()).into_iter().chain(groups).collect::<Vec<_>>().join("-")
    }

    /// As it is said: `1, 9 4 9, top, hat, 2`. What is said dials what is written.
    pub fn said(&self) -> String {
        let groups = self.pieces_and_groups().into_iter().map(|(piece, digits)| match digits {
            Some(digits) => one_by_one(&digits),
            None => piece.said.clone(),
        });
        self.country.then(|| "1".to_owned()).into_iter().chain(groups).collect::<Vec<_>>().join(", ")
    }

    /// The digits it dials, country code first.
    pub fn dialed(&self) -> String {
        keypad::dialed(&self.written())
    }

    /// How good it is: the sum of its reasons.
    pub fn score(&self) -> i32 {
        self.score
    }

    /// What its score is made of.
    pub fn reasons(&self) -> Vec<Reason> {
        points::reasons(&self.pieces, self.area_digits)
    }

    /// Pieces; digits in groups as phone numbers have them.
    fn pieces_and_groups(&self) -> Vec<(&Piece, Option<String>)> {
        let mut groups = Vec::new();
        let mut from = 0;
        for piece in &self.pieces {
            let length = piece.dialed().len();
            if piece.kind == PieceKind::Digits {
                let borders =
                    [self.area_digits, self.area_digits + 3].map(|border| border.saturating_sub(from).min(length));
                let parts = [0..borders[0], borders[0]..borders[1], borders[1]..length];
                groups.extend(
                    parts
                        .into_iter()
                        .filter_map(|part| piece.written.get(part))
                        .filter(|digits| !digits.is_empty())
                        .map(|digits| (piece, Some(digits.to_owned()))),
                );
            } else {
                groups.push((piece, None));
            }
            from += length;
        }
        groups
    }
}
