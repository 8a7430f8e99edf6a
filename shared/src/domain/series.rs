//! Series, and the classes that a series or an event has.

use super::ids::{ClubId, RoleId, SeriesId, UserId};
use super::refusal::{Field, FormFault, Problem};
use super::text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest name of a series, in code points: it is a category's name too, with room for a number behind it.
pub const SERIES_NAME_MAX: usize = 60;
/// Longest label of a class, in code points.
pub const CLASS_LABEL_MAX: usize = 20;
/// Most classes of one event.
pub const CLASSES_MAX: usize = 10;
/// Most seats of one class.
pub const SEATS_MAX: u32 = 100;
/// Longest description, in code points.
pub const DESCRIPTION_MAX: usize = 1000;
/// Most series of one club.
pub const SERIES_MAX: usize = 100;

/// A series of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its club.
    pub club: ClubId,
    /// Its id.
    pub id: SeriesId,
    /// Its name, unique in the club by its comparison form.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The classes that its events have unless they say otherwise.
    pub classes: Vec<Class>,
    /// Who created it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// A car class with its seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its id within the event.
    pub id: ClassId,
    /// The label for people.
    pub label: String,
    /// How many can start.
    pub seats: u32,
    /// Who enters it needs this role of the guild; nobody needs any if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
}

impl Class {
    /// The role that somebody with these roles lacks to enter it.
    #[must_use]
    pub fn missing_role(&self, roles: &[RoleId]) -> Option<RoleId> {
        self.role.filter(|role| !roles.contains(role))
    }
}

/// Names a class within an event: the comparison form of its label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClassId(String);

impl ClassId {
    /// The id of the class with this label.
    #[must_use]
    pub fn of(label: &str) -> Self {
        Self(text::comparable(label))
    }

    /// An id as it came from outside; it names a class only if an event has it.
    #[must_use]
    pub fn from_outside(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text, without `#`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a series is created with, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSeries {
    /// The name, cleaned.
    pub name: String,
    /// The description, cleaned.
    pub description: String,
    /// Its classes.
    pub classes: Vec<Class>,
}

impl NewSeries {
    /// Checks what was typed.
    ///
    /// # Errors
    /// Every fault, each with its field.
    pub fn check(name: &str, classes: &str, description: &str) -> Result<Self, Vec<FormFault>> {
        let mut faults = Vec::new();
        let name = text::line(name, SERIES_NAME_MAX)
            .map_err(|fault| faults.push(FormFault::text(Field::Name, fault)));
        let classes = parse_classes(classes).map_err(|found| faults.extend(found));
        let description = text::paragraph(description, DESCRIPTION_MAX)
            .map_err(|fault| faults.push(FormFault::text(Field::Description, fault)));
        match (name, classes, description) {
            (Ok(name), Ok(classes), Ok(description)) => Ok(Self {
                name,
                description,
                classes,
            }),
            _ => Err(faults),
        }
    }
}

/// Reads classes: one a line or separated by commas or semicolons, each `LABEL: SEATS` or `LABEL: SEATS <@&ROLE>`, as
/// Discord writes the mention of a role.
///
/// # Errors
/// Every fault.
pub fn parse_classes(text: &str) -> Result<Vec<Class>, Vec<FormFault>> {
    let fault = |problem| FormFault {
        field: Field::Classes,
        problem,
    };
    let mut faults = Vec::new();
    let mut classes: Vec<Class> = Vec::new();
    for line in text
        .split(['\n', ',', ';'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        match parse_class(line) {
            Ok(class) if classes.iter().any(|other| other.id == class.id) => {
                faults.push(fault(Problem::DoubleClass { class: class.label }));
            }
            Ok(class) => classes.push(class),
            Err(problem) => faults.push(fault(problem)),
        }
    }
    if classes.is_empty() && faults.is_empty() {
        faults.push(fault(Problem::Empty));
    }
    if classes.len() > CLASSES_MAX {
        faults.push(fault(Problem::TooManyClasses));
    }
    if faults.is_empty() {
        Ok(classes)
    } else {
        Err(faults)
    }
}

fn parse_class(line: &str) -> Result<Class, Problem> {
    let not_a_class = || Problem::NotAClass {
        line: line.chars().take(40).collect(),
    };
    let (label, seats) = line.rsplit_once([':', '=']).ok_or_else(not_a_class)?;
    let label = text::line(label, CLASS_LABEL_MAX).map_err(|_| not_a_class())?;
    let id = ClassId::of(&label);
    if id.as_str().is_empty() || id.as_str().contains('#') {
        return Err(not_a_class());
    }
    let (seats, role) = match seats.split_once('<') {
        Some((seats, mention)) => (seats, Some(role_of(mention).ok_or_else(not_a_class)?)),
        None => (seats, None),
    };
    let seats = seats.trim();
    if seats.is_empty() || !seats.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a_class());
    }
    match seats.parse() {
        Ok(seats) if (1..=SEATS_MAX).contains(&seats) => Ok(Class {
            id,
            label,
            seats,
            role,
        }),
        _ => Err(Problem::SeatsOutOfRange { class: label }),
    }
}

/// The role of a mention without its first character: `@&ROLE>`.
fn role_of(mention: &str) -> Option<RoleId> {
    let digits = mention.trim().strip_prefix("@&")?.strip_suffix('>')?;
    let read = digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok());
    read.flatten().filter(|id| *id > 0).map(RoleId)
}

