//! Enums whose variants are mappings told apart by a key.

use schemars::Schema;
use serde_json::{Value, json};

/// What a bare string means where a mapping could stand.
pub(super) trait BareText: Sized {
    /// The value a string stands for, if any.
    fn from_text(text: &str) -> Option<Self>;

    /// JSON Schema of the strings that are accepted.
    fn text_schema() -> Value;
}

/// Declares an enum that is read from a mapping by the key it has (`{ say: … }`, `{ menu: …, keys: … }`).
///
/// Each variant holds a struct that has the key as a required field. The enum has to implement [`BareText`].
macro_rules! keyed_enum {
    (
        $(#[$attribute:meta])*
        pub enum $Name:ident {
            $( $(#[$doc:meta])* $key:literal $(| $further:literal)* => $Variant:ident($Type:ty), )+
            ;
            $( $(#[$bare_doc:meta])* $Bare:ident($BareType:ty), )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $Name {
            $( $(#[$doc])* $Variant($Type), )+
            $( $(#[$bare_doc])* $Bare($BareType), )*
        }

        impl $Name {
            /// The keys that tell the variants apart.
            pub const KEYS: &'static [&'static str] = &[$($key $(, $further)*),+];
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $Name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        write!(f, "a mapping with one of these keys: {}", $Name::KEYS.join(", "))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$Name, E> {
                        <$Name as $crate::steps::keyed::BareText>::from_text(text)
                            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
                    }

                    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, access: A) -> Result<$Name, A::Error> {
                        use serde::de::VariantAccess as _;
                        let (key, content): (String, _) = access.variant()?;
                        match key.as_str() {
                            $( $key $(| $further)* => content.newtype_variant().map($Name::$Variant), )+
                            _ => Err(serde::de::Error::unknown_variant(&key, $Name::KEYS)),
                        }
                    }
                }

                deserializer.deserialize_enum(callform_source::de::KEYED, $Name::KEYS, Visitor)
            }
        }

        impl schemars::JsonSchema for $Name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($Name)).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let text = <$Name as $crate::steps::keyed::BareText>::text_schema();
                $crate::steps::keyed::any_of(text, vec![$( generator.subschema_for::<$Type>() ),+])
            }
        }
    };
}

pub(super) use keyed_enum;

/// The schema of such an enum: one branch for strings, one for each mapping.
pub(super) fn any_of(text: Value, mappings: Vec<Schema>) -> Schema {
    let branches: Vec<Value> = std::iter::once(text).chain(mappings.into_iter().map(Schema::to_value)).collect();
    let mut schema = Schema::default();
    schema.insert("anyOf".to_owned(), json!(branches));
    schema
}
