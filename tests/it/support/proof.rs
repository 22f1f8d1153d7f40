//! What the proofs share: a short form for every run, a long one that is asked for, and one line of JSON that says what
//! came of it. docs/PROOF.md has the commands.

use serde_json::Value;

/// Whether the long form was asked for, with `PROOF=long`.
pub(crate) fn is_long() -> bool {
    variable("PROOF").is_some_and(|form| form == "long")
}

/// How many: as `POINTS` says, or else as the form has it.
pub(crate) fn points(short: usize, long: usize) -> usize {
    let asked = variable("POINTS").map(|text| text.parse().expect("POINTS is a number"));
    asked.unwrap_or(if is_long() { long } else { short })
}

/// The one seed to play, where `SEED` names it.
pub(crate) fn seed() -> Option<u64> {
    variable("SEED").map(|text| text.parse().expect("SEED is a number"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is started by make or by hand, with no configuration"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The figures of a proof, to be seen with `--no-capture`.
pub(crate) fn print(summary: &Value) {
    eprintln!("{summary}");
}

/// A small seeded generator (SplitMix64, Steele et al. 2014): the same choices on every run.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Evenly below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).expect("an index")]
    }
}

/// The value below which so many of a hundred lie; 0 without any.
pub(crate) fn percentile(values: &[u64], percent: usize) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1);
    sorted.get((last * percent).div_ceil(100)).copied().unwrap_or(0)
}
