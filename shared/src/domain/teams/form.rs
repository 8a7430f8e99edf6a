//! Forming teams of the drivers of one class: skill balanced, availability shared. The same drivers and seed always give
//! the same teams.
//!
//! What a team costs, in thousandths: how far its mean experience is from that of all; the part of the race that two of
//! its drivers, on average, cannot both drive; and three times the part of the race that none of them can drive. Sizes
//! are as even as can be, so that only who is in which team is left to decide: by trying all ways where there are few
//! (the result is the best there is), else by swapping drivers, from several beginnings, while that makes it cheaper.

/// A driver to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Experience, 1 to 5.
    pub skill: u8,
    /// The slots of the race that they can drive.
    pub free: u128,
}

/// How many drivers a team has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// At least, from 1.
    pub least: usize,
    /// At most, not fewer.
    pub most: usize,
}

/// Teams, as places in the list of candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formed {
    /// The drivers of each team, in order of arrival.
    pub teams: Vec<Vec<usize>>,
    /// Who could not be placed without breaking the sizes: the last to arrive.
    pub unplaced: Vec<usize>,
    /// Whether there is no better way.
    pub best: bool,
}

/// All ways are tried if there are no more than this.
const WAYS_TRIED: u128 = 6000;
/// Beginnings from which swapping is tried.
const BEGINNINGS: usize = 6;
/// Swaps looked at altogether: bounds the time for a large class.
const SWAPS: usize = 300_000;

/// Forms teams of `candidates`, who are in order of arrival, for a race of `slots` slots.
#[must_use]
pub fn form(candidates: &[Candidate], slots: u32, sizes: Sizes, seed: u64) -> Formed {
    let shape = shape(candidates.len(), sizes);
    let placed: usize = shape.iter().sum();
    let mut random = Random(seed);
    let mut order: Vec<usize> = (0..placed).collect();
    random.shuffle(&mut order);
    let field = Field::new(candidates, placed, slots);
    let (best, mut teams) = if ways(&shape) <= WAYS_TRIED {
        (true, try_all(&field, &shape, &order))
    } else {
        (false, try_swaps(&field, &shape, &order, &mut random))
    };
    teams.iter_mut().for_each(|team| team.sort_unstable());
    teams.sort();
    Formed {
        teams,
        unplaced: (placed..candidates.len()).collect(),
        best,
    }
}

/// The sizes of the teams: as few teams as hold everybody, evenly filled; fewer where there are too few drivers for that.
#[must_use]
pub fn shape(drivers: usize, sizes: Sizes) -> Vec<usize> {
    let least = sizes.least.max(1);
    let most = sizes.most.max(least);
    let wanted = drivers.div_ceil(most);
    let count = wanted.min(drivers / least);
    if count == 0 {
        return Vec::new();
    }
    let placed = drivers.min(count * most);
    (0..count)
        .map(|n| placed / count + usize::from(n < placed % count))
        .collect()
}

/// What all teams together cost; less is better.
#[must_use]
pub fn cost(candidates: &[Candidate], slots: u32, teams: &[Vec<usize>]) -> u64 {
    let placed = teams.iter().map(Vec::len).sum();
    let field = Field::new(candidates, placed, slots);
    teams.iter().map(|team| field.cost(team)).sum()
}

/// The drivers to be placed, and what they are measured by.
struct Field<'a> {
    candidates: &'a [Candidate],
    skill: u64,
    placed: u64,
    slots: u32,
    all: u128,
}

impl<'a> Field<'a> {
    fn new(candidates: &'a [Candidate], placed: usize, slots: u32) -> Self {
        let slots = slots.clamp(1, 128);
        Self {
            candidates,
            skill: candidates.iter().take(placed).map(|c| u64::from(c.skill)).sum(),
            placed: placed as u64,
            slots,
            all: u128::MAX >> (128 - slots),
        }
    }

    fn cost(&self, team: &[usize]) -> u64 {
        let size = team.len() as u64;
        if size == 0 {
            return 0;
        }
        let of = |n: &usize| self.candidates[*n];
        let skill: u64 = team.iter().map(|n| u64::from(of(n).skill)).sum();
        let imbalance =
            1000 * (skill * self.placed).abs_diff(self.skill * size) / (size * self.placed.max(1));
        let covered = team.iter().fold(0, |all, n| all | of(n).free) & self.all;
        let uncovered = u64::from(self.slots - covered.count_ones());
        let (mut pairs, mut shared) = (0, 0);
        for (n, one) in team.iter().enumerate() {
            for other in &team[n + 1..] {
                pairs += 1;
                shared += u64::from((of(one).free & of(other).free & self.all).count_ones());
            }
        }
        let slots = u64::from(self.slots);
        let apart = if pairs == 0 {
            0
        } else {
            1000 - 1000 * shared / (pairs * slots)
        };
        imbalance + apart + 3000 * uncovered / slots
    }
}

