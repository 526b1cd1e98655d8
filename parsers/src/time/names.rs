//! Names of months and of days of the week, in the languages in which `date` writes them.
//!
//! English, German (with Austria's January), French (also Canada's), Spanish, Italian, Portuguese, Dutch, Swedish, Danish,
//! Norwegian and Polish, abbreviated and in full, as the locales of glibc have them; besides the German forms of older
//! systems (`Mrz`, `Die`). No name means two months or two days in them, and only `mar` is both: March, and Tuesday.
//!
//! Case counts for nothing, as far as letters are ASCII. `ä` and its like may be UTF-8 or Latin-1.
//!
//! Absent on purpose: languages in other scripts and other single-byte encodings, of which no log has been seen.

/// Bytes of the longest name.
const LONGEST: usize = 13;

/// Sorted by name.
#[rustfmt::skip]
static MONTHS: [(&str, u32); 145] = [
    ("abr", 4), ("abril", 4), ("ago", 8), ("agosto", 8), ("aoû", 8), ("août", 8), ("apr", 4), ("april", 4),
    ("aprile", 4), ("aug", 8), ("august", 8), ("augusti", 8), ("augustus", 8), ("avr", 4), ("avril", 4),
    ("cze", 6), ("czerwca", 6), ("czerwiec", 6), ("dec", 12), ("december", 12), ("des", 12),
    ("desember", 12), ("dez", 12), ("dezember", 12), ("dezembro", 12), ("dic", 12), ("dicembre", 12),
    ("diciembre", 12), ("déc", 12), ("décembre", 12), ("ene", 1), ("enero", 1), ("feb", 2), ("febbraio", 2),
    ("febrero", 2), ("februar", 2), ("februari", 2), ("february", 2), ("fev", 2), ("fevereiro", 2),
    ("fév", 2), ("févr", 2), ("février", 2), ("gen", 1), ("gennaio", 1), ("giu", 6), ("giugno", 6),
    ("gru", 12), ("grudnia", 12), ("grudzień", 12), ("jan", 1), ("janeiro", 1), ("januar", 1),
    ("januari", 1), ("january", 1), ("janv", 1), ("janvier", 1), ("jui", 7), ("juil", 7), ("juillet", 7),
    ("juin", 6), ("jul", 7), ("julho", 7), ("juli", 7), ("julio", 7), ("july", 7), ("jun", 6), ("june", 6),
    ("junho", 6), ("juni", 6), ("junio", 6), ("jän", 1), ("jänner", 1), ("kwi", 4), ("kwiecień", 4),
    ("kwietnia", 4), ("lip", 7), ("lipca", 7), ("lipiec", 7), ("lis", 11), ("listopad", 11),
    ("listopada", 11), ("lug", 7), ("luglio", 7), ("lut", 2), ("lutego", 2), ("luty", 2), ("maart", 3),
    ("maerz", 3), ("mag", 5), ("maggio", 5), ("mai", 5), ("maio", 5), ("maj", 5), ("maja", 5), ("mar", 3),
    ("marca", 3), ("march", 3), ("mars", 3), ("marts", 3), ("marzec", 3), ("marzo", 3), ("março", 3),
    ("may", 5), ("mayo", 5), ("mei", 5), ("mrt", 3), ("mrz", 3), ("mär", 3), ("märz", 3), ("nov", 11),
    ("november", 11), ("novembre", 11), ("novembro", 11), ("noviembre", 11), ("oct", 10), ("october", 10),
    ("octobre", 10), ("octubre", 10), ("okt", 10), ("oktober", 10), ("ott", 10), ("ottobre", 10),
    ("out", 10), ("outubro", 10), ("paź", 10), ("październik", 10), ("października", 10), ("sep", 9),
    ("sept", 9), ("september", 9), ("septembre", 9), ("septiembre", 9), ("set", 9), ("setembro", 9),
    ("settembre", 9), ("sie", 8), ("sierpień", 8), ("sierpnia", 8), ("sty", 1), ("styczeń", 1),
    ("stycznia", 1), ("wrz", 9), ("wrzesień", 9), ("września", 9),
];

