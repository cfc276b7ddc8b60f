//! Patterns to try: pieces of the files' own texts, and expressions built from such pieces by a small grammar.

use super::Numbers;

/// A pattern with the options it is searched with.
#[derive(Clone, Debug, Default)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) is_literal: bool,
    pub(super) ignore_case: bool,
    pub(super) smart_case: bool,
    pub(super) word: bool,
    pub(super) multi_line: bool,
    pub(super) context: u32,
}

impl Pattern {
    /// The next pattern.
    pub(super) fn random(numbers: &mut Numbers, texts: &[(String, String)]) -> Self {
        let is_literal = numbers.one_in(4);
        let multi_line = numbers.one_in(4);
        let maker = Maker { texts, multi_line };
        let text = match is_literal {
            true => maker.piece(numbers, 12),
            false => maker.expression(numbers, 3),
        };
        Self {
            text: if text.is_empty() { "foo".to_owned() } else { text },
            is_literal,
            ignore_case: numbers.one_in(4),
            smart_case: numbers.one_in(6),
            word: numbers.one_in(6),
            multi_line,
            context: if numbers.one_in(5) { 1 + numbers.below(3) as u32 } else { 0 },
        }
    }
}

struct Maker<'a> {
    texts: &'a [(String, String)],
    multi_line: bool,
}

impl Maker<'_> {
    /// Up to `most` characters as they stand in a file, now and then in another case or over a line's end.
    fn piece(&self, numbers: &mut Numbers, most: usize) -> String {
        let text = &self.texts[numbers.below(self.texts.len())].1;
        let start = numbers.below(text.chars().count());
        let piece: String = text.chars().skip(start).take(1 + numbers.below(most)).collect();
        let piece = if self.multi_line || numbers.one_in(30) {
            piece
        } else {
            piece.split(['\r', '\n']).max_by_key(|part| part.len()).unwrap_or_default().to_owned()
        };
        if numbers.one_in(5) { piece.to_uppercase() } else { piece }
    }

    fn expression(&self, numbers: &mut Numbers, depth: usize) -> String {
        if depth == 0 {
            return self.leaf(numbers);
        }
        match numbers.below(10) {
            0..=3 => self.leaf(numbers),
            4 | 5 => (0..2 + numbers.below(2)).map(|_| self.expression(numbers, depth - 1)).collect(),
            6 | 7 => {
                let branches: Vec<_> =
                    (0..2 + numbers.below(2)).map(|_| self.expression(numbers, depth - 1)).collect();
                format!("(?:{})", branches.join("|"))
            }
            8 => {
                let times = numbers.pick(&["*", "+", "?", "{2}", "{1,3}", "+?"]);
                format!("(?:{}){times}", self.expression(numbers, depth - 1))
            }
            _ => {
                let (first, second) = (self.leaf(numbers), self.leaf(numbers));
                let between = if self.multi_line { "(?s:.{0,40}?)" } else { ".*" };
                format!("{first}{between}{second}")
            }
        }
    }

    fn leaf(&self, numbers: &mut Numbers) -> String {
        match numbers.below(8) {
            0..=4 => escaped(&self.piece(numbers, 8)),
            5 => format!("(?i:{})", escaped(&self.piece(numbers, 6))),
            6 => numbers.pick(&["^", "$", r"\b", r"\bfoo", "bar$", r"^\s+\w", r"(?m:^fn)", r"\B"]).to_owned(),
            _ => {
                let classes = [
                    "[a-f]+",
                    r"\w+",
                    r"\d{2,4}",
                    "[^x]{3}",
                    r"\s",
                    r"\p{Lu}",
                    "[ks]",
                    r"[\w.]+\.",
                    "日?",
                    r"(?-u:\xE9)",
                ];
                numbers.pick(&classes).to_owned()
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