/// The classes as they are typed: one a line.
#[must_use]
pub fn write_classes(classes: &[Class]) -> String {
    classes
        .iter()
        .map(|class| match class.role {
            Some(role) => format!("{}: {} <@&{role}>", class.label, class.seats),
            None => format!("{}: {}", class.label, class.seats),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problems(text: &str) -> Vec<Problem> {
        parse_classes(text)
            .unwrap_err()
            .into_iter()
            .map(|fault| fault.problem)
            .collect()
    }

    #[test]
    fn classes_are_labels_with_seats() {
        let classes = parse_classes("GT3: 10, LMP 2 :12\nHypercar=4").unwrap();
        let read: Vec<_> = classes
            .iter()
            .map(|c| (c.id.as_str(), c.label.as_str(), c.seats))
            .collect();
        assert_eq!(
            read,
            [
                ("gt3", "GT3", 10),
                ("lmp-2", "LMP 2", 12),
                ("hypercar", "Hypercar", 4)
            ]
        );
    }

    #[test]
    fn seats_and_number_of_classes_are_bounded() {
        assert!(parse_classes("A:1,B:100").is_ok());
        assert_eq!(problems("A:0,B:101").len(), 2);
        let many = |n: usize| (0..n).map(|i| format!("C{i}:1")).collect::<Vec<_>>().join(",");
        assert!(parse_classes(&many(10)).is_ok());
        assert_eq!(problems(&many(11)), [Problem::TooManyClasses]);
    }

    #[test]
    fn faults_of_classes_are_named() {
        assert_eq!(problems(" "), [Problem::Empty]);
        assert_eq!(
            problems("GT3: 5, gt_3: 5, gt3: 4"),
            [Problem::DoubleClass { class: "gt3".into() }]
        );
        assert_eq!(problems("GT3"), [Problem::NotAClass { line: "GT3".into() }]);
        assert_eq!(
            problems("GT3: ten"),
            [Problem::NotAClass {
                line: "GT3: ten".into()
            }]
        );
        assert_eq!(
            problems("a#b: 3"),
            [Problem::NotAClass {
                line: "a#b: 3".into()
            }]
        );
        assert_eq!(
            problems("GT3: -3"),
            [Problem::NotAClass {
                line: "GT3: -3".into()
            }]
        );
    }

    #[test]
    fn a_class_may_ask_for_a_role() {
        let classes = parse_classes("GT3: 10, LMP2: 12 <@&81384788765712384>\nGT4: 3<@&7>").unwrap();
        let roles: Vec<_> = classes.iter().map(|class| class.role).collect();
        assert_eq!(
            roles,
            [None, Some(RoleId(81_384_788_765_712_384)), Some(RoleId(7))]
        );
        assert_eq!(classes[0].missing_role(&[]), None);
        assert_eq!(classes[2].missing_role(&[RoleId(8)]), Some(RoleId(7)));
        assert_eq!(classes[2].missing_role(&[RoleId(8), RoleId(7)]), None);
        assert_eq!(write_classes(&classes[2..]), "GT4: 3 <@&7>");
        for odd in [
            "GT3: 1 <@7>",
            "GT3: 1 <@&>",
            "GT3: 1 <@&7",
            "GT3: 1 <@&0>",
            "GT3: 1 <@&+7>",
            "GT3: <@&7>",
            "GT3: 1 @Pro",
        ] {
            assert_eq!(problems(odd), [Problem::NotAClass { line: odd.into() }]);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(
            labels in proptest::collection::btree_set("[A-Z][A-Za-z0-9]{0,8}", 1..8),
            seats in 1..=100_u32,
            role in proptest::option::of(1..u64::MAX),
        ) {
            let gate = role.map(|id| format!(" <@&{id}>")).unwrap_or_default();
            let text = labels.iter().map(|l| format!("{l}: {seats}{gate}")).collect::<Vec<_>>().join("\n");
            if let Ok(classes) = parse_classes(&text) {
                prop_assert_eq!(parse_classes(&write_classes(&classes)).unwrap(), classes);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = parse_classes(&text);
        }
    }
}
