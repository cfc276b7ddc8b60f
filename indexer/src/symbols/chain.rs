//! Chains: how an expression leads from name to name (see the store's `ReferenceRecord` for the notation).
//!
//! They are read from the text, not from the tree: the tokens are much the same in all languages, and a tree knows
//! neither its parents cheaply nor what an error node was meant to be.

use super::names::is_word_char;
use crate::lang::Syntax;

/// How far an expression is followed, in bytes.
const REACH: usize = 2048;

/// Most names of a chain.
const MAX_LINKS: usize = 8;

/// Longest chain that is kept, in bytes.
const MAX_CHAIN: usize = 160;

/// Words in front of an expression that do not change what it leads to.
const TRANSPARENT_WORDS: [&str; 5] = ["await", "new", "mut", "yield", "try"];

/// A link read from an expression: its name and whether it is called or indexed.
#[derive(Default)]
struct Link<'t> {
    name: &'t str,
    suffix: &'static str,
}

/// The chain that the name at `start` is taken from; empty for a bare name.
pub(super) fn receiver(text: &str, start: usize, syntax: &Syntax) -> Box<str> {
    without_marks(receiver_by(text, start, syntax.member_operators), syntax.variable_mark)
}

/// The chain that the expression `text` is; empty when it is something else.
pub(super) fn of_expression(text: &str, syntax: &Syntax) -> Box<str> {
    without_marks(expression_by(text, syntax.member_operators), syntax.variable_mark)
}

fn without_marks(chain: Box<str>, mark: &str) -> Box<str> {
    if mark.is_empty() { chain } else { chain.replace(mark, "").into() }
}

/// [`receiver`] for these operators, with all marks.
pub(super) fn receiver_by(text: &str, start: usize, operators: &[&str]) -> Box<str> {
    let from = text.floor_char_boundary(start.saturating_sub(REACH));
    let mut rest = &text[from..start];
    let mut links: Vec<Link> = Vec::new();
    while let Some(before) = strip_operator(rest, operators) {
        if links.len() == MAX_LINKS {
            links.push(Link { name: "?", suffix: "" });
            break;
        }
        let (link, remaining) = last_link(before);
        let is_end = link.name == "?";
        links.push(link);
        rest = remaining;
        if is_end {
            break;
        }
    }
    links.reverse();
    join(&links)
}

/// `text` without the operator that it ends with.
fn strip_operator<'t>(text: &'t str, operators: &[&str]) -> Option<&'t str> {
    let trimmed = text.trim_end();
    let before = operators.iter().find_map(|operator| trimmed.strip_suffix(operator))?;
    let stands_alone = trimmed.len() < text.len() && before.ends_with(' ');
    if before.ends_with('.') || stands_alone {
        return None; // a range, a spread, an operator of another meaning
    }
    Some(before.trim_end().trim_end_matches(['?', '!', '&']))
}

/// The last link of `text`, and what stands before it.
fn last_link(text: &str) -> (Link<'_>, &str) {
    let mut rest = text.trim_end();
    let mut suffix = "";
    loop {
        rest = rest.trim_end_matches(['?', '!']);
        let Some(closing) = rest.chars().next_back().filter(|c| ")]>".contains(*c)) else { break };
        let Some(before) = before_bracket(rest, closing) else { return (Link { name: "?", suffix: "" }, "") };
        suffix = match closing {
            ')' => "()",
            ']' if suffix.is_empty() => "[]",
            _ => suffix,
        };
        rest = before.trim_end().trim_end_matches("::");
    }
    let start = rest.rfind(|c| !is_word_char(c)).map_or(0, |at| at + char_len(rest, at));
    let name = &rest[start..];
    let is_name = name.starts_with(|c: char| !c.is_ascii_digit());
    if is_name { (Link { name, suffix }, &rest[..start]) } else { (Link { name: "?", suffix: "" }, "") }
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// What stands before the bracket that `closing` at the end of `text` closes.
fn before_bracket(text: &str, closing: char) -> Option<&str> {
    let is_angle = closing == '>';
    let mut depth = 0u32;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' | ']' | '}' if !is_angle => depth += 1,
            '(' | '[' | '{' if !is_angle => depth -= 1,
            '>' if is_angle => depth += 1,
            '<' if is_angle => depth -= 1,
            ';' | '{' | '}' if is_angle => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[..at]);
        }
    }
    None
}

