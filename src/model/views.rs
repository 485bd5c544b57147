//! Views of Athena in the Glue Data Catalog, and the text of queries.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_source::{Diagnostic, Spanned};
use serde_json::json;

use super::column_types::presto;
use super::members::Members;
use super::resolver::Resolver;
use crate::blueprint::{Database, View};
use crate::kinds::database::{ColumnList, column_values};

impl Resolver<'_> {
    /// The query of a view or a saved query: exactly one of `sql` and `file`.
    pub(crate) fn query(
        &mut self,
        key: &Spanned<String>,
        sql: Option<&Spanned<String>>,
        file: Option<&Spanned<String>>,
    ) -> Option<String> {
        match (sql, file) {
            (Some(sql), None) => Some(sql.value.clone()),
            (None, Some(file)) => self.text_of(file),
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("query-text", "a query comes from exactly one place")
                        .at(key.span, "")
                        .help("Give either `sql:` or `file:`."),
                );
                None
            }
        }
    }

    /// A view as Athena keeps one: a table without files, its query and its columns in Base64.
    pub(crate) fn view_input(
        &mut self,
        database_name: &str,
        database: &Database,
        key: &Spanned<String>,
        view: &View,
    ) -> Option<Members> {
        let query = self.query(key, view.sql.as_ref(), view.file.as_ref())?;
        let query = self.query_of_view(key, &query)?;
        let columns = self.columns_of_view(database, key, view)?;
        let mut described = Vec::new();
        for (name, kind) in &columns {
            self.check_column(name, kind, key.span);
            described.push(json!({ "name": name, "type": presto(kind).unwrap_or_default() }));
        }
        let view_json = json!({
            "originalSql": query,
            "catalog": "awsdatacatalog",
            "schema": database_name,
            "columns": described,
        });
        let encoded = BASE64.encode(view_json.to_string());
        let descriptor = Members::new().with("Columns", column_values(&columns)).with("SerdeInfo", Members::new());
        let parameters = Members::new().with("presto_view", "true").with("comment", "Presto View");
        Some(
            Members::new()
                .with("Name", key)
                .with_some("Description", view.description.as_ref())
                .with("TableType", "VIRTUAL_VIEW")
                .with("Parameters", parameters)
                .with("StorageDescriptor", descriptor)
                .with("ViewOriginalText", format!("/* Presto View: {encoded} */"))
                .with("ViewExpandedText", "/* Presto View */"),
        )
    }

    /// The query without `CREATE VIEW` before it and a semicolon behind it.
    fn query_of_view(&mut self, key: &Spanned<String>, text: &str) -> Option<String> {
        let lines = text.lines().skip_while(|line| line.trim().is_empty() || line.trim_start().starts_with("--"));
        let query = lines.collect::<Vec<_>>().join("\n");
        let query = query.trim().trim_end_matches(';').trim_end();
        let mut rest = query;
        let mut words = Vec::new();
        if query.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("create")) {
            while let Some((word, after)) = rest.trim_start().split_once(char::is_whitespace) {
                rest = after;
                words.push(word.trim_matches('"').to_lowercase());
                if words.last().is_some_and(|word| word == "as") {
                    break;
                }
            }
            let name = words.iter().rev().nth(1).map_or("", String::as_str);
            if name != key.value {
                self.diagnostics.push(
                    Diagnostic::error("view-name", format!("the file creates the view `{name}`"))
                        .at(key.span, "another name")
                        .help("Give the view the name that the file says."),
                );
                return None;
            }
        }
        let rest = rest.trim_start();
        let first = rest.split(|one: char| !one.is_ascii_alphanumeric()).next().unwrap_or_default().to_lowercase();
        if !rest.starts_with('(') && !matches!(first.as_str(), "select" | "with" | "values" | "table") {
            self.diagnostics.push(
                Diagnostic::error("view-query", "this is no query")
                    .at(key.span, "the file of this view")
                    .help("It begins with `SELECT` or `WITH`; `CREATE VIEW name AS` and comments may stand before it."),
            );
            return None;
        }
        Some(rest.to_owned())
    }

    fn columns_of_view(&mut self, database: &Database, key: &Spanned<String>, view: &View) -> Option<ColumnList> {
        match (&view.columns_of, view.columns.is_empty()) {
            (None, false) => {
                Some(view.columns.iter().map(|(name, kind)| (name.value.clone(), kind.value.clone())).collect())
            }
            (Some(table), true) => {
                let Some((_, found)) = database.tables.iter().find(|(name, _)| name.value == table.value) else {
                    self.diagnostics.push(
                        Diagnostic::error("unknown-reference", format!("the database has no table `{}`", table.value))
                            .at(table.span, "not defined"),
                    );
                    return None;
                };
                let mut columns = self.columns(found);
                columns.extend(found.partitions.keys().map(|name| (name.value.clone(), "string".to_owned())));
                Some(columns)
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("view-columns", "the columns of a view come from exactly one place")
                        .at(key.span, "")
                        .help("Give either `columns:` or `columns_of:`."),
                );
                None
            }
        }
    }
}
