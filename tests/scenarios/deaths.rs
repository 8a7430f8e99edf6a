//! Workers that die at their calls, one life of a scenario after the other.

use gantry_local_wire::{Fault, FaultKind, Service};

/// Set in the environment, every call has a life in which it is died before and one in which it is died after: some fifty
/// minutes for all scenarios together, and some hours for `weekend`. Otherwise the deaths are spread over the calls.
const EVERY_CALL: &str = "GANTRY_EVERY_CALL";

/// Where a function dies.
pub struct Deaths {
    /// At calls to this service.
    pub service: Service,
    /// The function.
    pub function: &'static str,
    /// So many calls lie between two deaths in a life that each job gets done before it is given up, which happens after
    /// five tries.
    pub apart: u64,
    /// How much later the deaths come in the next life: a life takes seconds, so that not every call has one of its own.
    pub later: usize,
    /// More calls than the function makes in a life.
    pub calls: u64,
}

impl Deaths {
    /// The deaths of each life.
    pub fn lives(&self) -> Vec<Vec<Fault>> {
        let (later, turns) = match std::env::var_os(EVERY_CALL) {
            Some(_) => (1, 2),
            None => (self.later, 1),
        };
        (0..self.apart)
            .step_by(later)
            .flat_map(|shift| (0..turns).map(move |turn| self.life(shift, turn)))
            .collect()
    }

    /// Deaths after and before a call in turns; `turn` says which comes first.
    fn life(&self, shift: u64, turn: u64) -> Vec<Fault> {
        let calls = (shift..self.calls).step_by(usize::try_from(self.apart).unwrap());
        calls
            .zip(turn..)
            .map(|(call, number)| {
                let kind = if number.is_multiple_of(2) {
                    FaultKind::KillAfter
                } else {
                    FaultKind::KillBefore
                };
                Fault::nth(self.service, self.function, call, kind)
            })
            .collect()
    }
}
