//! Questions on a terminal.

use std::io::{self, BufRead, IsTerminal as _, Write};

use super::progress::Steps;
use super::terminal::safe_line;
use crate::init::questions::Asks;

/// So often a question is asked again before it is left open.
const TRIES: usize = 3;

/// Somebody at a terminal: reads answers from one side, writes questions to the other.
pub struct Console<'a, R, W> {
    reader: R,
    writer: W,
    /// Cleared before the first question.
    steps: &'a Steps,
    /// Whether nobody answers any more: the rest is left open.
    is_gone: bool,
}

impl<'a> Console<'a, io::StdinLock<'static>, io::Stderr> {
    /// `None` unless questions and answers go over a terminal, and so does the result: nothing is asked in a pipe.
    pub fn somebody(is_unwanted: bool, steps: &'a Steps) -> Option<Self> {
        let is_there = io::stdin().is_terminal() && io::stdout().is_terminal() && io::stderr().is_terminal();
        (is_there && !is_unwanted).then(|| Self::new(io::stdin().lock(), io::stderr(), steps))
    }
}

impl<'a, R: BufRead, W: Write> Console<'a, R, W> {
    fn new(reader: R, writer: W, steps: &'a Steps) -> Self {
        Self { reader, writer, steps, is_gone: false }
    }

    /// Shows a question and reads lines until `take` has nothing against one; `None` for an empty one, at the end of the input and
    /// after some that were wrong.
    fn ask<T>(&mut self, question: &str, open: &str, take: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        if self.is_gone {
            return None;
        }
        self.steps.clear();
        let mut prompt = format!("{question}\n[Enter: {}] ", safe_line(open));
        for _ in 0..TRIES {
            let shown = self.writer.write_all(prompt.as_bytes()).and_then(|()| self.writer.flush());
            let mut line = String::new();
            let read = shown.and_then(|()| self.reader.read_line(&mut line));
            if !matches!(read, Ok(1..)) {
                self.is_gone = true;
                let _ = writeln!(self.writer);
                return None;
            }
            let answer = line.trim();
            if answer.is_empty() {
                return None;
            }
            match take(answer) {
                Ok(taken) => return Some(taken),
                Err(why) => prompt = format!("{}: {} ", safe_line(answer), safe_line(&why)),
            }
        }
        let _ = writeln!(self.writer, "left open");
        None
    }
}

impl<R: BufRead, W: Write> Asks for Console<'_, R, W> {
    fn choose(&mut self, question: &str, options: &[String], open: &str) -> Option<usize> {
        let listed = options.iter().enumerate();
        let listed: String =
            listed.map(|(at, option)| format!("\n  {}  {}", at + 1, safe_line(option))).collect();
        self.ask(&format!("{}{listed}", safe_line(question)), open, |answer| {
            let by_number = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let by_name = || options.iter().position(|option| option == answer);
            // What is called 2 may stand in another place.
            by_name()
                .or(by_number.filter(|at| *at < options.len()))
                .ok_or_else(|| format!("a number from 1 to {} is needed", options.len()))
        })
    }

    fn word(
        &mut self,
        question: &str,
        open: &str,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        self.ask(&safe_line(question), open, |answer| check(answer).map(|()| answer.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unseen() -> Steps {
        Steps::new(true)
    }

    fn console<'a>(answers: &'a str, steps: &'a Steps) -> Console<'a, &'a [u8], Vec<u8>> {
        Console::new(answers.as_bytes(), Vec::new(), steps)
    }

    fn shown(console: &Console<'_, &[u8], Vec<u8>>) -> String {
        String::from_utf8(console.writer.clone()).unwrap()
    }

    #[test]
    fn one_of_several() {
        let options = ["alpha".to_owned(), "beta".to_owned()];
        for (answers, expected) in [
            ("1\n", Some(0)),
            (" 2 \n", Some(1)),
            ("beta\n", Some(1)),
            ("\n2\n", None),
            ("", None),
            ("0\n3\n2\n", Some(1)),
            ("x\nx\nx\n1\n", None),
        ] {
            let steps = unseen();
            let mut console = console(answers, &steps);
            assert_eq!(console.choose("Which?", &options, "none"), expected, "{answers:?}");
            assert!(shown(&console).starts_with("Which?\n  1  alpha\n  2  beta\n[Enter: none] "));
        }
    }

    #[test]
    fn a_word_is_checked_and_nobody_is_asked_twice_who_has_gone() {
        let steps = unseen();
        let mut console = console("noon\n+01:00\n", &steps);
        let check = |word: &str| if word.starts_with('+') { Ok(()) } else { Err("not so".to_owned()) };
        assert_eq!(console.word("Zone?", "none", &check).as_deref(), Some("+01:00"));
        assert!(shown(&console).contains("noon: not so "));
        assert_eq!(console.word("Another?", "none", &check), None);
        assert_eq!(console.word("And this?", "none", &check), None);
        assert!(!shown(&console).contains("And this?"));
    }

    #[test]
    fn names_do_not_reach_the_terminal_as_they_are() {
        let steps = unseen();
        let mut console = console("1\n", &steps);
        console.choose("\u{1b}[2J?", &["\u{1b}]0;x\u{7}".to_owned()], "none");
        assert!(!shown(&console).contains('\u{1b}'), "{:?}", shown(&console));
    }
}
