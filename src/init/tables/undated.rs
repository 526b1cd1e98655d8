//! Tables that have times and could be used, were there a date beside them.

use std::sync::LazyLock;

use regex::Regex;

use super::group::Group;
use crate::init::evidence::count;

/// A time of a day: `23:53:20.370`, `11:53 PM`.
static TIME_OF_DAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?$").ok());

/// Why nothing can be made of tables whose times have no date; `None` of others.
pub fn refused(group: &Group) -> Option<String> {
    let form = TIME_OF_DAY.as_ref()?;
    let is_time = |column: &usize| {
        let (all, times) = group.values(*column).fold((0_usize, 0_usize), |(all, times), cell| {
            (all + 1, times + usize::from(form.is_match(cell)))
        });
        all > 0 && 20 * times >= 19 * all
    };
    let column = group.columns().find(is_time)?;
    let example = group.values(column).next().unwrap_or_default();
    let files = match group.files.as_slice() {
        [only] => only.clone(),
        several => {
            let first = several.iter().min().map_or("", String::as_str);
            format!("{} such as {first}", count(several.len(), "file"))
        }
    };
    Some(format!(
        "{files}: the times in `{}` ({example}) have no date, so that nothing says on which day they were: the table is not used. Write \
         the date before them, or seconds since 1970",
        group.name(column)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::group::group;
    use super::*;

    #[test]
    fn times_of_day_alone_are_told() {
        for time in ["23:53:20.370", "23:53:20", "9:05", "11:53:20 PM", "23:53:20,5"] {
            let separator = if time.contains(',') { ';' } else { ',' };
            let table = group(&[&format!("time{separator}ms\n{time}{separator}5\n{time}{separator}6\n")]);
            let told = refused(&table).unwrap();
            assert!(told.starts_with("0.csv: the times in `time`") && told.contains(time), "{told}");
        }
        for table in ["time,ms\n2026-01-05 10:00:00,5\n", "name,ms\na,5\n", "ratio,ms\n1:2,5\n"] {
            assert_eq!(refused(&group(&[table])), None, "{table}");
        }
    }
}
