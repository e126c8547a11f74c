//! How the detail of an entry is shown.

/// The open detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// In which form the entry is shown.
    pub form: Form,
    /// First visible line.
    pub scroll: usize,
}

/// A form of the detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// What it means.
    #[default]
    Event,
    /// The fields as they came.
    Fields,
    /// Pretty JSON.
    Json,
    /// Bytes.
    Hex,
}

impl Form {
    /// All forms in order.
    pub const ALL: [Self; 4] = [Self::Event, Self::Fields, Self::Json, Self::Hex];

    /// As the title has it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Fields => "fields",
            Self::Json => "json",
            Self::Hex => "hex",
        }
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Event => Self::Fields,
            Self::Fields => Self::Json,
            Self::Json => Self::Hex,
            Self::Hex => Self::Event,
        }
    }
}
