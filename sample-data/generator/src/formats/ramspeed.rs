//! The output of RAMspeed's INTmark, `ramspeed -b 1` (writing) and `-b 2` (reading), version 2.6.0.
//!
//! A line a block size, from 1 Kb (1024 bytes) doubled up to 32 Mb. MB/s are 10⁶ bytes per second.

/// What is done with the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Write,
    Read,
}

/// What RAMspeed prints before the first result, on the system that it was built for.
pub fn banner(system: &str) -> String {
    format!(
        "RAMspeed ({system}) v2.6.0 by Rhett M. Hollander and Paul V. Bolotoff, 2002-09\n\n8Gb per pass mode\n\n"
    )
}

/// The line of a block of `kib`; the rate is in hundredths of MB/s.
pub fn line(access: Access, kib: u32, rate: i64) -> String {
    let access = match access {
        Access::Write => "WRITING",
        Access::Read => "READING",
    };
    format!("INTEGER & {access}  {kib:>8} Kb block: {}.{:02} MB/s", rate / 100, rate % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_stand_where_ramspeed_puts_them() {
        assert_eq!(line(Access::Write, 1, 486_996), "INTEGER & WRITING         1 Kb block: 4869.96 MB/s");
        assert_eq!(line(Access::Read, 4096, 520_806), "INTEGER & READING      4096 Kb block: 5208.06 MB/s");
    }
}
