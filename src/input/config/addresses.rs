//! Addresses of IP, and keys that are one text or a list of them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn each(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Many(names) => names,
        }
    }
}

/// One address of IP or a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OneOrMany", into = "Vec<String>")]
pub struct Addresses(pub Vec<String>);

impl TryFrom<OneOrMany> for Addresses {
    type Error = String;

    fn try_from(addresses: OneOrMany) -> Result<Self, String> {
        // As captures write them, whatever way it is written here.
        let read = |text: String| match text.trim().parse::<IpAddr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(format!("`{text}`: expected an address of IP such as \"10.0.0.5\"")),
        };
        addresses.each().into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

impl From<Addresses> for Vec<String> {
    fn from(addresses: Addresses) -> Self {
        addresses.0
    }
}

#[cfg(test)]
mod tests {
    use crate::input::config::Config;

    #[test]
    fn addresses_are_written_as_captures_do() {
        let of = |text: &str| {
            Config::parse(&format!("[vm]\naddress = {text}\n")).map(|config| config.file.vm.address.0)
        };
        assert_eq!(of("\"10.0.0.5\"").unwrap(), ["10.0.0.5"]);
        assert_eq!(of("[\"10.0.0.5\", \"FD00:0:0::5\"]").unwrap(), ["10.0.0.5", "fd00::5"]);
        let error = format!("{:#}", of("\"asam\"").unwrap_err());
        assert!(error.contains("`asam`: expected an address of IP"), "{error}");
        assert!(Config::parse("").unwrap().file.vm.address.0.is_empty());
    }
}
