//! One, two and three VMs at once, and one whose host is busy otherwise.
//!
//! The study does not print which configuration these VMs had. LINPACK, RAMspeed and the disk of the
//! VM alone are, to the last digit, those of Linux in `pv-amdv` with 32 bits, which is therefore taken
//! for all. Its network alone (49.26, 60 MB/s) is that of `pv` without AMD-V.

use super::{Figures, Group, Setting};

const NONE: Figures = Figures { linpack: None, ramspeed: None, net: None, disk: None, cpu: None };

pub(super) fn groups() -> impl Iterator<Item = Group> {
    let groups = [
        ("1-vm", alone(), NONE),
        ("2-vm", two(), TWO_SUM),
        ("3-vm", three(), THREE_SUM),
        ("1-vm-cpu-load", vec![net_and_disk([40.01, 33.9], [27.17, 18.48, 6.98, 14.93])], NONE),
        ("3-vm-net-and-disk", three_with_both(), THREE_WITH_BOTH_SUM),
        ("vm-to-vm", vec![Figures { net: Some([233.85, 210.78]), ..NONE }], NONE),
    ];
    groups.into_iter().map(|(context, vms, sums)| Group {
        setting: Setting { guest_os: "linux", mode: "pv-amdv", bits: 32, context },
        order: 4000,
        vms,
        sums,
    })
}

const fn net_and_disk(net: [f64; 2], disk: [f64; 4]) -> Figures {
    Figures { net: Some(net), disk: Some(disk), ..NONE }
}

const fn all(linpack: f64, ramspeed: [f64; 6], net: [f64; 2], disk: [f64; 4]) -> Figures {
    Figures { linpack: Some(linpack), ramspeed: Some(ramspeed), net: Some(net), disk: Some(disk), cpu: None }
}

fn alone() -> Vec<Figures> {
    vec![all(
        214.2,
        [17_127.32, 14_538.85, 5758.99, 6637.38, 2414.73, 3122.15],
        [49.26, 60.0],
        [28.75, 26.42, 8.41, 19.33],
    )]
}

/// Of LINPACK only the mean is published, 286.52 s.
fn two() -> Vec<Figures> {
    vec![
        all(
            285.81,
            [16_253.24, 14_232.71, 5973.02, 6807.51, 1784.92, 2693.92],
            [25.89, 30.85],
            [9.28, 12.02, 4.32, 8.57],
        ),
        all(
            287.23,
            [16_294.96, 13_920.8, 5432.21, 6227.65, 1781.78, 2665.67],
            [25.41, 30.4],
            [10.33, 17.67, 4.36, 8.05],
        ),
    ]
}

const TWO_SUM: Figures = Figures {
    ramspeed: Some([32_548.2, 28_153.5, 11_405.23, 13_035.16, 3566.71, 5359.6]),
    net: Some([51.35, 61.31]),
    disk: Some([19.6, 29.68, 8.68, 16.61]),
    ..NONE
};

/// Of LINPACK only the mean is published, 429.47 s.
fn three() -> Vec<Figures> {
    vec![
        all(
            427.92,
            [13_301.14, 8555.66, 3349.9, 4027.58, 1124.97, 1655.8],
            [17.17, 20.85],
            [3.99, 7.06, 1.47, 2.68],
        ),
        all(
            429.28,
            [11_685.76, 8916.35, 3231.07, 3865.53, 1127.45, 1636.75],
            [17.03, 20.47],
            [4.28, 10.74, 1.59, 2.59],
        ),
        all(
            431.21,
            [10_993.71, 9284.77, 2878.01, 3891.77, 1129.85, 1614.7],
            [16.93, 20.28],
            [4.28, 11.07, 1.39, 2.66],
        ),
    ]
}

const THREE_SUM: Figures = Figures {
    ramspeed: Some([35_980.61, 26_756.78, 9458.97, 11_784.89, 3382.27, 4907.25]),
    net: Some([51.18, 61.68]),
    disk: Some([12.53, 28.87, 4.44, 7.91]),
    ..NONE
};

/// Network and disk at the same time in all three.
fn three_with_both() -> Vec<Figures> {
    vec![
        net_and_disk([17.38, 19.71], [2.2, 5.44, 1.99, 3.68]),
        net_and_disk([13.47, 13.03], [2.29, 6.57, 1.86, 3.75]),
        net_and_disk([17.09, 18.79], [2.27, 6.67, 2.1, 3.62]),
    ]
}

const THREE_WITH_BOTH_SUM: Figures = net_and_disk([47.93, 51.53], [6.76, 18.68, 5.95, 11.05]);
