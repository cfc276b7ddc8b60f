//! The numbers of the ranking, out of a versioned data file.

/// The numbers of the ranking.
#[derive(Clone, Debug, Default)]
pub struct Weights {}

impl Weights {
    /// The weights that are built in.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static WEIGHTS: std::sync::OnceLock<Weights> = std::sync::OnceLock::new();
        WEIGHTS.get_or_init(Self::default)
    }
}
