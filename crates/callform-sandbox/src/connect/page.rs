//! Pages of List and Search operations, with opaque tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::Document;
use super::error::invalid_parameter;
use super::input::Input;
use super::resource::Kind;
use super::search::{Fields, Search, Special};

/// Where the next page starts.
#[derive(Serialize, Deserialize, Default)]
struct Token {
    operation: String,
    /// Which of the kinds listed, and the key in it that came last; or, for a list in memory, the number of entries
    /// already given.
    kind: usize,
    after: Option<String>,
    given: usize,
    total: usize,
}

impl Token {
    fn read(input: &Input) -> Result<Option<Self>, AwsError> {
        let Some(text) = input.text("NextToken") else { return Ok(None) };
        let token: Option<Self> =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let token = token.filter(|token| token.operation == input.operation());
        token.map(Some).ok_or_else(|| invalid_parameter("NextToken is not valid"))
    }

    fn write(&self) -> Result<Value, AwsError> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?).into())
    }
}

/// One page of stored resources.
pub(super) struct Page {
    /// The resources with their kinds, in the order of the kinds and then of their keys.
    pub(super) entries: Vec<(&'static Kind, Document)>,
    /// How many there are on all pages.
    pub(super) total: usize,
    next: Option<Value>,
}

/// Whether a resource belongs on the pages.
pub(super) type Accepts<'a> = &'a dyn Fn(&Document) -> bool;

/// How many documents are read at a time where most are not wanted.
const BATCH: usize = 500;

/// The page of a List or Search operation over all resources of some kinds; `accepts` leaves some out. Following a
/// token costs no more than the page itself: the total travels in the token.
pub(super) fn stored(
    environment: &Environment,
    input: &Input,
    kinds: &[&'static Kind],
    accepts: Option<Accepts>,
) -> Result<Page, AwsError> {
    let mut token = match Token::read(input)? {
        Some(token) => token,
        None => Token {
            operation: input.operation().to_owned(),
            total: total(environment, input, kinds, accepts)?,
            ..Token::default()
        },
    };
    let size = input.page_size();
    let mut entries = Vec::new();
    while let Some(kind) = kinds.get(token.kind) {
        let after = token.after.as_deref().unwrap_or_default();
        // One more than fits on the page shows whether there is another page.
        let batch = if accepts.is_some() { BATCH } else { size + 1 - entries.len() };
        let documents: Vec<(String, Document)> =
            environment.tx.list_after(kind.document, kind.scope(input.instance()), after, batch)?;
        if documents.is_empty() {
            token.kind += 1;
            token.after = None;
        }
        for (key, document) in documents {
            if accepts.is_none_or(|accepts| accepts(&document)) {
                if entries.len() == size {
                    return Ok(Page { entries, total: token.total, next: Some(token.write()?) });
                }
                entries.push((*kind, document));
            }
            token.after = Some(key);
        }
    }
    Ok(Page { entries, total: token.total, next: None })
}

fn total(
    environment: &Environment,
    input: &Input,
    kinds: &[&Kind],
    accepts: Option<Accepts>,
) -> Result<usize, AwsError> {
    let mut total = 0;
    for kind in kinds {
        let scope = kind.scope(input.instance());
        total += match accepts {
            None => environment.tx.count(kind.document, scope)?,
            Some(accepts) => {
                environment.tx.list::<Document>(kind.document, scope)?.iter().filter(|(_, body)| accepts(body)).count()
            }
        };
    }
    Ok(total)
}

impl Page {
    /// The answer of a List operation.
    pub(super) fn list(self, member: &str, entry: impl Fn(&Kind, Document) -> Value) -> Value {
        let mut answer = Map::new();
        let entries: Vec<Value> = self.entries.into_iter().map(|(kind, body)| entry(kind, body)).collect();
        answer.insert(member.to_owned(), entries.into());
        answer.extend(self.next.map(|token| ("NextToken".to_owned(), token)));
        answer.into()
    }

    /// The answer of a Search operation: the documents as they are.
    pub(super) fn search(self, member: &str) -> Value {
        let total = self.total;
        let mut answer = self.list(member, |_, body| body.into());
        if let Value::Object(members) = &mut answer {
            members.insert("ApproximateTotalCount".to_owned(), total.into());
        }
        answer
    }
}

/// The page of a Search operation over all resources of a type.
pub(super) fn search(
    environment: &Environment,
    input: &Input,
    kind: &'static Kind,
    fields: &Fields,
    special: Special,
) -> Result<Page, AwsError> {
    let search = Search::new(input, fields, special)?;
    let accepts = |body: &Document| search.accepts(body);
    stored(environment, input, &[kind], if search.takes_all() { None } else { Some(&accepts) })
}

/// The answer of a List operation over a short list in memory.
pub(super) fn in_memory(input: &Input, member: &str, entries: Vec<Value>) -> Result<Map<String, Value>, AwsError> {
    let given = Token::read(input)?.map_or(0, |token| token.given);
    let total = entries.len();
    let end = total.min(given + input.page_size());
    let page: Vec<Value> = entries.into_iter().take(end).skip(given).collect();
    let mut answer = Map::new();
    answer.insert(member.to_owned(), page.into());
    if end < total {
        let token = Token { operation: input.operation().to_owned(), given: end, total, ..Token::default() };
        answer.insert("NextToken".to_owned(), token.write()?);
    }
    Ok(answer)
}
