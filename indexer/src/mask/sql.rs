//! The dialects of SQL, for a grammar that knows the statements they share.
//!
//! Routines differ most between dialects, and one that the grammar does not know costs it what follows. So the head
//! of a routine is shown as `CREATE TYPE name (`, its body is hidden, and the query reads from the original text what
//! it was. Statements that define nothing and refer to nothing (`GRANT`, `SET`, data) are hidden whole.

use std::ops::Range;

use super::Patch;

/// Statements that are shown besides `CREATE`, when they are not long.
const SHOWN: [&str; 7] = ["ALTER", "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE"];

/// Length from which a statement is taken for data.
const MAX_SHOWN: usize = 4096;

/// In how many tokens from its start a statement says what it creates.
const MAX_HEAD: usize = 24;

/// How many bytes behind its bracket a name ends at the latest.
const MAX_BRACKETED: usize = 512;

/// Dollar quotes without an end after which no further end is looked for: each search reads the rest of the text.
const MAX_UNCLOSED: usize = 64;

/// What the grammar can create.
const KNOWN_KINDS: [&str; 8] =
    ["TABLE", "VIEW", "INDEX", "SEQUENCE", "TYPE", "SCHEMA", "DATABASE", "EXTENSION"];

/// What is not shown: behind it, the name of a kind is a use (`OPERATOR CLASS ... FOR TYPE t`, `CAST ... WITH FUNCTION f`).
const USING_KINDS: [&str; 7] =
    ["OPERATOR", "CAST", "TRANSFORM", "ACCESS", "POLICY", "PUBLICATION", "STATISTICS"];

/// What is shown as a type instead.
const OTHER_KINDS: [&str; 11] = [
    "FUNCTION",
    "PROCEDURE",
    "PROC",
    "TRIGGER",
    "EVENT",
    "PACKAGE",
    "DOMAIN",
    "AGGREGATE",
    "RULE",
    "SYNONYM",
    "SUBTYPE",
];

/// Words in front of a kind that the grammar knows.
const KNOWN_MODIFIERS: [&str; 8] =
    ["OR", "REPLACE", "TEMP", "TEMPORARY", "UNIQUE", "MATERIALIZED", "RECURSIVE", "UNLOGGED"];

/// Hides what the grammar does not know.
pub(crate) fn hide_sql_dialects(text: &str) -> Vec<Range<usize>> {
    Edits::of(text).hidden
}

/// Writes what it must see instead.
pub(crate) fn patch_sql_dialects(text: &str) -> Vec<Patch> {
    Edits::of(text).patches
}

/// What is changed in a text.
#[derive(Default)]
struct Edits {
    hidden: Vec<Range<usize>>,
    patches: Vec<Patch>,
}

