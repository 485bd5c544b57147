//! What the columns of a list are.

use serde::{Deserialize, Serialize};

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Column {
    /// Names the person. Rows with the same are of the same person.
    Id,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// A phone number; where there are several columns, in their order.
    Number,
    /// A time zone.
    Zone,
    /// `high` or `normal`.
    Priority,
    /// What kind of address the row has; only rows of voice and text messages have phone numbers.
    Channel,
    /// Anything else, by its name as it stands in the header.
    Attribute(String),
    /// A column without a name.
    Nameless,
}

/// A list that cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// There is not even a header.
    #[error("the list is empty; its first row must name the columns")]
    Empty,
    /// UTF-16, as some spreadsheets save.
    #[error("the list is in UTF-16; save it as CSV in UTF-8")]
    Utf16,
    /// Lines end with a carriage return alone, as on old Macs.
    #[error("the lines of the list end with a carriage return alone; save it as CSV with the line ends of today")]
    OldLineEnds,
    /// The header is not in UTF-8.
    #[error("the header of the list is not in UTF-8; save it as CSV in UTF-8")]
    NotUtf8,
    /// No column has numbers.
    #[error("no column of the list has phone numbers; name one `phone`, `number` or `address`. Its columns are: {0}")]
    NoNumber(String),
    /// Two columns name the person, or the zone.
    #[error("the columns `{0}` and `{1}` of the list say the same; leave one out")]
    Twice(String, String),
    /// It is not as it was when it was read before.
    #[error("the list is not as it was: another header was read before")]
    Changed,
    /// Reading it failed.
    #[error("the list could not be read on: {0}")]
    Unreadable(String),
}

/// What the columns of a list are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    columns: Vec<Column>,
    delimiter: u8,
}

/// Which names the columns that mean something have: letters and digits only, without what stands before a dot.
fn known(name: &str) -> Option<Column> {
    let dotted = name.rsplit('.').next().unwrap_or(name);
    let plain: String = dotted.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Some(match plain.as_str() {
        "custid" | "customerid" | "userid" | "personid" | "clientid" | "id" => Column::Id,
        "firstname" | "first" | "givenname" | "forename" => Column::FirstName,
        "lastname" | "last" | "surname" | "familyname" => Column::LastName,
        "timezone" | "zone" | "tz" => Column::Zone,
        "priority" => Column::Priority,
        "channeltype" | "channel" => Column::Channel,
        plain => {
            let stem = plain.trim_end_matches(|char: char| char.is_ascii_digit());
            let numbers = [
                "number",
                "phone",
                "phonenumber",
                "telephone",
                "telephonenumber",
                "tel",
                "mobile",
                "mobilephone",
                "cell",
                "cellphone",
                "address",
                "smsnumber",
                "destination",
            ];
            numbers.contains(&stem).then_some(Column::Number)?
        }
    })
}

impl Header {
    /// Reads the first row of a list, without its byte order mark.
    pub fn read(row: &[u8]) -> Result<Self, ListError> {
        let text = std::str::from_utf8(row).map_err(|_| ListError::NotUtf8)?;
        let delimiter = delimiter(text);
        let names = super::rows::Fields::new(delimiter).of(row);
        let names: Vec<String> =
            names.into_iter().map(|name| String::from_utf8_lossy(&name).trim().to_owned()).collect();
        if names.iter().all(String::is_empty) {
            return Err(ListError::Empty);
        }
        let mut columns: Vec<Column> = names
            .iter()
            .map(|name| match known(name) {
                Some(column) => column,
                None if name.is_empty() => Column::Nameless,
                None => Column::Attribute(name.clone()),
            })
            .collect();
        weaker_ids(&names, &mut columns);
        for once in [Column::Id, Column::Zone, Column::FirstName, Column::LastName] {
            let mut same = (0..columns.len()).filter(|at| columns[*at] == once);
            if let (Some(first), Some(second)) = (same.next(), same.next()) {
                return Err(ListError::Twice(names[first].clone(), names[second].clone()));
            }
        }
        if !columns.contains(&Column::Number) {
            return Err(ListError::NoNumber(names.join(", ")));
        }
        Ok(Self { columns, delimiter })
    }

    /// What the columns are, from left to right.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What stands between fields: `,`, `;` or a tab.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }
}

/// A plain `Id` beside a column that names the person says which address it is, not whose.
fn weaker_ids(names: &[String], columns: &mut [Column]) {
    let ids = columns.iter().filter(|column| **column == Column::Id).count();
    for (name, column) in names.iter().zip(columns) {
        if ids > 1 && *column == Column::Id && name.eq_ignore_ascii_case("id") {
            *column = Column::Attribute(name.clone());
        }
    }
}

fn delimiter(header: &str) -> u8 {
    let count = |delimiter| header.bytes().filter(|byte| *byte == delimiter).count();
    let most = [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter));
    most.filter(|delimiter| count(*delimiter) > 0).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Vec<Column>, ListError> {
        Header::read(header.as_bytes()).map(|header| header.columns)
    }

    #[test]
    fn the_columns_of_known_lists_are_known() {
        use Column::{Attribute, Channel, FirstName, Id, LastName, Number};
        let attribute = |name: &str| Attribute(name.to_owned());
        for (header, columns) in [
            ("firstName,lastName,number", vec![FirstName, LastName, Number]),
            ("custID,phone", vec![Id, Number]),
            ("Address,UserId,Balance", vec![Number, Id, attribute("Balance")]),
            ("Id,ChannelType,Address,User.UserId", vec![attribute("Id"), Channel, Number, Id]),
            ("PhoneNumber,UserLang", vec![Number, attribute("UserLang")]),
            ("sms_number,message", vec![Number, attribute("message")]),
            ("Customer ID;Phone 1;Phone 2;", vec![Id, Number, Number, Column::Nameless]),
            ("\"phone\"\t\"time zone\"", vec![Number, Column::Zone]),
        ] {
            assert_eq!(read(header), Ok(columns), "{header}");
        }
    }

    #[test]
    fn lists_without_numbers_are_refused() {
        assert_eq!(read(" , "), Err(ListError::Empty));
        assert_eq!(read("name,age"), Err(ListError::NoNumber("name, age".to_owned())));
        assert_eq!(read("custID,userId,phone"), Err(ListError::Twice("custID".to_owned(), "userId".to_owned())));
    }
}
