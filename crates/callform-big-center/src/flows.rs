//! What callers hear.

use std::fmt::{self, Write};

use crate::routing::{flow, queue};
use crate::{Size, topic};

/// Writes the inbound flows: each offers two queues and the flow after it.
pub(crate) fn flows(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nflows:\n");
    for number in 0..size.flows {
        let first = queue(number * 5 % size.queues);
        let second = queue((number * 5 + 1) % size.queues);
        let hours = number % size.hours;
        let next = flow((number + 1) % size.flows);
        writeln!(
            out,
            "  {}:
    name: Menu {number:03}
    description: Welcomes callers of line {number} and asks what they need
    type: inbound
    steps:
      - hours: shift_{hours:02}
        closed:
          - say: We are closed now. Please call again from Monday to Friday.
          - hang_up
      - say: Welcome to Big {1}.
      - menu: Press 1 for {1}, 2 for everything else, or 3 for another department.
        attempts: 3
        keys:
          1: {{ queue: {first} }}
          2: {{ queue: {second} }}
          3: {{ transfer: {{ flow: {next} }} }}
        give_up:
          - say: We did not get your choice. Goodbye.
          - hang_up
      - transfer: queue
        full:
          - say: All our lines are busy. Please call back later.
          - hang_up
    on_error:
      - say: There has been an error. Please try again later.
      - hang_up",
            flow(number),
            topic(number),
        )?;
    }
    Ok(())
}
