//! `requests/status.xml` of the http interface.
//!
//! VLC fills a template in which loops stand on lines of their own; so blank lines remain, with the
//! indentation of what stood there. Rates are printed in the locale of the machine, here with a
//! decimal comma. The length of a stream is unknown, and so is the position in it: both are 0.

use super::Statistics;

/// What the interface shows of a client that plays a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Status<'a> {
    /// What is played.
    pub title: &'a str,
    /// Seconds played.
    pub time: u32,
    /// For each elementary stream, what VLC says about it.
    pub streams: &'a [&'a [(&'a str, &'a str)]],
    pub statistics: Statistics,
}

/// Tags about the item in their order; a stream has no more than a title.
const META: [&str; 16] = [
    "title",
    "artist",
    "genre",
    "copyright",
    "album",
    "track",
    "description",
    "rating",
    "date",
    "url",
    "language",
    "now_playing",
    "publisher",
    "encoded_by",
    "art_url",
    "track_id",
];

/// Writes the whole file.
pub fn write(status: &Status<'_>) -> Vec<u8> {
    let Status { title, time, streams, statistics } = status;
    let categories: String =
        streams.iter().enumerate().map(|(number, facts)| category(number, facts)).collect();
    let meta: String = META
        .map(|tag| {
            let content = if tag == "title" { title } else { "" };
            format!("      <{tag}><![CDATA[{content}]]></{tag}>\n")
        })
        .concat();
    let counters: String = counters(statistics)
        .into_iter()
        .map(|(tag, content)| format!("    <{tag}>{content}</{tag}>\n"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\" ?>\n\n\n\
         <root>\n  \
           <volume>256</volume>\n  \
           <length>0</length>\n  \
           <time>{time}</time>\n  \
           <state>playing</state>\n  \
           <position>0</position>\n  \
           <fullscreen></fullscreen>\n  \
           <random>0</random>\n  \
           <loop>0</loop>\n  \
           <repeat>0</repeat>\n  \
           <information>\n    \
             {categories}\n    \
             <meta-information>\n\
               {meta}    \
             </meta-information>\n  \
           </information>\n  \
           <stats>\n\
             {counters}  \
           </stats>\n\
         </root>\n"
    )
    .into_bytes()
}

/// What VLC says about an elementary stream.
fn category(number: usize, facts: &[(&str, &str)]) -> String {
    let facts: String = facts
        .iter()
        .map(|(name, fact)| format!("\n          <info name=\"{name}\">{fact}</info>\n        "))
        .collect();
    format!("\n      <category name=\"Stream {number}\">\n        {facts}\n      </category>\n    ")
}

/// The counters in the order of the template.
fn counters(statistics: &Statistics) -> [(&'static str, String); 13] {
    [
        ("readbytes", statistics.read_bytes.to_string()),
        ("inputbitrate", rate(statistics.input_rate)),
        ("demuxreadbytes", statistics.demuxed_bytes.to_string()),
        ("demuxbitrate", rate(statistics.demux_rate)),
        ("decodedvideo", statistics.decoded_video.to_string()),
        ("displayedpictures", statistics.displayed_frames.to_string()),
        ("lostpictures", statistics.lost_frames.to_string()),
        ("decodedaudio", statistics.decoded_audio.to_string()),
        ("playedabuffers", statistics.played_buffers.to_string()),
        ("lostabuffers", statistics.lost_buffers.to_string()),
        ("sentpackets", "0".to_owned()),
        ("sentbytes", "0".to_owned()),
        ("sendbitrate", rate(0.0)),
    ]
}

/// A rate as `%f` prints it where the decimal sign is a comma.
fn rate(bytes_per_us: f32) -> String {
    format!("{bytes_per_us:.6}").replace('.', ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_the_template_filled() {
        let statistics =
            Statistics { input_rate: 0.107_826, lost_frames: 27, lost_buffers: 3, ..Statistics::default() };
        let bytes = write(&Status {
            title: "udp://@:1234",
            time: 12,
            streams: &[&[("Type", "Video"), ("Codec", "h264")]],
            statistics,
        });
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains("  <time>12</time>\n  <state>playing</state>\n"));
        assert!(text.contains(
            "  <information>\n    \n      <category name=\"Stream 0\">\n        \n          \
             <info name=\"Type\">Video</info>\n        \n          <info name=\"Codec\">h264</info>\n        \n      \
             </category>\n    \n    <meta-information>\n      <title><![CDATA[udp://@:1234]]></title>\n      \
             <artist><![CDATA[]]></artist>\n"
        ));
        assert!(text.contains("    <inputbitrate>0,107826</inputbitrate>\n"));
        assert!(text.contains("    <lostpictures>27</lostpictures>\n"));
        assert!(text.ends_with("    <sendbitrate>0,000000</sendbitrate>\n  </stats>\n</root>\n"));
    }
}
