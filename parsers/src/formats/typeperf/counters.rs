//! The counters of Windows by their paths, `Processor(_Total)\% Processor Time`, in English and German.

use crate::frame::Unit;

/// What a counter is of a host.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Counter {
    pub name: String,
    pub unit: Unit,
    pub scale: f64,
    /// The quantity is what is left of 100 per cent.
    pub is_rest: bool,
    /// Several instances may have the name.
    pub is_added: bool,
}

/// Objects, by the first letters of their names in lower case.
const OBJECTS: [(&str, Object); 12] = [
    ("processor(", Object::Cpu),
    ("processor information(", Object::Cpu),
    ("prozessor(", Object::Cpu),
    ("prozessorinformationen(", Object::Cpu),
    ("memory", Object::Memory),
    ("arbeitsspeicher", Object::Memory),
    ("speicher", Object::Memory),
    ("network interface(", Object::Network),
    ("netzwerkschnittstelle(", Object::Network),
    ("physicaldisk(", Object::Disk),
    ("physikalischer datentr", Object::Disk),
    ("process(", Object::Process),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Object {
    Cpu,
    Memory,
    Network,
    Disk,
    Process,
}

/// The counter of a path; none if it is not used.
pub(super) fn counter(path: &str) -> Option<Counter> {
    let (object, of) = path.rsplit_once('\\')?;
    let lower = object.to_lowercase();
    let kind = OBJECTS.iter().find(|(begins, _)| lower.starts_with(begins)).map(|(_, kind)| *kind);
    let kind = kind.or_else(|| lower.starts_with("prozess(").then_some(Object::Process))?;
    let instance = object.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    match kind {
        Object::Cpu => cpu(of).filter(|_| matches!(instance, Some("_Total"))),
        Object::Memory => memory(of),
        Object::Network => {
            let direction = match of {
                "Bytes Received/sec" | "Empfangene Bytes/s" | "Bytes empfangen/s" => "received",
                "Bytes Sent/sec" | "Gesendete Bytes/s" | "Bytes gesendet/s" => "sent",
                _ => return None,
            };
            Some(plain(format!("net.{}.{direction}", instance?), Unit::BytesPerSecond))
        }
        Object::Disk => {
            let direction = match of {
                "Disk Read Bytes/sec" | "Bytes gelesen/s" | "Gelesene Bytes/s" => "read",
                "Disk Write Bytes/sec" | "Bytes geschrieben/s" | "Geschriebene Bytes/s" => "written",
                _ => return None,
            };
            Some(plain(named("disk", instance?, direction), Unit::BytesPerSecond))
        }
        Object::Process => {
            let is_cpu = matches!(of, "% Processor Time" | "Prozessorzeit (%)");
            let name = instance.filter(|name| is_cpu && !matches!(*name, "_Total" | "Idle"))?;
            // `vmwp#1` is another one of the same program.
            let program = name.split_once('#').map_or(name, |(program, _)| program);
            let of_one = plain(format!("process.{program}.cpu"), Unit::PercentOfOneCpu);
            Some(Counter { is_added: true, ..of_one })
        }
    }
}

fn plain(name: impl Into<String>, unit: Unit) -> Counter {
    Counter { name: name.into(), unit, scale: 1.0, is_rest: false, is_added: false }
}

/// All together have the name of the family.
fn named(family: &str, instance: &str, quantity: &str) -> String {
    if instance == "_Total" {
        format!("{family}.{quantity}")
    } else {
        format!("{family}.{instance}.{quantity}")
    }
}

fn cpu(of: &str) -> Option<Counter> {
    let name = match of {
        "% User Time" | "Benutzerzeit (%)" => "cpu.user",
        "% Privileged Time" | "Privilegierte Zeit (%)" => "cpu.system",
        // What was not used was idle; where there is a counter of that, it is the same.
        "% Processor Time" | "Prozessorzeit (%)" | "% Idle Time" | "Leerlaufzeit (%)" => "cpu.idle",
        "% Interrupt Time" | "Interruptzeit (%)" => "cpu.hardirq",
        "% DPC Time" | "DPC-Zeit (%)" => "cpu.softirq",
        _ => return None,
    };
    let is_rest = matches!(of, "% Processor Time" | "Prozessorzeit (%)");
    Some(Counter { is_rest, ..plain(name, Unit::Percent) })
}

/// Umlauts are of any code page, so that words are known by their ends.
fn memory(of: &str) -> Option<Counter> {
    let scale = match of {
        "Available Bytes" => 1.0,
        "Available KBytes" => 1024.0,
        "Available MBytes" => 1024.0 * 1024.0,
        _ if of.starts_with("Verf") && of.ends_with("gbare Bytes") => 1.0,
        _ if of.starts_with("Verf") && (of.ends_with("gbare KB") || of.ends_with("gbare Kilobytes")) => {
            1024.0
        }
        _ if of.starts_with("Verf") && (of.ends_with("gbare MB") || of.ends_with("gbare Megabytes")) => {
            1024.0 * 1024.0
        }
        _ => return None,
    };
    Some(Counter { scale, ..plain("mem.free", Unit::Bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_of_two_languages() {
        for (path, name) in [
            (r"Processor(_Total)\% Processor Time", Some("cpu.idle")),
            (r"Prozessor(_Total)\Prozessorzeit (%)", Some("cpu.idle")),
            (r"Prozessorinformationen(_Total)\Benutzerzeit (%)", Some("cpu.user")),
            (r"Processor(0)\% Processor Time", None),
            (r"Memory\Available MBytes", Some("mem.free")),
            ("Arbeitsspeicher\\Verf\u{fffd}gbare Bytes", Some("mem.free")),
            (r"Network Interface(Intel[R] X550 _2)\Bytes Sent/sec", Some("net.Intel[R] X550 _2.sent")),
            (r"Netzwerkschnittstelle(eth)\Empfangene Bytes/s", Some("net.eth.received")),
            (r"PhysicalDisk(_Total)\Disk Read Bytes/sec", Some("disk.read")),
            ("Physikalischer Datentr\u{fffd}ger(0 C:)\\Bytes geschrieben/s", Some("disk.0 C:.written")),
            (r"Process(vmwp#1)\% Processor Time", Some("process.vmwp.cpu")),
            (r"Prozess(vmwp)\Prozessorzeit (%)", Some("process.vmwp.cpu")),
            (r"Process(_Total)\% Processor Time", None),
            (r"System\Threads", None),
            ("nothing", None),
        ] {
            assert_eq!(counter(path).map(|counter| counter.name).as_deref(), name, "{path}");
        }
    }
}
