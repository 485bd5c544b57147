//! What a claimed number should spell.

use vanity::company::Company;

use super::failed;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Characters of a word that are repeated in messages.
const LONGEST_SHOWN: usize = 40;

/// Takes apart what a number should spell.
pub(super) fn word(ui: &Ui, text: &str) -> Result<Company, Exit> {
    let Err(error) = unfit(text) else { return Ok(Company::new(text)) };
    let exit = failed(ui, &error);
    if let WordError::OnlyDigits(_) = &error {
        ui.say("help: `callform vanity NUMBER` says what a number spells");
    }
    Err(exit)
}

/// Why no number can spell a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum WordError {
    #[error("the word is empty")]
    Empty,
    #[error("`{0}` has only digits, and no number spells it: a word has a letter at least")]
    OnlyDigits(String),
    #[error("`{0}` has no letter that a telephone has a key for")]
    NoLetters(String),
    #[error("`{word}` has the letter `{letter}`, which is on no key of a telephone")]
    NoKey { word: String, letter: char },
    #[error("`{0}` has one letter; a word has 2 letters and digits at least")]
    TooShort(String),
    #[error(
        "`{word}` has {length} letters and digits; a number of North America has room for {}",
        vanity::words::LONGEST
    )]
    TooLong { word: String, length: usize },
}

/// Blanks and punctuation do not count: nobody dials them.
fn unfit(text: &str) -> Result<(), WordError> {
    let text = text.trim();
    // Long texts are not repeated.
    let word: String = text.chars().take(LONGEST_SHOWN).collect();
    let (letters, digits) = (count(text, char::is_alphabetic), count(text, |one| one.is_ascii_digit()));
    let has_no_key =
        |letter: &char| letter.is_alphabetic() && Company::new(&format!("{letter}{letter}")).spellings().is_empty();
    match (letters, digits) {
        _ if text.is_empty() => Err(WordError::Empty),
        (0, 1..) => Err(WordError::OnlyDigits(word)),
        (0, 0) => Err(WordError::NoLetters(word)),
        _ => match (text.chars().find(has_no_key), letters + digits) {
            (Some(letter), _) => Err(WordError::NoKey { word, letter }),
            (None, 1) => Err(WordError::TooShort(word)),
            (None, length) if length > vanity::words::LONGEST => Err(WordError::TooLong { word, length }),
            // What is looked at ends somewhere: letters far apart are none of one word.
            (None, _) if Company::new(text).spellings().is_empty() => Err(WordError::NoLetters(word)),
            (None, _) => Ok(()),
        },
    }
}

fn count(text: &str, counts: impl Fn(char) -> bool) -> usize {
    text.chars().filter(|one| counts(*one)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_number_can_spell_is_refused_for_the_right_reason() {
        for word in ["FLOWERS", "A B", "Müller", "AT&T", "CAT 24", "  cat  ", "4U", "FLOWER SHOP"] {
            assert_eq!(unfit(word), Ok(()), "{word}");
        }
        let said = |word: &str| unfit(word).unwrap_err().to_string();
        for word in ["", "   "] {
            assert_eq!(said(word), "the word is empty");
        }
        for word in ["1234567", "555-0134"] {
            assert!(said(word).starts_with(&format!("`{word}` has only digits")), "{}", said(word));
        }
        assert_eq!(said("–"), "`–` has no letter that a telephone has a key for");
        assert_eq!(said("FLOWERß"), "`FLOWERß` has the letter `ß`, which is on no key of a telephone");
        assert_eq!(said("A"), "`A` has one letter; a word has 2 letters and digits at least");
        assert!(said("FLOWER SHOPS").contains("has 11 letters and digits"), "{}", said("FLOWER SHOPS"));
        let far = format!("A{}B", ".".repeat(200));
        assert!(said(&far).len() < 200, "{}", said(&far));
    }
}
