//! The best vanity numbers of a caller.

use crate::blocklist::Blocklist;
use crate::company::Company;
use crate::number::Number;
use crate::option::{PieceKind, VanityNumber};
use crate::search::{Cover, Search};
use crate::words::Words;

/// How many vanity numbers are kept of a caller.
pub const OPTIONS: usize = 5;

/// The best vanity numbers of a number, best first, each once, none offensive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// At most [`OPTIONS`]; none where no word fits.
    pub options: Vec<VanityNumber>,
}

/// Ranks the vanity numbers of a number. Equal numbers and companies have equal rankings, at any time, on any machine.
pub fn rank(number: &Number, company: &Company) -> Ranking {
    rank_with(number, company, Words::embedded(), Blocklist::embedded())
}

fn rank_with(number: &Number, company: &Company, words: &Words, blocklist: &Blocklist) -> Ranking {
    best(&mut Search::new(number, words, company), number, blocklist)
}

fn best(search: &mut Search<'_>, number: &Number, blocklist: &Blocklist) -> Ranking {
    let mut texts: Vec<Vec<u8>> = Vec::with_capacity(OPTIONS);
    let mut options = Vec::with_capacity(OPTIONS);
    for cover in search {
        // The same letters with other borders dial the same and look the same: the better borders came first.
        let known = texts.contains(&cover.text);
        if !known && has_letters(&cover) && !offends(&cover, blocklist) {
            texts.push(cover.text);
            options.push(VanityNumber::new(number, cover.pieces, cover.points));
        }
        if options.len() == OPTIONS {
            break;
        }
    }
    Ranking { options }
}

fn has_letters(cover: &Cover) -> bool {
    cover.text.iter().any(u8::is_ascii_lowercase)
}

