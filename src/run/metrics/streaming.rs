//! What the clients of a media stream should have lost.

use crate::model::metrics::FRAMES_EXPECTED_LOST;
use crate::model::{Measurement, Method, Outage, Stream, Unit};

/// How many frames the clients of a run should have lost: rate × outage. `None` without clients, an outage, or the
/// film's frame rate (1/s).
///
/// The outage is that of the guest clock, which the study measured while it streamed, else ping's.
pub fn expected_lost(streams: &[Stream], outages: &[Outage], frame_rate: Option<f64>) -> Option<Measurement> {
    let outage = [Method::GuestClock, Method::Ping]
        .into_iter()
        .find_map(|method| outages.iter().find(|outage| outage.method == method))
        .filter(|_| !streams.is_empty())?;
    let value = frame_rate? * outage.estimate_s;
    Some(Measurement { metric: FRAMES_EXPECTED_LOST.to_owned(), unit: Unit::Count, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_expected_at_the_rate_of_the_film() {
        let stream = Stream {
            client: "linux".to_owned(),
            lost_frames: Some(38),
            lost_buffers: None,
            displayed_frames: None,
            played_buffers: None,
            source_file: String::new(),
        };
        let outage = Outage {
            method: Method::GuestClock,
            estimate_s: 0.82,
            lower_s: 0.8,
            upper_s: Some(0.82),
            start_s: None,
            end_s: None,
            censored: false,
            source_file: String::new(),
        };
        let found = expected_lost(std::slice::from_ref(&stream), std::slice::from_ref(&outage), Some(25.0));
        assert_eq!(found.map(|number| number.value), Some(20.5));
        assert_eq!(expected_lost(&[], &[outage], Some(25.0)), None);
    }
}
