//! Vectors to int8 rows.

/// Quantises a vector symmetrically: `row[i] * scale` is within half a `scale` of `vector[i]`, and -128 never occurs.
///
/// A zero vector gives scale 0 and a zero row. The components must be finite.
#[must_use]
pub fn quantize(vector: &[f32]) -> (f32, Vec<i8>) {
    debug_assert!(vector.iter().all(|component| component.is_finite()), "vectors are finite");
    let largest = vector.iter().fold(0.0_f32, |largest, component| largest.max(component.abs()));
    if largest == 0.0 {
        return (0.0, vec![0; vector.len()]);
    }
    let scale = largest / 127.0;
    let row = vector.iter().map(|component| (component / scale).round().clamp(-127.0, 127.0) as i8).collect();
    (scale, row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_zero_vector_stays_zero() {
        assert_eq!(quantize(&[0.0, 0.0]), (0.0, vec![0, 0]));
        assert_eq!(quantize(&[]), (0.0, vec![]));
    }

    #[test]
    fn the_largest_component_takes_the_whole_range() {
        let (_, row) = quantize(&[0.25, -0.5, 0.0]);
        assert_eq!(row, [64, -127, 0]);
    }

    proptest! {
        #[test]
        fn error_is_at_most_half_a_step(vector in proptest::collection::vec(-1.0_f32..1.0, 1..64)) {
            let (scale, row) = quantize(&vector);
            for (quantised, exact) in row.iter().zip(&vector) {
                prop_assert!((f32::from(*quantised) * scale - exact).abs() <= scale * 0.5001);
            }
        }
    }
}
