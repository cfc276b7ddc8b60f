//! What the preprocessor of C and C++ would have removed before a parser saw it.
//!
//! Three things break a grammar most: macros in capitals where only a keyword may stand, words between a pointer
//! and its name, and conditions whose branches do not balance their braces.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::conditions::{LineKind, kinds_of, split_conditions};
use super::{leading_word, lines_with_offsets};

/// Longest macro statement that is hidden, in bytes.
const MAX_STATEMENT: usize = 4096;

/// Hides from the C grammar; what only C++ sees is hidden whole.
pub(crate) fn hide_c_macros(text: &str) -> Vec<Range<usize>> {
    hide(text, false)
}

/// Hides from the C++ grammar.
pub(crate) fn hide_cpp_macros(text: &str) -> Vec<Range<usize>> {
    hide(text, true)
}

fn hide(text: &str, is_cpp: bool) -> Vec<Range<usize>> {
    let lines = lines_with_offsets(text);
    let kinds = kinds_of(&lines);
    let mut hidden = Vec::new();
    let mut previous = "";
    let mut in_enum = false;
    for (position, (start, line)) in lines.iter().enumerate() {
        let code = line.trim();
        if code.is_empty() || code.starts_with("//") {
            continue;
        }
        let next = lines[position + 1..].iter().map(|(_, line)| line.trim()).find(|line| !line.is_empty());
        in_enum = (in_enum && !code.starts_with('}')) || opens_enum(previous, code);
        if kinds[position] == LineKind::Directive {
            hidden.extend(in_directive(line, in_enum).map(|r| start + r.start..start + r.end));
        } else if in_enum && let Some(ranges) = enumerator_macro(&text[*start..]) {
            hidden.extend(ranges.into_iter().map(|r| start + r.start..start + r.end));
        } else if kinds[position] == LineKind::Code {
            let is_hidden = is_macro_line(previous, code, next.unwrap_or_default())
                || (is_cpp && is_annotation_line(previous, code, next.unwrap_or_default()));
            if is_hidden {
                hidden.push(*start..*start + line.len());
            } else if let Some(length) = macro_statement(&text[*start..]).filter(|_| is_cpp) {
                hidden.push(*start..*start + length);
            } else {
                hidden.extend(macros_in_line(line).into_iter().map(|r| start + r.start..start + r.end));
            }
        }
        previous = code.split(" //").next().unwrap_or(code).trim_end();
    }
    hidden.extend(split_conditions(&lines, &kinds, is_cpp));
    hidden
}

/// What a grammar cannot read in a directive: one between enumerators, or a comment in a macro of several lines.
fn in_directive(line: &str, in_enum: bool) -> Option<Range<usize>> {
    let directive = line.trim_start().trim_start_matches(['#', ' ']);
    if in_enum && ["define", "undef"].contains(&leading_word(directive)) && !line.ends_with('\\') {
        return Some(0..line.len());
    }
    let begins = line.find("/*").filter(|_| line.ends_with('\\'))?;
    let ends = line[begins..].find("*/")? + begins + 2;
    Some(begins..ends)
}

/// Whether the line opens the body of an enumeration.
fn opens_enum(previous: &str, code: &str) -> bool {
    let names_enum = |line: &str| line.split_whitespace().any(|word| word == "enum");
    code.ends_with('{') && (names_enum(code) || (code == "{" && names_enum(previous)))
}

/// All but the name in `MACRO(NAME, ...),`, an enumerator that a macro declares, where `text` starts with one; the
/// whole of `MACRO(X)`, which stands for several.
fn enumerator_macro(text: &str) -> Option<[Range<usize>; 2]> {
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let open = start + leading_word(&text[start..]).len();
    let is_call = text[start..].starts_with(|c: char| c.is_ascii_uppercase());
    let end = open + closing_parenthesis(&text[open..]).filter(|_| is_call)?;
    let name_end = open + 1 + leading_word(&text[open + 1..]).len();
    if !text[end..].trim_start().starts_with([',', '=', '}', '/']) {
        return Some([start..end, end..end]);
    }
    (open + 1 < name_end && name_end < end).then_some([start..open + 1, name_end..end])
}

