//! Users in bulk, from a CSV file.
//!
//! The first line names the columns, in any order: `username` (required), `name` or `first_name` and `last_name`,
//! `email`, `secondary_email`, `mobile`, `profile`, `security` (several separated by `;`), `group`, `password`
//! (`secret:<name>`, `secret:<name>#<key>` or `ssm:<name>`), `phone_type` (`soft` or `desk`), `desk_phone`,
//! `auto_accept` (`yes` or `no`), `after_contact_work` (`30s`), `directory_user_id`, `proficiencies`
//! (`Technology/Routers=4; connect:Language/connect:English=3`), `proficiency <attribute>/<value>` (a level), `id`,
//! `renamed_from`. An empty field counts as not given.
//!
//! The file that the console takes for adding users in bulk is taken as it is: its columns have other names, and
//! routing and security profiles are called there what they are called in Connect.

mod columns;
mod quotes;

use callform_source::{Diagnostic, Diagnostics, FileId, SourceMap, Span, Spanned};
use indexmap::map::Entry;

use super::notation::{Duration, Password, SecretReference, Section, Short};
use super::secrets::means_secret;
use super::{Phone, PhoneKind, User};
pub(super) use columns::COLUMNS;
use columns::{Column, Columns};
use quotes::over_lines;

/// A user with the username, and where it was written.
type Named = (Spanned<String>, User);

/// What a file has.
#[derive(Default)]
pub(super) struct Read {
    pub(super) users: Vec<Named>,
    /// True where profiles are called what they are called in Connect.
    pub(super) is_of_console: bool,
}

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
pub(super) fn read(sources: &mut SourceMap, file: FileId, diagnostics: &mut Diagnostics) -> Read {
    let mut secrets = Vec::new();
    let read = read_lines(sources.file(file).text(), file, diagnostics, &mut secrets);
    for (_, user) in &read.users {
        let Some(Spanned { value: Short::Short(text), span }) = &user.password else { continue };
        for (offset, found) in sources.slice(*span).match_indices(text.as_str()) {
            let at = |place: usize| span.start.saturating_add(u32::try_from(place).unwrap_or(u32::MAX));
            secrets.push(Span::new(file, at(offset), at(offset + found.len())));
        }
    }
    for secret in secrets {
        sources.redact(secret);
    }
    read
}

fn read_lines(text: &str, file: FileId, diagnostics: &mut Diagnostics, unreadable: &mut Vec<Span>) -> Read {
    let mut lines = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let names: Vec<String> = match lines.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            diagnostics.push(invalid(Span::whole_file(file), &error.to_string()));
            return Read::default();
        }
    };
    let header = line_span(text, file, 0, lines.position().byte());
    if let Some(problem) = over_lines(text, header) {
        // Passwords may stand in what was to be the lines of users.
        let first = text.find('\n').unwrap_or(text.len());
        let offset = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        unreadable.push(Span::new(file, offset(first), offset(text.len())));
        diagnostics.push(problem);
        return Read::default();
    }
    let places = fields(text, header);
    // Passwords may stand under a column that nobody knows.
    let secret: Vec<usize> = (0..names.len()).filter(|at| is_secret_column(&names[*at])).collect();
    let Some(columns) = columns::read(&names, &places, header, diagnostics) else {
        let rest = Span::new(file, header.end, u32::try_from(text.len()).unwrap_or(u32::MAX));
        unreadable.extend((!secret.is_empty()).then_some(rest));
        return Read::default();
    };
    let has_passwords = !secret.is_empty() || columns.has(Column::Password);
    let mut read = Read { users: Vec::new(), is_of_console: columns.is_of_console };
    let mut record = csv::StringRecord::new();
    loop {
        let start = lines.position().byte();
        match lines.read_record(&mut record) {
            Ok(false) => return read,
            Ok(true) => {
                let span = line_span(text, file, start, lines.position().byte());
                if let Some(problem) = over_lines(text, span) {
                    unreadable.extend(has_passwords.then_some(span));
                    diagnostics.push(problem);
                    continue;
                }
                if record.len() != names.len() {
                    unreadable.extend(has_passwords.then_some(span));
                    diagnostics.push(
                        Diagnostic::error("invalid-csv", "a line has another number of fields than the first")
                            .at(span, format!("{} fields, {} columns", record.len(), names.len()))
                            .help("Put fields that contain commas in double quotes."),
                    );
                    continue;
                }
                let line = Line { columns: &columns, record: &record, span, places: fields(text, span) };
                read.users.extend(line.user(diagnostics));
            }
            Err(error) => {
                let span = line_span(text, file, start, lines.position().byte());
                unreadable.extend(has_passwords.then_some(span));
                diagnostics.push(invalid(span, &error.to_string()));
                return read;
            }
        }
    }
}

