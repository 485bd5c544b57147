//! Vanity numbers in SSML, for the `SSML` of Connect's block `MessageParticipant`.
//!
//! Only what all engines of Amazon Polly know: with `say-as` for characters, a neural voice would turn into another one
//! in the middle of a sentence, so letters that nobody can say as a word stand between pauses instead. Source: Amazon
//! Polly Developer Guide, "Supported SSML tags" and "say-as".

use crate::VanityNumber;
use crate::option::Group;

/// As after a comma.
const PAUSE: &str = "<break strength=\"medium\"/>";
const SHORT_PAUSE: &str = "<break strength=\"weak\"/>";

/// Vanity numbers as one document, each a sentence: `<speak><s>…</s></speak>`. Empty where there are none.
///
/// Text in it is made of letters `a` to `z`, in both cases, digits and blanks: nothing that XML would need escaped.
pub fn ssml(options: &[VanityNumber]) -> String {
    if options.is_empty() {
        return String::new();
    }
    let sentences: Vec<String> = options.iter().map(|option| format!("<s>{}</s>", sentence(option))).collect();
    format!("<speak>{}</speak>", sentences.concat())
}

fn sentence(option: &VanityNumber) -> String {
    option.groups().into_iter().map(group).collect::<Vec<_>>().join(PAUSE)
}

fn group(group: Group<'_>) -> String {
    match group {
        Group::Digits(digits) => told(digits),
        Group::Piece(piece) => spoken(&piece.said),
    }
}

/// Digits one by one.
fn told(digits: &str) -> String {
    format!("<say-as interpret-as=\"digits\">{digits}</say-as>")
}

/// A word or name: what is said of it, with pauses around letters and digits that stand alone.
fn spoken(said: &str) -> String {
    let mut text = String::new();
    let mut alone_before = false;
    for word in said.split(' ') {
        let alone = word.len() == 1;
        if !text.is_empty() {
            text.push_str(if alone || alone_before { SHORT_PAUSE } else { " " });
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            text.push_str(&told(word));
        } else {
            text.push_str(word);
        }
        alone_before = alone;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::number::Number;
    use crate::rank;

    fn first(number: &str, company: &str) -> String {
        let ranking = rank(&Number::read(number).unwrap(), &Company::new(company).into());
        ssml(&ranking.options[..1])
    }

    #[test]
    fn words_are_said_digits_are_told_and_letters_stand_alone() {
        assert_eq!(
            first("+18002228453", "AABUILD"),
            "<speak><s><say-as interpret-as=\"digits\">1</say-as><break strength=\"medium\"/>\
             <say-as interpret-as=\"digits\">800</say-as><break strength=\"medium\"/>aabuild</s></speak>"
        );
        assert_eq!(
            first("+15945622510", "KWGlobal"),
            "<speak><s><say-as interpret-as=\"digits\">1</say-as><break strength=\"medium\"/>\
             K<break strength=\"weak\"/>W<break strength=\"weak\"/>global<break strength=\"medium\"/>\
             <say-as interpret-as=\"digits\">10</say-as></s></speak>"
        );
        assert!(
            first("222-3662", "3M & Co")
                .contains("<say-as interpret-as=\"digits\">3</say-as><break strength=\"weak\"/>M")
        );
        assert_eq!(ssml(&[]), "");
    }
}
