//! The fictional phone numbers of the sandbox: `+<calling code> 555 01`, a digit for the country among those that share
//! the calling code, a digit for the type, and three digits. The first of the United States is +1 555 010 0000.
//!
//! Who asks for another prefix gets numbers with that: the rest of their digits is `55501…`, which no telephone network
//! of North America gives out. As with the service, a prefix of another country has none, and neither has one that is
//! toll-free where the type is not.

use super::operation::Shape;

/// Types of numbers; each one's place is its digit.
const TYPES: &[&str] = &["DID", "TOLL_FREE", "UIFN", "SHARED", "THIRD_PARTY_TF", "THIRD_PARTY_DID", "SHORT_CODE"];
/// Type of a number.
pub(super) const TYPE: Shape = Shape::OneOf(TYPES);
/// Country of a number: ISO 3166, two letters.
pub(super) const COUNTRY: Shape = Shape::Text(2, 2);

const MARK: &str = "55501";
const NUMBERS_OF_EACH: usize = 1000;

/// Codes of North America whose numbers are free of charge.
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];

/// Countries that have numbers, by calling code: those that the service's model lists. Countries of North America beyond
/// the first ten have their area code with the calling code. Source of the codes: ITU-T E.164.
const COUNTRIES: &[(&str, &[&str])] = &[
    ("1", &["US", "CA", "PR", "DO", "JM", "TT", "BS", "BB", "AG", "AI"]),
    ("1284", &["VG"]),
    ("1340", &["VI"]),
    ("1345", &["KY"]),
    ("1441", &["BM"]),
    ("1473", &["GD"]),
    ("1649", &["TC"]),
    ("1664", &["MS"]),
    ("1670", &["MP"]),
    ("1671", &["GU"]),
    ("1684", &["AS"]),
    ("1721", &["SX"]),
    ("1758", &["LC"]),
    ("1767", &["DM"]),
    ("1784", &["VC"]),
    ("1869", &["KN"]),
    ("20", &["EG"]),
    ("212", &["MA", "EH"]),
    ("213", &["DZ"]),
    ("216", &["TN"]),
    ("218", &["LY"]),
    ("220", &["GM"]),
    ("221", &["SN"]),
    ("222", &["MR"]),
    ("223", &["ML"]),
    ("224", &["GN"]),
    ("225", &["CI"]),
    ("226", &["BF"]),
    ("227", &["NE"]),
    ("228", &["TG"]),
    ("229", &["BJ"]),
    ("230", &["MU"]),
    ("231", &["LR"]),
    ("232", &["SL"]),
    ("233", &["GH"]),
    ("234", &["NG"]),
    ("235", &["TD"]),
    ("236", &["CF"]),
    ("237", &["CM"]),
    ("238", &["CV"]),
    ("239", &["ST"]),
    ("240", &["GQ"]),
    ("241", &["GA"]),
    ("242", &["CG"]),
    ("243", &["CD"]),
    ("244", &["AO"]),
    ("245", &["GW"]),
    ("246", &["IO"]),
    ("248", &["SC"]),
    ("249", &["SD"]),
    ("250", &["RW"]),
    ("251", &["ET"]),
    ("252", &["SO"]),
    ("253", &["DJ"]),
    ("254", &["KE"]),
    ("255", &["TZ"]),
    ("256", &["UG"]),
    ("257", &["BI"]),
    ("258", &["MZ"]),
    ("260", &["ZM"]),
    ("261", &["MG"]),
    ("262", &["RE", "YT"]),
    ("263", &["ZW"]),
    ("264", &["NA"]),
    ("265", &["MW"]),
    ("266", &["LS"]),
    ("267", &["BW"]),
    ("268", &["SZ"]),
    ("269", &["KM"]),
    ("27", &["ZA"]),
    ("290", &["SH"]),
    ("291", &["ER"]),
    ("297", &["AW"]),
    ("298", &["FO"]),
    ("299", &["GL"]),
    ("30", &["GR"]),
    ("31", &["NL"]),
    ("32", &["BE"]),
    ("33", &["FR"]),
    ("34", &["ES"]),
    ("350", &["GI"]),
    ("351", &["PT"]),
    ("352", &["LU"]),
    ("353", &["IE"]),
    ("354", &["IS"]),
    ("355", &["AL"]),
    ("356", &["MT"]),
    ("357", &["CY"]),
    ("358", &["FI"]),
    ("359", &["BG"]),
    ("36", &["HU"]),
    ("370", &["LT"]),
    ("371", &["LV"]),
    ("372", &["EE"]),
    ("373", &["MD"]),
    ("374", &["AM"]),
    ("375", &["BY"]),
    ("376", &["AD"]),
    ("377", &["MC"]),
    ("378", &["SM"]),
    ("380", &["UA"]),
    ("381", &["RS"]),
    ("382", &["ME"]),
    ("385", &["HR"]),
    ("386", &["SI"]),
    ("387", &["BA"]),
    ("389", &["MK"]),
    ("39", &["IT", "VA"]),
    ("40", &["RO"]),
    ("41", &["CH"]),
    ("420", &["CZ"]),
    ("421", &["SK"]),
    ("423", &["LI"]),
    ("43", &["AT"]),
    ("44", &["GB", "GG", "IM", "JE"]),
    ("45", &["DK"]),
    ("46", &["SE"]),
    ("47", &["NO", "SJ"]),
    ("48", &["PL"]),
    ("49", &["DE"]),
    ("500", &["FK"]),
    ("501", &["BZ"]),
    ("502", &["GT"]),
    ("503", &["SV"]),
    ("504", &["HN"]),
    ("505", &["NI"]),
    ("506", &["CR"]),
    ("507", &["PA"]),
    ("508", &["PM"]),
    ("509", &["HT"]),
    ("51", &["PE"]),
    ("52", &["MX"]),
    ("53", &["CU"]),
    ("54", &["AR"]),
    ("55", &["BR"]),
    ("56", &["CL"]),
    ("57", &["CO"]),
    ("58", &["VE"]),
    ("590", &["BL", "MF"]),
    ("591", &["BO"]),
    ("592", &["GY"]),
    ("593", &["EC"]),
    ("595", &["PY"]),
    ("597", &["SR"]),
    ("598", &["UY"]),
    ("599", &["CW", "AN"]),
    ("60", &["MY"]),
    ("61", &["AU", "CC", "CX"]),
    ("62", &["ID"]),
    ("63", &["PH"]),
    ("64", &["NZ", "PN"]),
    ("65", &["SG"]),
    ("66", &["TH"]),
    ("670", &["TL"]),
    ("672", &["AQ"]),
    ("673", &["BN"]),
    ("674", &["NR"]),
    ("675", &["PG"]),
    ("676", &["TO"]),
    ("677", &["SB"]),
    ("678", &["VU"]),
    ("679", &["FJ"]),
    ("680", &["PW"]),
    ("681", &["WF"]),
    ("682", &["CK"]),
    ("683", &["NU"]),
    ("685", &["WS"]),
    ("686", &["KI"]),
    ("687", &["NC"]),
    ("688", &["TV"]),
    ("689", &["PF"]),
    ("690", &["TK"]),
    ("691", &["FM"]),
    ("692", &["MH"]),
    ("7", &["RU", "KZ"]),
    ("81", &["JP"]),
    ("82", &["KR"]),
    ("84", &["VN"]),
    ("850", &["KP"]),
    ("852", &["HK"]),
    ("853", &["MO"]),
    ("855", &["KH"]),
    ("856", &["LA"]),
    ("86", &["CN"]),
    ("880", &["BD"]),
    ("886", &["TW"]),
    ("90", &["TR"]),
    ("91", &["IN"]),
    ("92", &["PK"]),
    ("93", &["AF"]),
    ("94", &["LK"]),
    ("95", &["MM"]),
    ("960", &["MV"]),
    ("961", &["LB"]),
    ("962", &["JO"]),
    ("963", &["SY"]),
    ("964", &["IQ"]),
    ("965", &["KW"]),
    ("966", &["SA"]),
    ("967", &["YE"]),
    ("968", &["OM"]),
    ("971", &["AE"]),
    ("972", &["IL"]),
    ("973", &["BH"]),
    ("974", &["QA"]),
    ("975", &["BT"]),
    ("976", &["MN"]),
    ("977", &["NP"]),
    ("98", &["IR"]),
    ("992", &["TJ"]),
    ("993", &["TM"]),
    ("994", &["AZ"]),
    ("995", &["GE"]),
    ("996", &["KG"]),
    ("998", &["UZ"]),
];

