//! Where in a flow's JSON something stands. Written out only where something is wrong there.

use std::fmt;

/// A path such as `Actions[3].Parameters.Text`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    name: &'a str,
    index: Option<usize>,
}

impl<'a> Path<'a> {
    pub(super) fn action(index: usize) -> Self {
        Path { outer: None, name: "Actions", index: Some(index) }
    }

    pub(super) fn member(&'a self, name: &'a str) -> Path<'a> {
        Path { outer: Some(self), name, index: None }
    }

    pub(super) fn item(&'a self, name: &'a str, index: usize) -> Path<'a> {
        Path { outer: Some(self), name, index: Some(index) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer {
            write!(f, "{outer}.")?;
        }
        f.write_str(self.name)?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}
