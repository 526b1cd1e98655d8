//! Efficiency of VMs under Xen against bare metal (2010): one VM at a time in 14 configurations of two guest
//! systems, and up to three VMs at once.
//!
//! [`published`] holds the numbers that must come back, [`values`] how a mean becomes the values behind it,
//! [`transfers`] the tests of Iometer. There is no migration here, hence no
//! [testbed](super::testbed): a log is a list of results.
//!
//! Values are random, but fixed by the figure they belong to rather than by the file: what is the same in
//! print is the same in the logs.

pub mod published;
pub mod transfers;

use self::published::{Figures, Group, Setting};
use super::values;
use crate::SampleFile;
use crate::formats::linpack::{self, Solutions};
use crate::formats::ramspeed::{self, Access};
use crate::noise::Noise;

/// Name of the campaign and of its folder.
pub const NAME: &str = "xen-efficiency";

/// Orders of LINPACK's systems.
const ORDERS: [u32; 4] = [1000, 2000, 4000, 8000];
/// How the blocks in L1 (1 to 64 Kb), L2 (128 to 512 Kb) and in memory (1 to 32 Mb) compare.
const L1: [f64; 7] = [0.965, 0.99, 1.0, 1.005, 1.01, 1.015, 1.015];
const L2: [f64; 3] = [1.05, 1.03, 0.92];
const RAM: [f64; 6] = [1.03, 1.0, 0.995, 0.99, 0.99, 0.995];

/// All files of the campaign.
pub fn files() -> Vec<SampleFile> {
    let groups = published::groups();
    groups.iter().enumerate().flat_map(|(number, group)| record(number, group)).collect()
}

/// One system of a group.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    pub group: &'a Group,
    pub index: usize,
}

impl Member<'_> {
    pub fn setting(&self) -> Setting {
        self.group.setting
    }

    pub fn figures(&self) -> Figures {
        self.group.vms[self.index]
    }

    /// How far the mean of an operation is moved; see [`values::shifts`].
    pub fn shift(&self, of: impl Fn(&Figures) -> Option<f64>, parts: i64) -> i64 {
        let means: Option<Vec<f64>> = self.group.vms.iter().map(&of).collect();
        means.map_or(0, |means| values::shifts(&means, of(&self.group.sums), parts)[self.index])
    }

    /// The files of a guest under Windows have its line ends.
    fn line_end(&self) -> &'static str {
        if self.setting().guest_os == "windows" { "\r\n" } else { "\n" }
    }

    fn file(&self, source: &str, bytes: Vec<u8>) -> SampleFile {
        let Setting { guest_os, mode, bits, context } = self.setting();
        let vm = if self.group.vms.len() > 1 { format!("vm{}-", self.index + 1) } else { String::new() };
        SampleFile { name: format!("{guest_os}/{mode}-{bits}/{context}/{vm}{source}"), bytes }
    }
}

/// All files of a group, the `number`th to be measured.
fn record(number: usize, group: &Group) -> Vec<SampleFile> {
    let mut files = Vec::new();
    for index in 0..group.vms.len() {
        let member = Member { group, index };
        let figures = member.figures();
        if let Some(seconds) = figures.linpack {
            files.push(member.file("linpack-1.txt", solutions(member, seconds)));
        }
        if let Some(rates) = figures.ramspeed {
            files.push(member.file("ramspeed-1.txt", bandwidth(member, &rates)));
        }
        if figures.net.is_some() {
            files.push(member.file("iometer-net-1.csv", transfers::net(member, number)));
        }
        if figures.disk.is_some() {
            files.push(member.file("iometer-disk-1.csv", transfers::disk(member, number)));
        }
    }
    files
}

/// LINPACK: one order is published; the others take their time by the cube of the order, give or take 2 %.
fn solutions(member: Member<'_>, published: f64) -> Vec<u8> {
    let Setting { guest_os, mode, bits, context } = member.setting();
    let mut noise = Noise::new(&format!("{guest_os}{mode}{bits}/{context}/{}", member.index));
    let solutions = ORDERS.map(|order| {
        let ratio = f64::from(order) / f64::from(member.group.order);
        let factor = noise.uniform(0.98, 1.02);
        let seconds =
            if order == member.group.order { published } else { published * ratio * ratio * ratio * factor };
        Solutions { order, repetitions: 10, time_cs: (seconds * 100.0).round() as u64 }
    });
    linpack::write(&solutions, member.line_end())
}

/// RAMspeed: the test of writing, then that of reading.
fn bandwidth(member: Member<'_>, rates: &[f64; 6]) -> Vec<u8> {
    let end = member.line_end();
    let mut text = String::new();
    for (side, access) in [Access::Write, Access::Read].into_iter().enumerate() {
        // Of the build for Windows it is not known what it prints first.
        if member.setting().guest_os == "linux" {
            text += &ramspeed::banner("Linux");
        }
        let levels: [&[f64]; 3] = [&L1, &L2, &RAM];
        let mut kib = 1;
        for (level, shares) in levels.into_iter().enumerate() {
            let at = 2 * level + side;
            let mean = rates[at];
            let parts = shares.len() as i64;
            let shift = member.shift(|figures| figures.ramspeed.map(|rates| rates[at]), parts);
            let mut noise = Noise::new(&format!("ramspeed/{at}/{mean}"));
            let sum = values::total(mean, shares.len(), 100.0) + shift;
            for rate in values::around(sum, shares, 0.003, &mut noise) {
                text += &ramspeed::line(access, kib, rate);
                text += end;
                kib *= 2;
            }
        }
    }
    text.into_bytes()
}