fn expression_by(text: &str, operators: &[&str]) -> Box<str> {
    let text = &text[..text.floor_char_boundary(REACH)];
    let mut rest = text.trim_start().trim_start_matches(['&', '*']);
    while let Some(after) = TRANSPARENT_WORDS.iter().find_map(|word| {
        rest.strip_prefix(word).filter(|after| after.starts_with(char::is_whitespace)).map(str::trim_start)
    }) {
        rest = after;
    }
    let mut links: Vec<Link> = Vec::new();
    loop {
        let end = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || links.len() == MAX_LINKS {
            return "".into();
        }
        let Some((suffix, after)) = suffix_of(&rest[end..]) else { return "".into() };
        links.push(Link { name, suffix });
        let after = after.trim_start();
        if after.is_empty() || after.starts_with([';', ',']) {
            return join(&links);
        }
        let Some(next) = operators.iter().find_map(|operator| after.strip_prefix(operator)) else {
            return "".into();
        };
        rest = next.trim_start();
    }
}

/// Skips the brackets after a name: what they make of it, and what follows.
fn suffix_of(text: &str) -> Option<(&'static str, &str)> {
    let mut suffix = "";
    let mut rest = text.trim_start_matches(['?', '!']);
    loop {
        let turbofish = rest.strip_prefix("::").filter(|after| after.starts_with('<')).unwrap_or(rest);
        let (opening, found) = match turbofish.chars().next() {
            Some('(') => ('(', "()"),
            Some('[') => ('[', if suffix.is_empty() { "[]" } else { suffix }),
            Some('<') => ('<', suffix),
            _ => break,
        };
        let Some(after) = after_bracket(turbofish, opening) else { break };
        (suffix, rest) = (found, after.trim_start_matches(['?', '!']));
    }
    let body = rest.trim_start();
    if body.starts_with('{') && suffix.is_empty() {
        return after_bracket(body, '{').map(|after| ("()", after)); // a value of a struct, written out
    }
    Some((suffix, rest))
}

/// What stands after the bracket that `opening` at the start of `text` opens.
fn after_bracket(text: &str, opening: char) -> Option<&str> {
    let is_angle = opening == '<';
    let mut depth = 0u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' if !is_angle => depth += 1,
            ')' | ']' | '}' if !is_angle => depth -= 1,
            '<' if is_angle => depth += 1,
            '>' if is_angle => depth -= 1,
            ';' | '{' | '}' if is_angle => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[at + c.len_utf8()..]);
        }
    }
    None
}

fn join(links: &[Link]) -> Box<str> {
    let mut chain = String::new();
    for link in links {
        if !chain.is_empty() {
            chain.push('.');
        }
        chain.push_str(link.name);
        chain.push_str(link.suffix);
    }
    if chain.len() > MAX_CHAIN { "?".into() } else { chain.into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const OPERATORS: [&str; 3] = ["::", "->", "."];

    #[test]
    fn receivers() {
        let check = |text: &str, expected: &str| {
            assert_eq!(&*receiver_by(text, text.rfind("NAME").unwrap(), &OPERATORS), expected, "{text}");
        };
        check("NAME", "");
        check("x = NAME", "");
        check("self.NAME", "self");
        check("return a::b(x, (y)).c[0]\n    .NAME", "a.b().c[]");
        check("a->b?.NAME", "a.b");
        check("Vec::<T>::NAME", "Vec");
        check("f()?.NAME", "f()");
        check("0..NAME", "");
        check("...NAME", "");
        check("\"text\".NAME", "?");
        check("(a + b).NAME", "?");
        check("g(x)(y).NAME", "g()");
        check(".NAME", "?");
        check("\u{e4}.NAME", "\u{e4}");
        check("a.b.c.d.e.f.g.h.i.j.NAME", "?.c.d.e.f.g.h.i.j");
    }

    #[test]
    fn expressions() {
        let check = |text: &str, expected: &str| {
            assert_eq!(&*expression_by(text, &OPERATORS), expected, "{text}");
        };
        check("Foo(1, bar(2))", "Foo()");
        check("await new a.Foo<T>(x)", "a.Foo()");
        check("&mut Foo::new()?", "Foo.new()");
        check("Foo { a: 1 }", "Foo()");
        check("HashMap::<A, B>::with(3)", "HashMap.with()");
        check("a + b", "");
        check("a if b else c", "");
        check("\"text\"", "");
        check("xs[0].y", "xs[].y");
        check("f(", "");
        check("", "");
    }
}
