//! Logs of known formats that tell how much a service did: what they do not say themselves.

use anyhow::ensure;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::files_of;
use super::series::ServiceWindows;

/// What is declared of the logs of a tool such as sysbench or iperf3.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceTable {
    /// A regular expression over the path below the campaign folder.
    pub files: String,
    /// The event of the run with which the tool was started, where its log counts from there.
    pub since: Option<String>,
    /// Who wrote it, in the place of what the file's name says.
    pub host: Option<String>,
    /// Over so many seconds before the request goes what is ordinary of the service.
    pub before_s: Option<f64>,
    /// So many seconds after the end of the migration the service is still looked at.
    pub after_s: Option<f64>,
    /// The service is out below this share of the ordinary.
    pub outage_share: Option<f64>,
}

/// The same, validated.
#[derive(Debug, Clone)]
pub struct ServiceLogs {
    /// Over the path below the campaign folder, without the ending of a compressed file.
    pub files: Regex,
    pub since: Option<String>,
    pub host: Option<String>,
    pub windows: ServiceWindows,
}

impl ServiceTable {
    pub(in crate::input::config) fn declared(&self) -> anyhow::Result<ServiceLogs> {
        let of = format!("service of '{}'", self.files);
        let says_nothing = self.since.is_none()
            && self.host.is_none()
            && [self.before_s, self.after_s, self.outage_share].iter().all(Option::is_none);
        ensure!(
            !says_nothing,
            "{of}: it declares nothing: `since`, `host`, `before_s`, `after_s` or `outage_share`"
        );
        let usual = ServiceWindows::default();
        Ok(ServiceLogs {
            files: files_of("service", &self.files)?,
            since: self.since.clone(),
            host: self.host.clone(),
            windows: ServiceWindows {
                before_s: self.before_s,
                after_s: self.after_s,
                outage_share: self.outage_share.unwrap_or(usual.outage_share),
            },
        })
    }
}
