//! The greatest of many items, kept while they are looked at.

/// Keeps the `limit` greatest of the items pushed, by (value, then smaller key).
pub(crate) struct TopK {
    limit: usize,
    /// The greatest so far and others; cut back to `limit` whenever they are twice as many.
    kept: Vec<Item>,
    /// What an item must have to be among the greatest.
    least: f32,
}

/// Ordered so that the greatest is the worst.
#[derive(PartialEq)]
struct Item {
    value: f32,
    key: u64,
}

impl Eq for Item {}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.value.total_cmp(&self.value).then_with(|| self.key.cmp(&other.key))
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl TopK {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, kept: Vec::with_capacity(2 * limit), least: f32::NEG_INFINITY }
    }

    /// Whether an item of `value` may be among the greatest.
    #[inline]
    pub(crate) fn wants(&self, value: f32) -> bool {
        value >= self.least
    }

    #[inline]
    pub(crate) fn push(&mut self, value: f32, key: u64) {
        if self.wants(value) {
            self.kept.push(Item { value, key });
            if self.kept.len() >= 2 * self.limit {
                self.cut();
            }
        }
    }

    /// Drops what is not among the greatest.
    fn cut(&mut self) {
        if self.kept.len() > self.limit && self.limit > 0 {
            let (_, worst, _) = self.kept.select_nth_unstable(self.limit - 1);
            self.least = worst.value;
        }
        self.kept.truncate(self.limit);
    }

    /// Adds what another kept.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        other.kept.into_iter().for_each(|item| self.push(item.value, item.key));
        self
    }

    /// The keys of the items kept, in no order that counts.
    pub(crate) fn into_keys(mut self) -> impl Iterator<Item = u64> {
        self.cut();
        self.kept.into_iter().map(|item| item.key)
    }

    /// The items kept, greatest first: value and key.
    pub(crate) fn into_sorted(mut self) -> impl Iterator<Item = (f32, u64)> {
        self.cut();
        self.kept.sort_unstable();
        self.kept.into_iter().map(|item| (item.value, item.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_and_ties_go_to_the_smaller_key() {
        let kept = || {
            let mut best = TopK::new(3);
            for (value, key) in [(0.1, 1), (0.9, 9), (0.9, 2), (0.5, 3), (0.5, 4), (0.2, 5)] {
                best.push(value, key);
            }
            best
        };
        assert_eq!(kept().into_sorted().collect::<Vec<_>>(), [(0.9, 2), (0.9, 9), (0.5, 3)]);
        let mut keys: Vec<u64> = kept().into_keys().collect();
        keys.sort_unstable();
        assert_eq!(keys, [2, 3, 9]);
    }

    #[test]
    fn none_are_kept_of_none_wanted() {
        let mut best = TopK::new(0);
        best.push(1.0, 1);
        assert_eq!(best.into_keys().count(), 0);
    }
}
