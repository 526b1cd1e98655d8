//! Time zones as logs name them: abbreviations and numeric offsets.
//!
//! The table has the abbreviations of the tz database, <https://www.iana.org/time-zones>, that stood for an instant
//! since 2005, the year of the first live migrations, in one of its releases 2010o, 2013d, 2016j, 2025b and 2026f: computers write
//! what the release says that they have, and logs of 2010 are still read. Where zones or releases differ, an abbreviation
//! has all its offsets, and none is the right one: `CST` is used in Chicago, Havana and Shanghai and, before 2014, in
//! Adelaide; `EST` was Sydney's before 2014, `AST` Riyadh's before 2017; `MSK` was an hour more from 2011 to 2014; `PST` is
//! Manila's since 2017. `MEZ`, `MESZ`, `WEZ`, `WESZ`, `OEZ`, `OESZ` are the German names of `CET` and its neighbours.
//!
//! Absent on purpose: abbreviations that are words in capitals, which stand behind a time in many a log: `ACT`, `ART`, `BOT`,
//! `CAST`, `EAST`, `GET`, `IOT`, `LINT`, `MART`, `MIST`, `MUST`, `NUT`, `PET`, `TOT`. They are not known, which is safe.

use std::fmt;

use super::written_offset;
use crate::text::unsigned;

/// An abbreviation, and its offsets in minutes east of UTC.
type Entry = (&'static str, &'static [i16]);

