//! The covers of a number with words and digits, best first.
//!
//! A table holds the most points that any cover of the rest of the number can still earn. With it, always extending the
//! most promising beginning hands over complete covers in exactly the order of [`crate::points`], and looks at few others.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::company::{Extent, Spelling};
use crate::number::Number;
use crate::option::{Piece, PieceKind};
use crate::own::OwnWord;
use crate::points;
use crate::preferences::Preferences;
use crate::words::{Commonness, LONGEST, Words};

/// Words that are kept for the same digits: more than all options together would need.
const SAME_DIGITS: usize = 16;

/// Beginnings that are extended before the search ends with what it has. Of two million numbers none needs more than 123;
/// this keeps the time of a number bounded that nobody thought of.
pub(crate) const STEPS: usize = 1_000;

/// A word or name that covers some digits.
#[derive(Clone, Debug)]
struct Edge {
    letters: [u8; LONGEST],
    length: usize,
    /// What it adds to the score, besides what naming the company is worth.
    points: i32,
    kind: EdgeKind,
}

#[derive(Clone, Debug)]
enum EdgeKind {
    Word(Commonness),
    Company(Spelling),
    Own(OwnWord),
}

impl EdgeKind {
    fn of_piece(&self) -> PieceKind {
        match self {
            Self::Word(commonness) => PieceKind::Word(*commonness),
            Self::Company(spelling) => PieceKind::Company(spelling.extent),
            Self::Own(word) => PieceKind::Own(word.weight),
        }
    }
}

impl Edge {
    fn letters(&self) -> &[u8] {
        &self.letters[..self.length]
    }

    fn extent(&self) -> Option<Extent> {
        match &self.kind {
            EdgeKind::Word(_) | EdgeKind::Own(_) => None,
            EdgeKind::Company(spelling) => Some(spelling.extent),
        }
    }

    /// Whether it is a word like many others.
    fn is_word(&self) -> bool {
        matches!(self.kind, EdgeKind::Word(_))
    }
}

/// What the points of the rest depend on: where it begins, whether a digit is before it, and what was named already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    at: usize,
    after_digit: bool,
    named: Option<Extent>,
}

impl State {
    fn slot(self) -> usize {
        let named = match self.named {
            None => 0,
            Some(Extent::Part) => 1,
            Some(Extent::Whole) => 2,
        };
        (self.at * 2 + usize::from(self.after_digit)) * 3 + named
    }
}

/// The beginning of a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Beginning {
    /// The most points that a cover with this beginning can have.
    bound: i32,
    earned: i32,
    state: State,
    text: [u8; LONGEST],
    /// Which edge covers each place where a piece begins; digits have none.
    edges: [Option<u16>; LONGEST],
}

impl Beginning {
    fn text(&self) -> &[u8] {
        &self.text[..self.state.at]
    }
}

impl Ord for Beginning {
    /// More points are greater, then the text that comes earlier; the rest makes the order total.
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound
            .cmp(&other.bound)
            .then_with(|| other.text().cmp(self.text()))
            .then_with(|| other.edges.cmp(&self.edges))
            .then_with(|| other.state.cmp(&self.state))
    }
}

impl PartialOrd for Beginning {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A complete cover.
#[derive(Clone, Debug)]
pub(crate) struct Cover {
    /// Letters, lower case, and digits of the whole national number.
    pub(crate) text: Vec<u8>,
    /// Its score as the search counted it.
    pub(crate) points: i32,
    pub(crate) pieces: Vec<Piece>,
}

/// All covers of one number, best first.
pub(crate) struct Search<'a> {
    digits: &'a [u8],
    /// By the place where they begin.
    edges: Vec<Vec<Edge>>,
    /// The most points the rest can earn, by [`State::slot`].
    rest: Vec<i32>,
    open: BinaryHeap<Beginning>,
    steps: usize,
}

impl<'a> Search<'a> {
    /// Covers with words and names; without words, with names and words of one's own alone.
    pub(crate) fn new(number: &'a Number, words: Option<&Words>, preferences: &Preferences) -> Self {
        let digits = number.national();
        let edges: Vec<_> = (0..digits.len()).map(|at| edges(number, at, words, preferences)).collect();
        let mut search = Self { digits, edges, rest: Vec::new(), open: BinaryHeap::new(), steps: 0 };
        search.rest = search.most_points();
        let state = State { at: 0, after_digit: false, named: None };
        let bound = search.rest[state.slot()];
        search.open.push(Beginning { bound, earned: 0, state, text: [0; LONGEST], edges: [None; LONGEST] });
        search
    }

    /// How many beginnings were extended so far.
    #[cfg(test)]
    pub(crate) fn steps(&self) -> usize {
        self.steps
    }

    /// Fills the table from the end of the number to its beginning.
    fn most_points(&self) -> Vec<i32> {
        let mut rest = vec![0; (self.digits.len() + 1) * 6];
        for at in (0..self.digits.len()).rev() {
            for after_digit in [false, true] {
                for named in [None, Some(Extent::Part), Some(Extent::Whole)] {
                    let state = State { at, after_digit, named };
                    let best = self.steps_from(state).map(|(_, points, next)| points + rest[next.slot()]).max();
                    rest[state.slot()] = best.unwrap_or(0);
                }
            }
        }
        rest
    }

