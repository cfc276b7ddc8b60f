//! Tests of the code tokenizer.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let mut tokens = Vec::new();
    tokenize(text, &mut |token| tokens.push(token.to_owned()));
    assert_eq!(tokens.join(" "), expected, "tokens of {text:?}");
}

#[test]
fn identifiers_are_kept_whole_and_split() {
    check("HTTPServer2", "httpserver2 http serv 2");
    check("spawn_blocking", "spawn_blocking spawn block");
    check("spawnBlocking", "spawnblocking spawn block");
    check("SPAWN_BLOCKING", "spawn_blocking spawn block");
    check("__init__", "init");
    check("_private_name", "private_name privat nam");
    check("parseURLs", "parseurls pars url");
    check("IOError", "ioerror io error");
    check("getX", "getx get");
    check("XAxis", "xaxis axis");
    check("$scope", "scope scop");
    check("std::fs::read_dir", "std fs read_dir read dir");
}

#[test]
fn digits_split_off_but_keep_single_letters() {
    check("utf8", "utf8 utf 8");
    check("sha256sum", "sha256sum sha 256 sum");
    check("i32 u8 x86_64", "i32 u8 x86_64 x86 64");
    check("vec3d", "vec3d vec 3d");
    check("to_i32", "to_i32 to i32");
    check("7 42", "7 42");
    check("0x1F 1e9 10_000 10usize", "0x1f 1e9 10_000 10usize");
}

#[test]
fn single_letters_are_no_tokens() {
    check("a + T - _ x_y", "x_y");
}

#[test]
fn words_meet_through_their_stem() {
    check("dispatch dispatches dispatching", "dispatch dispatches dispatch dispatching dispatch");
    check("Parser", "parser pars");
}

#[test]
fn hash_like_words_stay_whole_or_go() {
    check("280a6f4b91c3d5e7f8091a2b3c4d5e6f70819a2b", "280a6f4b91c3d5e7f8091a2b3c4d5e6f70819a2b");
    check("a80b6f4b91c3d5e7f8091a2b3c4d5e6f70819a2b", "a80b6f4b91c3d5e7f8091a2b3c4d5e6f70819a2b");
    check("YTgwYjZmNGI5MWMzZDVlN2Y4MDkxYTJiM2M0ZDVlNmY3MDgxOWEyYg", "");
    check(&"acgt".repeat(40), "");
    check(&"1".repeat(50), "");
}

#[test]
fn long_words_give_their_parts_only() {
    let word = format!("{}end", "some_long_".repeat(8));
    check(&word, &format!("{} end", ["som long"; 8].join(" ")));
}

#[test]
fn other_scripts() {
    check("Größe", "größe");
    check("ÉcoleNormale", "écolenormale école normal");
    check("naïve café", "naïve café");
    check("检索引擎", "检索 索引 引擎");
    check("检 a检索b", "检 检索");
    check("код—данные", "код данные");
    check("「検索」する", "検索 する");
    check("ab\u{2003}cd", "ab cd");
}

/// The parts of `identifier` with their stems.
fn parts_and_stems(identifier: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for_each_part_and_stem(identifier, |part, stem| found.push((part.to_owned(), stem.to_owned())));
    found
}

/// The stem of a word.
fn stem(word: &str) -> String {
    let (part, stem) = parts_and_stems(word).remove(0);
    assert_eq!(part, word, "is one part");
    stem
}

#[test]
fn parts_come_as_written_and_stemmed() {
    let check = |identifier: &str, expected: &[(&str, &str)]| {
        let found = parts_and_stems(identifier);
        let found: Vec<(&str, &str)> = found.iter().map(|(part, stem)| (&**part, &**stem)).collect();
        assert_eq!(found, expected, "{identifier}");
    };
    check("HTTPServer2", &[("http", "http"), ("server", "serv"), ("2", "2")]);
    check("running", &[("running", "run")]);
    check("ÉcoleNormale", &[("école", "école"), ("normale", "normal")]);
    check("_x", &[("_x", "_x")]);
    check("", &[]);
}

#[test]
fn inflections_share_a_stem() {
    for family in [
        "cache caches cached caching",
        "parse parses parsed parsing parser parsers",
        "dispatch dispatches dispatched dispatching dispatcher",
        "run runs running",
        "stop stops stopped stopping",
        "add adds added adding",
        "query queries",
        "retry retries retried retrying",
        "class classes",
        "process processes processed processing processor",
        "iterate iterates iterating iterator iteration",
        "validate validated validation validator",
        "create creates created creating creation creator",
        "serialize serializes serializing serializer serialization",
        "connect connects connected connection connector",
        "queue queues queued",
        "size sizes sized",
        "match matches matched matching matcher",
        "case cases",
        "embed embedding",
        "alias aliases",
        "recursive recursively",
        "call calls called calling caller",
    ] {
        let stems: Vec<String> = family.split(' ').map(stem).collect();
        assert!(stems.iter().all(|stem| *stem == stems[0]), "{family}: {stems:?}");
    }
}

#[test]
fn unrelated_words_keep_apart() {
    for word in ["string", "thing", "need", "status", "access", "axis", "user", "http", "tree", "spring"] {
        assert_eq!(stem(word), word);
    }
}

#[test]
fn query_tokens_are_distinct_and_counted() {
    let tokens = query_tokens("block spawn_block spawn_block");
    let summary: Vec<_> = tokens.iter().map(|token| (token.text.as_str(), token.kind, token.count)).collect();
    let expected = [
        ("block", TokenKind::Word, 3),
        ("spawn_block", TokenKind::Compound, 2),
        ("spawn", TokenKind::Part, 2),
    ];
    assert_eq!(summary, expected);
}

proptest::proptest! {
    #[test]
    fn any_text_gives_bounded_lower_case_words(text in "\\PC{0,200}|[a-zA-Z0-9_é检$ ]{0,200}") {
        tokenize(&text, &mut |token| {
            assert!(!token.is_empty() && token.len() <= 3 * LONGEST_WORD);
            assert!(token.chars().all(|c| c == '_' || c.is_alphanumeric() || !c.is_ascii()), "{token:?}");
        });
    }
}
