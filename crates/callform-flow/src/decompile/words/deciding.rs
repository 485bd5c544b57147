//! `if`, `switch`, `hours`, `staffing`, `queue_status`, `split`, `loop`, `module`.

use serde_json::{Map, Value, json};

use super::{After, Branch, Reader, Word, branching, grouped, key, keyed, on_error, or_next, raw, usual_branch};
use crate::compile::OR;
use crate::decompile::object;

impl<'a> Reader<'a, '_> {
    pub(super) fn compare(&self) -> Option<Word<'a>> {
        self.only(&["ComparisonValue"])?;
        let path = self.path("ComparisonValue")?;
        let [otherwise] = self.errors(["NoMatchingCondition"])?;
        let next = self.next_unless(otherwise)?;
        let otherwise = or_next("else", otherwise);
        let conditions = self.action.transitions.conditions();
        if let [condition] = conditions {
            let step = object([("if", json!(path)), (word_of(&condition.operator)?, json!(condition.operand()?))]);
            let mut branches = vec![or_next("then", &condition.next_action), otherwise];
            branches.extend(next);
            return Some(branching(step, branches));
        }
        let (step, mut branches) = match self.equals() {
            Some(cases) if !cases.is_empty() => {
                let branches = grouped("cases", OR, cases)?;
                (object([("switch", json!(path)), ("cases", json!({}))]), branches)
            }
            _ => self.mixed(path)?,
        };
        branches.push(otherwise);
        branches.extend(next);
        Some(branching(step, branches))
    }

    /// A `switch` whose comparisons are of several kinds.
    fn mixed(&self, path: &str) -> Option<(Map<String, Value>, Vec<Branch<'a>>)> {
        let mut cases = Vec::new();
        let mut branches = Vec::new();
        for (index, condition) in self.action.transitions.conditions().iter().enumerate() {
            (raw::is_nothing(&condition.other) && raw::is_nothing(&condition.other_of_condition)).then_some(())?;
            cases.push(json!({ word_of(&condition.operator)?: condition.operand()?, "then": [] }));
            let path = vec![key("when"), super::Place::Index(index), key("then")];
            branches.push(Branch { path, ..usual_branch(&condition.next_action) });
        }
        (!cases.is_empty()).then(|| (object([("switch", json!(path)), ("when", Value::Array(cases))]), branches))
    }

    pub(super) fn hours(&self) -> Option<Word<'a>> {
        self.only(&["HoursOfOperationId"])?;
        let hours = match self.maybe_reference("HoursOfOperationId", "hours")? {
            Value::Null => json!("queue"),
            hours => hours,
        };
        let [error] = self.errors(["NoMatchingError"])?;
        let mut results = self.equals()?;
        results.sort_unstable();
        let [(first, closed), (second, open)] = results.try_into().ok()?;
        (first == "False" && second == "True").then_some(())?;
        let mut branches = vec![or_next("open", open), or_next("closed", closed), on_error("error", error)];
        branches.extend(self.next_unless(error)?);
        Some(branching(object([("hours", hours)]), branches))
    }

    pub(super) fn staffing(&self) -> Option<Word<'a>> {
        self.only(&["MetricType", "QueueId", "AgentId"])?;
        let word = match self.text("MetricType")? {
            "NumberOfAgentsAvailable" => "available",
            "NumberOfAgentsStaffed" => "staffed",
            "NumberOfAgentsOnline" => "online",
            _ => return None,
        };
        let [condition] = self.action.transitions.conditions() else { return None };
        (condition.operator == "NumberGreaterThan" && condition.operand()? == "0").then_some(())?;
        let [unstaffed, error] = self.errors(["NoMatchingCondition", "NoMatchingError"])?;
        self.mirrors(error)?;
        let step = object([
            ("staffing", json!(word)),
            ("queue", self.maybe_reference("QueueId", "queue")?),
            ("agent", self.maybe_reference("AgentId", "user")?),
        ]);
        let branches =
            vec![or_next("staffed", &condition.next_action), or_next("unstaffed", unstaffed), on_error("error", error)];
        Some(branching(step, branches))
    }

    pub(super) fn queue_status(&self) -> Option<Word<'a>> {
        self.only(&["MetricType", "QueueId", "AgentId"])?;
        let word = match self.text("MetricType")? {
            "NumberOfContactsInQueue" => "contacts",
            "OldestContactInQueueAgeSeconds" => "oldest_milliseconds",
            _ => return None,
        };
        let [condition] = self.action.transitions.conditions() else { return None };
        let comparison =
            if condition.operator == "Equals" { "equals" } else { number_word(condition.operator.as_str())? };
        let [otherwise, error] = self.errors(["NoMatchingCondition", "NoMatchingError"])?;
        self.mirrors(error)?;
        let queue = self.maybe_reference("QueueId", "queue")?;
        let step = object([
            ("queue_status", json!(word)),
            ("queue", queue),
            ("agent", self.maybe_reference("AgentId", "user")?),
            (comparison, json!(condition.operand()?)),
        ]);
        let branches =
            vec![or_next("then", &condition.next_action), or_next("else", otherwise), on_error("error", error)];
        Some(branching(step, branches))
    }

    pub(super) fn split(&self) -> Option<Word<'a>> {
        self.only(&[])?;
        let [otherwise] = self.errors(["NoMatchingCondition"])?;
        self.mirrors(otherwise)?;
        let mut shares = Vec::new();
        let mut branches = Vec::new();
        let mut sum = 0_u64;
        for (index, condition) in self.action.transitions.conditions().iter().enumerate() {
            (condition.operator == "NumberLessThan").then_some(())?;
            let threshold = condition.operand()?.parse::<u64>().ok()?.checked_sub(1)?;
            let share = threshold.checked_sub(sum).filter(|share| *share > 0 && threshold <= 100)?;
            sum = threshold;
            shares.push(json!({ "percent": share, "then": [] }));
            let path = vec![key("split"), super::Place::Index(index), key("then")];
            branches.push(Branch { path, ..usual_branch(&condition.next_action) });
        }
        branches.push(or_next("else", otherwise));
        Some(branching(object([("split", Value::Array(shares))]), branches))
    }

    pub(super) fn repeat(&self) -> Option<Word<'a>> {
        self.only(&["LoopCount"])?;
        let count = self.scalar("LoopCount")?;
        let count = match count.parse::<u32>() {
            Ok(number) if number <= 100 && number.to_string() == count => json!(number),
            _ => json!(self.path("LoopCount")?),
        };
        // Editors write them in either order.
        let mut results = self.equals()?;
        results.sort_unstable();
        let [(first, body), (second, done)] = results.try_into().ok()?;
        (first == "ContinueLooping" && second == "DoneLooping").then_some(())?;
        self.mirrors(done)?;
        let mut branches = vec![Branch { path: vec![key("steps")], repeats: true, ..usual_branch(body) }];
        if !self.action.transitions.errors().is_empty() {
            let [error] = self.errors(["NoMatchingError"])?;
            branches.push(Branch { path: vec![key("error")], is_failure: true, ..usual_branch(error) });
        }
        let step = object([("loop", count)]);
        Some(Word { step, branches, after: After::Action(done), is_unguarded: false })
    }

    pub(super) fn module(&self) -> Option<Word<'a>> {
        self.only(&["FlowModuleId"])?;
        let step = object([("module", json!(self.reference("FlowModuleId", "flow_module")?))]);
        let mut branches: Vec<_> =
            self.equals()?.into_iter().map(|(operand, target)| keyed("branches", operand, target)).collect();
        let error = if self.action.transitions.errors().len() == 2 {
            let [otherwise, error] = self.errors(["NoMatchingCondition", "NoMatchingError"])?;
            branches.push(Branch { path: vec![key("else")], ..usual_branch(otherwise) });
            error
        } else {
            let [error] = self.errors(["NoMatchingError"])?;
            error
        };
        branches.push(on_error("error", error));
        let next = self.action.transitions.next_action.as_deref()?;
        Some(Word { step, branches, after: After::Action(next), is_unguarded: false })
    }
}

/// The word for an operator in `if` and `when`.
fn word_of(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "Equals" => "equals",
        "TextStartsWith" => "starts_with",
        "TextEndsWith" => "ends_with",
        "TextContains" => "contains",
        operator => number_word(operator)?,
    })
}

fn number_word(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "NumberGreaterThan" => "greater_than",
        "NumberGreaterOrEqualTo" => "at_least",
        "NumberLessThan" => "less_than",
        "NumberLessOrEqualTo" => "at_most",
        _ => return None,
    })
}
