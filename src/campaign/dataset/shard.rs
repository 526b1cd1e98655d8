//! Which runs are in which part.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::Factors;

/// More parts than this are more than there are machines.
const MOST: u32 = 9_999;

/// One of several shares of the runs: `3/16` is the third of sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// From 1.
    number: u32,
    of: u32,
}

impl Shard {
    /// All runs in one.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Every one of so many.
    pub fn all(of: u32) -> impl Iterator<Item = Self> {
        (1..=of).map(move |number| Self { number, of })
    }

    /// How many there are in all.
    pub fn of(self) -> u32 {
        self.of
    }

    /// The one of so many that a run belongs to, by its [id](run_id).
    pub fn of_run(id: &str, of: u32) -> Self {
        let hash = u64::from_str_radix(id.get(..16).unwrap_or_default(), 16).unwrap_or_default();
        let place = u32::try_from(hash % u64::from(of.max(1))).unwrap_or_default();
        Self { number: place + 1, of }
    }

    /// The name of its folder, such as `part-03-of-16`.
    pub fn folder(self) -> String {
        let digits = self.of.to_string().len();
        format!("part-{:0digits$}-of-{}", self.number, self.of)
    }

    /// The shard of a folder; `None` where the name is another.
    pub fn of_folder(name: &str) -> Option<Self> {
        let (number, of) = name.strip_prefix("part-")?.split_once("-of-")?;
        let shard = Self { number: number.parse().ok()?, of: of.parse().ok()? };
        (shard.is_one() && shard.folder() == name).then_some(shard)
    }

    fn is_one(self) -> bool {
        (1..=self.of).contains(&self.number) && self.of <= MOST
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = || {
            let (number, of) = text.split_once('/')?;
            Some(Self { number: number.trim().parse().ok()?, of: of.trim().parse().ok()? })
        };
        parsed()
            .filter(|shard| shard.is_one())
            .ok_or_else(|| format!("expected a number of a number such as 3/16, from 1/1 to {MOST}/{MOST}"))
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

/// What a run is known by wherever and with whatever other runs it is read: a hash of the title of its campaign, its
/// factors, its repetition and the VM that is declared, in hexadecimal.
pub fn run_id(title: &str, vm: Option<&str>, factors: &Factors, repetition: u32) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    add(title);
    add(vm.unwrap_or_default());
    for (name, level) in factors {
        add(name);
        add(level);
    }
    add(&repetition.to_string());
    hash.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_a_number_of_a_number() {
        let third: Shard = "3/16".parse().unwrap();
        assert_eq!((third.to_string(), third.folder()), ("3/16".to_owned(), "part-03-of-16".to_owned()));
        assert_eq!(Shard::of_folder("part-03-of-16"), Some(third));
        for text in ["", "3", "0/16", "17/16", "a/b", "1/10000", "-1/2", "1/0"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        for name in ["part-3-of-16", "part-17-of-16", "part-00-of-16", "part-1-of-1x", "runs"] {
            assert_eq!(Shard::of_folder(name), None, "{name}");
        }
        assert_eq!(Shard::all(3).count(), 3);
    }

    #[test]
    fn runs_spread_over_shards_and_keep_theirs() {
        let factors = |load: &str| Factors::from([("load".to_owned(), load.to_owned())]);
        let id = |repetition| run_id("a", None, &factors("none"), repetition);
        assert_eq!(id(1), run_id("a", None, &factors("none"), 1));
        let others =
            [run_id("b", None, &factors("none"), 1), run_id("a", Some("vm"), &factors("none"), 1), id(2)];
        assert!(!others.contains(&id(1)) && id(1).len() == 20);
        let mut sizes = [0; 16];
        for repetition in 0..1600 {
            let shard = Shard::of_run(&id(repetition), 16);
            sizes[usize::try_from(shard.number - 1).unwrap()] += 1;
        }
        assert!(sizes.iter().all(|size| (60..140).contains(size)), "{sizes:?}");
        assert_eq!(Shard::of_run(&id(1), 1), Shard::WHOLE);
    }
}
