//! What ctags reports and the source line itself disproves. Such tags are set aside and counted, neither found nor missed.
//!
//! Every rule looks only at the tag and its line, never at what our own parser says.

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
    ("JavaScript", &["if", "for", "while", "switch", "catch", "function", "return"]),
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

/// Macros of C++ test frameworks; ctags takes the macro's name for the function's.
const TEST_MACROS: [&str; 8] = [
    "TEST",
    "TEST_F",
    "TEST_P",
    "TYPED_TEST",
    "TYPED_TEST_P",
    "BENCHMARK_F",
    "GTEST_TEST",
    "BENCHMARK_DEFINE_F",
];

/// Whether the tag is no definition, as `line` shows.
pub(crate) fn is_misread(tag: &Tag, line: &str) -> bool {
    is_reserved(tag) || !is_possible_name(tag) || !says_so(tag, line)
}

/// Whether the tag is another equation of the function that the tag before it is.
pub(crate) fn continues(before: &Tag, tag: &Tag) -> bool {
    tag.language == "Haskell" && tag.kind == "function" && before.name == tag.name && before.kind == tag.kind
}

fn is_reserved(tag: &Tag) -> bool {
    RESERVED.iter().any(|(language, words)| *language == tag.language && words.contains(&tag.name.as_str()))
}

/// Java names have no dots, except those of packages; ctags takes calls in initialisers for methods. It takes
/// arrays of the shell (`a=(1 2)`) for functions.
fn is_possible_name(tag: &Tag) -> bool {
    match tag.language.as_str() {
        "Java" => tag.kind == "package" || !tag.name.contains('.'),
        "Sh" => !tag.name.ends_with('='),
        _ => true,
    }
}

/// Whether the line can be what the tag says.
fn says_so(tag: &Tag, line: &str) -> bool {
    let name = &tag.name;
    match (tag.language.as_str(), tag.kind.as_str()) {
        // every object literal is a class to ctags
        ("JavaScript", "class") => [
            format!("class {name}"),
            format!("function {name}"),
            format!("{name} = function"),
            format!("{name} = class"),
        ]
        .iter()
        .any(|shape| line.contains(shape.as_str())),
        // ctags does not say in what a constant stands; an indented one is nearly always a local
        ("TypeScript", "constant") => !line.starts_with([' ', '\t']),
        // `import { type A }` and `export { type A }` define nothing
        ("TypeScript", "alias") => ["}", ",", " as "].iter().all(|end| !follows(line, name, end)),
        // `sealed class A permits B` and annotations of enumerators
        ("Java", "class" | "interface") => {
            line.split(" permits ").next().is_some_and(|head| head.contains(name.as_str()))
        }
        ("Java", "enumConstant") => !line.contains(&format!("@{name}")),
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
            let names_it = line.contains("module ") && line.contains(&format!("{name}"));
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
            let before = line.split(name.as_str()).next().unwrap_or_default();
            before.contains("fun ") && !before.contains(['{', '='])
        }
        ("Kotlin", "object") => line.contains(name.as_str()),
        // calls in accessors and after directives
        ("C#", "method") => {
            let before = line.split(name.as_str()).next().unwrap_or_default().trim_end();
            name != "nameof"
                && !["new", "return", "await", "(", "throw"].iter().any(|word| before.ends_with(word))
        }
        // attributes of properties, protocols behind an extension, words of a block's type
        ("ObjectiveC", "category") => {
            let is_head = line.contains("@interface") || line.contains("@implementation");
            is_head && line.contains('(') && !line.contains("()")
        }
        ("ObjectiveC", "typedef") => !line.contains('^') || line.contains(&format!("^{name}")),
        ("ObjectiveC", "function") => line.contains(name.as_str()) && !line.trim_end().ends_with(';'),
        ("C" | "C++", "function") => !TEST_MACROS.contains(&name.as_str()),
        _ => true,
    }
}

/// Whether `word` stands before the name, or right behind it and the mark that may close a quoted one.
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
