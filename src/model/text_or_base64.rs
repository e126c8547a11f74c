//! Bytes in JSON, as everywhere here: a string where they are UTF-8, else `{"base64":"…"}`. For `#[serde(with = …)]`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written<'a> {
    Text(std::borrow::Cow<'a, str>),
    Coded { base64: String },
}

/// Writes them.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Written::Text(text.into()),
        Err(_) => Written::Coded {
            base64: STANDARD.encode(bytes),
        },
    }
    .serialize(serializer)
}

/// Reads them.
///
/// # Errors
/// Where there is neither form, or no base64.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Text(text) => Ok(text.into_owned().into_bytes()),
        Written::Coded { base64 } => STANDARD.decode(base64).map_err(D::Error::custom),
    }
}

/// The same for names and values, in their order.
pub mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::OwnedField;

    #[derive(Serialize, Deserialize)]
    struct Bytes(#[serde(with = "super")] Vec<u8>);

    /// Writes them as a list of lists of two.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        pairs: &[OwnedField],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let written = pairs
            .iter()
            .map(|(name, value)| (Bytes(name.clone()), Bytes(value.clone())));
        serializer.collect_seq(written)
    }

    /// Reads them.
    ///
    /// # Errors
    /// Where there is no such list.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<OwnedField>, D::Error> {
        let read = Vec::<(Bytes, Bytes)>::deserialize(deserializer)?;
        Ok(read
            .into_iter()
            .map(|(name, value)| (name.0, value.0))
            .collect())
    }
}
