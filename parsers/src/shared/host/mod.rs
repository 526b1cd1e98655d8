//! What tools write about a host over time, whatever tool it is: one frame for all of them ([`samples`]), which disks are
//! whole ones ([`disks`]), and numbers as programs for people write them ([`number`]).

pub(crate) mod disks;
pub(crate) mod number;
pub(crate) mod samples;
