//! A simulation as text.

use std::fmt;

use crate::simulate::tally::{Nobody, Simulation};

/// The width of a bar.
const WIDTH: u64 = 30;

impl fmt::Display for Simulation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} to {}{}",
            self.start,
            self.end,
            if self.finished { ": nobody is left to be called" } else { "" }
        )?;
        match &self.nobody {
            None => {}
            Some(Nobody::Agents { needed }) => {
                writeln!(
                    out,
                    "nobody was called: {needed} {} to be free",
                    if *needed == 1 { "agent has" } else { "agents have" }
                )?;
            }
            Some(Nobody::Before(due)) => writeln!(out, "nobody was called: the rules allow it from {due} on")?,
            Some(Nobody::Never) => writeln!(out, "nobody was called: the rules never allow it where people are")?,
        }
        let counts = &self.counts;
        writeln!(
            out,
            "people     {} reached, {} not reached, {} to be called, {} without a zone, {} not to be called",
            counts.done,
            counts.failed,
            counts.pending + counts.live,
            counts.waiting,
            counts.blocked
        )?;
        let outcomes: Vec<String> = self.outcomes.iter().map(|(outcome, calls)| format!("{outcome} {calls}")).collect();
        writeln!(out, "calls      {}: {}", self.calls, outcomes.join(", "))?;
        writeln!(out, "agents     {} % busy", self.utilization)?;
        writeln!(
            out,
            "waiting    {}.{} s on average, {} s at most; {}.{:02} % of answered calls abandoned",
            self.mean_wait_ms / 1000,
            self.mean_wait_ms % 1000 / 100,
            self.longest_wait_ms / 1000,
            self.abandoned_basis_points / 100,
            self.abandoned_basis_points % 100
        )?;
        writeln!(
            out,
            "API        {} calls started ({} in a second at most), agents counted {} times; {} calls at once at most",
            self.api_starts, self.most_calls_in_a_second, self.api_counts, self.most_live
        )?;
        writeln!(
            out,
            "table      {} write units, {} a call",
            self.write_units,
            self.write_units.checked_div(self.calls).unwrap_or(0)
        )?;
        for (word, seconds) in &self.held_seconds {
            writeln!(out, "held by    {word}: {} min", seconds / 60)?;
        }
        self.bars(out)
    }
}

impl Simulation {
    fn bars(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.hours.iter().map(|hour| hour.calls).max().unwrap_or(0);
        writeln!(out, "\nhour  {:<width$}   calls reached aband.  busy", "calls", width = bar_width())?;
        for (number, hour) in self.hours.iter().enumerate() {
            let length = (hour.calls * WIDTH).div_ceil(most.max(1));
            let bar = "█".repeat(usize::try_from(length).unwrap_or(0));
            writeln!(
                out,
                "{number:>4}  {bar:<width$} {:>7} {:>7} {:>6} {:>4} %",
                hour.calls,
                hour.reached,
                hour.abandoned,
                hour.utilization(),
                width = bar_width()
            )?;
        }
        Ok(())
    }
}

fn bar_width() -> usize {
    usize::try_from(WIDTH).unwrap_or(0)
}
