//! Vanity numbers: which words a phone number spells.