/// Sorted by abbreviation.
#[rustfmt::skip]
static ZONES: [Entry; 207] = [
    ("ACDT", &[630]), ("ACST", &[570]), ("ACWDT", &[585]), ("ACWST", &[525]), ("ADT", &[-180, 240]),
    ("AEDT", &[660]), ("AEST", &[600]), ("AFT", &[270]), ("AKDT", &[-480]), ("AKST", &[-540]),
    ("ALMT", &[360]), ("AMST", &[-180, 300]), ("AMT", &[-240, 240]), ("ANAST", &[720, 780]),
    ("ANAT", &[660, 720]), ("AQTT", &[240, 300]), ("ARST", &[-120]), ("AST", &[-240, 180]),
    ("AWDT", &[540]), ("AWST", &[480]), ("AZOST", &[0]), ("AZOT", &[-60]), ("AZST", &[300]),
    ("AZT", &[240]), ("BDST", &[420]), ("BDT", &[360]), ("BNT", &[480]), ("BRST", &[-120]),
    ("BRT", &[-180]), ("BST", &[60, 660]), ("BTT", &[360]), ("CAT", &[120]), ("CCT", &[390]),
    ("CDT", &[-300, -240]), ("CEST", &[120]), ("CET", &[60]), ("CHADT", &[825]), ("CHAST", &[765]),
    ("CHOST", &[540, 600]), ("CHOT", &[480, 540]), ("CHUT", &[600]), ("CIT", &[480]), ("CKT", &[-600]),
    ("CLST", &[-180]), ("CLT", &[-240]), ("COT", &[-300]), ("CST", &[-360, -300, 480, 570, 630]),
    ("CVT", &[-60]), ("CWST", &[525, 585]), ("CXT", &[420]), ("ChST", &[600]), ("DAVT", &[300, 420]),
    ("DDUT", &[600]), ("EASST", &[-300]), ("EAT", &[180]), ("ECT", &[-300]), ("EDT", &[-240]),
    ("EEST", &[180]), ("EET", &[120]), ("EGST", &[0]), ("EGT", &[-60]), ("EIT", &[540]),
    ("EST", &[-300, 600, 660]), ("FET", &[180]), ("FJST", &[780]), ("FJT", &[720]), ("FKST", &[-180]),
    ("FKT", &[-240]), ("FNT", &[-120]), ("GALT", &[-360]), ("GAMT", &[-540]), ("GFT", &[-180]),
    ("GILT", &[720]), ("GMT", &[0]), ("GST", &[-120, 240]), ("GYT", &[-240]), ("HADT", &[-540]),
    ("HAST", &[-600]), ("HDT", &[-540]), ("HKT", &[480]), ("HOVST", &[480]), ("HOVT", &[420]),
    ("HST", &[-600]), ("ICT", &[420]), ("IDT", &[180]), ("IRDT", &[270]), ("IRKST", &[540]),
    ("IRKT", &[480, 540]), ("IRST", &[210]), ("IST", &[60, 120, 330]), ("JST", &[540]), ("KGST", &[360]),
    ("KGT", &[300, 360]), ("KOST", &[660]), ("KRAST", &[480]), ("KRAT", &[420, 480]), ("KST", &[510, 540]),
    ("LHDT", &[660]), ("LHST", &[630, 660]), ("LKT", &[360]), ("MAGST", &[720]), ("MAGT", &[660, 720]),
    ("MAWT", &[300, 360]), ("MDT", &[-360]), ("MEST", &[120]), ("MESZ", &[120]), ("MET", &[60]),
    ("MEZ", &[60]), ("MHT", &[720]), ("MMT", &[390]), ("MSD", &[240]), ("MSK", &[180, 240]),
    ("MST", &[-420]), ("MUT", &[240]), ("MVT", &[300]), ("MYT", &[480]), ("MeST", &[-480]), ("NCT", &[660]),
    ("NDT", &[-150]), ("NFT", &[660, 690]), ("NOVST", &[420]), ("NOVT", &[360, 420]), ("NPT", &[345]),
    ("NRT", &[720]), ("NST", &[-210]), ("NZDT", &[780]), ("NZST", &[720]), ("OESZ", &[180]),
    ("OEZ", &[120]), ("OMSST", &[420]), ("OMST", &[360, 420]), ("ORAT", &[240, 300]), ("PDT", &[-420]),
    ("PETST", &[720, 780]), ("PETT", &[660, 720]), ("PGT", &[600]), ("PHOT", &[780]), ("PHT", &[480]),
    ("PKST", &[360]), ("PKT", &[300]), ("PMDT", &[-120]), ("PMST", &[-180]), ("PONT", &[660]),
    ("PST", &[-480, 480]), ("PWT", &[540]), ("PYST", &[-180]), ("PYT", &[-240]), ("QYZT", &[360]),
    ("RET", &[240]), ("ROTT", &[-180]), ("SAKST", &[660]), ("SAKT", &[600, 660]), ("SAMST", &[240, 300]),
    ("SAMT", &[180, 240]), ("SAST", &[120]), ("SBT", &[660]), ("SCT", &[240]), ("SDT", &[-600]),
    ("SGT", &[480]), ("SRT", &[-180]), ("SST", &[-660]), ("SYOT", &[180]), ("TAHT", &[-600]),
    ("TFT", &[300]), ("TJT", &[300]), ("TKT", &[-660, -600, 780]), ("TLT", &[540]), ("TMT", &[300]),
    ("TVT", &[720]), ("UCT", &[0]), ("ULAST", &[540]), ("ULAT", &[480]), ("UTC", &[0]), ("UYST", &[-120]),
    ("UYT", &[-180]), ("UZT", &[300]), ("VET", &[-270, -240]), ("VLAST", &[660]), ("VLAT", &[600, 660]),
    ("VOLST", &[240]), ("VOLT", &[180, 240]), ("VOST", &[360]), ("VUT", &[660]), ("WAKT", &[720]),
    ("WARST", &[-180]), ("WART", &[-240]), ("WAST", &[120]), ("WAT", &[60]), ("WEST", &[60]),
    ("WESZ", &[60]), ("WET", &[0]), ("WEZ", &[0]), ("WFT", &[720]), ("WGST", &[-120]), ("WGT", &[-180]),
    ("WIB", &[420]), ("WIT", &[420, 540]), ("WITA", &[480]), ("WSDT", &[-600, 840]), ("WSST", &[780]),
    ("WST", &[-660, 480, 540, 780]), ("XJT", &[360]), ("YAKST", &[600]), ("YAKT", &[540, 600]),
    ("YEKST", &[360]), ("YEKT", &[300, 360]), ("Z", &[0]),
];

