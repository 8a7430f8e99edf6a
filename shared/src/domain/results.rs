//! Results of races, and the table of a series that follows from them.
//!
//! The table is never stored: it is counted anew from the results each time, so that a corrected result or another points
//! system cannot leave anything behind.

use super::club::Colour;
use super::event::{Event, EventKey};
use super::ids::{ChannelId, MessageId, SeriesId, UserId};
use super::rank::Picked;
use super::series::{Class, ClassId};
use super::text::comparable;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Most drivers in the results of an event: ten classes of a hundred seats never all race, and an item of DynamoDB has 400 KB.
pub const ROWS_MAX: usize = 500;
/// The last place that can be typed.
pub const PLACE_MAX: u32 = 500;
/// Longest name of a driver, in code points.
pub const NAME_MAX: usize = 32;

/// How a driver came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "finish")]
pub enum Finish {
    /// Classified.
    Placed {
        /// The place in the class, from 1.
        place: u32,
    },
    /// Started, and did not finish.
    Retired,
    /// Did not start.
    Absent,
    /// Started, and was disqualified.
    Disqualified,
}

impl Finish {
    /// Reads a place, `dnf`, `dns` or `dsq`, however it is capitalised.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim().to_lowercase();
        match typed.as_str() {
            "dnf" | "ret" => Some(Self::Retired),
            "dns" => Some(Self::Absent),
            "dsq" | "dq" => Some(Self::Disqualified),
            digits => {
                let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
                let place = digits.parse::<u32>().ok().filter(|_| plain)?;
                (1..=PLACE_MAX).contains(&place).then_some(Self::Placed { place })
            }
        }
    }

    /// In which order drivers are listed.
    const fn rank(self) -> (u8, u32) {
        match self {
            Self::Placed { place } => (0, place),
            Self::Retired => (1, 0),
            Self::Disqualified => (2, 0),
            Self::Absent => (3, 0),
        }
    }
}

/// One driver's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The account, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The name.
    pub name: String,
    /// The class.
    pub class: ClassId,
    /// How they came out.
    pub finish: Finish,
    /// Whether they drove the fastest lap of the class.
    #[serde(default)]
    pub fastest: bool,
}

impl Row {
    /// Whether it is this account's.
    #[must_use]
    pub fn is_of(&self, user: UserId) -> bool {
        self.user == Some(user)
    }

    /// Whose it is: the account, or without one the name.
    fn driver(&self) -> Driver {
        self.user
            .map_or_else(|| Driver::Name(comparable(&self.name)), Driver::Account)
    }
}

/// Who drives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Driver {
    Account(UserId),
    Name(String),
}

/// Where results were posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
}

/// The results of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// The event.
    pub event: EventKey,
    /// Its series.
    pub series: SeriesId,
    /// The event's name.
    pub event_name: String,
    /// When it started.
    pub starts_at: Timestamp,
    /// Its classes.
    pub classes: Vec<Class>,
    /// By class, in the order of places.
    pub rows: Vec<Row>,
    /// Where they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<Posted>,
    /// Counts the changes; 0 before the first.
    pub version: u64,
}

impl Results {
    /// Of an event of which nothing is entered.
    #[must_use]
    pub fn none(event: &Event) -> Self {
        Self {
            event: event.key,
            series: event.series,
            event_name: event.name.clone(),
            starts_at: event.starts_at,
            classes: event.classes.clone(),
            rows: Vec::new(),
            posted: None,
            version: 0,
        }
    }

    /// The results with this driver's own in the place of what was entered for them before. The fastest lap of a class is
    /// one driver's.
    #[must_use]
    pub fn with(&self, row: Row) -> Self {
        let mut rows = self.rows.clone();
        let name = comparable(&row.name);
        rows.retain(|one| {
            one.driver() != row.driver() && (one.user.is_some() || comparable(&one.name) != name)
        });
        if row.fastest {
            for one in rows.iter_mut().filter(|one| one.class == row.class) {
                one.fastest = false;
            }
        }
        rows.push(row);
        self.of(rows)
    }

