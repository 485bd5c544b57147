//! Numbers in words and digits.

/// The number that words say, in digits: `twenty three` is 23, `one two three` and `1 2 3` are 123. English words.
pub(super) fn number(words: &[&str]) -> Option<String> {
    if let [one] = words
        && let Some(plain) = in_digits(one)
    {
        return Some(plain);
    }
    digits(words).or_else(|| cardinal(words).map(|number| number.to_string()))
}

/// `5`, `-5`, `12.5`, `1,000`.
fn in_digits(word: &str) -> Option<String> {
    let plain: String = word.chars().filter(|character| *character != ',').collect();
    let unsigned = plain.strip_prefix('-').unwrap_or(&plain);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then_some(plain)
}

/// The digits that words say one after the other, or in groups of digits; at least one.
pub(super) fn digits(words: &[&str]) -> Option<String> {
    let digit = |word: &&str| match ONES.iter().position(|own| own == word) {
        Some(digit @ 0..=9) => Some(digit.to_string()),
        _ if *word == "oh" => Some("0".to_owned()),
        _ => Some((*word).to_owned()).filter(|word| word.bytes().all(|byte| byte.is_ascii_digit())),
    };
    words.iter().map(digit).collect::<Option<String>>().filter(|all| !all.is_empty())
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// `two hundred and five`, `three thousand`.
fn cardinal(words: &[&str]) -> Option<u64> {
    let (mut whole, mut group, mut last) = (0_u64, 0_u64, u64::MAX);
    let mut said = false;
    for word in words.iter().flat_map(|word| word.split('-')) {
        let value = ONES
            .iter()
            .position(|own| *own == word)
            .or_else(|| TENS.iter().position(|own| *own == word).map(|at| (at + 2) * 10));
        match (word, value) {
            ("and", _) if said => continue,
            ("hundred", _) if (1..100).contains(&group) => group = group.checked_mul(100)?,
            ("thousand", _) if (1..1000).contains(&group) => {
                whole = whole.checked_add(group * 1000)?;
                group = 0;
            }
            ("million", _) if (1..1000).contains(&group) && whole == 0 => {
                whole = group * 1_000_000;
                group = 0;
            }
            // After twenty comes at most nine, after a hundred at most ninety.
            (_, Some(value)) => {
                let value = u64::try_from(value).ok()?;
                if value >= last {
                    return None;
                }
                group = group.checked_add(value)?;
                last = if value < 20 { 0 } else { 10 };
                said = true;
                continue;
            }
            _ => return None,
        }
        last = u64::MAX;
    }
    said.then(|| whole.checked_add(group)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let words: Vec<&str> = text.split(' ').collect();
        assert_eq!(number(&words).as_deref(), expected, "{text}");
    }

    #[test]
    fn numbers() {
        check("5", Some("5"));
        check("-12.5", Some("-12.5"));
        check("1,000", Some("1000"));
        check("one two three", Some("123"));
        check("4 oh 2", Some("402"));
        check("twenty three", Some("23"));
        check("twenty-three", Some("23"));
        check("two hundred and five", Some("205"));
        check("three thousand four hundred", Some("3400"));
        check("one million", Some("1000000"));
        check("seventeen", Some("17"));
        check("twenty thirty", None);
        check("twenty seventeen", None);
        check("and", None);
        check("many", None);
        check("1.2.3", None);
    }
}
