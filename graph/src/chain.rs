//! Chains of names, taken apart.

/// One name of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link<'a> {
    pub(crate) name: &'a str,
    /// Whether it is called.
    pub(crate) called: bool,
    /// Whether it is indexed.
    pub(crate) indexed: bool,
}

/// The links of `chain` (see the store's `ReferenceRecord`), from the head.
pub(crate) fn links(chain: &str) -> impl Iterator<Item = Link<'_>> {
    chain.split('.').filter(|part| !part.is_empty()).map(|part| {
        let name = part.trim_end_matches(['(', ')', '[', ']']);
        let suffix = &part[name.len()..];
        Link { name, called: suffix.contains("()"), indexed: suffix.contains("[]") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_chain() {
        let shown: Vec<_> = links("a.b().c[].?").map(|l| (l.name, l.called, l.indexed)).collect();
        assert_eq!(shown, [("a", false, false), ("b", true, false), ("c", false, true), ("?", false, false)]);
        assert_eq!(links("").count(), 0);
    }
}
