//! Looking at the account with everything that is live.

use super::center::Center;
use super::exit_code::Exit;
use super::preview;
use super::target::Account;
use super::ui::Ui;
use crate::inventory::Inventory;
use crate::observe::{self, Scope};

/// What is deployed and what is live, once nothing is going on in the center's stacks.
pub(super) async fn look(ui: &Ui, center: &Center, account: &Account) -> Result<Inventory, Exit> {
    preview::settle(ui, &center.model.center, account).await?;
    let found = observe::inventory(&account.gateway, &Scope::of(&center.model)).await;
    let mut inventory = found.map_err(|error| {
        ui.error(&error.to_string());
        Exit::Failed
    })?;
    preview::look(ui, account, &mut inventory).await?;
    Ok(inventory)
}
