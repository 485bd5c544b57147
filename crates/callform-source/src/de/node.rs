//! A serde deserializer over a node.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, U32Deserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::{JSON_TEXT, KEYED, ONE_OR_MANY, spanned};
use crate::yaml::{Entry, Node, NodeValue};
use crate::{Diagnostic, Span, Spanned};

/// Why a tree is not of a type. The place is that of the innermost node it happened in.
#[derive(Debug)]
pub(super) struct Error {
    message: String,
    span: Option<Span>,
}

impl Error {
    pub(super) fn into_diagnostic(self, root: Span) -> Diagnostic {
        Diagnostic::error("invalid-value", self.message).at(self.span.unwrap_or(root), "")
    }

    fn or_at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None }
    }
}

#[derive(Clone, Copy)]
pub(super) struct NodeDeserializer<'de> {
    node: &'de Node,
}

impl<'de> NodeDeserializer<'de> {
    pub(super) fn new(node: &'de Node) -> Self {
        Self { node }
    }

    /// An enum whose variant is the first of `variants` that is a key of the mapping, and whose content is the whole
    /// mapping. A string goes to the visitor as it is.
    fn keyed<V: Visitor<'de>>(self, variants: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let NodeValue::Mapping(entries) = &self.node.value else { return self.any(visitor) };
        let key = variants.iter().find_map(|variant| entries.iter().find(|entry| entry.key.value == *variant));
        match key {
            Some(Entry { key, .. }) => {
                visitor.visit_enum(Variant { name: &key.value, span: key.span, content: Some(self.node) })
            }
            None => Err(de::Error::custom(format!("one of these keys is needed: {}", variants.join(", ")))),
        }
    }

    /// A number or truth value as such, however it was written.
    fn value<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            NodeValue::Bool(value) => visitor.visit_bool(value),
            NodeValue::Integer(value) => visitor.visit_i64(value),
            NodeValue::Float(value) => visitor.visit_f64(value),
            _ => self.any(visitor),
        }
    }

    fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.value {
            NodeValue::Null => visitor.visit_unit(),
            // Who takes any scalar gets what was written; types of numbers ask for numbers.
            NodeValue::Bool(_) | NodeValue::Integer(_) | NodeValue::Float(_) if self.node.written.is_some() => {
                visitor.visit_str(self.node.written.as_deref().unwrap_or_default())
            }
            NodeValue::Bool(value) => visitor.visit_bool(*value),
            // Types without a sign would refuse `visit_i64` of what fits them only in other formats; serde's own
            // implementations accept both.
            NodeValue::Integer(value) => visitor.visit_i64(*value),
            NodeValue::Float(value) => visitor.visit_f64(*value),
            NodeValue::String(value) => visitor.visit_borrowed_str(value),
            NodeValue::Sequence(items) => visitor.visit_seq(Items { items: items.iter() }),
            NodeValue::Mapping(entries) => visitor.visit_map(Entries { entries: entries.iter(), value: None }),
        }
    }
}

macro_rules! values_of_types {
    ($($method:ident),*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.value(visitor).map_err(|error| error.or_at(self.node.span))
        })*
    };
}

