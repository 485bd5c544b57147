//! Starts, pauses, resumes and stops; and what happens to single persons beside calls.

use std::cell::Cell;

use crate::ids::PersonId;
use crate::item::{Campaign, Item, Key, Person, Standing, State};
use crate::moment::Moment;
use crate::phone::Phone;
use crate::store::{Change, Store};
use crate::transition;
use crate::work::{Rim, Work, WorkError};

/// A campaign that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// How: [`State::Done`] or [`State::Stopped`].
    pub state: State,
    /// The task token of the state machine that waits for the end.
    pub task_token: Option<String>,
}

/// Whether a state machine waits for the end now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// It does.
    Waited,
    /// Another one does; nothing happened.
    Taken,
}

fn begin(campaign: &mut Campaign, now: Moment) {
    if campaign.state != State::Running {
        campaign.state = State::Running;
        campaign.started = Some(now);
    }
    campaign.ended = None;
    campaign.trouble = None;
}

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// The campaign as it is; what it would be where there is none yet.
    pub async fn campaign(&self) -> Result<Campaign, WorkError> {
        let item = self.store.get(&Key::Campaign).await?;
        Ok(item.and_then(|item| item.body.campaign().cloned()).unwrap_or_default())
    }

    /// Starts placing calls, from whatever state. A token that is given replaces the one there is. Where nobody is to be
    /// called, it is done at once.
    pub async fn start(&self, task_token: Option<&str>) -> Result<State, WorkError> {
        self.turn(|campaign| {
            begin(campaign, self.rim.now());
            if let Some(token) = task_token {
                campaign.task_token = Some(token.to_owned());
            }
        })
        .await
    }

    /// Starts for a state machine that waits for the end. Where another one waits for it already, nothing happens. `begun` says
    /// that whoever started the state machine had started the campaign before: where it was stopped since, it stays so, and the
    /// state machine is told its end.
    pub async fn start_for(&self, task_token: &str, begun: bool) -> Result<Started, WorkError> {
        let started = Cell::new(Started::Waited);
        self.turn(|campaign| {
            let ended = matches!(campaign.state, State::Done | State::Stopped);
            let other = campaign.task_token.as_deref().is_some_and(|token| token != task_token);
            if other && !ended {
                started.set(Started::Taken);
                return;
            }
            started.set(Started::Waited);
            if !(begun && matches!(campaign.state, State::Stopping | State::Stopped)) {
                begin(campaign, self.rim.now());
            }
            campaign.task_token = Some(task_token.to_owned());
        })
        .await?;
        Ok(started.get())
    }

    /// Places no calls until it is resumed. Does nothing where it does not run.
    pub async fn pause(&self) -> Result<State, WorkError> {
        self.turn(|campaign| {
            if campaign.state == State::Running {
                campaign.state = State::Paused;
            }
        })
        .await
    }

    /// Goes on after a pause, and after trouble that somebody has looked at. Does nothing where it is neither.
    pub async fn resume(&self) -> Result<State, WorkError> {
        self.turn(|campaign| {
            campaign.trouble = None;
            if campaign.state == State::Paused {
                campaign.state = State::Running;
            }
        })
        .await
    }

    /// Places no calls any more, waits for those that are going on, and is stopped then.
    pub async fn stop(&self) -> Result<State, WorkError> {
        self.turn(|campaign| {
            if matches!(campaign.state, State::Running | State::Paused | State::Idle) {
                campaign.state = State::Stopping;
            }
        })
        .await
    }

    /// The end of the campaign, where it has come. Ask again until whoever waits was told, then call [`Work::finished`].
    pub async fn finish(&self) -> Result<Option<Finish>, WorkError> {
        self.turn(|_| {}).await?;
        let campaign = self.campaign().await?;
        let ended = matches!(campaign.state, State::Done | State::Stopped);
        Ok(ended.then_some(Finish { state: campaign.state, task_token: campaign.task_token }))
    }

    /// Whoever waited for the end was told.
    pub async fn finished(&self, task_token: &str) -> Result<(), WorkError> {
        self.turn(|campaign| {
            if campaign.task_token.as_deref() == Some(task_token) {
                campaign.task_token = None;
            }
        })
        .await?;
        Ok(())
    }

    async fn turn(&self, change: impl Fn(&mut Campaign)) -> Result<State, WorkError> {
        let state = self
            .decide(&[Key::Campaign], |items| {
                let before = items[0].as_ref().and_then(|item| item.body.campaign());
                let mut campaign = before.cloned().unwrap_or_default();
                change(&mut campaign);
                transition::end(self.policy, &mut campaign, self.rim.now());
                let state = campaign.state;
                let changes = match &items[0] {
                    Some(_) if before == Some(&campaign) => Vec::new(),
                    Some(item) => vec![Change::replace(item, campaign)],
                    None => vec![Change::create(Key::Campaign, campaign)],
                };
                Some((changes, state))
            })
            .await?;
        Ok(state.unwrap_or_default())
    }

    /// Changes what is known of a person: enabled, names, zones, attributes, priority. Their standing follows; a call that is
    /// going on goes on. Nothing where there is no such person.
    pub async fn change_person(
        &self,
        id: &PersonId,
        change: impl Fn(&mut Person),
    ) -> Result<Option<Person>, WorkError> {
        self.with_person(id, |campaign, item| {
            let mut person = item.body.person()?.clone();
            change(&mut person);
            transition::stand(self.policy, campaign, &mut person, self.rim.now());
            Some((Change::replace(item, person.clone()), person))
        })
        .await
    }

    /// Forgets a person. False while a call to them is going on, or where there is none such.
    pub async fn delete_person(&self, id: &PersonId) -> Result<bool, WorkError> {
        let deleted = self
            .with_person(id, |campaign, item| {
                let person = item.body.person()?;
                if person.standing == Standing::Live {
                    return None;
                }
                campaign.counts.remove(person.standing);
                Some((Change::delete(item), ()))
            })
            .await?;
        Ok(deleted.is_some())
    }

    async fn with_person<T>(
        &self,
        id: &PersonId,
        change: impl Fn(&mut Campaign, &Item) -> Option<(Change, T)>,
    ) -> Result<Option<T>, WorkError> {
        self.decide(&[Key::Campaign, Key::Person(id.clone())], |items| {
            let (campaign, item) = (items[0].as_ref()?, items[1].as_ref()?);
            let mut next = campaign.body.campaign()?.clone();
            let (change, answer) = change(&mut next, item)?;
            let mut changes = vec![change];
            transition::end(self.policy, &mut next, self.rim.now());
            if Some(&next) != campaign.body.campaign() {
                changes.push(Change::replace(campaign, next));
            }
            Some((changes, answer))
        })
        .await
    }
}
