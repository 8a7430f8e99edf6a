//! The roster, indexed by name and account.

use super::matcher::Matcher;
use super::similar::Similar;
use super::{Person, Tie};
use crate::domain::ids::{EntryId, UserId};
use crate::domain::names::{Details, Name, skeletons};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A comparison form as it is kept: long enough that no two names meet by chance or by design.
pub(super) type Form = [u8; 16];
/// An entry's place in the roster.
pub(super) type Place = u32;

/// What is kept of an entry.
#[derive(Debug)]
pub(super) struct Row {
    pub entry: EntryId,
    pub tie: Option<(UserId, Tie)>,
    pub untied: Box<[UserId]>,
    pub form: Form,
    pub details: Option<Box<Details>>,
}

/// The entries of a roster, on the way to a [`Matcher`].
#[derive(Debug, Default)]
pub struct Roster {
    pub(super) rows: Vec<Row>,
    pub(super) by_form: Vec<(Form, Place)>,
    pub(super) by_user: Vec<(UserId, Place)>,
    pub(super) by_look: Vec<(u64, Place)>,
    pub(super) similar: Similar,
}

impl Roster {
    /// Adds an entry.
    pub fn add(&mut self, person: &Person<'_>) {
        // A roster is far smaller than that; what is beyond would have no place to be named by.
        let Ok(place) = Place::try_from(self.rows.len()) else {
            return;
        };
        let name = Name::read(person.name);
        let form = digest(&[name.comparison()]);
        if let Some((user, _)) = person.tie {
            self.by_user.push((user, place));
        }
        if !name.comparison().is_empty() {
            self.by_form.push((form, place));
            let looks: BTreeSet<u64> = skeletons(&name).iter().map(|skeleton| look(skeleton)).collect();
            self.by_look.extend(looks.into_iter().map(|look| (look, place)));
            if person.tie.is_none() {
                self.similar.add(place, name.comparison());
            }
        }
        let details = name.details();
        self.rows.push(Row {
            entry: person.entry,
            tie: person.tie,
            untied: person.untied.into(),
            form,
            details: (!details.is_empty()).then(|| Box::new(details.clone())),
        });
    }

    /// The matcher, once all entries are added.
    #[must_use]
    pub fn into_matcher(mut self) -> Matcher {
        self.by_form.sort_unstable();
        self.by_user.sort_unstable();
        self.by_look.sort_unstable();
        self.similar.ready();
        Matcher::new(self)
    }

    pub(super) fn row(&self, place: Place) -> Option<&Row> {
        self.rows.get(place as usize)
    }

    /// Entries of this comparison form.
    pub(super) fn of_form(&self, form: Form) -> impl Iterator<Item = (Place, &Row)> {
        with_key(&self.by_form, form).filter_map(|place| Some((place, self.row(place)?)))
    }

    /// Entries tied to this account.
    pub(super) fn of_user(&self, user: UserId) -> impl Iterator<Item = Place> {
        with_key(&self.by_user, user)
    }

    /// Entries that share a skeleton with this name.
    pub(super) fn looking_like(&self, name: &Name) -> BTreeSet<Place> {
        let looks = skeletons(name).map(|skeleton| look(&skeleton));
        looks
            .into_iter()
            .flat_map(|look| with_key(&self.by_look, look))
            .collect()
    }
}

impl Row {
    /// Whether tags and numbers do not contradict.
    pub(super) fn agrees(&self, details: &Details) -> bool {
        self.details.as_ref().is_none_or(|own| own.agree(details))
    }

    /// The name as it matters, in short.
    pub(super) fn name_facts(&self) -> String {
        let details = self.details.as_deref();
        let tags = details.into_iter().flat_map(Details::tags);
        let numbers = details.into_iter().flat_map(Details::numbers);
        let parts: Vec<&str> = tags.chain(["#"]).chain(numbers).collect();
        hex::encode(self.form) + &hex::encode(digest(&parts))
    }
}

/// The places of a key in a sorted index.
fn with_key<K: Ord + Copy>(index: &[(K, Place)], key: K) -> impl Iterator<Item = Place> + use<'_, K> {
    let from = index.partition_point(|(other, _)| *other < key);
    index[from..]
        .iter()
        .take_while(move |(other, _)| *other == key)
        .map(|(_, place)| *place)
}

/// A digest of texts, told apart.
pub(super) fn digest(texts: &[&str]) -> Form {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    let full = hasher.finalize();
    let mut form = Form::default();
    form.copy_from_slice(&full[..16]);
    form
}

/// Skeletons only lead to suggestions, so that a short digest will do.
fn look(skeleton: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = digest(&[skeleton]);
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
