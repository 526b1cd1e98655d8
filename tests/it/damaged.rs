//! Damaged campaigns: whatever happens to values, lines, bytes, names and the folder itself, the program ends by itself, soon,
//! without a panic and in little memory, and where there is something to report there is a report.
//!
//! A damage is found again by its seed: `STILLSTAND_DAMAGE_SEEDS=1234..1235 cargo test --release --test it damaged --
//! --ignored --nocapture`, and with `STILLSTAND_DAMAGE_KEEP=FOLDER` the campaign stays there.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Bytes of memory that no damaged campaign may need: the undamaged ones take less than a tenth.
const MOST_MEMORY: u64 = 1 << 30;
/// Seconds on the CPU that no damaged campaign may take longer: what else runs on the machine does not count.
const MOST_WORK: f64 = if cfg!(debug_assertions) { 100.0 } else { 10.0 };
/// One that waits for something does no work.
const LONGEST: Duration = Duration::from_mins(10);

/// Campaigns, and how the names of the files begin that are taken of each: as few as show everything.
const CAMPAIGNS: &[(&str, &[&str])] = &[
    ("xen-live-migration", &["none1-", "none2-", "memtester1-", "campaign.toml"]),
    ("qemu-live-migration", &["cpu1-", "none1-", "none2-", "campaign.toml"]),
    ("qemu-lost-guest", &["none1-", "none2-", "campaign.toml"]),
    ("xen-stream", &["cpuburn1-", "none1-", "none2-", "campaign.toml"]),
    ("xen-precopy", &["CG.B.4", "idle", "campaign.toml"]),
    ("xen-efficiency", &["campaign.toml", "linux/hvm", "linux/native", "linux/pv"]),
    ("qemu-efficiency", &["campaign.toml", "native/1/", "qemu-virtio/1/", "runs.csv"]),
    ("cpu-cap", &[""]),
    ("hypervisor-sweep", &[""]),
];

/// Numbers that reach a length, a count, a scale, a logarithm or a distribution.
const VALUES: &[&str] = &[
    "1e308",
    "-1e308",
    "1e-320",
    "-0",
    "0",
    "NaN",
    "inf",
    "-inf",
    "1e400",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999",
    "",
    "0.1",
    "-1",
    "1",
    "2147483647",
    "1e15",
    "253402300800",
    "16777216",
    "65536",
    "1000000",
];

/// How one run of the program ended.
struct Ended {
    /// `None` for a run that had to be ended.
    code: Option<i32>,
    stderr: String,
    memory: u64,
}

