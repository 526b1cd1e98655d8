//! `xentop -d1 -b -i SECONDS` as a gawk program condensed it.
//!
//! The program goes through the rows that xentop prints and
//!
//! - for a row that contains the VM's name prints `EPOCH NAME: CPU% MEM MEM%` *without a line end*
//!   and increments EPOCH;
//! - for a row that contains `Domain` first prints `EPOCH NAME: - - -` and increments EPOCH if no row
//!   of the VM came since the last such row; then prints ` | Dom0: CPU% MEM MEM%` and ends the line.
//!
//! EPOCH is read from the clock once and counts matches from then on. [`write()`] does just this, so
//! everything odd about the files follows: the counter falls behind because xentop's period is longer
//! than a second; a VM that is called `migrating-NAME` for a while sorts after `Domain-0`, which puts
//! it one line late, next to Dom0 of the *following* sample; and a line can hold several groups of
//! the VM. It takes xentop's own rows ([`Iteration`]), not finished lines, to keep that honest.
//!
//! Limits: of xentop's columns only those that the gawk program reads. xentop before 3.3 printed
//! names in full; later ones cut them to ten characters, and `migrating-asam` would not be found.

/// One domain in one iteration of xentop.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    pub name: String,
    /// Per cent of one processor, summed over the domain's processors.
    pub cpu_percent: f64,
    pub memory_kib: u64,
    /// Per cent of the host's memory.
    pub memory_percent: f64,
}

/// What xentop shows at one moment: the domains sorted by name, ignoring case.
#[derive(Debug, Clone, PartialEq)]
pub struct Iteration {
    domains: Vec<Domain>,
}

impl Iteration {
    /// Sorts the domains as xentop does.
    pub fn new(mut domains: Vec<Domain>) -> Self {
        domains.sort_by_key(|domain| domain.name.to_ascii_lowercase());
        Self { domains }
    }
}

/// Writes what the gawk program makes of the iterations, with its counter starting at `epoch`.
pub fn write(epoch: i64, vm: &str, iterations: &[Iteration]) -> Vec<u8> {
    let mut text = String::new();
    let mut counter = epoch;
    let mut vm_seen = false;
    for domain in iterations.iter().flat_map(|iteration| &iteration.domains) {
        if domain.name.contains(vm) {
            push(&mut text, format_args!("{counter} {vm}: {}", columns(domain)));
            counter += 1;
            vm_seen = true;
        }
        if domain.name.contains("Domain") {
            if !vm_seen {
                push(&mut text, format_args!("{counter} {vm}: - - -"));
                counter += 1;
            }
            push(&mut text, format_args!(" | Dom0: {}\n", columns(domain)));
            vm_seen = false;
        }
    }
    text.into_bytes()
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.push_str(&arguments.to_string());
}

/// Columns 4, 5 and 6 of xentop's row.
fn columns(domain: &Domain) -> String {
    format!("{:.1} {} {:.1}", domain.cpu_percent, domain.memory_kib, domain.memory_percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An iteration in which the domain at position i uses CPU i.0 + `tenths`/10 per cent.
    fn iteration(tenths: u32, names: &[&str]) -> Iteration {
        Iteration::new(
            names
                .iter()
                .map(|name| Domain {
                    name: (*name).to_owned(),
                    cpu_percent: f64::from(tenths) / 10.0,
                    memory_kib: if name.contains("asam") { 131_072 } else { 1_048_576 },
                    memory_percent: if name.contains("asam") { 3.6 } else { 28.6 },
                })
                .collect(),
        )
    }

    fn check(iterations: &[Iteration], expected: &str) {
        let bytes = write(100, "asam", iterations);
        assert_eq!(String::from_utf8(bytes).expect("text"), expected);
    }

    #[test]
    fn an_ordinary_sample_is_one_line() {
        check(
            &[iteration(0, &["Domain-0", "asam"]), iteration(21, &["Domain-0", "asam"])],
            "100 asam: 0.0 131072 3.6 | Dom0: 0.0 1048576 28.6\n\
             101 asam: 2.1 131072 3.6 | Dom0: 2.1 1048576 28.6\n",
        );
    }

    #[test]
    fn a_missing_vm_is_three_dashes() {
        check(
            &[iteration(1, &["Domain-0", "asam"]), iteration(2, &["Domain-0"])],
            "100 asam: 0.1 131072 3.6 | Dom0: 0.1 1048576 28.6\n\
             101 asam: - - - | Dom0: 0.2 1048576 28.6\n",
        );
    }

    #[test]
    fn renaming_costs_two_increments_and_a_lag() {
        check(
            &[
                iteration(1, &["asam", "Domain-0"]),
                iteration(2, &["migrating-asam", "Domain-0"]),
                iteration(3, &["migrating-asam", "Domain-0"]),
                iteration(4, &["Domain-0"]),
                iteration(5, &["Domain-0"]),
            ],
            "100 asam: 0.1 131072 3.6 | Dom0: 0.1 1048576 28.6\n\
             101 asam: - - - | Dom0: 0.2 1048576 28.6\n\
             102 asam: 0.2 131072 3.6 | Dom0: 0.3 1048576 28.6\n\
             103 asam: 0.3 131072 3.6 | Dom0: 0.4 1048576 28.6\n\
             104 asam: - - - | Dom0: 0.5 1048576 28.6\n",
        );
    }

    #[test]
    fn renaming_back_puts_two_groups_into_one_line() {
        check(
            &[iteration(1, &["migrating-asam", "Domain-0"]), iteration(2, &["asam", "Domain-0"])],
            "100 asam: - - - | Dom0: 0.1 1048576 28.6\n\
             101 asam: 0.1 131072 3.6102 asam: 0.2 131072 3.6 | Dom0: 0.2 1048576 28.6\n",
        );
    }

    #[test]
    fn two_matches_in_one_sample_are_two_groups() {
        check(
            &[
                iteration(1, &["asam", "asam-old", "Domain-0"]),
                iteration(2, &["asam", "Domain-0", "migrating-asam"]),
            ],
            "100 asam: 0.1 131072 3.6101 asam: 0.1 131072 3.6 | Dom0: 0.1 1048576 28.6\n\
             102 asam: 0.2 131072 3.6 | Dom0: 0.2 1048576 28.6\n\
             103 asam: 0.2 131072 3.6",
        );
    }
}
