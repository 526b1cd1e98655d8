//! What several formats share: frames, and pieces of what tools write.

pub(crate) mod benchmark;
pub(crate) mod cells;
pub(crate) mod figures;
pub(crate) mod host;
pub(crate) mod hypervisor;
pub(crate) mod json;
pub(crate) mod packets;
pub(crate) mod requests;
pub(crate) mod sequence;
pub(crate) mod sysstat;
pub(crate) mod vlc_message;
pub(crate) mod work;