/// Sorted.
#[rustfmt::skip]
static DAYS: [&str; 131] = [
    "czw", "czwartek", "di", "die", "dienstag", "dim", "dimanche", "dinsdag", "do", "dom", "domenica",
    "domingo", "don", "donderdag", "donnerstag", "fr", "fre", "fredag", "freitag", "fri", "friday", "gio",
    "giovedì", "jeu", "jeudi", "jue", "jueves", "lun", "lundi", "lunedì", "lunes", "lör", "lördag", "lø",
    "lør", "lørdag", "ma", "maandag", "man", "mandag", "mar", "mardi", "martedì", "martes", "mer",
    "mercoledì", "mercredi", "mi", "mit", "mittwoch", "mié", "miércoles", "mo", "mon", "monday", "montag",
    "mån", "måndag", "nie", "niedziela", "on", "ons", "onsdag", "pią", "piątek", "pon", "poniedziałek",
    "qua", "quarta", "qui", "quinta", "sa", "sab", "sabato", "sam", "samedi", "samstag", "sat", "saturday",
    "seg", "segunda", "sex", "sexta", "so", "sob", "sobota", "son", "sonnabend", "sonntag", "sun", "sunday",
    "sáb", "sábado", "sön", "söndag", "sø", "søn", "søndag", "ter", "terça", "thu", "thursday", "ti", "tir",
    "tirsdag", "tis", "tisdag", "to", "tor", "torsdag", "tue", "tuesday", "ven", "vendredi", "venerdì",
    "vie", "viernes", "vr", "vrijdag", "wed", "wednesday", "wo", "woensdag", "wto", "wtorek", "za",
    "zaterdag", "zo", "zondag", "śro", "środa",
];

/// The month of that name, from 1.
pub(super) fn month(name: &[u8]) -> Option<u32> {
    let key = Key::of(name)?;
    let at = MONTHS.binary_search_by(|(known, _)| known.as_bytes().cmp(key.bytes())).ok()?;
    MONTHS.get(at).map(|(_, month)| *month)
}

/// Whether that is the name of a day of the week.
pub(super) fn is_day(name: &[u8]) -> bool {
    Key::of(name).is_some_and(|key| DAYS.binary_search_by(|known| known.as_bytes().cmp(key.bytes())).is_ok())
}

/// A name as in the tables: small letters, UTF-8.
struct Key {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Key {
    /// `None` if it is too long for any of them.
    fn of(name: &[u8]) -> Option<Self> {
        if name.len() > LONGEST {
            return None;
        }
        let latin_1 = std::str::from_utf8(name).is_err();
        let mut key = Self { bytes: [0; LONGEST], len: 0 };
        for byte in name {
            if latin_1 && !byte.is_ascii() {
                key.push(0xc0 | (byte >> 6))?;
                key.push(0x80 | (byte & 0x3f))?;
            } else {
                key.push(byte.to_ascii_lowercase())?;
            }
        }
        Some(key)
    }

    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.len)? = byte;
        self.len += 1;
        Some(())
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(MONTHS.iter().map(|(name, _)| name).is_sorted_by(|a, b| a < b));
        assert!(DAYS.iter().is_sorted_by(|a, b| a < b));
        let longest = MONTHS.iter().map(|(name, _)| *name).chain(DAYS).map(str::len).max();
        assert_eq!(longest, Some(LONGEST));
    }

    #[test]
    fn a_year_in_every_language() {
        for names in [
            "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
            "January February March April May June July August September October November December",
            "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            "Jän Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
            "janv févr mars avril mai juin juil août sept oct nov déc",
            "jan fév mar avr mai jun jui aoû sep oct nov déc",
            "ene feb mar abr may jun jul ago sep oct nov dic",
            "gen feb mar apr mag giu lug ago set ott nov dic",
            "jan fev mar abr mai jun jul ago set out nov dez",
            "jan feb mrt apr mei jun jul aug sep okt nov dec",
            "jan feb mars april mai juni juli aug sep okt nov des",
            "januari februari mars april maj juni juli augusti september oktober november december",
            "januar februar marts april maj juni juli august september oktober november december",
            "sty lut mar kwi maj cze lip sie wrz paź lis gru",
            "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        ] {
            let found: Vec<_> = names.split(' ').map(|name| month(name.as_bytes())).collect();
            assert_eq!(found, (1..=12).map(Some).collect::<Vec<_>>(), "{names}");
        }
    }

    #[test]
    fn a_week_in_every_language() {
        for names in [
            "Mon Tue Wed Thu Fri Sat Sun",
            "Mo Di Mi Do Fr Sa So",
            "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
            "lun mar mer jeu ven sam dim",
            "lun mar mié jue vie sáb dom",
            "lun mar mer gio ven sab dom",
            "seg ter qua qui sex sáb dom",
            "ma di wo do vr za zo",
            "mån tis ons tor fre lör sön",
            "man tir ons tor fre lør søn",
            "ma ti on to fr lø sø",
            "pon wto śro czw pią sob nie",
        ] {
            for name in names.split(' ') {
                assert!(is_day(name.as_bytes()), "{name}");
            }
        }
    }

    #[test]
    fn encodings_and_other_words() {
        assert_eq!((month(b"M\xe4r"), month(b"M\xc3\xa4R"), month(b"AO\xfbt")), (Some(3), Some(3), Some(8)));
        for word in ["", "Foo", "Ja", "januaryjanuary", "J\u{fffd}n", "26"] {
            assert_eq!((month(word.as_bytes()), is_day(word.as_bytes())), (None, false), "{word}");
        }
    }
}
