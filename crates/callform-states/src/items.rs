//! Items of a distributed `Map`, as they stand in files.
//!
//! Source: Developer Guide, "`ItemReader` (Map)". A row with too few fields has empty texts for the others, a row with too
//! many loses them, an empty line is no row. A byte order mark is not part of the first name (?).

use serde_json::{Map, Value, json};

use crate::failure::{Failure, ITEM_READER};

fn failure(cause: impl Into<String>) -> Failure {
    Failure::new(ITEM_READER, cause)
}

/// Reads items out of a file by a `ReaderConfig`; `most` of them.
pub fn read(config: &Value, content: &[u8], most: Option<usize>) -> Result<Vec<Value>, Failure> {
    let form = config.get("InputType").and_then(Value::as_str).unwrap_or_default();
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let most = most.unwrap_or(usize::MAX);
    match form {
        "CSV" => csv(config, content, most),
        "JSON" => json_items(config, content, most),
        "JSONL" => lines(content, most),
        other => Err(failure(format!("The InputType {other} cannot be read."))),
    }
}

/// The items of a value: those of a list, or the members of an object.
pub fn of(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        Value::Object(members) => {
            Some(members.into_iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect())
        }
        _ => None,
    }
}

fn json_items(config: &Value, content: &[u8], most: usize) -> Result<Vec<Value>, Failure> {
    let mut value: Value =
        serde_json::from_slice(content).map_err(|error| failure(format!("The file is no JSON: {error}")))?;
    if let Some(pointer) = config.get("ItemsPointer").and_then(Value::as_str) {
        let found = value.pointer_mut(pointer).map(Value::take);
        value = found.ok_or_else(|| failure(format!("There is nothing at {pointer} in the file.")))?;
    }
    let mut items = of(value).ok_or_else(|| failure("The file holds no array."))?;
    items.truncate(most);
    Ok(items)
}

fn lines(content: &[u8], most: usize) -> Result<Vec<Value>, Failure> {
    let lines = content.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines
        .take(most)
        .map(|line| serde_json::from_slice(line).map_err(|error| failure(format!("A line is no JSON: {error}"))))
        .collect()
}

fn csv(config: &Value, content: &[u8], most: usize) -> Result<Vec<Value>, Failure> {
    let delimiter = match config.get("CSVDelimiter").and_then(Value::as_str).unwrap_or("COMMA") {
        "COMMA" => b',',
        "PIPE" => b'|',
        "SEMICOLON" => b';',
        "SPACE" => b' ',
        "TAB" => b'\t',
        other => return Err(failure(format!("{other} is no delimiter."))),
    };
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(content);
    let mut rows = reader.records();
    let wrong = |error: ::csv::Error| failure(format!("The CSV cannot be read: {error}"));
    let names: Vec<String> = match config.get("CSVHeaderLocation").and_then(Value::as_str) {
        Some("FIRST_ROW") => match rows.next() {
            Some(row) => row.map_err(wrong)?.iter().map(str::to_owned).collect(),
            None => return Ok(Vec::new()),
        },
        Some("GIVEN") => {
            let given = config.get("CSVHeaders").and_then(Value::as_array).into_iter().flatten();
            given.filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => return Err(failure("CSVHeaderLocation is FIRST_ROW or GIVEN.")),
    };
    rows.take(most)
        .map(|row| {
            let row = row.map_err(wrong)?;
            let fields = names.iter().enumerate().map(|(at, name)| (name.clone(), row.get(at).unwrap_or("").into()));
            Ok(Value::Object(fields.collect::<Map<String, Value>>()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_items() {
        let csv = json!({ "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" });
        let content = "\u{feff}name,number\r\nAda,1\r\n\r\n\"Bo, jr\",2,extra\r\nCy\r\n";
        assert_eq!(
            read(&csv, content.as_bytes(), None).unwrap(),
            [
                json!({ "name": "Ada", "number": "1" }),
                json!({ "name": "Bo, jr", "number": "2" }),
                json!({ "name": "Cy", "number": "" })
            ]
        );
        let given = json!({
            "InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "PIPE",
        });
        assert_eq!(read(&given, b"1|2\n3|4\n", Some(1)).unwrap(), [json!({ "a": "1", "b": "2" })]);
        let lines = json!({ "InputType": "JSONL" });
        assert_eq!(read(&lines, b"{\"a\":1}\n\n[2]\r\n", None).unwrap(), [json!({ "a": 1 }), json!([2])]);
        let inside = json!({ "InputType": "JSON", "ItemsPointer": "/x/0" });
        assert_eq!(read(&inside, b"{\"x\":[[1,2]]}", None).unwrap(), [json!(1), json!(2)]);
        let object = json!({ "InputType": "JSON" });
        assert_eq!(read(&object, b"{\"x\":1}", None).unwrap(), [json!({ "Key": "x", "Value": 1 })]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (config, content) in [
            (json!({ "InputType": "JSON" }), "1"),
            (json!({ "InputType": "JSON" }), "{"),
            (json!({ "InputType": "JSONL" }), "{}\nx"),
            (json!({ "InputType": "CSV" }), "a"),
            (json!({ "InputType": "PARQUET" }), "a"),
        ] {
            assert_eq!(read(&config, content.as_bytes(), None).unwrap_err().error, ITEM_READER, "{config}");
        }
    }
}
