//! What requests have in common: address, filter, focus, limits.

use std::time::Duration;

use contexd_proto::v1;
use contexd_retriever::{FilterSpec, Focus};
use contexd_store::{Generation, SymbolKind};

use crate::engine::{Address, Consistency, Notice, NoticeCode};
use crate::error::ServiceError;

/// Longest wait that a request may ask for, in milliseconds.
const MAX_WAIT_MS: u32 = 600_000;
/// Longest question, in bytes.
const MAX_QUERY_BYTES: usize = 65_536;
/// Most entries of a filter's list.
const MAX_FILTER_ENTRIES: usize = 64;
/// Longest name of a revision, in bytes.
const MAX_REVISION_BYTES: usize = 256;
/// Longest entry of a filter's list, in bytes.
const MAX_FILTER_BYTES: usize = 1_024;

/// A number brought within its limits, with what is to be said about that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capped {
    /// Within the limits.
    pub(crate) value: u32,
    /// Present when more was asked for.
    pub(crate) notice: Option<Notice>,
}

impl Capped {
    /// `asked`, or `default` when it is 0, but not more than `most`.
    pub(crate) fn new(code: NoticeCode, what: &str, asked: u32, default: u32, most: u32) -> Self {
        let asked = if asked == 0 { default } else { asked };
        let notice =
            (asked > most).then(|| Notice { code, message: format!("{what} {asked} capped to {most}") });
        Self { value: asked.min(most), notice }
    }
}

/// Which repository, how fresh.
pub(crate) fn address(
    repository: String,
    consistency: Option<v1::Consistency>,
) -> Result<Address, ServiceError> {
    use v1::consistency::Level;
    let consistency = match consistency.and_then(|consistency| consistency.level) {
        None => Consistency::Newest,
        Some(Level::AtLeastGeneration(generation)) => Consistency::AtLeast(Generation(generation)),
        Some(Level::WaitForDiskMs(limit)) => {
            Consistency::Disk(wait_limit("consistency.wait_for_disk_ms", limit)?)
        }
    };
    Ok(Address { repository, consistency, changed_since: String::new() })
}

/// Which repository, how fresh, and of what age the files that take part.
pub(crate) fn filtered_address(
    repository: String,
    consistency: Option<v1::Consistency>,
    filter: Option<&mut v1::Filter>,
) -> Result<Address, ServiceError> {
    let changed_since = filter.map(|filter| std::mem::take(&mut filter.changed_since)).unwrap_or_default();
    if changed_since.len() > MAX_REVISION_BYTES {
        let detail = format!("is longer than {MAX_REVISION_BYTES} bytes");
        return Err(ServiceError::invalid("filter.changed_since", detail));
    }
    Ok(Address { changed_since, ..address(repository, consistency)? })
}

/// A wait in milliseconds.
pub(super) fn wait_limit(field: &'static str, limit_ms: u32) -> Result<Duration, ServiceError> {
    if limit_ms > MAX_WAIT_MS {
        return Err(ServiceError::invalid(field, format!("is more than {MAX_WAIT_MS}")));
    }
    Ok(Duration::from_millis(u64::from(limit_ms)))
}

/// Refuses a request that names an overlay session.
pub(crate) fn refuse_session(session: &str) -> Result<(), ServiceError> {
    if session.is_empty() { Ok(()) } else { Err(ServiceError::Unimplemented { what: "an overlay session" }) }
}

/// A question's text.
pub(super) fn question(text: String) -> Result<String, ServiceError> {
    if text.len() > MAX_QUERY_BYTES {
        let detail = format!("has {} bytes, at most {MAX_QUERY_BYTES} are answered", text.len());
        return Err(ServiceError::invalid("query", detail));
    }
    Ok(text)
}

