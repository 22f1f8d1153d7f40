//! Why there is no answer to a lookup, in words for agents and the trace. Pure; knows nothing of customers: no value of a
//! request or an answer is in them.

use std::time::Duration;

use thiserror::Error;

use crate::connect::answer::AnswerError;
use crate::connect::template::FillError;
use crate::egress::client::SendError;
use crate::egress::guard::UrlError;

/// How one attempt failed. Each goes on from the connector's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum Failure {
    /// 5xx or 429, where the lookup says nothing else of it.
    #[error("answered {0}")]
    Busy(u16),
    #[error("did not answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// Refused, reset, closed, unknown.
    #[error("did not answer: {0}")]
    Silent(String),
    #[error("answered {0}, a redirect, and redirects are not followed")]
    Redirect(u16),
    #[error("answered with more than {0} bytes")]
    TooLong(usize),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error("cannot be asked: {0}")]
    Refused(#[from] UrlError),
    #[error("cannot be asked: {0}")]
    Fill(#[from] FillError),
}

impl Failure {
    /// `timeout` is how long was waited.
    pub(super) fn of_sending(error: SendError, timeout: Duration) -> Self {
        match error {
            SendError::Refused(error) => Self::Refused(error),
            SendError::TimedOut => Self::TimedOut(timeout),
            SendError::Failed(reason) => Self::Silent(reason),
        }
    }

    /// Whether the system is in trouble, which may pass: such an attempt is repeated, and counts for the breaker. After
    /// all else the same question would get the same answer.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Busy(_) | Self::TimedOut(_) | Self::Silent(_) => true,
            Self::Redirect(_) | Self::TooLong(_) | Self::Answer(_) | Self::Refused(_) | Self::Fill(_) => {
                false
            }
        }
    }
}

/// What ended the attempts, if not the last answer itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The last attempt allowed, or one whose failure will not pass.
    LastAttempt,
    /// Time for another would have gone beyond this deadline.
    Deadline(Duration),
    /// The breaker keeps others away for so long.
    Paused(Duration),
}

/// All of it in a sentence: `shop answered 503 three times`.
pub(super) fn problem(connector: &str, failures: &[Failure], end: End) -> String {
    let tried = match failures {
        [] => String::new(),
        [failure] => failure.to_string(),
        [first, rest @ ..] if rest.iter().all(|failure| failure == first) => {
            format!("{first} {}", times(failures.len()))
        }
        [.., last] => format!("failed {}, and at last {last}", times(failures.len())),
    };
    let ended = match end {
        End::LastAttempt => String::new(),
        End::Deadline(deadline) => {
            format!("{} s were not enough for another attempt", deadline.as_secs_f64())
        }
        End::Paused(left) => format!(
            "after many failures in a row it is left alone for another {} s",
            left.as_secs().max(1)
        ),
    };
    match (tried.as_str(), ended.as_str()) {
        (tried, "") => format!("{connector} {tried}"),
        ("", ended) => format!("{connector} was not asked: {ended}"),
        (tried, ended) => format!("{connector} {tried}; {ended}"),
    }
}

fn times(count: usize) -> String {
    const WORDS: [&str; 11] = [
        "", "once", "twice", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    match WORDS.get(count) {
        Some(word) if count <= 2 => (*word).to_owned(),
        Some(word) => format!("{word} times"),
        None => format!("{count} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_sentence() {
        let second = Duration::from_secs(1);
        let (busy, slow) = (Failure::Busy(503), Failure::TimedOut(second * 2));
        let html = Failure::Answer(AnswerError::Type("text/html".to_owned()));
        let closed = Failure::Silent("connection closed".to_owned());
        for (failures, end, expected) in [
            (vec![busy.clone()], End::LastAttempt, "shop answered 503"),
            (
                vec![busy.clone(); 3],
                End::LastAttempt,
                "shop answered 503 three times",
            ),
            (
                vec![html],
                End::LastAttempt,
                "shop answered with text/html, not JSON",
            ),
            (
                vec![slow.clone(); 2],
                End::LastAttempt,
                "shop did not answer within 2 s twice",
            ),
            (
                vec![busy.clone(), closed],
                End::LastAttempt,
                "shop failed twice, and at last did not answer: connection closed",
            ),
            (
                vec![busy.clone()],
                End::Deadline(Duration::from_millis(1500)),
                "shop answered 503; 1.5 s were not enough for another attempt",
            ),
            (
                vec![],
                End::Paused(second * 30),
                "shop was not asked: after many failures in a row it is left alone for another 30 s",
            ),
            (
                vec![busy],
                End::Paused(second / 2),
                "shop answered 503; after many failures in a row it is left alone for another 1 s",
            ),
        ] {
            assert_eq!(problem("shop", &failures, end), expected);
        }
        assert_eq!(times(1), "once");
        assert_eq!(times(10), "ten times");
        assert_eq!(times(11), "11 times");
    }
}
