//! The text of `Fn::Sub`.

/// A piece of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Text that stays as it is.
    Text(&'a str),
    /// The name in `${name}`.
    Variable(&'a str),
}

/// The pieces of a text: `${name}` is a variable, `${!name}` the text `${name}`, a `$` without braces text.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest.get(start..).and_then(|tail| tail.find('}')) else { break };
        let (before, tail) = rest.split_at(start);
        let (variable, after) = tail.split_at(length + 1);
        found.push(Part::Text(before));
        match variable.get(2..length).map(str::trim) {
            Some(name) if name.starts_with('!') => {
                // `${!Literal}` is written as `${Literal}`.
                found.extend([Part::Text("${"), Part::Text(variable.get(3..).unwrap_or_default())]);
            }
            Some(name) => found.push(Part::Variable(name)),
            None => {}
        }
        rest = after;
    }
    found.push(Part::Text(rest));
    found.retain(|part| *part != Part::Text(""));
    found
}
