//! The tokens of code: words and signs, whatever white space is between them.

/// Tokens that a snippet has at least; fewer stand in a row in many places.
pub(crate) const MIN_TOKENS: usize = 6;

/// A token as a number, equal for equal tokens, with the offset of its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) hash: u64,
    pub(crate) start: usize,
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The tokens of `text`: runs of letters, digits and underscores, and every other sign that is no white space.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let start = at;
        let mut hash = FNV_OFFSET;
        loop {
            hash = (hash ^ u64::from(bytes[at])).wrapping_mul(FNV_PRIME);
            at += 1;
            let goes_on = is_word(bytes[start]) && bytes.get(at).is_some_and(|&byte| is_word(byte));
            if !goes_on {
                return Some(Token { hash, start });
            }
        }
    })
}

/// Whether the byte is of a word; all that is not ASCII is.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_makes_no_difference() {
        let hashes = |text: &str| tokens(text).map(|token| token.hash).collect::<Vec<_>>();
        assert_eq!(hashes("a_1 =\tb( Größe );\n"), hashes("a_1=b(Größe);"));
        assert_eq!(hashes("ab").len(), 1);
        assert_ne!(hashes("ab"), hashes("a b"));
        assert_eq!(tokens("  a+b").map(|token| token.start).collect::<Vec<_>>(), [2, 3, 4]);
    }
}
