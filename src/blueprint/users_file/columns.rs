//! The first line of a file of users.

use callform_source::{Diagnostic, Diagnostics, Span, did_you_mean};

/// What a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Username,
    Name,
    FirstName,
    LastName,
    Email,
    SecondaryEmail,
    Mobile,
    Profile,
    Security,
    Group,
    Password,
    PhoneType,
    DeskPhone,
    AutoAccept,
    AfterContactWork,
    DirectoryUserId,
    Proficiencies,
    Id,
    RenamedFrom,
}

/// Columns by their names.
const NAMES: [(&str, Column); 19] = [
    ("username", Column::Username),
    ("name", Column::Name),
    ("first_name", Column::FirstName),
    ("last_name", Column::LastName),
    ("email", Column::Email),
    ("secondary_email", Column::SecondaryEmail),
    ("mobile", Column::Mobile),
    ("profile", Column::Profile),
    ("security", Column::Security),
    ("group", Column::Group),
    ("password", Column::Password),
    ("phone_type", Column::PhoneType),
    ("desk_phone", Column::DeskPhone),
    ("auto_accept", Column::AutoAccept),
    ("after_contact_work", Column::AfterContactWork),
    ("directory_user_id", Column::DirectoryUserId),
    ("proficiencies", Column::Proficiencies),
    ("id", Column::Id),
    ("renamed_from", Column::RenamedFrom),
];

/// What the columns have, for the documentation.
pub(in crate::blueprint) const COLUMNS: [(&str, &str); 20] = [
    ("username", "The username; required."),
    ("name", "The full name; or `first_name` and `last_name`."),
    ("first_name", "First name."),
    ("last_name", "Last name."),
    ("email", "E-mail address; not with SAML."),
    ("secondary_email", "A second e-mail address, for notifications."),
    ("mobile", "Mobile number in E.164 form."),
    ("profile", "The routing profile."),
    ("security", "Security profiles, with `;` between them."),
    ("group", "The hierarchy group, by its path."),
    ("password", "`secret:NAME`, `secret:NAME#KEY` or `ssm:NAME`; never the password itself."),
    ("phone_type", "`soft` or `desk`."),
    ("desk_phone", "The desk phone's number in E.164 form."),
    ("auto_accept", "`yes` or `no`."),
    ("after_contact_work", "A length of time, such as `30s`, or a number of seconds."),
    ("directory_user_id", "The id in the directory."),
    ("proficiencies", "`Technology/Routers=4; connect:Language/connect:English=3`."),
    ("proficiency ATTRIBUTE/VALUE", "The level of that proficiency, 1 to 5."),
    ("id", "Pins the logical ID in the template."),
    ("renamed_from", "The username this user had before."),
];

/// The same as the console's file calls them, without what it says in parentheses. Several security profiles and
/// levels of the hierarchy are one column there, such as `security_profile_name_1|security_profile_name_2`.
const OF_CONSOLE: [(&str, Column); 15] = [
    ("user login", Column::Username),
    ("first name", Column::FirstName),
    ("last name", Column::LastName),
    ("email address", Column::Email),
    ("secondary email address", Column::SecondaryEmail),
    ("secondary email", Column::SecondaryEmail),
    ("mobile number", Column::Mobile),
    ("routing profile name", Column::Profile),
    ("security_profile_name", Column::Security),
    ("user_hierarchy", Column::Group),
    ("password", Column::Password),
    ("phone type", Column::PhoneType),
    ("phone number", Column::DeskPhone),
    ("soft phone auto accept", Column::AutoAccept),
    ("acw timeout", Column::AfterContactWork),
];
/// How a column that has the level of one proficiency begins.
const PROFICIENCY: &str = "proficiency ";

/// The columns of a file.
pub(super) struct Columns {
    /// What each has, from the left; `None` for one with levels.
    all: Vec<Option<Column>>,
    /// Columns with levels: which one, attribute and value.
    pub(super) proficiencies: Vec<(usize, String, String)>,
    /// True for the console's file.
    pub(super) is_of_console: bool,
}

impl Columns {
    pub(super) fn index(&self, wanted: Column) -> Option<usize> {
        self.all.iter().position(|column| *column == Some(wanted))
    }

    pub(super) fn has(&self, wanted: Column) -> bool {
        self.index(wanted).is_some()
    }
}

/// Reads the names of the columns; `None` after an error.
pub(super) fn read(names: &[String], places: &[Span], header: Span, diagnostics: &mut Diagnostics) -> Option<Columns> {
    let is_of_console = names.iter().any(|name| of_console(name) == Some(Column::Username));
    let mut columns = Columns { all: Vec::new(), proficiencies: Vec::new(), is_of_console };
    let mut good = true;
    for (index, name) in names.iter().enumerate() {
        let place = places.get(index).copied().unwrap_or(header);
        let known = NAMES.iter().find(|(known, _)| known == name).map(|(_, column)| *column);
        let column = known.or_else(|| of_console(name).filter(|_| is_of_console));
        let proficiency = name.strip_prefix(PROFICIENCY).and_then(|name| name.split_once('/'));
        if let Some((attribute, value)) = proficiency {
            columns.proficiencies.push((index, attribute.trim().to_owned(), value.trim().to_owned()));
        } else if column.is_none() {
            diagnostics.push(unknown(name, place));
            good = false;
        } else if columns.all.contains(&column) {
            diagnostics.push(
                Diagnostic::error("duplicate-column", format!("the column `{name}` is there twice")).at(place, ""),
            );
            good = false;
        }
        columns.all.push(column);
    }
    if good && !columns.has(Column::Username) {
        diagnostics.push(
            Diagnostic::error("missing-column", "the column `username` is missing")
                .at(header, "")
                .help("The first line of the file names the columns."),
        );
        good = false;
    }
    good.then_some(columns)
}

fn of_console(name: &str) -> Option<Column> {
    let name = name.to_lowercase();
    let name = name.split('(').next().unwrap_or_default().trim();
    let first =
        name.split('|').next().unwrap_or_default().trim_end_matches(|one: char| one.is_ascii_digit() || one == '_');
    OF_CONSOLE.iter().find(|(known, _)| *known == name || *known == first).map(|(_, column)| *column)
}

fn unknown(name: &str, place: Span) -> Diagnostic {
    let names = NAMES.iter().map(|(name, _)| *name);
    let diagnostic = Diagnostic::error("unknown-column", format!("unknown column `{name}`")).at(place, "");
    match did_you_mean(name, names.clone()) {
        Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
        None => diagnostic.help(format!("Known columns: {}.", names.collect::<Vec<_>>().join(", "))),
    }
}
