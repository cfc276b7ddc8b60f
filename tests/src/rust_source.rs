//! Just enough of Rust's syntax to check rules on source text: what is code, what is not, where functions end.

/// A function found in a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Line of the keyword `fn`, 1-based.
    pub first_line: usize,
    /// Line of the closing brace, 1-based.
    pub last_line: usize,
}

impl Function {
    /// Number of lines from `fn` to the closing brace.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.last_line + 1 - self.first_line
    }
}

/// `source` with comments, strings and character literals blanked; offsets and lines stay.
#[must_use]
pub fn mask(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut masked = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(bytes, at);
        for byte in &mut masked[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&masked).into_owned()
}

/// Where the comment or literal that starts at `at` ends; `at` itself when none starts there.
fn literal_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let starts_word = at == 0 || !is_word(bytes[at - 1]);
    match rest {
        [b'/', b'/', ..] => at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => at + block_comment_length(rest),
        [b'"', ..] => at + quoted_length(rest, b'"'),
        [b'\'', ..] => at + character_length(rest),
        [b'r' | b'b' | b'c', ..] if starts_word => at + raw_string_length(rest).unwrap_or(0),
        _ => at,
    }
}

fn block_comment_length(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(rest.len())
}

fn quoted_length(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// Length of the character literal at the start of `rest`; 0 when the quote starts a lifetime or label.
fn character_length(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        return quoted_length(rest, b'\'');
    }
    let width = match rest.get(1) {
        Some(byte) if *byte >= 0xF0 => 4,
        Some(byte) if *byte >= 0xE0 => 3,
        Some(byte) if *byte >= 0xC0 => 2,
        _ => 1,
    };
    if rest.get(1 + width) == Some(&b'\'') { width + 2 } else { 0 }
}

/// Length of the raw string at the start of `rest`, prefix included; `None` when there is none.
fn raw_string_length(rest: &[u8]) -> Option<usize> {
    let prefix = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    if !matches!(&rest[..prefix], b"r" | b"br" | b"cr") {
        return None;
    }
    let hashes = rest[prefix..].iter().take_while(|&&byte| byte == b'#').count();
    let body = prefix + hashes + 1;
    if rest.get(body - 1) != Some(&b'"') {
        return None;
    }
    let mut terminator = vec![b'"'];
    terminator.resize(hashes + 1, b'#');
    let found = rest[body..].windows(terminator.len()).position(|window| window == terminator)?;
    Some(body + found + terminator.len())
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// A masked source with the items under `#[cfg(test)]` blanked too.
#[must_use]
pub fn without_tests(masked: &str) -> String {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let mut production = masked.as_bytes().to_vec();
    for (start, _) in masked.match_indices(ATTRIBUTE) {
        let Some(end) = item_end(masked.as_bytes(), start + ATTRIBUTE.len()) else { continue };
        for byte in &mut production[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8_lossy(&production).into_owned()
}

/// The functions with a body in a masked source, in order; nested ones too.
#[must_use]
pub fn functions(masked: &str) -> Vec<Function> {
    let bytes = masked.as_bytes();
    let mut found = Vec::new();
    for (start, _) in masked.match_indices("fn ") {
        if start > 0 && is_word(bytes[start - 1]) {
            continue;
        }
        let name: String =
            masked[start + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let Some(end) = item_end(bytes, start).filter(|_| !name.is_empty()) else { continue };
        if bytes[end - 1] == b'}' {
            let line_of = |offset: usize| 1 + bytes[..offset].iter().filter(|&&byte| byte == b'\n').count();
            found.push(Function { name, first_line: line_of(start), last_line: line_of(end - 1) });
        }
    }
    found
}

/// Offset one past the `;` or the closing brace that ends the item around `from`.
fn item_end(masked: &[u8], from: usize) -> Option<usize> {
    let mut brackets = 0_i32;
    let mut braces = 0_i32;
    for (offset, byte) in masked.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets -= 1,
            b'{' => braces += 1,
            b'}' => braces -= 1,
            _ => {}
        }
        let ends_block = *byte == b'}' && braces == 0 && brackets == 0;
        let ends_statement = *byte == b';' && braces == 0 && brackets == 0;
        if ends_block || ends_statement {
            return Some(offset + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_mask(source: &str, expected: &str) {
        assert_eq!(mask(source), expected, "of {source:?}");
    }

    #[test]
    fn comments_strings_and_characters_are_blanked() {
        check_mask("a // b\nc", "a     \nc");
        check_mask("a /* b /* c */ d */ e", "a                   e");
        check_mask(r#"f("x\"y", 1)"#, "f(      , 1)");
        check_mask(r##"f(r#"x"y"#, b"z")"##, "f(        , b   )");
        check_mask(r"m('{', '\'', 'λ')", "m(   ,     ,     )");
        check_mask("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)");
    }

    #[test]
    fn functions_end_at_their_own_brace() {
        let source =
            "fn a(x: [u8; 2]) -> u8 {\n    if x { 1 }\n}\ntrait T {\n    fn b();\n    fn c() {}\n}\n";
        let spans: Vec<_> =
            functions(&mask(source)).into_iter().map(|f| (f.name, f.first_line, f.last_line)).collect();
        assert_eq!(spans, [("a".to_owned(), 1, 3), ("c".to_owned(), 6, 6)]);
    }

    #[test]
    fn items_under_cfg_test_are_not_production_code() {
        let source = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
        let names: Vec<_> = functions(&without_tests(source)).into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["a", "c"]);
    }
}
