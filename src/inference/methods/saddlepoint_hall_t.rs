//! The saddlepoint form of the sign flips, guarded by Hall's t: both must refute. For many items.

use crate::inference::methods::hall_t::HallT;
use crate::inference::methods::intersection_union::IntersectionUnion;
use crate::inference::methods::prepared::{Prepared, Request};
use crate::inference::methods::saddlepoint::Saddlepoint;
use crate::inference::sample::Unit;

/// Makes `saddlepoint_hall_t` ready.
pub(crate) fn build(request: &Request<'_>, _units: &[Unit], _notes: &mut Vec<String>) -> Prepared {
    let differences = request.sample.differences();
    let both = IntersectionUnion { test: Saddlepoint::new(&differences), guard: HallT::new(&differences) };
    Prepared::formula(Box::new(both), request.label())
}
