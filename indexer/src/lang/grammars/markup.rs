//! The rules of HTML and CSS: headings and ids, classes and ids. SCSS and Less stay text, since CSS's grammar breaks at
//! their variables and mixins.

use super::super::{Category, CommentStyle, Language, Syntax};
use super::{code, plain};

/// Most headings, ids and selectors of one file.
const MAX_NAMES: usize = 2_000;

/// The row.
pub(super) static HTML: Language =
    code("html", &["html", "htm", "xhtml"], &[], &HTML_SYNTAX).of(Category::Markup);

/// The row.
pub(super) static CSS: Language = code("css", &["css"], &[], &CSS_SYNTAX).of(Category::Markup);

static HTML_SYNTAX: Syntax = Syntax {
    max_symbols: MAX_NAMES,
    comments: CommentStyle { starts: &["<!--"], ends: &["-->"], inner: &[] },
    ..plain(tree_sitter_html::LANGUAGE, &[include_str!("../../../queries/html/definitions.scm")])
};

static CSS_SYNTAX: Syntax = Syntax {
    max_symbols: MAX_NAMES,
    ..plain(tree_sitter_css::LANGUAGE, &[include_str!("../../../queries/css/definitions.scm")])
};
