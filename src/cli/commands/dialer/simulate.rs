//! `callform dialer simulate`

use std::path::{Path, PathBuf};

use clap::Args;
use dialer::moment::Moment;
use dialer::simulate::{Model, Rates, Shift, Simulation, simulate};

use super::found::find;
use super::{BlueprintArgs, FORMAT_VERSION, Form};
use crate::cli::clock;
use crate::cli::exit_code::Exit;
use crate::cli::files;
use crate::cli::ui::Ui;

/// Most agents at a time.
const MOST_AGENTS: u32 = 100_000;
/// Largest file of rates.
const LARGEST_RATES: u64 = 1 << 20;

/// `callform dialer simulate`
#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The blueprint.
    #[command(flatten)]
    pub blueprint: BlueprintArgs,
    /// The dialer, where the center has several: its key under `lambdas:`.
    #[arg(long, value_name = "KEY")]
    pub dialer: Option<String>,
    /// How many people are to be called.
    #[arg(long, value_name = "COUNT", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub people: u32,
    /// How many agents work: a number, or numbers from hours of the simulation on, such as `8,2h=20,6h=4`.
    #[arg(long, value_name = "COUNT", default_value = "10", value_parser = staffing)]
    pub agents: Staffing,
    /// How many hours are played through at most.
    #[arg(long, value_name = "HOURS", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=720))]
    pub hours: u32,
    /// When it begins. Default: the next full hour at which somebody may be called.
    #[arg(long, value_name = "TIME")]
    pub start: Option<Moment>,
    /// Time zones of the people, one after another. Default: the dialer's own.
    #[arg(long, value_name = "ZONE", value_delimiter = ',')]
    pub zones: Vec<String>,
    /// A JSON file that says how people behave: `{ "agent": 30, "machine": 25, "talk_seconds": 180 }`.
    #[arg(long, value_name = "FILE")]
    pub rates: Option<PathBuf>,
    /// The same seed gives the same day.
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    pub seed: u64,
    /// Form of the output.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: Form,
}

/// How many agents work from which hour of the simulation on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Staffing(Vec<(u32, u32)>);

fn staffing(text: &str) -> Result<Staffing, String> {
    let part = |part: &str| -> Option<(u32, u32)> {
        match part.trim().split_once('=') {
            None => Some((0, part.trim().parse().ok()?)),
            Some((hour, agents)) => Some((hour.trim().strip_suffix('h')?.parse().ok()?, agents.trim().parse().ok()?)),
        }
    };
    let part = |text: &str| part(text).filter(|(_, agents)| *agents <= MOST_AGENTS);
    let mut parts = text.split(',').map(part).collect::<Option<Vec<_>>>().ok_or_else(|| {
        format!("`{text}` is no number of agents up to {MOST_AGENTS}; write `20`, or `8,2h=20,6h=4` for numbers from hours on")
    })?;
    parts.sort_by_key(|(hour, _)| *hour);
    Ok(Staffing(parts))
}

/// Plays a day through.
pub(super) fn run(ui: &Ui, args: &SimulateArgs) -> Result<Exit, Exit> {
    let found = find(ui, &args.blueprint, args.dialer.as_deref())?;
    let rates = match &args.rates {
        Some(path) => read_rates(path).map_err(|error| {
            ui.error(&error);
            Exit::Usage
        })?,
        None => Rates::default(),
    };
    let own = vec![found.policy.zone.name().to_owned()];
    let zones = if args.zones.is_empty() { own } else { args.zones.clone() };
    let Some(calendar) = dialer::calendar::Zones::get(&zones) else {
        ui.error(&format!("`{}` are not all time zones; they are named as in Europe/Berlin", zones.join(", ")));
        return Err(Exit::Usage);
    };
    let start = args.start.unwrap_or_else(|| {
        let now = clock::now().timestamp();
        let hour = Moment::from_seconds(now - now.rem_euclid(3600) + 3600);
        calendar.next(&found.policy, hour).unwrap_or(hour)
    });
    let shifts = args.agents.0.iter().map(|(hour, agents)| Shift {
        from: start + std::time::Duration::from_hours(u64::from(*hour)),
        agents: *agents,
    });
    let model = Model {
        seed: args.seed,
        start,
        hours: args.hours,
        people: args.people,
        zones,
        shifts: shifts.collect(),
        rates,
    };
    show(ui, args.format, &simulate(&found.policy, &model));
    Ok(Exit::Success)
}

fn show(ui: &Ui, form: Form, simulation: &Simulation) {
    match form {
        Form::Human => ui.data(&simulation.to_string()),
        Form::Json => {
            let mut answer = serde_json::to_value(simulation).unwrap_or_default();
            answer["format_version"] = FORMAT_VERSION.into();
            ui.data(&format!("{answer:#}\n"));
        }
    }
}

fn read_rates(path: &Path) -> Result<Rates, String> {
    let text =
        files::read(path, LARGEST_RATES).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let rates: Rates =
        serde_json::from_slice(&text).map_err(|error| format!("`{}` describes no rates: {error}", path.display()))?;
    let sum = [rates.agent, rates.key, rates.hang_up, rates.machine, rates.busy, rates.invalid, rates.throttled]
        .iter()
        .fold(0_u32, |sum, rate| sum.saturating_add(*rate));
    if sum > 100 {
        return Err(format!("the rates in `{}` add up to {sum} percent", path.display()));
    }
    Ok(rates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_come_and_go_by_the_hour() {
        assert_eq!(staffing("20"), Ok(Staffing(vec![(0, 20)])));
        assert_eq!(staffing("8, 6h=4 ,2h=20"), Ok(Staffing(vec![(0, 8), (2, 20), (6, 4)])));
        for wrong in ["", "many", "2=20", "2h", "2h=", "-1", "100001"] {
            assert!(staffing(wrong).is_err(), "{wrong}");
        }
    }
}