/// The farthest from UTC that anybody lives, in hours.
const FARTHEST: u64 = 14;

/// What is said about the zone of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Nothing.
    Unnamed,
    /// Seconds east of UTC.
    Known(i32),
    /// An abbreviation with several meanings.
    Ambiguous(&'static Entry),
    /// An abbreviation, or another word in its place, that is not in the table.
    Unknown(Name),
}

impl Zone {
    /// An abbreviation or a numeric offset.
    pub fn of(word: &[u8]) -> Self {
        if word.is_empty() {
            return Self::Unnamed;
        }
        if let Some(offset) = numeric(word) {
            return Self::Known(offset);
        }
        match entry(word) {
            Some((_, [minutes])) => Self::Known(i32::from(*minutes) * 60),
            Some(entry) => Self::Ambiguous(entry),
            None => Self::Unknown(Name::of(word)),
        }
    }

    /// The same, unless the word is anything else.
    pub fn known(word: &[u8]) -> Option<Self> {
        match Self::of(word) {
            Self::Unnamed | Self::Unknown(_) => None,
            zone @ (Self::Known(_) | Self::Ambiguous(_)) => Some(zone),
        }
    }

    /// Seconds east of UTC.
    pub fn offset_s(self) -> Option<i32> {
        match self {
            Self::Known(offset) => Some(offset),
            Self::Unnamed | Self::Ambiguous(_) | Self::Unknown(_) => None,
        }
    }

    /// Code and text of the warning that a log needs whose times cannot be placed for the name of their zone.
    pub fn complaint(self) -> Option<(&'static str, String)> {
        match self {
            Self::Unnamed | Self::Known(_) => None,
            Self::Ambiguous((name, offsets)) => {
                let offsets: Vec<_> =
                    offsets.iter().map(|minutes| written_offset(i32::from(*minutes) * 60)).collect();
                Some((
                    AMBIGUOUS,
                    format!(
                        "the time zone {name} stands for several offsets from UTC ({}): declare utc_offset",
                        offsets.join(", ")
                    ),
                ))
            }
            Self::Unknown(name) => {
                Some((UNKNOWN, format!("the time zone {name} is not known: declare utc_offset")))
            }
        }
    }
}

/// Codes of the two warnings.
pub(super) const AMBIGUOUS: &str = "zone-ambiguous";
pub(super) const UNKNOWN: &str = "zone-unknown";

fn entry(name: &[u8]) -> Option<&'static Entry> {
    let at = ZONES.binary_search_by(|(known, _)| known.as_bytes().cmp(name)).ok()?;
    ZONES.get(at)
}

/// Whether a word has the look of an abbreviation, or is a numeric offset.
pub(super) fn is_zone(word: &[u8]) -> bool {
    let abbreviation = (1..=5).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase);
    abbreviation || numeric(word).is_some() || entry(word).is_some()
}

/// `Z`, `+0100`, `+01:00` or `+01`, in seconds.
pub(super) fn numeric(word: &[u8]) -> Option<i32> {
    let (sign, digits) = match word.split_first()? {
        (b'+', digits) => (1, digits),
        (b'-', digits) => (-1, digits),
        (b'Z', b"") => return Some(0),
        _ => return None,
    };
    let (hours, minutes): (&[u8], &[u8]) = match digits {
        [_, _] => (digits, b"0"),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (&[*h1, *h2], &[*m1, *m2]),
        _ => return None,
    };
    let (hours, minutes) = (unsigned(hours)?, unsigned(minutes)?);
    let within = minutes < 60 && hours * 60 + minutes <= FARTHEST * 60;
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok().filter(|_| within)?;
    Some(sign * seconds)
}