    /// The results with these rows instead.
    #[must_use]
    pub fn of(&self, mut rows: Vec<Row>) -> Self {
        let class = |row: &Row| self.classes.iter().position(|class| class.id == row.class);
        rows.sort_by(|a, b| (class(a), a.finish.rank(), &a.name).cmp(&(class(b), b.finish.rank(), &b.name)));
        Self {
            rows,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The results without those of an account.
    #[must_use]
    pub fn without(&self, user: UserId) -> Self {
        let mut rows = self.rows.clone();
        rows.retain(|row| !row.is_of(user));
        self.of(rows)
    }

    /// Places that several drivers of a class have: a dead heat, or a slip of the pen.
    #[must_use]
    pub fn shared_places(&self) -> Vec<SharedPlace> {
        let mut found: Vec<SharedPlace> = Vec::new();
        // The rows are by class and place.
        for two in self.rows.windows(2) {
            let (Finish::Placed { place }, [first, second]) = (two[0].finish, two) else {
                continue;
            };
            if first.class != second.class || first.finish != second.finish {
                continue;
            }
            match found.last_mut() {
                Some(last) if last.class == first.class && last.place == place => {
                    last.names.push(second.name.clone());
                }
                _ => found.push(SharedPlace {
                    class: first.class.clone(),
                    place,
                    names: vec![first.name.clone(), second.name.clone()],
                }),
            }
        }
        found
    }

    /// Label of a class: of the event as it was when results were last entered.
    #[must_use]
    pub fn label<'a>(&'a self, class: &'a ClassId) -> &'a str {
        let found = self.classes.iter().find(|one| one.id == *class);
        found.map_or_else(|| class.as_str(), |class| class.label.as_str())
    }

    /// The drivers of a class.
    pub fn in_class(&self, class: &ClassId) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.class == *class)
    }
}

/// A place that several drivers have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedPlace {
    /// The class.
    pub class: ClassId,
    /// The place.
    pub place: u32,
    /// Who has it.
    pub names: Vec<String>,
}

/// What is typed for the place of a driver whose result is to be taken out.
pub const NO_PLACE: &str = "none";

/// A driver's result, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Who.
    pub driver: Picked,
    /// A place, `dnf`, `dns` or `dsq`, or [`NO_PLACE`].
    pub place: String,
    /// A class; the one that they signed up for if left out.
    pub class: Option<String>,
    /// Whether they drove the fastest lap of the class.
    pub fastest: bool,
}

/// What was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultEntered {
    /// The accent of the club.
    pub colour: Colour,
    /// The event's name.
    pub event: String,
    /// The driver's result.
    pub row: Row,
    /// Whether it was taken out.
    pub taken_out: bool,
    /// Label of the class.
    pub class: String,
    /// Who else has the place.
    pub shared_with: Vec<String>,
    /// How many drivers have results by now.
    pub rows: usize,
    /// The channel in which the results stand, if they were posted: they are brought up to date there.
    pub posted: Option<ChannelId>,
}

/// How points are given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsSystem {
    /// For the first place, the second, and so on.
    pub places: Vec<u32>,
    /// For the fastest lap of a class, to a classified driver.
    pub fastest: u32,
    /// So many of a driver's best races count; 0 for all.
    pub best_of: u32,
}

impl PointsSystem {
    /// The points of a result.
    #[must_use]
    pub fn of(&self, row: &Row) -> u32 {
        let Finish::Placed { place } = row.finish else {
            return 0;
        };
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let points = place.checked_sub(1).and_then(|index| self.places.get(index));
        points.copied().unwrap_or(0) + if row.fastest { self.fastest } else { 0 }
    }
}

/// How a driver stands in a class of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The place in the class, from 1; who has as many points and the same places has the same.
    pub place: usize,
    /// The account, if it is known.
    pub user: Option<UserId>,
    /// The name, as in the latest race.
    pub name: String,
    /// Points that count.
    pub points: u32,
    /// Races that they started in.
    pub starts: u32,
    /// Wins.
    pub wins: u32,
    /// First, second and third places.
    pub podiums: u32,
    /// Races that they did not finish.
    pub retired: u32,
    /// Fastest laps.
    pub fastest: u32,
    /// How often they had the first place, the second, and so on: decides between equal points.
    places: Vec<u32>,
    /// Points of each race.
    races: Vec<u32>,
}

