//! The sandbox's memory: JSON documents in one SQLite file.
//!
//! A document has a `kind` (`connect/queue`, `cloudformation/stack`, …), a `scope` (the instance, the stack, or empty),
//! a `key` that is unique in kind and scope, and optionally a `name` to find it by.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::AwsError;

/// The open store of one sandbox folder.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

/// One transaction: everything in it happens, or nothing.
pub struct Tx<'a> {
    transaction: Transaction<'a>,
}

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS document (
        kind TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, name TEXT, body TEXT NOT NULL,
        PRIMARY KEY (kind, scope, key)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS document_by_name ON document (kind, scope, name);
    CREATE TABLE IF NOT EXISTS event (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, scope TEXT NOT NULL, body TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS event_by_scope ON event (kind, scope, id);
";

/// Times that a new database is asked to be one with a log, and how long between them.
const ASKED: u32 = 500;
const BETWEEN: Duration = Duration::from_millis(20);

/// Has the database write ahead. Two processes that open a new one at once may refuse each other, whatever their time-out: SQLite
/// does not wait where both would wait for one another. Source: SQLite's documentation of `sqlite3_busy_handler`.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 1..ASKED {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                std::thread::sleep(BETWEEN);
            }
            answer => return answer,
        }
    }
    connection.pragma_update(None, "journal_mode", "WAL")
}

impl Store {
    /// Opens the store in a file, and makes it where it is not there yet.
    pub fn open(file: &Path) -> Result<Self, AwsError> {
        // SQLite gives the files beside it the same rights.
        crate::private::database(file).map_err(|error| crate::error::own_file(file, &error))?;
        Self::prepare(Connection::open(file)?)
    }

    /// A store in memory, for tests.
    pub fn in_memory() -> Result<Self, AwsError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(connection: Connection) -> Result<Self, AwsError> {
        connection.busy_timeout(Duration::from_mins(1))?;
        write_ahead(&connection)?;
        // The folder must survive the death of a process, not of the machine.
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that changes when another connection, of this process or another, commits to the file.
    pub fn data_version(&self) -> Result<i64, AwsError> {
        Ok(self.connection().pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    /// Runs `work` in a transaction that other processes see whole or not at all. An `Err` rolls everything back.
    pub fn transaction<R>(&self, work: impl FnOnce(&Tx) -> Result<R, AwsError>) -> Result<R, AwsError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tx = Tx { transaction };
        let answer = work(&tx)?;
        tx.transaction.commit()?;
        Ok(answer)
    }
}

impl Tx<'_> {
    /// The document of a key.
    pub fn get<T: DeserializeOwned>(&self, kind: &str, scope: &str, key: &str) -> Result<Option<T>, AwsError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT body FROM document WHERE kind = ?1 AND scope = ?2 AND key = ?3")?;
        let body: Option<String> = statement.query_row(params![kind, scope, key], |row| row.get(0)).optional()?;
        body.map(|body| serde_json::from_str(&body).map_err(AwsError::from)).transpose()
    }

    /// Writes a document, in place of any earlier one with the key.
    pub fn put<T: Serialize>(
        &self,
        kind: &str,
        scope: &str,
        key: &str,
        name: Option<&str>,
        body: &T,
    ) -> Result<(), AwsError> {
        let body = serde_json::to_string(body)?;
        self.transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO document (kind, scope, key, name, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![kind, scope, key, name, body])?;
        Ok(())
    }

    /// Removes a document; false where there was none.
    pub fn delete(&self, kind: &str, scope: &str, key: &str) -> Result<bool, AwsError> {
        let removed = self
            .transaction
            .prepare_cached("DELETE FROM document WHERE kind = ?1 AND scope = ?2 AND key = ?3")?
            .execute(params![kind, scope, key])?;
        Ok(removed > 0)
    }

    /// Removes all documents of a scope whose kind begins with a prefix, such as `connect/`.
    pub fn delete_kinds(&self, prefix: &str, scope: &str) -> Result<(), AwsError> {
        self.transaction
            .prepare_cached("DELETE FROM document WHERE substr(kind, 1, length(?1)) = ?1 AND scope = ?2")?
            .execute(params![prefix, scope])?;
        Ok(())
    }

