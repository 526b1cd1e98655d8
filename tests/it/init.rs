//! `init` on copies of the sample campaign under other names: what it writes leads to the same numbers.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{campaign, stdout, stillstand, summary};

/// What the name of a sample log says.
struct Name<'a> {
    load: &'a str,
    repetition: u32,
    source: &'a str,
    host: Option<&'a str>,
}

impl Name<'_> {
    /// `memtester3-xentop-kirsche.test`; `None` for what is no log.
    fn read(name: &str) -> Option<Name<'_>> {
        let (stem, _) = name.split_once('.')?;
        let (run, rest) = stem.split_once('-')?;
        let (load, repetition) = run.split_at(run.len() - 1);
        let (source, host) = match rest.split_once('-') {
            Some((source, host)) if source != "migration" => (source, Some(host)),
            _ => (rest, None),
        };
        repetition.parse().ok().map(|repetition| Name { load, repetition, source, host })
    }

    /// The host behind a separator, or nothing.
    fn behind(&self, separator: &str) -> String {
        self.host.map(|host| format!("{separator}{host}")).unwrap_or_default()
    }

    /// The host before a separator, or nothing.
    fn before(&self, separator: &str) -> String {
        self.host.map(|host| format!("{host}{separator}")).unwrap_or_default()
    }
}

/// A copy of the sample logs under other names; names that are empty are left out.
fn renamed(rename: impl Fn(&Name<'_>) -> String) -> tempfile::TempDir {
    renamed_from(&campaign(), rename)
}

fn renamed_from(logs: &Path, rename: impl Fn(&Name<'_>) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(logs).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let Some(new) = Name::read(&name).map(|name| rename(&name)).filter(|new| !new.is_empty()) else {
            continue;
        };
        let path = folder.path().join(new);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(entry.path(), path).unwrap();
    }
    folder
}