/// All numbers of a country and type, in order; none for a country without numbers.
pub(super) fn numbers(country: &str, kind: &str) -> impl Iterator<Item = String> {
    let place = COUNTRIES.iter().find_map(|(code, countries)| Some((*code, position(countries, country)?)));
    let beginning =
        place.zip(position(TYPES, kind)).map(|((code, country), kind)| format!("+{code}{MARK}{country}{kind}"));
    beginning.into_iter().flat_map(|beginning| (0..NUMBERS_OF_EACH).map(move |last| format!("{beginning}{last:03}")))
}

/// Numbers with a prefix that the pool has none of, in order; none where no number of the country and type can begin so.
pub(super) fn with_prefix(country: &str, kind: &str, prefix: &str) -> Vec<String> {
    let Some(digits) = prefix.strip_prefix('+') else { return Vec::new() };
    let known = |(code, countries): &&(&str, &[&str])| countries.contains(&country) && digits.starts_with(code);
    let Some((code, _)) = COUNTRIES.iter().find(known) else { return Vec::new() };
    let is_american = code.starts_with('1');
    let length = if is_american { LENGTH_IN_AMERICA } else { code.len() + LENGTH_ELSEWHERE };
    let is_dialable = digits.bytes().all(|digit| digit.is_ascii_digit()) && digits.len() <= length;
    if !is_dialable || (is_american && !fits_america(digits, kind)) {
        return Vec::new();
    }
    let beginning = if is_american { with_area_code(digits, kind) } else { digits.to_owned() };
    let free = length - beginning.len();
    let counted = free.min(2);
    let filling: String = FILLING.chars().cycle().take(free - counted).collect();
    let numbers = 10_usize.pow(u32::try_from(counted).unwrap_or_default());
    let number = |last| match counted {
        0 => format!("+{beginning}"),
        _ => format!("+{beginning}{filling}{last:0counted$}"),
    };
    (0..numbers).map(number).collect()
}

