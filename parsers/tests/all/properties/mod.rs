//! What holds for all bytes and all values.

mod no_panic;
mod round_trip;
