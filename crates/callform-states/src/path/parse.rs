//! Reading of paths.

use serde_json::Value;

use super::filter::{Compared, Filter, Operand};
use super::{Path, Root, Step};

/// Brackets inside of one another, at most.
const DEEPEST: usize = 64;

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}, at character {at}")]
pub struct PathError {
    /// Which character, from 0.
    pub at: usize,
    /// What is wrong.
    pub why: &'static str,
}

pub(super) fn path(text: &str) -> Result<Path, PathError> {
    let mut reader = Reader { text: text.chars().collect(), at: 0, depth: 0 };
    reader.need('$', "a path begins with `$`")?;
    let root = match reader.peek() {
        Some('$') => {
            reader.at += 1;
            Root::Context
        }
        Some(first) if is_name(first) => {
            let start = reader.at;
            while reader.peek().is_some_and(is_name) {
                reader.at += 1;
            }
            Root::Variable(reader.text.get(start..reader.at).unwrap_or_default().iter().collect())
        }
        _ => Root::Data,
    };
    let steps = reader.steps()?;
    match reader.peek() {
        None => Ok(Path { root, steps }),
        Some(_) => reader.fail("this does not belong to a path"),
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
    depth: usize,
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || (!character.is_ascii() && !character.is_whitespace())
}

impl Reader {
    fn fail<T>(&self, why: &'static str) -> Result<T, PathError> {
        Err(PathError { at: self.at, why })
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, what: &str) -> bool {
        let length = what.chars().count();
        let is_there = what.chars().eq(self.text.iter().skip(self.at).take(length).copied());
        if is_there {
            self.at += length;
        }
        is_there
    }

    fn need(&mut self, what: char, why: &'static str) -> Result<(), PathError> {
        if self.peek() != Some(what) {
            return self.fail(why);
        }
        self.at += 1;
        Ok(())
    }

    fn name(&mut self) -> Result<String, PathError> {
        let start = self.at;
        // A hyphen in a name is taken where it cannot be anything else.
        while self.peek().is_some_and(|it| is_name(it) || (it == '-' && self.at > start && self.depth == 0)) {
            self.at += 1;
        }
        match self.text.get(start..self.at) {
            Some(name) if !name.is_empty() => Ok(name.iter().collect()),
            _ => self.fail("a name is missing"),
        }
    }

    fn steps(&mut self) -> Result<Vec<Step>, PathError> {
        let mut steps = Vec::new();
        loop {
            if self.eat("..") {
                steps.push(Step::Deep);
                match self.peek() {
                    Some('[') => {}
                    Some('*') => steps.push(self.wild()),
                    _ => steps.push(Step::Name(self.name()?)),
                }
            } else if self.eat(".") {
                steps.push(if self.peek() == Some('*') { self.wild() } else { Step::Name(self.name()?) });
            } else if self.eat("[") {
                steps.push(self.bracket()?);
            } else {
                return Ok(steps);
            }
        }
    }

    fn wild(&mut self) -> Step {
        self.at += 1;
        Step::Wild
    }

    fn bracket(&mut self) -> Result<Step, PathError> {
        self.spaces();
        let step = match self.peek() {
            Some('*') => self.wild(),
            Some('?') => {
                self.at += 1;
                self.spaces();
                self.need('(', "a filter stands in `?(…)`")?;
                let filter = self.alternatives()?;
                self.spaces();
                self.need(')', "the filter has no end")?;
                Step::Filter(Box::new(filter))
            }
            Some('\'' | '"') => {
                let mut names = vec![self.text_literal()?];
                while self.comma() {
                    names.push(self.text_literal()?);
                }
                match names.pop() {
                    Some(name) if names.is_empty() => Step::Name(name),
                    last => Step::Names(names.into_iter().chain(last).collect()),
                }
            }
            _ => self.numbers()?,
        };
        self.spaces();
        self.need(']', "`]` is missing")?;
        Ok(step)
    }

    fn comma(&mut self) -> bool {
        self.spaces();
        let is_there = self.eat(",");
        self.spaces();
        is_there
    }

    fn numbers(&mut self) -> Result<Step, PathError> {
        let first = self.number()?;
        self.spaces();
        if self.eat(":") {
            self.spaces();
            let to = self.number()?;
            self.spaces();
            let step = if self.eat(":") { self.number()?.unwrap_or(1) } else { 1 };
            return if step > 0 { Ok(Step::Slice(first, to, step)) } else { self.fail("a step is 1 or more") };
        }
        let Some(first) = first else { return self.fail("a number, a name or a filter is missing") };
        let mut all = vec![first];
        while self.comma() {
            let Some(next) = self.number()? else { return self.fail("a number is missing") };
            all.push(next);
        }
        Ok(if let [index] = all[..] { Step::Index(index) } else { Step::Indices(all) })
    }

    fn number(&mut self) -> Result<Option<i64>, PathError> {
        let start = self.at;
        self.eat("-");
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
        }
        let text: String = self.text.get(start..self.at).unwrap_or_default().iter().collect();
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) if text.is_empty() => Ok(None),
            Err(_) => self.fail("this is no whole number"),
        }
    }

    fn text_literal(&mut self) -> Result<String, PathError> {
        let Some(quote @ ('\'' | '"')) = self.peek() else { return self.fail("a name in quotes is missing") };
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.peek() {
                None => return self.fail("the quotes have no end"),
                Some('\\') => {
                    self.at += 1;
                    text.extend(self.peek());
                }
                Some(end) if end == quote => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(other) => text.push(other),
            }
            self.at += 1;
        }
    }

    fn alternatives(&mut self) -> Result<Filter, PathError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail("too many brackets");
        }
        let mut all = vec![self.conjunction()?];
        self.spaces();
        while self.eat("||") {
            all.push(self.conjunction()?);
            self.spaces();
        }
        self.depth -= 1;
        Ok(Filter::Any(all))
    }

    fn conjunction(&mut self) -> Result<Filter, PathError> {
        let mut all = vec![self.condition()?];
        self.spaces();
        while self.eat("&&") {
            all.push(self.condition()?);
            self.spaces();
        }
        Ok(Filter::All(all))
    }

    fn condition(&mut self) -> Result<Filter, PathError> {
        self.spaces();
        let mut is_negated = false;
        while self.eat("!") {
            is_negated = !is_negated;
            self.spaces();
        }
        let filter = if self.eat("(") {
            let inner = self.alternatives()?;
            self.spaces();
            self.need(')', "`)` is missing")?;
            inner
        } else {
            self.comparison()?
        };
        Ok(if is_negated { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn comparison(&mut self) -> Result<Filter, PathError> {
        let left = self.operand()?;
        self.spaces();
        let operators = [
            ("==", Compared::Equal),
            ("!=", Compared::Unequal),
            ("<=", Compared::LessOrEqual),
            (">=", Compared::GreaterOrEqual),
            ("<", Compared::Less),
            (">", Compared::Greater),
        ];
        let Some((_, compared)) = operators.into_iter().find(|(sign, _)| self.eat(sign)) else {
            return Ok(Filter::There(left));
        };
        self.spaces();
        Ok(Filter::Compare(left, compared, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, PathError> {
        match self.peek() {
            Some('@') => {
                self.at += 1;
                Ok(Operand::Own(self.steps()?))
            }
            Some('$') => {
                self.at += 1;
                Ok(Operand::Root(self.steps()?))
            }
            Some('\'' | '"') => Ok(Operand::Literal(Value::String(self.text_literal()?))),
            _ => {
                let start = self.at;
                while self.peek().is_some_and(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '+')) {
                    self.at += 1;
                }
                let text: String = self.text.get(start..self.at).unwrap_or_default().iter().collect();
                match serde_json::from_str::<Value>(&text) {
                    Ok(value) => Ok(Operand::Literal(value)),
                    Err(_) => self.fail("this can be compared with nothing"),
                }
            }
        }
    }
}
