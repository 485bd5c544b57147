//! What is known only grows, and grows to the same in whatever order reports come.

/// Takes another report's value where it is the lesser one, or the only one.
pub fn earliest<T: Ord + Clone>(mine: &mut Option<T>, other: Option<&T>) {
    if let Some(other) = other
        && mine.as_ref().is_none_or(|mine| other < mine)
    {
        *mine = Some(other.clone());
    }
}

/// Takes another report's value where it is the greater one, or the only one.
pub fn latest<T: Ord + Clone>(mine: &mut Option<T>, other: Option<&T>) {
    if let Some(other) = other
        && mine.as_ref().is_none_or(|mine| other > mine)
    {
        *mine = Some(other.clone());
    }
}