/// The beginning of a word, to be shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name([u8; 8]);

impl Name {
    fn of(word: &[u8]) -> Self {
        let mut name = [b' '; 8];
        for (place, byte) in name.iter_mut().zip(word) {
            *place = if byte.is_ascii_graphic() { *byte } else { b'?' };
        }
        Self(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(String::from_utf8_lossy(&self.0).trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset_s(name: &str) -> Option<i32> {
        Zone::of(name.as_bytes()).offset_s()
    }

    #[test]
    fn the_table_is_sorted_and_plausible() {
        assert!(ZONES.iter().map(|(name, _)| name).is_sorted_by(|a, b| a < b));
        for (name, offsets) in &ZONES {
            assert!(!offsets.is_empty() && offsets.is_sorted_by(|a, b| a < b), "{name}");
            assert!(
                offsets.iter().all(|minutes| (-720..=840).contains(minutes) && minutes % 15 == 0),
                "{name}"
            );
        }
    }

    #[test]
    fn one_offset() {
        for (name, seconds) in [
            ("UTC", 0),
            ("GMT", 0),
            ("Z", 0),
            ("WET", 0),
            ("CET", 3600),
            ("MEZ", 3600),
            ("CEST", 7200),
            ("MESZ", 7200),
            ("EET", 7200),
            ("EEST", 10_800),
            ("SGT", 28_800),
            ("JST", 32_400),
            ("ACST", 34_200),
            ("AEDT", 39_600),
            ("NPT", 20_700),
            ("NST", -12_600),
            ("EDT", -14_400),
            ("MST", -25_200),
            ("PDT", -25_200),
            ("HST", -36_000),
            ("ChST", 36_000),
        ] {
            assert_eq!(offset_s(name), Some(seconds), "{name}");
        }
    }

    #[test]
    fn several_offsets_are_none() {
        for (name, minutes) in [
            ("CST", [-360, -300, 480, 570, 630].as_slice()),
            ("CDT", &[-300, -240]),
            ("IST", &[60, 120, 330]),
            ("BST", &[60, 660]),
            ("AST", &[-240, 180]),
            ("ADT", &[-180, 240]),
            ("EST", &[-300, 600, 660]),
            ("PST", &[-480, 480]),
            ("GST", &[-120, 240]),
            ("WST", &[-660, 480, 540, 780]),
            ("MSK", &[180, 240]),
            ("KST", &[510, 540]),
        ] {
            let zone = Zone::of(name.as_bytes());
            assert!(
                matches!(zone, Zone::Ambiguous((found, of)) if *found == name && *of == minutes),
                "{zone:?}"
            );
            assert_eq!(
                (zone.offset_s(), zone.complaint().map(|(code, _)| code)),
                (None, Some("zone-ambiguous"))
            );
        }
    }

    #[test]
    fn what_is_said_about_them() {
        let said = |name: &str| Zone::of(name.as_bytes()).complaint();
        let ambiguous =
            "the time zone BST stands for several offsets from UTC (+01:00, +11:00): declare utc_offset";
        assert_eq!(said("BST"), Some(("zone-ambiguous", ambiguous.to_owned())));
        let unknown = "the time zone Xyz is not known: declare utc_offset";
        assert_eq!(said("Xyz"), Some(("zone-unknown", unknown.to_owned())));
        assert_eq!((said("CET"), said("+03"), said("")), (None, None, None));
    }

    #[test]
    fn numbers() {
        for (text, seconds) in [
            ("+0530", Some(19_800)),
            ("-03", Some(-10_800)),
            ("+01:00", Some(3600)),
            ("-00", Some(0)),
            ("+1400", Some(50_400)),
            ("+1401", None),
            ("+9900", None),
            ("+0060", None),
            ("+1", None),
            ("0100", None),
            ("\u{d6}", None),
            ("+0x00", None),
        ] {
            assert_eq!(numeric(text.as_bytes()), seconds, "{text}");
        }
    }
}
