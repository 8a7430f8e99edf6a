//! Who drives when: the search behind a stint plan.
//!
//! The race is cut into stints; each goes to a driver who is free, has rested, and has not driven too many in a row, or
//! to nobody. Less is better, in this order: stints that nobody drives, the sum of the squares of the drivers' numbers of
//! stints (least where all drive alike), changes of driver. All partial plans that differ in what matters later are
//! followed side by side, so the result is the best there is unless there were more of them than can be followed.

use std::collections::HashMap;

/// What is to be shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// For each stint, in minutes from the start: from, to.
    pub stints: Vec<(i64, i64)>,
    /// For each driver, which stints they can drive.
    pub free: Vec<Vec<bool>>,
    /// Shortest rest between two turns of a driver, in minutes.
    pub rest_min: i64,
    /// Most stints that a driver drives in a row, from 1.
    pub in_a_row: u32,
}

/// A sharing out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// For each stint, who drives it, as a place in the list of drivers.
    pub drivers: Vec<Option<usize>>,
    /// Whether there is no better one.
    pub best: bool,
}

/// What a sharing out costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Stints that nobody drives.
    pub open: u32,
    /// Sum of the squares of the drivers' numbers of stints.
    pub unfair: u32,
    /// Changes of driver.
    pub changes: u32,
}

/// Steps looked at altogether: bounds the time.
const STEPS: usize = 100_000;

/// Shares out the stints.
#[must_use]
pub fn share(task: &Task) -> Shared {
    let width = (STEPS / (task.stints.len() * task.free.len()).max(1)).clamp(60, 4000);
    let mut best = true;
    let mut states = vec![State::start(task.free.len())];
    for stint in 0..task.stints.len() {
        let mut next: HashMap<Key, State> = HashMap::new();
        for state in &states {
            for driver in (0..task.free.len()).map(Some).chain([None]) {
                let Some(after) = state.after(task, stint, driver) else {
                    continue;
                };
                let better = next
                    .get(&after.key)
                    .is_none_or(|other| (after.cost, &after.drivers) < (other.cost, &other.drivers));
                if better {
                    next.insert(after.key.clone(), after);
                }
            }
        }
        states = next.into_values().collect();
        // In an order of its own: the map's differs from run to run.
        states.sort_by(|a, b| (a.cost, &a.drivers).cmp(&(b.cost, &b.drivers)));
        if states.len() > width {
            best = false;
            states.truncate(width);
        }
    }
    let drivers = states
        .into_iter()
        .next()
        .map(|state| state.drivers)
        .unwrap_or_default();
    Shared { drivers, best }
}

/// What a sharing out costs; nothing if it breaks a rule.
#[must_use]
pub fn cost(task: &Task, drivers: &[Option<usize>]) -> Option<Cost> {
    let mut state = State::start(task.free.len());
    for (stint, driver) in drivers.iter().enumerate() {
        state = state.after(task, stint, *driver)?;
    }
    Some(state.cost)
}

/// What matters for the stints to come: partial plans that agree in it have the same future.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    last: Option<usize>,
    in_a_row: u32,
    counts: Vec<u32>,
    /// When each driver's last turn ended, if that still matters.
    ended: Vec<Option<i64>>,
}

#[derive(Clone, Debug)]
struct State {
    key: Key,
    cost: Cost,
    drivers: Vec<Option<usize>>,
}

impl State {
    fn start(drivers: usize) -> Self {
        Self {
            key: Key {
                last: None,
                in_a_row: 0,
                counts: vec![0; drivers],
                ended: vec![None; drivers],
            },
            cost: Cost::default(),
            drivers: Vec::new(),
        }
    }