/// The offset behind the parenthesis that closes the one that `text` starts with.
fn closing_parenthesis(text: &str) -> Option<usize> {
    let mut depth = 0;
    let closes = |byte: u8| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth == 0
    };
    let is_open = text.starts_with('(');
    let end = text.bytes().take(MAX_STATEMENT).position(closes).filter(|_| is_open)?;
    Some(end + 1)
}

/// Whether `word` is written like a macro.
fn is_macro_name(word: &str) -> bool {
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    word.len() >= 4 && word.contains('_') && word.bytes().all(is_capital)
}

/// Whether the line is one macro that stands between declarations.
fn is_macro_line(previous: &str, code: &str, next: &str) -> bool {
    let ends_before = previous.is_empty()
        || previous.starts_with('#')
        || previous.ends_with([';', '}', '{', ':'])
        || previous.ends_with("*/")
        || is_macro_name(previous);
    let continues =
        next.starts_with(['}', ')', ',', ';', '|', '&', '+', '-', '*', '/', '.', '?', ':', '=', '(']);
    let name = leading_word(next);
    let is_type = next[name.len()..].starts_with('(') && name.contains(|c: char| c.is_lowercase());
    is_macro_name(code)
        && ends_before
        && !is_type
        && !(continues && !next.starts_with("/*") && !next.starts_with("//"))
        || is_macro_name(code) && ends_before && next.starts_with('}') && code.ends_with("_END")
}

/// Whether the line is one macro with arguments that belongs to the declaration after or before it.
fn is_annotation_line(previous: &str, code: &str, next: &str) -> bool {
    let name = leading_word(code);
    let arguments = &code[name.len()..];
    let is_call = is_macro_name(name) && arguments.starts_with('(') && arguments.ends_with(')');
    let begins =
        previous.is_empty() || previous.ends_with([';', '}', '{', ':']) || previous.starts_with("//");
    let trails =
        previous.ends_with([')', 't', 'e']) && next.starts_with([':', '{']) && !next.starts_with("::");
    if trails && (is_call || is_macro_name(code)) {
        return previous.ends_with(')') || previous.ends_with("const") || previous.ends_with("override");
    }
    let declares_next = next.starts_with(|c: char| c.is_alphabetic() || c == '[' || c == '~');
    is_call && begins && declares_next && !is_macro_name(leading_word(next))
}

/// The length of `MACRO(int, name, {})` before a `;`, where `text` starts with one.
fn macro_statement(text: &str) -> Option<usize> {
    let name = leading_word(text);
    let arguments = closing_parenthesis(&text[name.len()..]).filter(|_| is_macro_name(name))?;
    let length = name.len() + arguments;
    text[length..].trim_start().starts_with(';').then_some(length)
}

/// The macros of one line that a grammar takes for types or functions.
fn macros_in_line(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for pattern in patterns() {
        for captures in pattern.captures_iter(line) {
            let word = captures.get(1).filter(|word| !is_qualifier(word.as_str()));
            found.extend(word.map(|word| word.range()));
        }
    }
    let is_statement = ["if", "while", "for", "switch", "else", "return", "case", "do"]
        .contains(&leading_word(line.trim_start().trim_start_matches(['}', ' '])));
    if !is_statement {
        found.extend(trailing_macros(line));
        found.extend(macro_before_name(line));
    }
    found
}

/// Words that the grammars know between a pointer and its name.
fn is_qualifier(word: &str) -> bool {
    ["const", "volatile", "restrict", "__restrict", "__restrict__", "mutable", "operator"].contains(&word)
}

