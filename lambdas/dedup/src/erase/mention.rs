//! Whether a text names a person.

use std::collections::BTreeSet;

use super::Subject;

/// Why something cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSubject {
    /// No identifier of a contact.
    #[error(
        "this is no identifier of a contact: it has letters, digits and dashes, such as 4a573372-1f28-4e26-b97b-446655440000"
    )]
    Contact,
    /// No phone number.
    #[error("this is no phone number: it has a plus and 7 to 15 digits, such as +15550100134")]
    Number,
}

/// Shorter identifiers would be found in what is none.
const SHORTEST_CONTACT: usize = 8;

impl Subject {
    /// Also looks for a contact, by its identifier.
    pub fn add_contact(&mut self, id: &str) -> Result<(), NoSubject> {
        if id.len() > 256 || !id.bytes().all(is_of_contact) || !is_searchable(id) {
            return Err(NoSubject::Contact);
        }
        self.contacts.insert(id.to_owned());
        Ok(())
    }

    /// Also looks for a phone number, in the form of E.164; spaces, dashes, dots and parentheses do not matter.
    pub fn add_number(&mut self, number: &str) -> Result<(), NoSubject> {
        let digits = number.trim().strip_prefix('+').ok_or(NoSubject::Number)?;
        let digits: String = digits.chars().filter(|one| !" -.()".contains(*one)).collect();
        if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoSubject::Number);
        }
        self.numbers.insert(digits);
        Ok(())
    }

    /// Whether a text names the person: the number with its country code, with or without the plus, and not as a part of
    /// a longer one; or the identifier of a contact.
    pub fn is_named_in(&self, text: &str) -> bool {
        self.is_named_in_bytes(text.as_bytes())
    }

    /// The same, of bytes that need not be text. It takes as long however many contacts there are.
    pub fn is_named_in_bytes(&self, text: &[u8]) -> bool {
        let is_one_of = |names: &BTreeSet<String>, run: &[u8]| {
            std::str::from_utf8(run).is_ok_and(|run| is_searchable(run) && names.contains(run))
        };
        let is_number = |run: &[u8]| std::str::from_utf8(run).is_ok_and(|run| self.numbers.contains(run));
        text.split(|byte| !byte.is_ascii_digit()).any(is_number)
            || text.split(|byte| !is_of_contact(*byte)).any(|run| is_one_of(&self.contacts, run))
            || self.strange_contacts().any(|contact| stands_alone(text, contact.as_bytes()))
    }

    /// Contacts that records give and that no service would: they have other characters than letters, digits and dashes.
    fn strange_contacts(&self) -> impl Iterator<Item = &String> {
        let is_strange = |contact: &&String| is_searchable(contact) && !contact.bytes().all(is_of_contact);
        self.contacts.iter().filter(is_strange)
    }

    /// A text to show, without what names the person.
    pub fn without_name(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for name in self.numbers.iter().chain(self.contacts.iter().filter(|contact| is_searchable(contact))) {
            shown = shown.replace(name, "(named)");
        }
        shown
    }
}

fn is_searchable(contact: &str) -> bool {
    contact.len() >= SHORTEST_CONTACT
}

/// True for what identifiers of contacts are made of.
fn is_of_contact(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Whether a word is in a text without letters, digits or dashes before or after it.
fn stands_alone(text: &[u8], word: &[u8]) -> bool {
    let Some((first, rest)) = word.split_first() else { return false };
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| byte == first).map(|at| from + at) {
        let end = at + word.len();
        if text[at + 1..].starts_with(rest)
            && !text[..at].last().is_some_and(|byte| is_of_contact(*byte))
            && !text.get(end).is_some_and(|byte| is_of_contact(*byte))
        {
            return true;
        }
        from = at + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_any_form_and_never_in_a_longer_one() {
        let mut subject = Subject::default();
        subject.add_number("+1 (555) 010-0134").unwrap();
        for text in ["+15550100134", "15550100134", "tel:+15550100134", "sip:15550100134@example.com"] {
            assert!(subject.is_named_in(text), "{text}");
        }
        for text in ["", "+155501001345", "+215550100134", "5550100134", "+15550100135"] {
            assert!(!subject.is_named_in(text), "{text}");
        }
        assert!(!Subject::default().is_named_in("+15550100134"));
        assert_eq!(subject.without_name("s3://b/+15550100134.wav"), "s3://b/+(named).wav");
    }

    #[test]
    fn a_contact_is_found_where_it_stands_alone() {
        let mut subject = Subject::default();
        subject.add_contact("4a573372-1f28").unwrap();
        assert!(subject.is_named_in("instance/i/contact/4a573372-1f28"));
        assert!(subject.is_named_in("recordings/4a573372-1f28_20260131.wav"));
        assert!(!subject.is_named_in("4a573372-1f28-4e26"));
        assert!(!subject.is_named_in("04a573372-1f28"));
    }

    #[test]
    fn a_contact_of_other_characters_is_found_as_well() {
        let mut subject = Subject::default();
        subject.add_found(["a_b_c_d_e".to_owned()]);
        assert!(subject.is_named_in("contact/a_b_c_d_e.wav"));
        assert!(!subject.is_named_in("xa_b_c_d_e") && !subject.is_named_in("a_b_c_d_e-1"));
    }

    #[test]
    fn anything_else_is_refused() {
        for contact in ["", "c-1", "*", "4a573372 1f28", "\"\"\"\"\"\"\"\"\""] {
            assert_eq!(Subject::default().add_contact(contact), Err(NoSubject::Contact), "{contact}");
        }
        for number in ["", "+", "15550100134", "+123456", "+1234567890123456", "+1555010013x"] {
            assert_eq!(Subject::default().add_number(number), Err(NoSubject::Number), "{number}");
        }
    }
}
