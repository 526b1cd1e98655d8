//! `requests/status.xml` of the http interface, one document or many in a file.
//!
//! The tags come in any order (since 2.0 it is that of a Lua table), several to a line or one. 1.x writes bit
//! rates with a decimal comma in some locales; the counters that are read are whole numbers everywhere.

use memchr::memchr;

use super::counters::{COUNTERS, Dump, Source};
use super::reader::Reader;
use crate::diagnostic::Place;
use crate::lines::Line;
use crate::text::whole;

/// The document that is being read.
#[derive(Debug, Default)]
pub(super) struct Document {
    stats: Option<Dump>,
}

impl Document {
    pub fn line(&mut self, line: Line<'_>, reader: &mut Reader) {
        let mut rest = line.text;
        while let Some(at) = memchr(b'<', rest) {
            let Some((tag, after)) = tag(rest.get(at..).unwrap_or_default()) else { break };
            let end = memchr(b'<', after).unwrap_or(after.len());
            let (value, next) = after.split_at(end);
            self.element(line, tag, value, next, reader);
            rest = next;
        }
    }

    fn element(&mut self, line: Line<'_>, tag: &[u8], value: &[u8], next: &[u8], reader: &mut Reader) {
        match tag {
            b"stats" => {
                self.end(reader);
                self.stats = Some(Dump::new(Source::Xml, line.number));
            }
            b"/stats" => {
                if let Some(dump) = self.stats.take() {
                    Self::take(dump, reader);
                }
            }
            b"version" if reader.version.is_none() => {
                let text = String::from_utf8_lossy(value);
                // `3.0.24 Vetinari`: the number.
                reader.version = text.split_whitespace().next().map(str::to_owned);
            }
            _ => {
                let Some(dump) = &mut self.stats else { return };
                let Some(info) = COUNTERS.iter().find(|info| info.tag == tag) else { return };
                dump.reach(line.number);
                // A value is whole only if its closing tag has begun.
                match whole(value.trim_ascii()).filter(|_| next.starts_with(b"</")) {
                    Some(value) => {
                        if !dump.set(info.counter, value) {
                            let place = Place::line(line.number, line.text);
                            reader.diagnostics.warning("second-value", place, || {
                                format!("a second `{}` in the same statistics; the first is used", info.name)
                            });
                        }
                    }
                    None => reader.value_lost(line, "a whole number and its closing tag"),
                }
            }
        }
    }

    /// While VLC is stopped `<stats>` is empty.
    fn take(dump: Dump, reader: &mut Reader) {
        if dump.is_empty() {
            let place = Place { line: Some(dump.line), ..Place::FILE };
            reader.diagnostics.note("nothing-played", place, || {
                "empty statistics: VLC played nothing at that moment; no row".to_owned()
            });
        } else {
            reader.dump(dump);
        }
    }

    /// The document or the file ends.
    pub fn end(&mut self, reader: &mut Reader) {
        if let Some(dump) = self.stats.take() {
            let place = Place { line: Some(dump.line), ..Place::FILE };
            reader.diagnostics.warning("dump-cut", place, || {
                "expected `</stats>` behind this one; counters that are missing are null".to_owned()
            });
            reader.dump(dump);
        }
    }
}

/// The name of a tag without attributes, and what follows it.
fn tag(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b'>', text)?;
    Some((text.get(1..end)?, text.get(end.saturating_add(1)..)?))
}