impl Edits {
    fn of(text: &str) -> Self {
        let mut edits = Self::default();
        let tokens: Vec<Token> = Tokens { text, at: 0, delimiter: ";", unclosed: 0 }.collect();
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let count = statement_length(text, rest);
            let (statement, after) = rest.split_at(count);
            edits.add_statement(text, statement);
            rest = after;
        }
        edits
    }

    fn patch(&mut self, at: usize, word: &'static str) {
        self.patches.push(Patch { at, word });
    }

    /// Adds the edits of a statement with its terminator.
    fn add_statement(&mut self, text: &str, statement: &[Token]) {
        let (Some(first), Some(last)) = (statement.first(), statement.last()) else { return };
        let whole = first.range.start..last.range.end;
        let body = match last.kind {
            Kind::End => &statement[..statement.len() - 1],
            _ => statement,
        };
        let shown = if first.is_word(text, &["CREATE"]) {
            self.add_creation(text, body)
        } else {
            let alters_other = first.is_word(text, &["ALTER"])
                && !statement.get(1).is_some_and(|what| what.is_word(text, &["TABLE"]));
            let is_shown = first.is_word(text, &SHOWN) && !alters_other && whole.len() <= MAX_SHOWN;
            Some(body).filter(|_| is_shown)
        };
        let Some(shown) = shown else {
            self.hidden.push(whole);
            return;
        };
        shown.iter().for_each(|token| self.add_name(text, token));
        if last.kind == Kind::End && last.text(text) != ";" {
            self.hidden.push(last.range.clone());
            self.patch(last.range.start, ";");
        }
    }

    /// Writes `"name"` for `[name]`, and `a_b` for `a$b`.
    fn add_name(&mut self, text: &str, token: &Token) {
        let Range { start, end } = token.range;
        match token.kind {
            Kind::Quoted if token.text(text).starts_with('[') => {
                self.patch(start, "\"");
                self.patch(end - 1, "\"");
            }
            Kind::Word => {
                let marks = token.text(text).match_indices('$');
                self.patches.extend(marks.map(|(at, _)| Patch { at: start + at, word: "_" }));
            }
            _ => {}
        }
    }

    /// Adds the edits of a `CREATE` statement; gives what is left of it, nothing when the grammar can make nothing of
    /// it.
    fn add_creation<'s>(&mut self, text: &str, statement: &'s [Token]) -> Option<&'s [Token]> {
        let head = &statement[1..statement.len().min(MAX_HEAD)];
        let first = head.iter().find(|token| !token.is_word(text, &["OR", "REPLACE"]))?;
        if first.is_word(text, &USING_KINDS) {
            return None;
        }
        let is_kind = |token: &Token| token.is_word(text, &KNOWN_KINDS) || token.is_word(text, &OTHER_KINDS);
        let mut kind = head.iter().position(is_kind)?;
        let is_event_trigger = head[kind].is_word(text, &["EVENT"])
            && head.get(kind + 1).is_some_and(|next| next.is_word(text, &["TRIGGER"]));
        kind += usize::from(is_event_trigger);
        let is_known = head[kind].is_word(text, &KNOWN_KINDS) && !is_base_type(text, &statement[kind + 1..]);
        let hidden = head[..kind].iter().filter(|word| !is_known || !word.is_word(text, &KNOWN_MODIFIERS));
        self.hidden.extend(hidden.map(|word| word.range.clone()));
        if is_known { Some(statement) } else { self.add_routine(text, &statement[kind + 1..]) }
    }

    /// Shows a routine, from its kind on, as a type; gives its name, nothing when it has none.
    fn add_routine<'s>(&mut self, text: &str, routine: &'s [Token]) -> Option<&'s [Token]> {
        let skipped = ["IF", "NOT", "EXISTS", "BODY"];
        let first = 1 + routine[1..].iter().position(|token| !token.is_word(text, &skipped))?;
        let last = first + last_of_name(text, &routine[first..])?;
        let after = &routine[last + 1..];
        self.hidden.push(routine[0].range.start..routine[first].range.start);
        self.patch(routine[0].range.start, "TYPE");
        if let Some(end) = after.last().map(|token| token.range.end) {
            self.hidden.push(routine[last].range.end..end);
            if let Some(start) = body_start(text, after).filter(|start| start + 1 < end) {
                self.patch(start, "(");
                self.patch(end - 1, ")");
            }
        }
        Some(&routine[first..=last])
    }
}

/// Whether the statement, from its kind on, is `TYPE name (...)`, whose attributes the grammar does not know.
fn is_base_type(text: &str, statement: &[Token]) -> bool {
    let last = last_of_name(text, &statement[1..]);
    let next = last.and_then(|last| statement.get(last + 2));
    statement[0].is_word(text, &["TYPE"]) && next.is_some_and(|next| next.text(text) == "(")
}

/// The position of the last token of the name that `tokens` begin with.
fn last_of_name(text: &str, tokens: &[Token]) -> Option<usize> {
    let is_part = |token: Option<&Token>| token.is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Quoted));
    let mut last = 0;
    if !is_part(tokens.first()) {
        return None;
    }
    while tokens.get(last + 1).is_some_and(|token| token.text(text) == ".") && is_part(tokens.get(last + 2)) {
        last += 2;
    }
    Some(last)
}

/// Where the body of a routine starts, after its name.
fn body_start(text: &str, tokens: &[Token]) -> Option<usize> {
    let mut depth = 0u32;
    for token in tokens {
        match token.text(text) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if token.kind == Kind::DollarQuoted
                || token.is_word(text, &["AS", "IS", "BEGIN", "RETURN", "DO"]) =>
            {
                return Some(token.range.start);
            }
            _ => {}
        }
    }
    None
}

