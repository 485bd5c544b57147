//! Whether what is said is what a test case waits for.

/// Which share of the expected words has to be heard, in percent.
const CLOSE_ENOUGH: usize = 70;

/// Whether what is heard contains the expected text, whatever the case and the punctuation: of a call it is a transcript that
/// is compared.
pub fn includes(heard: &str, expected: &str) -> bool {
    let (heard, expected) = (words(heard).join(" "), words(expected).join(" "));
    !expected.is_empty() && heard.contains(&expected)
}

/// Whether what is heard is close to the expected text.
///
/// The service compares meanings, by a measure that it does not tell. Here 70 % of the expected words have to be heard in
/// their order, whatever is between them (?).
pub(super) fn is_similar(heard: &str, expected: &str) -> bool {
    let (heard, expected) = (words(heard), words(expected));
    !expected.is_empty() && common(&heard, &expected) * 100 >= expected.len() * CLOSE_ENOUGH
}

/// The words of a text in small letters, without SSML's marks and punctuation.
fn words(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut is_mark = false;
    for letter in text.chars() {
        match letter {
            '<' => is_mark = true,
            '>' if is_mark => {
                is_mark = false;
                plain.push(' ');
            }
            // Part of a word: "don't" is one.
            '\'' | '’' => {}
            _ if is_mark => {}
            _ if letter.is_alphanumeric() => plain.extend(letter.to_lowercase()),
            _ => plain.push(' '),
        }
    }
    plain.split_whitespace().map(str::to_owned).collect()
}

/// The length of the longest common subsequence.
fn common(left: &[String], right: &[String]) -> usize {
    let mut row = vec![0; right.len() + 1];
    for word in left {
        let mut diagonal = 0;
        for (at, other) in right.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inclusion_looks_past_case_punctuation_and_marks() {
        for (heard, expected, holds) in [
            ("Welcome to KWGlobal. Press 1 for sales.", "press 1", true),
            ("Welcome to KWGlobal. Press 1 for sales.", "KWGlobal, press 1", true),
            ("<speak>We don't <break time=\"1s\"/>close.</speak>", "We don’t close", true),
            ("Welcome", "Welcome back", false),
            ("Press 1 for sales", "1 press", false),
            ("Grüße aus MÜNCHEN", "grüsse", false),
            ("Grüße aus MÜNCHEN", "grüße aus münchen", true),
            ("anything", "…", false),
        ] {
            assert_eq!(includes(heard, expected), holds, "{heard} / {expected}");
        }
    }

    #[test]
    fn similarity_asks_for_most_of_the_words_in_their_order() {
        for (heard, expected, holds) in [
            ("Thank you for calling KWGlobal today", "Thanks for calling KWGlobal", true),
            ("Thank you for calling", "We are closed now", false),
            ("one two three four five six seven x y z", "one two three four five six seven eight nine ten", true),
            ("one two three four five six x y z", "one two three four five six seven eight nine ten", false),
            ("calling for thank", "thank for calling", false),
            ("", "", false),
        ] {
            assert_eq!(is_similar(heard, expected), holds, "{heard} / {expected}");
        }
    }
}
