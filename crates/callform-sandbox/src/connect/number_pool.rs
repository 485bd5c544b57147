//! The fictional phone numbers of the sandbox: `+<calling code> 555 01`, a digit for the country among those that share
//! the calling code, a digit for the type, and three digits. The first of the United States is +1 555 010 0000.

use super::operation::Shape;

/// Types of numbers; each one's place is its digit.
const TYPES: &[&str] = &["DID", "TOLL_FREE", "UIFN", "SHARED", "THIRD_PARTY_TF", "THIRD_PARTY_DID", "SHORT_CODE"];
/// Type of a number.
pub(super) const TYPE: Shape = Shape::OneOf(TYPES);
/// Country of a number: ISO 3166, two letters.
pub(super) const COUNTRY: Shape = Shape::Text(2, 2);

const MARK: &str = "55501";
const NUMBERS_OF_EACH: usize = 1000;

/// Countries that have numbers, by calling code. Source of the codes: ITU-T E.164.
const COUNTRIES: &[(&str, &[&str])] = &[
    ("1", &["US", "CA", "PR", "DO", "JM", "TT", "BS", "BB", "AG", "AI"]),
    ("27", &["ZA"]),
    ("30", &["GR"]),
    ("31", &["NL"]),
    ("32", &["BE"]),
    ("33", &["FR"]),
    ("34", &["ES"]),
    ("351", &["PT"]),
    ("352", &["LU"]),
    ("353", &["IE"]),
    ("354", &["IS"]),
    ("357", &["CY"]),
    ("358", &["FI"]),
    ("359", &["BG"]),
    ("36", &["HU"]),
    ("370", &["LT"]),
    ("371", &["LV"]),
    ("372", &["EE"]),
    ("380", &["UA"]),
    ("381", &["RS"]),
    ("385", &["HR"]),
    ("386", &["SI"]),
    ("39", &["IT"]),
    ("40", &["RO"]),
    ("41", &["CH"]),
    ("420", &["CZ"]),
    ("421", &["SK"]),
    ("43", &["AT"]),
    ("44", &["GB"]),
    ("45", &["DK"]),
    ("46", &["SE"]),
    ("47", &["NO"]),
    ("48", &["PL"]),
    ("49", &["DE"]),
    ("502", &["GT"]),
    ("503", &["SV"]),
    ("504", &["HN"]),
    ("505", &["NI"]),
    ("506", &["CR"]),
    ("507", &["PA"]),
    ("51", &["PE"]),
    ("52", &["MX"]),
    ("54", &["AR"]),
    ("55", &["BR"]),
    ("56", &["CL"]),
    ("57", &["CO"]),
    ("591", &["BO"]),
    ("593", &["EC"]),
    ("598", &["UY"]),
    ("60", &["MY"]),
    ("61", &["AU"]),
    ("62", &["ID"]),
    ("63", &["PH"]),
    ("64", &["NZ"]),
    ("65", &["SG"]),
    ("66", &["TH"]),
    ("673", &["BN"]),
    ("81", &["JP"]),
    ("82", &["KR"]),
    ("84", &["VN"]),
    ("852", &["HK"]),
    ("886", &["TW"]),
    ("90", &["TR"]),
    ("91", &["IN"]),
    ("971", &["AE"]),
    ("972", &["IL"]),
    ("995", &["GE"]),
];

/// All numbers of a country and type, in order; none for a country without numbers.
pub(super) fn numbers(country: &str, kind: &str) -> impl Iterator<Item = String> {
    let place = COUNTRIES.iter().find_map(|(code, countries)| Some((*code, position(countries, country)?)));
    let beginning =
        place.zip(position(TYPES, kind)).map(|((code, country), kind)| format!("+{code}{MARK}{country}{kind}"));
    beginning.into_iter().flat_map(|beginning| (0..NUMBERS_OF_EACH).map(move |last| format!("{beginning}{last:03}")))
}

/// Country and type of a number of the pool.
pub(super) fn owner(number: &str) -> Option<(&'static str, &'static str)> {
    COUNTRIES.iter().find_map(|(code, countries)| {
        let own = number.strip_prefix('+')?.strip_prefix(code)?.strip_prefix(MARK)?;
        let mut digits = own.chars().map(|digit| digit.to_digit(10));
        let country = usize::try_from(digits.next()??).ok()?;
        let kind = usize::try_from(digits.next()??).ok()?;
        let complete = own.len() == 5 && digits.all(|digit| digit.is_some());
        complete.then_some((*countries.get(country)?, *TYPES.get(kind)?))
    })
}

fn position(words: &[&str], word: &str) -> Option<usize> {
    words.iter().position(|candidate| *candidate == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_leads_back_to_its_country_and_type() {
        for (_, countries) in COUNTRIES {
            for (country, kind) in countries.iter().flat_map(|country| TYPES.iter().map(move |kind| (*country, *kind)))
            {
                let mut all = numbers(country, kind);
                assert_eq!(owner(&all.next().unwrap_or_default()), Some((country, kind)));
                assert_eq!(owner(&all.last().unwrap_or_default()), Some((country, kind)));
            }
        }
    }

    #[test]
    fn the_first_number_of_the_united_states() {
        assert_eq!(numbers("US", "DID").next().as_deref(), Some("+15550100000"));
        assert_eq!(numbers("XX", "DID").next(), None);
    }

    #[test]
    fn a_number_outside_the_pool_has_no_owner() {
        for number in ["+14155550100", "+1555010000", "+155501000000", "15550100000", "+15550197000", ""] {
            assert_eq!(owner(number), None, "{number}");
        }
    }
}
