//! Tests of a blueprint as test cases of Amazon Connect.
//!
//! ```text
//! Prepared ─walk→ Walked (what a simulated call meets on the way) ─build→ NativeTest ─Connect→ records ─verdict→ Verdict
//! ```
//!
//! A test case waits for something before it does something, where a test only says what is done. What a key is pressed after
//! is therefore taken from the simulation; what a test expects is taken from the test alone.
//!
//! Not everything that a test says can be said in the testing language. What keeps a test from being run says so; what
//! Connect cannot see of an otherwise good test is listed.

mod build;
mod expected;
mod eye;
mod live;
#[cfg(test)]
mod tests;
mod verdict;
mod walk;

pub use live::Live;
pub use verdict::{Execution, verdict};

use callform_call::test_case::{EntryPoint, InitializationData, TestCaseContent};
use callform_source::Span;

use super::center::CallCenter;
use super::prepare::Prepared;

/// In front of the names of the test cases that Callform makes.
pub const PREFIX: &str = "callform/";

/// A test as a test case.
#[derive(Clone, Debug)]
pub struct NativeTest {
    /// Its name in the instance.
    pub name: String,
    /// What is observed and done.
    pub content: TestCaseContent,
    /// Where the contact begins.
    pub entry: EntryPoint,
    /// What it has from the beginning.
    pub data: InitializationData,
    /// What is waited for, in the order of the test.
    pub watched: Vec<Watched>,
    /// What the test says and Connect cannot see.
    pub unseen: Vec<Reason>,
}

/// Why something of a test cannot be said in the testing language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In a sentence without an end.
    pub text: String,
    /// Where it was written.
    pub span: Span,
}

/// Something that a test case waits for.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The observation.
    pub identifier: String,
    /// Those of a number are waited for at the same time.
    pub group: usize,
    /// The text that is heard, where it is one.
    pub text: Option<String>,
    /// Where the test says so; where the test begins for what follows from the flow.
    pub span: Span,
    /// What, in words: `hears "Welcome."`.
    pub words: String,
    /// What it is good for.
    pub role: Role,
    /// Whether it comes in the simulation.
    pub offline: bool,
    /// What is compared when it comes.
    pub checks: Vec<Check>,
    /// What the customer does then, in words.
    pub does: Vec<String>,
}

/// What something that is waited for is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The test expects it.
    Expected,
    /// It comes before something that the test does.
    Anchor,
    /// It comes in the simulation where the test expects something else, and ends the test instead of that.
    Instead,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The action that compares.
    pub action: String,
    /// Where the test says so.
    pub span: Span,
    /// What is wrong where it does not hold.
    pub what: String,
    /// The path of the value.
    pub namespace: String,
    /// The value that is expected.
    pub expected: String,
    /// The value in the simulation.
    pub offline: Option<String>,
}

/// A test as a test case.
///
/// # Errors
/// Why it cannot be one.
pub fn translate(prepared: &Prepared<'_>, center: &CallCenter, live: &Live) -> Result<NativeTest, Vec<Reason>> {
    build::build(prepared, walk::walk(prepared, center, live)?, center, live)
}
