//! Collections of spoken conversations, for people.

use std::fmt::{Display, Write as _};

use collection::evidence::Evidence;
use collection::item::{Collection, Conversation, Mode, Person, Role, Standing, State};
use collection::work::{Added, Listing, Shown};
use serde_json::{Value, json};

/// Traces that are shown one by one.
const SHOWN: usize = 200;

/// Lines of columns, each as wide as its widest entry.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = padded.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    std::iter::once(line(&head)).chain(rows.iter().map(|row| line(row))).collect()
}

fn with(mode: &Mode) -> String {
    match mode {
        Mode::Human => "agents".to_owned(),
        Mode::Bot(bot) => format!("bot {bot}"),
    }
}

/// Names, in a row.
pub(crate) fn names<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// A collection that was made: with its PINs, this once.
pub(crate) fn created(collection: &Collection) -> String {
    format!(
        "collection     {}\nPIN of callers {}\nPIN of its owner {}\n",
        collection.id, collection.pin, collection.owner_pin
    )
}

/// What became of a collection.
pub(crate) fn turned(collection: &Collection) -> String {
    let left = if collection.live > 0 { format!(", {} under way", collection.live) } else { String::new() };
    format!(
        "The collection `{}` is {}: {} of {} accepted{left}.",
        collection.id,
        collection.state.word(),
        collection.accepted,
        collection.goal
    )
}

/// All collections.
pub(crate) fn collections(all: &[Collection]) -> String {
    if all.is_empty() {
        return "no collections\n".to_owned();
    }
    let row = |one: &Collection| {
        vec![
            one.id.to_string(),
            with(&one.mode),
            one.state.word().to_owned(),
            format!("{} of {}", one.accepted, one.goal),
            one.reserved.to_string(),
            one.title.clone(),
        ]
    };
    table(&["collection", "with", "state", "accepted", "under way", "about"], &all.iter().map(row).collect::<Vec<_>>())
}

/// What a report does not say: PINs, agents, the pool.
pub(crate) fn shown(shown: &Shown) -> String {
    let collection = &shown.collection;
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing into a text does not fail.
        let _ok = writeln!(text, "{name:<24}{value}");
    };
    line("PIN of callers", collection.pin.as_str());
    line("PIN of its owner", collection.owner_pin.as_str());
    if collection.mode == Mode::Human {
        let queue = collection.lease.as_ref().map_or("-", |lease| lease.queue.as_str());
        line("queue", queue);
        line("free queues", &shown.free_queues.to_string());
        for agent in &shown.agents {
            line("agent", agent.account.as_ref().map_or("-", |account| account.username.as_str()));
        }
    }
    text
}

/// The conversations of a collection.
pub(crate) fn conversations(all: &[Conversation]) -> String {
    if all.is_empty() {
        return "no conversations\n".to_owned();
    }
    let row = |one: &Conversation| {
        let why = one.why.map(|why| format!(": {}", why.word())).unwrap_or_default();
        vec![
            one.began.to_string(),
            one.id.to_string(),
            format!("{}{why}", one.state.word()),
            one.person.as_ref().map(ToString::to_string).unwrap_or_default(),
            quality(&one.evidence),
            if one.evidence.transcripts.is_empty() { String::new() } else { "yes".to_owned() },
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let mut text = table(&["began", "conversation", "state", "caller", "recording", "transcript"], &rows);
    let counts = State::ALL.map(|state| (all.iter().filter(|one| one.state == state).count(), state.word()));
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let _ok = writeln!(text, "{}", counts.join(", "));
    text
}

fn quality(evidence: &Evidence) -> String {
    let measured: Vec<_> = evidence.recordings.values().filter_map(|recorded| recorded.measured.as_ref()).collect();
    let Some(longest) = measured.iter().max_by_key(|one| one.milliseconds) else { return String::new() };
    let faults: Vec<&str> = measured.iter().flat_map(|one| one.faults.iter().map(String::as_str)).collect();
    let seconds = longest.milliseconds / 1000;
    if faults.is_empty() { format!("{seconds} s") } else { format!("{seconds} s, {}", faults.join(", ")) }
}

/// Somebody who calls.
pub(crate) fn customer_added(person: &Person) -> String {
    let pin = person.pin.as_ref().map_or("-", |pin| pin.as_str());
    format!("person {}\nPIN    {pin}\n", person.id)
}

/// An agent.
pub(crate) fn agent_added(added: &Added) -> String {
    let username = added.person.account.as_ref().map_or("-", |account| account.username.as_str());
    let sign_in = match &added.password {
        Some(password) => format!(
            "password {password}\nIt is shown this once, and kept nowhere: they change it at their first sign-in.\n"
        ),
        None => "They sign in with your identity provider.\n".to_owned(),
    };
    format!("person {}\nuser   {username}\n{sign_in}", added.person.id)
}

/// Customers and agents.
pub(crate) fn people(all: &[Person]) -> String {
    if all.is_empty() {
        return "nobody\n".to_owned();
    }
    let row = |one: &Person| {
        let standing = match one.standing {
            Standing::Ready => "",
            Standing::Creating => "being made",
            Standing::Deleting => "being deleted",
        };
        vec![
            one.id.to_string(),
            role(one).to_owned(),
            one.account.as_ref().map_or_else(|| one.name.clone(), |account| account.username.clone()),
            one.collections.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            standing.to_owned(),
        ]
    };
    table(&["person", "role", "name", "collections", ""], &all.iter().map(row).collect::<Vec<_>>())
}

fn role(person: &Person) -> &'static str {
    match person.role {
        Role::Customer => "customer",
        Role::Agent => "agent",
    }
}

/// Somebody with their PIN, for programs: for whoever added them.
pub(crate) fn person_with_pin(person: &Person) -> Value {
    let mut value = person_json(person);
    value["pin"] = json!(person.pin);
    value
}

/// Somebody, for programs.
pub(crate) fn person_json(person: &Person) -> Value {
    json!({
        "id": person.id,
        "role": role(person),
        "name": person.name,
        "collections": person.collections,
        "username": person.account.as_ref().map(|account| &account.username),
        "created": person.created,
    })
}

/// What was found in every store.
pub(crate) fn listing(what: &str, listing: &Listing) -> String {
    let mut text = String::new();
    if listing.is_empty() {
        let _ok = writeln!(text, "{what} nothing");
    } else {
        let _ok = writeln!(text, "{what}:");
        for trace in listing.traces.iter().take(SHOWN) {
            let _ok = writeln!(text, "  {:<20} {}", trace.store, trace.what);
        }
        if listing.traces.len() > SHOWN {
            let _ok = writeln!(text, "  … and {} more", listing.traces.len() - SHOWN);
        }
    }
    if listing.marks > 0 {
        let _ok = writeln!(text, "and {} marks that say nothing but that something was erased", listing.marks);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_need_to_be() {
        let rows = [vec!["a".to_owned(), "12".to_owned()], vec!["ärger".to_owned(), String::new()]];
        assert_eq!(table(&["name", "n"], &rows), "name   n\na      12\närger\n");
    }

    #[test]
    fn an_empty_listing_says_so() {
        assert_eq!(listing("left is", &Listing::default()), "left is nothing\n");
    }
}
