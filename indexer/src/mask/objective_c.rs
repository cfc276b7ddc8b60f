//! Macros of Objective-C's headers: availability, nullability regions, enumerations.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::{Patch, hide_c_macros, lines_with_offsets};

/// Hides what C's macros hide, and the annotations around Objective-C's declarations.
pub(crate) fn hide_objective_c_macros(text: &str) -> Vec<Range<usize>> {
    let mut hidden = hide_c_macros(text);
    for (start, line) in lines_with_offsets(text) {
        let found = patterns().annotations.iter().filter_map(|pattern| pattern.captures(line)?.get(1));
        hidden.extend(found.map(|word| start + word.start()..start + word.end()));
    }
    hidden.retain(|range| is_macro(text, range));
    for (start, line) in lines_with_offsets(text) {
        hidden.extend(enum_heads(line).flat_map(|head| head.hidden).map(|r| start + r.start..start + r.end));
    }
    hidden
}

/// Whether what C would hide is a macro here too: annotations stand behind names, and enumerations have their own rule.
fn is_macro(text: &str, range: &Range<usize>) -> bool {
    let hidden = text[range.clone()].trim_start();
    !hidden.starts_with(char::is_lowercase) && !ENUMERATIONS.iter().any(|name| hidden.contains(name))
}

/// Macros that define an enumeration.
const ENUMERATIONS: [&str; 4] = ["_ENUM(", "_OPTIONS(", "_CLOSED_ENUM(", "_ERROR_ENUM("];

/// Writes `enum Name` for `typedef NS_ENUM(Type, Name)`, whose other words are hidden.
pub(crate) fn patch_objective_c_enums(text: &str) -> Vec<Patch> {
    let lines = lines_with_offsets(text).into_iter();
    lines
        .flat_map(|(start, line)| {
            enum_heads(line).map(move |head| Patch { at: start + head.at, word: "enum" })
        })
        .collect()
}

/// `typedef NS_ENUM(Type, Name)` in a line.
struct EnumHead {
    /// Where `typedef` is.
    at: usize,
    /// All but the name.
    hidden: [Range<usize>; 2],
}

fn enum_heads(line: &str) -> impl Iterator<Item = EnumHead> + '_ {
    let found = line.contains("typedef").then(|| patterns().enumeration.captures(line)).flatten();
    found
        .and_then(|captures| Some((captures.get(0)?.range(), captures.get(1)?.range())))
        .into_iter()
        .map(|(head, name)| EnumHead { at: head.start, hidden: [head.start..name.start, name.end..head.end] })
}

struct Patterns {
    enumeration: Regex,
    /// Each with one group: what to hide.
    annotations: [Regex; 5],
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    const PARENTHESES: &str = r"(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?";
    const MACROS: &str =
        r"((?:(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|__attribute__)(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?\s*)+)";
    PATTERNS.get_or_init(|| Patterns {
        enumeration: compile(
            r"typedef\s+(?:NS|CF)_(?:ENUM|OPTIONS|CLOSED_ENUM|ERROR_ENUM)\s*\([^,()]+,\s*(\w+)\s*\)",
        ),
        annotations: [
            // before a declaration, or alone in a line
            compile(&format!(r"^\s*{MACROS}@(?:interface|protocol|property|implementation|class|end)\b")),
            compile(&format!(r"^{MACROS}$")),
            // behind a method, a property, a constant, or the last brace of an enumeration
            compile(&format!(r"^\s*(?:[-+]\s*\(|@property|\}}|typedef|extern|FOUNDATION_EXPORT|UIKIT_EXTERN).*?\s{MACROS}[;{{]?\s*$")),
            // behind the last line of a method
            compile(&format!(r"\w\s+((?:API|NS|DEPRECATED)_[A-Z_]+{PARENTHESES})\s*[;{{]?\s*$")),
            // behind an enumerator
            compile(&format!(r"^\s*\w+\s+{MACROS}(?:=|,|$)")),
        ],
    })
}

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("invariant: constants, compiled by the tests")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{masked, patched};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let hidden = masked(text, Some(hide_objective_c_macros));
        let seen = patched(hidden, text, Some(patch_objective_c_enums));
        assert_eq!(seen.split_whitespace().collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn annotations_vanish() {
        check("NS_ASSUME_NONNULL_BEGIN\n@interface A\n", "@interface A");
        check("API_AVAILABLE(ios(13.0), macos(10)) @protocol P", "@protocol P");
        check("- (id)init NS_UNAVAILABLE;", "- (id)init ;");
        check("@property int a API_AVAILABLE(ios(13));", "@property int a ;");
        check("    Red NS_SWIFT_NAME(red) = 1,", "Red = 1,");
        check("    x = SOME_CONST;", "x = SOME_CONST;");
    }

    #[test]
    fn enumerations_are_written_out() {
        check("typedef NS_ENUM(NSInteger, State) { A };", "enum State { A };");
        check("typedef NS_OPTIONS(NSUInteger, Mask) {", "enum Mask {");
    }
}
