//! What holds for every number: tried on a million of them, and on whatever proptest makes up.

#![expect(clippy::unwrap_used, reason = "what cannot be read is a failed test")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use vanity::blocklist::Blocklist;
use vanity::company::Company;
use vanity::keypad::Keypad;
use vanity::number::Number;
use vanity::own::OwnWords;
use vanity::{OPTIONS, PieceKind, Preferences, Ranking, VanityNumber, rank, ssml};

/// Everything that must be true of the ranking of a number.
#[track_caller]
fn lawful(number: &Number, ranking: &Ranking, keypad: Keypad) {
    let dialed = number.dialed();
    let options = &ranking.options;
    assert!(options.len() <= OPTIONS);
    assert!(options.is_sorted_by_key(|option| -option.score()), "scores rise: {}", texts(options));
    let mut seen = BTreeSet::new();
    for option in options {
        let written = option.written();
        let said = option.said();
        assert_eq!(keypad.dialed(&written), dialed, "{written} dials another number");
        assert_eq!(keypad.dialed(&said), dialed, "“{said}” dials another number");
        let spoken = ssml(std::slice::from_ref(option));
        assert_eq!(keypad.dialed(&text_of(&spoken)), dialed, "“{spoken}” dials another number");
        assert!(written.bytes().any(|byte| byte.is_ascii_uppercase()), "{written} has no word");
        assert!(option.pieces().iter().all(|piece| piece.kind == PieceKind::Digits || piece.written.len() > 1));
        let text = written.replace('-', "");
        assert!(
            !Blocklist::embedded().forbids(&text.to_ascii_lowercase().into_bytes(), |_, _, anywhere| anywhere),
            "{written}"
        );
        assert!(seen.insert(text), "{written} comes twice");
        for piece in option.pieces() {
            assert!(!matches!(piece.kind, PieceKind::Word(_)) || !Blocklist::embedded().forbids_word(&piece.written));
        }
    }
}

/// The text of an SSML document; fails where the document is not well formed, or has more than letters, digits and blanks.
fn text_of(document: &str) -> String {
    let mut text = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = tag.split_once('>').expect("a tag ends");
        rest = after;
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{document}"),
            None if tag.ends_with('/') => assert!(!open.is_empty(), "{document}"),
            None => {
                let name = tag.split(' ').next().unwrap_or_default();
                assert_eq!(name == "speak", open.is_empty(), "{document}");
                open.push(name);
            }
        }
    }
    assert!(open.is_empty() && rest.is_empty(), "{document}");
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' '), "{document}");
    text
}

fn texts(options: &[VanityNumber]) -> String {
    options.iter().map(|option| format!("{} {}", option.score(), option.written())).collect::<Vec<_>>().join(", ")
}

/// The same sequence of numbers on every machine (Steele, Lea, Flood: `SplitMix`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> Number {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        Number::read(&format!("+1{}", 2_000_000_000 + mixed % 8_000_000_000)).unwrap()
    }
}

/// A digest of rankings that two runs must share.
fn digest(seed: u64, count: usize, preferences: &Preferences) -> u64 {
    let mut numbers = Numbers(seed);
    (0..count).fold(0xcbf2_9ce4_8422_2325, |digest, _| {
        let number = numbers.next();
        let ranking = rank(&number, preferences);
        lawful(&number, &ranking, preferences.keypad);
        ranking
            .options
            .iter()
            .flat_map(|option| option.written().into_bytes())
            .fold(digest, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    })
}

#[test]
fn a_million_numbers_keep_all_laws() {
    const MILLION: usize = 1_000_000;
    let company = Company::new("AABuild").into();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    // Shares do not depend on the machine, so that the digests do not either.
    let shares: Vec<u64> = (0..100).collect();
    std::thread::scope(|scope| {
        for shares in shares.chunks(shares.len().div_ceil(cores)) {
            let company = &company;
            scope.spawn(move || {
                for &share in shares {
                    digest(share, MILLION / 100, company);
                }
            });
        }
    });
}

#[test]
fn two_runs_over_ten_thousand_numbers_are_equal() {
    let company = Company::new("").into();
    assert_eq!(digest(7, 10_000, &company), digest(7, 10_000, &company));
}

#[test]
fn the_hardest_numbers_keep_all_laws() {
    for digits in
        ["7777777777", "9999999999", "7979797979", "2222222222", "4663466346", "2273227322", "7737737737", "6466646664"]
    {
        for company in ["", "Ppp Qqq Rrr Sss", "GO GO GO GO", &"A".repeat(100), &"Go ".repeat(40)] {
            let number = Number::read(&format!("+1{digits}")).unwrap();
            lawful(&number, &rank(&number, &Company::new(company).into()), Keypad::E161);
        }
    }
}

/// With words of one's own, and on each keypad.
#[test]
fn preferences_keep_all_laws() {
    for keypad in Keypad::ALL {
        let own = OwnWords::read("Kwik Fix = 5000, 3M, quiz = 20000, zoo, a1 = 1000, jazz").unwrap();
        let preferences = Preferences { company: Company::new("Quiz Zone"), own, keypad };
        assert_eq!(digest(11, 10_000, &preferences), digest(11, 10_000, &preferences));
    }
}

proptest! {
    #[test]
    fn whatever_is_dialed_keeps_all_laws(digits in "[2-9][0-9]{9}|[2-9][0-9]{6}", name in ".{0,40}", own in "([a-zA-Z0-9é' ]{2,6}( = [0-9]{1,4})?,){0,4}") {
        let number = Number::read(&digits).unwrap();
        let own = OwnWords::read(&own).unwrap_or_default();
        let preferences = Preferences { company: Company::new(&name), own, ..Preferences::default() };
        lawful(&number, &rank(&number, &preferences), Keypad::E161);
    }

    #[test]
    fn a_number_that_spells_the_name_has_it_first(name in "[A-Z]{4,10}", fill in "[2-9][01]{9}") {
        let room = 10 - name.len();
        let digits = format!("{}{}", &fill[..room], Keypad::E161.dialed(&name));
        prop_assume!(!digits.starts_with('0'));
        // Digits before the name can make it offend: `7` is read as a T.
        let text = format!("{}{}", &fill[..room], name.to_ascii_lowercase());
        prop_assume!(!Blocklist::embedded().forbids(text.as_bytes(), |start, _, _| start < room));
        let number = Number::read(&digits).unwrap();
        let first = rank(&number, &Company::new(&name).into()).options.remove(0);
        prop_assert!(first.written().replace('-', "").contains(&name), "{} lacks {name}", first.written());
    }

    #[test]
    fn no_address_makes_the_reader_fail(address in ".{0,60}") {
        if let Ok(number) = Number::read(&address) {
            prop_assert!(matches!(number.national().len(), 7 | 10));
            lawful(&number, &rank(&number, &Preferences::default()), Keypad::E161);
        }
    }
}
