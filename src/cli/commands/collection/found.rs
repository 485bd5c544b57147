//! The collections of a blueprint.

use collection::policy::Policy;

use crate::cli::bundled::{self, BlueprintArgs, Bundled, Sought};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::model::Address;

/// What hears of calls, and knows the table and the instance.
const COLLECTION: Sought = Sought {
    bundle: "collection-records",
    noun: "function for collections",
    example: "blueprints/spoken-data-collection.yaml",
};

/// Collections as their blueprint describes them.
pub(super) struct Found {
    pub(super) function: Bundled,
    /// What is allowed.
    pub(super) policy: Policy,
    /// Their table.
    pub(super) table: Address,
    /// The bucket of transcripts, where there is one.
    pub(super) bucket: Option<Address>,
}

/// Reads the blueprint, and finds its collections.
pub(super) fn find(ui: &Ui, args: &BlueprintArgs) -> Result<Found, Exit> {
    let function = bundled::find(ui, args, &COLLECTION, None)?;
    let failed = |message: &str, help: &str| {
        ui.error(message);
        ui.say(&format!("help: {help}"));
        Exit::Failed
    };
    let policy = Policy::from_variables(|name| function.text(name));
    let policy = policy.map_err(|error| failed(&error.to_string(), "change it under `with:` of the function"))?;
    let Some(table) = function.target("TABLE") else {
        return Err(failed("the collections have no table", "name one under `with:` of the function"));
    };
    let bucket = function.target("BUCKET");
    Ok(Found { function, policy, table, bucket })
}
