//! Types of columns: as Hive writes them, and as Athena's engine does.

/// A type that is no type of Hive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownType(pub(crate) String);

/// The type of the engine for one of Hive: `array<struct<a:int>>` is `array(row("a" integer))`.
pub(crate) fn presto(hive: &str) -> Result<String, UnknownType> {
    let hive = hive.trim();
    let lower = hive.to_ascii_lowercase();
    if let Some(inside) = within(&lower, "array") {
        return Ok(format!("array({})", presto(inside)?));
    }
    if let Some(inside) = within(&lower, "map") {
        return match split(inside, ',').as_slice() {
            [key, value] => Ok(format!("map({},{})", presto(key)?, presto(value)?)),
            _ => Err(UnknownType(hive.to_owned())),
        };
    }
    if let Some(inside) = within(&lower, "struct") {
        let mut fields = Vec::new();
        for field in split(inside, ',') {
            let (name, kind) = field.split_once(':').ok_or_else(|| UnknownType(hive.to_owned()))?;
            fields.push(format!("\"{}\" {}", name.trim(), presto(kind)?));
        }
        return Ok(format!("row({})", fields.join(",")));
    }
    let has_length = ["char(", "varchar(", "decimal("].iter().any(|start| lower.starts_with(start));
    if has_length && lower.ends_with(')') {
        return Ok(lower);
    }
    Ok(match lower.as_str() {
        "string" | "varchar" => "varchar",
        "int" | "integer" => "integer",
        "tinyint" => "tinyint",
        "smallint" => "smallint",
        "bigint" => "bigint",
        "boolean" => "boolean",
        "double" => "double",
        "float" => "real",
        "date" => "date",
        "timestamp" => "timestamp(3)",
        "binary" => "varbinary",
        _ => return Err(UnknownType(hive.to_owned())),
    }
    .to_owned())
}

/// The inside of `name<…>`.
fn within<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix(name)?.trim_start().strip_prefix('<')?.strip_suffix('>')
}

/// Parts between separators that are not inside brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in text.char_indices() {
        match character {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            _ if character == separator && depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_the_engine() {
        let is = |hive: &str, expected: &str| assert_eq!(presto(hive).as_deref(), Ok(expected), "{hive}");
        is("string", "varchar");
        is("decimal(10,2)", "decimal(10,2)");
        is("map<string,array<int>>", "map(varchar,array(integer))");
        is(
            "struct<a:string, b:struct<c:decimal(4,1),d:map<string,int>>>",
            "row(\"a\" varchar,\"b\" row(\"c\" decimal(4,1),\"d\" map(varchar,integer)))",
        );
        is("timestamp", "timestamp(3)");
    }

    #[test]
    fn what_is_no_type() {
        for wrong in ["text", "array<", "array<text>", "map<string>", "struct<a>", "", "<>", "array<int>>"] {
            assert!(presto(wrong).is_err(), "{wrong}");
        }
    }
}
