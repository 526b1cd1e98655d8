//! What holds for all bytes.

mod no_panic;
