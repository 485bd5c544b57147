//! Users in bulk, from a CSV file.
//!
//! The first line names the columns, in any order: `username` (required), `name` or `first_name` and `last_name`,
//! `email`, `secondary_email`, `mobile`, `profile`, `security` (several separated by `;`), `group`, `password`
//! (`secret:<name>`, `secret:<name>#<key>` or `ssm:<name>`), `phone_type` (`soft` or `desk`), `desk_phone`,
//! `auto_accept` (`true` or `false`), `after_contact_work` (`30s`), `directory_user_id`, `id`, `renamed_from`.
//! An empty field counts as not given.

use callform_source::{Diagnostic, Diagnostics, FileId, SourceMap, Span, Spanned, did_you_mean};
use indexmap::map::Entry;

use super::notation::{Duration, Password, SecretReference, Section, Short};
use super::people::{Phone, PhoneKind, User};

const COLUMNS: [&str; 18] = [
    "username",
    "name",
    "first_name",
    "last_name",
    "email",
    "secondary_email",
    "mobile",
    "profile",
    "security",
    "group",
    "password",
    "phone_type",
    "desk_phone",
    "auto_accept",
    "after_contact_work",
    "directory_user_id",
    "id",
    "renamed_from",
];

/// A user with the username, and where it was written.
type Named = (Spanned<String>, User);

/// Adds users to those of the blueprint and reports usernames that are there twice.
pub(super) fn add(users: &mut Section<User>, more: Vec<Named>, diagnostics: &mut Diagnostics) {
    users.reserve(more.len());
    for (name, user) in more {
        let again = name.span;
        match users.entry(name) {
            Entry::Vacant(place) => {
                place.insert(user);
            }
            Entry::Occupied(place) => {
                diagnostics.push(
                    Diagnostic::error("duplicate-username", "two users have the same username")
                        .at(again, "again here")
                        .also(place.key().span, "first here")
                        .help("Usernames are unique in an instance, in upper and lower case alike."),
                );
            }
        }
    }
}

/// Reads the users of a file; lines with errors are reported and left out. Literal passwords are made unreadable, and so
/// are lines of which nobody knows where a password stands.
pub(super) fn read(sources: &mut SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Vec<Named> {
    let mut secrets = Vec::new();
    let users = read_lines(sources.file(file).text(), file, diagnostics, &mut secrets);
    for (_, user) in &users {
        let Some(Spanned { value: Short::Short(text), span }) = &user.password else { continue };
        for (offset, found) in sources.slice(*span).match_indices(text.as_str()) {
            let at = |place: usize| span.start.saturating_add(u32::try_from(place).unwrap_or(u32::MAX));
            secrets.push(Span::new(file, at(offset), at(offset + found.len())));
        }
    }
    for secret in secrets {
        sources.redact(secret);
    }
    users
}

fn read_lines(text: &str, file: FileId, diagnostics: &mut Diagnostics, unreadable: &mut Vec<Span>) -> Vec<Named> {
    let mut lines = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns: Vec<String> = match lines.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            diagnostics.push(invalid(Span::whole_file(file), &error.to_string()));
            return Vec::new();
        }
    };
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let header = Span::new(file, 0, u32::try_from(text.find(['\r', '\n']).unwrap_or(text.len())).unwrap_or(end));
    if !check_columns(&columns, header, diagnostics) {
        return Vec::new();
    }
    let has_passwords = columns.iter().any(|column| column == "password");
    let mut users = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let start = lines.position().byte();
        match lines.read_record(&mut record) {
            Ok(false) => return users,
            Ok(true) => {
                let span = line_span(text, file, start, lines.position().byte());
                if record.len() != columns.len() {
                    unreadable.extend(has_passwords.then_some(span));
                    diagnostics.push(
                        Diagnostic::error("invalid-csv", "a line has another number of fields than the first")
                            .at(span, format!("{} fields, {} columns", record.len(), columns.len()))
                            .help("Put fields that contain commas in double quotes."),
                    );
                    continue;
                }
                users.extend(Line { columns: &columns, record: &record, span }.user(diagnostics));
            }
            Err(error) => {
                let span = line_span(text, file, start, lines.position().byte());
                unreadable.extend(has_passwords.then_some(span));
                diagnostics.push(invalid(span, &error.to_string()));
                return users;
            }
        }
    }
}

fn invalid(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::error("invalid-csv", "this is no CSV file").at(span, "").note(format!("{reason}."))
}

/// The bytes of a line, without the line breaks around it.
fn line_span(text: &str, file: FileId, start: u64, end: u64) -> Span {
    let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
    let line = text.get(index(start)..index(end)).unwrap_or_default();
    let skipped = line.len() - line.trim_start_matches(['\r', '\n']).len();
    let length = line.trim_matches(['\r', '\n']).len();
    let start = u32::try_from(index(start) + skipped).unwrap_or(u32::MAX);
    Span::new(file, start, start.saturating_add(u32::try_from(length).unwrap_or(u32::MAX)))
}