    /// The state with the next stint given to `driver`; nothing if that breaks a rule.
    fn after(&self, task: &Task, stint: usize, driver: Option<usize>) -> Option<Self> {
        let (from, to) = *task.stints.get(stint)?;
        let mut next = self.clone();
        next.drivers.push(driver);
        let Some(driver) = driver else {
            next.cost.open += 1;
            next.key.last = None;
            next.key.in_a_row = 0;
            return Some(next);
        };
        if !*task.free.get(driver)?.get(stint)? {
            return None;
        }
        if self.key.last == Some(driver) {
            if self.key.in_a_row >= task.in_a_row {
                return None;
            }
            next.key.in_a_row += 1;
        } else {
            if self.key.ended[driver].is_some_and(|ended| from - ended < task.rest_min) {
                return None;
            }
            next.key.in_a_row = 1;
            next.cost.changes += u32::from(stint > 0);
        }
        // Of a square to the next the difference is 2n + 1.
        next.cost.unfair += 2 * next.key.counts[driver] + 1;
        next.key.counts[driver] += 1;
        next.key.last = Some(driver);
        next.key.ended[driver] = Some(to);
        for ended in &mut next.key.ended {
            if ended.is_some_and(|ended| to - ended >= task.rest_min) {
                *ended = None;
            }
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn task(stints: usize, drivers: usize) -> impl Strategy<Value = Task> {
        let free = prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.75), stints), drivers);
        (free, 0..150_i64, 1..4_u32).prop_map(move |(free, rest_min, in_a_row)| Task {
            stints: (0..stints as i64).map(|n| (60 * n, 60 * (n + 1))).collect(),
            free,
            rest_min,
            in_a_row,
        })
    }

    /// The best of all sharings, tried one by one and judged by rules written anew.
    fn brute(task: &Task) -> Cost {
        let drivers = task.free.len();
        let mut best = None;
        for code in 0..(drivers + 1).pow(u32::try_from(task.stints.len()).unwrap()) {
            let mut rest = code;
            let plan: Vec<Option<usize>> = task
                .stints
                .iter()
                .map(|_| {
                    let digit = rest % (drivers + 1);
                    rest /= drivers + 1;
                    digit.checked_sub(1)
                })
                .collect();
            if let Some(cost) = judged(task, &plan) {
                best = Some(best.map_or(cost, |other: Cost| other.min(cost)));
            }
        }
        best.unwrap()
    }

    fn judged(task: &Task, plan: &[Option<usize>]) -> Option<Cost> {
        let mut turns: Vec<(usize, usize, usize)> = Vec::new();
        for (n, driver) in plan.iter().enumerate() {
            let Some(driver) = *driver else { continue };
            if !task.free[driver][n] {
                return None;
            }
            match turns.last_mut() {
                Some((who, _, end)) if *who == driver && *end == n => *end = n + 1,
                _ => turns.push((driver, n, n + 1)),
            }
        }
        for (n, (who, first, end)) in turns.iter().enumerate() {
            if end - first > task.in_a_row as usize {
                return None;
            }
            let before = turns[..n].iter().rev().find(|(other, ..)| other == who);
            if before.is_some_and(|(_, _, ended)| 60 * (*first as i64 - *ended as i64) < task.rest_min) {
                return None;
            }
        }
        let count = |driver| plan.iter().filter(|d| **d == Some(driver)).count() as u32;
        Some(Cost {
            open: plan.iter().filter(|d| d.is_none()).count() as u32,
            unfair: (0..task.free.len()).map(|d| count(d) * count(d)).sum(),
            changes: turns.iter().filter(|(_, first, _)| *first > 0).count() as u32,
        })
    }

    #[test]
    fn a_long_race_of_many_drivers_is_shared_fairly_in_bounded_time() {
        let task = Task {
            stints: (0..48).map(|n| (60 * n, 60 * (n + 1))).collect(),
            free: vec![vec![true; 48]; 6],
            rest_min: 120,
            in_a_row: 2,
        };
        let shared = share(&task);
        let found = cost(&task, &shared.drivers).unwrap();
        assert_eq!((found.open, found.unfair), (0, 6 * 64));
    }

    proptest! {
        #[test]
        fn small_races_are_shared_as_well_as_can_be(task in task(6, 3)) {
            let shared = share(&task);
            prop_assert!(shared.best);
            prop_assert_eq!(cost(&task, &shared.drivers), Some(brute(&task)));
            prop_assert_eq!(judged(&task, &shared.drivers), Some(brute(&task)));
        }

        #[test]
        fn the_same_race_is_shared_the_same(task in task(9, 4)) {
            prop_assert_eq!(share(&task), share(&task));
        }
    }
}
