//! Seats of a class: how many there are, are taken and are waited for.
//!
//! Two invariants, kept by a condition in every write: never more taken than there are, and nobody takes a free seat
//! while others wait for it.

use super::series::{Class, ClassId};
use serde::{Deserialize, Serialize};

/// The count of one class of an open event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// The class with the number of its seats.
    pub class: Class,
    /// How many are taken.
    pub taken: u32,
    /// How many drivers wait.
    pub waiting: u32,
}

/// A change of the count, and the condition under which alone it may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatMove {
    /// A free seat that nobody waits for is taken.
    Take,
    /// There is no such seat: the driver joins the waitlist.
    Queue,
    /// A seat nobody waits for becomes free.
    Free,
    /// A taken seat goes to the first on the waitlist.
    HandOver,
    /// A driver leaves the waitlist.
    Unqueue,
    /// A free seat goes to the first on the waitlist.
    Promote,
}

impl Seats {
    /// A class that nobody has signed up for.
    #[must_use]
    pub const fn empty(class: Class) -> Self {
        Self {
            class,
            taken: 0,
            waiting: 0,
        }
    }

    /// Whether a newcomer gets a seat at once.
    #[must_use]
    pub const fn has_free(&self) -> bool {
        self.taken < self.class.seats && self.waiting == 0
    }

    /// Seats that are not taken.
    #[must_use]
    pub const fn free(&self) -> u32 {
        self.class.seats.saturating_sub(self.taken)
    }

    /// The count after `step`, or nothing if its condition does not hold.
    #[must_use]
    pub fn after(&self, step: SeatMove) -> Option<Self> {
        let (taken, waiting) = step.deltas();
        let holds = match step {
            SeatMove::Take => self.has_free(),
            SeatMove::Queue => !self.has_free(),
            SeatMove::Free => self.taken > 0 && self.waiting == 0,
            SeatMove::HandOver => self.taken > 0 && self.waiting > 0,
            SeatMove::Unqueue => self.waiting > 0,
            SeatMove::Promote => self.taken < self.class.seats && self.waiting > 0,
        };
        let counted = (
            self.taken.checked_add_signed(taken)?,
            self.waiting.checked_add_signed(waiting)?,
        );
        holds.then(|| Self {
            class: self.class.clone(),
            taken: counted.0,
            waiting: counted.1,
        })
    }
}

impl SeatMove {
    /// By how much taken and waiting change.
    #[must_use]
    pub const fn deltas(self) -> (i32, i32) {
        match self {
            Self::Take => (1, 0),
            Self::Queue => (0, 1),
            Self::Free => (-1, 0),
            Self::HandOver | Self::Unqueue => (0, -1),
            Self::Promote => (1, -1),
        }
    }
}

/// The count of the class of that id.
#[must_use]
pub fn seats_of<'a>(all: &'a [Seats], class: &ClassId) -> Option<&'a Seats> {
    all.iter().find(|seats| seats.class.id == *class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seats(total: u32, taken: u32, waiting: u32) -> Seats {
        Seats {
            class: Class {
                id: ClassId::of("GT3"),
                label: "GT3".into(),
                seats: total,
                role: None,
            },
            taken,
            waiting,
        }
    }

    #[test]
    fn the_last_seat_is_taken_once() {
        let last = seats(10, 9, 0);
        assert_eq!(last.after(SeatMove::Queue), None);
        let full = last.after(SeatMove::Take).unwrap();
        assert_eq!((full.taken, full.after(SeatMove::Take)), (10, None));
        assert_eq!(full.after(SeatMove::Queue).unwrap().waiting, 1);
    }

    #[test]
    fn a_free_seat_that_others_wait_for_is_not_taken() {
        let enlarged = seats(12, 10, 3);
        assert_eq!(enlarged.after(SeatMove::Take), None);
        assert_eq!(enlarged.after(SeatMove::Free), None);
        let promoted = enlarged.after(SeatMove::Promote).unwrap();
        assert_eq!((promoted.taken, promoted.waiting), (11, 2));
    }

    fn step() -> impl Strategy<Value = SeatMove> {
        use SeatMove::{Free, HandOver, Promote, Queue, Take, Unqueue};
        prop::sample::select(vec![Take, Queue, Free, HandOver, Unqueue, Promote])
    }

    proptest! {
        #[test]
        fn no_sequence_of_moves_oversells(total in 1..20_u32, steps in prop::collection::vec(step(), 0..200)) {
            let mut now = seats(total, 0, 0);
            for step in steps {
                now = now.after(step).unwrap_or(now);
                prop_assert!(now.taken <= total);
            }
        }

        #[test]
        fn a_newcomer_always_gets_exactly_one_of_seat_and_queue(total in 1..9_u32, taken in 0..9_u32, waiting in 0..9_u32) {
            let now = seats(total, taken.min(total), waiting);
            prop_assert_ne!(now.after(SeatMove::Take).is_some(), now.after(SeatMove::Queue).is_some());
        }

        #[test]
        fn a_driver_with_a_seat_can_always_give_it_back(total in 1..9_u32, taken in 1..9_u32, waiting in 0..9_u32) {
            let now = seats(total, taken.min(total), waiting);
            prop_assert_ne!(now.after(SeatMove::Free).is_some(), now.after(SeatMove::HandOver).is_some());
        }
    }
}
