//! The center in which a call goes on: that of the moment in which its flow began, whatever is published meanwhile.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use callform_call::Center;
use sha2::{Digest as _, Sha256};

use crate::error::AwsError;
use crate::handler::Environment;

use super::super::test_case_center::Sources;
use super::call::Call;
use super::people::{self, People};

/// Sources of centers that calls are in, by digest.
const SOURCES: &str = "connect/live-center";
/// How often anything was changed that a center consists of.
const CHANGES: &str = "connect/live-changes";
/// How many centers are kept ready.
const READY: usize = 8;

/// What was read last, so that it is not read for each step of each call. All of it can be read again.
#[derive(Default)]
struct Ready {
    /// The newest center of an instance: folder, instance, changes, digest.
    newest: Option<(PathBuf, String, u64, String)>,
    centers: Vec<(String, Rc<Center>)>,
    /// The text of people, its digest, and what it means.
    people: Option<(Vec<u8>, String, Rc<People>)>,
}

thread_local! {
    static READY_HERE: RefCell<Ready> = RefCell::default();
}

/// Notes that something was changed that a center may consist of.
pub(in crate::connect) fn note_change(environment: &Environment) -> Result<(), AwsError> {
    let changes = changes(environment)? + 1;
    environment.tx.put(CHANGES, "", "", None, &changes)
}

/// How often anything was changed.
pub(super) fn changes(environment: &Environment) -> Result<u64, AwsError> {
    Ok(environment.tx.get(CHANGES, "", "")?.unwrap_or_default())
}

fn ready(digest: &str) -> Option<Rc<Center>> {
    READY_HERE
        .with_borrow(|ready| ready.centers.iter().find(|(own, _)| own == digest).map(|(_, center)| Rc::clone(center)))
}

fn keep(digest: &str, sources: &Sources) -> Rc<Center> {
    let center = Rc::new(sources.center());
    READY_HERE.with_borrow_mut(|ready| {
        if ready.centers.len() >= READY {
            ready.centers.remove(0);
        }
        ready.centers.push((digest.to_owned(), Rc::clone(&center)));
    });
    center
}

/// The center that an instance is now, by its digest. Its sources are stored, so that a call can go on in it.
pub(super) fn newest(environment: &Environment, instance: &str) -> Result<(String, Rc<Center>), AwsError> {
    let changes = changes(environment)?;
    let known = READY_HERE.with_borrow(|ready| match &ready.newest {
        Some((folder, of, at, digest)) if folder == environment.folder && of == instance && *at == changes => {
            Some(digest.clone())
        }
        _ => None,
    });
    if let Some(digest) = known
        && let Some(center) = ready(&digest)
        && is_stored(environment, instance, &digest)?
    {
        return Ok((digest, center));
    }
    let sources = Sources::read(environment, instance)?;
    let text = serde_json::to_vec(&sources)?;
    let digest = hex(&text);
    if !is_stored(environment, instance, &digest)? {
        forget_unused(environment, instance)?;
        environment.tx.put(SOURCES, instance, &digest, Some(&digest), &sources)?;
    }
    let center = ready(&digest).unwrap_or_else(|| keep(&digest, &sources));
    let newest = (environment.folder.to_owned(), instance.to_owned(), changes, digest.clone());
    READY_HERE.with_borrow_mut(|ready| ready.newest = Some(newest));
    Ok((digest, center))
}

fn is_stored(environment: &Environment, instance: &str, digest: &str) -> Result<bool, AwsError> {
    Ok(!environment.tx.keys_by_name(SOURCES, instance, digest)?.is_empty())
}

/// The center of a digest; `None` where its sources are gone.
pub(super) fn of(environment: &Environment, instance: &str, digest: &str) -> Result<Option<Rc<Center>>, AwsError> {
    if let Some(center) = ready(digest) {
        return Ok(Some(center));
    }
    let sources: Option<Sources> = environment.tx.get(SOURCES, instance, digest)?;
    Ok(sources.map(|sources| keep(digest, &sources)))
}

/// Forgets the centers that no call is in.
fn forget_unused(environment: &Environment, instance: &str) -> Result<(), AwsError> {
    let calls = Call::all(environment, instance)?;
    for (scope, digest) in environment.tx.keys(SOURCES)? {
        if scope == instance && !calls.iter().any(|call| call.center.as_ref() == Some(&digest)) {
            environment.tx.delete(SOURCES, instance, &digest)?;
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The people of a folder, and what tells them from others; `None` where nobody is there.
pub(super) fn people_and_digest(folder: &Path) -> Result<Option<(Rc<People>, String)>, AwsError> {
    let Some(text) = people::text(folder)? else { return Ok(None) };
    let known = READY_HERE.with_borrow(|ready| match &ready.people {
        Some((own, digest, people)) if *own == text => Some((Rc::clone(people), digest.clone())),
        _ => None,
    });
    if known.is_some() {
        return Ok(known);
    }
    let (people, digest) = (Rc::new(People::parse(&text, folder)?), hex(&text));
    READY_HERE.with_borrow_mut(|ready| ready.people = Some((text, digest.clone(), Rc::clone(&people))));
    Ok(Some((people, digest)))
}

/// The people of a folder; `None` where nobody is there.
pub(super) fn people(folder: &Path) -> Result<Option<Rc<People>>, AwsError> {
    Ok(people_and_digest(folder)?.map(|(people, _)| people))
}
