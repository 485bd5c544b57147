//! A ranking for programs.

use serde::Serialize;
use vanity::company::Extent;
use vanity::number::Number;
use vanity::{NoNumber, PieceKind, Ranking, VanityNumber};

/// Version of this form; a member that is added does not change it.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document {
    format_version: u32,
    /// E.164; null where there is no number.
    number: Option<String>,
    extension: Option<String>,
    /// Why there is no number.
    reason: Option<String>,
    options: Vec<Spelling>,
}

#[derive(Serialize)]
struct Spelling {
    written: String,
    said: String,
    /// `<speak>…</speak>`
    ssml: String,
    score: i32,
    pieces: Vec<Piece>,
    reasons: Vec<Reason>,
}

#[derive(Serialize)]
struct Piece {
    written: String,
    said: String,
    kind: &'static str,
    /// SCOWL's size, of a word.
    size: Option<u8>,
    /// Points that a word of one's own adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<i32>,
}

#[derive(Serialize)]
struct Reason {
    what: String,
    points: i32,
}

/// The ranking of a number, or why there is none.
pub(super) fn text(ranked: &Result<(&Number, Ranking), &NoNumber>) -> String {
    let document = match ranked {
        Ok((number, ranking)) => Document {
            format_version: FORMAT_VERSION,
            number: Some(number.e164()),
            extension: number.extension().map(str::to_owned),
            reason: None,
            options: ranking.options.iter().map(option).collect(),
        },
        Err(reason) => Document {
            format_version: FORMAT_VERSION,
            number: None,
            extension: None,
            reason: Some(reason.to_string()),
            options: Vec::new(),
        },
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn option(option: &VanityNumber) -> Spelling {
    Spelling {
        written: option.written(),
        said: option.said(),
        ssml: vanity::ssml(std::slice::from_ref(option)),
        score: option.score(),
        pieces: option.pieces().iter().map(piece).collect(),
        reasons: option
            .reasons()
            .into_iter()
            .map(|reason| Reason { what: reason.what, points: reason.points })
            .collect(),
    }
}

fn piece(piece: &vanity::Piece) -> Piece {
    let (kind, size, weight) = match piece.kind {
        PieceKind::Digits => ("digits", None, None),
        PieceKind::Word(commonness) => ("word", Some(commonness.size()), None),
        PieceKind::Company(Extent::Whole) => ("company", None, None),
        PieceKind::Company(Extent::Part) => ("part_of_company", None, None),
        PieceKind::Own(weight) => ("own", None, Some(weight)),
    };
    Piece { written: piece.written.clone(), said: piece.said.clone(), kind, size, weight }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use vanity::company::Company;

    use super::*;

    #[test]
    fn programs_get_pieces_and_reasons() {
        let number = Number::read("+18002228453").unwrap();
        let ranking = vanity::rank(&number, &Company::new("AABuild").into());
        let json: Value = serde_json::from_str(&text(&Ok((&number, ranking)))).unwrap();
        assert_eq!(json["format_version"], 1);
        assert_eq!(json["number"], "+18002228453");
        let first = &json["options"][0];
        assert_eq!((first["written"].as_str(), first["score"].as_i64()), (Some("1-800-AABUILD"), Some(46_935)));
        let kinds: Vec<_> = first["pieces"].as_array().unwrap().iter().map(|piece| piece["kind"].clone()).collect();
        assert_eq!(kinds, ["digits", "company"]);
        let sum: i64 =
            first["reasons"].as_array().unwrap().iter().map(|reason| reason["points"].as_i64().unwrap()).sum();
        assert_eq!(first["score"], sum);
    }

    #[test]
    fn programs_get_the_reason_where_there_is_no_number() {
        let json: Value = serde_json::from_str(&text(&Err(&NoNumber::Foreign))).unwrap();
        assert_eq!((json["number"].is_null(), json["options"].as_array().map(Vec::len)), (true, Some(0)));
        assert!(json["reason"].as_str().unwrap().contains("North American"));
    }
}
