//! `callform records delete`

mod report;
mod tables;
mod texts;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use dedup::erase::{LookError, Subject};

use super::center::{self, Places};
use super::dedup::ReportFormat;
use super::remote::{Prefix, Remote, region_or_default};
use crate::cli::args::AccountArgs;
use crate::cli::center::Center;
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use report::Report;
use tables::Tables;
use texts::Texts;

/// `callform records delete`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("subject").required(true).multiple(true).args(["contact", "number"]))]
pub(crate) struct DeleteArgs {
    /// Files and folders, and places in buckets: `s3://bucket/prefix`.
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Identifier of a contact; may be given several times.
    #[arg(long, value_name = "ID")]
    pub contact: Vec<String>,
    /// Phone number of a person, such as +15550100134; may be given several times.
    #[arg(long, value_name = "NUMBER")]
    pub number: Vec<String>,
    /// The blueprint of a deployed center: what its delivery streams write to, and the tables of its functions.
    #[arg(long, value_name = "BLUEPRINT")]
    pub blueprint: Option<PathBuf>,
    /// The environment of the blueprint to use.
    #[arg(long, value_name = "NAME", requires = "blueprint")]
    pub env: Option<String>,
    /// Name of a table of the functions; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub table: Vec<String>,
    /// The account.
    #[command(flatten)]
    pub account: AccountArgs,
    /// Region of buckets and tables; that of the blueprint, or `AWS_REGION`, where it is not given.
    #[arg(long)]
    pub region: Option<String>,
    /// Delete. Without it nothing is changed, and only told what would be.
    #[arg(long)]
    pub yes: bool,
    /// Only tell what would be deleted; the default.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Form of the report.
    #[arg(long, value_name = "FORM", default_value = "human")]
    pub format: ReportFormat,
}

/// Deletes what is a person's, and looks whether anything is left.
pub(super) async fn run(ui: &Ui, args: &DeleteArgs) -> Exit {
    match deleted(ui, args).await {
        Ok(exit) | Err(exit) => exit,
    }
}

async fn deleted(ui: &Ui, args: &DeleteArgs) -> Result<Exit, Exit> {
    let asked = asked(args).map_err(|problem| {
        ui.error(&problem);
        Exit::Usage
    })?;
    let center = match &args.blueprint {
        Some(blueprint) => Some(center::center(ui, blueprint, args.env.as_deref())?),
        None => None,
    };
    let account = if center.is_some() || asked.places != Places::default() {
        let region = center.as_ref().filter(|_| args.region.is_none()).map(|center| center.model.region.clone());
        let region = region.unwrap_or_else(|| region_or_default(args.region.as_deref()));
        Some(Account::open(ui, &args.account, &region).await?)
    } else {
        None
    };
    let exit = match with_places_of(asked, center.as_ref(), account.as_ref()).await {
        Ok(Asked { subject, files, places }) => {
            let remote = account.as_ref().map(|account| Remote::new(&account.gateway));
            let work = Work { ui: *ui, subject, files, places, remote, yes: args.yes, format: args.format };
            // Reading waits for disks and calls; on a thread of its own, the command can be interrupted.
            tokio::task::spawn_blocking(move || work.run()).await.unwrap_or(Exit::Failed)
        }
        Err(error) => {
            ui.error(&error);
            Exit::Failed
        }
    };
    if let Some(account) = account {
        account.close().await;
    }
    Ok(exit)
}

/// Who is to be forgotten, and where.
struct Asked {
    subject: Subject,
    files: Vec<PathBuf>,
    places: Places,
}

fn asked(args: &DeleteArgs) -> Result<Asked, String> {
    let mut subject = Subject::default();
    for id in &args.contact {
        subject.add_contact(id).map_err(|error| format!("--contact: {error}"))?;
    }
    for number in &args.number {
        subject.add_number(number).map_err(|error| format!("--number: {error}"))?;
    }
    let places = Places {
        prefixes: args.files.iter().filter_map(|path| Prefix::read(path)).collect(),
        tables: args.table.iter().cloned().collect(),
    };
    let files: Vec<_> = args.files.iter().filter(|path| Prefix::read(path).is_none()).cloned().collect();
    if files.iter().any(|path| path == Path::new("-")) {
        return Err("stdin cannot be rewritten: name the files".to_owned());
    }
    if files.is_empty() && places == Places::default() && args.blueprint.is_none() {
        return Err("nothing is named to delete from: files, s3://bucket/prefix, --table or --blueprint".to_owned());
    }
    Ok(Asked { subject, files, places })
}

/// With what the deployed center keeps.
async fn with_places_of(mut asked: Asked, center: Option<&Center>, account: Option<&Account>) -> Result<Asked, String> {
    let (Some(center), Some(account)) = (center, account) else { return Ok(asked) };
    let found = center::places(&account.gateway, center).await?;
    if found == Places::default() {
        return Err("the center keeps no records: nothing of the blueprint that would is deployed".to_owned());
    }
    asked.places.prefixes.extend(found.prefixes);
    asked.places.tables.extend(found.tables);
    Ok(asked)
}

/// All that is needed to delete.
struct Work {
    ui: Ui,
    subject: Subject,
    files: Vec<PathBuf>,
    places: Places,
    remote: Option<Remote>,
    yes: bool,
    format: ReportFormat,
}

impl Work {
    fn run(mut self) -> Exit {
        match self.carried_out() {
            Ok(report) => report.tell(self.ui, self.format),
            Err(error) => {
                self.ui.error(&error);
                if self.yes {
                    self.ui.say("help: what is done stays done; run it again, and it goes on with what is left");
                }
                Exit::Failed
            }
        }
    }

    fn carried_out(&mut self) -> Result<Report, String> {
        if self.subject.has_number() {
            self.find_contacts()?;
        }
        let before = self.look(&BTreeSet::new())?;
        if !self.yes {
            return Ok(Report::of_dry_run(&self.subject, &before));
        }
        before.texts.remove(&self.subject, self.remote.as_ref())?;
        before.tables.remove(self.remote.as_ref())?;
        // Read anew, wherever it was read before: what is told is what is there now.
        let after = self.look(&before.texts.keys())?;
        Ok(Report::of_deletion(&self.subject, &before, &after))
    }

    /// The contacts that carry the number, wherever they are.
    fn find_contacts(&mut self) -> Result<(), String> {
        let numbers = self.subject.clone();
        let mut contacts = BTreeSet::new();
        texts::each(&self.files, &self.places.prefixes, self.remote.as_ref(), |text| {
            if text.is_marker() {
                return Ok(());
            }
            let mut found = numbers.clone();
            match found.contacts_of(text.input()) {
                Err(error @ LookError::OwnNumber { .. }) => return Err(error.to_string()),
                // Told with what is looked at.
                Err(LookError::Format { .. } | LookError::Endless { .. } | LookError::Local(_)) | Ok(()) => {}
            }
            contacts.extend(found.contacts().iter().cloned());
            Ok(())
        })?;
        contacts.extend(tables::contacts(&numbers, &self.places.tables, self.remote.as_ref())?);
        self.subject.add_found(contacts);
        Ok(())
    }

    fn look(&self, more_keys: &BTreeSet<String>) -> Result<Found, String> {
        let texts = Texts::look(&self.subject, &self.files, &self.places.prefixes, self.remote.as_ref())?;
        let mut keys = texts.keys();
        keys.extend(more_keys.iter().cloned());
        let tables = Tables::look(&self.subject, &keys, &self.places.tables, self.remote.as_ref())?;
        Ok(Found { texts, tables })
    }
}

/// What there is of the person.
struct Found {
    texts: Texts,
    tables: Tables,
}
