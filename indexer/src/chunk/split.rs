//! Cuts what is too long into parts of about the same size, where a cut costs least.

use super::boundaries::Boundaries;
use super::{GROUP_LINES, Lines, MAX_BYTES, MAX_LINES};
use crate::lines::LineIndex;

/// How long parts may be.
pub(super) struct Limits {
    /// Longer ranges are cut.
    max_lines: u32,
    /// The number of lines to aim at.
    target_lines: u32,
}

impl Limits {
    /// For code: parts of 30 to 60 lines.
    pub(super) const CODE: Limits = Limits { max_lines: MAX_LINES, target_lines: 48 };
    /// For text: windows of about 40 lines.
    pub(super) const TEXT: Limits = Limits { max_lines: 50, target_lines: GROUP_LINES };
}

/// The parts of `range`: itself where it is short enough.
pub(super) fn split(lines: &LineIndex, range: Lines, boundaries: &Boundaries, limits: &Limits) -> Vec<Lines> {
    let mut parts = Vec::new();
    let mut rest = range;
    while let Some(cut) = next_cut(lines, &rest, boundaries, limits) {
        parts.push(rest.start..cut);
        rest.start = cut;
    }
    parts.push(rest);
    parts
}

/// Where the next part of `rest` ends; `None` when it is short enough.
fn next_cut(lines: &LineIndex, rest: &Lines, boundaries: &Boundaries, limits: &Limits) -> Option<u32> {
    let length = rest.end - rest.start;
    let bytes = lines.bytes_in(rest.clone());
    if length < 2 || (length <= limits.max_lines && bytes <= MAX_BYTES) {
        return None;
    }
    let parts = length.div_ceil(limits.target_lines).max(bytes.div_ceil(MAX_BYTES)).max(2);
    let target = (length / parts).max(1);
    let earliest = rest.start + (target * 2 / 3).max(1);
    let latest = (rest.start + target * 4 / 3 + 1).min(rest.end - 1).min(last_within_bytes(lines, rest));
    let aim = rest.start + target;
    let cheapest = (earliest..=latest).min_by_key(|line| (boundaries.cost(*line), line.abs_diff(aim)));
    Some(cheapest.unwrap_or(latest.max(rest.start + 1)))
}

/// The last line before which a cut keeps the part within the byte limit.
fn last_within_bytes(lines: &LineIndex, rest: &Lines) -> u32 {
    let limit = lines.start(rest.start).saturating_add(MAX_BYTES);
    let mut low = rest.start + 1;
    let mut high = rest.end;
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if lines.start(middle) <= limit { low = middle } else { high = middle - 1 }
    }
    low
}
