//! The beginning of a file as a table: delimited text with a heading, or JSON objects.

use serde_json::Value;

/// What stands in a cell for no value.
const NOTHING: [&str; 8] = ["", "-", "--", "n/a", "na", "nan", "null", "none"];

/// Whether the text stands for no value.
pub fn is_nothing(text: &str) -> bool {
    NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}

/// Rows that are looked at: the beginning of a file may hold more.
const LOOKED_AT: usize = 20_000;

/// The beginning of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub names: Vec<String>,
    /// As many cells in each as there are names.
    pub rows: Vec<Vec<String>>,
    /// Whether a comma in a number may be its point.
    pub decimal_comma: bool,
    /// What tells tables of different columns apart: their heading, of objects the members of the first.
    pub heading: Vec<String>,
}

impl Sheet {
    /// `is_whole` says whether `head` is all of the file, so that its last line is no part of one.
    pub fn read(head: &[u8], is_whole: bool) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let mut text = text.trim_start_matches('\u{feff}').trim_start();
        if !is_whole {
            text = text.rsplit_once('\n')?.0;
        }
        match text.trim_start_matches('[').trim_start().starts_with('{') {
            true => Self::objects(text),
            false => Self::delimited(text),
        }
    }

    fn delimited(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let heading = lines.next()?.trim_start_matches('#').trim();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|delimiter| heading.bytes().filter(|byte| byte == delimiter).count())
            .filter(|delimiter| heading.as_bytes().contains(delimiter))
            .unwrap_or(b' ');
        let names = cells(heading, delimiter)?;
        let is_name = |name: &String| {
            let is_share = || name.strip_suffix('%').is_some_and(|number| number.parse::<f64>().is_ok());
            name.starts_with(|c: char| c.is_alphabetic() || c == '_') || is_share()
        };
        let rows: Vec<Vec<String>> = lines
            .filter(|line| !line.starts_with('#'))
            .take(LOOKED_AT)
            .filter_map(|line| cells(line, delimiter))
            .filter(|row| row.len() == names.len() && *row != names)
            .collect();
        (names.len() > 1 && names.iter().all(is_name)).then(|| Self {
            heading: names.clone(),
            names,
            rows,
            decimal_comma: delimiter != b',',
        })
    }

    /// A line each, or an array of them. What is cut or damaged is left out, as it is by whoever reads the table.
    fn objects(text: &str) -> Option<Self> {
        let whole: Option<Vec<Value>> = serde_json::from_str(text).ok();
        let lines = || {
            let object = |line: &str| {
                let line = line.trim().trim_start_matches('[').trim_end_matches(']').trim_end_matches(',');
                serde_json::from_str(line).ok()
            };
            text.lines().filter_map(object).collect()
        };
        let objects: Vec<Vec<(String, String)>> =
            whole.unwrap_or_else(lines).iter().take(LOOKED_AT).filter_map(members).collect();
        let heading: Vec<String> = objects.first()?.iter().map(|(name, _)| name.clone()).collect();
        let mut names = heading.clone();
        for (name, _) in objects.iter().flatten() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let row = |object: &Vec<(String, String)>| {
            let cell = |name: &String| object.iter().find(|(known, _)| known == name);
            let cells = names.iter().map(|name| cell(name).map(|(_, text)| text.clone()).unwrap_or_default());
            cells.collect()
        };
        let rows = objects.iter().map(row).collect();
        Some(Self { rows, decimal_comma: false, heading, names })
    }

    /// The same with these columns only.
    pub fn project(self, names: &[String]) -> Self {
        let places: Vec<Option<usize>> =
            names.iter().map(|name| self.names.iter().position(|known| known == name)).collect();
        let cell = |row: &Vec<String>, place: &Option<usize>| {
            place.and_then(|place| row.get(place).cloned()).unwrap_or_default()
        };
        let rows =
            self.rows.iter().map(|row| places.iter().map(|place| cell(row, place)).collect()).collect();
        Self { names: names.to_vec(), rows, ..self }
    }

    pub fn number(&self, text: &str) -> Option<f64> {
        let text = text.strip_suffix('%').map_or(text, str::trim_end);
        let with_point = || self.decimal_comma.then(|| text.replacen(',', ".", 1).parse::<f64>().ok())?;
        let is_digit = |c: char| c.is_ascii_digit() || "+-.,eE".contains(c);
        let number = text.chars().all(is_digit).then(|| text.parse().ok().or_else(with_point))?;
        number.filter(|number: &f64| number.is_finite())
    }
}

/// The cells of a line; `None` for what is no line of a table.
fn cells(line: &str, delimiter: u8) -> Option<Vec<String>> {
    if delimiter == b' ' {
        return Some(line.split_whitespace().map(str::to_owned).collect());
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// The members of an object that are texts or numbers; one of a member is called `outer.inner`.
fn members(value: &Value) -> Option<Vec<(String, String)>> {
    let mut members = Vec::new();
    for (name, value) in value.as_object()? {
        match value {
            Value::Object(inner) => {
                let inner = inner.iter().filter_map(|(key, value)| Some((key, text(value)?)));
                members.extend(inner.map(|(key, text)| (format!("{name}.{key}"), text)));
            }
            other => members.extend(text(other).map(|text| (name.clone(), text))),
        }
    }
    Some(members)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let sheet = Sheet::read(text.as_bytes(), true).unwrap();
        (sheet.names, sheet.rows)
    }

    fn texts(of: &[&str]) -> Vec<String> {
        of.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn delimited_text_in_all_its_forms() {
        let expected = (texts(&["t", "note"]), vec![texts(&["1", "a"]), texts(&["2", "b, c"])]);
        for text in [
            "t,note\n1,a\n2,\"b, c\"\n",
            "\u{feff}t;note\r\n1;a\r\n2;b, c\r\n",
            "# t\tnote\n1\ta\nt\tnote\n2\tb, c\n",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read("t,50%,99.9%\n1,2,3\n").0, texts(&["t", "50%", "99.9%"]));
        assert_eq!(read("t  note\n1 a\n"), (texts(&["t", "note"]), vec![texts(&["1", "a"])]));
    }

    #[test]
    fn objects_in_lines_or_an_array() {
        let expected = (
            texts(&["at.t", "error", "ok"]),
            vec![texts(&["1.5", "null", "true"]), texts(&["2.5", "", "false"])],
        );
        let lines = "{\"at\":{\"t\":1.5},\"ok\":true,\"error\":null}\n{\"at\":{\"t\":2.5},\"ok\":false,\"x\":[1]}\n{\"at\"";
        assert_eq!(read(lines), expected);
        let array =
            "[\n {\"at\":{\"t\":1.5},\"ok\":true,\"error\":null},\n {\"at\":{\"t\":2.5},\"ok\":false}\n]";
        assert_eq!(read(array), expected);
    }

    #[test]
    fn the_last_line_of_a_beginning_may_be_cut() {
        let sheet = Sheet::read(b"t,x\n1,2\n3,456", false).unwrap();
        assert_eq!(sheet.rows, [texts(&["1", "2"])]);
    }

    #[test]
    fn a_comma_is_a_point_where_none_delimits() {
        let number = |text: &str, cell: &str| Sheet::read(text.as_bytes(), true).unwrap().number(cell);
        assert_eq!(number("a;b\n1;2\n", "12,5"), Some(12.5));
        assert_eq!(number("a,b\n1,2\n", "12,5"), None);
        assert_eq!((number("a,b\n1,2\n", "12 %"), number("a,b\n1,2\n", "inf")), (Some(12.0), None));
    }
}