fn is_secret_column(name: &str) -> bool {
    means_secret(name) && !name.eq_ignore_ascii_case("password")
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

/// Where the fields of a line stand, quotes and blanks around them left out.
fn fields(text: &str, line: Span) -> Vec<Span> {
    let written = text.get(line.start as usize..line.end as usize).unwrap_or_default();
    let mut fields = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    let ends = written.bytes().enumerate().chain([(written.len(), b',')]);
    for (at, byte) in ends {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted || at == written.len() => {
                let field = written.get(start..at).unwrap_or_default();
                let inside = field.trim_matches([' ', '\t', '"']);
                let before = start + (field.len() - field.trim_start_matches([' ', '\t', '"']).len());
                let offset = |place: usize| line.start.saturating_add(u32::try_from(place).unwrap_or(u32::MAX));
                fields.push(Span::new(line.file, offset(before), offset(before + inside.len())));
                start = at + 1;
            }
            _ => {}
        }
    }
    fields
}

/// One line of the file.
struct Line<'l> {
    columns: &'l Columns,
    record: &'l csv::StringRecord,
    span: Span,
    places: Vec<Span>,
}

impl Line<'_> {
    fn field(&self, column: Column) -> Option<Spanned<String>> {
        self.at(self.columns.index(column)?)
    }

    fn at(&self, index: usize) -> Option<Spanned<String>> {
        let text = self.record.get(index).filter(|text| !text.is_empty())?;
        Some(Spanned::new(text.to_owned(), self.places.get(index).copied().unwrap_or(self.span)))
    }

    fn user(&self, diagnostics: &mut Diagnostics) -> Option<Named> {
        let Some(username) = self.field(Column::Username) else {
            diagnostics.push(Diagnostic::error("invalid-user", "a user has no username").at(self.span, ""));
            return None;
        };
        let separator = if self.columns.is_of_console { '|' } else { ';' };
        let security = self.field(Column::Security).map(|list| {
            let names = list.value.split(separator).map(str::trim).filter(|name| !name.is_empty());
            names.map(|name| Spanned::new(name.to_owned(), list.span)).collect()
        });
        let group = self.field(Column::Group);
        let mut user = User {
            name: self.field(Column::Name),
            first_name: self.field(Column::FirstName),
            last_name: self.field(Column::LastName),
            email: self.field(Column::Email),
            secondary_email: self.field(Column::SecondaryEmail),
            mobile: self.field(Column::Mobile),
            profile: self.field(Column::Profile),
            security: security.unwrap_or_default(),
            group: if self.columns.is_of_console {
                group.map(|path| path.map(|path| path.replace('|', "/")))
            } else {
                group
            },
            phone: self.phone(diagnostics),
            password: self.field(Column::Password).map(|text| password(&text)),
            directory_user_id: self.field(Column::DirectoryUserId),
            id: self.field(Column::Id),
            renamed_from: self.field(Column::RenamedFrom),
            ..User::default()
        };
        self.proficiencies(&mut user, diagnostics);
        Some((username, user))
    }

    fn phone(&self, diagnostics: &mut Diagnostics) -> Option<Phone> {
        let mut wrong = |text: &Spanned<String>, title: &str, help: &str| {
            diagnostics.push(Diagnostic::error("invalid-user", title).at(text.span, "").help(help));
        };
        let kind = self.field(Column::PhoneType).and_then(|text| match text.to_lowercase().as_str() {
            "soft" => Some(text.map(|_| PhoneKind::Soft)),
            "desk" => Some(text.map(|_| PhoneKind::Desk)),
            _ => {
                wrong(&text, "`phone_type` is neither `soft` nor `desk`", "Write `soft` or `desk`.");
                None
            }
        });
        let auto_accept = self.field(Column::AutoAccept).and_then(|text| match text.to_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => {
                wrong(&text, "`auto_accept` is neither `yes` nor `no`", "Write `yes` or `no`.");
                None
            }
        });
        let after_contact_work = self.field(Column::AfterContactWork).and_then(|text| {
            // The console's file has a number of seconds.
            let duration = Duration::parse(&text).or_else(|| Some(Duration { seconds: text.parse().ok()? }));
            if duration.is_none() {
                wrong(&text, "`after_contact_work` is no length of time", "Write `30s` or `2m`.");
            }
            duration
        });
        let number = self.field(Column::DeskPhone);
        let given = kind.is_some() || auto_accept.is_some() || after_contact_work.is_some() || number.is_some();
        given.then_some(Phone { kind, number, auto_accept, after_contact_work, persistent: None })
    }

    /// `Technology/Routers=4; connect:Language/connect:English=3`, and columns that are named after one.
    fn proficiencies(&self, user: &mut User, diagnostics: &mut Diagnostics) {
        let mut add = |attribute: &str, value: &str, level: &str, span: Span| match level.trim().parse() {
            Ok(level) => {
                let values = user.proficiencies.entry(attribute.trim().to_owned()).or_default();
                values.insert(value.trim().to_owned(), level);
            }
            Err(_) => diagnostics.push(
                Diagnostic::error("invalid-user", "a proficiency has no level")
                    .at(span, "")
                    .help("Write a number from 1 to 5: `Technology/Routers=4`."),
            ),
        };
        if let Some(list) = self.field(Column::Proficiencies) {
            for one in list.split(';').filter(|one| !one.trim().is_empty()) {
                let parts = one.rsplit_once('=').and_then(|(name, level)| Some((name.split_once('/')?, level)));
                match parts {
                    Some(((attribute, value), level)) => add(attribute, value, level, list.span),
                    None => add("", "", "", list.span),
                }
            }
        }
        for (index, attribute, value) in &self.columns.proficiencies {
            if let Some(level) = self.at(*index) {
                add(attribute, value, &level, level.span);
            }
        }
    }
}

