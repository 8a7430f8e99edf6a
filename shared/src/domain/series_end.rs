//! The end of a series: who won what, counted from the results of its races.
//!
//! That a series is over is kept; its statistics are not: they are counted anew whenever they are shown, so that a corrected
//! result leaves nothing behind.

use super::event::EventKey;
use super::ids::{ClubId, GuildId, SeriesId, UserId};
use super::results::{PointsSystem, Posted, Results, SeriesTable, Standing, table};
use super::text::comparable;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// That a series is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesEnd {
    /// The club.
    pub club: ClubId,
    /// The series.
    pub series: SeriesId,
    /// Its last race when that was said: the receipt of the message lies beside it.
    pub last: EventKey,
    /// Who said so.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Where its statistics stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<Posted>,
    /// The guild in which they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<GuildId>,
    /// Counts the changes, from 1.
    pub version: u64,
}

impl SeriesEnd {
    /// Where its statistics stand in `guild`: a club that moved leaves them behind.
    #[must_use]
    pub fn posted_in(&self, guild: GuildId) -> Option<Posted> {
        self.posted.filter(|_| self.guild == Some(guild))
    }
}

/// Those who have the most of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Most {
    /// Their names, in alphabetical order.
    pub names: Vec<String>,
    /// How many each of them has.
    pub count: u32,
}

/// The champions of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Champions {
    /// The class's label.
    pub class: String,
    /// Who leads its table: several if they are level in everything.
    pub names: Vec<String>,
    /// Their points.
    pub points: u32,
}

/// A series in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesStatistics {
    /// Races with results.
    pub races: usize,
    /// Drivers who started at least once.
    pub drivers: usize,
    /// Starts of all of them together.
    pub starts: u32,
    /// How many of these did not reach the end.
    pub retired: u32,
    /// The champions, by class.
    pub champions: Vec<Champions>,
    /// Most wins; nothing if nobody has any. As all that follows, over all classes.
    pub wins: Option<Most>,
    /// Most podiums.
    pub podiums: Option<Most>,
    /// Most fastest laps.
    pub fastest: Option<Most>,
    /// Most starts.
    pub attendance: Option<Most>,
    /// How many started in every race.
    pub ever_present: usize,
}

/// A driver over all classes.
#[derive(Default)]
struct Driver {
    name: String,
    starts: u32,
    wins: u32,
    podiums: u32,
    fastest: u32,
}

/// The statistics that follow from a series' results, in any order.
#[must_use]
pub fn statistics(results: &[Results], points: &PointsSystem) -> SeriesStatistics {
    let table: SeriesTable = table(results, points);
    let mut drivers: BTreeMap<(Option<UserId>, String), Driver> = BTreeMap::new();
    let all = || table.classes.iter().flat_map(|class| class.drivers.iter());
    for standing in all() {
        let name = standing.user.is_none().then(|| comparable(&standing.name));
        let driver = drivers
            .entry((standing.user, name.unwrap_or_default()))
            .or_default();
        driver.name.clone_from(&standing.name);
        driver.starts += standing.starts;
        driver.wins += standing.wins;
        driver.podiums += standing.podiums;
        driver.fastest += standing.fastest;
    }
    let drivers: Vec<Driver> = drivers.into_values().collect();
    let races = u32::try_from(table.races).unwrap_or(u32::MAX);
    SeriesStatistics {
        races: table.races,
        drivers: table.drivers,
        starts: all().map(|one| one.starts).sum(),
        retired: all().map(|one| one.retired).sum(),
        champions: table
            .classes
            .iter()
            .filter_map(|class| champions(&class.label, &class.drivers))
            .collect(),
        wins: most(&drivers, |one| one.wins),
        podiums: most(&drivers, |one| one.podiums),
        fastest: most(&drivers, |one| one.fastest),
        attendance: most(&drivers, |one| one.starts),
        ever_present: drivers.iter().filter(|one| one.starts >= races).count(),
    }
}

fn champions(class: &str, drivers: &[Standing]) -> Option<Champions> {
    let first = drivers.first()?;
    let level = drivers.iter().filter(|one| one.place == first.place);
    Some(Champions {
        class: class.to_owned(),
        names: level.map(|one| one.name.clone()).collect(),
        points: first.points,
    })
}

