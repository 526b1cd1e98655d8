//! Clients that ask a service whose outage is known, and write a row for each request.
//!
//! The service works through a request at the instant at which it arrives, if it is there. While it is away a request is
//! lost, refused at once, or waits until the service is back ([`Away`]); one that waits longer than the client does
//! has failed.

use std::fmt::Write as _;

use super::{REQUEST, log_uniform};
use crate::SampleFile;
use crate::formats::migration_time::{self, MigrationTime};
use crate::noise::Noise;

/// What becomes of a request while the service is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Nothing answers it: the client waits in vain.
    Lost,
    /// An error comes back at once.
    Refused,
    /// It is answered once the service is back, as one to a VM that stands still.
    Waits,
}

/// How a client asks, and what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Client {
    pub name: &'static str,
    pub what: &'static str,
    /// Whether it waits for the answer before it asks again.
    pub is_closed: bool,
    /// From one request to the next; in a closed loop from an answer to the next request. Seconds.
    pub interval: f64,
    /// How long it waits for an answer, seconds.
    pub timeout: f64,
    pub away: Away,
    /// Share of the requests that fail although the service is there.
    pub chance: f64,
    /// Decimals of the stamps, in seconds.
    pub decimals: usize,
    /// The stamps are of the ends.
    pub at_end: bool,
    /// The log says how long requests took.
    pub has_durations: bool,
}

const PLAIN: Client = Client {
    name: "",
    what: "",
    is_closed: false,
    interval: 0.1,
    timeout: 1.0,
    away: Away::Lost,
    chance: 0.0,
    decimals: 3,
    at_end: false,
    has_durations: true,
};

/// Each thing that differs between clients, alone and with others.
pub const CLIENTS: [Client; 12] = [
    Client { name: "open", what: "open loop, a request each 0.1 s, 1 s timeout", ..PLAIN },
    Client {
        name: "open-waits",
        what: "open loop; requests wait for the service",
        away: Away::Waits,
        timeout: 5.0,
        ..PLAIN
    },
    Client { name: "open-refused", what: "open loop; requests are refused", away: Away::Refused, ..PLAIN },
    Client { name: "open-chance", what: "open loop; 2 % fail by chance", chance: 0.02, ..PLAIN },
    Client {
        name: "open-seconds",
        what: "open loop, a request a second, whole seconds",
        interval: 1.0,
        decimals: 0,
        ..PLAIN
    },
    Client { name: "closed", what: "closed loop, 1 s timeout", is_closed: true, ..PLAIN },
    Client {
        name: "closed-long",
        what: "closed loop, no pause, 5 s timeout",
        is_closed: true,
        interval: 0.0,
        timeout: 5.0,
        ..PLAIN
    },
    Client {
        name: "closed-waits",
        what: "closed loop; requests wait for the service",
        is_closed: true,
        timeout: 60.0,
        away: Away::Waits,
        ..PLAIN
    },
    Client {
        name: "closed-refused",
        what: "closed loop; requests are refused",
        is_closed: true,
        away: Away::Refused,
        ..PLAIN
    },
    Client {
        name: "closed-chance",
        what: "closed loop; 2 % fail by chance",
        is_closed: true,
        chance: 0.02,
        ..PLAIN
    },
    Client {
        name: "closed-ends",
        what: "closed loop, stamped at the end",
        is_closed: true,
        at_end: true,
        decimals: 6,
        ..PLAIN
    },
    Client {
        name: "closed-bare",
        what: "closed loop, no durations",
        is_closed: true,
        has_durations: false,
        ..PLAIN
    },
];

/// What happened, seconds since the request, and the logs: `migration-time` and `probe.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    pub lost: f64,
    pub back: f64,
    pub files: Vec<SampleFile>,
}

/// The keys of `campaign.toml` that declare the table of a client.
pub fn declared(client: &Client) -> String {
    let kind = if client.is_closed { "closed" } else { "open" };
    let time = if client.at_end { "end" } else { "start" };
    let duration = if client.has_durations { "duration = \"took_ms\"\n" } else { "" };
    format!(
        "[[probes]]\nfiles = 'probe'\ntime = \"t\"\ntime_is = \"{time}\"\n{duration}success = \"status\"\nloop = \"{kind}\"\n"
    )
}

/// Run `number` of a client; the same two give the same bytes.
pub fn serve(client: &Client, number: u32) -> Served {
    let mut noise = Noise::new(&format!("{}/{number}", client.name));
    let lost = noise.uniform(1.0, 8.0);
    let back = lost + log_uniform(0.05, 20.0, &mut noise);
    let end = back + noise.uniform(5.0, 20.0);
    let mut table = "t,status,took_ms\n".to_owned();
    let mut at = -noise.uniform(10.0, 20.0);
    while at < end {
        let (worked, over) = request(client, at, (lost, back), &mut noise);
        // A row whose end the log does not hold was never written.
        if over > end {
            break;
        }
        row(&mut table, client, (at, over), worked);
        let next = if client.is_closed { over + client.interval } else { at + client.interval };
        at = next + noise.uniform(0.0, 0.002);
    }
    let elapsed_cs = ((back + 2.0) * 100.0) as u64;
    let migration = MigrationTime { requested: REQUEST, elapsed_cs, user_cs: 4, system_cs: 10 };
    let file = |name: &str, bytes| SampleFile { name: name.to_owned(), bytes };
    let files = vec![
        file("migration-time", migration_time::write(&migration)),
        file("probe.csv", table.into_bytes()),
    ];
    Served { lost, back, files }
}

/// Whether a request works, and when it is over.
fn request(client: &Client, at: f64, (lost, back): (f64, f64), noise: &mut Noise) -> (bool, f64) {
    let way = noise.uniform(0.0002, 0.002);
    // A few take much longer than the others.
    let slow = if noise.uniform(0.0, 1.0) < 0.02 { noise.uniform(0.0, 0.05) } else { 0.0 };
    let work = noise.uniform(0.001, 0.01) + slow;
    let given_up = (false, at + client.timeout);
    if noise.uniform(0.0, 1.0) < client.chance {
        return given_up;
    }
    let arrived = at + way;
    let is_away = (lost..back).contains(&arrived);
    let over = match client.away {
        Away::Lost if is_away => return given_up,
        Away::Refused if is_away => return (false, at + 2.0 * way),
        Away::Lost | Away::Refused => arrived + work + way,
        Away::Waits => arrived.max(if is_away { back } else { arrived }) + work + way,
    };
    if over - at > client.timeout { given_up } else { (true, over) }
}

fn row(table: &mut String, client: &Client, (from, over): (f64, f64), worked: bool) {
    let stamp = if client.at_end { over } else { from };
    // Clocks are cut, not rounded.
    let parts = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6][client.decimals.min(6)];
    let whole = stamp.floor();
    let part = ((stamp - whole) * parts).floor() / parts;
    let seconds = REQUEST + whole as i64;
    let status = if worked { "200" } else { "000" };
    let took = (over - from) * 1000.0;
    let decimals = client.decimals;
    let stamp = if decimals == 0 {
        format!("{seconds}")
    } else {
        format!("{seconds}{}", &format!("{part:.decimals$}")[1..])
    };
    let _ = if client.has_durations {
        writeln!(table, "{stamp},{status},{took:.3}")
    } else {
        writeln!(table, "{stamp},{status},")
    };
}
