//! A domain in a sample: what becomes a row of the frame.

/// Whose values a row holds. In the order of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Vm,
    Dom0,
}

/// Values of a domain that is there; NaN where there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values([f64; 3]);

impl Values {
    /// Memory in KiB.
    pub fn new(cpu: Option<f64>, mem_kib: Option<f64>, share: Option<f64>) -> Self {
        Self([cpu, mem_kib.map(|kib| kib * 1024.0), share].map(|value| value.unwrap_or(f64::NAN)))
    }

    /// Per cent of one CPU.
    pub fn cpu(&self) -> Option<f64> {
        Some(self.0[0]).filter(|value| !value.is_nan())
    }

    /// Bytes.
    pub fn mem(&self) -> Option<f64> {
        Some(self.0[1]).filter(|value| !value.is_nan())
    }

    /// Per cent of the host's memory.
    pub fn share(&self) -> Option<f64> {
        Some(self.0[2]).filter(|value| !value.is_nan())
    }

    pub fn forget_cpu(&mut self) {
        self.0[0] = f64::NAN;
    }
}

/// A domain in a sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub sample: u32,
    pub who: Who,
    pub name: &'a [u8],
    /// As printed with the group.
    pub epoch: Option<i64>,
    /// None if the domain is absent.
    pub values: Option<Values>,
    pub line: u64,
}
