//! Strings and keys of TOML.

/// A string of TOML; literal where it can be, so that regular expressions stay readable.
pub fn literal(text: &str) -> String {
    if text.contains(['\'', '\n', '\r', '\t']) || text.chars().any(char::is_control) {
        quoted(text)
    } else {
        format!("'{text}'")
    }
}

/// A string of TOML with escapes.
pub fn quoted(text: &str) -> String {
    // JSON's escapes are a part of those of TOML's basic strings, but for DEL.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A key of TOML, bare where it can be.
pub fn key(text: &str) -> String {
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { text.to_owned() } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_as_they_are() {
        for text in [r"^(?<load>\w+)$", "it's", "a\"b\\c", "tab\there", "\u{7f}\u{1}", "größe"] {
            for written in [literal(text), quoted(text)] {
                let value: toml::Table = toml::from_str(&format!("x = {written}")).unwrap();
                assert_eq!(value["x"].as_str(), Some(text), "{written}");
            }
        }
    }
}
