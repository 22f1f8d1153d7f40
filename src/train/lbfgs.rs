//! The minimum of a smooth function by L-BFGS: the two-loop recursion of Nocedal 1980 ("Updating quasi-Newton
//! matrices with limited storage"), scaled as in Liu & Nocedal 1989 ("On the limited memory BFGS method for large
//! scale optimization"). Knows nothing of what is minimised. Numbers are f32, sums over them f64, in one order.

use std::collections::VecDeque;

use ndarray::{Array2, Zip};

/// Steps remembered. Liu & Nocedal found 3 to 7 enough; a few more cost nothing beside the objective.
const MEMORY: usize = 8;

/// The share of the promised descent that a step must bring (Armijo), and how often it is halved for that.
const SUFFICIENT: f64 = 1e-4;
const HALVINGS: u32 = 20;

/// How many small gains in a row are the end. One is none: the first step, before the scale is known, is short.
const SMALL_GAINS: usize = 2;

/// When to be content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    /// No part of the gradient is larger than this, or
    pub(crate) gradient: f64,
    /// the last steps, some in a row, each lowered the value by no more than this share of it, or
    pub(crate) gain: f64,
    /// so many steps were made.
    pub(crate) steps: usize,
}

/// A step and how the gradient changed along it.
struct Pair {
    step: Array2<f32>,
    change: Array2<f32>,
    /// 1 / (step · change)
    inverse: f64,
}

/// Where the value of `objective` is least, from `start` on. The objective returns its value at a point and fills
/// in the gradient, which has the shape of `start`; it is convex, or what is found is a valley near `start`.
pub(crate) fn minimise(
    start: Array2<f32>,
    stop: Stop,
    mut objective: impl FnMut(&Array2<f32>, &mut Array2<f32>) -> f64,
) -> Array2<f32> {
    let mut point = start;
    let mut gradient = Array2::zeros(point.raw_dim());
    let mut value = objective(&point, &mut gradient);
    let mut trial_gradient = gradient.clone();
    let mut pairs: VecDeque<Pair> = VecDeque::with_capacity(MEMORY);
    let mut small_gains = 0;
    for _ in 0..stop.steps {
        let largest = gradient
            .iter()
            .fold(0.0_f64, |most, part| most.max(f64::from(part.abs())));
        if largest <= stop.gradient {
            break;
        }
        let direction = direction(&gradient, &pairs);
        let slope = dot(&direction, &gradient);
        // Without memory nothing is known of the scale: the first step has length 1 at most.
        let mut length = if pairs.is_empty() {
            (1.0 / (-slope).sqrt()).min(1.0)
        } else {
            1.0
        };
        let mut found = None;
        for _ in 0..HALVINGS {
            let mut trial = point.clone();
            trial.scaled_add(length as f32, &direction);
            let trial_value = objective(&trial, &mut trial_gradient);
            if trial_value <= value + SUFFICIENT * length * slope {
                found = Some((trial, trial_value));
                break;
            }
            length /= 2.0;
        }
        // No step goes down: f32 can tell no lower point from this one.
        let Some((trial, trial_value)) = found else { break };
        remember(&mut pairs, &trial - &point, &trial_gradient - &gradient);
        let gain = value - trial_value;
        (point, value) = (trial, trial_value);
        std::mem::swap(&mut gradient, &mut trial_gradient);
        small_gains = if gain <= stop.gain * value.abs() {
            small_gains + 1
        } else {
            0
        };
        if small_gains == SMALL_GAINS {
            break;
        }
    }
    point
}

/// A pair without curvature would break the recursion and is left out.
fn remember(pairs: &mut VecDeque<Pair>, step: Array2<f32>, change: Array2<f32>) {
    let curvature = dot(&step, &change);
    if curvature <= f64::from(f32::EPSILON) * dot(&change, &change) {
        return;
    }
    if pairs.len() == MEMORY {
        pairs.pop_front();
    }
    pairs.push_back(Pair {
        step,
        change,
        inverse: 1.0 / curvature,
    });
}

/// Minus the gradient, times the inverse Hessian as far as the pairs know it.
fn direction(gradient: &Array2<f32>, pairs: &VecDeque<Pair>) -> Array2<f32> {
    let mut direction = gradient.mapv(|part| -part);
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = pair.inverse * dot(&pair.step, &direction);
        direction.scaled_add(-share as f32, &pair.change);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = 1.0 / (last.inverse * dot(&last.change, &last.change));
        direction.mapv_inplace(|part| part * scale as f32);
    }
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let back = pair.inverse * dot(&pair.change, &direction);
        direction.scaled_add((share - back) as f32, &pair.step);
    }
    direction
}

fn dot(a: &Array2<f32>, b: &Array2<f32>) -> f64 {
    Zip::from(a)
        .and(b)
        .fold(0.0, |sum, a, b| sum + f64::from(*a) * f64::from(*b))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    const TIGHT: Stop = Stop {
        gradient: 1e-6,
        gain: 0.0,
        steps: 500,
    };

    #[test]
    fn a_long_narrow_bowl() {
        // (x - 3)² + 1000 (y + 2)², with its minimum at 3, -2.
        let found = minimise(array![[0.0, 0.0]], TIGHT, |point, gradient| {
            let (x, y) = (point[[0, 0]] - 3.0, point[[0, 1]] + 2.0);
            gradient.assign(&array![[2.0 * x, 2000.0 * y]]);
            f64::from(x * x) + 1000.0 * f64::from(y * y)
        });
        assert!(
            (&found - &array![[3.0, -2.0]]).iter().all(|off| off.abs() < 1e-4),
            "{found}"
        );
    }

    #[test]
    fn the_bent_valley_of_rosenbrock() {
        // 100 (y - x²)² + (1 - x)², with its minimum at 1, 1; not convex.
        let found = minimise(array![[-1.2, 1.0]], TIGHT, |point, gradient| {
            let (x, y) = (point[[0, 0]], point[[0, 1]]);
            let (bend, rest) = (y - x * x, 1.0 - x);
            gradient.assign(&array![[-400.0 * x * bend - 2.0 * rest, 200.0 * bend]]);
            100.0 * f64::from(bend).powi(2) + f64::from(rest).powi(2)
        });
        assert!(
            (&found - &array![[1.0, 1.0]]).iter().all(|off| off.abs() < 2e-3),
            "{found}"
        );
    }

    #[test]
    fn a_short_first_step_is_not_the_end() {
        // 1 + (x - 3)² / 10000: the first step is as long as the gradient, which is next to nothing.
        let stop = Stop { gain: 1e-6, ..TIGHT };
        let found = minimise(array![[0.0]], stop, |point, gradient| {
            let off = point[[0, 0]] - 3.0;
            gradient[[0, 0]] = 2e-4 * off;
            1.0 + 1e-4 * f64::from(off).powi(2)
        });
        assert!((found[[0, 0]] - 3.0).abs() < 0.01, "{found}");
    }

    #[test]
    fn a_minimum_is_left_alone() {
        let mut calls = 0;
        let found = minimise(array![[0.0]], TIGHT, |point, gradient| {
            calls += 1;
            gradient.assign(&point.mapv(|x| 2.0 * x));
            f64::from(point[[0, 0]].powi(2))
        });
        assert_eq!((found, calls), (array![[0.0]], 1));
    }
}
