//! What a file's edges were derived from, so that a change elsewhere touches only those that depend on it.
//!
//! Everything that is looked at outside the file itself is noted under a key: a name looked up, a file looked
//! into, a path looked for. A change yields the keys of what it changed; a file whose noted keys are among them is
//! resolved anew.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// Something looked at, hashed. Two things of one key cause needless work, never a wrong edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64);

impl Key {
    /// All definitions of a name.
    pub(crate) fn name(name: &str) -> Self {
        Self::of(0, name)
    }

    /// The outline, the imports and the bindings of the file at a path.
    pub(crate) fn outline(path: &str) -> Self {
        Self::of(1, path)
    }

    /// Whether there is a file at a path, or a directory.
    pub(crate) fn existence(path: &str) -> Self {
        Self::of(2, path)
    }

    /// The files that say they belong to a namespace, or to one within it.
    pub(crate) fn namespace(name: &str) -> Self {
        Self::of(4, name)
    }

    /// The manifests, and all else that says where modules are.
    pub(crate) fn layout() -> Self {
        Self::of(3, "")
    }

    fn of(tag: u8, text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (tag, text).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// Takes keys, which are hashes, as they are.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Collects keys while a file is resolved.
#[derive(Default)]
pub(crate) struct Notebook(RefCell<HashSet<Key, BuildHasherDefault<KeyHasher>>>);

impl Notebook {
    pub(crate) fn note(&self, key: Key) {
        self.0.borrow_mut().insert(key);
    }

    /// The keys in order.
    pub(crate) fn into_keys(self) -> Box<[Key]> {
        let mut keys: Vec<Key> = self.0.into_inner().into_iter().collect();
        keys.sort_unstable();
        keys.into()
    }
}

/// Whether any of the `changed` keys is among the sorted `noted` ones.
pub(crate) fn depends_on(noted: &[Key], changed: &HashSet<Key>) -> bool {
    if noted.len() < changed.len() {
        noted.iter().any(|key| changed.contains(key))
    } else {
        changed.iter().any(|key| noted.binary_search(key).is_ok())
    }
}
