//! Names as parts of file names, of titles and of labels.

/// A name as part of a file name: ASCII letters, digits and hyphens; `otherwise` where none is left.
pub fn slug(name: &str, otherwise: impl FnOnce() -> String) -> String {
    const LONGEST: usize = 40;
    let mut slug = String::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.is_empty() {
            slug = word.to_ascii_lowercase().chars().take(LONGEST).collect();
        } else if slug.len() + 1 + word.len() <= LONGEST {
            slug = format!("{slug}-{}", word.to_ascii_lowercase());
        } else {
            break;
        }
    }
    if slug.is_empty() { otherwise() } else { slug }
}

/// A benchmark and what is shown of it, whichever there is; the second alone begins as a sentence does.
pub fn titled(benchmark: Option<&str>, what: Option<&str>) -> String {
    let what = what.unwrap_or_default();
    match benchmark.filter(|name| !name.is_empty()) {
        Some(benchmark) if what.is_empty() => benchmark.to_owned(),
        Some(benchmark) => format!("{benchmark}: {what}"),
        None => {
            let mut letters = what.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        }
    }
}

/// Levels in words; empty ones say nothing.
pub fn joined<'a>(levels: impl Iterator<Item = &'a str>) -> String {
    levels.filter(|level| !level.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_parts_of_file_names() {
        for (name, expected) in [
            ("Against bare metal", "against-bare-metal"),
            ("../../etc/passwd", "etc-passwd"),
            ("größe", "gr-e"),
            ("…", "otherwise"),
            ("one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"),
        ] {
            assert_eq!(slug(name, || "otherwise".to_owned()), expected);
        }
    }

    #[test]
    fn titles_name_what_there_is() {
        assert_eq!(titled(Some("disk"), Some("against bare metal")), "disk: against bare metal");
        assert_eq!(titled(Some("disk"), None), "disk");
        assert_eq!(titled(Some(""), Some("against bare metal")), "Against bare metal");
        assert_eq!(titled(None, None), "");
    }
}
