//! Lists that are too long for their place: as much as fits, and how many more there are.

use crate::discord::text;
use std::fmt::Write as _;

/// How the entries of a list are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// One a line, with numbers.
    Numbered,
    /// One a line.
    Lines,
    /// In a row, with commas.
    Row,
}

/// A list of finished markdown entries.
#[derive(Debug)]
pub(super) struct List {
    style: Style,
    entries: Vec<String>,
}

impl List {
    pub(super) const fn new(style: Style, entries: Vec<String>) -> Self {
        Self { style, entries }
    }

    /// The length of the whole list, in UTF-16 units.
    pub(super) fn len(&self) -> usize {
        text::len(&self.first(self.entries.len()))
    }

    /// As many entries as fit into `max` UTF-16 units together with a note of how many more there are. At the least, their
    /// number alone.
    pub(super) fn fit(&self, max: usize) -> String {
        // The whole list has no note behind it, so it may be shorter than the list without its last entry.
        let whole = self.first(self.entries.len());
        if text::len(&whole) <= max {
            return whole;
        }
        let (mut fits, mut over) = (0, self.entries.len());
        while over - fits > 1 {
            let middle = usize::midpoint(fits, over);
            if text::len(&self.first(middle)) <= max {
                fits = middle
            } else {
                over = middle
            }
        }
        self.first(fits)
    }

    fn first(&self, count: usize) -> String {
        let shown = self
            .entries
            .iter()
            .take(count)
            .enumerate()
            .map(|(index, entry)| match self.style {
                Style::Numbered => format!("{}. {entry}", index + 1),
                Style::Lines | Style::Row => entry.clone(),
            });
        let parts: Vec<String> = shown.collect();
        let more = self.entries.len() - parts.len();
        if more > 0 && parts.is_empty() {
            return format!("{more} in all");
        }
        let (between, last) = match self.style {
            Style::Numbered | Style::Lines => ("\n", "\n"),
            Style::Row => (", ", " "),
        };
        let mut text = parts.join(between);
        if more > 0 {
            let _ = write!(text, "{last}and {more} more");
        }
        text
    }
}

/// Shares `total` among lists that want these lengths, none more than `each`: the short ones get all they want, the long
/// ones equal parts of what is left.
pub(super) fn share(wants: &[usize], total: usize, each: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wants.len()).collect();
    order.sort_by_key(|index| wants[*index]);
    let (mut left, mut parts) = (total, vec![0; wants.len()]);
    for (done, index) in order.into_iter().enumerate() {
        let part = wants[index].min(each).min(left / (wants.len() - done));
        parts[index] = part;
        left -= part;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(style: Style, count: usize) -> List {
        List::new(style, (1..=count).map(|n| format!("Driver {n}")).collect())
    }

    #[test]
    fn what_fits_is_shown_whole() {
        assert_eq!(list(Style::Numbered, 2).fit(100), "1. Driver 1\n2. Driver 2");
        assert_eq!(list(Style::Lines, 2).fit(100), "Driver 1\nDriver 2");
        assert_eq!(list(Style::Row, 2).fit(100), "Driver 1, Driver 2");
        assert_eq!(list(Style::Row, 0).fit(100), "");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        assert_eq!(
            list(Style::Numbered, 40).fit(35),
            "1. Driver 1\n2. Driver 2\nand 38 more"
        );
        assert_eq!(list(Style::Numbered, 40).fit(34), "1. Driver 1\nand 39 more");
        assert_eq!(list(Style::Row, 40).fit(29), "Driver 1 and 39 more");
        assert_eq!(list(Style::Row, 40).fit(30), "Driver 1, Driver 2 and 38 more");
        assert_eq!(list(Style::Row, 40).fit(9), "40 in all");
        // One more unit makes the difference between all and a cut.
        assert_eq!(list(Style::Lines, 2).fit(17), "Driver 1\nDriver 2");
        assert_eq!(list(Style::Lines, 2).fit(16), "2 in all");
    }

    #[test]
    fn room_is_shared_fairly() {
        assert_eq!(share(&[10, 500, 900], 1000, 1024), [10, 495, 495]);
        assert_eq!(share(&[10, 20, 30], 1000, 1024), [10, 20, 30]);
        assert_eq!(share(&[5000, 1], 6000, 1024), [1024, 1]);
        assert_eq!(share(&[], 100, 1024), Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn a_list_keeps_to_its_place(count in 0..60_usize, max in 12..400_usize, style in 0..3_usize) {
            let list = list([Style::Numbered, Style::Lines, Style::Row][style], count);
            let shown = list.fit(max);
            prop_assert!(text::len(&shown) <= max, "{shown}");
            if list.len() <= max {
                prop_assert_eq!(shown, list.first(count));
            }
        }

        #[test]
        fn no_more_is_shared_than_there_is(wants in prop::collection::vec(0..3000_usize, 0..25), total in 0..6000_usize) {
            let parts = share(&wants, total, 1024);
            prop_assert!(parts.iter().sum::<usize>() <= total);
            for (part, want) in parts.iter().zip(&wants) {
                prop_assert!(part <= want && *part <= 1024);
            }
        }
    }
}
