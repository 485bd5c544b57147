//! Whether a table is what a function needs: what DynamoDB would refuse with every call is refused here.

use callform_source::{Diagnostic, Span, Spanned};

use super::resolver::Resolver;
use crate::blueprint::{AttributeType, FunctionIndex, FunctionParameter, Short, Table, TableIndex, TableKey};

/// A key as the blueprint has it.
type Key = Spanned<Short<String, TableKey>>;

impl Resolver<'_> {
    /// Compares a table with what the manifest of a function says of it. `place` is where the blueprint gives the table to
    /// the function.
    pub(crate) fn table_fits(&mut self, name: &str, parameter: &FunctionParameter, key: &str, place: Span) {
        let blueprint = self.blueprint();
        let Some((table_name, table)) = blueprint.tables.iter().find(|(table, _)| table.value == key) else { return };
        let about = super::functions::sentence(&parameter.about);
        if let Some(wanted) = &parameter.key {
            let sort = parameter.sort.as_deref().map(|sort| (sort, AttributeType::String));
            let wanted = Keys { key: wanted, sort };
            let message = format!("the table for `{name}` has another key than the function uses");
            self.keys_fit(&wanted, (&table.key, table.sort.as_ref()), place, &message, "the table", &about);
        }
        for (index, wanted) in &parameter.indexes {
            match table.indexes.iter().find(|(name, _)| name.value == *index) {
                Some((_, found)) => self.index_fits(index, wanted, found, place, &about),
                None => self.diagnostics.push(
                    Diagnostic::error("missing-index", format!("the table for `{name}` has no index `{index}`"))
                        .at(place, "the function looks for items by another key than the table's own")
                        .also(table_name.span, format!("has no `{index}`"))
                        .help(format!("Add `indexes: {{ {index}: {} }}` to the table. {about}", wanted.written())),
                ),
            }
        }
        if let Some(wanted) = &parameter.ttl {
            self.expiry_fits(name, wanted, (table_name, table), place);
        }
    }

    fn index_fits(&mut self, name: &str, wanted: &FunctionIndex, found: &TableIndex, place: Span, about: &str) {
        let message = format!("the index `{name}` has another key than the function uses");
        let keys = Keys::of(wanted);
        self.keys_fit(&keys, (&found.key, found.sort.as_ref()), place, &message, "the index", about);
    }

    fn keys_fit(
        &mut self,
        wanted: &Keys<'_>,
        (key, sort): (&Key, Option<&Key>),
        place: Span,
        message: &str,
        what: &str,
        about: &str,
    ) {
        let found = [(Some((wanted.key, AttributeType::String)), Some(key)), (wanted.sort, sort)];
        let Some((_, wrong)) = found.into_iter().find(|(wanted, found)| !same(*wanted, *found)) else { return };
        self.diagnostics.push(
            Diagnostic::error("table-key", message.to_owned())
                .at(place, format!("needs {}", wanted.words()))
                .also(wrong.unwrap_or(key).span, format!("{what} has {}", words(key, sort)))
                .help(format!("Write `{}` in {what}. {about}", wanted.written())),
        );
    }

    fn expiry_fits(&mut self, name: &str, wanted: &str, (key, table): (&Spanned<String>, &Table), place: Span) {
        let help = format!("Write `ttl: {wanted}` in the table.");
        self.diagnostics.push(match &table.ttl {
            Some(ttl) if ttl.value == wanted => return,
            Some(ttl) => Diagnostic::error("table-ttl", format!("the table for `{name}` expires by another attribute"))
                .at(place, format!("the function writes `{wanted}`"))
                .also(ttl.span, "nothing of the function's would ever expire")
                .help(help),
            None => Diagnostic::warning(
                "table-without-ttl",
                format!("what is kept in the table for `{name}` never expires"),
            )
            .at(place, format!("the function writes `{wanted}`, when an item expires"))
            .also(key.span, "has no `ttl:`")
            .help(help),
        });
    }
}

/// Key attributes that a function uses; the partition key is a text.
struct Keys<'a> {
    key: &'a str,
    sort: Option<(&'a str, AttributeType)>,
}

impl<'a> Keys<'a> {
    fn of(index: &'a FunctionIndex) -> Self {
        Self { key: &index.key, sort: index.sort.as_ref().map(of_key) }
    }

    fn words(&self) -> String {
        match self.sort {
            Some((sort, AttributeType::String)) => format!("the key `{}` and the sort key `{sort}`", self.key),
            Some((sort, kind)) => format!("the key `{}` and the sort key `{sort}`, {}", self.key, article(kind)),
            None => format!("the key `{}` and no sort key", self.key),
        }
    }

    fn written(&self) -> String {
        match self.sort {
            Some((sort, AttributeType::String)) => format!("key: {}, sort: {sort}", self.key),
            Some((sort, kind)) => format!("key: {}, sort: {{ name: {sort}, type: {} }}", self.key, word(kind)),
            None => format!("key: {}", self.key),
        }
    }
}

fn word(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "string",
        AttributeType::Number => "number",
        AttributeType::Binary => "binary",
    }
}

fn article(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "a text",
        AttributeType::Number => "a number",
        AttributeType::Binary => "bytes",
    }
}

impl FunctionIndex {
    fn written(&self) -> String {
        format!("{{ {} }}", Keys::of(self).written())
    }
}

fn of_key(key: &Short<String, TableKey>) -> (&str, AttributeType) {
    match key {
        Short::Short(name) => (name, AttributeType::String),
        Short::Full(full) => (&full.name, full.kind),
    }
}

fn same(wanted: Option<(&str, AttributeType)>, found: Option<&Key>) -> bool {
    found.map(|key| of_key(&key.value)) == wanted
}

fn words(key: &Key, sort: Option<&Key>) -> String {
    let of = |key: &Key| match of_key(&key.value) {
        (name, AttributeType::String) => format!("`{name}`"),
        (name, AttributeType::Number) => format!("`{name}`, a number"),
        (name, AttributeType::Binary) => format!("`{name}`, bytes"),
    };
    match sort {
        Some(sort) => format!("the key {} and the sort key {}", of(key), of(sort)),
        None => format!("the key {} and no sort key", of(key)),
    }
}