/// Each with one group: what to hide.
fn patterns() -> &'static [Regex; 8] {
    static PATTERNS: OnceLock<[Regex; 8]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [
            // `EXPORT_MACRO type name(`
            r"^\s*([A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()]*\))?)\s+(?:[A-Za-z_][\w:<>]*[\s*&]+(?:[A-Za-z_~]|\(\*?\s*\w+\s*\)\s*\()|~)",
            // `class EXPORT_MACRO Name`
            r"\b(?:class|struct|union)\s+((?:[A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()]*\))?\s+)+)[A-Za-z_\[]",
            // `type name ANNOTATION_MACRO)`
            r"\w[>&*\s]+[a-z_]\w*\s+([A-Z][A-Z0-9]*_[A-Z0-9_]+)\s*[,)]",
            // `type* annotation name`
            r"[\w>]\s?[*&]\s?([a-z_]\w*)\s+(?:[a-z]\w*|[A-Z]\w*[a-z:][\w:]*)\s*[;,=()\[]",
            // `type *ANNOTATION_MACRO name;`
            r"\w\s?\*\s?([A-Z][A-Z0-9]*_[A-Z0-9_]+)\s+[A-Za-z_]\w*\s*[;,=(\[]",
            // `type* annotation operator<<`
            r"[\w>]\s?[*&]\s?([a-z_]\w*)\s+operator\b",
            // `typedef int (CALL_MACRO *name)(void);`
            r"\(\s*([A-Z][A-Z0-9_]{3,})\s*\*\s*\w+\s*\)\s*(?:\(|$)",
            // `extern template f<int>();`
            r"^(extern)\s+template\s",
        ]
        .map(|pattern| Regex::new(pattern).expect("invariant: constants, compiled by the tests"))
    })
}

/// `CALL_MACRO` in `static int CALL_MACRO name(`; behind words that are no types it may be the type itself.
fn macro_before_name(line: &str) -> Option<Range<usize>> {
    static BEFORE_NAME: OnceLock<Regex> = OnceLock::new();
    let pattern = BEFORE_NAME.get_or_init(|| {
        Regex::new(r"^\s*((?:[A-Za-z_][\w:<>*&]*\s+)+)([A-Z][A-Z0-9]*_[A-Z0-9_]+)\s+[A-Za-z_]\w*\s*\(")
            .expect("invariant: a constant, compiled by the tests")
    });
    let captures = pattern.captures(line)?;
    let no_types =
        ["static", "inline", "extern", "const", "constexpr", "virtual", "unsigned", "return", "else"];
    let has_type = captures[1].split_whitespace().any(|word| !no_types.contains(&word));
    captures.get(2).filter(|_| has_type).map(|word| word.range())
}

