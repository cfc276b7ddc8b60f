//! What ctags reports and the source line itself disproves. Such tags are set aside and counted, neither found nor missed.
//!
//! Every rule looks only at the tag and its line, never at what our own parser says. One looks at the lines above too:
//! ctags reads Elixir line by line and takes the code in the strings of tests and documentation for definitions.

use super::elixir;
use super::tags::Tag;

/// Words that are never names, by ctags' language: ctags took a statement or a clause for a definition.
const RESERVED: [(&str, &[&str]); 6] = [
    ("OCaml", &["()", "_", "%", "open", "module", "private", "rec", "exception", "constraint"]),
    (
        "Haskell",
        &[
            "class", "instance", "deriving", "infixl", "infixr", "infix", "pattern", "family", "foreign",
            "import", "default", "type", "data", "newtype", "where", "if", "case", "let", "else", "then",
            "of", "in", "do", "module",
        ],
    ),
    ("C#", &["if", "for", "foreach", "while", "switch", "using", "lock", "catch", "return", "new", "when"]),
    ("Java", &["try", "if", "for", "while", "switch", "catch", "new", "return", "synchronized", "assert"]),
    ("JavaScript", &["exports", "if", "for", "while", "switch", "catch", "function", "return"]),
    (
        "TypeScript",
        &[
            "new",
            "if",
            "for",
            "while",
            "switch",
            "catch",
            "extends",
            "implements",
            "as",
            "satisfies",
            "instanceof",
            "infer",
            "in",
            "keyof",
            "typeof",
            "any",
            "return",
        ],
    ),
];

/// Whether the tag is no definition, as its line (and those above) shows.
pub(crate) fn is_misread(tag: &Tag, lines: &[&str]) -> bool {
    let position = tag.line as usize - 1;
    let line = lines.get(position).copied().unwrap_or_default();
    is_reserved(tag)
        || !is_possible_name(tag)
        || !says_so(tag, line)
        || is_include_guard(tag, lines, position)
        || (tag.language == "Elixir" && elixir::begins_in_string(lines, position))
}

/// `#ifndef NAME`, `#define NAME` at the start of a header.
fn is_include_guard(tag: &Tag, lines: &[&str], position: usize) -> bool {
    let words = |line: usize| lines.get(line).map_or(Vec::new(), |line| line.split_whitespace().collect());
    tag.kind == "macro"
        && position > 0
        && words(position) == ["#define", &tag.name]
        && words(position - 1).starts_with(&["#ifndef", &tag.name])
        && !words(position + 1).starts_with(&["#endif"])
}

/// Whether the tag is another equation of the function that the tag before it is.
pub(crate) fn continues(before: &Tag, tag: &Tag) -> bool {
    tag.language == "Haskell" && tag.kind == "function" && before.name == tag.name && before.kind == tag.kind
}

fn is_reserved(tag: &Tag) -> bool {
    RESERVED.iter().any(|(language, words)| *language == tag.language && words.contains(&tag.name.as_str()))
}

/// Java names have no dots, except those of packages (ctags takes calls in initialisers for methods), and names of
/// JavaScript do not begin with digits.
fn is_possible_name(tag: &Tag) -> bool {
    match tag.language.as_str() {
        "Java" => tag.kind == "package" || !tag.name.contains('.'),
        // annotations behind a method
        "ObjectiveC" if ["method", "class", "typedef"].contains(&tag.kind.as_str()) => {
            !(tag.name.contains('_') && tag.name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        }
        "JavaScript" => !tag.name.starts_with(|c: char| c.is_ascii_digit()),
        _ => true,
    }
}

/// Whether the line can be what the tag says.
fn says_so(tag: &Tag, line: &str) -> bool {
    let name = tag.name.as_str();
    match (tag.language.as_str(), tag.kind.as_str()) {
        // every object literal is a class to ctags, and what a function is assigned to is taken for its name
        ("JavaScript", "class" | "function" | "generator" | "method") => any_place(line, name, declares_code),
        ("JavaScript" | "TypeScript", "constant") => declares_constant(line, name),
        // `import { type A }`, `export { type A }` and `x instanceof A` define nothing
        ("TypeScript", "alias") => any_place(line, name, declares_alias),
        // `sealed class A permits B` and annotations of enumerators
        ("Java", "class" | "interface") => {
            line.split(" permits ").next().is_some_and(|head| head.contains(name))
        }
        ("Java", "enumConstant") => any_place(line, name, |before, _| !before.ends_with(['(', '@'])),
        // `new Thread() {`, `check(x);`
        ("Java", "method") => any_place(line, name, declares_method),
        // `TEST(Suite, Name) {`, `~Lock() UNLOCK_FUNCTION() {`: a macro, not the function
        ("C" | "C++", "function") => !is_macro_name(name) || any_place(line, name, declares_parameters),
        // `OPTION(NAME, 1),`
        ("C" | "C++", "enumerator") => any_place(line, name, |_, behind| !behind.starts_with('(')),
        // `namespace name = some::name;`
        ("C++", "alias") => any_place(line, name, |before, _| !before.ends_with('=')),
        // `x = map(function() ...)` is no function
        ("Lua", "function") => {
            ["function", "= function", "=function"].iter().any(|word| follows_or_leads(line, name, word))
        }
        // the name of a module is cut at its first dot; `makeLenses ''Type` and `deriving (Show)` define nothing
        ("Haskell", "module") => !follows(line, name, "."),
        ("Haskell", "function" | "constructor") => {
            !follows(line, name, "''") && !line.contains(" ''") && !line.trim_start().starts_with("deriving")
        }
        // every file is a module to ctags, and a constraint (`with type t = ...`) a type
        ("OCaml", "module") => {
            let names_it = line.contains("module ") && line.contains(name);
            names_it
                && ["with module", "and module", "(module ", "module type of"]
                    .iter()
                    .all(|no| !line.contains(no))
        }
        ("OCaml", "type") => {
            !line.contains("with type")
                && !line.contains("and type")
                && !line.trim_start().starts_with("and ")
                || (line.trim_start().starts_with("and ") && !line.contains("and type"))
        }
        // parameters of lambdas are methods to ctags, and a companion without a name is an object
        ("Kotlin", "method") => {
            let before = line.split(name).next().unwrap_or_default();
            before.contains("fun ") && !before.contains(['{', '='])
        }
        ("Kotlin", "object") => line.contains(name),
        // calls in accessors and after directives
        ("C#", "method") => {
            let before = line.split(name).next().unwrap_or_default().trim_end();
            name != "nameof"
                && !["new", "return", "await", "(", "throw"].iter().any(|word| before.ends_with(word))
        }
        // attributes of properties, protocols behind an extension, words of a block's type
        ("ObjectiveC", "category") => {
            let is_head = line.contains("@interface") || line.contains("@implementation");
            is_head && line.contains('(') && !line.contains("()")
        }
        ("ObjectiveC", "typedef") => !line.contains('^') || line.contains(&format!("^{name}")),
        ("ObjectiveC", "protocol") => !line.trim_end().ends_with(';'),
        ("ObjectiveC", "method") => line.contains(name),
        ("ObjectiveC", "function") => line.contains(name) && !line.trim_end().ends_with(';'),
        _ => true,
    }
}

/// Whether `test` holds for what stands before and behind the name, at any place in the line.
fn any_place(line: &str, name: &str, test: fn(&str, &str) -> bool) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    line.match_indices(name).any(|(start, _)| {
        let (before, behind) = (&line[..start], &line[start + name.len()..]);
        !before.ends_with(is_word)
            && !behind.starts_with(is_word)
            && test(before.trim_end(), behind.trim_start())
    })
}

