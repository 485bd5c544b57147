//! The best vanity numbers of a caller.

use crate::blocklist::Blocklist;
use crate::keypad::Keypad;
use crate::number::Number;
use crate::option::{PieceKind, VanityNumber};
use crate::preferences::Preferences;
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

/// Ranks the vanity numbers of a number. Equal numbers and preferences have equal rankings, at any time, on any machine.
pub fn rank(number: &Number, preferences: &Preferences) -> Ranking {
    rank_with(number, preferences, Some(Words::embedded()), Blocklist::embedded())
}

/// As [`rank`], without the words of the program: all but the company's name and words of one's own stays digits.
pub fn rank_names(number: &Number, preferences: &Preferences) -> Ranking {
    rank_with(number, preferences, None, Blocklist::embedded())
}

fn rank_with(number: &Number, preferences: &Preferences, words: Option<&Words>, blocklist: &Blocklist) -> Ranking {
    best(&mut Search::new(number, words, preferences), number, preferences.keypad, blocklist)
}

fn best(search: &mut Search<'_>, number: &Number, keypad: Keypad, blocklist: &Blocklist) -> Ranking {
    let mut texts: Vec<Vec<u8>> = Vec::with_capacity(OPTIONS);
    let mut options = Vec::with_capacity(OPTIONS);
    for cover in search {
        // The same letters with other borders dial the same and look the same: the better borders came first.
        let known = texts.contains(&cover.text);
        if !known && has_letters(&cover) && !offends(&cover, blocklist) {
            texts.push(cover.text);
            options.push(VanityNumber::new(number, cover.pieces, cover.points, keypad));
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

/// Whether an offensive word is seen in a number. What a company calls itself and its brands is its own affair.
fn offends(cover: &Cover, blocklist: &Blocklist) -> bool {
    let mut from = 0;
    let spans: Vec<_> = cover
        .pieces
        .iter()
        .map(|piece| {
            let start = from;
            from += piece.length();
            (start, from, piece.kind)
        })
        .collect();
    let inside_name = |start: usize, end: usize| {
        spans.iter().any(|&(from, to, kind)| {
            matches!(kind, PieceKind::Company(_) | PieceKind::Own(_)) && from <= start && end <= to
        })
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
    use crate::company::{Company, Extent};
    use crate::option::Piece;
    use crate::own::OwnWords;
    use crate::points;

    fn ranked(number: &str, company: &str) -> Vec<VanityNumber> {
        rank(&Number::read(number).unwrap(), &Company::new(company).into()).options
    }

    fn written(number: &str, company: &str) -> Vec<String> {
        ranked(number, company).iter().map(VanityNumber::written).collect()
    }

    /// V1: the original's answers were random, and no words. These numbers have five options each, some of them with equal
    /// points: whoever takes them as they come has another answer the next time.
    #[test]
    fn v1_the_same_number_has_the_same_words_at_all_times() {
        for number in ["+12003569377", "+12003872266", "+18002228453", "867-4282"] {
            let first = ranked(number, "");
            assert_eq!(first.len(), OPTIONS, "{number}");
            for _ in 0..10 {
                assert_eq!(ranked(number, ""), first);
            }
            for piece in first.iter().flat_map(VanityNumber::pieces).filter(|piece| piece.kind != PieceKind::Digits) {
                let mut known = false;
                let digits: Vec<u8> = Keypad::E161.dialed(&piece.written).bytes().map(|byte| byte - b'0').collect();
                Words::embedded().at_start(Keypad::E161, &digits, |found| {
                    known |= found.letters().eq_ignore_ascii_case(piece.written.as_bytes());
                });
                assert!(known, "{} is no word", piece.written);
            }
        }
    }

    /// V2: `K010101`, `K010101`, `J010101`. The covers of these numbers collide: `NOWHERE`, `NOW-HERE` and `NO-WHERE` are
    /// the same letters.
    #[test]
    fn v2_no_number_is_offered_twice() {
        for number in ["+12006694373", "+12228437346", "+15555010101", "+12223334444", "+18674282222", "+16666666666"] {
            let mut texts: Vec<String> = written(number, "").iter().map(|text| text.replace('-', "")).collect();
            texts.sort();
            let all = texts.len();
            texts.dedup();
            assert_eq!(texts.len(), all, "{number}: {texts:?}");
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
    fn words_that_everyone_knows_come_before_one_more_digit() {
        let texts = written("867-4282", "");
        let place = |text: &str| texts.iter().position(|option| option == text);
        assert_eq!(place("TOP-HAT-2"), Some(0), "{texts:?}");
        assert_ne!(place("TOPI-CUB"), None, "{texts:?}");
        assert_eq!(written("+12003569377", "")[0], "1-200-FLOWERS");
    }

    /// Among numbers whose words everyone knows, no digit is left over without need.
    #[test]
    fn of_known_words_more_covered_digits_come_first() {
        let mut seen = 0;
        for place in 0..2_000_u64 {
            let number = format!("{}", 2_000_000_000 + place * 3_999_971);
            let known = |option: &&VanityNumber| {
                option.pieces().iter().all(|piece| match piece.kind {
                    PieceKind::Word(commonness) => commonness <= crate::words::Commonness::Size40,
                    _ => true,
                })
            };
            let covered = |option: &VanityNumber| -> usize {
                option.pieces().iter().filter(|piece| piece.kind != PieceKind::Digits).map(Piece::length).sum()
            };
            let options = ranked(&number, "");
            let covered: Vec<usize> = options.iter().filter(known).map(covered).collect();
            seen += covered.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert!(covered.is_sorted_by(|one, next| one >= next), "{number}: {covered:?}");
        }
        assert!(seen > 100, "{seen} numbers tell nothing");
    }

    #[test]
    fn own_words_count_as_much_as_they_weigh() {
        let number = Number::read("867-4282").unwrap();
        let with = |own: &str| {
            let preferences = Preferences { own: OwnWords::read(own).unwrap(), ..Preferences::default() };
            rank(&number, &preferences).options
        };
        let first = |own: &str| with(own)[0].written();
        assert_eq!(first(""), "TOP-HAT-2");
        assert_eq!(first("toph"), "TOPH-CUB", "without a weight it is a word that everyone knows");
        assert_eq!(first("au"), "TOP-HAT-2", "two digits are fewer than three");
        assert_eq!(first("au = 3000"), "TOP-4-AU-2", "with a weight they are more");
        assert_eq!(first("Topi Tub = 0"), "TOP-HAT-2", "other digits");
        assert_eq!(first("To Phat 2"), "TO-PHAT-2", "a name of several words and digits");
        let brand = &with("toph = 3000")[0];
        assert_eq!(
            (brand.pieces()[0].kind, brand.score()),
            (PieceKind::Own(3_000), brand.reasons().iter().map(|reason| reason.points).sum())
        );
        let company = Preferences {
            company: Company::new("Top Hat"),
            own: OwnWords::read("toph=20000").unwrap(),
            ..Preferences::default()
        };
        assert_eq!(rank(&number, &company).options[0].written(), "TOP-HAT-2", "the company comes before its brands");
        // What a deployer calls their own is their own affair.
        let blocklist = Blocklist::read("toph*");
        let own = Preferences { own: OwnWords::read("toph = 3000").unwrap(), ..Preferences::default() };
        assert_eq!(rank_with(&number, &own, Some(Words::embedded()), &blocklist).options[0].written(), "TOPH-CUB");
    }

    #[test]
    fn names_alone_leave_all_else_digits() {
        let number = Number::read("867-4282").unwrap();
        let names = |company: &str| rank_names(&number, &Company::new(company).into()).options;
        assert_eq!(names("Hat")[0].written(), "867-HAT-2");
        assert_eq!(names("Cub").iter().map(VanityNumber::written).collect::<Vec<_>>(), ["867-4-CUB"]);
        assert_eq!(names("Quizzical"), []);
    }

    #[test]
    fn a_keypad_decides_which_letters_a_digit_has() {
        let first = |number: &str, keypad| {
            let options =
                rank(&Number::read(number).unwrap(), &Preferences { keypad, ..Preferences::default() }).options;
            options.first().map(|option| (option.written(), option.dialed()))
        };
        let quiz = Some(("1-200-QUIZ-000".to_owned(), "12007849000".to_owned()));
        assert_eq!(first("+12007849000", Keypad::E161), quiz);
        assert_ne!(first("+12007849000", Keypad::Classic), quiz, "there is no Q and no Z");
        let quiz = Some(("1-200-QUIZ-000".to_owned(), "12001841000".to_owned()));
        assert_eq!(first("+12001841000", Keypad::QzOn1), quiz);
        assert_eq!(first("+12001841000", Keypad::E161).filter(|(written, _)| written.contains("QUIZ")), None);
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
        let mut search = Search::new(number, Some(Words::embedded()), &company.clone().into());
        best(&mut search, number, Keypad::E161, Blocklist::embedded());
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
            if let Some(option) = rank(&number, &Preferences::default()).options.last() {
                let words = option.pieces().iter().filter(|piece| piece.kind != PieceKind::Digits);
                let name = words.map(|piece| piece.written.as_str()).collect::<Vec<_>>().join(" ");
                most = most.max(steps(&number, &Company::new(&name)));
            }
        }
        // That of the two million which needs most.
        most = most.max(steps(&Number::read("+14663574970").unwrap(), &Company::default()));
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
        Words::embedded().at_start(Keypad::E161, digits, |found| {
            let said = String::from_utf8(found.letters().to_vec()).unwrap();
            next.push(Piece { written: said.to_uppercase(), said, kind: PieceKind::Word(found.commonness) });
        });
        let whole = company.spellings().iter().filter(|spelling| spelling.starts(digits, Keypad::E161)).cloned();
        next.extend(whole.chain(company.cut(digits, Keypad::E161)).map(|spelling| Piece {
            written: spelling.written,
            said: spelling.said,
            kind: PieceKind::Company(spelling.extent),
        }));
        for piece in next {
            let length = piece.length();
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
            let found = rank(&number, &company.into()).options;
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
        let with =
            |company| rank_with(&number, &Company::new(company).into(), Some(Words::embedded()), &blocklist).options;
        let texts: Vec<String> = with("").iter().map(VanityNumber::written).collect();
        assert!(
            texts.iter().all(|text| !text.replace('-', "").contains("TOPHA") && !text.contains("HAT")),
            "{texts:?}"
        );
        assert!(!texts.is_empty());
        assert_eq!(with("Top Hat")[0].written(), "TOP-HAT-2");
        // A word of its own offends, too; in a longer one it does not, unless its mark says so.
        let seen = |list: &str| {
            let preferences = Preferences::default();
            let options = rank_with(&number, &preferences, Some(Words::embedded()), &Blocklist::read(list)).options;
            options.iter().map(VanityNumber::written).collect::<Vec<_>>().join(" ")
        };
        assert!(seen("").contains("TOP-HAT-2") && seen("").contains("TOPI"));
        assert!(!seen("hat").contains("HAT"));
        assert!(seen("top").contains("TOPI") && !seen("top").contains("TOP-"));
        assert!(!seen("top*").contains("TOP"));
    }
}
