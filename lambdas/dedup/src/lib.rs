//! Each version of a contact record once.