fn run(arguments: &[&str], folder: &Path) -> Ended {
    let stderr = folder.join("stderr");
    let mut child = Command::new(env!("CARGO_BIN_EXE_stillstand"))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(fs::File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let mut memory = 0;
    let code = loop {
        memory = memory.max(peak(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if work(child.id()) > MOST_WORK || begun.elapsed() > LONGEST || memory > 2 * MOST_MEMORY {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let stderr = String::from_utf8_lossy(&fs::read(stderr).unwrap()).into_owned();
    Ended { code, stderr, memory }
}

/// The most memory that a running process has had so far, in bytes; 0 where the system does not tell.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Seconds that a running process has had on CPUs so far; 0 where the system does not tell.
fn work(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Behind the name, which may hold blanks: the state, ten numbers, then the hundredths in user and in system mode.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Copies a part of a sample campaign; gives the paths of its files.
fn copy(number: usize, to: &Path) -> Vec<PathBuf> {
    let (name, prefixes) = CAMPAIGNS[number % CAMPAIGNS.len()];
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name);
    let mut copied = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = fs::read_dir(from.join(&folder)).unwrap().flatten().collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let relative = folder.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(relative);
            } else if prefixes.iter().any(|prefix| relative.to_str().unwrap().starts_with(prefix)) {
                fs::create_dir_all(to.join(&folder)).unwrap();
                fs::copy(entry.path(), to.join(&relative)).unwrap();
                copied.push(to.join(relative));
            }
        }
    }
    copied
}

/// Unpacked, so that damage reaches what is in the file; packed again afterwards or not, which is a damage, too.
fn unpacked(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap_or_default();
    let mut plain = Vec::new();
    match bytes.starts_with(&[0x1f, 0x8b]) {
        true if std::io::Read::read_to_end(&mut flate2_reader(&bytes), &mut plain).is_ok() => plain,
        _ => bytes,
    }
}

fn flate2_reader(bytes: &[u8]) -> impl std::io::Read {
    flate2::read::MultiGzDecoder::new(bytes)
}

fn pick(random: &mut ChaCha8Rng, below: usize) -> usize {
    if below == 0 { 0 } else { random.random_range(0..below) }
}

/// Damages the campaign in `root` once, and says how.
fn damage(root: &Path, files: &[PathBuf], random: &mut ChaCha8Rng) -> String {
    let file = &files[pick(random, files.len())];
    // Damage of a link would be damage of what it leads to.
    if !fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file()) {
        return "nothing".to_owned();
    }
    let shown = file.strip_prefix(root).unwrap().display().to_string();
    let kind = pick(random, 10);
    let bytes = unpacked(file);
    let what = match kind {
        0..=2 => values(file, &bytes, random),
        3 | 4 => lines(file, bytes, random),
        5 | 6 => raw(file, bytes, random),
        7 | 8 => name(file, random),
        _ => structure(root, file, files, random),
    };
    format!("{shown}: {what}")
}

/// Replaces some numbers.
fn values(file: &Path, bytes: &[u8], random: &mut ChaCha8Rng) -> String {
    let is_part = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let mut starts: Vec<usize> = Vec::new();
    for (index, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_digit() && (index == 0 || !is_part(bytes[index - 1])) {
            starts.push(index);
        }
    }
    if starts.is_empty() {
        return "no number".to_owned();
    }
    let count = [1, 1, 3, 20, starts.len() / 2 + 1][pick(random, 5)];
    let mut places: Vec<usize> = (0..count).map(|_| starts[pick(random, starts.len())]).collect();
    places.sort_unstable();
    places.dedup();
    let same = VALUES[pick(random, VALUES.len())];
    let mut damaged = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for start in &places {
        damaged.extend_from_slice(&bytes[from..*start]);
        let value = if random.random_bool(0.5) { same } else { VALUES[pick(random, VALUES.len())] };
        damaged.extend_from_slice(value.as_bytes());
        let length = bytes[*start..].iter().take_while(|byte| is_part(**byte)).count();
        from = start + length;
    }
    damaged.extend_from_slice(&bytes[from..]);
    fs::write(file, damaged).unwrap();
    format!("{} numbers, such as {same}", places.len())
}

fn lines(file: &Path, bytes: Vec<u8>, random: &mut ChaCha8Rng) -> String {
    let mut all: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if all.is_empty() {
        return "no line".to_owned();
    }
    let at = pick(random, all.len());
    let what = match pick(random, 6) {
        0 => {
            let end = (at + 1 + pick(random, 20)).min(all.len());
            all.drain(at..end);
            "lines removed"
        }
        1 => {
            let line = all[at].clone();
            let times = [1, 10, 2_000][pick(random, 3)];
            all.splice(at..at, std::iter::repeat_n(line, times));
            "a line repeated"
        }
        2 => {
            let other = pick(random, all.len());
            all.swap(at, other);
            "lines swapped"
        }
        3 => {
            all.truncate(at);
            "cut at a line"
        }
        4 => {
            all.reverse();
            "lines in reverse"
        }
        _ => {
            let copy = all.clone();
            all.extend(copy);
            "the whole twice"
        }
    };
    fs::write(file, all.concat()).unwrap();
    what.to_owned()
}

fn raw(file: &Path, mut bytes: Vec<u8>, random: &mut ChaCha8Rng) -> String {
    let at = pick(random, bytes.len());
    let what = match pick(random, 6) {
        0 => {
            for _ in 0..=pick(random, 20) {
                let at = pick(random, bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << pick(random, 8);
                }
            }
            "bits turned"
        }
        1 => {
            bytes.truncate(at);
            "cut"
        }
        2 => {
            let mut noise = vec![0; 1 + pick(random, 2_000)];
            random.fill_bytes(&mut noise);
            bytes.splice(at..at, noise);
            "noise"
        }
        3 => {
            let piece = bytes[at..].iter().copied().take(200).collect::<Vec<u8>>();
            let to = pick(random, bytes.len());
            bytes.splice(to..to, piece);
            "a piece twice"
        }
        4 => {
            const SIGNS: &[u8] = b"\n,\"\0{[\xff\x1b;=\\'";
            let sign = SIGNS[pick(random, SIGNS.len())];
            bytes.splice(at..at, std::iter::repeat_n(sign, [1, 5_000][pick(random, 2)]));
            "one sign"
        }
        _ => {
            let sign = b",: \n\"."[pick(random, 6)];
            bytes.retain(|byte| *byte != sign);
            "without a sign"
        }
    };
    fs::write(file, bytes).unwrap();
    what.to_owned()
}

fn name(file: &Path, random: &mut ChaCha8Rng) -> String {
    let name = file.file_name().unwrap().to_str().unwrap();
    let new = match pick(random, 9) {
        0 => name.replacen('1', "4294967295", 1),
        1 => name.replacen('1', "99999999999999999999", 1),
        2 => format!("{}{name}", "x".repeat(150)),
        3 => format!("=1+1\u{1b}[2J\u{202e}{name}"),
        4 => format!("<b>&amp;$x${name}"),
        5 => format!("[*{name}"),
        6 => name.to_uppercase(),
        7 => format!("漢字\u{301}{name}"),
        _ => name.replacen(['-', '.'], "\n", 1),
    };
    let to = file.with_file_name(&new);
    if fs::rename(file, to).is_err() {
        return "a name that is refused".to_owned();
    }
    format!("now {new:?}")
}

/// A file beside the campaign, which no campaign may read and nothing may change.
fn outside(root: &Path) -> PathBuf {
    root.with_file_name("outside")
}

const OUTSIDE: &str = "what lies outside of a campaign";

fn structure(root: &Path, file: &Path, files: &[PathBuf], random: &mut ChaCha8Rng) -> String {
    match pick(random, 7) {
        0 => fs::write(file, "").unwrap(),
        1 => fs::remove_file(file).unwrap(),
        2 => drop(fs::copy(&files[pick(random, files.len())], file)),
        3 => {
            fs::remove_file(file).unwrap();
            fs::create_dir(file).unwrap();
        }
        4 => fs::write(file, b"\x1f\x8b\x08\x00garbage").unwrap(),
        5 => {
            let folder = file.with_extension("d");
            if fs::create_dir(&folder).is_ok() {
                let _ = fs::rename(file, folder.join(file.file_name().unwrap()));
            }
        }
        _ => {
            #[cfg(unix)]
            {
                fs::remove_file(file).unwrap();
                std::os::unix::fs::symlink(outside(root), file).unwrap();
            }
        }
    }
    "the file itself".to_owned()
}

/// Damages the campaign of a seed and runs the program over it; what is wrong, if anything.
fn check(seed: u64) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let campaign = folder.path().join("logs");
    fs::create_dir(&campaign).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let files = copy(usize::try_from(seed).unwrap(), &campaign);
    fs::write(outside(&campaign), OUTSIDE).unwrap();
    let damages: Vec<String> =
        (0..=pick(&mut random, 3)).map(|_| damage(&campaign, &files, &mut random)).collect();
    if let Ok(keep) = std::env::var("STILLSTAND_DAMAGE_KEEP") {
        let to = Path::new(&keep).join(seed.to_string());
        fs::create_dir_all(&keep).unwrap();
        assert!(Command::new("cp").arg("-a").args([&campaign, &to]).status().unwrap().success());
    }
    let path = campaign.to_str().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    // Typesetting takes most of the time, and few damages reach it.
    let formats = if seed.is_multiple_of(8) { "html,pdf" } else { "html" };
    let mut commands: Vec<Vec<&str>> = vec![vec!["report", path, "-o", out, "--format", formats]];
    match seed % 5 {
        0 => commands.push(vec!["init", path, "-o", "-"]),
        1 => commands.push(vec!["ingest", path, "-o", "OUT/../dataset"]),
        2 => commands.push(vec!["verify", out]),
        _ => {}
    }
    let dataset = folder.path().join("dataset");
    for command in &mut commands {
        for argument in command.iter_mut().filter(|argument| argument.starts_with("OUT")) {
            *argument = dataset.to_str().unwrap();
        }
        let begun = Instant::now();
        let ended = run(command, folder.path());
        let wrong = |what: &str| {
            let stderr: String = ended.stderr.chars().take(1_500).collect();
            let seconds = begun.elapsed().as_secs();
            Some(format!("seed {seed}, {}: {what} ({seconds} s)\n  {damages:?}\n  {stderr}", command[0]))
        };
        if ended.stderr.contains("panicked") || ended.stderr.contains("mistake in the program") {
            return wrong("a panic");
        }
        let Some(code) = ended.code else {
            return wrong("ended by a signal, too much work, too long or too large");
        };
        if ended.stderr.contains(OUTSIDE) || fs::read_to_string(outside(&campaign)).unwrap() != OUTSIDE {
            return wrong("what lies outside of the campaign was told or changed");
        }
        if ended.memory > MOST_MEMORY {
            return wrong(&format!("{} MB of memory", ended.memory >> 20));
        }
        if !(0..=4).contains(&code) || ended.stderr.contains("was written, but without") {
            return wrong(&format!("exit status {code}"));
        }
        if command[0] == "report" && [0, 3, 4].contains(&code) != Path::new(out).join("report.html").exists()
        {
            return wrong(&format!("exit status {code} does not fit whether there is a report"));
        }
        if command[0] == "report" && code == 1 {
            // Then nothing is verified.
            break;
        }
    }
    None
}

fn check_all(seeds: Range<u64>) {
    let wrong: Vec<String> = seeds.into_par_iter().filter_map(check).collect();
    assert!(wrong.is_empty(), "{} campaigns\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn damaged_campaigns_give_a_report_or_a_reason() {
    check_all(0..180);
}

/// Some hours; `STILLSTAND_DAMAGE_SEEDS` says which.
#[test]
#[ignore = "takes hours"]
fn many_damaged_campaigns_give_a_report_or_a_reason() {
    let seeds = std::env::var("STILLSTAND_DAMAGE_SEEDS").unwrap_or_else(|_| "0..20000".to_owned());
    let (from, to) = seeds.split_once("..").unwrap();
    check_all(from.parse().unwrap()..to.parse().unwrap());
}
