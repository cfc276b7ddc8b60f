//! The files that were changed since a revision or within a time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use contexd_indexer::history::{HistoryError, changed_since};
use contexd_store::{FileStat, Snapshot};

use crate::error::ServiceError;

const FIELD: &str = "filter.changed_since";

/// The files of `snapshot`, skipped ones too, that were changed `since`: a revision of git, else an age.
pub(super) fn changed_files(
    root: &Path,
    snapshot: &Snapshot,
    since: &str,
) -> Result<BTreeSet<Arc<str>>, ServiceError> {
    let paths =
        snapshot.files().map(|file| &file.path).chain(snapshot.skipped_files().map(|file| &file.path));
    let refused = match changed_since(root, since, paths) {
        Ok(changed) => return Ok(changed),
        Err(error) => error,
    };
    match age(since) {
        Some(age) => Ok(changed_within(snapshot, age)),
        None => Err(refusal(since, &refused)),
    }
}

fn refusal(since: &str, error: &HistoryError) -> ServiceError {
    let ages = "an age is written as 90m, 12h, 3d or 2w";
    match error {
        HistoryError::UnknownRevision { .. } => {
            ServiceError::invalid(FIELD, format!("{since} is no revision of the git repository; {ages}"))
        }
        other => ServiceError::invalid(FIELD, format!("{other}; {ages}")),
    }
}

/// An age as it is written: a number and its unit.
fn age(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<u64>().ok().filter(|_| is_number)?;
    number.checked_mul(seconds).map(Duration::from_secs)
}

fn changed_within(snapshot: &Snapshot, age: Duration) -> BTreeSet<Arc<str>> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let from = i64::try_from(now.saturating_sub(age).as_nanos()).unwrap_or(i64::MAX);
    let is_young = |stat: FileStat| stat.modified_ns >= from;
    let indexed = snapshot.files().filter(|file| is_young(file.stat)).map(|file| &file.path);
    let skipped = snapshot.skipped_files().filter(|file| is_young(file.stat)).map(|file| &file.path);
    indexed.chain(skipped).map(Arc::clone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_a_number_and_a_unit() {
        let hours = |number: u64| Some(Duration::from_secs(number * 3_600));
        assert_eq!(
            [age("90m"), age("12h"), age("3d"), age("2w")].map(|age| age.map(|age| age.as_secs())),
            [
                Some(5_400),
                hours(12).map(|age| age.as_secs()),
                hours(72).map(|age| age.as_secs()),
                hours(336).map(|age| age.as_secs()),
            ]
        );
        for text in
            ["", "h", "3", "3y", "-3d", "+3d", "3 d", "3é", "99999999999999999999d", "9999999999999999999w"]
        {
            assert_eq!(age(text), None, "{text}");
        }
    }
}
