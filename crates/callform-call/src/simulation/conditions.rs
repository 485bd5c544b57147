//! Blocks that decide.

use std::borrow::Cow;
use std::sync::Arc;

use callform_flow::catalog::ObjectKind;
use serde_json::json;

use super::{Go, Simulation};
use crate::event::{BlockId, ContactId, QueueId};
use crate::program::{Block, Place, Taken, Target};
use crate::surroundings::Metric;
use crate::text::{Path, Text};

impl Simulation<'_> {
    pub(super) fn compare(&mut self, id: ContactId, at: BlockId, block: &Block, path: &Path) -> Go {
        if self.contact(id).value(path, self.center).is_none() {
            let results = block.results();
            let compared: Vec<&str> = results.iter().map(|result| &**result).collect();
            if let Some(value) = self.surroundings.unknown(at, path, &compared) {
                self.contacts[id.0].assume(path, &value);
            }
        }
        let value = self.contact(id).value(path, self.center).map(Cow::into_owned);
        self.first_that_holds(id, block, value.as_deref())
    }

    /// The way of the first condition that holds.
    fn first_that_holds(&self, id: ContactId, block: &Block, value: Option<&str>) -> Go {
        let holds = |taken: &Taken| match taken {
            Taken::Condition(operator, operand) => {
                let operand = self.text(id, operand);
                value.is_some_and(|value| holds(operator, value, &operand))
            }
            Taken::Next | Taken::Error(_) => false,
        };
        match block.ways.iter().position(|way| holds(&way.taken)) {
            Some(way) => Go::Way(way),
            None => Go::Error("NoMatchingCondition"),
        }
    }

    pub(super) fn check_hours(&mut self, id: ContactId, hours: Option<&Target>) -> Go {
        let hours = match hours {
            Some(target) => self.object(id, target, ObjectKind::HoursOfOperation),
            None => match self.contact(id).queue {
                Some(QueueId::Queue(queue)) => self.center.queues.get(queue).and_then(|queue| queue.hours),
                Some(QueueId::Agent(_)) | None => None,
            },
        };
        let Some(hours) = hours else { return Go::Error("NoMatchingError") };
        let by_schedule = || {
            let schedule = self.center.hours.get(hours)?.schedule.as_ref()?;
            Some(schedule.is_open(self.now, self.assumptions.closing_minute_is_open))
        };
        let scheduled = by_schedule();
        let is_open = self.surroundings.is_open(hours).or(scheduled).unwrap_or(true);
        Go::Result(if is_open { "True" } else { "False" }.into())
    }

    pub(super) fn check_metric(&mut self, id: ContactId, block: &Block, metric: Option<Metric>, place: &Place) -> Go {
        let (Some(metric), Some(queue)) = (metric, self.place(id, place)) else { return Go::Error("NoMatchingError") };
        let value = self.metric(queue, metric).to_string();
        self.first_that_holds(id, block, Some(&value))
    }

    /// A measure of a queue: what the surroundings say, else what is to be seen in the simulation, with one agent.
    fn metric(&mut self, queue: QueueId, metric: Metric) -> i64 {
        if let Some(value) = self.surroundings.metric(queue, metric) {
            return value;
        }
        let waiting = || self.contacts.iter().filter(|contact| contact.is_queued() && contact.queue == Some(queue));
        match metric {
            Metric::AgentsAvailable | Metric::AgentsStaffed | Metric::AgentsOnline => 1,
            Metric::ContactsInQueue => i64::try_from(waiting().count()).unwrap_or(i64::MAX),
            Metric::OldestContactAge => {
                let oldest = waiting().filter_map(|contact| contact.queued_at).min();
                oldest.map_or(0, |since| i64::try_from(self.now.duration_since(since).as_millis()).unwrap_or(i64::MAX))
            }
        }
    }

    pub(super) fn get_metrics(&mut self, id: ContactId, place: &Place) -> Go {
        let Some(queue) = self.place(id, place) else { return Go::Error("NoMatchingError") };
        let (name, arn) = match queue {
            QueueId::Queue(at) => match self.center.queues.get(at) {
                Some(queue) => (Arc::clone(&queue.name), Arc::clone(&queue.id)),
                None => return Go::Error("NoMatchingError"),
            },
            QueueId::Agent(at) => match self.center.agents.get(at) {
                Some(agent) => (Arc::clone(&agent.name), Arc::clone(&agent.id)),
                None => return Go::Error("NoMatchingError"),
            },
        };
        let mut of = |metric: Metric| self.metric(queue, metric).to_string();
        let oldest = of(Metric::OldestContactAge);
        let metrics = json!({
            "Queue": {
                "Name": &*name, "ARN": &*arn, "Size": of(Metric::ContactsInQueue), "OldestContactAge": oldest,
            },
            "Agents": {
                "Online": { "Count": of(Metric::AgentsOnline) },
                "Available": { "Count": of(Metric::AgentsAvailable) },
                "Staffed": { "Count": of(Metric::AgentsStaffed) },
            },
        });
        self.contacts[id.0].set_space("Metrics", metrics);
        Go::Next
    }

    /// A loop goes round as often as it says, then is done once, and begins anew.
    pub(super) fn go_round(&mut self, id: ContactId, at: BlockId, count: &Text, name: Option<&str>) -> Go {
        let Ok(count) = self.text(id, count).parse::<u64>() else { return Go::Error("NoMatchingError") };
        let contact = &mut self.contacts[id.0];
        let round = contact.loops.get(&at).copied().unwrap_or_default();
        if let Some(name) = name {
            contact.set_space("Loop", json!({ name: { "Index": round.to_string() } }));
        }
        if round < count {
            contact.loops.insert(at, round + 1);
            return Go::Result("ContinueLooping".into());
        }
        contact.loops.remove(&at);
        Go::Result("DoneLooping".into())
    }

    pub(super) fn percent(&mut self, at: BlockId, block: &Block) -> Go {
        let number = self.surroundings.percent(at).to_string();
        let is_it = |taken: &Taken| match taken {
            Taken::Condition(operator, operand) => {
                operand.fixed().is_some_and(|operand| holds(operator, &number, operand))
            }
            Taken::Next | Taken::Error(_) => false,
        };
        match block.ways.iter().position(|way| is_it(&way.taken)) {
            Some(way) => Go::Way(way),
            None => Go::Error("NoMatchingCondition"),
        }
    }

    /// Where contacts wait, by a block's parameters.
    pub(super) fn place(&self, id: ContactId, place: &Place) -> Option<QueueId> {
        match place {
            Place::Working => self.contact(id).queue,
            Place::Queue(target) => self.object(id, target, ObjectKind::Queue).map(QueueId::Queue),
            Place::Agent(target) => self.object(id, target, ObjectKind::User).map(QueueId::Agent),
        }
    }
}