fn check_columns(columns: &[String], header: Span, diagnostics: &mut Diagnostics) -> bool {
    let mut good = true;
    for (index, column) in columns.iter().enumerate() {
        let problem = if !COLUMNS.contains(&column.as_str()) {
            let diagnostic = Diagnostic::error("unknown-column", format!("unknown column `{column}`")).at(header, "");
            match did_you_mean(column, COLUMNS) {
                Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
                None => diagnostic.help(format!("Known columns: {}.", COLUMNS.join(", "))),
            }
        } else if columns.iter().take(index).any(|before| before == column) {
            Diagnostic::error("duplicate-column", format!("the column `{column}` is there twice")).at(header, "")
        } else {
            continue;
        };
        diagnostics.push(problem);
        good = false;
    }
    if !columns.iter().any(|column| column == "username") {
        diagnostics.push(
            Diagnostic::error("missing-column", "the column `username` is missing")
                .at(header, "")
                .help("The first line of the file names the columns."),
        );
        good = false;
    }
    good
}

/// One line of the file.
struct Line<'l> {
    columns: &'l [String],
    record: &'l csv::StringRecord,
    span: Span,
}

impl Line<'_> {
    fn field(&self, column: &str) -> Option<Spanned<String>> {
        let index = self.columns.iter().position(|name| name == column)?;
        let text = self.record.get(index).filter(|text| !text.is_empty())?;
        Some(Spanned::new(text.to_owned(), self.span))
    }

    fn user(&self, diagnostics: &mut Diagnostics) -> Option<Named> {
        let Some(username) = self.field("username") else {
            diagnostics.push(Diagnostic::error("invalid-user", "a user has no username").at(self.span, ""));
            return None;
        };
        let security = self.field("security").map(|list| {
            list.value
                .split(';')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| Spanned::new(name.to_owned(), self.span))
                .collect()
        });
        let user = User {
            name: self.field("name"),
            first_name: self.field("first_name"),
            last_name: self.field("last_name"),
            email: self.field("email"),
            secondary_email: self.field("secondary_email"),
            mobile: self.field("mobile"),
            profile: self.field("profile"),
            security: security.unwrap_or_default(),
            group: self.field("group"),
            phone: self.phone(diagnostics),
            password: self.field("password").map(|text| self.password(&text)),
            directory_user_id: self.field("directory_user_id"),
            id: self.field("id"),
            renamed_from: self.field("renamed_from"),
            ..User::default()
        };
        Some((username, user))
    }

    fn phone(&self, diagnostics: &mut Diagnostics) -> Option<Phone> {
        let kind = self.field("phone_type").and_then(|text| match text.as_str() {
            "soft" => Some(text.map(|_| PhoneKind::Soft)),
            "desk" => Some(text.map(|_| PhoneKind::Desk)),
            _ => {
                diagnostics.push(
                    Diagnostic::error("invalid-user", "`phone_type` is neither `soft` nor `desk`").at(self.span, ""),
                );
                None
            }
        });
        let auto_accept = self.field("auto_accept").and_then(|text| match text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                diagnostics.push(
                    Diagnostic::error("invalid-user", "`auto_accept` is neither `true` nor `false`").at(self.span, ""),
                );
                None
            }
        });
        let after_contact_work = self.field("after_contact_work").and_then(|text| {
            let duration = Duration::parse(&text);
            if duration.is_none() {
                diagnostics.push(
                    Diagnostic::error("invalid-user", "`after_contact_work` is no length of time")
                        .at(self.span, "")
                        .help("Write `30s` or `2m`."),
                );
            }
            duration
        });
        let number = self.field("desk_phone");
        let given = kind.is_some() || auto_accept.is_some() || after_contact_work.is_some() || number.is_some();
        given.then_some(Phone { kind, number, auto_accept, after_contact_work, persistent: None })
    }

    /// `secret:<name>`, `secret:<name>#<key>`, `ssm:<name>`; everything else is a literal, which a check refuses.
    fn password(&self, text: &str) -> Password {
        let spanned = |text: &str| Spanned::new(text.to_owned(), self.span);
        let reference = if let Some(secret) = text.strip_prefix("secret:") {
            let (secret, key) = secret.split_once('#').map_or((secret, None), |(secret, key)| (secret, Some(key)));
            SecretReference { secret: Some(spanned(secret)), key: key.map(str::to_owned), ssm: None, version: None }
        } else if let Some(parameter) = text.strip_prefix("ssm:") {
            SecretReference { secret: None, key: None, ssm: Some(spanned(parameter)), version: None }
        } else {
            return Spanned::new(Short::Short(text.to_owned()), self.span);
        };
        Spanned::new(Short::Full(reference), self.span)
    }
}