/// In how many ways drivers can be shared among teams of these sizes.
fn ways(shape: &[usize]) -> u128 {
    let (mut ways, mut left) = (1_u128, shape.iter().sum::<usize>() as u128);
    let mut same = 0;
    for (n, size) in shape.iter().enumerate() {
        same = if n > 0 && shape[n - 1] == *size {
            same + 1
        } else {
            1
        };
        for place in 1..=*size as u128 {
            // Each product of consecutive numbers is divisible by its factorial, so nothing is lost.
            ways = ways.saturating_mul(left) / place;
            left -= 1;
        }
        // Teams of one size can change places. Kept as an upper bound where saturated.
        ways = if ways == u128::MAX { ways } else { ways / same };
        if ways > u128::from(u64::MAX) {
            return u128::MAX;
        }
    }
    ways
}

fn try_all(field: &Field<'_>, shape: &[usize], order: &[usize]) -> Vec<Vec<usize>> {
    let mut search = Search {
        field,
        shape,
        order,
        teams: vec![Vec::new(); shape.len()],
        best: None,
    };
    search.place(0, 0);
    search.best.map(|(_, teams)| teams).unwrap_or_default()
}

struct Search<'a> {
    field: &'a Field<'a>,
    shape: &'a [usize],
    order: &'a [usize],
    teams: Vec<Vec<usize>>,
    best: Option<(u64, Vec<Vec<usize>>)>,
}

impl Search<'_> {
    /// Tries the driver at `next` in each team; `spent` is what the full teams cost.
    fn place(&mut self, next: usize, spent: u64) {
        if self.best.as_ref().is_some_and(|(best, _)| *best <= spent) {
            return;
        }
        let Some(driver) = self.order.get(next) else {
            self.best = Some((spent, self.teams.clone()));
            return;
        };
        for team in 0..self.shape.len() {
            // Of empty teams of one size only the first is tried: the others would give the same teams again.
            let again = self.teams[team].is_empty()
                && (0..team).any(|n| self.teams[n].is_empty() && self.shape[n] == self.shape[team]);
            if self.teams[team].len() == self.shape[team] || again {
                continue;
            }
            self.teams[team].push(*driver);
            let full = self.teams[team].len() == self.shape[team];
            let cost = if full {
                self.field.cost(&self.teams[team])
            } else {
                0
            };
            self.place(next + 1, spent + cost);
            self.teams[team].pop();
        }
    }
}

fn try_swaps(field: &Field<'_>, shape: &[usize], order: &[usize], random: &mut Random) -> Vec<Vec<usize>> {
    let mut order = order.to_vec();
    let mut left = SWAPS;
    let mut best: Option<(u64, Vec<Vec<usize>>)> = None;
    for beginning in 0..BEGINNINGS {
        let mut teams = if beginning == 0 {
            let mut by_skill = order.clone();
            by_skill.sort_by_key(|n| std::cmp::Reverse(field.candidates[*n].skill));
            dealt(shape, &by_skill)
        } else {
            random.shuffle(&mut order);
            dealt(shape, &order)
        };
        let cost = improve(field, &mut teams, &mut left);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, teams));
        }
    }
    best.map(|(_, teams)| teams).unwrap_or_default()
}

/// Deals drivers to the teams, to and fro, so that the first team does not always get the better one.
fn dealt(shape: &[usize], order: &[usize]) -> Vec<Vec<usize>> {
    let mut teams = vec![Vec::new(); shape.len()];
    let mut drivers = order.iter();
    let mut forth = true;
    loop {
        let round: Vec<usize> = if forth {
            (0..shape.len()).collect()
        } else {
            (0..shape.len()).rev().collect()
        };
        forth = !forth;
        for team in round {
            if teams[team].len() < shape[team] {
                match drivers.next() {
                    Some(driver) => teams[team].push(*driver),
                    None => return teams,
                }
            }
        }
        if drivers.len() == 0 {
            return teams;
        }
    }
}

/// Swaps drivers of two teams while that makes them cheaper; returns what all cost then.
fn improve(field: &Field<'_>, teams: &mut [Vec<usize>], left: &mut usize) -> u64 {
    let mut costs: Vec<u64> = teams.iter().map(|team| field.cost(team)).collect();
    let mut better = true;
    while better && *left > 0 {
        better = false;
        for one in 0..teams.len() {
            for other in one + 1..teams.len() {
                for a in 0..teams[one].len() {
                    for b in 0..teams[other].len() {
                        *left = left.saturating_sub(1);
                        swap(teams, (one, a), (other, b));
                        let now = (field.cost(&teams[one]), field.cost(&teams[other]));
                        if now.0 + now.1 < costs[one] + costs[other] {
                            (costs[one], costs[other]) = now;
                            better = true;
                        } else {
                            swap(teams, (one, a), (other, b));
                        }
                    }
                }
            }
        }
    }
    costs.iter().sum()
}

