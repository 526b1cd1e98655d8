//! Which block devices are whole disks.
//!
//! What goes to a partition, a logical volume or a RAID goes to the disk below it, too: a sum over all of them would have it
//! twice.

/// What a block device is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Whole,
    /// A part of the disk whose name has so many bytes.
    Part(usize),
    /// It lies on others, or in memory: `dm-0`, `md0`, `loop0`, `zram0`.
    Other,
}

impl Device {
    pub fn of(name: &str) -> Self {
        let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
        let stem = name.get(..name.len().saturating_sub(digits)).unwrap_or_default();
        let lettered = ["sd", "hd", "vd", "xvd", "dasd"].iter().any(|kind| {
            let letters = stem.strip_prefix(kind).unwrap_or_default();
            (1..=3).contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        });
        if lettered {
            return if digits == 0 { Self::Whole } else { Self::Part(stem.len()) };
        }
        let numbered = name.starts_with("nvme") || name.starts_with("mmcblk");
        if !numbered || digits == 0 {
            return Self::Other;
        }
        match stem.strip_suffix('p') {
            Some(disk) if disk.ends_with(|last: char| last.is_ascii_digit()) => Self::Part(disk.len()),
            // `nvme0c1n1` is a path to `nvme0n1`.
            _ if stem.starts_with("nvme") && stem.contains('c') => Self::Other,
            _ => Self::Whole,
        }
    }
}

/// Of these devices those whose sum is what went to the disks. A part counts where its disk is not listed, as in some VMs;
/// where there is no disk at all, everything does.
pub(crate) fn whole<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let counts = |name: &&&str| match Device::of(name) {
        Device::Whole => true,
        Device::Part(disk) => !names.iter().any(|other| name.get(..disk) == Some(*other)),
        Device::Other => false,
    };
    let found: Vec<&str> = names.iter().filter(counts).copied().collect();
    if found.is_empty() { names.to_vec() } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_by_their_names() {
        for name in ["sda", "sdaa", "vdb", "xvda", "nvme0n1", "mmcblk0", "dasda"] {
            assert_eq!(Device::of(name), Device::Whole, "{name}");
        }
        for (name, disk) in [("sda1", 3), ("xvda10", 4), ("nvme0n1p2", 7), ("mmcblk0p1", 7)] {
            assert_eq!(Device::of(name), Device::Part(disk), "{name}");
        }
        for name in ["dm-0", "md127", "loop3", "zram0", "dev253-0", "rhel-root", "sd", "sdA", "nvme0c0n1", ""]
        {
            assert_eq!(Device::of(name), Device::Other, "{name}");
        }
    }

    #[test]
    fn nothing_is_counted_twice() {
        assert_eq!(whole(&["sda", "sda1", "dm-0", "nvme0n1", "nvme0n1p1"]), ["sda", "nvme0n1"]);
        assert_eq!(whole(&["xvda1", "xvda2", "xvdb"]), ["xvda1", "xvda2", "xvdb"]);
        assert_eq!(whole(&["dev8-0", "dev8-16"]), ["dev8-0", "dev8-16"]);
    }
}