/// Writes `campaign.toml`; what is said on the terminal.
pub fn init(folder: &Path) -> String {
    let output = stillstand(&["init", folder.to_str().unwrap()], &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    stderr
}

/// The campaign as its own configuration describes it, but for what logs cannot tell.
fn declared() -> Value {
    let folder = renamed(|n| format!("{}{}-{}{}.log", n.load, n.repetition, n.source, n.behind("-")));
    let text = fs::read_to_string(campaign().join("campaign.toml")).unwrap();
    let without = text.replace("period_s = 1.02", "");
    assert_ne!(text, without);
    fs::write(folder.path().join("campaign.toml"), without).unwrap();
    summary(folder.path())
}

/// Runs and series without the names of files and the factor that no log tells.
fn numbers(summary: &Value) -> (Vec<Value>, Vec<Value>) {
    let list = |key: &str| {
        let mut entries = summary[key].as_array().unwrap().clone();
        for entry in &mut entries {
            let fields = entry.as_object_mut().unwrap();
            fields["factors"].as_object_mut().unwrap().remove("service");
            fields.remove("source_files");
            for outage in fields.get_mut("outages").into_iter().flat_map(|o| o.as_array_mut().unwrap()) {
                outage.as_object_mut().unwrap().remove("source_file");
            }
        }
        entries.sort_by_key(Value::to_string);
        entries
    };
    (list("runs"), list("series"))
}

/// `init` finds the runs whatever the names; `pattern` is whether it needs one.
fn check(pattern: bool, rename: impl Fn(&Name<'_>) -> String) {
    let folder = renamed(rename);
    let stderr = init(folder.path());
    assert!(stderr.contains("180 logs of 25 runs"), "{stderr}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert_eq!(text.lines().any(|line| line.starts_with("pattern = ")), pattern, "{text}");
    let (runs, series) = numbers(&summary(folder.path()));
    let (expected_runs, expected_series) = numbers(&declared());
    assert_eq!(runs.len(), 25);
    for (run, expected) in runs.iter().zip(&expected_runs) {
        assert_eq!(run, expected, "{text}");
    }
    assert_eq!(series, expected_series, "{text}");
}

#[test]
fn names_as_they_are() {
    check(false, |n| format!("{}{}-{}{}.test", n.load, n.repetition, n.source, n.behind("-")));
}

#[test]
fn a_folder_for_each_load_and_repetition() {
    check(false, |n| format!("{}/{}/{}{}.csv", n.load, n.repetition, n.source, n.behind("-")));
}

#[test]
fn a_folder_for_each_run() {
    check(true, |n| format!("run{:02}_{}/{}{}.csv", n.repetition, n.load, n.source, n.behind("-")));
}

#[test]
fn host_first_and_points() {
    check(true, |n| format!("{}{}.{}.{}.log", n.before("."), n.source, n.load, n.repetition));
}

#[test]
fn repetition_first_and_underscores() {
    check(true, |n| format!("{}_{}_{}{}.csv", n.repetition, n.load, n.source, n.behind("_")));
}

#[test]
fn source_first_and_a_letter_before_the_repetition() {
    check(true, |n| format!("{}{}_r{}_{}.txt", n.source, n.behind("_"), n.repetition, n.load));
}

#[test]
fn a_folder_for_each_host_and_dates() {
    check(true, |n| {
        let host = n.host.unwrap_or(if n.source == "ping" { "projekt3" } else { "kirsche" });
        let day = 20 + n.repetition;
        format!("{host}/2010-01-{day}/{} {} ({}).txt", n.load, n.repetition, n.source)
    });
}

#[test]
fn running_numbers_before_the_load_are_no_repetitions() {
    check(true, |n| {
        let loads = ["none", "memtester", "netperf", "cpuburn", "iometer"];
        let place = loads.iter().position(|load| *load == n.load).unwrap() as u32;
        let number = place * 5 + n.repetition;
        format!("{number:03}-{}-{}-{}{}.log", n.load, n.repetition, n.source, n.behind("-"))
    });
}

#[test]
fn what_is_written_says_where_it_comes_from() {
    let folder = renamed(|n| match n.load {
        "none" | "memtester" => format!("{}{}-{}{}.log", n.load, n.repetition, n.source, n.behind("-")),
        _ => String::new(),
    });
    let text = stdout(&["init", folder.path().to_str().unwrap(), "--output", "-", "--quiet"]);
    assert!(!folder.path().join("campaign.toml").exists());
    let table: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(table["utc_offset"].as_str(), Some("+01:00"));
    assert_eq!(table["vm"]["name"].as_str(), Some("asam"));
    assert_eq!(table["vm"]["memory_mib"].as_integer(), Some(128));
    assert_eq!(table["reference"]["load"].as_str(), Some("none"));
    assert_eq!(table["order"]["load"].as_array().unwrap()[0].as_str(), Some("none"));
    assert_eq!(table["ping"]["interval_s"].as_float(), Some(0.2));
    let hosts = table["hosts"].as_array().unwrap();
    let host = |host: &toml::Value| {
        (
            host["name"].as_str().unwrap().to_owned(),
            host["role"].as_str().unwrap().to_owned(),
            host["cpus"].as_integer(),
        )
    };
    assert_eq!(host(&hosts[0]), ("kirsche".to_owned(), "source".to_owned(), Some(1)));
    assert_eq!(host(&hosts[1]), ("apfel".to_owned(), "target".to_owned(), Some(2)));
    let lines: Vec<&str> = text.lines().collect();
    for key in ["utc_offset", "name = \"asam\"", "memory_mib", "role", "cpus", "interval_s"] {
        let at = lines.iter().position(|line| line.starts_with(key)).unwrap();
        let comment: Vec<&&str> = lines[..at].iter().rev().take_while(|line| line.starts_with('#')).collect();
        assert!(comment.iter().any(|line| line.starts_with("# guessed: ")), "{key} in {text}");
    }
}

#[test]
fn a_configuration_is_replaced_only_when_told_to() {
    let folder = renamed(|n| match (n.load, n.repetition) {
        ("none", 1) => format!("none1-{}{}.log", n.source, n.behind("-")),
        _ => String::new(),
    });
    let path = folder.path().join("campaign.toml");
    fs::write(&path, "title = \"precious\"\n").unwrap();
    let output = stillstand(&["init", folder.path().to_str().unwrap()], &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("campaign.toml exists already") && stderr.contains("--force"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "title = \"precious\"\n");
    stdout(&["init", folder.path().to_str().unwrap(), "--force"]);
    assert!(fs::read_to_string(&path).unwrap().contains("guessed"));
    assert_eq!(summary(folder.path())["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn names_without_a_repetition_have_a_pattern_without_one() {
    let folder = renamed(|n| match n.repetition {
        1 => format!("{}-{}{}.log", n.load, n.source, n.behind("-")),
        _ => String::new(),
    });
    let stderr = init(folder.path());
    assert!(stderr.contains("repetitions: not in the names"), "{stderr}");
    assert!(stderr.contains("go on counting"), "{stderr}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let pattern = table["naming"]["pattern"].as_str().unwrap();
    assert!(pattern.contains("(?<load>") && !pattern.contains("repetition"), "{pattern}");
    // Clocks are estimated over all runs of a campaign, which are fewer here.
    let measured = |run: &Value| {
        (run["id"].clone(), run["migration"]["duration_s"].clone(), run["ping"]["lost"].clone())
    };
    let (runs, _) = numbers(&summary(folder.path()));
    let (all, _) = numbers(&declared());
    let first = all.iter().filter(|run| run["repetition"] == 1);
    assert_eq!(
        runs.iter().map(measured).collect::<Vec<_>>(),
        first.map(measured).collect::<Vec<_>>(),
        "{text}"
    );
}

#[test]
fn logs_of_one_kind_without_a_repetition_go_on_counting() {
    let folder = renamed(|n| match (n.load, n.source) {
        ("none" | "memtester", "ping") => {
            format!("{}_ping_{}.log", n.load, ["a", "b", "c", "d", "e"][n.repetition as usize - 1])
        }
        _ => String::new(),
    });
    init(folder.path());
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert!(text.contains("pattern = ") && !text.contains("(?<repetition>"), "{text}");
    assert_eq!(summary(folder.path())["runs"].as_array().unwrap().len(), 10, "{text}");
}

#[test]
fn a_folder_without_logs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "Dear diary\n").unwrap();
    let output = stillstand(&["init", folder.path().to_str().unwrap()], &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && stderr.contains("none of its 1 files is a log"), "{stderr}");
    assert!(stderr.contains("A table needs a heading and a column of times"), "{stderr}");
    assert!(!folder.path().join("campaign.toml").exists());
}

/// Client, lost frames, lost buffers.
type Client = (String, i64, i64);

/// Load, repetition, outage, duration, and what the clients lost.
type Streamed = (String, u64, Value, Value, Vec<Client>);

/// What the user and the clients of the streaming series saw, by run.
fn streaming(summary: &Value) -> Vec<Streamed> {
    let runs = summary["runs"].as_array().unwrap().iter().map(|run| {
        let clients = run["streams"].as_array().unwrap().iter().map(|stream| {
            let number = |key: &str| stream[key].as_i64().unwrap();
            (stream["client"].as_str().unwrap().to_owned(), number("lost_frames"), number("lost_buffers"))
        });
        let mut clients: Vec<_> = clients.collect();
        clients.sort();
        let load = run["factors"]["load"].as_str().unwrap().to_owned();
        let outage = run["outages"][0]["estimate_s"].clone();
        (load, run["repetition"].as_u64().unwrap(), outage, run["migration"]["duration_s"].clone(), clients)
    });
    let mut runs: Vec<_> = runs.collect();
    runs.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    runs
}

#[test]
fn the_streaming_series_under_three_namings_and_its_own() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/xen-stream");
    let expected = streaming(&summary(&logs));
    assert_eq!(expected.len(), 25);
    let namings: [fn(&Name<'_>) -> String; 4] = [
        |n| format!("{}{}-{}{}.test", n.load, n.repetition, n.source, n.behind("-")),
        |n| format!("{}/{}/{}{}.csv", n.load, n.repetition, n.source, n.behind("-")),
        |n| format!("{}{}.{}.{}.log", n.before("."), n.source, n.load, n.repetition),
        |n| format!("{}{}_r{}_{}.txt", n.source, n.behind("_"), n.repetition, n.load),
    ];
    for naming in namings {
        let folder = renamed_from(&logs, naming);
        init(folder.path());
        let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
        assert_eq!(streaming(&summary(folder.path())), expected, "{text}");
    }
}

#[test]
fn tables_beside_logs_are_declared() {
    let folder =
        renamed(|name| format!("{}{}-{}{}.log", name.load, name.repetition, name.source, name.behind("-")));
    let rows: String = (0..20).map(|n| format!("{},{},{}\n", 1_264_510_800 + n, 50 + n % 3, 7 * n)).collect();
    for repetition in 1..=2 {
        let path = folder.path().join(format!("none{repetition}-shop.csv"));
        fs::write(path, format!("timestamp,orders_per_s,orders_total\n{rows}")).unwrap();
    }
    let stderr = init(folder.path());
    assert!(stderr.contains("182 logs of 25 runs"), "{stderr}");
    assert!(stderr.contains("series: 2 files such as none1-shop.csv, quantities over time"), "{stderr}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert!(
        text.contains("{ column = 'orders_total', metric = \"own.orders_total\", unit = \"count\", kind = \"counter\" },"),
        "{text}"
    );
    let file = folder.path().join("none2-shop.csv");
    let found = stdout(&["inspect", "--format", "json", file.to_str().unwrap()]);
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!((&found[0]["format"], &found[0]["rows_read"]), (&"series".into(), &20.into()), "{found}");
    // The runs are those of the logs.
    let (runs, expected) = (summary(folder.path()), declared());
    assert_eq!(runs["runs"].as_array().unwrap().len(), expected["runs"].as_array().unwrap().len());
}

#[test]
fn tables_beside_logs_make_no_runs_of_their_own() {
    let folder =
        renamed(|name| format!("{}{}-{}{}.log", name.load, name.repetition, name.source, name.behind("-")));
    let rows: String = (0..20).map(|n| format!("{},{},x\n", 1_264_510_800 + n, 50 + n % 3)).collect();
    for name in ["none7-shop.csv", "results.csv"] {
        fs::write(folder.path().join(name), format!("timestamp,orders_per_s,note\n{rows}")).unwrap();
    }
    let stderr = init(folder.path());
    assert!(stderr.contains("180 logs of 25 runs"), "{stderr}");
    assert!(stderr.contains("its names tell no run that the logs are of"), "{stderr}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert!(text.contains("\n# [[series]]\n") && !text.contains("\n[[series]]\n"), "{text}");
}

/// What comes of nine recorded runs under names as people write them: repetitions of each level of `load`, and problems.
fn human(rename: impl Fn(&Name<'_>) -> String) -> (Vec<(String, usize)>, Vec<String>) {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/qemu-live-migration");
    let folder = renamed_from(&logs, |name| {
        let is_wanted = ["none", "cpu", "dirtyslow"].contains(&name.load) && name.repetition <= 3;
        if is_wanted && name.source != "zeit" { rename(name) } else { String::new() }
    });
    init(folder.path());
    let summary = summary(folder.path());
    let conditions = summary["conditions"].as_array().unwrap().iter();
    let conditions = conditions.map(|condition| {
        let runs = condition["runs"].as_u64().map_or(0, |runs| runs as usize);
        (condition["factors"]["load"].as_str().unwrap_or_default().to_owned(), runs)
    });
    let problems = summary["diagnostics"].as_array().unwrap().iter();
    let problems = problems.filter(|one| one["severity"] != "note").map(|one| one["code"].to_string());
    (conditions.collect(), problems.collect())
}

fn in_words(load: &str) -> &str {
    match load {
        "none" => "no load",
        "cpu" => "CPU hog",
        _ => "memory writer (fast)",
    }
}

fn of_each(levels: [&str; 3]) -> Vec<(String, usize)> {
    levels.map(|level| (level.to_owned(), 3)).to_vec()
}

#[test]
fn names_with_blanks_brackets_dates_and_settings() {
    let (conditions, problems) = human(|name| {
        let Name { load, repetition, source, host } = *name;
        let load = in_words(load);
        let what = match (source, host) {
            ("ping", _) => "ping 10ms".to_owned(),
            ("dstat", _) => "dstat".to_owned(),
            (source, host) => format!("{source} {}", host.unwrap_or_default()),
        };
        format!("2025-11-0{repetition} {load} (run {repetition}) {what}.txt.gz")
    });
    assert_eq!(conditions, of_each(["no load", "CPU hog", "memory writer (fast)"]));
    assert_eq!(problems, [""; 0]);
}

#[test]
fn folders_in_german() {
    let (conditions, problems) = human(|name| {
        let Name { load, repetition, source, host } = *name;
        let what = match (source, host) {
            ("ping", _) => "ping 10ms",
            ("dstat", _) => return String::new(),
            (_, Some("source")) => "QMP Quelle",
            _ => "QMP Ziel",
        };
        format!("{}/Lauf {repetition}/{what}.txt.gz", in_words(load))
    });
    assert_eq!(conditions, of_each(["no load", "CPU hog", "memory writer (fast)"]));
    assert_eq!(problems, [""; 0]);
}

#[test]
fn folders_of_days_with_compressed_logs() {
    let (conditions, problems) = human(|name| {
        let Name { load, repetition, source, host } = *name;
        let host = host.map(|host| format!("-{host}")).unwrap_or_default();
        format!("2025-11-0{repetition}/{}/{source}{host}.log.gz", in_words(load))
    });
    assert_eq!(conditions, of_each(["no load", "CPU hog", "memory writer (fast)"]));
    assert_eq!(problems, [""; 0]);
}

#[test]
fn stamps_in_the_place_of_numbers() {
    let (conditions, problems) = human(|name| {
        let Name { load, repetition, source, host } = *name;
        match host {
            Some("target") | None if source == "qmp" => String::new(),
            _ if source == "dstat" => String::new(),
            _ => format!("{load}/20251103-14{repetition}512_{source}.log.gz"),
        }
    });
    assert_eq!(conditions, of_each(["none", "cpu", "dirtyslow"]));
    assert_eq!(problems, [""; 0]);
}

#[test]
fn versions_count_nothing() {
    let (conditions, problems) = human(|name| {
        let Name { load, repetition, source, host } = *name;
        match (source, host) {
            ("qmp", Some("target")) | ("dstat", _) => String::new(),
            _ => format!("{load}-v2.1/{repetition}/{source}.log.gz"),
        }
    });
    assert_eq!(conditions.iter().map(|(_, runs)| *runs).collect::<Vec<_>>(), [3, 3, 3], "{conditions:?}");
    assert_eq!(problems, [""; 0]);
}

/// What `init` says on a terminal, to which somebody types `answers`; `None` where no terminal can be had.
fn asked(folder: &Path, options: &str, answers: &str) -> Option<String> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let program = env!("CARGO_BIN_EXE_stillstand");
    let command = format!("'{program}' init '{}' {options}", folder.display());
    let script = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut script) = script else {
        eprintln!("NOT TESTED: questions on a terminal, for want of script(1)");
        return None;
    };
    script.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = script.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    Some(said)
}

/// Letters in the place of repetitions, and hosts of which no log shows the role.
fn unclear() -> tempfile::TempDir {
    renamed(|n| match (n.load, n.source) {
        ("none" | "memtester", "ping" | "migration-time") => {
            format!("{}_{}_{}.log", n.load, ["a", "b", "c", "d", "e"][n.repetition as usize - 1], n.source)
        }
        ("none" | "memtester", "dstat") => {
            let host = if n.host == Some("kirsche") { "alpha" } else { "beta" };
            format!(
                "{}_{}_{}-{host}.log",
                n.load,
                ["a", "b", "c", "d", "e"][n.repetition as usize - 1],
                n.source
            )
        }
        _ => String::new(),
    })
}

#[test]
fn enter_leaves_everything_as_it_is_without_a_terminal() {
    let folder = unclear();
    init(folder.path());
    let path = folder.path().join("campaign.toml");
    let expected = fs::read_to_string(&path).unwrap();
    let Some(said) = asked(folder.path(), "--force", "\n\n\n\n\n\n\n\n") else { return };
    assert!(said.contains("What are a, b, c, d, e in the names?"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    // Nor is anybody asked who wants no questions, or waited for who has gone.
    for (options, answers) in [("--force --yes", ""), ("--force --quiet", ""), ("--force", "\u{4}")] {
        let Some(said) = asked(folder.path(), options, answers) else { return };
        assert_eq!(
            said.contains("What are"),
            !options.contains('y') && !options.contains('q'),
            "{options}: {said}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), expected, "{options}");
    }
}

#[test]
fn answers_stand_in_the_file() {
    let folder = unclear();
    // Letters are the repetition; alpha is the source, and of those that are left beta the target.
    let Some(said) = asked(folder.path(), "", "what\n1\nalpha\n1\n") else { return };
    assert!(said.contains("what: a number from 1 to 2 is needed"), "{said}");
    assert!(said.contains("hosts: alpha (source), beta (target)"), "{said}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    assert!(text.contains("# answered, when init asked.\nrole = \"source\""), "{text}");
    let summary = summary(folder.path());
    let conditions = summary["conditions"].as_array().unwrap().iter();
    let conditions: Vec<_> = conditions.map(|one| (&one["factors"]["load"], &one["runs"])).collect();
    assert_eq!(conditions, [(&"none".into(), &5.into()), (&"memtester".into(), &5.into())], "{text}");
}

#[test]
fn a_factor_gets_its_name_and_the_comparison_its_reference() {
    let folder = unclear();
    let Some(said) = asked(folder.path(), "", "2\nsource\nsession\nnone\nb\n\n\n") else { return };
    assert!(said.contains("source: source is the name of something else"), "{said}");
    let text = fs::read_to_string(folder.path().join("campaign.toml")).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(table["reference"]["session"].as_str(), Some("b"), "{text}");
    assert_eq!(table["reference"]["load"].as_str(), Some("none"));
    assert!(table["naming"]["pattern"].as_str().unwrap().contains("(?<session>"), "{text}");
    assert_eq!(summary(folder.path())["conditions"].as_array().unwrap().len(), 10);
}

#[test]
fn numbers_that_may_be_conditions_are_asked_for() {
    let sizes = || {
        renamed(|n| match (n.load, n.source) {
            ("none", "ping" | "migration-time") => format!("vm{}-{}.log", 64 << n.repetition, n.source),
            _ => String::new(),
        })
    };
    for (answer, conditions, warned) in [("2\n", 5, false), ("1\n", 1, false), ("\n", 1, true)] {
        let folder = sizes();
        let Some(said) = asked(folder.path(), "", &format!("{answer}\n\n\n\n")) else { return };
        assert!(said.contains("What are the numbers in the names?"), "{said}");
        let summary = summary(folder.path());
        assert_eq!(summary["conditions"].as_array().unwrap().len(), conditions, "{answer:?}");
        let codes =
            summary["diagnostics"].as_array().unwrap().iter().map(|told| told["code"].as_str().unwrap());
        assert_eq!(
            codes.filter(|code| *code == "repetitions-assumed").count(),
            usize::from(warned),
            "{answer:?}"
        );
    }
}