/// Whether an offensive word is seen in a number. What a company calls itself is its own affair.
fn offends(cover: &Cover, blocklist: &Blocklist) -> bool {
    let mut from = 0;
    let spans: Vec<_> = cover
        .pieces
        .iter()
        .map(|piece| {
            let start = from;
            from += piece.dialed().len();
            (start, from, piece.kind)
        })
        .collect();
    let inside_name = |start: usize, end: usize| {
        spans.iter().any(|&(from, to, kind)| matches!(kind, PieceKind::Company(_)) && from <= start && end <= to)
    };
    let inside_word = |start: usize, end: usize| {
        spans.iter().any(|&(from, to, kind)| {
            matches!(kind, PieceKind::Word(_)) && from <= start && end <= to && (from, to) != (start, end)
        })
    };
    blocklist
        .forbids(&cover.text, |start, end, anywhere| !inside_name(start, end) && (anywhere || !inside_word(start, end)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::company::Extent;
    use crate::option::Piece;
    use crate::points;

    fn ranked(number: &str, company: &str) -> Vec<VanityNumber> {
        rank(&Number::read(number).unwrap(), &Company::new(company)).options
    }

    fn written(number: &str, company: &str) -> Vec<String> {
        ranked(number, company).iter().map(VanityNumber::written).collect()
    }

    /// V1: the original's answers were random, and no words.
    #[test]
    fn v1_the_same_number_has_the_same_words_at_all_times() {
        let first = ranked("+12002550134", "");
        for _ in 0..10 {
            assert_eq!(ranked("+12002550134", ""), first);
        }
        for option in ranked("+12003569377", "") {
            for piece in option.pieces() {
                if piece.kind != PieceKind::Digits {
                    let mut known = false;
                    let digits: Vec<u8> = piece.dialed().bytes().map(|byte| byte - b'0').collect();
                    Words::embedded().at_start(&digits, |found| {
                        known |= found.letters().eq_ignore_ascii_case(piece.written.as_bytes());
                    });
                    assert!(known, "{} is no word", piece.written);
                }
            }
        }
    }

    /// V2: `K010101`, `K010101`, `J010101`.
    #[test]
    fn v2_no_number_is_offered_twice() {
        for number in ["+15555010101", "+12223334444", "+18674282222", "+16666666666"] {
            let mut texts: Vec<String> = written(number, "").iter().map(|text| text.replace('-', "")).collect();
            texts.sort();
            let all = texts.len();
            texts.dedup();
            assert_eq!(texts.len(), all, "{number}");
        }
        assert_eq!(written("+15555010101", ""), [] as [&str; 0], "no word fits");
    }

    /// V7: the name was found at the first place only, and the rest was filled at random.
    #[test]
    fn v7_the_name_is_found_anywhere() {
        assert_eq!(written("+18002228453", "AABUILD")[0], "1-800-AABUILD");
        assert_eq!(written("+18002228453", "Build Inc.")[0], "1-800-22-BUILD");
        assert_eq!(written("+12845302101", "Build Inc.")[0], "1-BUILD-0-2101");
        assert_eq!(written("+12263742667", "Acme Plumbing")[0], "1-ACME-PIANOS");
        let global = ranked("+15945622510", "KWGlobal");
        assert_eq!((global[0].written().as_str(), global[0].said().as_str()), ("1-KWGLOBAL-10", "1, K W global, 1 0"));
        let cut = ranked("+18002228453", "AABuilders");
        assert_eq!(cut[0].written(), "1-800-AABUILD");
        assert_eq!(cut[0].pieces()[1].kind, PieceKind::Company(Extent::Part));
        assert_eq!(written("+15552228453", "")[0], written("+15552228453", "Quizzical")[0]);
    }

    #[test]
    fn more_covered_digits_come_before_commoner_words() {
        let options = ranked("867-4282", "");
        let texts: Vec<String> = options.iter().map(VanityNumber::written).collect();
        assert!(texts.contains(&"TOP-HAT-2".to_owned()), "{texts:?}");
        let left_over = |option: &VanityNumber| -> usize {
            option
                .pieces()
                .iter()
                .filter(|piece| piece.kind == PieceKind::Digits)
                .map(|piece| piece.written.len())
                .sum()
        };
        assert!(options.is_sorted_by_key(left_over));
        assert_eq!(written("+12003569377", "")[0], "1-200-FLOWERS");
    }

    #[test]
    fn a_score_is_the_sum_of_its_reasons_and_never_rises() {
        for (number, company) in [("+18002228453", "AABUILD"), ("+12003872266", ""), ("+12263742667", "Acme Plumbing")]
        {
            let options = ranked(number, company);
            assert_eq!(options.len(), OPTIONS);
            assert!(options.is_sorted_by_key(|option| -option.score()));
            for option in options {
                let sum: i32 = option.reasons().iter().map(|reason| reason.points).sum();
                assert_eq!(option.score(), sum, "{}", option.written());
            }
        }
    }

    /// How many beginnings were extended to rank a number.
    fn steps(number: &Number, company: &Company) -> usize {
        let mut search = Search::new(number, Words::embedded(), company);
        best(&mut search, number, Blocklist::embedded());
        search.steps()
    }

    /// Also where the company is called like the best words of the number, which makes covers that look the same.
    #[test]
    fn no_search_comes_near_its_end() {
        let mut most = 0;
        for place in 0..50_000_u64 {
            // Every 159,983rd number: a prime, so that no digit has a period.
            let number = Number::read(&format!("{}", 2_000_000_000 + place * 159_983)).unwrap();
            most = most.max(steps(&number, &Company::default()));
            if let Some(option) = rank(&number, &Company::default()).options.last() {
                let words = option.pieces().iter().filter(|piece| piece.kind != PieceKind::Digits);
                let name = words.map(|piece| piece.written.as_str()).collect::<Vec<_>>().join(" ");
                most = most.max(steps(&number, &Company::new(&name)));
            }
        }
        // That of the two million which needs most.
        most = most.max(steps(&Number::read("+12697884816").unwrap(), &Company::default()));
        assert!((100..crate::search::STEPS / 4).contains(&most), "{most}");
    }

    /// Every cover there is, found without any cleverness and scored from its pieces alone.
    fn all_covers(number: &Number, company: &Company, at: usize, pieces: &mut Vec<Piece>, covers: &mut Vec<Cover>) {
        let digits = &number.national()[at..];
        if digits.is_empty() {
            let text = pieces.iter().flat_map(|piece| piece.written.bytes()).filter(u8::is_ascii_alphanumeric);
            covers.push(Cover {
                text: text.map(|byte| byte.to_ascii_lowercase()).collect(),
                points: points::reasons(pieces, number.area_digits()).iter().map(|reason| reason.points).sum(),
                pieces: pieces.clone(),
            });
            return;
        }
        let mut next = Vec::new();
        Words::embedded().at_start(digits, |found| {
            let said = String::from_utf8(found.letters().to_vec()).unwrap();
            next.push(Piece { written: said.to_uppercase(), said, kind: PieceKind::Word(found.commonness) });
        });
        let whole = company.spellings().iter().filter(|spelling| spelling.starts(digits)).cloned();
        next.extend(whole.chain(company.cut(digits)).map(|spelling| Piece {
            written: spelling.written,
            said: spelling.said,
            kind: PieceKind::Company(spelling.extent),
        }));
        for piece in next {
            let length = piece.dialed().len();
            pieces.push(piece);
            all_covers(number, company, at + length, pieces, covers);
            pieces.pop();
        }
        // Digits beside each other are one group.
        let before = pieces.clone();
        match pieces.last_mut() {
            Some(piece) if piece.kind == PieceKind::Digits => piece.written.push(char::from(b'0' + digits[0])),
            _ => pieces.push(Piece { written: digits[0].to_string(), said: String::new(), kind: PieceKind::Digits }),
        }
        all_covers(number, company, at + 1, pieces, covers);
        *pieces = before;
    }

    #[test]
    fn the_search_finds_what_looking_at_all_covers_finds() {
        let company_of = |place: usize| ["", "Aab", "Go Home", "The Top Hat Inc"][place % 4];
        let hard = ["+12022284530", "867-4282", "222-8453", "+14663662010", "228-4537", "+12012284530"];
        let many = (0..60_u64).map(|place| format!("{}", 2_000_000 + place * 131_071));
        for (place, number) in hard.map(str::to_owned).into_iter().chain(many).enumerate() {
            let number = Number::read(&number).unwrap();
            let company = Company::new(company_of(place));
            let mut covers = Vec::new();
            all_covers(&number, &company, 0, &mut Vec::new(), &mut covers);
            covers.retain(|cover| has_letters(cover) && !offends(cover, Blocklist::embedded()));
            covers.sort_by(|one, other| (-one.points, &one.text).cmp(&(-other.points, &other.text)));
            let mut seen = BTreeSet::new();
            covers.retain(|cover| seen.insert(cover.text.clone()));
            covers.truncate(OPTIONS);
            let found = rank(&number, &company).options;
            let text = |option: &VanityNumber| {
                let text: String = option.pieces().iter().map(|piece| piece.written.replace('-', "")).collect();
                (option.score(), text.to_ascii_lowercase())
            };
            let expected = covers.iter().map(|cover| (cover.points, String::from_utf8(cover.text.clone()).unwrap()));
            assert_eq!(found.iter().map(text).collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{}", number.e164());
        }
    }

    #[test]
    fn an_offensive_word_is_seen_across_borders_and_spared_in_a_name() {
        let blocklist = Blocklist::read("topha\nhat");
        let number = Number::read("867-4282").unwrap();
        let with = |company| rank_with(&number, &Company::new(company), Words::embedded(), &blocklist).options;
        let texts: Vec<String> = with("").iter().map(VanityNumber::written).collect();
        assert!(
            texts.iter().all(|text| !text.replace('-', "").contains("TOPHA") && !text.contains("HAT")),
            "{texts:?}"
        );
        assert!(!texts.is_empty());
        assert_eq!(with("Top Hat")[0].written(), "TOP-HAT-2");
        // A word of its own offends, too; in a longer one it does not, unless its mark says so.
        let seen = |list: &str| {
            let company = Company::default();
            let options = rank_with(&number, &company, Words::embedded(), &Blocklist::read(list)).options;
            options.iter().map(VanityNumber::written).collect::<Vec<_>>().join(" ")
        };
        assert!(seen("").contains("TOP-HAT-2") && seen("").contains("TOPI"));
        assert!(!seen("hat").contains("HAT"));
        assert!(seen("top").contains("TOPI") && !seen("top").contains("TOP-"));
        assert!(!seen("top*").contains("TOP"));
    }
}
