//! A stint plan as a picture, before it is drawn: rows, bars and hours, in minutes from the start.

use super::PlanBrief;
use jiff::Timestamp;

/// A plan laid out: a row for each driver, in the order of [`PlanBrief::shares`], and one more for stints that nobody drives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Rows.
    pub rows: usize,
    /// How long the picture is, in minutes; at least 1.
    pub minutes: i64,
    /// The stints, in their order.
    pub bars: Vec<Bar>,
}

/// A stint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its row, from 0.
    pub row: usize,
    /// Whether anybody drives.
    pub driven_by_somebody: bool,
    /// Its number, from 1.
    pub number: usize,
    /// Planned from and until, in minutes from the start of the picture.
    pub planned: (i64, i64),
    /// Driven from and until, as far as it was.
    pub driven: Option<(i64, i64)>,
}

impl Timeline {
    /// The picture of a plan; nothing if there is no stint. What is being driven is drawn until `now`.
    #[must_use]
    pub fn of(plan: &PlanBrief, now: Timestamp) -> Option<Self> {
        let drivers = plan.shares.len();
        let begins = plan
            .stints
            .iter()
            .map(|stint| stint.from)
            .min()?
            .min(plan.starts_at);
        let at = |instant: Timestamp| instant.duration_since(begins).as_mins().max(0);
        let minutes = plan.stints.iter().map(|stint| at(stint.to)).max()?.max(1);
        let bars: Vec<Bar> = plan
            .stints
            .iter()
            .zip(1..)
            .map(|(stint, number)| {
                let driven = stint.started_at.map(|from| {
                    let until = stint.finished_at.unwrap_or(now).max(from);
                    (at(from).min(minutes), at(until).min(minutes))
                });
                Bar {
                    row: stint.row.unwrap_or(drivers),
                    driven_by_somebody: stint.driver.is_some(),
                    number,
                    planned: (at(stint.from), at(stint.to)),
                    driven,
                }
            })
            .collect();
        let rows = bars.iter().map(|bar| bar.row + 1).max()?.max(drivers);
        Some(Self { rows, minutes, bars })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::club::Colour;
    use crate::domain::ids::EventId;
    use crate::domain::stints::{DriverShare, StintBrief, Strategy};
    use proptest::prelude::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_795_870_800 + minutes * 60).unwrap()
    }

    fn stint(driver: Option<&str>, from: i64, to: i64) -> StintBrief {
        StintBrief {
            driver: driver.map(str::to_owned),
            row: driver.map(|driver| usize::from(driver != "Ana")),
            from: at(from),
            to: at(to),
            started_at: None,
            finished_at: None,
            seen_at: None,
        }
    }

    fn plan(stints: Vec<StintBrief>) -> PlanBrief {
        let share = |driver: &str| DriverShare {
            driver: driver.to_owned(),
            stints: 1,
            minutes: 60,
        };
        PlanBrief {
            event: EventId::from_parts(1, 1),
            event_name: "Spa".to_owned(),
            starts_at: at(0),
            team: "Red".to_owned(),
            colour: Colour(0),
            strategy: Strategy::default(),
            stints,
            shares: vec![share("Ana"), share("Bo")],
            faults: Vec::new(),
            best: true,
        }
    }

    #[test]
    fn a_row_for_each_driver_and_one_for_nobody() {
        let mut stints = vec![
            stint(Some("Bo"), 0, 60),
            stint(Some("Ana"), 60, 120),
            stint(None, 120, 180),
        ];
        stints[0].started_at = Some(at(2));
        stints[0].finished_at = Some(at(65));
        stints[1].started_at = Some(at(65));
        let timeline = Timeline::of(&plan(stints), at(90)).unwrap();
        assert_eq!((timeline.rows, timeline.minutes), (3, 180));
        let rows: Vec<_> = timeline
            .bars
            .iter()
            .map(|bar| (bar.row, bar.planned, bar.driven))
            .collect();
        assert_eq!(
            rows,
            [
                (1, (0, 60), Some((2, 65))),
                (0, (60, 120), Some((65, 90))),
                (2, (120, 180), None)
            ]
        );
        assert!(!timeline.bars[2].driven_by_somebody);
        assert_eq!(Timeline::of(&plan(Vec::new()), at(0)), None);
    }

    #[test]
    fn two_of_one_name_have_a_row_each() {
        let mut stints = vec![stint(Some("Ana"), 0, 60), stint(Some("Ana"), 60, 120)];
        stints[1].row = Some(1);
        let timeline = Timeline::of(&plan(stints), at(0)).unwrap();
        let rows: Vec<usize> = timeline.bars.iter().map(|bar| bar.row).collect();
        assert_eq!((rows, timeline.rows), (vec![0, 1], 2));
    }

    proptest! {
        #[test]
        fn every_bar_is_within_the_picture(
            times in prop::collection::vec((-600..3000_i64, 0..600_i64, prop::option::of(-100..4000_i64)), 1..96),
            now in -1000..5000_i64,
        ) {
            let stints = times.into_iter().map(|(from, length, started)| StintBrief {
                started_at: started.map(at),
                ..stint(Some("Ana"), from, from + length)
            }).collect();
            let timeline = Timeline::of(&plan(stints), at(now)).unwrap();
            for bar in &timeline.bars {
                prop_assert!(bar.row < timeline.rows);
                for (from, to) in [Some(bar.planned), bar.driven].into_iter().flatten() {
                    prop_assert!(0 <= from && from <= to && to <= timeline.minutes, "{bar:?}");
                }
            }
        }
    }
}
