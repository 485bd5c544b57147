//! Phone numbers do not belong in logs.

/// What stands in for a phone number.
const NUMBER: &str = "(number)";

/// A text with every phone number replaced by `(number)`.
///
/// A phone number is `+` and seven digits or more, ten digits or more in a row, or a North American number in its
/// usual groups (`(555) 010-0134`, `1-555-010-0134`). Digits may be told apart by single spaces, dots, dashes and
/// parentheses after a `+`. Dates, times, UUIDs and short numbers stay; a time in milliseconds does not.
pub fn without_numbers(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = uuid(rest) {
            told.push_str(&rest[..length]);
            rest = &rest[length..];
        } else if let Some(length) = number(rest) {
            told.push_str(NUMBER);
            rest = &rest[length..];
        } else {
            let length = if first.is_ascii_digit() { digits(rest) } else { first.len_utf8() };
            told.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    told
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The length of a UUID at the start of a text.
fn uuid(text: &str) -> Option<usize> {
    let candidate = text.get(..36)?;
    let fits = candidate.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    fits.then_some(36)
}

/// The length of a phone number at the start of a text.
fn number(text: &str) -> Option<usize> {
    let plus = text.starts_with('+');
    let mut groups = Vec::new();
    let mut end = 0;
    let mut at = usize::from(plus);
    loop {
        let separators = text[at..].bytes().take_while(|byte| b" .-()".contains(byte)).count();
        let length = digits(&text[at + separators..]);
        // Two separators belong together in `(555) 010`, and only there.
        if length == 0 || separators > 2 || (groups.is_empty() && separators > 1) {
            break;
        }
        at += separators + length;
        groups.push(length);
        end = at;
        if !plus && groups.ends_with(&[3, 3, 4]) {
            return Some(end);
        }
    }
    let total: usize = groups.iter().sum();
    if plus {
        return (total >= 7).then_some(end);
    }
    let run = digits(text);
    (run >= 10).then_some(run)
}

#[cfg(test)]
mod tests {
    use super::without_numbers;

    #[test]
    fn numbers_go() {
        for text in [
            "+15550100134",
            "+1 555-010-0134",
            "+1 (555) 010-0134",
            "(555) 010-0134",
            "555.010.0134",
            "1-555-010-0134",
            "5550100134",
            "15550100134",
            "+447700900123",
        ] {
            assert_eq!(without_numbers(text), "(number)", "{text}");
            assert_eq!(without_numbers(&format!("“{text}”, then")), "“(number)”, then", "{text}");
        }
        assert_eq!(without_numbers("tel%2B15550100134x"), "tel%2B(number)x");
        assert_eq!(
            without_numbers("{\"a\":\"+15550100134\",\"b\":\"+15550100135\"}"),
            r#"{"a":"(number)","b":"(number)"}"#
        );
        assert_eq!(
            without_numbers("+15550100134 2026-11-24"),
            "(number)",
            "a date after a number is lost, no digit stays"
        );
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "2026-11-24T15:00:00.123456Z",
            "4a573372-1f28-4e26-b97b-446655440000",
            "took 1234567 ns, 12 of 500",
            "10.0.0.12:8080",
            "+1 and -2",
            "pages 100-1234",
            "naïve – “quoted” 日本",
        ] {
            assert_eq!(without_numbers(text), text);
        }
    }
}
