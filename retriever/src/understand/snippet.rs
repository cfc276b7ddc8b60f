//! Whether a question is a piece of code, told by its shape alone: brackets that stay open between words, operators,
//! statement ends, lines of such. Names and calls that a sentence mentions count as words of it.
//!
//! Where the shape leaves no doubt that decides. Where it may be code the repository decides: what stands in a file
//! word for word is code, or as good as that.

use crate::verbatim::MIN_TOKENS;

/// Share of the pieces between white space that must look like code for a text to be worth looking for.
const SHARE_OF_CODE: f32 = 0.35;
/// Bytes above which a text of doubtful shape is a log or a report.
const MAX_DOUBTFUL_BYTES: usize = 2 << 10;
/// Share of a snippet that must stand in one place for the place to count.
const SOME: f32 = 0.25;
/// The same share of what only may be code: less would be chance.
const MOST: f32 = 0.6;
/// Words from which on a line without marks of code is a sentence.
const WORDS_OF_A_SENTENCE: usize = 5;

/// A question that is, or may be, a piece of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    /// The code, without the fence that may have been around it.
    pub(crate) text: String,
    /// Whether its shape leaves no doubt; else it must be found to be believed.
    pub(crate) is_certain: bool,
}

impl Snippet {
    /// Share of it that must stand in one place for the place to count.
    pub(crate) fn least_share(&self) -> f32 {
        if self.is_certain { SOME } else { MOST }
    }
}

/// The snippet that `text` is or may be, if its shape is that of code.
pub(super) fn snippet(text: &str) -> Option<Snippet> {
    let code = without_fence(text);
    let lines: Vec<&str> = code.lines().filter(|line| !line.trim().is_empty()).collect();
    let is_certain = lines.len() > 1 && is_code_block(&lines);
    let is_long = crate::verbatim::tokens(code).nth(MIN_TOKENS - 1).is_some();
    (is_long && (is_certain || may_be_code(code))).then(|| Snippet { text: code.to_owned(), is_certain })
}

/// The inside of a text that is one fenced quotation as a whole.
fn without_fence(text: &str) -> &str {
    let inside = text.trim_end().strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    match inside.and_then(|inside| inside.split_once('\n')) {
        Some((language, code)) if !language.trim().contains(' ') && !code.contains("```") => code,
        _ => text,
    }
}

/// Whether a good part of what stands between white space is no word of prose.
fn may_be_code(text: &str) -> bool {
    let pieces = text.split_whitespace().count();
    let is_block = text.trim().contains('\n');
    let code = text.split_whitespace().filter(|piece| is_piece_of_code(piece, is_block)).count();
    // A single piece is a name, however long.
    pieces > 1 && text.len() <= MAX_DOUBTFUL_BYTES && code as f32 >= pieces as f32 * SHARE_OF_CODE
}

fn is_piece_of_code(piece: &str, in_block: bool) -> bool {
    let inside = piece.trim_matches(|c: char| !c.is_alphanumeric());
    let is_operator = inside.is_empty() && marks_alone(piece) > 0;
    // Signs of prose too, but there in few of the pieces.
    let is_of_list = piece.ends_with([',', ':']) || piece.starts_with(['.', '"']);
    is_operator
        || (in_block && is_of_list)
        || inside.contains(['.', ':'])
        || piece.contains(|c: char| "()[]{}<>=;$@&|_\\".contains(c))
}

/// What a line of a block looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Code,
    Sentence,
    /// Few words, or a comment: may stand in both.
    Either,
}

fn is_code_block(lines: &[&str]) -> bool {
    let looks = lines.iter().enumerate().map(|(at, line)| look(line, lines.get(at + 1).copied()));
    let (mut code, mut sentences) = (0, 0);
    for look in looks {
        code += usize::from(look == Look::Code);
        sentences += usize::from(look == Look::Sentence);
    }
    code > 1 && code * 2 >= lines.len() && sentences * 3 <= code
}

fn look(line: &str, next: Option<&str>) -> Look {
    let trimmed = line.trim();
    let is_comment = ["//", "/*", "*", "#", "--", "\"\"\""].iter().any(|mark| trimmed.starts_with(mark));
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let opens_block =
        trimmed.ends_with(':') && next.is_some_and(|next| indentation(next) > indentation(line));
    let ends_statement = [";", "{", "}", "=>", "->"].iter().any(|end| trimmed.ends_with(end));
    let shape = Shape::of(line);
    let is_call = shape.words == 1 && trimmed.contains(['(', '[', '<', '=']);
    if is_comment {
        Look::Either
    } else if ends_statement || opens_block || is_call || (shape.marks > 0 && shape.marks * 4 >= shape.words)
    {
        Look::Code
    } else if shape.words >= WORDS_OF_A_SENTENCE {
        Look::Sentence
    } else {
        Look::Either
    }
}

