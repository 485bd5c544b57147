//! One vanity number: its pieces, and how it is written, said and explained. All of it comes from the pieces.

use crate::company::{Extent, one_by_one};
use crate::keypad::Keypad;
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
    keypad: Keypad,
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
    /// A word of one's own, with its weight in points.
    Own(i32),
}

impl Piece {
    /// How many digits this piece dials.
    pub fn length(&self) -> usize {
        self.written.bytes().filter(u8::is_ascii_alphanumeric).count()
    }

    /// How much of the company's name this is.
    pub(crate) fn extent(&self) -> Option<Extent> {
        match self.kind {
            PieceKind::Company(extent) => Some(extent),
            PieceKind::Digits | PieceKind::Word(_) | PieceKind::Own(_) => None,
        }
    }
}

impl VanityNumber {
    pub(crate) fn new(number: &Number, pieces: Vec<Piece>, score: i32, keypad: Keypad) -> Self {
        let area_digits = number.area_digits();
        Self { country: area_digits > 0, area_digits, pieces, score, keypad }
    }

    /// The parts of the national number, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// As it is written: `1-949-TOP-HAT-2`. Digits are cut where the area code ends.
    pub fn written(&self) -> String {
        self.groups().into_iter().map(Group::written).collect::<Vec<_>>().join("-")
    }

    /// As it is said: `1, 9 4 9, top, hat, 2`. What is said dials what is written.
    pub fn said(&self) -> String {
        self.groups().into_iter().map(Group::said).collect::<Vec<_>>().join(", ")
    }

    /// The digits it dials, country code first.
    pub fn dialed(&self) -> String {
        self.keypad.dialed(&self.written())
    }

    /// How good it is: the sum of its reasons.
    pub fn score(&self) -> i32 {
        self.score
    }

    /// What its score is made of.
    pub fn reasons(&self) -> Vec<Reason> {
        points::reasons(&self.pieces, self.area_digits)
    }

    /// What is written and said with a pause before and after it; digits in groups as phone numbers have them.
    pub(crate) fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = self.country.then_some(Group::Digits("1")).into_iter().collect();
        let mut from = 0;
        for piece in &self.pieces {
            let length = piece.length();
            if piece.kind == PieceKind::Digits {
                let borders =
                    [self.area_digits, self.area_digits + 3].map(|border| border.saturating_sub(from).min(length));
                let parts = [0..borders[0], borders[0]..borders[1], borders[1]..length];
                let parts = parts.into_iter().filter_map(|part| piece.written.get(part));
                groups.extend(parts.filter(|digits| !digits.is_empty()).map(Group::Digits));
            } else {
                groups.push(Group::Piece(piece));
            }
            from += length;
        }
        groups
    }
}

/// A part of a vanity number between two pauses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Group<'a> {
    /// Digits.
    Digits(&'a str),
    /// A word or name.
    Piece(&'a Piece),
}

impl Group<'_> {
    fn written(self) -> String {
        match self {
            Self::Digits(digits) => digits.to_owned(),
            Self::Piece(piece) => piece.written.clone(),
        }
    }

    fn said(self) -> String {
        match self {
            Self::Digits(digits) => one_by_one(digits),
            Self::Piece(piece) => piece.said.clone(),
        }
    }
}
