//! `callform records emulate`

use std::path::{Path, PathBuf};
use std::time::Duration;

use callform_aws::{Gateway, GatewayError, StreamRecord};
use clap::Args;
use dedup::local;
use dedup::sample::{Recipe, Sample, duplicated, samples};

use super::{center, inputs};
use crate::cli::args::{AccountArgs, CenterArgs, FilesArgs};
use crate::cli::center::{Center, examine};
use crate::cli::environment;
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::model::{Address, Kind};

/// `callform records emulate`
#[derive(Debug, Args)]
pub(crate) struct EmulateArgs {
    /// Files and folders with records to send; `-` for stdin. Without any, records are invented.
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// The stream: its key in the blueprint, or its name or ARN in AWS.
    #[arg(long, value_name = "NAME")]
    pub stream: String,
    /// The blueprint that has the key. Default: the one in this folder or in `blueprints/` that has such a stream.
    #[arg(long, value_name = "BLUEPRINT")]
    pub blueprint: Option<PathBuf>,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Region of the stream; that of the blueprint, of its ARN, or `AWS_REGION`, where it is not given.
    #[arg(long)]
    pub region: Option<String>,
    /// Send each record so many times more, all of them in an order that the seed decides about.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub duplicates: usize,
    /// How many contacts to invent; they have one to three versions, and there is an agent event for every ten.
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "files")]
    pub contacts: u64,
    /// Decides about what is invented and about the order.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// Sends records to a stream.
pub(super) async fn run(ui: &Ui, args: &EmulateArgs) -> Exit {
    let records = match records(ui, args) {
        Ok(records) => records,
        Err(error) => {
            ui.error(&error);
            return Exit::Failed;
        }
    };
    let center = match center_of(ui, args) {
        Ok(center) => center,
        Err(exit) => return exit,
    };
    let region = center.as_ref().filter(|_| args.region.is_none()).map(|center| center.model.region.clone());
    let account = match Account::open(ui, &args.account, &region.unwrap_or_else(|| self::region(args))).await {
        Ok(account) => account,
        Err(exit) => return exit,
    };
    let sent = sent(&account.gateway, center.as_ref(), &args.stream, records).await;
    account.close().await;
    match sent {
        Ok(Sent { records, again }) => {
            let again = if again > 0 { format!(", {again} of them not at once") } else { String::new() };
            ui.say(&format!(
                "sent {records} {} to `{}`{again}",
                if records == 1 { "record" } else { "records" },
                args.stream
            ));
            Exit::Success
        }
        Err(error) => {
            ui.error(&error);
            Exit::Failed
        }
    }
}

async fn sent(
    gateway: &Gateway,
    center: Option<&Center>,
    stream: &str,
    records: Vec<StreamRecord>,
) -> Result<Sent, String> {
    let name = match center {
        None => stream.to_owned(),
        Some(center) => center::physical_name(gateway, center, &address(stream)).await?.ok_or_else(|| {
            format!("the stream `{stream}` of the blueprint is not deployed; apply the blueprint first")
        })?,
    };
    send(gateway, &name, records).await.map_err(|error| error.to_string())
}

fn address(stream: &str) -> Address {
    Address::new(Kind::Stream, stream.to_owned())
}