/// What a line is made of.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// Pieces between white space that hold a letter or digit.
    words: usize,
    /// Signs that code has and prose has not.
    marks: usize,
}

impl Shape {
    fn of(line: &str) -> Self {
        let mut shape = Self::default();
        for piece in without_strings(line).split_whitespace() {
            let has_word = piece.contains(|c: char| c.is_alphanumeric() || c == '_');
            shape.words += usize::from(has_word);
            shape.marks += if has_word { marks_around_words(piece) } else { marks_alone(piece) };
        }
        shape
    }
}

/// Marks of a piece with words in it. One whose brackets are closed may be a name or a call that a sentence mentions.
fn marks_around_words(piece: &str) -> usize {
    let count = |signs: &str| piece.chars().filter(|c| signs.contains(*c)).count();
    let opened = count("([{");
    let closed = count(")]}");
    let brackets = if opened == closed { 0 } else { opened + closed };
    brackets + usize::from(piece.contains('=')) + usize::from(piece.ends_with(';') && piece.len() > 1)
}

/// Marks of a piece without words: operators and brackets, but not the dashes, bullets and dots of prose.
fn marks_alone(piece: &str) -> usize {
    let is_of_prose = piece.chars().all(|c| "-\u{2013}\u{2014}&/*:+,.?!#>|".contains(c)) && piece.len() <= 3;
    if matches!(piece, "->" | "=>" | "&&" | "||" | "::" | "|>") || !is_of_prose { 1 } else { 0 }
}

/// The line with one word in the place of each string, whose inside says nothing about the line.
fn without_strings(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let (before, quoted) = rest.split_at(at);
        let mark = &quoted[..1];
        shown.push_str(before);
        let is_apostrophe = before.ends_with(char::is_alphanumeric);
        match quoted[1..].find(mark) {
            Some(length) if !is_apostrophe => {
                shown.push('s');
                rest = &quoted[length + 2..];
            }
            _ => rest = &quoted[1..],
        }
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_code_is_told_from_questions() {
        let code = [
            "for (const x of items) { await send(x)",
            "if err != nil { return nil, f(err) }",
            "return self._cache.get(key, self.default(key, 3))",
            "def connect(self, host, port=None):",
            "let rows: Vec<Row> = statement.query(params![id], |row| row.get(0))?;",
            "public static void main(String[] args) { run(args); }",
            "result = [f(x) for x in items if g(x) == 3]",
            "static int read_all(int fd, char *buffer, size_t n) {",
            "case .height: return \"height\"\ncase .width: return \"width\"",
        ];
        for text in code {
            assert!(snippet(text).is_some_and(|snippet| !snippet.is_certain), "{text}");
        }
        let questions = [
            "how does Foo::bar() work",
            "call parse_url() first, before all others",
            "Runtime::block_on",
            "std::collections::HashMap::with_capacity",
            "Vec<Option<String>> to JSON",
            "what is [Symbol.iterator]() for",
            "python \"not is none\" \"is not none\"",
            "error: expected ';' before '}' token",
            "why is x == y false; what is compared?",
            "error[E0308]: mismatched types",
            "TypeError: foo(...) is not a function",
        ];
        for text in questions {
            assert_eq!(snippet(text), None, "{text}");
        }
    }

    #[test]
    fn blocks_of_code_are_told_from_reports() {
        let code = [
            "def call(env)\n  status, headers, body = @app.call(env)\n  [status, headers, body]",
            "    for row in rows:\n        total += row.price\n    return total",
            "```rust\nlet a = 1;\nrun(a);\n```",
            "fn ready(&self) -> bool {\n    // Whether all of it has come in by now.\n    self.left == 0\n}",
            "local function close(self)\n  self.socket:close()\n  self.socket = nil\nend",
            "inlineToMarkdown (Emph lst) = do\n  contents <- inlines lst\n  return $ \"_\" <> contents <> \"_\"",
        ];
        for text in code {
            assert!(snippet(text).is_some_and(|snippet| snippet.is_certain), "{text}");
        }
        let reports = [
            "Copying loses the mode\n\nSeen with copy_tree(a, b) and with move(a) since the update.\n\n    copy_tree(a, b)",
            "it fails\n\nsince the update\nof yesterday",
            "assertion `left == right` failed\n  left: 1\n right: 2",
            "Error { kind: MaxFilesWatch, paths: [\"/srv\"] }\nOS file watch limit reached for this user.",
            "```\nlet a = 1;\n```\nWhy does this line not compile with the new version?",
            "- open the page\n- press save (twice)\n- nothing happens",
        ];
        for text in reports {
            assert!(snippet(text).is_none_or(|snippet| !snippet.is_certain), "{text}");
        }
    }
}
