//! The live table of a dialer, and the procedures on it.

use dialer::connect::Services;
use dialer::dynamodb::DynamoDb;
use dialer::ids::AttemptId;
use dialer::moment::Moment;
use dialer::phone::NoPhone;
use dialer::policy::Policy;
use dialer::work::{Rim, Work};

use super::found::Found;
use crate::cli::args::AccountArgs;
use crate::cli::exit_code::Exit;
use crate::cli::target::Account;
use crate::cli::ui::Ui;
use crate::model::Address;
use crate::observe;
use crate::plan::Known;

/// A dialer that is deployed.
pub(super) struct Live {
    pub(super) account: Account,
    /// The table's name.
    pub(super) table: String,
    /// The bucket's name, where there is one.
    pub(super) bucket: Option<String>,
    /// The state machine's ARN, where there is one.
    pub(super) machine: Option<String>,
}

/// Finds the table and the state machine in the account.
pub(super) async fn open(ui: &Ui, found: &Found, args: &AccountArgs) -> Result<Live, Exit> {
    let account = Account::open(ui, args, &found.center.model.region).await?;
    match names(ui, found, args, &account).await {
        Ok(Names { table, bucket, machine }) => Ok(Live { account, table, bucket, machine }),
        Err(exit) => {
            account.close().await;
            Err(exit)
        }
    }
}

/// What the blueprint's resources are called in the account.
struct Names {
    table: String,
    bucket: Option<String>,
    machine: Option<String>,
}

async fn names(ui: &Ui, found: &Found, args: &AccountArgs, account: &Account) -> Result<Names, Exit> {
    let inventory = observe::stacks_and_associations(&account.gateway, &found.center.model).await.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })?;
    let known = Known::new(&inventory, None);
    let Some(table) = known.physical_id(&found.table) else {
        ui.error(&format!("the dialer `{}` is not deployed", found.key));
        ui.say(&format!("help: apply the blueprint first: `callform apply <blueprint>{}`", args.as_written()));
        return Err(Exit::Failed);
    };
    let name = |address: &Option<Address>| Some(known.physical_id(address.as_ref()?)?.to_owned());
    Ok(Names { table: table.to_owned(), bucket: name(&found.bucket), machine: name(&found.machine) })
}

/// What the procedures need, in one place.
pub(super) struct Tools<'a> {
    store: DynamoDb<'a>,
    rim: Services<'a>,
    policy: &'a Policy,
}

impl Live {
    /// The procedures' tools.
    pub(super) fn tools<'a>(&'a self, policy: &'a Policy) -> Tools<'a> {
        let calls = self.account.gateway.calls();
        Tools { store: DynamoDb::new(calls, &self.table), rim: Services(calls), policy }
    }
}

impl<'a> Tools<'a> {
    /// The procedures.
    pub(super) fn work(&self) -> Work<'_, DynamoDb<'a>, NoPhone, Services<'a>> {
        Work { store: &self.store, phone: &NoPhone, rim: &self.rim, policy: self.policy }
    }

    /// The table.
    pub(super) fn store(&self) -> &DynamoDb<'a> {
        &self.store
    }

    /// The time by the clock of the service that answered last.
    pub(super) fn now(&self) -> Moment {
        self.rim.now()
    }
}

/// Says why something failed.
pub(super) fn failed(ui: &Ui, error: &dyn std::fmt::Display) -> Exit {
    ui.error(&error.to_string());
    Exit::Failed
}

/// This machine's clock, for what needs no account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local;

impl Rim for Local {
    fn now(&self) -> Moment {
        Moment::from_milliseconds(crate::cli::clock::now().timestamp_millis())
    }

    fn attempt(&self) -> AttemptId {
        AttemptId::from(uuid::Uuid::new_v4().to_string())
    }
}