/// The center whose blueprint has the stream under its key; `None` where it is a name or ARN in AWS.
fn center_of(ui: &Ui, args: &EmulateArgs) -> Result<Option<Center>, Exit> {
    let env = args.env.as_deref();
    let Some(blueprint) = &args.blueprint else {
        let has_stream = |path: &Path| {
            let center = CenterArgs { blueprint: path.to_owned(), env: args.env.clone(), files: FilesArgs::default() };
            examine(&center).0.is_some_and(|model| model.resources.contains_key(&address(&args.stream)))
        };
        let found = center::only_blueprint(has_stream);
        return found.map(|blueprint| center::center(ui, &blueprint, env)).transpose();
    };
    let center = center::center(ui, blueprint, env)?;
    if center.model.resources.contains_key(&address(&args.stream)) {
        return Ok(Some(center));
    }
    ui.error(&format!("the blueprint has no stream `{}`", args.stream));
    let streams = center.model.resources.keys().filter(|address| address.kind == Kind::Stream);
    let names: Vec<&str> = streams.map(|address| address.name.as_str()).collect();
    if let Some(similar) = callform_source::did_you_mean(&args.stream, names.iter().copied()) {
        ui.say(&format!("help: did you mean `{similar}`?"));
    } else if !names.is_empty() {
        ui.say(&format!("help: it has {}", names.join(", ")));
    }
    Err(Exit::Failed)
}

fn region(args: &EmulateArgs) -> String {
    let of_arn = || args.stream.split(':').nth(3).filter(|region| !region.is_empty()).map(str::to_owned);
    args.region
        .clone()
        .or_else(of_arn)
        .or_else(|| environment::value("AWS_REGION"))
        .unwrap_or_else(|| "us-west-2".to_owned())
}

fn records(ui: &Ui, args: &EmulateArgs) -> Result<Vec<StreamRecord>, String> {
    let mut records = Vec::new();
    if args.files.is_empty() {
        let recipe = Recipe { seed: args.seed, contacts: args.contacts, versions: 3, contacts_per_event: 10 };
        records.extend(samples(recipe));
    }
    for input in inputs::inputs(&args.files, None)? {
        let name = input.name.clone();
        local::each(input, |json, line| {
            match json.and_then(|json| Some((json, dedup::record::partition_key(json)?))) {
                Some((json, partition_key)) => records.push(Sample { partition_key, json: json.to_owned() }),
                None => ui.say(&format!("{name}:{line}: no JSON object; not sent")),
            }
        })
        .map_err(|error| error.to_string())?;
    }
    if args.duplicates > 0 {
        records = duplicated(&records, args.duplicates + 1, args.seed);
    }
    let record = |Sample { partition_key, json }| StreamRecord { partition_key, data: json.into_bytes() };
    Ok(records.into_iter().map(record).collect())
}

struct Sent {
    records: usize,
    again: usize,
}

/// Limits of one `PutRecords`: 500 records and 5 MiB, keys included.
const RECORDS: usize = 500;
const BYTES: usize = 5 << 20;

/// Pauses before records that were refused are sent again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const ROUNDS: u32 = 12;

async fn send(gateway: &Gateway, stream: &str, records: Vec<StreamRecord>) -> Result<Sent, GatewayError> {
    let mut sent = Sent { records: records.len(), again: 0 };
    let mut rest = records;
    while !rest.is_empty() {
        let mut batch: Vec<_> = rest.drain(..fitting(&rest)).collect();
        let mut pause = FIRST_PAUSE;
        for round in 1.. {
            let refused = gateway.put_records(stream, &batch).await?;
            let Some((_, error)) = refused.first() else { break };
            if round == ROUNDS {
                return Err(error.clone());
            }
            sent.again += if round == 1 { refused.len() } else { 0 };
            batch = refused.iter().map(|(index, _)| batch[*index].clone()).collect();
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
    Ok(sent)
}

/// How many of the records fit into one call; at least one, so that the service refuses what is too large.
fn fitting(records: &[StreamRecord]) -> usize {
    let mut bytes = 0;
    let fits = |record: &&StreamRecord| {
        bytes += record.data.len() + record.partition_key.len();
        bytes <= BYTES
    };
    records.iter().take(RECORDS).take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_stay_within_the_limits() {
        let record = |bytes| StreamRecord { partition_key: "k".to_owned(), data: vec![0; bytes] };
        assert_eq!(fitting(&vec![record(10); 700]), 500);
        assert_eq!(fitting(&vec![record(1 << 20); 7]), 4);
        assert_eq!(fitting(&[record(6 << 20), record(1)]), 1);
    }
}