    /// How a cover can go on: with a digit, or with one of the edges; what that earns, and where it leads.
    fn steps_from(&self, state: State) -> impl Iterator<Item = (Option<usize>, i32, State)> {
        let group = if state.after_digit { 0 } else { points::GROUP_OF_DIGITS };
        let digit = (None, group, State { at: state.at + 1, after_digit: true, ..state });
        let edges = self.edges[state.at].iter().enumerate().map(move |(index, edge)| {
            let named = state.named.max(edge.extent());
            let points = edge.points + points::of_company(named) - points::of_company(state.named);
            (Some(index), points, State { at: state.at + edge.length, after_digit: false, named })
        });
        std::iter::once(digit).chain(edges)
    }

    fn extended(&self, beginning: &Beginning, edge: Option<usize>, points: i32, state: State) -> Beginning {
        let from = beginning.state.at;
        let earned = beginning.earned + points;
        let mut next = Beginning { bound: earned + self.rest[state.slot()], earned, state, ..*beginning };
        match edge.map(|index| (index, &self.edges[from][index])) {
            None => next.text[from] = b'0' + self.digits[from],
            Some((index, edge)) => {
                next.text[from..from + edge.length].copy_from_slice(edge.letters());
                next.edges[from] = u16::try_from(index).ok();
            }
        }
        next
    }

    fn cover(&self, beginning: &Beginning) -> Cover {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < self.digits.len() {
            if let Some(edge) = beginning.edges[at].map(|index| &self.edges[at][usize::from(index)]) {
                pieces.push(piece(edge));
                at += edge.length;
                continue;
            }
            let digit = char::from(b'0' + self.digits[at]);
            match pieces.last_mut() {
                Some(piece) if piece.kind == PieceKind::Digits => piece.written.push(digit),
                _ => pieces.push(Piece { written: digit.to_string(), said: String::new(), kind: PieceKind::Digits }),
            }
            at += 1;
        }
        for piece in &mut pieces {
            if piece.kind == PieceKind::Digits {
                piece.said = crate::company::one_by_one(&piece.written);
            }
        }
        Cover { text: beginning.text().to_vec(), points: beginning.earned, pieces }
    }
}

impl Iterator for Search<'_> {
    type Item = Cover;

    fn next(&mut self) -> Option<Cover> {
        while let Some(beginning) = self.open.pop() {
            if beginning.state.at == self.digits.len() {
                return Some(self.cover(&beginning));
            }
            self.steps += 1;
            if self.steps > STEPS {
                return None;
            }
            let next: Vec<_> = self
                .steps_from(beginning.state)
                .map(|(edge, points, state)| self.extended(&beginning, edge, points, state))
                .collect();
            self.open.extend(next);
        }
        None
    }
}

/// The words and names that begin at a place of the number.
fn edges(number: &Number, at: usize, words: Option<&Words>, preferences: &Preferences) -> Vec<Edge> {
    let Preferences { company, own, keypad } = preferences;
    let digits = &number.national()[at..];
    let area_digits = number.area_digits();
    let mut edges = Vec::new();
    let mut add = |letters: &[u8], kind: EdgeKind| {
        let length = letters.len();
        let covered = i32::try_from(length).unwrap_or(0) * points::DIGIT;
        let points = covered + points::of_piece(kind.of_piece(), length, at, area_digits);
        let mut padded = [0; LONGEST];
        padded[..length].copy_from_slice(letters);
        edges.push(Edge { letters: padded, length, points, kind });
    };
    for spelling in company.spellings().iter().filter(|spelling| spelling.starts(digits, *keypad)) {
        add(&spelling.letters, EdgeKind::Company(spelling.clone()));
    }
    if let Some(spelling) = company.cut(digits, *keypad) {
        add(&spelling.letters.clone(), EdgeKind::Company(spelling));
    }
    for word in own.iter().filter(|word| word.spelling.starts(digits, *keypad)) {
        add(&word.spelling.letters, EdgeKind::Own(word.clone()));
    }
    if let Some(words) = words {
        words.at_start(*keypad, digits, |found| add(found.letters(), EdgeKind::Word(found.commonness)));
    }
    edges.sort_by(|one, other| {
        (one.is_word(), one.length, -one.points, one.letters()).cmp(&(
            other.is_word(),
            other.length,
            -other.points,
            other.letters(),
        ))
    });
    let mut same = 0;
    let mut length = 0;
    edges.retain(|edge| {
        same = if edge.length == length && edge.is_word() { same + 1 } else { 1 };
        length = edge.length;
        same <= SAME_DIGITS
    });
    edges
}

fn piece(edge: &Edge) -> Piece {
    let kind = edge.kind.of_piece();
    match &edge.kind {
        EdgeKind::Word(_) => {
            let word = String::from_utf8_lossy(edge.letters()).into_owned();
            Piece { written: word.to_ascii_uppercase(), said: word, kind }
        }
        EdgeKind::Company(spelling) | EdgeKind::Own(OwnWord { spelling, .. }) => {
            Piece { written: spelling.written.clone(), said: spelling.said.clone(), kind }
        }
    }
}
