//! What wallboards and flows count.

use callform_call::event::Metric;

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

use super::super::document::id_of;
use super::super::presence;
use super::routing;

/// Contacts that wait in queues at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::connect) struct Line {
    /// How many wait for an agent.
    pub(in crate::connect) waiting: usize,
    /// How many callbacks wait for their time.
    pub(in crate::connect) scheduled: usize,
    /// How long the oldest one waits, in milliseconds.
    pub(in crate::connect) oldest: u64,
}

/// The contacts that wait in queues which are counted.
pub(in crate::connect) fn line(
    environment: &Environment,
    instance: &str,
    is_counted: impl Fn(&str) -> bool,
) -> Result<Line, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let mut line = Line::default();
    for (_, waiting) in routing::all(environment, instance)? {
        if !is_counted(&waiting.queue) {
            continue;
        }
        if waiting.is_scheduled {
            line.scheduled += 1;
        } else {
            line.waiting += 1;
            line.oldest = line.oldest.max(now.saturating_sub(waiting.since));
        }
    }
    Ok(line)
}

/// What a flow learns of a queue, by its ARN.
pub(super) fn of_queue(
    environment: &Environment,
    instance: &str,
    queue: &str,
    metric: Metric,
) -> Result<Option<i64>, AwsError> {
    let queue = id_of(queue);
    let line = || line(environment, instance, |own| own == queue);
    let agents = || presence::counts_of(environment, instance, queue);
    let count = match metric {
        Metric::ContactsInQueue => line()?.waiting as u64,
        Metric::OldestContactAge => line()?.oldest,
        Metric::AgentsOnline => agents()?.online,
        Metric::AgentsStaffed => agents()?.staffed,
        Metric::AgentsAvailable => agents()?.available,
    };
    Ok(i64::try_from(count).ok())
}
