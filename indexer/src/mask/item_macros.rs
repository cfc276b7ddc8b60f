//! Macros whose braces hold items: `cfg_rt! { impl Builder { ... } }`.
//!
//! A macro invocation alone on a line opens one when the first code in it looks like an item, and closes at the
//! next line with the same indentation that begins with a brace.

use std::ops::Range;

use super::{leading_word, lines_with_offsets};

/// Macros whose braces hold code to be generated, not items of this file.
const QUOTING: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "macro_rules"];

/// Words that begin an item and no expression.
const ITEM_WORDS: [&str; 12] =
    ["pub", "fn", "impl", "struct", "enum", "mod", "use", "trait", "static", "type", "extern", "union"];

/// Further lines looked at to find the first code in a macro.
const LOOK_AHEAD: usize = 80;

/// The openings and closings of macros that hold items, and the `ref` of `static ref`.
pub(crate) fn open_item_macros(text: &str) -> Vec<Range<usize>> {
    if !text.contains("! {") {
        return Vec::new();
    }
    let lines = lines_with_offsets(text);
    let mut hidden = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (position, (start, line)) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let closes = code.starts_with('}') && open.last().is_some_and(|(level, _)| *level == indent);
        if closes && let Some((_, opening)) = open.pop() {
            let (opening_start, opening_line) = lines[opening];
            let opening_code = opening_start + indent..opening_start + opening_line.len();
            hidden.extend([opening_code, start + indent..start + indent + 1]);
        } else if is_macro_opening(code) && holds_items(&lines[position + 1..]) {
            open.push((indent, position));
        } else if !open.is_empty() {
            hidden.extend(reference_mark(code).map(|at| start + indent + at..start + indent + at + 3));
        }
    }
    hidden
}

/// Whether the line is `name! {` and nothing else.
fn is_macro_opening(code: &str) -> bool {
    let Some(path) = code.trim_end().strip_suffix('{').map(str::trim_end) else { return false };
    let Some(path) = path.strip_suffix('!') else { return false };
    let name = path.rsplit("::").next().unwrap_or(path);
    let is_path = path.bytes().all(|byte| super::is_word_byte(byte) || byte == b':');
    is_path && !name.is_empty() && !QUOTING.contains(&name)
}

/// Whether the first line of code that is no attribute begins an item.
fn holds_items(lines: &[(usize, &str)]) -> bool {
    let mut in_attribute = false;
    for (_, line) in lines.iter().take(LOOK_AHEAD) {
        let code = behind_attributes(line.trim());
        if in_attribute || code.starts_with("#[") {
            in_attribute = !code.ends_with(']');
        } else if !code.is_empty() && !code.starts_with("//") {
            return begins_item(code);
        }
    }
    false
}

/// What follows the attributes that a line of code begins with, as far as they end in that line.
fn behind_attributes(code: &str) -> &str {
    let mut rest = code;
    while rest.starts_with("#[") {
        let mut depth = 0;
        let end = rest.find(|c| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            c == ']' && depth == 0
        });
        let Some(end) = end else { return rest };
        rest = rest[end + 1..].trim_start();
    }
    rest
}

fn begins_item(line: &str) -> bool {
    let word = leading_word(line);
    let next = leading_word(line[word.len()..].trim_start());
    ITEM_WORDS.contains(&word)
        || is_macro_opening(line)
        || (matches!(word, "async" | "unsafe" | "const")
            && matches!(next, "fn" | "impl" | "trait" | "unsafe"))
        || (word == "const" && next.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Where the `ref` of `static ref NAME` stands.
fn reference_mark(code: &str) -> Option<usize> {
    let is_static = code.starts_with("static ref ") || code.starts_with("pub");
    code.find("static ref ").filter(|_| is_static).map(|at| at + "static ".len())
}

#[cfg(test)]
mod tests {
    use crate::mask::masked;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(masked(text, Some(super::open_item_macros)), expected);
    }

    #[test]
    fn items_come_out_of_their_macro() {
        check(
            "cfg_rt! {\n    impl A {\n    }\n}\nfn f() {}\n",
            "         \n    impl A {\n    }\n \nfn f() {}\n",
        );
        check(
            "a! {\n    // x\n\n    b! {\n        fn f() {}\n    }\n}\n",
            "    \n    // x\n\n        \n        fn f() {}\n     \n \n",
        );
        check(
            "a! {\n    #[x]\n    #[y(\n        z\n    )]\n    fn f() {}\n}\n",
            "    \n    #[x]\n    #[y(\n        z\n    )]\n    fn f() {}\n \n",
        );
        check(
            "lazy_static! {\n    static ref A: B = c();\n}\n",
            "              \n    static     A: B = c();\n \n",
        );
    }

    #[test]
    fn other_macros_stay() {
        for text in [
            "quote! {\n    fn f() {}\n}\n",
            "select! {\n    x = f() => {}\n}\n",
            "a! {\n    fn f()\n",
            "a! { fn f() {} }\n",
            "a! {\n    #[cfg(any(\n        x\n    ))]\n    (), Box<T>\n}\n",
        ] {
            check(text, text);
        }
    }
}