/// How many tokens the first statement of `tokens` has, with its terminator.
fn statement_length(text: &str, tokens: &[Token]) -> usize {
    let head = &tokens[..tokens.len().min(MAX_HEAD)];
    let creates = head[0].is_word(text, &["CREATE"]);
    let has_body = ["FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "PACKAGE", "EVENT"];
    if !creates || !head.iter().any(|token| token.is_word(text, &has_body)) {
        return tokens.iter().position(|token| token.kind == Kind::End).map_or(tokens.len(), |end| end + 1);
    }
    let mut nesting = Nesting::default();
    for (position, token) in tokens.iter().enumerate() {
        if token.kind == Kind::End && !(token.text(text) == ";" && nesting.is_inside()) {
            return position + 1;
        }
        let before = position.checked_sub(1).map(|before| &tokens[before]);
        nesting.add(text, before, token, tokens.get(position + 1));
    }
    tokens.len()
}

/// How deep in a routine's body a token is.
#[derive(Default)]
struct Nesting {
    parentheses: u32,
    blocks: u32,
    /// Between `IS` and `BEGIN`, where declarations stand.
    declares: bool,
}

impl Nesting {
    fn is_inside(&self) -> bool {
        self.blocks > 0 || self.declares
    }

    fn add(&mut self, text: &str, before: Option<&Token>, token: &Token, next: Option<&Token>) {
        let is_before = |words: &[&str]| before.is_some_and(|before| before.is_word(text, words));
        let is_next = |words: &[&str]| next.is_some_and(|next| next.is_word(text, words));
        if token.kind == Kind::Symbol {
            match token.text(text) {
                "(" => self.parentheses += 1,
                ")" => self.parentheses = self.parentheses.saturating_sub(1),
                _ => {}
            }
        } else if token.is_word(text, &["BEGIN"]) {
            self.declares = false;
            self.blocks += 1;
        } else if token.is_word(text, &["IS"]) && self.parentheses == 0 && self.blocks == 0 {
            self.declares |= !is_before(&["FUNCTION", "PROCEDURE"]) && !is_next(&["NULL", "NOT", "DISTINCT"]);
        } else if token.is_word(text, &["CASE"]) && self.blocks > 0 {
            self.blocks += u32::from(!is_before(&["END"]));
        } else if token.is_word(text, &["END"]) && self.blocks > 0 {
            self.blocks -= u32::from(!is_next(&["IF", "LOOP", "WHILE", "REPEAT", "FOR"]));
        }
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    DollarQuoted,
    Symbol,
    /// The end of a statement: `;`, another delimiter, or `GO`.
    End,
}

/// A word, a string, a mark.
struct Token {
    kind: Kind,
    range: Range<usize>,
}

impl Token {
    fn text<'t>(&self, text: &'t str) -> &'t str {
        &text[self.range.clone()]
    }

    /// Whether it is one of `words`, in upper or lower case.
    fn is_word(&self, text: &str, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.iter().any(|word| self.text(text).eq_ignore_ascii_case(word))
    }
}

/// Cuts a text into tokens; comments are none.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
    /// What ends a statement (`DELIMITER //`).
    delimiter: &'t str,
    /// Dollar quotes so far whose end was not found.
    unclosed: usize,
}

impl<'t> Tokens<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The rest of the current line.
    fn line(&self) -> &'t str {
        self.rest().lines().next().unwrap_or_default()
    }

    fn starts_line(&self) -> bool {
        self.text[..self.at].trim_end_matches([' ', '\t']).ends_with('\n') || self.at == 0
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            let rest = self.rest();
            let skipped = if rest.starts_with("--") {
                self.line().len()
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                rest.len() - rest.trim_start().len()
            };
            if skipped == 0 {
                return;
            }
            self.at += skipped;
        }
    }

    fn take(&mut self, kind: Kind, length: usize) -> Token {
        let range = self.at..self.at + length;
        self.at = range.end;
        Token { kind, range }
    }

    /// What `DELIMITER mark` at the start of a line says; not the attribute of a type (`delimiter = ':'`).
    fn next_delimiter(&self) -> Option<&'t str> {
        let word = self.rest().get(..10).filter(|word| word.eq_ignore_ascii_case("delimiter "))?;
        let mark = self.starts_line().then(|| self.line()[word.len()..].trim())?;
        (!mark.starts_with('=')).then_some(mark)
    }

    /// The length of the word here; a `$` may stand in it, but no delimiter or dollar quote.
    fn word_length(&self) -> usize {
        let rest = self.rest();
        let word = &rest[..rest.find(|c| !is_word_char(c) && c != '$').unwrap_or(rest.len())];
        let ends = [self.delimiter, "$$"].into_iter().filter_map(|mark| word.find(mark));
        ends.filter(|end| *end > 0).min().unwrap_or(word.len())
    }

    fn take_quoted(&mut self, closing: char) -> Token {
        let rest = self.rest();
        let mut inside = rest.char_indices().skip(1);
        let mut is_escaped = false;
        let end = inside.find(|(_, c)| {
            let closes = *c == closing && !is_escaped;
            is_escaped = *c == '\\' && !is_escaped;
            closes
        });
        self.take(Kind::Quoted, end.map_or(rest.len(), |(at, c)| at + c.len_utf8()))
    }

    /// `$tag$ ... $tag$`, or the mark alone.
    fn take_dollar_quoted(&mut self) -> Token {
        let rest = self.rest();
        let tag_end = rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_').map(|at| at + 1);
        let Some(end) = tag_end.filter(|at| rest[*at..].starts_with('$')).map(|at| at + 1) else {
            return self.take(Kind::Symbol, 1);
        };
        let tag = &rest[..end];
        let length = if self.unclosed < MAX_UNCLOSED { rest[end..].find(tag) } else { None };
        match length {
            Some(length) => self.take(Kind::DollarQuoted, end + length + tag.len()),
            None => {
                self.unclosed += 1;
                self.take(Kind::Symbol, end)
            }
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks_and_comments();
        let rest = self.rest();
        let first = rest.chars().next()?;
        if self.starts_line() && (first == '\\' || is_alone(self.line(), "GO") || self.line().trim() == "/") {
            return Some(self.take(Kind::End, self.line().trim_end().len()));
        }
        if rest.starts_with(self.delimiter) {
            return Some(self.take(Kind::End, self.delimiter.len()));
        }
        if let Some(mark) = self.next_delimiter() {
            self.delimiter = if mark.is_empty() { ";" } else { mark };
            return Some(self.take(Kind::End, self.line().trim_end().len()));
        }
        Some(match first {
            '\'' | '"' | '`' => self.take_quoted(first),
            '[' if is_bracketed_name(rest) => self.take_quoted(']'),
            '$' => self.take_dollar_quoted(),
            c if is_word_char(c) => self.take(Kind::Word, self.word_length()),
            c => self.take(Kind::Symbol, c.len_utf8()),
        })
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '#')
}