    /// All documents of a kind and scope, by key.
    pub fn list<T: DeserializeOwned>(&self, kind: &str, scope: &str) -> Result<Vec<(String, T)>, AwsError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT key, body FROM document WHERE kind = ?1 AND scope = ?2 ORDER BY key")?;
        let rows = statement
            .query_map(params![kind, scope], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (key, body) = row?;
            Ok((key, serde_json::from_str(&body)?))
        })
        .collect()
    }

    /// At most `limit` documents of a kind and scope, by key, with keys after `after`.
    pub fn list_after<T: DeserializeOwned>(
        &self,
        kind: &str,
        scope: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<(String, T)>, AwsError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT key, body FROM document WHERE kind = ?1 AND scope = ?2 AND key > ?3 ORDER BY key LIMIT ?4",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![kind, scope, after, limit], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (key, body) = row?;
            Ok((key, serde_json::from_str(&body)?))
        })
        .collect()
    }

    /// The document with the smallest key of a kind and scope.
    pub fn first<T: DeserializeOwned>(&self, kind: &str, scope: &str) -> Result<Option<(String, T)>, AwsError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT key, body FROM document WHERE kind = ?1 AND scope = ?2 ORDER BY key LIMIT 1")?;
        let row: Option<(String, String)> =
            statement.query_row(params![kind, scope], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        row.map(|(key, body)| Ok((key, serde_json::from_str(&body)?))).transpose()
    }

    /// Removes all documents of a kind and scope.
    pub fn delete_all(&self, kind: &str, scope: &str) -> Result<(), AwsError> {
        self.transaction
            .prepare_cached("DELETE FROM document WHERE kind = ?1 AND scope = ?2")?
            .execute(params![kind, scope])?;
        Ok(())
    }

    /// Runs a part of the transaction: where it ends with an `Err`, what it wrote is undone, and the rest of the
    /// transaction goes on.
    pub fn attempt<R, E>(&self, work: impl FnOnce() -> Result<R, E>) -> Result<Result<R, E>, AwsError> {
        self.transaction.execute_batch("SAVEPOINT attempt")?;
        let outcome = work();
        if outcome.is_err() {
            self.transaction.execute_batch("ROLLBACK TO attempt")?;
        }
        self.transaction.execute_batch("RELEASE attempt")?;
        Ok(outcome)
    }

    /// Keys of the documents of a kind and scope that carry a name.
    pub fn keys_by_name(&self, kind: &str, scope: &str, name: &str) -> Result<Vec<String>, AwsError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT key FROM document WHERE kind = ?1 AND scope = ?2 AND name = ?3 ORDER BY key")?;
        let rows = statement.query_map(params![kind, scope, name], |row| row.get(0))?;
        rows.map(|row| row.map_err(AwsError::from)).collect()
    }

    /// Scope and key of every document of a kind.
    pub fn keys(&self, kind: &str) -> Result<Vec<(String, String)>, AwsError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT scope, key FROM document WHERE kind = ?1 ORDER BY scope, key")?;
        let rows = statement.query_map(params![kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| row.map_err(AwsError::from)).collect()
    }

    /// Every scope that documents of a kind have, sorted.
    pub fn scopes(&self, kind: &str) -> Result<Vec<String>, AwsError> {
        let mut statement =
            self.transaction.prepare_cached("SELECT DISTINCT scope FROM document WHERE kind = ?1 ORDER BY scope")?;
        let rows = statement.query_map(params![kind], |row| row.get(0))?;
        rows.map(|row| row.map_err(AwsError::from)).collect()
    }

    /// How many documents a kind and scope have.
    pub fn count(&self, kind: &str, scope: &str) -> Result<usize, AwsError> {
        let count: i64 = self
            .transaction
            .prepare_cached("SELECT COUNT(*) FROM document WHERE kind = ?1 AND scope = ?2")?
            .query_row(params![kind, scope], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Appends to a log and returns the entry's number, which only grows.
    pub fn append<T: Serialize>(&self, kind: &str, scope: &str, body: &T) -> Result<i64, AwsError> {
        let body = serde_json::to_string(body)?;
        self.transaction
            .prepare_cached("INSERT INTO event (kind, scope, body) VALUES (?1, ?2, ?3)")?
            .execute(params![kind, scope, body])?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// Entries of a log with numbers below `before` (all where `None`), newest first, at most `limit`.
    pub fn newest<T: DeserializeOwned>(
        &self,
        kind: &str,
        scope: &str,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, T)>, AwsError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT id, body FROM event WHERE kind = ?1 AND scope = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
        )?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![kind, scope, before.unwrap_or(i64::MAX), limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (id, body) = row?;
            Ok((id, serde_json::from_str(&body)?))
        })
        .collect()
    }

    /// Removes a whole log.
    pub fn clear_log(&self, kind: &str, scope: &str) -> Result<(), AwsError> {
        self.transaction
            .prepare_cached("DELETE FROM event WHERE kind = ?1 AND scope = ?2")?
            .execute(params![kind, scope])?;
        Ok(())
    }
}
