//! The outage by the events of a script: from the stop of the VM to its resumption.
//!
//! Each event happened up to the resolution of the table after its time, so that the difference is good to one resolution either
//! way. One script logged both, by one clock.

use crate::model::{Method, Outage};
use crate::run::align::EventLog;

/// `None` unless the table has both, in this order.
pub(super) fn outage(log: &EventLog) -> Option<Outage> {
    let (stopped, resumed) = (log.stopped?, log.resumed?);
    let estimate_s = resumed - stopped;
    (estimate_s >= 0.0).then(|| Outage {
        method: Method::Events,
        estimate_s,
        lower_s: (estimate_s - log.resolution_s).max(0.0),
        upper_s: Some(estimate_s + log.resolution_s),
        start_s: Some(stopped),
        end_s: Some(resumed),
        censored: false,
        source_file: log.file.clone(),
    })
}