fn swap(teams: &mut [Vec<usize>], (one, a): (usize, usize), (other, b): (usize, usize)) {
    let driver = teams[one][a];
    teams[one][a] = teams[other][b];
    teams[other][b] = driver;
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014): the same numbers everywhere
/// for the same seed.
struct Random(u64);

impl Random {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn shuffle(&mut self, list: &mut [usize]) {
        for n in (1..list.len()).rev() {
            let other = usize::try_from(self.next() % (n as u64 + 1)).unwrap_or(0);
            list.swap(n, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn field(most: usize) -> impl Strategy<Value = Vec<Candidate>> {
        let one = (1..=5_u8, 0..(1_u128 << 12)).prop_map(|(skill, free)| Candidate { skill, free });
        prop::collection::vec(one, 0..=most)
    }

    /// The least cost of all ways to give each driver one of the teams, tried without any cleverness.
    fn brute(candidates: &[Candidate], shape: &[usize]) -> u64 {
        let placed: usize = shape.iter().sum();
        let mut least = u64::MAX;
        for code in 0..shape.len().pow(u32::try_from(placed).unwrap()) {
            let mut teams = vec![Vec::new(); shape.len()];
            let mut rest = code;
            for driver in 0..placed {
                teams[rest % shape.len()].push(driver);
                rest /= shape.len();
            }
            if teams.iter().map(Vec::len).eq(shape.iter().copied()) {
                least = least.min(cost(candidates, 12, &teams));
            }
        }
        least
    }

    #[test]
    fn the_sizes_are_even() {
        let sizes = Sizes { least: 3, most: 4 };
        assert_eq!(shape(12, sizes), [4, 4, 4]);
        assert_eq!(shape(10, sizes), [4, 3, 3]);
        assert_eq!(shape(5, sizes), [4]);
        assert_eq!(shape(2, sizes), Vec::<usize>::new());
        assert_eq!(shape(0, sizes), Vec::<usize>::new());
    }

    #[test]
    fn ways_are_counted() {
        assert_eq!(ways(&[]), 1);
        assert_eq!(ways(&[2, 2]), 3);
        assert_eq!(ways(&[3, 3, 3]), 280);
        assert_eq!(ways(&[4, 4, 4]), 5775);
        assert_eq!(ways(&[3, 2, 2]), 105);
        assert!(ways(&[4; 25]) > WAYS_TRIED);
    }

    #[test]
    fn swapping_finds_the_best_nearly_always_and_never_much_less() {
        let mut random = Random(7);
        let (mut found, mut worst) = (0, 0.0_f64);
        for _ in 0..200 {
            let candidates: Vec<Candidate> = (0..9)
                .map(|_| Candidate {
                    skill: u8::try_from(random.next() % 5).unwrap() + 1,
                    free: u128::from(random.next() % (1 << 12)),
                })
                .collect();
            let (shape, order): (Vec<usize>, Vec<usize>) = (vec![3, 3, 3], (0..9).collect());
            let field = Field::new(&candidates, 9, 12);
            let swapped = try_swaps(&field, &shape, &order, &mut Random(1));
            let best = try_all(&field, &shape, &order);
            let (got, least) = (cost(&candidates, 12, &swapped), cost(&candidates, 12, &best));
            assert!(got >= least);
            found += u32::from(got == least);
            worst = worst.max(got as f64 / least as f64);
        }
        assert!(found >= 180, "{found} of 200");
        assert!(worst < 1.1, "{worst}");
    }

    proptest! {
        #[test]
        fn everybody_is_placed_once_or_named(candidates in field(40), least in 1..6_usize, more in 0..4_usize, seed: u64) {
            let sizes = Sizes { least, most: least + more };
            let formed = form(&candidates, 12, sizes, seed);
            let all: Vec<usize> = formed.teams.iter().flatten().chain(&formed.unplaced).copied().collect();
            prop_assert_eq!(all.len(), candidates.len());
            prop_assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), candidates.len());
            for team in &formed.teams {
                prop_assert!((sizes.least..=sizes.most).contains(&team.len()));
            }
            // Nobody is left out who would fit.
            let room = formed.teams.iter().any(|team| team.len() < sizes.most);
            prop_assert!(formed.unplaced.is_empty() || (!room && formed.unplaced.len() < least) || formed.teams.is_empty());
        }

        #[test]
        fn the_same_seed_gives_the_same_teams(candidates in field(30), seed: u64) {
            let sizes = Sizes { least: 2, most: 4 };
            prop_assert_eq!(form(&candidates, 12, sizes, seed), form(&candidates, 12, sizes, seed));
        }

        #[test]
        fn small_fields_are_shared_as_well_as_can_be(candidates in field(7), least in 1..4_usize, seed: u64) {
            let sizes = Sizes { least, most: least + 1 };
            let formed = form(&candidates, 12, sizes, seed);
            prop_assert!(formed.best);
            if !formed.teams.is_empty() {
                let shape = shape(candidates.len(), sizes);
                prop_assert_eq!(cost(&candidates, 12, &formed.teams), brute(&candidates, &shape));
            }
        }
    }
}
