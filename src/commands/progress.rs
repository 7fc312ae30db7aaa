//! How far a long piece of work has come, for whoever watches. A result never depends on it.

/// Shows what is being done.
pub trait Progress: Send + Sync {
    /// Begins a stage, which lasts until the returned value is dropped. Of stages that overlap the one begun last is
    /// shown.
    fn begin(&self, what: &str, whole: Whole) -> Box<dyn Stage>;
}

/// A piece of work that is being done.
pub trait Stage {
    /// This much more of it is done.
    fn advance(&self, by: u64);
}

/// How much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// Nobody knows.
    Unknown,
    /// This many bytes.
    Bytes(u64),
    /// This many things, by what they are called.
    Of(u64, &'static str),
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn begin(&self, _: &str, _: Whole) -> Box<dyn Stage> {
        Box::new(Self)
    }
}

impl Stage for Unwatched {
    fn advance(&self, _: u64) {}
}