/// Whether a comparison holds. Numbers are compared only where both sides are some.
pub(crate) fn holds(operator: &str, value: &str, operand: &str) -> bool {
    let numbers = |compare: fn(&f64, &f64) -> bool| {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        matches!((number(value), number(operand)), (Some(value), Some(operand)) if compare(&value, &operand))
    };
    match operator {
        "Equals" => value == operand,
        "TextStartsWith" => value.starts_with(operand),
        "TextEndsWith" => value.ends_with(operand),
        "TextContains" => value.contains(operand),
        "NumberGreaterThan" => numbers(f64::gt),
        "NumberGreaterOrEqualTo" => numbers(f64::ge),
        "NumberLessThan" => numbers(f64::lt),
        "NumberLessOrEqualTo" => numbers(f64::le),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn comparisons_hold_as_connect_has_them() {
        for (operator, value, operand, expected) in [
            ("Equals", "a", "a", true),
            ("Equals", "A", "a", false),
            ("TextContains", "hello", "ell", true),
            ("TextStartsWith", "hello", "he", true),
            ("TextEndsWith", "hello", "he", false),
            ("NumberGreaterThan", "10", "9", true),
            ("NumberGreaterThan", "ten", "9", false),
            ("NumberLessOrEqualTo", "9.0", "9", true),
            ("NumberLessThan", "", "9", false),
            ("NumberGreaterOrEqualTo", "9", "9", true),
            ("Like", "9", "9", false),
        ] {
            assert_eq!(holds(operator, value, operand), expected, "{value} {operator} {operand}");
        }
    }
}
