//! Where text will be read: whether it takes colour, and how wide it is.

/// Whether escape codes may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Write them.
    On,
    /// Plain text only.
    Off,
}

/// Which characters drawings are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Lines and dots of Unicode, each one column wide.
    Unicode,
    /// ASCII alone, for a terminal that shows nothing else.
    Ascii,
}

/// How many columns there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// A terminal with this many columns: no line is longer, so a word that is longer is broken.
    Terminal(u16),
    /// A file, a pipe or a log. Text wraps at 100 columns whatever started the process, and words and rows of tables
    /// stay whole, because programs search them.
    Pipe,
}

impl Width {
    /// Most columns of a text that is read as sentences: longer lines are hard to follow.
    const TEXT: u16 = 100;
    /// Fewer columns than this are not laid out for: the labels alone take a third of them.
    const LEAST: u16 = 40;

    /// The columns in which sentences wrap.
    #[must_use]
    pub fn text(self) -> usize {
        match self {
            Self::Terminal(columns) => columns.clamp(Self::LEAST, Self::TEXT).into(),
            Self::Pipe => Self::TEXT.into(),
        }
    }

    /// Whether a line of this many columns fits where rows of a table are not wrapped.
    #[must_use]
    pub fn fits(self, columns: usize) -> bool {
        match self {
            Self::Terminal(most) => columns <= usize::from(most.max(Self::LEAST)),
            Self::Pipe => true,
        }
    }

    /// What is left beside this many columns.
    #[must_use]
    pub fn narrower(self, columns: u16) -> Self {
        match self {
            Self::Terminal(most) => Self::Terminal(most.saturating_sub(columns)),
            Self::Pipe => Self::Pipe,
        }
    }

    /// Whether a word longer than a line is broken.
    #[must_use]
    pub fn breaks_words(self) -> bool {
        matches!(self, Self::Terminal(_))
    }
}

/// Where text will be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Whether escape codes may be written.
    pub colour: Colour,
    /// How many columns there are.
    pub width: Width,
    /// Which characters drawings are made of.
    pub glyphs: Glyphs,
}

impl Screen {
    /// A file, a pipe or a log: no colour, and the same lines on every machine.
    pub const PLAIN: Self = Self { colour: Colour::Off, width: Width::Pipe, glyphs: Glyphs::Unicode };
}
