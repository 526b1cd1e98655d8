//! Everything that goes to a terminal: one place that keeps names and texts of strangers from changing what it shows.
//!
//! Logs and names of files may hold escape sequences, the signs of C1 that some terminals take for such, and marks
//! that turn the direction of writing round. They are shown as `\u{1b}`. Data that are piped stay as they are.

use std::fmt::{Display, Write as _};
use std::io::{self, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};

/// The text with every sign that a terminal may obey as an escape; line ends and tabs stay.
pub fn safe(text: &str) -> String {
    escaped(text, |sign| matches!(sign, '\n' | '\t'))
}

/// [`safe`] for what has to stay on one line, such as a name.
pub fn safe_line(text: &str) -> String {
    escaped(text, |_| false)
}

fn escaped(text: &str, stays: fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for sign in text.chars() {
        if is_harmful(sign) && !stays(sign) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(sign));
        } else {
            shown.push(sign);
        }
    }
    shown
}

/// Controls (C0, DEL, C1), marks of direction, separators of lines, and signs without width that hide in names.
fn is_harmful(sign: char) -> bool {
    sign.is_control()
        || matches!(sign,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Writes text for people to stdout.
///
/// # Errors
///
/// It cannot be written. That whoever read it has read enough is no error, and changes no exit status.
pub fn print_text(text: &str) -> anyhow::Result<()> {
    write_out(safe(text).as_bytes())
}

/// Writes text in which the styles are ours and all else is [`safe`] already.
///
/// # Errors
///
/// Those of [`print_text`].
pub fn print_styled(text: &str) -> anyhow::Result<()> {
    write_out(text.as_bytes())
}

/// Writes data to stdout, as they are unless it is a terminal.
///
/// # Errors
///
/// Those of [`print_text`].
pub fn print_data(bytes: &[u8]) -> anyhow::Result<()> {
    if io::stdout().is_terminal() {
        return write_out(safe(&String::from_utf8_lossy(bytes)).as_bytes());
    }
    write_out(bytes)
}

/// [`print_data`] of what `write` writes, which is not held unless stdout is a terminal.
///
/// # Errors
///
/// Those of [`print_text`] and of `write`.
pub fn print_written(write: impl FnOnce(&mut dyn io::Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    if io::stdout().is_terminal() {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        return print_data(&bytes);
    }
    let mut stdout = io::BufWriter::with_capacity(1 << 16, ReadEnough(anstream::stdout().lock()));
    write(&mut stdout)?;
    Ok(stdout.flush()?)
}

fn write_out(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = ReadEnough(anstream::stdout().lock());
    stdout.write_all(bytes)?;
    Ok(stdout.flush()?)
}

/// A writer to somebody who may have read enough: from then on it keeps nothing.
struct ReadEnough<W>(W);

impl<W: io::Write> io::Write for ReadEnough<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

/// `1 run`, `2 runs`.
pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Writes a line for people to stderr.
pub fn say(line: impl Display) {
    let _ = writeln!(anstream::stderr(), "{}", safe(&line.to_string()));
}

/// Writes a line to stderr behind a word in colour, such as `error`.
pub fn say_as(word: &str, color: AnsiColor, line: impl Display) {
    let style = Style::new().bold().fg_color(Some(color.into()));
    let _ = writeln!(anstream::stderr(), "{style}{word}{style:#}: {}", safe(&line.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_nothing_by_names() {
        for (text, shown) in [
            ("plain ä 漢 – ✓", "plain ä 漢 – ✓"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
            ("a\u{2066}b\u{feff}c\r", "a\\u{2066}b\\u{feff}c\\u{d}"),
            ("two\nlines\t.", "two\nlines\t."),
        ] {
            assert_eq!(safe(text), shown);
        }
        assert_eq!(safe_line("a\nerror: b"), "a\\u{a}error: b");
    }
}
