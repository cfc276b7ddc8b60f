//! Patterns of a query as they are written: enough of their syntax to see what a match must hold.

/// A pattern: its outermost part, and what must be true of its captures.
#[derive(Debug)]
pub(super) struct Pattern<'q> {
    /// What is matched.
    pub(super) root: Part<'q>,
    /// The words of each predicate (`#eq?`, `@name`, `"text"`).
    pub(super) predicates: Vec<Vec<&'q str>>,
}

/// A part of a pattern.
#[derive(Debug)]
pub(super) struct Part<'q> {
    /// The field of the node around it that it must be in.
    pub(super) field: Option<&'q str>,
    /// What it matches.
    pub(super) shape: Shape<'q>,
    /// The captures of it, without `@`.
    pub(super) captures: Vec<&'q str>,
    /// Whether it may be absent or occur more than once.
    pub(super) is_quantified: bool,
}

/// What a part matches.
#[derive(Debug)]
pub(super) enum Shape<'q> {
    /// A named node of a kind (`_` for all), with parts in it.
    Node {
        /// The kind.
        kind: &'q str,
        /// What must be in it.
        parts: Vec<Part<'q>>,
    },
    /// One of several.
    Choice(Vec<Part<'q>>),
    /// Anything else: a word, an anchor, a field that must be absent, neighbours.
    Other,
}

impl<'q> Pattern<'q> {
    /// Reads one pattern; `None` where it is several neighbours or nothing.
    pub(super) fn read(written: &'q str) -> Option<Self> {
        let words = words_of(written);
        let mut reader = Reader { words: words.as_slice(), predicates: Vec::new() };
        let mut parts = reader.parts();
        let root = parts.pop().filter(|_| parts.is_empty())?;
        Some(Self { root, predicates: reader.predicates })
    }
}

/// What is left of a pattern while it is read.
struct Reader<'w, 'q> {
    words: &'w [&'q str],
    predicates: Vec<Vec<&'q str>>,
}

impl<'q> Reader<'_, 'q> {
    fn next(&mut self) -> Option<&'q str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    /// The parts up to the end or past the next closing bracket.
    fn parts(&mut self) -> Vec<Part<'q>> {
        let mut parts: Vec<Part> = Vec::new();
        let mut field = None;
        while let Some(word) = self.next() {
            if word == ")" || word == "]" {
                break;
            }
            if let Some(name) = word.strip_suffix(':').filter(|_| !word.starts_with('"')) {
                field = Some(name);
            } else if let Some(capture) = word.strip_prefix('@') {
                parts.last_mut().into_iter().for_each(|last| last.captures.push(capture));
            } else if matches!(word, "?" | "*" | "+") {
                parts.last_mut().into_iter().for_each(|last| last.is_quantified = true);
            } else if word == "(" && self.words.first().is_some_and(|word| word.starts_with('#')) {
                let end = self.words.iter().position(|word| *word == ")").unwrap_or(self.words.len());
                self.predicates.push(self.words[..end].to_vec());
                self.words = self.words.get(end + 1..).unwrap_or_default();
            } else {
                let mut part = self.part(word);
                part.field = field.take().or(part.field);
                parts.push(part);
            }
        }
        parts
    }

    /// The part that begins with `first`.
    fn part(&mut self, first: &'q str) -> Part<'q> {
        let shape = match first {
            "(" if self.words.first().is_some_and(|word| is_kind(word)) => {
                let kind = self.next().unwrap_or_default();
                Shape::Node { kind, parts: self.parts() }
            }
            "(" => {
                let mut parts = self.parts();
                match parts.pop() {
                    Some(only) if parts.is_empty() => return only,
                    _ => Shape::Other,
                }
            }
            "[" => Shape::Choice(self.parts()),
            _ => Shape::Other,
        };
        Part { field: None, shape, captures: Vec::new(), is_quantified: false }
    }
}

fn is_kind(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_') && !word.ends_with(':')
}

/// The words and brackets of a pattern, without its comments.
fn words_of(pattern: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ';' => rest.find('\n').unwrap_or(rest.len()),
            '(' | ')' | '[' | ']' => 1,
            '"' => 1 + string_length(&rest[1..]),
            _ => rest.find(|c: char| c.is_whitespace() || "()[]\";".contains(c)).unwrap_or(rest.len()),
        };
        if first != ';' {
            words.push(&rest[..length]);
        }
        rest = rest[length..].trim_start();
    }
    words
}

/// The length of a string's text and its closing quote.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part on one line: `field:kind@capture?{parts}`.
    fn shown(part: &Part) -> String {
        let field = part.field.map_or(String::new(), |field| format!("{field}:"));
        let captures: String = part.captures.iter().map(|capture| format!("@{capture}")).collect();
        let mark = if part.is_quantified { "?" } else { "" };
        let all = |parts: &[Part]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
        let shape = match &part.shape {
            Shape::Node { kind, parts } if parts.is_empty() => (*kind).to_owned(),
            Shape::Node { kind, parts } => format!("{kind}{{{}}}", all(parts)),
            Shape::Choice(parts) => format!("[{}]", all(parts)),
            Shape::Other => "-".to_owned(),
        };
        format!("{field}{shape}{captures}{mark}")
    }

    #[test]
    fn patterns_are_read() {
        let check = |written: &str, expected: &str| {
            let pattern = Pattern::read(written);
            let read = pattern.map_or(String::new(), |pattern| {
                format!("{} {}", shown(&pattern.root), pattern.predicates.concat().join(","))
            });
            assert_eq!(read.trim_end(), expected, "{written}");
        };
        check("(comment) @comment\n\n; the next\n", "comment@comment");
        check("(call f: (name) @a . \"x\" !g (_)?) @b", "call{f:name@a - - - _?}@b");
        check("(a b: [(c) (d) @d] @e)", "a{b:[c d@d]@e}");
        check("((a (x) @_x) @y (#eq? @_x \"(;\\\"\"))", "a{x@_x}@y #eq?,@_x,\"(;\\\"\"");
        check("(a ((b) (c)) (d))", "a{- d}");
        check("(a) (b)", "");
    }
}
