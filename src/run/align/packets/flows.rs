//! Who asked what of whom, and when that was answered.
//!
//! The answer to an echo request has its number. In a connection of TCP or UDP the next packet of the VM answers all that it was
//! sent: acknowledgements alone ask nothing. What of it is ordinarily answered is decided service by service.

use std::collections::{BTreeMap, BTreeSet};

use stillstand_parsers::Parsed;

use super::{Ask, ENOUGH, LATE, Sign};
use crate::stats::Sample;

/// Flags of TCP.
const SYN: u32 = 0x02;
const RST: u32 = 0x04;
const ACK: u32 = 0x10;
/// So many answers make a service regular.
const LEAST: usize = 5;
/// So large a share of what it is asked is answered.
const SHARE: f64 = 0.5;

/// A packet.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row<'a> {
    /// Seconds since 1970.
    pub at_s: f64,
    pub source: Option<&'a str>,
    pub target: Option<&'a str>,
    pub mac: Option<&'a str>,
    protocol: Option<&'a str>,
    kind: Option<&'a str>,
    source_port: Option<u32>,
    target_port: Option<u32>,
    ident: Option<u32>,
    seq: Option<u32>,
    flags: Option<u32>,
    payload: Option<u32>,
}

impl<'a> Row<'a> {
    /// Those of a log that have a time, in its order. An echo of which only the number is known is a request where it comes first.
    pub fn all(log: &'a Parsed) -> Vec<Self> {
        let frame = &log.frame;
        let Ok(times) = frame.f64s("epoch_s") else { return Vec::new() };
        let texts = ["source", "target", "source_mac", "protocol", "kind"].map(|name| frame.strs(name).ok());
        let numbers = ["source_port", "target_port", "ident", "seq", "flags", "payload"]
            .map(|name| frame.u32s(name).ok());
        let row = |(at, time): (usize, Option<f64>)| {
            let [source, target, mac, protocol, kind] = texts.map(|column| column?.get(at));
            let [source_port, target_port, ident, seq, flags, payload] =
                numbers.map(|column| column?.get(at));
            Some(Row {
                at_s: time?,
                source,
                target,
                mac,
                protocol,
                kind,
                source_port,
                target_port,
                ident,
                seq,
                flags,
                payload,
            })
        };
        let mut rows: Vec<Self> = times.iter().enumerate().filter_map(row).collect();
        // Queues of a card write packets one after the other that came at the same time.
        rows.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        tell_echoes(&mut rows);
        rows
    }

    pub fn is_announcement(&self) -> bool {
        self.kind == Some("announcement")
    }

    fn is_syn(&self) -> bool {
        self.flags.is_some_and(|flags| flags & (SYN | ACK | RST) == SYN)
    }

    /// Whether it wants an answer, but for echoes.
    fn asks(&self) -> bool {
        match self.protocol {
            Some("tcp") => {
                let is_reset = self.flags.is_some_and(|flags| flags & RST != 0);
                !is_reset && (self.is_syn() || self.payload != Some(0))
            }
            Some("icmp" | "icmpv6" | "arp" | "rarp") => false,
            Some(_) | None => true,
        }
    }
}

/// Says of echoes that have a number and no kind which they are.
fn tell_echoes(rows: &mut [Row<'_>]) {
    let mut open: BTreeMap<([&str; 2], Option<u32>, u32), &str> = BTreeMap::new();
    for row in rows {
        let (Some(from), Some(to), Some(seq), None) = (row.source, row.target, row.seq, row.kind) else {
            continue;
        };
        let key = ([from.min(to), from.max(to)], row.ident, seq);
        match open.get(&key) {
            Some(first) if *first != from => {
                row.kind = Some("reply");
                open.remove(&key);
            }
            Some(_) | None => {
                row.kind = Some("request");
                open.insert(key, from);
            }
        }
    }
}

/// The addresses that are asked by ping or for connections.
pub(super) fn asked<'a>(rows: &[Row<'a>]) -> BTreeSet<&'a str> {
    let asks = rows.iter().filter(|row| row.kind == Some("request") || row.is_syn());
    asks.filter_map(|row| row.target).collect()
}

/// Who asks the VM, by which protocol, with the ports of the two.
type Connection<'a> = (&'a str, Option<&'a str>, Option<u32>, Option<u32>);
/// A request that goes to the VM: protocol and its port; of echoes `None`.
type Service<'a> = Option<(Option<&'a str>, Option<u32>)>;

/// What was asked, before it is known what is ordinary.
struct Asked<'a> {
    at_s: f64,
    service: Service<'a>,
    answered_s: Option<f64>,
}

/// What a sign of life answers: an echo request, or what was asked in a connection.
enum Answer<'a> {
    Echo(f64),
    Of(Service<'a>, f64),
    Nothing,
}

