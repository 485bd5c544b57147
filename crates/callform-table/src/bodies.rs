//! What the items of a table say, by kind.

/// Declares `Body`, with a variant for each kind of item: how it is made of the kind's type, and read as it. Records tell kinds
/// apart by their member `kind`, the variant's name in small letters. The caller's crate has serde.
#[macro_export]
macro_rules! bodies {
    ($($(#[$about:meta])* $name:ident($body:ty) as $as:ident,)*) => {
        /// What an item says.
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Body {
            $($(#[$about])* $name(Box<$body>),)*
        }

        $(impl From<$body> for Body {
            fn from(body: $body) -> Self {
                Self::$name(Box::new(body))
            }
        })*

        impl Body {
            $(
                #[doc = concat!("It, where it is a [`", stringify!($body), "`].")]
                pub fn $as(&self) -> Option<&$body> {
                    if let Self::$name(body) = self { Some(body) } else { None }
                }
            )*
        }
    };
}
