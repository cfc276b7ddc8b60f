//! Source text to words: runs of ASCII letters cut at camel-case borders, and runs of digits.
//!
//! `parseHTTPRequest2` gives `parse`, `HTTP`, `Request`, `2`; everything else separates. A hand-written equal of
//! the regular expression the model was trained with: `[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+`.

/// The words of `text`, as they are written.
pub(super) fn words(text: &str) -> Words<'_> {
    Words { rest: text.as_bytes() }
}

/// Iterator behind [`words`].
pub(super) struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.rest.iter().position(u8::is_ascii_alphanumeric)?;
        let tail = &self.rest[start..];
        let (word, rest) = tail.split_at(word_length(tail));
        self.rest = rest;
        Some(word)
    }
}

/// Length of the word that begins at the first byte, which is a letter or a digit.
fn word_length(bytes: &[u8]) -> usize {
    if bytes[0].is_ascii_digit() {
        return run(bytes, u8::is_ascii_digit);
    }
    let upper = run(bytes, u8::is_ascii_uppercase);
    let lower = run(&bytes[upper..], u8::is_ascii_lowercase);
    match (upper, lower) {
        (0 | 1, lower) if lower > 0 => upper + lower,
        (upper, 0) => upper,
        // The last capital of an acronym belongs to the word that follows it.
        (upper, _) => upper - 1,
    }
}

fn run(bytes: &[u8], belongs: fn(&u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> String {
        words(text).map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn splits_identifiers_the_way_people_read_them() {
        for (text, expected) in [
            ("", ""),
            (" -> ();", ""),
            ("parse_file(path)", "parse file path"),
            ("parseHTTPRequest2", "parse HTTP Request 2"),
            ("XMLHttpRequest", "XML Http Request"),
            ("HTTP", "HTTP"),
            ("aB", "a B"),
            ("AB", "AB"),
            ("ABc", "A Bc"),
            ("Ab", "Ab"),
            ("utf8Decoder", "utf 8 Decoder"),
            ("naïve café", "na ve caf"),
            ("x\u{0}y", "x y"),
        ] {
            assert_eq!(split(text), expected, "{text:?}");
        }
    }

    /// The expression of the training code, with its look-ahead tried by hand since `regex` has none.
    fn split_by_expression(text: &str) -> String {
        let acronym = regex::Regex::new("^[A-Z]+").expect("valid");
        let others = regex::Regex::new("^(?:[A-Z]?[a-z]+|[A-Z]+|[0-9]+)").expect("valid");
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let tail = &text[at..];
            let longest = acronym.find(tail).map_or(0, |found| found.end());
            let before_capitalised = (1..=longest).rev().find(|&end| {
                let next = &tail.as_bytes()[end..];
                next.len() > 1 && next[0].is_ascii_uppercase() && next[1].is_ascii_lowercase()
            });
            match before_capitalised.or_else(|| others.find(tail).map(|found| found.end())) {
                Some(end) => {
                    found.push(&tail[..end]);
                    at += end;
                }
                None => at += tail.chars().next().map_or(1, char::len_utf8),
            }
        }
        found.join(" ")
    }

    proptest! {
        #[test]
        fn equals_the_training_expression(text in "[A-Ca-c0-1_ é]{0,40}") {
            prop_assert_eq!(split(&text), split_by_expression(&text));
        }
    }
}
