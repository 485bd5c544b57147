//! The blueprint that `callform init` writes.

const TEXT: &str = include_str!("blueprint.yaml");
/// Center names are limited so that names of stacks and buckets can be made of them.
const LONGEST_NAME: usize = 20;

/// A small, complete, commented blueprint of a center. What the name has besides lower-case letters, digits and hyphens
/// becomes hyphens; a name with nothing left becomes `my-center`.
pub fn blueprint(name: &str) -> String {
    let mut center = String::new();
    for character in name.chars() {
        match character.to_ascii_lowercase() {
            letter @ 'a'..='z' => center.push(letter),
            digit @ '0'..='9' if !center.is_empty() => center.push(digit),
            _ if !center.is_empty() && !center.ends_with('-') => center.push('-'),
            _ => {}
        }
    }
    center.truncate(LONGEST_NAME);
    let center = center.trim_end_matches('-');
    let center = if center.is_empty() { "my-center" } else { center };
    TEXT.replace("CENTER", center)
}

#[cfg(test)]
mod tests {
    use super::blueprint;

    #[test]
    fn any_name_becomes_the_name_of_a_center() {
        let center = |name| blueprint(name).lines().find_map(|line| line.strip_prefix("center: ").map(str::to_owned));
        assert_eq!(center("acme"), Some("acme".to_owned()));
        assert_eq!(center("2 My  Center!"), Some("my-center".to_owned()));
        assert_eq!(center("日本"), Some("my-center".to_owned()));
        assert_eq!(center(&"a".repeat(99)).map(|name| name.len()), Some(20));
    }
}