fn most(drivers: &[Driver], of: impl Fn(&Driver) -> u32) -> Option<Most> {
    let count = drivers.iter().map(&of).max().filter(|count| *count > 0)?;
    let mut names: Vec<String> = drivers
        .iter()
        .filter(|one| of(one) == count)
        .map(|one| one.name.clone())
        .collect();
    names.sort_unstable();
    Some(Most { names, count })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures::event;
    use crate::domain::ids::EventId;
    use crate::domain::results::{Finish, Row};
    use crate::domain::series::ClassId;
    use proptest::prelude::*;

    fn points() -> PointsSystem {
        PointsSystem {
            places: vec![25, 18, 15],
            fastest: 1,
            best_of: 0,
        }
    }

    fn race(n: u64, rows: &[(&str, u64, Finish, bool)]) -> Results {
        let mut event = event("2026-11-28T13:00:00Z", 360);
        event.key.event = EventId::from_parts(n, 1);
        let row = |(class, user, finish, fastest): &(&str, u64, Finish, bool)| Row {
            user: (*user > 0).then_some(UserId(*user)),
            name: format!("Driver {user}"),
            class: ClassId::of(class),
            finish: *finish,
            fastest: *fastest,
        };
        Results::none(&event).of(rows.iter().map(row).collect())
    }

    const fn place(place: u32) -> Finish {
        Finish::Placed { place }
    }

    #[test]
    fn a_season_in_figures() {
        let races = [
            race(
                1,
                &[
                    ("GT3", 1, place(1), true),
                    ("GT3", 2, place(2), false),
                    ("GT3", 3, Finish::Absent, false),
                    ("LMP2", 4, place(1), true),
                ],
            ),
            race(
                2,
                &[
                    ("GT3", 2, place(1), true),
                    ("GT3", 1, Finish::Retired, false),
                    ("LMP2", 5, place(1), false),
                ],
            ),
            race(3, &[("LMP2", 1, place(1), false), ("GT3", 0, place(4), false)]),
            race(4, &[]),
        ];
        let found = statistics(&races, &points());
        assert_eq!(
            (found.races, found.drivers, found.starts, found.retired),
            (3, 5, 8, 1)
        );
        let champions: Vec<_> = found
            .champions
            .iter()
            .map(|one| (one.class.as_str(), one.names.join("+"), one.points))
            .collect();
        assert_eq!(
            champions,
            [
                ("GT3", "Driver 2".to_owned(), 44),
                ("LMP2", "Driver 4".to_owned(), 26)
            ]
        );
        let most = |most: &Option<Most>| most.as_ref().map(|most| (most.names.join("+"), most.count));
        // One of them in two classes.
        assert_eq!(most(&found.wins), Some(("Driver 1".to_owned(), 2)));
        assert_eq!(most(&found.podiums), Some(("Driver 1+Driver 2".to_owned(), 2)));
        assert_eq!(
            most(&found.fastest),
            Some(("Driver 1+Driver 2+Driver 4".to_owned(), 1))
        );
        assert_eq!(most(&found.attendance), Some(("Driver 1".to_owned(), 3)));
        assert_eq!(found.ever_present, 1);
        let none = statistics(&[], &points());
        assert_eq!((none.races, none.wins, none.champions), (0, None, Vec::new()));
    }

    proptest! {
        #[test]
        fn figures_add_up_in_any_order(
            rows in proptest::collection::vec(proptest::collection::btree_map(0..9_u64, (1..8_u32, 0..4_u32, any::<bool>()), 0..9), 0..6),
        ) {
            let races: Vec<Results> = rows.iter().zip(1..).map(|(rows, n)| {
                let rows: Vec<_> = rows.iter().map(|(user, (at, how, fastest))| {
                    let finish = match how { 0 => Finish::Absent, 1 => Finish::Retired, _ => place(*at) };
                    (if user % 2 == 0 { "GT3" } else { "LMP2" }, *user, finish, *fastest)
                }).collect();
                race(n, &rows)
            }).collect();
            let found = statistics(&races, &points());
            let mut turned = races.clone();
            turned.reverse();
            prop_assert_eq!(&statistics(&turned, &points()), &found);
            let rows = || races.iter().flat_map(|race| race.rows.iter());
            let started = rows().filter(|row| row.finish != Finish::Absent).count();
            prop_assert_eq!(found.starts as usize, started);
            prop_assert!(found.ever_present <= found.drivers);
            let wins = rows().filter(|row| row.finish == place(1)).count();
            prop_assert_eq!(found.wins.is_some(), wins > 0);
            prop_assert!(found.wins.map_or(0, |most| most.count as usize * most.names.len()) <= wins);
            prop_assert!(found.attendance.is_none_or(|most| most.count as usize <= found.races));
        }
    }
}
