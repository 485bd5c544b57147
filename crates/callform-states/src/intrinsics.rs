//! Intrinsic functions of JSONPath states: `States.Format('Hello {}', $.name)`.
//!
//! Source: Developer Guide, "Intrinsics for JSONPath states in Step Functions".

mod functions;
mod parse;

use serde_json::Value;

use crate::chance::Chance;
use crate::failure::{Failure, INTRINSIC, PARAMETER_PATH};
use crate::path::{Path, Roots};

/// A call, a path, or a literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A value.
    Literal(Value),
    /// A path.
    Path(Box<Path>),
    /// A function and its arguments.
    Call(Function, Vec<Expression>),
}

/// The functions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the intrinsic function of its name")]
pub enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

/// Names, and numbers of arguments.
pub(crate) const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("States.Format", Function::Format, 1, usize::MAX),
    ("States.StringToJson", Function::StringToJson, 1, 1),
    ("States.JsonToString", Function::JsonToString, 1, 1),
    ("States.ArrayPartition", Function::ArrayPartition, 2, 2),
    ("States.ArrayContains", Function::ArrayContains, 2, 2),
    ("States.ArrayRange", Function::ArrayRange, 3, 3),
    ("States.ArrayGetItem", Function::ArrayGetItem, 2, 2),
    ("States.ArrayLength", Function::ArrayLength, 1, 1),
    ("States.ArrayUnique", Function::ArrayUnique, 1, 1),
    ("States.Array", Function::Array, 0, usize::MAX),
    ("States.Base64Encode", Function::Base64Encode, 1, 1),
    ("States.Base64Decode", Function::Base64Decode, 1, 1),
    ("States.Hash", Function::Hash, 2, 2),
    ("States.JsonMerge", Function::JsonMerge, 3, 3),
    ("States.MathRandom", Function::MathRandom, 2, 3),
    ("States.MathAdd", Function::MathAdd, 2, 2),
    ("States.StringSplit", Function::StringSplit, 2, 2),
    ("States.UUID", Function::Uuid, 0, 0),
];

impl Expression {
    /// Reads a path or a call of a function.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.starts_with('$') {
            let path = Path::read(text).map_err(|error| error.to_string())?;
            return Ok(Self::Path(Box::new(path)));
        }
        parse::call(text)
    }

    /// Its value.
    pub fn value(&self, roots: &Roots, chance: &mut Chance) -> Result<Value, Failure> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Path(path) => path.get(roots).ok_or_else(|| {
                let cause = format!("A JSONPath could not be found in the input '{}'", roots.data);
                Failure::new(PARAMETER_PATH, cause)
            }),
            Self::Call(function, arguments) => {
                let values: Result<Vec<Value>, Failure> =
                    arguments.iter().map(|argument| argument.value(roots, chance)).collect();
                functions::apply(*function, &values?, chance).map_err(|why| Failure::new(INTRINSIC, why))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn value(text: &str) -> Result<Value, String> {
        let data =
            json!({ "n": 2.50, "s": "a,b,,c", "list": [1, 2, 2, 3], "o": { "x": 1 }, "t": "{\"k\":[1]}", "z": null });
        let roots = Roots { data: &data, context: &json!({ "Id": "e" }), variables: &Map::new() };
        let expression = Expression::read(text)?;
        expression.value(&roots, &mut Chance::new(1)).map_err(|failure| failure.error)
    }

    #[test]
    fn functions_answer_what_is_published() {
        for (call, expected) in [
            ("States.Format('Hi {} {}', $.n, 'x')", json!("Hi 2.5 x")),
            ("States.Format('{} {} {}', $.o, true, $.z)", json!("{\"x\":1} true null")),
            (r"States.Format('it\'s \{\} {}', 1)", json!("it's {} 1")),
            ("States.StringToJson($.t)", json!({ "k": [1] })),
            ("States.JsonToString($.o)", json!("{\"x\":1}")),
            ("States.Array(1, 'a', null, $.o)", json!([1, "a", null, { "x": 1 }])),
            ("States.Array()", json!([])),
            ("States.ArrayPartition($.list, 3)", json!([[1, 2, 2], [3]])),
            ("States.ArrayContains($.list, 3)", json!(true)),
            ("States.ArrayRange(1, 9, 2)", json!([1, 3, 5, 7, 9])),
            ("States.ArrayRange(3, 1, -1)", json!([3, 2, 1])),
            ("States.ArrayGetItem($.list, 3)", json!(3)),
            ("States.ArrayLength($.list)", json!(4)),
            ("States.ArrayUnique($.list)", json!([1, 2, 3])),
            ("States.Base64Encode('Data to encode')", json!("RGF0YSB0byBlbmNvZGU=")),
            ("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", json!("Data to encode")),
            ("States.Hash('input data', 'SHA-1')", json!("aaff4a450a104cd177d28d18d74485e8cae074b7")),
            ("States.JsonMerge($.o, States.StringToJson('{\"y\":2}'), false)", json!({ "x": 1, "y": 2 })),
            ("States.MathAdd(111, -1)", json!(110)),
            ("States.MathAdd(1.6, 1)", json!(3)),
            ("States.StringSplit($.s, ',')", json!(["a", "b", "c"])),
            ("States.StringSplit('1.2-3', '.-')", json!(["1", "2", "3"])),
            ("$$.Id", json!("e")),
        ] {
            assert_eq!(value(call), Ok(expected), "{call}");
        }
        let random = value("States.MathRandom(1, 4)").unwrap().as_i64().unwrap();
        assert!((1..4).contains(&random), "{random}");
        assert_eq!(value("States.MathRandom(1, 999, 5)"), value("States.MathRandom(1, 999, 5)"));
        assert_eq!(value("States.UUID()").unwrap().as_str().unwrap().len(), 36);
    }

    #[test]
    fn what_cannot_be_done_is_a_failure_of_the_intrinsic() {
        for call in [
            "States.Format('{} {}', 1)",
            "States.Format('{}', 1, 2)",
            "States.StringToJson('{')",
            "States.ArrayPartition($.list, 0)",
            "States.ArrayRange(1, 5000, 1)",
            "States.ArrayRange(1, 5, 0)",
            "States.ArrayGetItem($.list, 4)",
            "States.ArrayLength('x')",
            "States.Base64Decode('%')",
            "States.Hash('x', 'CRC')",
            "States.JsonMerge($.o, $.o, true)",
            "States.MathAdd('1', 2)",
            "States.MathRandom(4, 1)",
        ] {
            assert_eq!(value(call), Err(INTRINSIC.to_owned()), "{call}");
        }
        assert_eq!(value("States.Format('{}', $.none)"), Err(PARAMETER_PATH.to_owned()));
        for text in
            ["States.Nothing(1)", "States.UUID(1)", "States.Hash('x')", "States.Format('x'", "x", "States.Format('x"]
        {
            assert!(Expression::read(text).is_err(), "{text}");
        }
        let deep = format!("{}1{}", "States.Array(".repeat(3000), ")".repeat(3000));
        assert!(Expression::read(&deep).is_err());
    }
}
