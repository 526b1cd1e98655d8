//! The lines that are cited, for people to see: as many as a page has room for. They are read again, since what is left of
//! a run holds no text of its logs.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::excerpt;

use crate::input::load::lines;
use crate::input::session::SessionFile;
use crate::model::{Analysis, Excerpts};

/// So many places have their first and last line in a page; where there are more, those of outages.
const MOST: usize = 700;

/// The first and the last line of what runs cite in these files. A file that cannot be read again has none.
pub(super) fn read(analysis: &Analysis, files: &[SessionFile]) -> Excerpts {
    let places = |outages: bool| -> BTreeSet<(&str, [u64; 2])> {
        let of_runs = analysis.cited().filter(|cited| cited.run.is_some());
        let wanted = of_runs.filter(|cited| !outages || cited.number.contains("/outages."));
        wanted.map(|cited| (cited.file, [cited.first_line, cited.last_line])).collect()
    };
    let all = places(false);
    let places = if all.len() > MOST { places(true) } else { all };
    let mut wanted: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for (file, lines) in places.into_iter().take(MOST) {
        wanted.entry(file).or_default().extend(lines);
    }
    let mut excerpts = Excerpts::new();
    for (name, numbers) in wanted {
        let Some(file) = files.iter().find(|file| file.relative == name) else { continue };
        let Ok(found) = lines(&file.path, &numbers) else { continue };
        let shown = found.into_iter().map(|(line, text)| (line, excerpt(&text)));
        excerpts.insert(name.to_owned(), shown.collect());
    }
    excerpts
}
