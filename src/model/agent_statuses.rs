//! Agent statuses.

use super::members::Members;
use super::resolver::Resolver;
use super::{Kind, naming};
use crate::blueprint::{Common, Definition as _};

impl Resolver<'_> {
    pub(crate) fn agent_statuses(&mut self) {
        for (key, status) in &self.blueprint().agent_statuses.0 {
            let status = status.as_ref();
            let name = status.and_then(|status| status.name.as_ref());
            let enabled = status.and_then(|status| status.enabled).unwrap_or(true);
            let properties = Members::of_instance()
                .with("Name", name.map_or_else(|| naming::display_name(key), |name| name.value.clone()))
                .with_some("Description", status.and_then(|status| status.description.as_ref()))
                .with("State", if enabled { "ENABLED" } else { "DISABLED" })
                .with_some("DisplayOrder", status.and_then(|status| status.order))
                .with_tags(status.and_then(|status| status.tags.as_ref()))
                .finish();
            let common = status.map_or(Common::NONE, |status| status.common());
            self.add(Kind::AgentStatus, key, common, "AWS::Connect::AgentStatus", properties);
        }
    }
}