/// Whether the line is `word` and nothing else.
fn is_alone(line: &str, word: &str) -> bool {
    line.trim().trim_end_matches(';').eq_ignore_ascii_case(word)
}

/// `[Name]`, not `[1]`.
fn is_bracketed_name(text: &str) -> bool {
    let is_named = text[1..].starts_with(|c: char| c.is_alphabetic() || c == '_');
    is_named && text.bytes().skip(1).take(MAX_BRACKETED).any(|byte| matches!(byte, b']' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{masked, patched};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let hidden = masked(text, Some(hide_sql_dialects));
        let seen = patched(hidden, text, Some(patch_sql_dialects));
        assert_eq!(seen.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{text}");
        assert_eq!(seen.len(), text.len());
    }

    #[test]
    fn routines_are_shown_as_types() {
        check("CREATE PROCEDURE p(a int) AS $$ begin; end $$;", "CREATE TYPE p ( );");
        check("create or replace function s.f() returns int as 'x' language sql;", "create TYPE s.f ( );");
        check(
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END; SELECT 2;",
            "CREATE TYPE t ( ); SELECT 2;",
        );
        check("CREATE DOMAIN d AS int;", "CREATE TYPE d ( );");
        check("CREATE PROCEDURE p IS x int; BEGIN IF a THEN b; END IF; END;", "CREATE TYPE p ( );");
        check("DELIMITER //\nCREATE DEFINER=`a`@`b` FUNCTION f() BEGIN x; END//\n", "CREATE TYPE f ( );");
        check("CREATE PROC [dbo].[p] AS SELECT 1\nGO\nSELECT 2", "CREATE TYPE \"dbo\".\"p\" ( ) ; SELECT 2");
    }

    #[test]
    fn other_statements() {
        check("GRANT ALL ON a TO b; ALTER ROLE b; SELECT 1;", "SELECT 1;");
        check("CREATE FUNCTION is() AS $$ x $$; SELECT 1;", "CREATE TYPE is ( ); SELECT 1;");
        check("\\c shop\nUSE x;\nCREATE TABLE t (a int);", "CREATE TABLE t (a int);");
        check("CREATE OPERATOR CLASS c DEFAULT FOR TYPE t USING gist AS STORAGE t; SELECT 1;", "SELECT 1;");
        check(
            "CREATE TYPE s.t (input = f, internallength = variable); SELECT 1;",
            "CREATE TYPE s.t ; SELECT 1;",
        );
        check("CREATE TYPE t (input = f,\n  delimiter = ':'\n); SELECT 1;", "CREATE TYPE t ; SELECT 1;");
        check("CREATE TYPE t AS (a int); SELECT 1;", "CREATE TYPE t AS (a int); SELECT 1;");
        check("CREATE CAST (a AS b) WITH FUNCTION f(a); SELECT 1;", "SELECT 1;");
        check("CREATE VIEW x$a AS SELECT 1;", "CREATE VIEW x_a AS SELECT 1;");
        check("CREATE ALGORITHM=UNDEFINED VIEW v AS SELECT 1;", "CREATE VIEW v AS SELECT 1;");
        check("CREATE TABLE [t] ([a b] int)\nGO", "CREATE TABLE \"t\" (\"a b\" int) ;");
        check("-- a;b\nSELECT ';' /* ; */;", "-- a;b SELECT ';' /* ; */;");
    }

    #[test]
    fn any_text_is_cut() {
        for text in [
            "",
            ";",
            "CREATE",
            "CREATE FUNCTION",
            "CREATE FUNCTION f",
            "$",
            "$$",
            "'",
            "[",
            "/*",
            "DELIMITER ",
        ] {
            masked(text, Some(hide_sql_dialects));
        }
    }
}
