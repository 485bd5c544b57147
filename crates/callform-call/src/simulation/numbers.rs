//! Phone numbers as far as flows look at them.

/// Calling codes of countries where a national number is what follows, without the trunk prefix.
const CALLING_CODES: &[(&str, &str)] = &[
    ("AR", "54"),
    ("AT", "43"),
    ("AU", "61"),
    ("BE", "32"),
    ("BG", "359"),
    ("BR", "55"),
    ("CA", "1"),
    ("CH", "41"),
    ("CL", "56"),
    ("CN", "86"),
    ("CO", "57"),
    ("CR", "506"),
    ("CY", "357"),
    ("CZ", "420"),
    ("DE", "49"),
    ("DK", "45"),
    ("DO", "1"),
    ("EC", "593"),
    ("EE", "372"),
    ("EG", "20"),
    ("ES", "34"),
    ("FI", "358"),
    ("FR", "33"),
    ("GB", "44"),
    ("GR", "30"),
    ("GT", "502"),
    ("HK", "852"),
    ("HR", "385"),
    ("HU", "36"),
    ("ID", "62"),
    ("IE", "353"),
    ("IL", "972"),
    ("IN", "91"),
    ("IS", "354"),
    ("IT", "39"),
    ("JM", "1"),
    ("JP", "81"),
    ("KE", "254"),
    ("KR", "82"),
    ("LT", "370"),
    ("LU", "352"),
    ("LV", "371"),
    ("MT", "356"),
    ("MX", "52"),
    ("MY", "60"),
    ("NG", "234"),
    ("NL", "31"),
    ("NO", "47"),
    ("NZ", "64"),
    ("PA", "507"),
    ("PE", "51"),
    ("PH", "63"),
    ("PL", "48"),
    ("PR", "1"),
    ("PT", "351"),
    ("RO", "40"),
    ("RS", "381"),
    ("SE", "46"),
    ("SG", "65"),
    ("SI", "386"),
    ("SK", "421"),
    ("TH", "66"),
    ("TR", "90"),
    ("TW", "886"),
    ("UA", "380"),
    ("US", "1"),
    ("UY", "598"),
    ("VN", "84"),
    ("ZA", "27"),
];

/// Countries whose numbers keep a zero in front.
const KEEPS_ZERO: &[&str] = &["IT"];

/// True for a plus, a digit from 1 to 9, and digits up to fifteen in all.
pub(crate) fn is_e164(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    digits.bytes().all(|digit| digit.is_ascii_digit()) && !digits.starts_with('0') && (7..=15).contains(&digits.len())
}

/// What is entered as a country writes it, in E.164 form. Numbers of the North American plan have ten digits, area code and
/// exchange from 2; of others only the length is looked at. Countries that are not known take what is entered as it is.
pub(crate) fn from_national(country: &str, digits: &str) -> Option<String> {
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let code = CALLING_CODES.iter().find(|(name, _)| name.eq_ignore_ascii_case(country)).map(|(_, code)| *code);
    let number = match code {
        Some("1") => {
            let national = if digits.len() == 11 { digits.strip_prefix('1')? } else { digits };
            let begins = |at: usize| national.as_bytes().get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
            (national.len() == 10 && begins(0) && begins(3)).then(|| format!("+1{national}"))?
        }
        Some(code) if KEEPS_ZERO.contains(&country) => format!("+{code}{digits}"),
        Some(code) => format!("+{code}{}", digits.strip_prefix('0').unwrap_or(digits)),
        None => format!("+{digits}"),
    };
    is_e164(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_numbers_get_their_country() {
        for (country, digits, expected) in [
            ("US", "5552550100", Some("+15552550100")),
            ("US", "15552550100", Some("+15552550100")),
            ("US", "555255010", None),
            ("US", "1552550100", None),
            ("GB", "02079460000", Some("+442079460000")),
            ("IT", "0655501234", Some("+390655501234")),
            ("DE", "", None),
            ("XX", "4930231250", Some("+4930231250")),
        ] {
            assert_eq!(from_national(country, digits).as_deref(), expected, "{country} {digits}");
        }
    }

    #[test]
    fn e164_has_a_plus_and_enough_digits() {
        assert!(is_e164("+15550100100"));
        for wrong in ["15550100100", "+0155501001", "+1555", "+1555010010a", "", "+1234567890123456"] {
            assert!(!is_e164(wrong), "{wrong}");
        }
    }
}