/// The packets to and from the VM so far, in their order.
#[derive(Default)]
pub(super) struct Flows<'a> {
    pub to_vm: u32,
    pub from_vm: u32,
    asked: Vec<Asked<'a>>,
    signs: Vec<(f64, Answer<'a>)>,
    /// Echo requests that were not answered so far: who, identifier, number.
    echoes: BTreeMap<(&'a str, Option<u32>, u32), usize>,
    /// What was asked in each connection since the last packet of the VM.
    open: BTreeMap<Connection<'a>, Vec<usize>>,
    last_s: f64,
}

impl<'a> Flows<'a> {
    pub fn packet(&mut self, row: &Row<'a>, vm: &[String]) {
        let is_vm =
            |address: Option<&str>| address.is_some_and(|address| vm.iter().any(|own| own == address));
        self.last_s = row.at_s;
        if row.is_announcement() {
            return;
        }
        if is_vm(row.source) {
            self.from_vm = self.from_vm.saturating_add(1);
            self.sign(row);
        } else if is_vm(row.target) {
            self.to_vm = self.to_vm.saturating_add(1);
            self.ask(row);
        }
    }

    fn ask(&mut self, row: &Row<'a>) {
        let (Some(peer), at) = (row.source, self.asked.len()) else { return };
        let service = match (row.kind, row.seq) {
            (Some("request"), Some(seq)) => {
                self.echoes.insert((peer, row.ident, seq), at);
                None
            }
            _ if row.asks() => {
                let connection = (peer, row.protocol, row.source_port, row.target_port);
                self.open.entry(connection).or_default().push(at);
                Some((row.protocol, row.target_port))
            }
            _ => return,
        };
        self.asked.push(Asked { at_s: row.at_s, service, answered_s: None });
    }

    fn sign(&mut self, row: &Row<'a>) {
        let Some(peer) = row.target else {
            self.signs.push((row.at_s, Answer::Nothing));
            return;
        };
        let answers = match (row.kind, row.seq) {
            (Some("reply"), Some(seq)) => {
                let places: Vec<usize> = self.echoes.remove(&(peer, row.ident, seq)).into_iter().collect();
                self.answer(&places, row.at_s).map_or(Answer::Nothing, |(_, asked_s)| Answer::Echo(asked_s))
            }
            _ => {
                let connection = (peer, row.protocol, row.target_port, row.source_port);
                let places = self.open.get_mut(&connection).map(std::mem::take).unwrap_or_default();
                self.answer(&places, row.at_s)
                    .map_or(Answer::Nothing, |(service, asked_s)| Answer::Of(service, asked_s))
            }
        };
        self.signs.push((row.at_s, answers));
    }

    /// Answers what stands in these places; of which service that was and when the first was asked.
    fn answer(&mut self, places: &[usize], at_s: f64) -> Option<(Service<'a>, f64)> {
        let mut first = None;
        for place in places {
            let asked = &mut self.asked[*place];
            asked.answered_s = Some(at_s);
            first = first.or(Some((asked.service, asked.at_s)));
        }
        first
    }

    /// What was asked of services that answer regularly, and all signs of life; `None` where no service does.
    pub fn finish(&self, zero: Option<f64>) -> Option<(Vec<Ask>, Vec<Sign>)> {
        let mut waits: BTreeMap<Service<'a>, Vec<(f64, Option<f64>)>> = BTreeMap::new();
        for asked in &self.asked {
            let wait_s = asked.answered_s.map(|answered_s| answered_s - asked.at_s);
            waits.entry(asked.service).or_default().push((asked.at_s, wait_s));
        }
        let regular: BTreeMap<Service<'a>, f64> =
            waits.iter().filter_map(|(service, waits)| Some((*service, ordinary_s(waits, zero)?))).collect();
        let longest_s = regular.values().copied().reduce(f64::max)?;
        let ask = |asked: &Asked<'a>| {
            let ordinary_s = *regular.get(&asked.service)?;
            let is_lost = asked.service.is_none() && asked.answered_s.is_none();
            let ask = Ask { at_s: asked.at_s, ordinary_s, is_lost };
            // What was asked just before the capture ended may have been answered afterwards.
            (!is_lost || self.last_s - asked.at_s > ask.late_s()).then_some(ask)
        };
        let sign = |(at_s, answer): &(f64, Answer<'a>)| {
            let from_s = match answer {
                Answer::Echo(asked_s) => *asked_s,
                // In a stream it may answer what was asked long before the last.
                Answer::Of(service, asked_s) => {
                    asked_s.min(at_s - regular.get(service).copied().unwrap_or(longest_s))
                }
                Answer::Nothing => at_s - longest_s,
            };
            Sign { from_s, at_s: *at_s }
        };
        Some((self.asked.iter().filter_map(ask).collect(), self.signs.iter().map(sign).collect()))
    }
}

/// How long a service takes to answer, but for one in a hundred: before the migration, or where that shows too little of all but
/// the slowest. `None` for one that does not answer regularly.
fn ordinary_s(waits: &[(f64, Option<f64>)], zero: Option<f64>) -> Option<f64> {
    let before: Vec<&(f64, Option<f64>)> =
        waits.iter().filter(|(at_s, _)| zero.is_some_and(|zero| *at_s < zero - 1.0)).collect();
    let answered = |waits: &mut dyn Iterator<Item = &(f64, Option<f64>)>| -> Vec<f64> {
        waits.filter_map(|(_, wait_s)| *wait_s).collect()
    };
    let early = answered(&mut before.iter().copied());
    let (ordinary_s, asked) = if early.len() >= ENOUGH {
        (Sample::new(early)?.quantile(0.99), before.len())
    } else {
        let mut all = answered(&mut waits.iter());
        all.sort_by(f64::total_cmp);
        all.pop();
        let all = Sample::new(all)?;
        // In a short capture many answers may be late.
        (all.quantile(0.9).min(LATE * all.median()), waits.len())
    };
    let limit_s = Ask { at_s: 0.0, ordinary_s, is_lost: false }.late_s();
    let counted = if asked == before.len() && !before.is_empty() { before } else { waits.iter().collect() };
    let prompt = counted.iter().filter(|(_, wait_s)| wait_s.is_some_and(|wait_s| wait_s <= limit_s)).count();
    (prompt >= LEAST && prompt as f64 >= SHARE * counted.len() as f64).then_some(ordinary_s)
}
