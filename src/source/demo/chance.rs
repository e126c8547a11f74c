//! Chance that is the same for the same seed, on every machine and in every version (`SplitMix64`,
//! <https://prng.di.unimi.it/splitmix64.c>).

/// A generator.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Same seed, same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1, without 1.
    pub fn share(&mut self) -> f64 {
        let high = u32::try_from(self.bits() >> 32).unwrap_or(0);
        f64::from(high) / 4_294_967_296.0
    }

    /// Whether something of that likelihood happens.
    pub fn happens(&mut self, likelihood: f64) -> bool {
        self.share() < likelihood
    }

    /// Between the bounds, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.bits() % (high - low + 1)
    }

    /// One of them; the default where there are none.
    pub fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let at = self.bits() % (from.len().max(1) as u64);
        usize::try_from(at)
            .ok()
            .and_then(|at| from.get(at))
            .copied()
            .unwrap_or_default()
    }

    /// Log-normal around a median (Box and Muller).
    pub fn around(&mut self, median: f64, sigma: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        median * (sigma * radius * (std::f64::consts::TAU * self.share()).cos()).exp()
    }
}
