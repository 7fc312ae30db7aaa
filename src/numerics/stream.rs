//! Randomness, named: the only file that draws random numbers.
//!
//! A draw is determined by (seed, purpose, replicate, position) and by nothing else, so a result is
//! the same bits on any number of threads, on any machine, in any order of evaluation:
//!
//! ```text
//! key     = seed as 8 bytes, little-endian, then 24 bytes that name the purpose
//! stream  = number of the replicate (ChaCha's 64-bit stream id)
//! words   = ChaCha8 output from block 0 on
//! ```
//!
//! The map from words to an index is ours too (Lemire's, below). Neither may ever change: it would
//! move the verdicts of resampling methods. The tests freeze their values.
//!
//! # References
//! 1. Bernstein, D. J. (2008). *ChaCha, a variant of Salsa20*.
//! 2. Lemire, D. (2019). Fast random integer generation in an interval. *ACM Transactions on Modeling
//!    and Computer Simulation* 29, 3.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// What random numbers are for. Purposes never share a stream, so a method that uses two kinds of
/// resampling uses independent ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Which units a replicate flips.
    SignFlip,
    /// Which units a replicate draws.
    Bootstrap,
    /// The order in which items arrive in a sequential test.
    Order,
    /// Data made up to measure a method.
    Simulation,
    /// Which repeats of an item go into which half.
    Split,
    /// Which items of a bank are drawn.
    Draw,
}

impl Purpose {
    fn tag(self) -> &'static [u8; 24] {
        match self {
            Self::SignFlip => b"evalsig sign flip       ",
            Self::Bootstrap => b"evalsig bootstrap       ",
            Self::Order => b"evalsig order           ",
            Self::Simulation => b"evalsig simulation      ",
            Self::Split => b"evalsig split           ",
            Self::Draw => b"evalsig draw            ",
        }
    }
}

/// All streams of one seed and purpose.
#[derive(Clone, Debug)]
pub struct Streams {
    root: ChaCha8Rng,
}

impl Streams {
    /// The streams that belong to `seed` and `purpose`.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        let mut key = [0_u8; 32];
        let (head, tail) = key.split_at_mut(8);
        head.copy_from_slice(&seed.to_le_bytes());
        tail.copy_from_slice(purpose.tag());
        Self { root: ChaCha8Rng::from_seed(key) }
    }

    /// The stream of one replicate, from its beginning.
    #[must_use]
    pub fn replicate(&self, number: u64) -> Stream {
        let mut rng = self.root.clone();
        rng.set_stream(number);
        Stream { rng }
    }

    /// Bytes of one replicate's stream, from byte `64 * block` on: what a replicate that is
    /// evaluated in slices reads for each slice.
    pub fn fill(&self, number: u64, block: u64, bytes: &mut [u8]) {
        let mut stream = self.replicate(number);
        stream.rng.set_word_pos(u128::from(block) * 16);
        stream.rng.fill_bytes(bytes);
    }
}

/// The random numbers of one replicate.
#[derive(Clone, Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A uniform index in 0..`bound`; 0 where `bound` is 0 or 1.
    ///
    /// Lemire's map with rejection, on 32-bit words: exact, and one word a draw but for a share of
    /// `bound / 2^32`.
    ///
    /// ```text
    /// product = word * bound; index = product >> 32
    /// redrawn while product mod 2^32 < 2^32 mod bound
    /// ```
    pub fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(bound.max(1));
        let mut product = u64::from(self.rng.next_u32()) * wide;
        if (product & 0xFFFF_FFFF) < wide {
            let rejected = (1_u64 << 32) % wide;
            while (product & 0xFFFF_FFFF) < rejected {
                product = u64::from(self.rng.next_u32()) * wide;
            }
        }
        // The product of two 32-bit numbers, shifted by 32, fits 32 bits.
        (product >> 32) as u32
    }

    /// Puts items into a uniformly random order: Fisher and Yates, from the last place down.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }

    /// A simple random sample of `count` of 0..n, ascending: the first steps of a shuffle from the first place up.
    pub fn sample(&mut self, n: usize, count: usize) -> Vec<usize> {
        let count = count.min(n);
        let mut order: Vec<usize> = (0..n).collect();
        for at in 0..count {
            order.swap(at, at + self.below((n - at) as u32) as usize);
        }
        order.truncate(count);
        order.sort_unstable();
        order
    }

    /// A uniform number in [0, 1), a multiple of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number, by Marsaglia's polar method. For simulations; no verdict rests on it.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                return u * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Streams};

    /// Frozen: a change here changes the verdicts of every resampling method.
    #[test]
    fn streams_never_change() {
        let streams = Streams::new(0, Purpose::SignFlip);
        let mut first = streams.replicate(0);
        let mut other = streams.replicate(1);
        let mut boot = Streams::new(7, Purpose::Bootstrap).replicate(0);
        let draws: Vec<u32> = (0..8).map(|_| boot.below(1000)).collect();
        // The same words as from ChaCha8 written out in Python by Bernstein's description.
        assert_eq!((first.bits(), other.bits()), (1_978_421_873_767_963_852, 1_439_818_100_309_284_988));
        assert_eq!(draws, [661, 683, 988, 36, 60, 950, 452, 892]);
    }

    #[test]
    fn a_slice_continues_the_stream() {
        let streams = Streams::new(3, Purpose::SignFlip);
        let mut whole = [0_u8; 1024];
        streams.fill(5, 0, &mut whole);
        let mut part = [0_u8; 512];
        streams.fill(5, 8, &mut part);
        assert_eq!(whole.get(512..), Some(&part[..]));
        let first = whole.first_chunk::<8>().map(|b| u64::from_le_bytes(*b));
        assert_eq!(first, Some(streams.replicate(5).bits()));
    }

    #[test]
    fn indices_are_uniform_at_awkward_bounds() {
        for bound in [1_u32, 3, 7, 1000, (1 << 31) + 1] {
            let mut stream = Streams::new(1, Purpose::Bootstrap).replicate(9);
            let draws = 20_000;
            let sum: f64 =
                (0..draws).map(|_| f64::from(stream.below(bound)) / f64::from(bound.max(2) - 1)).sum();
            let mean = sum / f64::from(draws);
            let expected = if bound == 1 { 0.0 } else { 0.5 };
            assert!((mean - expected).abs() < 0.015, "{bound}: {mean}");
        }
    }
}
