//! Which edition of the world's data comes with the program.

/// Data that were true on a day and may have changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pinned {
    /// What it is.
    pub(crate) what: &'static str,
    /// How many entries it has; `None` where they are not counted.
    pub(crate) entries: Option<usize>,
    /// The day, month or year it is of, or the name of its edition.
    pub(crate) as_of: &'static str,
    /// Who says so.
    pub(crate) source: &'static str,
}
