//! What a `.h` file holds: C, C++ or Objective-C, judged by its lines of code.
//!
//! The files next to a header would say more (`queue.h` beside `queue.mm`), but detection is a function of one file's
//! name and bytes, so that the same file has the same language wherever and whenever it is read.

/// Words that begin a line of a C++ header and of no C header.
const CPP_LINE_STARTS: [&str; 11] = [
    "namespace ",
    "template<",
    "template <",
    "class ",
    "public:",
    "private:",
    "protected:",
    "using ",
    "constexpr ",
    "inline namespace ",
    "friend ",
];

/// Words anywhere in a line of a C++ header's code and of no C header's.
const CPP_MARKS: [&str; 6] = ["std::", "virtual ", " noexcept", "operator==", "nullptr", " override"];

/// Words that begin a line of an Objective-C header only.
const OBJECTIVE_C_LINE_STARTS: [&str; 6] =
    ["@interface ", "@protocol ", "@implementation ", "@class ", "@property", "@import "];

/// Words that begin a line of an Objective-C header, but now and then of another one.
const OBJECTIVE_C_HINTS: [&str; 4] =
    ["#import ", "NS_ASSUME_NONNULL_BEGIN", "typedef NS_", "FOUNDATION_EXPORT "];

/// The language of a header, where its code says it; lines in conditions on the language itself do not count.
pub(super) fn language_of_header(text: &str) -> Option<&'static str> {
    let mut in_comment = false;
    let mut guarded_depth = 0u32;
    let mut hinted = None;
    for line in text.lines() {
        let code = code_of(line, &mut in_comment);
        let code = code.trim_start();
        if code.starts_with('#') {
            guarded_depth = guard_depth_after(code, guarded_depth);
        }
        if guarded_depth > 0 {
            continue;
        }
        if starts_with_any(code, &OBJECTIVE_C_LINE_STARTS) {
            return Some("objective-c");
        }
        if is_cpp_line(code) {
            hinted = Some("cpp");
        } else if hinted.is_none() && starts_with_any(code, &OBJECTIVE_C_HINTS) {
            hinted = Some("objective-c");
        }
    }
    hinted
}

fn starts_with_any(code: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| code.starts_with(start))
}

/// The line without its comments; `in_comment` says whether a `/*` comment is open before and after it.
fn code_of(line: &str, in_comment: &mut bool) -> String {
    let mut code = String::new();
    let mut rest = line;
    loop {
        if *in_comment {
            let Some(end) = rest.find("*/") else { return code };
            rest = &rest[end + 2..];
            *in_comment = false;
        }
        let opened = rest.find("/*");
        let until_line_comment = rest.find("//").filter(|start| opened.is_none_or(|opened| *start < opened));
        match (until_line_comment, opened) {
            (Some(start), _) => return code + &rest[..start],
            (None, Some(start)) => {
                code.push_str(&rest[..start]);
                rest = &rest[start + 2..];
                *in_comment = true;
            }
            (None, None) => return code + rest,
        }
    }
}

fn is_cpp_line(line: &str) -> bool {
    if line.starts_with('#') {
        return includes_cpp_library(line);
    }
    starts_with_any(line, &CPP_LINE_STARTS)
        || CPP_MARKS.iter().any(|mark| line.contains(mark))
        || has_scope_operator(line)
}

/// Whether `::` stands between two identifiers, outside a string.
fn has_scope_operator(code: &str) -> bool {
    let code = code.split('"').next().unwrap_or(code);
    code.split_once("::").is_some_and(|(before, after)| {
        before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>')
            && after.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '~')
    })
}

/// `#include <vector>`: a standard header without a suffix.
fn includes_cpp_library(line: &str) -> bool {
    let directive = line[1..].trim_start();
    let Some(rest) = directive.strip_prefix("include") else { return false };
    let name = rest.trim_start().strip_prefix('<').and_then(|rest| rest.split('>').next());
    name.is_some_and(|name| !name.contains(['.', '/']) && !name.is_empty())
}

/// How many conditions are open inside a condition on the language; 0 outside one.
fn guard_depth_after(line: &str, depth: u32) -> u32 {
    let directive = line[1..].trim_start();
    if directive.starts_with("if") {
        let opens = depth > 0 || directive.contains("__cplusplus") || directive.contains("__OBJC__");
        return depth + u32::from(opens);
    }
    depth - u32::from(directive.starts_with("endif") && depth > 0)
}
