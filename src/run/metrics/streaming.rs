//! What the clients of a media stream lost, and what they should have lost.

use crate::model::{Measurement, Method, Outage, Stream, Unit};

/// The figures of a run's clients as series: `lost_frames.<client>`, `lost_buffers.<client>`, and
/// `frames_expected_lost` where the film's frame rate (1/s) is known: rate × outage.
///
/// The outage is that of the guest clock, which the study measured while it streamed, else ping's.
pub fn measurements(streams: &[Stream], outages: &[Outage], frame_rate: Option<f64>) -> Vec<Measurement> {
    let count = |metric: String, value: i64| Measurement { metric, unit: Unit::Count, value: value as f64 };
    let mut all = Vec::new();
    if streams.is_empty() {
        return all;
    }
    let outage = [Method::GuestClock, Method::Ping]
        .into_iter()
        .find_map(|method| outages.iter().find(|outage| outage.method == method));
    if let (Some(rate), Some(outage)) = (frame_rate, outage) {
        let value = rate * outage.estimate_s;
        all.push(Measurement { metric: "frames_expected_lost".to_owned(), unit: Unit::Count, value });
    }
    for stream in streams {
        all.extend(stream.lost_frames.map(|n| count(format!("lost_frames.{}", stream.client), n)));
    }
    for stream in streams {
        all.extend(stream.lost_buffers.map(|n| count(format!("lost_buffers.{}", stream.client), n)));
    }
    all
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
        let found = measurements(std::slice::from_ref(&stream), std::slice::from_ref(&outage), Some(25.0));
        let named: Vec<_> = found.iter().map(|m| (m.metric.as_str(), m.value)).collect();
        assert_eq!(named, [("frames_expected_lost", 20.5), ("lost_frames.linux", 38.0)]);
        assert_eq!(measurements(&[], &[outage], Some(25.0)), []);
    }
}
