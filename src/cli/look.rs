//! Looking at the account with everything that is live.

use super::center::Center;
use super::exit_code::Exit;
use super::preview;
use super::target::Account;
use super::ui::Ui;
use crate::inventory::Inventory;
use crate::observe;

/// What is deployed and what is live, once nothing is going on in the center's stacks.
pub(super) async fn look(ui: &Ui, center: &Center, account: &Account) -> Result<Inventory, Exit> {
    let failed = |error: &dyn std::fmt::Display| {
        ui.error(&error.to_string());
        Exit::Failed
    };
    preview::settle(ui, center, account).await?;
    let mut inventory = observe::inventory(&account.gateway, &center.model).await.map_err(|error| failed(&error))?;
    observe::live(&account.gateway, &mut inventory).await.map_err(|error| failed(&error))?;
    Ok(inventory)
}