impl<'de> Deserializer<'de> for NodeDeserializer<'de> {
    type Error = Error;

    values_of_types! {
        deserialize_bool, deserialize_i8, deserialize_i16, deserialize_i32, deserialize_i64, deserialize_u8,
        deserialize_u16, deserialize_u32, deserialize_u64, deserialize_f32, deserialize_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.any(visitor).map_err(|error| error.or_at(self.node.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.value {
            NodeValue::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|error| error.or_at(self.node.span))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        let read = match &self.node.value {
            NodeValue::Sequence(items) if name == ONE_OR_MANY => visitor.visit_seq(Items { items: items.iter() }),
            _ if name == ONE_OR_MANY => visitor.visit_seq(Items { items: std::slice::from_ref(self.node).iter() }),
            _ if name == JSON_TEXT => visitor.visit_string(self.node.to_json_text()),
            _ => visitor.visit_newtype_struct(self),
        };
        read.map_err(|error| error.or_at(self.node.span))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == spanned::NAME {
            return visitor.visit_map(Place::new(self.node.span, self));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == KEYED {
            return self.keyed(variants, visitor).map_err(|error| error.or_at(self.node.span));
        }
        let variant = match &self.node.value {
            NodeValue::String(name) => Variant { name, span: self.node.span, content: None },
            NodeValue::Mapping(entries) => match entries.as_slice() {
                [Entry { key, value }] => Variant { name: &key.value, span: key.span, content: Some(value) },
                _ => {
                    return Err(de::Error::custom("expected a mapping with exactly one key"))
                        .map_err(|error: Error| error.or_at(self.node.span));
                }
            },
            _ => {
                let unexpected = Unexpected::Other(self.node.kind_word());
                let error: Error = de::Error::invalid_type(unexpected, &"a string or a mapping with one key");
                return Err(error.or_at(self.node.span));
            }
        };
        visitor.visit_enum(variant).map_err(|error| error.or_at(self.node.span))
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'de> {
    items: std::slice::Iter<'de, Node>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.items.next().map(|node| seed.deserialize(NodeDeserializer::new(node))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Entries<'de> {
    entries: std::slice::Iter<'de, Entry>,
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(Entry { key, value }) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(KeyDeserializer { key }).map(Some).map_err(|error| error.or_at(key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let node = self.value.take().ok_or_else(|| -> Error { de::Error::custom("a value was asked for twice") })?;
        seed.deserialize(NodeDeserializer::new(node))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A key: a string, which types of whole numbers may parse.
#[derive(Clone, Copy)]
struct KeyDeserializer<'de> {
    key: &'de Spanned<String>,
}

impl KeyDeserializer<'_> {
    fn integer<T: std::str::FromStr>(self) -> Result<T, Error> {
        self.key.value.parse().map_err(|_| {
            let unexpected = Unexpected::Str(&self.key.value);
            de::Error::invalid_value(unexpected, &"a whole number as key")
        })
    }
}

macro_rules! integer_keys {
    ($($method:ident $visit:ident $type:ty),*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.integer::<$type>()?)
        })*
    };
}

impl<'de> Deserializer<'de> for KeyDeserializer<'de> {
    type Error = Error;

    integer_keys! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(&self.key.value)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == spanned::NAME {
            return visitor.visit_map(Place::new(self.key.span, self));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.key.value.as_str().into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
        ignored_any
    }
}

/// The four fields a [`Spanned`] asks for.
struct Place<D> {
    span: Span,
    next: usize,
    value: Option<D>,
}

impl<D> Place<D> {
    fn new(span: Span, value: D) -> Self {
        Self { span, next: 0, value: Some(value) }
    }
}

impl<'de, D: Deserializer<'de, Error = Error>> MapAccess<'de> for Place<D> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let name = [spanned::FILE, spanned::START, spanned::END, spanned::VALUE].get(self.next).copied();
        name.map(|name| seed.deserialize(BorrowedStrDeserializer::new(name))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let number = match self.next {
            0 => self.span.file.0,
            1 => self.span.start,
            2 => self.span.end,
            _ => {
                let value =
                    self.value.take().ok_or_else(|| -> Error { de::Error::custom("a value was asked for twice") })?;
                return seed.deserialize(value).map_err(|error| error.or_at(self.span));
            }
        };
        self.next += 1;
        seed.deserialize(U32Deserializer::new(number))
    }
}

/// The variant of an enum and, where it was written as a mapping, its content.
struct Variant<'de> {
    name: &'de str,
    span: Span,
    content: Option<&'de Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'de>), Error> {
        let name = seed
            .deserialize(BorrowedStrDeserializer::<Error>::new(self.name))
            .map_err(|error| error.or_at(self.span))?;
        Ok((name, Content { span: self.span, node: self.content }))
    }
}

struct Content<'de> {
    span: Span,
    node: Option<&'de Node>,
}

impl<'de> Content<'de> {
    fn node(&self) -> Result<NodeDeserializer<'de>, Error> {
        let missing = || Error { message: "a mapping with a value is expected here".to_owned(), span: Some(self.span) };
        self.node.map(NodeDeserializer::new).ok_or_else(missing)
    }
}

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.node {
            None | Some(Node { value: NodeValue::Null, .. }) => Ok(()),
            Some(node) => Err(Error { message: "no value is expected here".to_owned(), span: Some(node.span) }),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.node()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.node()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.node()?.deserialize_any(visitor)
    }
}
