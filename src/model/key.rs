//! Names of quantities in data: plain ones, and those of families with a parameter. And names as parts of paths.

use sha2::{Digest, Sha256};

/// A name such as `outage_ping`, or of a family such as `lost_frames.<client>` and `domain.<name>.cpu`: what stands
/// between the angle brackets is the parameter, of which there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(pub &'static str);

impl Key {
    /// What stands before the parameter and what behind it; `None` for a plain name.
    fn parts(self) -> Option<(&'static str, &'static str)> {
        let (before, rest) = self.0.split_once('<')?;
        Some((before, rest.split_once('>')?.1))
    }

    /// Whether there is a member of the family for each value of a parameter.
    pub fn is_family(self) -> bool {
        self.parts().is_some()
    }

    /// The name of a member, for example `domain.asam.cpu`; a plain name as it is.
    pub fn with(self, parameter: &str) -> String {
        match self.parts() {
            Some((before, after)) => format!("{before}{parameter}{after}"),
            None => self.0.to_owned(),
        }
    }

    /// The parameter of a member: `asam` of `domain.asam.cpu`, nothing of the plain name itself. `None` where the
    /// name is another.
    pub fn parameter(self, name: &str) -> Option<&str> {
        match self.parts() {
            Some((before, after)) => {
                name.strip_prefix(before)?.strip_suffix(after).filter(|parameter| !parameter.is_empty())
            }
            None => (name == self.0).then_some(""),
        }
    }

    /// The name as the key of a text: without its parameter, and with `_` for the points in it.
    pub fn in_texts(self) -> String {
        let whole =
            self.parts().map_or_else(|| self.0.to_owned(), |(before, after)| format!("{before}{after}"));
        whole.split('.').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    }
}

/// A name as part of a path, of at most `most` bytes: file systems take 255 a part. What is longer is cut and ends in
/// a piece of its SHA-256, so that different names stay different.
pub fn short(mut name: String, most: usize) -> String {
    if name.len() > most {
        let digest = Sha256::digest(&name);
        name.truncate(name.floor_char_boundary(most.saturating_sub(11)));
        name.push('-');
        name.extend(digest.iter().take(5).map(|byte| format!("{byte:02x}")));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_different() {
        assert_eq!(short("memtester".to_owned(), 20), "memtester");
        let names = ["x", "y"].map(|end| short(format!("{}{end}", "ä".repeat(200)), 80));
        assert!(
            names[0] != names[1] && names.iter().all(|name| (78..=80).contains(&name.len())),
            "{names:?}"
        );
    }

    #[test]
    fn members_of_a_family_are_known_by_their_parameter() {
        let (family, plain) = (Key("domain.<name>.cpu"), Key("cpu.user"));
        assert_eq!(family.with("a.b"), "domain.a.b.cpu");
        assert_eq!(family.parameter("domain.a.b.cpu"), Some("a.b"));
        assert_eq!(family.parameter("domain.a.mem"), None);
        assert_eq!(family.parameter("domain..cpu"), None);
        assert_eq!((plain.with(""), plain.parameter("cpu.user")), ("cpu.user".to_owned(), Some("")));
        assert_eq!((family.in_texts(), plain.in_texts()), ("domain_cpu".to_owned(), "cpu_user".to_owned()));
        assert_eq!(Key("lost_frames.<client>").in_texts(), "lost_frames");
    }
}
