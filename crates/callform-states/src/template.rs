//! Payload templates of JSONPath states: members whose names end in `.$` are paths or calls of intrinsic functions.

use serde_json::{Map, Value};

use crate::chance::Chance;
use crate::failure::Failure;
use crate::intrinsics::Expression;
use crate::path::Roots;

/// Fills a template in.
pub fn fill(template: &Value, roots: &Roots, chance: &mut Chance) -> Result<Value, Failure> {
    match template {
        Value::Object(members) => {
            let mut filled = Map::new();
            for (name, value) in members {
                match (name.strip_suffix(".$"), value) {
                    (Some(name), Value::String(text)) => {
                        filled.insert(name.to_owned(), expression(name, text, roots, chance)?);
                    }
                    _ => {
                        filled.insert(name.clone(), fill(value, roots, chance)?);
                    }
                }
            }
            Ok(filled.into())
        }
        Value::Array(items) => items.iter().map(|item| fill(item, roots, chance)).collect(),
        other => Ok(other.clone()),
    }
}

fn expression(name: &str, text: &str, roots: &Roots, chance: &mut Chance) -> Result<Value, Failure> {
    let expression = Expression::read(text).map_err(Failure::runtime)?;
    expression.value(roots, chance).map_err(|mut failure| {
        if matches!(expression, Expression::Path(_)) {
            failure.cause = format!(
                "The JSONPath '{text}' specified for the field '{name}.$' could not be found in the input '{}'",
                roots.data
            );
        }
        failure
    })
}

/// What is wrong with a template: pointers below it, and why.
pub(crate) fn problems(template: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    match template {
        Value::Object(members) => {
            for (name, value) in members {
                let below = format!("{pointer}/{}", crate::pointer::escape(name));
                match (name.ends_with(".$"), value) {
                    (true, Value::String(text)) => {
                        found.extend(Expression::read(text).err().map(|why| (below, why)));
                    }
                    (true, _) => found.push((below, "what ends in `.$` is a text with a path".to_owned())),
                    (false, value) => problems(value, &below, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                problems(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_that_end_in_a_dollar_are_filled_in() {
        let data = json!({ "a": { "b": 1 }, "t": "x" });
        let context = json!({ "Execution": { "Name": "n" } });
        let variables = Map::from_iter([("v".to_owned(), json!([5]))]);
        let roots = Roots { data: &data, context: &context, variables: &variables };
        let template = json!({
            "b.$": "$.a.b", "name.$": "$$.Execution.Name", "v.$": "$v[0]", "f.$": "States.Format('{}!', $.t)",
            "fixed": "$.a", "list": [{ "in.$": "$.t" }, "$.t"],
        });
        let filled = fill(&template, &roots, &mut Chance::new(1)).unwrap();
        let expected =
            json!({ "b": 1, "name": "n", "v": 5, "f": "x!", "fixed": "$.a", "list": [{ "in": "x" }, "$.t"] });
        assert_eq!(filled, expected);
        let failure = fill(&json!({ "x.$": "$.none" }), &roots, &mut Chance::new(1)).unwrap_err();
        assert_eq!(failure.error, crate::failure::PARAMETER_PATH);
        assert!(failure.cause.contains("'x.$'"), "{failure}");
    }

    #[test]
    fn problems_have_their_place() {
        let mut found = Vec::new();
        problems(&json!({ "a": [{ "b/c.$": "$[" }], "d.$": 1, "e.$": "$.ok" }), "/P", &mut found);
        let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["/P/a/0/b~1c.$", "/P/d.$"]);
    }
}