/// `secret:<name>`, `secret:<name>#<key>`, `ssm:<name>`; everything else is a literal, which a check refuses.
fn password(text: &Spanned<String>) -> Password {
    let spanned = |part: &str| Spanned::new(part.to_owned(), text.span);
    let reference = if let Some(secret) = text.strip_prefix("secret:") {
        let (secret, key) = secret.split_once('#').map_or((secret, None), |(secret, key)| (secret, Some(key)));
        SecretReference { secret: Some(spanned(secret)), key: key.map(str::to_owned), ssm: None, version: None }
    } else if let Some(parameter) = text.strip_prefix("ssm:") {
        SecretReference { secret: None, key: None, ssm: Some(spanned(parameter)), version: None }
    } else {
        return Spanned::new(Short::Short(text.value.clone()), text.span);
    };
    Spanned::new(Short::Full(reference), text.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Read, SourceMap, Diagnostics) {
        let mut sources = SourceMap::default();
        let file = sources.add("u.csv", text);
        let mut diagnostics = Diagnostics::default();
        let read = read(&mut sources, file, &mut diagnostics);
        (read, sources, diagnostics)
    }

    #[test]
    fn the_consoles_file_is_taken_as_it_is() {
        let (read, _, diagnostics) = read_text(
            "first name,last name,user login,routing profile name,security_profile_name_1|security_profile_name_2,\
             phone type (soft/desk),phone number,soft phone auto accept (yes/no),ACW timeout (seconds)\n\
             Kim,One,kim,Sales,Agent|CallCenterManager,soft,,yes,30\n",
        );
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert!(read.is_of_console);
        let (name, user) = &read.users[0];
        assert_eq!((name.value.as_str(), user.security.len()), ("kim", 2));
        let phone = user.phone.as_ref().unwrap();
        assert_eq!((phone.auto_accept, phone.after_contact_work.map(|time| time.seconds)), (Some(true), Some(30)));
    }

    #[test]
    fn problems_are_shown_at_their_field() {
        let (_, sources, diagnostics) = read_text("username, profil ,name\na,b,c\n");
        let found = diagnostics.sorted();
        assert_eq!(sources.slice(found[0].primary.as_ref().unwrap().span), "profil");
        let (_, sources, diagnostics) = read_text("username,name,phone_type\nmary,\"Jane, Mary\",soft2\n");
        assert_eq!(sources.slice(diagnostics.sorted()[0].primary.as_ref().unwrap().span), "soft2");
    }

    #[test]
    fn proficiencies_have_columns() {
        let (read, _, diagnostics) = read_text(
            "username,proficiencies,proficiency Technology/Switches\n\
             mary,Technology/Routers=4; connect:Language/connect:English=3,2\n",
        );
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let proficiencies = &read.users[0].1.proficiencies;
        assert_eq!(proficiencies["Technology"]["Routers"], 4);
        assert_eq!(proficiencies["Technology"]["Switches"], 2);
        assert_eq!(proficiencies["connect:Language"]["connect:English"], 3);
    }

    #[test]
    fn columns_of_secrets_are_unreadable_whatever_they_are_called() {
        let (_, sources, diagnostics) = read_text("username,passphrase\nmary,hunter2\n");
        assert!(diagnostics.has_errors());
        assert!(!sources.file(diagnostics.sorted()[0].primary.as_ref().unwrap().span.file).text().contains("hunter2"));
    }
}
