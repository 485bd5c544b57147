//! All that reaches outside beside the table: time and chance, Connect's users and contacts, objects, transcription jobs,
//! and what measures recordings.

use std::future::Future;

use callform_table::Moment;
use serde::{Deserialize, Serialize};

use crate::evidence::{Evidence, Measured};
use crate::ids::{CollectionId, ContactId, ProfileId, UserId};

/// Time and chance.
pub trait Rim {
    /// The time now.
    fn now(&self) -> Moment;

    /// 64 bits that nobody can foresee, from a generator for cryptography.
    fn random(&self) -> u64;
}

impl<R: Rim> Rim for &R {
    fn now(&self) -> Moment {
        (**self).now()
    }

    fn random(&self) -> u64 {
        (**self).random()
    }
}

/// A user to be created in Connect.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name they sign in with: 1 to 64 characters (100 with SAML).
    pub username: String,
    /// Their name.
    pub first_name: String,
    /// Their family name.
    pub last_name: String,
    /// The routing profile they begin with.
    pub profile: ProfileId,
    /// The password they begin with, where Connect keeps passwords (identity `connect-managed`); nothing with SAML, where
    /// Connect refuses one.
    pub password: Option<String>,
    /// What shows whose user it is: the person's identifier, kept as a tag.
    pub mark: String,
}

/// A user as Connect has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundUser {
    /// The user.
    pub id: UserId,
    /// The mark they were created with; nothing where somebody else created them.
    pub mark: Option<String>,
}

/// Why Connect did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// There is a user of that name already (`DuplicateResourceException`); nothing happened.
    #[error("there is a user of that name already")]
    Taken,
    /// Connect refuses what it was asked; the same again fails. With its own words, which name no secret.
    #[error("Connect refuses it: {0}")]
    Refused(String),
    /// It did not answer, or asked to slow down: it may have happened or not.
    #[error("Connect did not answer")]
    Unavailable,
}

/// What Connect says of a contact.
#[derive(Clone, Debug, PartialEq)]
pub enum Looked {
    /// It goes on, or is over: the evidence says so.
    Known(Box<Evidence>),
    /// Connect knows no such contact (any more).
    Unknown,
}

/// Connect's users and contacts.
pub trait Directory {
    /// Creates a user.
    fn create(&self, user: &NewUser) -> impl Future<Output = Result<UserId, DirectoryError>>;

    /// The user of a name.
    fn find(&self, username: &str) -> impl Future<Output = Result<Option<FoundUser>, DirectoryError>>;

    /// Deletes a user; one that is not there is deleted.
    fn delete(&self, user: &UserId) -> impl Future<Output = Result<(), DirectoryError>>;

    /// Gives a user another routing profile; one that is not there is left alone.
    fn assign(&self, user: &UserId, profile: &ProfileId) -> impl Future<Output = Result<(), DirectoryError>>;

    /// What became of a contact.
    fn look_up(&self, contact: &ContactId) -> impl Future<Output = Result<Looked, DirectoryError>>;
}

/// Where results of a collection are in the bucket of results.
pub fn folder(id: &CollectionId) -> String {
    format!("collections/{id}/")
}

/// Where results of a conversation are in the bucket of results; transcripts are in `transcripts/` of it.
pub fn conversation_folder(id: &CollectionId, contact: &ContactId) -> String {
    format!("{}{contact}/", folder(id))
}

/// What names of transcription jobs of a collection begin with. Names of collections have no full stop: no other collection's
/// jobs have it in their names.
pub fn jobs_of(id: &CollectionId) -> String {
    format!("callform.{id}.")
}

/// The name of the transcription job of a conversation. The same name again is refused by the service, so that no recording is
/// transcribed twice.
pub fn job_name(id: &CollectionId, contact: &ContactId) -> String {
    format!("{}{contact}", jobs_of(id))
}

/// Something outside did not answer; the same again may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} did not answer")]
pub struct Silent(pub &'static str);

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

impl Location {
    /// As contact records write it: `bucket/key`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix("s3://").unwrap_or(text);
        let (bucket, key) = text.split_once('/')?;
        (!bucket.is_empty() && !key.is_empty()).then(|| Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", self.bucket, self.key)
    }
}

/// A version of an object, or a mark that says it was deleted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// Where.
    pub location: Location,
    /// Which version; nothing where the bucket keeps none.
    pub version: Option<String>,
}

/// Objects of buckets.
pub trait Objects {
    /// Every version of every object whose key begins so, a page at a time; and where the next page begins.
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<String>,
    ) -> impl Future<Output = Result<(Vec<Stored>, Option<String>), Silent>>;

    /// Deletes a version; one that is not there is deleted.
    fn delete(&self, stored: &Stored) -> impl Future<Output = Result<(), Silent>>;
}

/// Jobs of Amazon Transcribe.
pub trait Jobs {
    /// Names of jobs that have this in their names, a page at a time; and where the next page begins.
    fn list(
        &self,
        contains: &str,
        after: Option<String>,
    ) -> impl Future<Output = Result<(Vec<String>, Option<String>), Silent>>;

    /// Deletes a job; one that is not there is deleted.
    fn delete(&self, name: &str) -> impl Future<Output = Result<(), Silent>>;
}

/// Why a recording has no figures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// The object is not there (any more).
    #[error("there is no such object")]
    Gone,
    /// It is no recording; the same again fails.
    #[error("it is no recording: {0}")]
    Unreadable(String),
    /// It could not be read; the same again may succeed.
    #[error("the object could not be read")]
    Unavailable,
}

/// Measures recordings, and says whether they are good enough.
pub trait Measure {
    /// Reads a recording and measures it.
    fn measure(&self, location: &Location) -> impl Future<Output = Result<Measured, MeasureError>>;
}

/// Stands in for Connect where nothing is asked of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Directory for Nothing {
    async fn create(&self, _: &NewUser) -> Result<UserId, DirectoryError> {
        Err(DirectoryError::Refused("there is no instance here".to_owned()))
    }

    async fn find(&self, _: &str) -> Result<Option<FoundUser>, DirectoryError> {
        Ok(None)
    }

    async fn delete(&self, _: &UserId) -> Result<(), DirectoryError> {
        Ok(())
    }

    async fn assign(&self, _: &UserId, _: &ProfileId) -> Result<(), DirectoryError> {
        Ok(())
    }

    async fn look_up(&self, _: &ContactId) -> Result<Looked, DirectoryError> {
        Err(DirectoryError::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_of_one_collection() {
        let contact = ContactId::from("0a1b-2c");
        assert_eq!(job_name(&"rooms".into(), &contact), "callform.rooms.0a1b-2c");
        for other in ["rooms-2", "a-rooms", "room"] {
            assert!(!job_name(&other.into(), &contact).contains(&jobs_of(&"rooms".into())), "{other}");
        }
    }
}