/// Annotations between a declaration and its `;` or `{`: `int x GUARDED_BY(mutex);`, `end() const LIFETIME_BOUND {`.
fn trailing_macros(line: &str) -> Vec<Range<usize>> {
    static TRAILING: OnceLock<[Regex; 2]> = OnceLock::new();
    let [with_arguments, behind_parameters] = TRAILING.get_or_init(|| {
        [
            r"(\w+|\)|\])\s+([A-Z][A-Z0-9]*_[A-Z0-9_]+\([^()]*\))\s*(?:[;{=]|$)",
            concat!(
                r"^([^=]*\))(?:\s*(?:const|noexcept|override|final|&&?))*",
                r"((?:\s+[A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()]*\))?)+)\s*(?:[;{:=]|$)",
            ),
        ]
        .map(|pattern| Regex::new(pattern).expect("invariant: constants, compiled by the tests"))
    });
    let keywords =
        ["return", "throw", "else", "do", "case", "static", "inline", "extern", "define", "new", "delete"];
    let found = with_arguments.captures_iter(line).filter(|captures| !keywords.contains(&&captures[1]));
    let found = found.chain(behind_parameters.captures_iter(line));
    found.filter_map(|captures| captures.get(2)).map(|word| word.range()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    /// Runs of blanks in both are compared as one.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let fold = |text: &str| {
            text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(fold(&masked(text, Some(hide_cpp_macros))), fold(expected), "{text}");
    }

    #[test]
    fn macros_among_declarations() {
        check(
            "namespace a {\nABSL_NAMESPACE_BEGIN\nclass B;\nABSL_NAMESPACE_END\n}\n",
            "namespace a {\n\nclass B;\n\n}\n",
        );
        check("CURL_EXTERN CURLcode curl_init(void);", "CURLcode curl_init(void);");
        check("LUA_API int (lua_type) (State *L);", "int (lua_type) (State *L);");
        check("extern hook_t *JET_MUTABLE hook;", "extern hook_t * hook;");
        check("class ABSL_LOCKABLE ABSL_X(1) Mutex {", "class Mutex {");
        check("int x ABSL_GUARDED_BY(mu_);", "int x ;");
        check("public:\n  OLD_API(\"x\")\n  void Lock();", "public:\n\n  void Lock();");
        check("T* get() const LIFETIME_BOUND;", "T* get() const ;");
        check("iterator end() const noexcept LIFETIME_BOUND {", "iterator end() const noexcept {");
        check("f(T* p LIFETIME_BOUND) noexcept", "f(T* p ) noexcept");
        check("f(Tag) A_COLD A_NOINLINE;", "f(Tag) ;");
        check("T* lib_nonnull A::b();", "T* A::b();");
        check("static RET CALL_STD run(void* p)", "static RET run(void* p)");
        check("typedef int (CALL_STD *fn)(void);", "typedef int ( *fn)(void);");
        check("A(B b)\n  LOCKS_IT(b)\n  : b_(b) {}", "A(B b)\n\n  : b_(b) {}");
        check("T& get() LIFETIME_BOUND;", "T& get() ;");
        check("void f(View text LIFETIME_BOUND);", "void f(View text );");
        check("char* absl_nonnull data;", "char* data;");
    }

    #[test]
    fn statements_that_are_macros() {
        check("LIB_FLAG(int, name,\n         \"help\");\nint x;", "\n ;\nint x;");
        check("TEST_F(A, B) {\n}", "TEST_F(A, B) {\n}");
    }

    #[test]
    fn bodies_of_macros_stay() {
        check("#define A(x) \\\n  f(x) /* f */ \\\n  g(x)", "#define A(x) \\\n  f(x) \\\n  g(x)");
        let text = "#define A \\\n  LIB_API int f(); \\\n  B_END\nint x;";
        check(text, text);
    }

    #[test]
    fn ordinary_code_stays() {
        for text in [
            "enum a {\n  FIRST_ITEM,\n  LAST_ITEM\n};",
            "  return FOO_BAR(x);",
            "if(a) FOO_BAR(x);",
            "SOME_TYPE name(int x);",
            "SOME_TYPE\nname(int x);",
            "static SOME_TYPE name(int x);",
            "sizeof(struct FOO_BAR)",
            "f(FOO_BAR, BAR_FOO)",
            "{\n  FREE_ALL(x)\n}",
            "x = A_B |\n    C_D;",
            "char * const name;",
            "#if A\nint x;\n#else\nint y;\n#endif",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn enumerators_that_macros_declare() {
        check(
            "typedef enum {\n  OPT(FIRST, LONG, 1),\n  OLD(SECOND,\n      f(1)),\n  THIRD\n} o;",
            "typedef enum {\n FIRST ,\n SECOND\n ,\n THIRD\n} o;",
        );
        check("enum {\n#define X(a) A_##a,\n  EACH(X)\n#undef X\n  LAST\n};", "enum {\n\n\n\n  LAST\n};");
        check("f(\n  OPT(FIRST, LONG, 1),\n  x);", "f(\n  OPT(FIRST, LONG, 1),\n  x);");
    }
}
