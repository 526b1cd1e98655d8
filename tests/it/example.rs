//! The example of the library does what it says.

use std::path::Path;

#[path = "../../examples/read_log.rs"]
#[expect(dead_code, reason = "its main is that of the example")]
mod read_log;

fn outage_in(fixture: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("parsers/fixtures/ping/valid");
    read_log::interval(&read_log::longest_outage(&folder.join(fixture)).unwrap())
}

#[test]
fn the_outage_of_a_ping_log_is_an_interval() {
    // Five requests of 20, sent every 0.2 s, went unanswered; the bounds follow from its stamps.
    let outage = outage_in("iputils-outage.txt");
    assert!(outage.starts_with("out for 1.00 s, between "), "{outage}");
}