/// Digits of a number of North America, and of others after their calling code.
const LENGTH_IN_AMERICA: usize = 11;
const LENGTH_ELSEWHERE: usize = 9;
/// What numbers with a prefix go on with.
const FILLING: &str = "5550155501";

/// Area codes of a type: they begin with 2 to 9, and those that are free of charge are for types that are.
fn area_codes(kind: &str) -> impl Iterator<Item = String> {
    let is_free = kind == "TOLL_FREE" || kind == "THIRD_PARTY_TF";
    (200..1000).map(|code| code.to_string()).filter(move |code| TOLL_FREE.contains(&code.as_str()) == is_free)
}

/// The first area code of the type that goes on as the digits after the 1 do.
fn area_code(digits: &str, kind: &str) -> Option<String> {
    let area = digits.get(1..).unwrap_or_default();
    let area = area.get(..3).unwrap_or(area);
    area_codes(kind).find(|code| code.starts_with(area))
}

/// False where no number of North America begins so.
fn fits_america(digits: &str, kind: &str) -> bool {
    area_code(digits, kind).is_some()
}

/// The digits, with a whole area code.
fn with_area_code(digits: &str, kind: &str) -> String {
    match area_code(digits, kind) {
        Some(code) if digits.len() < 4 => format!("1{code}"),
        _ => digits.to_owned(),
    }
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
    fn every_country_and_every_prefix_it_can_have_has_numbers() {
        for (code, countries) in COUNTRIES {
            for country in *countries {
                assert!(numbers(country, "DID").next().is_some(), "{country}");
                let prefix = format!("+{code}2");
                let found = with_prefix(country, "DID", &prefix);
                assert!(!found.is_empty(), "{country}");
                assert!(found.iter().all(|number| number.starts_with(&prefix) && number.len() <= 16), "{country}");
                assert!(found.is_sorted());
            }
        }
        assert_eq!(with_prefix("US", "DID", "+1212").first().map(String::as_str), Some("+12125550100"));
        assert_eq!(with_prefix("US", "DID", "+1212").len(), 100);
        assert_eq!(with_prefix("GB", "DID", "+4420").last().map(String::as_str), Some("+44205550199"));
        assert_eq!(with_prefix("US", "DID", "+121255501"), with_prefix("US", "DID", "+1212"));
        assert_eq!(
            with_prefix("US", "DID", "+1212555017"),
            (0..10).map(|last| format!("+1212555017{last}")).collect::<Vec<_>>()
        );
        assert_eq!(with_prefix("US", "DID", "+12125550177"), ["+12125550177"]);
    }

    #[test]
    fn no_number_has_a_prefix_it_cannot_have() {
        for (country, kind, prefix) in [
            ("US", "DID", "+44"),
            ("US", "DID", "+1012"),
            ("US", "DID", "+1800"),
            ("US", "TOLL_FREE", "+1212"),
            ("US", "DID", "+121255501770"),
            ("US", "DID", "1212"),
            ("US", "DID", "+1212x"),
            ("XX", "DID", "+1212"),
        ] {
            assert_eq!(with_prefix(country, kind, prefix), [""; 0], "{country} {kind} {prefix}");
        }
        assert_eq!(with_prefix("US", "TOLL_FREE", "+186").first().map(String::as_str), Some("+18665550100"));
        assert_eq!(with_prefix("US", "DID", "+18").first().map(String::as_str), Some("+18015550100"));
        assert_eq!(with_prefix("US", "TOLL_FREE", "+1800356").first().map(String::as_str), Some("+18003565500"));
    }

    #[test]
    fn a_number_outside_the_pool_has_no_owner() {
        for number in ["+14155550100", "+1555010000", "+155501000000", "15550100000", "+15550197000", ""] {
            assert_eq!(owner(number), None, "{number}");
        }
    }
}
