//! State machines as they are defined.

mod choices;
mod fields;
mod read;
mod states;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::choice::Test;
use crate::path::Path;

/// A state machine, or a part of one inside of `Parallel` or `Map`.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Name of the first state.
    pub start: String,
    /// States by name.
    pub states: BTreeMap<String, State>,
    /// Seconds that an execution may take.
    pub timeout: Option<f64>,
}

/// Which language queries are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Paths and payload templates.
    JsonPath,
    /// Expressions.
    Jsonata,
}

/// Standard or express.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Up to a year, with a history.
    Standard,
    /// Up to five minutes; waits for nothing outside.
    Express,
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// Of its queries.
    pub language: Language,
    /// The next state; none where it ends its machine, or where it is a `Choice`.
    pub next: Option<String>,
    /// How data come in and go out.
    pub flow: Flow,
    /// Variables that are assigned.
    pub assign: Option<Value>,
    /// When it is tried again.
    pub retry: Vec<Retrier>,
    /// What follows an error.
    pub catch: Vec<Catcher>,
    /// What it does.
    pub kind: StateKind,
}

/// How data come in and go out. The first five are those of JSONPath, the last two of `JSONata`.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// `InputPath`.
    pub input: Selection,
    /// `Parameters`.
    pub parameters: Option<Value>,
    /// `ResultSelector`.
    pub selector: Option<Value>,
    /// `ResultPath`.
    pub result: Selection,
    /// `OutputPath`.
    pub output_path: Selection,
    /// `Arguments`.
    pub arguments: Option<Value>,
    /// `Output`.
    pub output: Option<Value>,
}

/// What a path selects.
#[derive(Clone, Debug, Default)]
pub enum Selection {
    /// Everything: `$`, or no path.
    #[default]
    All,
    /// Nothing: `null`.
    Nothing,
    /// What the path leads to.
    At(Path),
}

/// A value that is fixed, or found when it is needed.
#[derive(Clone, Debug)]
pub enum Given {
    /// As it stands there.
    Fixed(Value),
    /// By a path, or a call of an intrinsic function.
    Path(String),
    /// By a `JSONata` expression, without its brackets.
    Expression(String),
}

/// What a state does.
#[derive(Clone, Debug)]
pub enum StateKind {
    /// Goes on, with this result.
    Pass(Option<Value>),
    /// Does work.
    Task(Box<Task>),
    /// Goes one of several ways.
    Choice(Vec<Rule>, Option<String>),
    /// Waits.
    Wait(Delay),
    /// Ends its machine well.
    Succeed,
    /// Ends it with an error and a cause.
    Fail(Option<Given>, Option<Given>),
    /// Runs several machines.
    Parallel(Vec<Machine>),
    /// Runs one machine for each of many items.
    Map(Box<MapState>),
}

/// How long to wait.
#[derive(Clone, Debug)]
pub enum Delay {
    /// So many seconds.
    Seconds(Given),
    /// Until then.
    Until(Given),
}

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// ARN of what does it.
    pub resource: String,
    /// Seconds it may take.
    pub timeout: Option<Given>,
    /// Seconds between two heartbeats.
    pub heartbeat: Option<Given>,
}

/// A way of a `Choice`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// When it is taken.
    pub test: Test,
    /// Where it leads.
    pub next: String,
    /// Variables that are assigned.
    pub assign: Option<Value>,
    /// What goes out.
    pub output: Option<Value>,
}

/// When an error is tried again.
#[derive(Clone, Debug)]
pub struct Retrier {
    /// Names of errors.
    pub errors: Vec<String>,
    /// Seconds before the first time.
    pub interval: f64,
    /// How often, at most.
    pub attempts: u32,
    /// What each wait is multiplied by.
    pub backoff: f64,
    /// Seconds that a wait has at most.
    pub longest: Option<f64>,
    /// True where the wait is any time up to that.
    pub has_jitter: bool,
}

/// What follows an error.
#[derive(Clone, Debug)]
pub struct Catcher {
    /// Names of errors.
    pub errors: Vec<String>,
    /// Where it leads.
    pub next: String,
    /// Where the error is put.
    pub result: Selection,
    /// Variables that are assigned.
    pub assign: Option<Value>,
    /// What goes out.
    pub output: Option<Value>,
}

/// A `Map`.
#[derive(Clone, Debug)]
pub struct MapState {
    /// What is run for each item.
    pub processor: Machine,
    /// True where each item is an execution of its own.
    pub is_distributed: bool,
    /// The list, by JSONPath.
    pub items_path: Option<String>,
    /// The list, by `JSONata`.
    pub items: Option<Value>,
    /// What an item's machine gets.
    pub selector: Option<Value>,
    /// How many run at a time; 0 is as many as the service allows.
    pub concurrency: Option<Given>,
    /// Where items are read.
    pub reader: Option<ItemReader>,
    /// How items are put together.
    pub batcher: Option<Batcher>,
    /// Where results are written.
    pub writer: Option<ResultWriter>,
    /// Items that may fail.
    pub tolerated_count: Option<Given>,
    /// Share of the items that may fail.
    pub tolerated_percentage: Option<Given>,
    /// Part of the names of what is run.
    pub label: Option<String>,
}

/// Where items are read.
#[derive(Clone, Debug)]
pub struct ItemReader {
    /// `arn:aws:states:::s3:getObject` or `…:listObjectsV2`.
    pub resource: String,
    /// Bucket and key.
    pub arguments: Value,
    /// Form of the items.
    pub config: Value,
    /// Items that are read, at most.
    pub most: Option<Given>,
}

/// How items are put together.
#[derive(Clone, Debug)]
pub struct Batcher {
    /// Items of a batch.
    pub most: Option<Given>,
    /// Bytes of a batch.
    pub bytes: Option<Given>,
    /// What each batch gets beside its items.
    pub input: Option<Value>,
}

/// Where results are written.
#[derive(Clone, Debug)]
pub struct ResultWriter {
    /// `arn:aws:states:::s3:putObject`.
    pub resource: String,
    /// Bucket and prefix.
    pub arguments: Value,
}

/// Something wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON pointer.
    pub pointer: String,
    /// The service's code, such as `MISSING_TRANSITION_TARGET`.
    pub code: &'static str,
    /// What is wrong, as the service tells.
    pub message: String,
    /// What is wrong, for who tells it otherwise.
    pub what: What,
}

/// What may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// There is no state of this name to lead to.
    UnknownState(String),
    /// Nothing leads to the state.
    Unreachable,
    /// Another state has the same name; where: a JSON pointer.
    SameName(String),
    /// Anything else.
    Refused,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {} at {}", self.code, self.message, self.pointer)
    }
}

impl Machine {
    /// Reads a definition. All problems at once where there are any.
    pub fn read(text: &str, kind: Type) -> Result<Self, Vec<Problem>> {
        read::definition(text, kind)
    }
}

#[cfg(test)]
mod tests;
