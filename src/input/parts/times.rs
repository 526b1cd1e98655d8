//! When the parts of files and the migrations were, in an order in which each is found without a look at all.

use stillstand_parsers::Parsed;

use crate::input::load::LoadedFile;

/// When a migration was requested and when it was over, seconds since 1970 by the observer's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) request_s: f64,
    pub(super) end_s: f64,
}

/// The times that belong to each migration: from the end of the one before until the request of the next, by time: a file need
/// not have them in order.
pub(super) struct Windows {
    /// Sorted.
    requests: Vec<f64>,
    /// When the last of the migrations up to here in `requests` was over.
    ended: Vec<f64>,
}

impl Windows {
    pub(super) fn of(spans: &[Option<Span>]) -> Self {
        let mut spans: Vec<Span> = spans.iter().copied().flatten().collect();
        spans.sort_by(|a, b| a.request_s.total_cmp(&b.request_s));
        let mut latest = f64::NEG_INFINITY;
        let ended = spans.iter().map(|span| {
            latest = latest.max(span.end_s);
            latest
        });
        let ended = ended.collect();
        Self { requests: spans.iter().map(|span| span.request_s).collect(), ended }
    }

    pub(super) fn of_request(&self, request_s: f64) -> [f64; 2] {
        let earlier = self.requests.partition_point(|other| *other < request_s);
        let later = self.requests.partition_point(|other| *other <= request_s);
        let ended = earlier.checked_sub(1).map_or(f64::NEG_INFINITY, |last| self.ended[last]);
        [ended.min(request_s), self.requests.get(later).copied().unwrap_or(f64::INFINITY)]
    }
}

/// When the parts of a track went on, by their own clock.
pub(super) struct Times {
    /// From the first until the last row of each part.
    pub(super) extents: Vec<Option<(f64, f64)>>,
    /// The parts that have times, by when they began.
    order: Vec<usize>,
    /// When the last of the parts up to here in `order` ended.
    ended: Vec<f64>,
}

impl Times {
    pub(super) fn of(parts: &[LoadedFile]) -> Self {
        let extents: Vec<_> = parts.iter().map(|file| file.log.as_deref().and_then(extent)).collect();
        let mut begun: Vec<_> =
            extents.iter().enumerate().filter_map(|(part, times)| Some((part, (*times)?))).collect();
        begun.sort_by(|(_, a), (_, b)| a.0.total_cmp(&b.0));
        let mut latest = f64::NEG_INFINITY;
        let ended = begun.iter().map(|(_, (_, last))| {
            latest = latest.max(*last);
            latest
        });
        let ended = ended.collect();
        Self { extents, order: begun.into_iter().map(|(part, _)| part).collect(), ended }
    }

    /// The parts that went on at some time within `within_s` of `at`, the latest to begin first.
    pub(super) fn around(&self, at: f64, within_s: f64) -> impl Iterator<Item = (usize, (f64, f64))> {
        let times = |place: &usize| self.extents.get(*place).copied().flatten().map(|times| (*place, times));
        let begun = self
            .order
            .partition_point(|part| times(part).is_some_and(|(_, (first, _))| first <= at + within_s));
        let so_far = self.order.iter().zip(&self.ended).take(begun).rev();
        so_far
            .take_while(move |(_, ended)| at - within_s <= **ended)
            .filter_map(move |(part, _)| times(part))
            .filter(move |(_, (_, last))| at - within_s <= *last)
    }
}

/// When the first and the last row of a log were recorded.
pub(super) fn extent(log: &Parsed) -> Option<(f64, f64)> {
    use stillstand_parsers::Clock;
    match log.frame.clock {
        Clock::Epoch | Clock::EpochSecondsAtArrival => {}
        Clock::Counter | Clock::TimeOfDay | Clock::None => return None,
    }
    let mut times = log.frame.times()?.into_iter().flatten();
    let first = times.next()?;
    Some(times.fold((first, first), |(first, last), t| (t.min(first), t.max(last))))
}
