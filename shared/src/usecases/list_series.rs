//! Lists a club's series.

use super::call::{Call, Failure, with_caller};
use crate::domain::club::Club;
use crate::domain::series::Series;
use crate::ports::store::{ClubReader, SeriesReader};

/// Reads all series of the club. Everybody in the guild may.
///
/// # Errors
/// Refuses with `NoClub`.
pub async fn list_series<S: ClubReader + SeriesReader>(
    store: &S,
    call: &Call,
) -> Result<(Club, Vec<Series>), Failure> {
    let (caller, series) = with_caller(store, call, |club| store.list_series(club)).await?;
    Ok((caller.club, series))
}
