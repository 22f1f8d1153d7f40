//! Messages out of lines: as they are, or as JSON objects with a `text`. Knows nothing of models.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::Path;
use std::str::Utf8Error;
use std::thread;

use anyhow::Context;
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::cli::failure::CliError;
use crate::cli::output::Output;
use crate::domain::message::InvalidText;
use crate::domain::reading::Fault;

/// Lines read ahead of those under way.
const READ_AHEAD: usize = 256;

/// Longest line taken: a message of the longest text, every character of it written as a JSON escape, fits well.
const LINE_BYTES_MAX: usize = 256 * 1024;

/// A line that gave no verdict; printed behind its number.
#[derive(Debug, Error)]
pub(crate) enum BrokenLine {
    #[error("has more than {LINE_BYTES_MAX} bytes; split it into several messages")]
    TooLong,
    #[error("is not UTF-8: {0}; convert the file, with iconv for example")]
    NotUtf8(#[from] Utf8Error),
    #[error("begins like JSON and is no object with a string `text`: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("cannot be a message: {0}")]
    NoMessage(#[from] InvalidText),
    #[error("could not be classified: {0}")]
    Fault(#[from] Fault),
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

#[derive(Debug)]
pub(crate) struct Line {
    /// Counts from 1; blank lines count and are passed over.
    pub(crate) number: u64,
    pub(crate) text: Result<String, BrokenLine>,
}

/// A message as a JSON line has it; what else stands there is not ours.
#[derive(Deserialize)]
struct Row {
    text: String,
}

/// The file, or standard input when none is named.
pub(crate) fn open(file: Option<&Path>, output: &Output) -> Result<Box<dyn Read + Send>, CliError> {
    match file {
        Some(path) => {
            let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()));
            let file = file.map_err(|error| CliError::Usage(format!("{error:#}")))?;
            Ok(Box::new(file))
        }
        None => {
            if io::stdin().is_terminal() {
                output.note("Reading messages from the terminal, one a line; Ctrl-D ends.");
            }
            Ok(Box::new(io::stdin()))
        }
    }
}

/// Reads on a thread of its own, which is not waited for: nothing can interrupt it while it waits for a terminal.
pub(crate) fn of(source: impl Read + Send + 'static) -> io::Result<ReceiverStream<Line>> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    thread::Builder::new().name("lines".to_owned()).spawn(move || {
        let mut source = BufReader::new(source);
        for number in 1.. {
            let text = match read_line(&mut source) {
                Ok(bytes) if bytes.is_empty() => return,
                Ok(bytes) if bytes.trim_ascii().is_empty() => continue,
                Ok(bytes) => text_of(&bytes),
                Err(error) => Err(error.into()),
            };
            let last = matches!(text, Err(BrokenLine::Unreadable(_)));
            // Whoever listened may have gone: then nobody needs the rest.
            if sender.blocking_send(Line { number, text }).is_err() || last {
                return;
            }
        }
    })?;
    Ok(ReceiverStream::new(receiver))
}

/// Empty at the end. No more than the limit and one byte are kept of a line; the rest is skipped.
fn read_line(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let limit = LINE_BYTES_MAX as u64 + 1;
    source.by_ref().take(limit).read_until(b'\n', &mut line)?;
    if line.len() > LINE_BYTES_MAX && line.last() != Some(&b'\n') {
        source.skip_until(b'\n')?;
    }
    Ok(line)
}

fn text_of(line: &[u8]) -> Result<String, BrokenLine> {
    if line.len() > LINE_BYTES_MAX {
        return Err(BrokenLine::TooLong);
    }
    let line = str::from_utf8(line)?.trim_start_matches('\u{feff}').trim();
    if line.starts_with('{') {
        let row: Row = serde_json::from_str(line)?;
        return Ok(row.text);
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_or_json() {
        for (line, expected) in [
            ("where is it\r\n", "where is it"),
            ("{\"text\": \"a\\nb\", \"id\": 7}", "a\nb"),
            ("\u{feff}first line of a file", "first line of a file"),
            ("[not json]", "[not json]"),
        ] {
            assert_eq!(text_of(line.as_bytes()).unwrap(), expected);
        }
        assert!(matches!(text_of(b"\xff\xfe"), Err(BrokenLine::NotUtf8(_))));
        assert!(matches!(text_of(b"{\"text\": 7}"), Err(BrokenLine::NotJson(_))));
        assert!(matches!(text_of(b"{oops"), Err(BrokenLine::NotJson(_))));
    }

    #[test]
    fn a_long_line_is_cut_off_and_the_next_is_whole() {
        let text = format!("{}\nnext\n", "x".repeat(3 * LINE_BYTES_MAX));
        let mut source = BufReader::new(text.as_bytes());
        let long = read_line(&mut source).unwrap();
        assert!(matches!(text_of(&long), Err(BrokenLine::TooLong)));
        assert_eq!(read_line(&mut source).unwrap(), b"next\n");
        assert!(read_line(&mut source).unwrap().is_empty());
    }
}
