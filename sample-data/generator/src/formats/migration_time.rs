//! The two lines about the migration process: `date +%s`, then GNU time of `xm migrate … -l` with
//! `-f "%E real, %U user, %S sys, %D KB unshared Data, %K Average Total memory use, %P CPU
//! Percentage"`.
//!
//! Linux does not account for the two memory figures, they are always 0. GNU time cuts the elapsed
//! time to hundredths of a second and the percentage to a whole number.

/// One migration process; times in hundredths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationTime {
    /// Second since 1970 in which the migration was requested.
    pub requested: i64,
    pub elapsed_cs: u64,
    pub user_cs: u64,
    pub system_cs: u64,
}

/// Writes the whole file.
pub fn write(time: &MigrationTime) -> Vec<u8> {
    let percent = ((time.user_cs + time.system_cs) * 100)
        .checked_div(time.elapsed_cs)
        .map_or_else(|| "?%".to_owned(), |percent| format!("{percent}%"));
    format!(
        "{}\n{} real, {} user, {} sys, 0 KB unshared Data, 0 Average Total memory use, {percent} CPU Percentage\n",
        time.requested,
        elapsed(time.elapsed_cs),
        seconds(time.user_cs),
        seconds(time.system_cs),
    )
    .into_bytes()
}

/// `%E`: `m:ss.cc`, or `h:mm:ss` from an hour on.
fn elapsed(cs: u64) -> String {
    let (hours, minutes) = (cs / 360_000, cs / 6_000 % 60);
    let (whole, hundredths) = (cs / 100 % 60, cs % 100);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{whole:02}")
    } else {
        format!("{minutes}:{whole:02}.{hundredths:02}")
    }
}

/// `%U` and `%S`: seconds with two decimals.
fn seconds(cs: u64) -> String {
    format!("{}.{:02}", cs / 100, cs % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_request_and_the_times() {
        let bytes =
            write(&MigrationTime { requested: 1_264_510_992, elapsed_cs: 887, user_cs: 4, system_cs: 10 });
        assert_eq!(
            String::from_utf8(bytes).expect("text"),
            "1264510992\n0:08.87 real, 0.04 user, 0.10 sys, 0 KB unshared Data, \
             0 Average Total memory use, 1% CPU Percentage\n"
        );
    }

    #[test]
    fn long_times_have_minutes_and_hours() {
        assert_eq!(elapsed(6_105), "1:01.05");
        assert_eq!(elapsed(366_199), "1:01:01");
    }
}