/// `function NAME`, `class NAME`, `NAME = function`, `NAME: (x) =>`, `NAME(x) {`.
fn declares_code(before: &str, behind: &str) -> bool {
    let value = behind.strip_prefix([':', '=']).map(str::trim_start);
    let begins_code = |value: &str| {
        ["function", "async", "class"].iter().any(|word| value.starts_with(word)) || value.contains("=>")
    };
    ["function", "function*", "class"].iter().any(|word| before.ends_with(word))
        || value.is_some_and(begins_code)
        || (behind.starts_with(['(', '{']) && behind.ends_with('{') && !before.ends_with(['.', ',']))
}

/// `const NAME` or `const { NAME }` that is not indented (ctags does not say in what a constant stands; an indented
/// one is nearly always a local), no loop's variable and no import.
fn declares_constant(line: &str, name: &str) -> bool {
    let after_export = line.strip_prefix("export ").unwrap_or(line);
    let after_declare = after_export.strip_prefix("declare ").unwrap_or(after_export);
    let Some(declared) = after_declare.strip_prefix("const ").map(str::trim_start) else { return false };
    let is_import = line.contains("require(");
    let pattern = declared.split(['}', ']']).next().unwrap_or_default();
    let is_name = any_place(declared, name, |before, _| before.is_empty());
    !is_import && (is_name || (declared.starts_with(['{', '[']) && pattern.contains(name)))
}

/// Whether the name is in capitals.
fn is_macro_name(name: &str) -> bool {
    !name.contains(|c: char| c.is_lowercase()) && name.contains(|c: char| c.is_uppercase())
}

/// `NAME(type name`.
fn declares_parameters(_before: &str, behind: &str) -> bool {
    let first = behind.strip_prefix('(').map(|list| list.split([',', ')']).next().unwrap_or_default().trim());
    first.is_some_and(|first| first.contains([' ', '*']))
}

/// `type NAME(`, or a constructor's `NAME(`.
fn declares_method(before: &str, behind: &str) -> bool {
    let is_call = ["new", "return", "throw", "else", "->"].iter().any(|word| before.ends_with(word))
        || before.ends_with(['.', '=', '(', ',', '&', '|', '+', '!', '?', ':']);
    let is_statement = before.is_empty() && behind.ends_with(';');
    let is_value = before.contains("= ");
    !(is_call || is_statement || is_value)
}

/// `type NAME =`, `type NAME<T> =`, also where the line ends early.
fn declares_alias(before: &str, behind: &str) -> bool {
    let is_declared = before.ends_with("type") && !before.starts_with("import");
    is_declared
        && !behind.starts_with(['}', ','])
        && !behind.starts_with("as ")
        && !behind.starts_with("from ")
}

/// Whether `word` stands right behind the name, or anywhere before it.
fn follows_or_leads(line: &str, name: &str, word: &str) -> bool {
    let (before, behind) = line.split_once(name).unwrap_or(("", ""));
    let behind = behind.trim_start_matches(['"', '\'', ']', ' ']);
    behind.starts_with(word) || before.contains(word)
}

/// Whether `next` stands right behind the name in the line, blanks aside.
fn follows(line: &str, name: &str, next: &str) -> bool {
    let behind = line.split_once(name).map_or("", |(_, behind)| behind);
    behind.starts_with(next) || behind.trim_start().starts_with(next)
}
