//! Development tasks: what is generated from outside sources and committed.

mod big_blueprint;
mod dist;
#[cfg(test)]
mod features;
mod flows;
mod functions;
mod gen_schemas;
mod kills;
mod measure;
mod records;
mod test;
mod words;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Development tasks of Callform")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Condenses CloudFormation's resource schemas into crates/callform-schemas/data
    GenSchemas {
        /// `cfnlint/data/schemas` of an unpacked cfn-lint package
        #[arg(long)]
        from: PathBuf,
        /// The file to write
        #[arg(long, default_value = "crates/callform-schemas/data/resource-types.jsonl")]
        to: PathBuf,
    },
    /// Writes the blueprint of a big fictional center
    BigBlueprint {
        /// How many users; there is of everything else in proportion
        #[arg(long, default_value_t = 10_000)]
        users: usize,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
    },
    /// Runs a command and says how much time and memory it took (Linux)
    Measure {
        /// The command and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
    /// Writes invented contact records, some of them twice
    ContactRecords {
        /// How many contacts; there are about two and a half records for each
        #[arg(long, default_value_t = 400_000)]
        contacts: u64,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
    },
    /// Measures how fast `callform records dedup` is, and in how much memory (Linux)
    MeasureRecords {
        /// About so many records
        #[arg(long, default_value_t = 1_000_000)]
        records: u64,
        /// The command that is measured
        #[arg(long, default_value = "target/release/callform")]
        callform: PathBuf,
    },
    /// Condenses SCOWL's word lists into lambdas/vanity/words
    Words {
        /// The folder of the lists, as Debian's package `scowl` 2020.12.07-2 installs them
        #[arg(long, default_value = "/usr/share/dict/scowl")]
        from: PathBuf,
        /// The file to write
        #[arg(long, default_value = "lambdas/vanity/words/words.fst")]
        to: PathBuf,
    },
    /// Counts how exported flows come out: raw steps, gotos, cut titles, findings
    Flows {
        /// A folder of JSON files
        folder: PathBuf,
        /// A line for each file, too
        #[arg(long)]
        each: bool,
    },
    /// Says how fast functions start, how much memory that takes, and how large they are (Linux)
    Functions {
        /// Zip files that `callform lambda build` made
        #[arg(required = true)]
        zips: Vec<PathBuf>,
        /// Variables that the functions need, `NAME=VALUE`; can be repeated
        #[arg(long = "variable", value_name = "NAME=VALUE")]
        variables: Vec<String>,
    },
    /// Makes the archives of a release in target/dist, for the machines that can be built for here (Linux)
    Dist {
        /// One of them, by the compiler's name
        #[arg(long, value_name = "TARGET")]
        target: Option<String>,
    },
    /// Kills commands (`kill -9`) at many moments each and repeats them, as a test does at ten
    Kills {
        /// How many moments of each command
        #[arg(long, default_value_t = 50)]
        moments: u64,
        /// Decides about the moments
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Runs all tests, and installs what they need into target/
    Test {
        /// Handed on to the test runner
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::GenSchemas { from, to } => gen_schemas::run(&from, &to),
        Task::BigBlueprint { users, out } => big_blueprint::run(users, &out),
        Task::Measure { command } => measure::run(&command),
        Task::ContactRecords { contacts, out } => records::write(contacts, &out).map(|_| ()),
        Task::MeasureRecords { records, callform } => records::measure(records, &callform),
        Task::Words { from, to } => words::run(&from, &to),
        Task::Flows { folder, each } => flows::run(&folder, each),
        Task::Functions { zips, variables } => functions::run(&zips, &variables),
        Task::Dist { target } => dist::run(target.as_deref()),
        Task::Kills { moments, seed } => kills::run(moments, seed),
        Task::Test { arguments } => test::run(&arguments),
    }
}
