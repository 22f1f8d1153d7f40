//! The binomial distribution, exact: tails by summing their terms, and the bound that follows.

/// How many halvings find a bound: more than an f64 between 0 and 1 has bits.
const HALVINGS: usize = 60;

/// The chance of at most `wrong` in `drawn` when each is wrong with chance `p`, 0 to 1.
///
/// Terms are taken as logarithms, each from the one before it, so that none underflows.
pub(crate) fn at_most(wrong: usize, drawn: usize, p: f64) -> f64 {
    if wrong >= drawn || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    let odds = (p / (1.0 - p)).ln();
    let mut term = drawn as f64 * (-p).ln_1p();
    let mut sum = term.exp();
    for count in 0..wrong {
        term += ((drawn - count) as f64 / (count + 1) as f64).ln() + odds;
        sum += term.exp();
    }
    sum.min(1.0)
}

/// The chance of at least `wrong` in `drawn`.
pub(crate) fn at_least(wrong: usize, drawn: usize, p: f64) -> f64 {
    // "At least so many wrong" is "at most the others right", which has no difference that could cancel.
    if wrong > drawn {
        0.0
    } else {
        at_most(drawn - wrong, drawn, 1.0 - p)
    }
}

/// The exact upper confidence bound of a share (Clopper & Pearson 1934, "The Use of Confidence or Fiducial Limits
/// Illustrated in the Case of the Binomial"): the share at which as few as `wrong` in `drawn` would turn up with
/// chance `1 - confidence`. 1 when nothing was drawn. Rounded up, never down.
pub(crate) fn upper_bound(wrong: usize, drawn: usize, confidence: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if at_most(wrong, drawn, middle) > 1.0 - confidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tails_by_hand() {
        let table = [
            (0, 2, 0.5, 0.25),
            (1, 2, 0.5, 0.75),
            (2, 2, 0.5, 1.0),
            (1, 3, 0.1, 0.729 + 0.243),
            (0, 0, 0.3, 1.0),
            (0, 5, 0.0, 1.0),
            (4, 5, 1.0, 0.0),
        ];
        for (wrong, drawn, p, expected) in table {
            let found = at_most(wrong, drawn, p);
            assert!(
                (found - expected).abs() < 1e-12,
                "{wrong} of {drawn} at {p}: {found}"
            );
        }
        assert!((at_least(2, 3, 0.1) - 0.028).abs() < 1e-12);
        assert_eq!((at_least(0, 3, 0.1), at_least(4, 3, 0.1)), (1.0, 0.0));
    }

    #[test]
    fn large_numbers_do_not_underflow() {
        // The median of a binomial is its mean: half lies at or below, give or take the middle term.
        let found = at_most(5_000, 100_000, 0.05);
        assert!((found - 0.5).abs() < 0.01, "{found}");
    }

    #[test]
    fn bounds_as_in_tables() {
        // Without a wrong one the bound is 1 - (1 - confidence)^(1/n): the "rule of three". The others are beta
        // quantiles: 0.95 of Beta(k + 1, n - k).
        for (wrong, drawn, expected) in [
            (0, 59, 1.0 - 0.05_f64.powf(1.0 / 59.0)),
            (0, 10, 1.0 - 0.05_f64.powf(0.1)),
            (1, 10, 0.394_163),
            (5, 100, 0.102_253),
            (10, 10, 1.0),
            (0, 0, 1.0),
        ] {
            let found = upper_bound(wrong, drawn, 0.95);
            assert!((found - expected).abs() < 1e-6, "{wrong} of {drawn}: {found}");
        }
    }

    proptest! {
        #[test]
        fn the_bound_covers(drawn in 1..200_usize, p in 0.001..0.999_f64, confidence in 0.5..0.99_f64) {
            // Over all outcomes, the chance that the bound falls below the truth is at most 1 - confidence.
            let mut below = 0.0;
            for wrong in 0..=drawn {
                if upper_bound(wrong, drawn, confidence) >= p {
                    break;
                }
                below = at_most(wrong, drawn, p);
            }
            prop_assert!(below <= 1.0 - confidence + 1e-9, "{below}");
        }
    }
}
