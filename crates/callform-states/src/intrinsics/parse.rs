//! Reading of calls.

use serde_json::Value;

use super::{Expression, FUNCTIONS};
use crate::path::Path;

/// Calls inside of one another, at most: the service's own limit.
const DEEPEST: usize = 10;

pub(super) fn call(text: &str) -> Result<Expression, String> {
    let mut reader = Reader { rest: text };
    let expression = reader.call(0)?;
    reader.spaces();
    match reader.rest {
        "" => Ok(expression),
        rest => Err(format!("`{rest}` does not belong to the call")),
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, what: &str) -> bool {
        self.spaces();
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn call(&mut self, depth: usize) -> Result<Expression, String> {
        if depth >= DEEPEST {
            return Err(format!("at most {DEEPEST} functions stand inside of one another"));
        }
        self.spaces();
        let end = self.rest.find('(').ok_or("a path begins with `$`, a function has brackets")?;
        let (name, rest) = self.rest.split_at(end);
        let name = name.trim_end();
        let (_, function, least, most) = FUNCTIONS
            .iter()
            .find(|(known, ..)| *known == name)
            .ok_or_else(|| format!("there is no intrinsic function `{name}`"))?;
        self.rest = rest.get(1..).unwrap_or_default();
        let mut arguments = Vec::new();
        while !self.eat(")") {
            if !arguments.is_empty() && !self.eat(",") {
                return Err(format!("`{name}` has no `)` at its end"));
            }
            arguments.push(self.argument(depth)?);
        }
        if (*least..=*most).contains(&arguments.len()) {
            return Ok(Expression::Call(*function, arguments));
        }
        Err(format!("`{name}` does not take {} arguments", arguments.len()))
    }

    fn argument(&mut self, depth: usize) -> Result<Expression, String> {
        self.spaces();
        match self.rest.chars().next() {
            Some('\'') => self.text().map(|text| Expression::Literal(Value::String(text))),
            Some('$') => {
                let text = self.until_end();
                let path = Path::read(text.trim_end()).map_err(|error| error.to_string())?;
                Ok(Expression::Path(Box::new(path)))
            }
            Some('S') => self.call(depth + 1),
            _ => {
                let text = self.until_end().trim();
                let value =
                    serde_json::from_str::<Value>(text).ok().filter(|value| !value.is_array() && !value.is_object());
                value.map(Expression::Literal).ok_or_else(|| format!("`{text}` is no argument"))
            }
        }
    }

    /// A text in single quotes; what follows a backslash is taken as it is, and the backslash before a brace stays for
    /// `States.Format`.
    fn text(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\'' => {
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    return Ok(text);
                }
                '\\' => match characters.next() {
                    Some((_, brace @ ('{' | '}'))) => text.extend(['\\', brace]),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        Err("a text has no end".to_owned())
    }

    /// Up to the comma or bracket that ends an argument.
    fn until_end(&mut self) -> &'t str {
        let mut depth = 0_usize;
        let mut quote = None;
        let mut end = self.rest.len();
        for (at, character) in self.rest.char_indices() {
            match (quote, character) {
                (Some(open), _) if open == character => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(character),
                (None, '(' | '[') => depth += 1,
                (None, ']') => depth = depth.saturating_sub(1),
                (None, ')') if depth > 0 => depth -= 1,
                (None, ',' | ')') if depth == 0 => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text
    }
}
