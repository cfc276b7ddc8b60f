//! What a question quotes leads to where it stands: literals in quotation marks, pieces of code, names with wildcards.

use contexd_retriever::{
    FilterSpec, Query, QueryKind, SearchResult, SymbolMatch, SymbolQuery, search_symbols,
};

use super::{answer, index, places};

/// Files that are much alike and name the same things.
const NETWORK: &str = r#"//- /src/client.rs
//! Connections that we open.

/// A connection refused by a peer is tried again by the connection's peer table.
pub struct ConnectionTable;

impl Client {
    pub fn open(&mut self, peer: &Peer) -> Result<Connection, OpenError> {
        for attempt in 0..self.retries {
            let connection = self.dial(peer.address(), attempt)?;
            if connection.is_ready() {
                return Ok(connection);
            }
        }
        Err(OpenError::new("connection refused by peer"))
    }

    pub fn open_at(&mut self, peer: &Peer) {}
    pub fn close_at(&mut self, peer: &Peer) {}
}
//- /src/server.rs
//! Connections that others open, refused or not.

impl Server {
    pub fn accept(&mut self, peer: &Peer) -> Result<Connection, OpenError> {
        for attempt in 0..self.retries {
            let connection = self.wait(peer.address(), attempt)?;
            if connection.is_open() {
                return Ok(connection.counted());
            }
        }
        Err(OpenError::new("Peer went away: --No-Retry"))
    }

    pub fn stop_at(&mut self) {}
}
//- /tests/dial.rs
#[test]
fn a_peer_is_dialled() {
    let mut client = Client::default();
    let connection = client.open(&Peer::local(4)).unwrap();
    assert!(connection.is_ready() && client.retries == 3);
}
//- /docs/notes.md
# Notes

What happens when a connection is refused by a peer, and how connections of a peer are raised and refused again.
"#;

fn ask(text: &str) -> SearchResult {
    answer(&index(NETWORK), text, FilterSpec::default())
}

/// The first hit must hold this line of this file and all of what is quoted.
#[track_caller]
fn check(text: &str, kind: QueryKind, path: &str, line: u32) {
    let result = ask(text);
    let first = &result.hits[0];
    let holds_line = (first.span.start_line..=first.span.end_line).contains(&line);
    assert!(result.kind == kind && &*first.file.path == path && holds_line, "{text}: {:?}", places(&result));
    assert!(first.signals.verbatim > 0.5, "{text}: {:?}", first.signals);
}

#[test]
fn a_quoted_literal_leads_to_where_it_stands() {
    let kind = QueryKind::NaturalLanguage;
    check("where is \"connection refused by peer\" raised", kind, "src/client.rs", 15);
    check("`connection refused by peer`", kind, "src/client.rs", 15);
    check("what does 'went away: --no-retry' mean", kind, "src/server.rs", 12);
}

#[test]
fn a_literal_that_stands_nowhere_changes_nothing() {
    let printed = |text: &str| format!("{:?}", places(&ask(text)));
    assert_eq!(printed("peer table of \"no such thing\""), printed("peer table of no such thing"));
    let unquoted = ask("connection refused by peer");
    assert!(unquoted.hits.iter().all(|hit| hit.signals.verbatim.abs() < f32::EPSILON));
}

#[test]
fn code_leads_to_where_it_stands() {
    let kind = QueryKind::Snippet;
    let copied = "let connection = self.dial(peer.address(), attempt)?;\n            if connection.is_ready() {\n                return Ok(connection);";
    check(copied, kind, "src/client.rs", 10);
    let unindented = "let connection = self.dial(peer.address(), attempt)?;\nif connection.is_ready()\n{ return Ok(connection);";
    check(unindented, kind, "src/client.rs", 10);
    let edited = "for number in 0..self.retries {\n    let connection = self.wait(peer.address(), attempt)?;\n    if connection.is_open() {";
    check(edited, kind, "src/server.rs", 6);
    check("if connection.is_open() { return Ok(connection.counted()); }", kind, "src/server.rs", 7);
    check(
        "```\nlet connection = client.open(&Peer::local(4)).unwrap();\nassert!(connection.is_ready());\n```",
        kind,
        "tests/dial.rs",
        4,
    );
}

#[test]
fn a_line_like_code_that_stands_nowhere_is_a_question() {
    assert_eq!(ask("while (queue.pop(&entry)) { audit(entry, 7); }").kind, QueryKind::NaturalLanguage);
    assert_eq!(
        ask("difference between Client::open(peer) and Server::accept(peer)").kind,
        QueryKind::NaturalLanguage
    );
}

#[test]
fn filters_hold_for_what_is_quoted() {
    let snapshot = index(NETWORK);
    let filter = FilterSpec { exclude: vec!["client.rs".into()], ..FilterSpec::default() };
    let result = answer(&snapshot, "where is \"connection refused by peer\" raised", filter);
    assert!(!result.hits.is_empty() && result.hits.iter().all(|hit| &*hit.file.path != "src/client.rs"));
}

#[test]
fn the_same_quotation_gives_the_same_bytes() {
    let snapshot = index(NETWORK);
    for text in
        ["\"connection refused by peer\" or 'went away'", "return Ok(connection);\nif connection.is_open() {"]
    {
        let printed = |_| format!("{:?}", answer(&snapshot, text, FilterSpec::default()).hits);
        let first = printed(0);
        assert!((1..10).map(printed).all(|again| again == first));
    }
}

#[test]
fn wildcards_find_names() {
    let snapshot = index(NETWORK);
    let defined = |text: &str| -> Vec<String> {
        let query = Query { dense: Vec::new(), ..super::question(text, FilterSpec::default()) };
        let result =
            contexd_retriever::search(&snapshot, &query, contexd_retriever::Weights::built_in()).unwrap();
        assert_eq!(result.kind, QueryKind::Identifier, "{text}");
        let defining = result.hits.iter().filter(|hit| hit.signals.definition > 0.0);
        defining.map(|hit| hit.file.path.to_string()).collect()
    };
    assert!(defined("*_at").contains(&"src/server.rs".to_owned()));
    assert!(defined("*_at").contains(&"src/client.rs".to_owned()));
    assert!(defined("Client::*_at").iter().all(|path| path == "src/client.rs"));
    assert!(defined("Server::*").iter().all(|path| path == "src/server.rs"));
    assert!(!defined("Server::*").is_empty());
}

#[test]
fn wildcards_find_symbols() {
    let snapshot = index(NETWORK);
    let found = |name: &str| -> Vec<String> {
        let query = SymbolQuery { name: name.to_owned(), limit: 20, ..SymbolQuery::default() };
        let hits = search_symbols(&snapshot, &query).unwrap().hits;
        assert!(hits.iter().all(|hit| hit.matched == SymbolMatch::Wildcard), "{name}");
        let mut names: Vec<String> = hits
            .iter()
            .map(|hit| hit.file.record.symbols[hit.symbol.ordinal as usize].name.to_string())
            .collect();
        names.sort_unstable();
        names
    };
    assert_eq!(found("*_at"), ["close_at", "open_at", "stop_at"]);
    assert_eq!(found("Client::*_at"), ["close_at", "open_at"]);
    // The file's path qualifies too: its module is called `server`.
    assert_eq!(found("Server::*"), ["Server", "accept", "stop_at"]);
    assert_eq!(found("connection*"), ["ConnectionTable"]);
    assert_eq!(found("zz*"), [""; 0]);
}
