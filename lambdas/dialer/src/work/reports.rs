//! Questions: how the campaign stands, what became of calls, why somebody is called or not.

use crate::ids::PersonId;
use crate::item::Key;
use crate::moment::{Day, Moment};
use crate::phone::Phone;
use crate::report::{ResultRow, Status};
use crate::store::{Cursor, Store};
use crate::why::{Why, why};
use crate::work::{Rim, Work, WorkError};

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// How the campaign stands.
    pub async fn status(&self) -> Result<Status, WorkError> {
        Ok(Status::of(self.policy, &self.campaign().await?, self.rim.now()))
    }

    /// Why a person is called at a moment, or not; nothing where there is no such person.
    pub async fn why(&self, id: &PersonId, at: Moment) -> Result<Option<Why>, WorkError> {
        let Some(item) = self.store.get(&Key::Person(id.clone())).await? else { return Ok(None) };
        let Some(person) = item.body.person() else { return Ok(None) };
        let number = match person.number() {
            Some(number) => self.store.get(&Key::Number(number.clone())).await?,
            None => None,
        };
        let number = number.as_ref().and_then(|item| item.body.number());
        Ok(Some(why(self.policy, &self.campaign().await?, person, number, at)))
    }

    /// Calls of a day of the dialer's, in the order in which they were claimed, at most so many; and where to go on.
    pub async fn results(
        &self,
        day: Day,
        limit: usize,
        after: Option<Cursor>,
    ) -> Result<(Vec<ResultRow>, Option<Cursor>), WorkError> {
        let page = self.store.day(day, limit, after).await?;
        let items = self.store.get_all(&page.keys).await?;
        let attempts = items.iter().flatten().filter_map(|item| item.body.attempt());
        Ok((attempts.map(|attempt| ResultRow::of(self.policy, attempt)).collect(), page.next))
    }
}