/// What may appear.
pub(super) fn filter(filter: Option<v1::Filter>) -> Result<FilterSpec, ServiceError> {
    let Some(filter) = filter else { return Ok(FilterSpec::default()) };
    let tests = match filter.tests() {
        v1::TestFilter::Unspecified => None,
        v1::TestFilter::Exclude => Some(false),
        v1::TestFilter::Only => Some(true),
    };
    let kinds = entries("filter.kinds", filter.kinds)?;
    Ok(FilterSpec {
        include: entries("filter.include", filter.include)?,
        exclude: entries("filter.exclude", filter.exclude)?,
        languages: entries("filter.languages", filter.languages)?,
        kinds: kinds.iter().map(|name| symbol_kind(name)).collect::<Result<_, _>>()?,
        tests,
        paths: None,
    })
}

fn entries(field: &'static str, entries: Vec<String>) -> Result<Vec<String>, ServiceError> {
    if entries.len() > MAX_FILTER_ENTRIES {
        return Err(ServiceError::invalid(field, format!("has more than {MAX_FILTER_ENTRIES} entries")));
    }
    if entries.iter().any(|entry| entry.is_empty() || entry.len() > MAX_FILTER_BYTES) {
        let detail = format!("has an entry that is empty or longer than {MAX_FILTER_BYTES} bytes");
        return Err(ServiceError::invalid(field, detail));
    }
    Ok(entries)
}

fn symbol_kind(name: &str) -> Result<SymbolKind, ServiceError> {
    SymbolKind::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = SymbolKind::ALL.iter().map(|kind| kind.as_str()).collect();
        ServiceError::invalid("filter.kinds", format!("{name} is none of {}", known.join(", ")))
    })
}

/// Where the caller stands. The path is checked when the repository's root is known.
pub(super) fn focus(focus: Option<v1::Focus>) -> Option<Focus> {
    focus.map(|focus| Focus { path: focus.path, line: focus.line })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn capped(asked: u32) -> (u32, bool) {
        let capped = Capped::new(NoticeCode::LimitCapped, "limit", asked, 10, 200);
        (capped.value, capped.notice.is_some())
    }

    #[test]
    fn limits_have_a_default_and_a_cap_that_is_told() {
        assert_eq!(capped(0), (10, false));
        assert_eq!(capped(200), (200, false));
        assert_eq!(capped(201), (200, true));
    }

    #[test]
    fn consistency_has_three_levels() {
        use v1::consistency::Level;
        let of = |level| address(String::new(), Some(v1::Consistency { level })).map(|a| a.consistency);
        assert_eq!(of(None).unwrap(), Consistency::Newest);
        assert_eq!(of(Some(Level::AtLeastGeneration(7))).unwrap(), Consistency::AtLeast(Generation(7)));
        let disk = of(Some(Level::WaitForDiskMs(250))).unwrap();
        assert_eq!(disk, Consistency::Disk(Duration::from_millis(250)));
        assert!(of(Some(Level::WaitForDiskMs(MAX_WAIT_MS + 1))).is_err());
    }

    #[test]
    fn filters_are_checked() {
        let spec = filter(Some(v1::Filter {
            include: vec!["src/**".to_owned()],
            kinds: vec!["enum_member".to_owned()],
            tests: v1::TestFilter::Only.into(),
            ..v1::Filter::default()
        }));
        let spec = spec.unwrap();
        assert_eq!((spec.kinds, spec.tests), (vec![SymbolKind::EnumMember], Some(true)));
        let refused = |bad: v1::Filter| filter(Some(bad)).unwrap_err().to_string();
        let unknown = refused(v1::Filter { kinds: vec!["klass".to_owned()], ..v1::Filter::default() });
        assert!(unknown.starts_with("invalid filter.kinds: klass is none of module, "), "{unknown}");
        refused(v1::Filter { exclude: vec!["x".to_owned(); 65], ..v1::Filter::default() });
        refused(v1::Filter { languages: vec![String::new()], ..v1::Filter::default() });
    }

    #[test]
    fn long_questions_and_sessions_are_refused() {
        assert!(question("x".repeat(MAX_QUERY_BYTES)).is_ok());
        assert!(question("x".repeat(MAX_QUERY_BYTES + 1)).is_err());
        assert!(refuse_session("").is_ok());
        assert_eq!(refuse_session("s1").unwrap_err().grpc_code(), tonic::Code::Unimplemented);
    }
}