/// The table of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassTable {
    /// The class.
    pub class: ClassId,
    /// Its label, as in the latest race.
    pub label: String,
    /// Its drivers who started at least once, the leader first.
    pub drivers: Vec<Standing>,
}

/// The table of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesTable {
    /// Races with results.
    pub races: usize,
    /// Drivers who started at least once, in any class.
    pub drivers: usize,
    /// Each class.
    pub classes: Vec<ClassTable>,
}

/// The table that follows from a series' results, in any order.
#[must_use]
pub fn table(results: &[Results], points: &PointsSystem) -> SeriesTable {
    let mut races: Vec<&Results> = results.iter().filter(|one| !one.rows.is_empty()).collect();
    races.sort_by_key(|one| (one.starts_at, one.event.event));
    let mut classes: Vec<(ClassId, String, BTreeMap<Driver, Standing>)> = Vec::new();
    for race in &races {
        for row in &race.rows {
            let label = race.label(&row.class).to_owned();
            let at = match classes.iter().position(|(class, ..)| *class == row.class) {
                Some(at) => at,
                None => {
                    classes.push((row.class.clone(), String::new(), BTreeMap::new()));
                    classes.len() - 1
                }
            };
            let (_, shown, drivers) = &mut classes[at];
            *shown = label;
            let standing = drivers.entry(row.driver()).or_insert_with(|| Standing::new(row));
            standing.add(row, points);
        }
    }
    let mut started: Vec<&Driver> = classes
        .iter()
        .flat_map(|(_, _, drivers)| drivers.iter())
        .filter(|(_, standing)| standing.starts > 0)
        .map(|(driver, _)| driver)
        .collect();
    started.sort();
    started.dedup();
    let drivers = started.len();
    let ranked = |(class, label, drivers): (ClassId, String, BTreeMap<Driver, Standing>)| {
        let mut drivers: Vec<Standing> = drivers
            .into_values()
            .filter(|one| one.starts > 0)
            .map(|one| one.counted(points))
            .collect();
        drivers.sort_by(|a, b| {
            a.before(b)
                .then_with(|| (&a.name, a.user).cmp(&(&b.name, b.user)))
        });
        for index in 0..drivers.len() {
            let level = index
                .checked_sub(1)
                .filter(|last| drivers[*last].before(&drivers[index]).is_eq());
            drivers[index].place = level.map_or(index + 1, |last| drivers[last].place);
        }
        ClassTable {
            class,
            label,
            drivers,
        }
    };
    SeriesTable {
        races: races.len(),
        drivers,
        classes: classes.into_iter().map(ranked).collect(),
    }
}

impl Standing {
    fn new(row: &Row) -> Self {
        Self {
            place: 0,
            user: row.user,
            name: row.name.clone(),
            points: 0,
            starts: 0,
            wins: 0,
            podiums: 0,
            retired: 0,
            fastest: 0,
            places: Vec::new(),
            races: Vec::new(),
        }
    }

    fn add(&mut self, row: &Row, points: &PointsSystem) {
        self.name.clone_from(&row.name);
        self.starts += u32::from(row.finish != Finish::Absent);
        self.retired += u32::from(row.finish == Finish::Retired);
        self.fastest += u32::from(row.fastest);
        if let Finish::Placed { place } = row.finish {
            self.wins += u32::from(place == 1);
            self.podiums += u32::from(place <= 3);
            let index = usize::try_from(place.saturating_sub(1)).unwrap_or(0);
            if self.places.len() <= index {
                self.places.resize(index + 1, 0);
            }
            self.places[index] += 1;
        }
        self.races.push(points.of(row));
    }

    /// With the points of the best races.
    fn counted(mut self, points: &PointsSystem) -> Self {
        let mut races = self.races.clone();
        races.sort_unstable_by(|a, b| b.cmp(a));
        let counted = match points.best_of {
            0 => races.len(),
            best => usize::try_from(best).unwrap_or(usize::MAX),
        };
        self.points = races.iter().take(counted).sum();
        self
    }

    /// More points first; with as many, more wins, then more second places, and so on.
    fn before(&self, other: &Self) -> Ordering {
        // Neither list ends with a zero, so that the longer of two that begin alike is the better one.
        (other.points, &other.places).cmp(&(self.points, &self.places))
    }
}

#[cfg(test)]
#[path = "results_tests.rs"]
mod tests;
