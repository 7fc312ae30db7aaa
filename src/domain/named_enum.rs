//! Enumerations whose values have names: in flags, in files and in reports.
//!
//! A macro of ours and not `strum`: the sentence about a value is its documentation and its `about()`,
//! written once, and `strum` would add a derive macro to every build for the three functions that are left.

/// Defines an enumeration whose values have names. It gets `ALL` in the order of the definition, `as_str`,
/// `from_name`, `Display` (the name) and `FromStr` (whose error lists the names). Where every name is
/// followed by a sentence, that sentence is the documentation of the value, and `about` returns it.
macro_rules! named_enum {
    ($(#[$meta:meta])* pub enum $Enum:ident { $($variant:ident = $name:literal, $about:literal;)+ }) => {
        $crate::domain::named_enum! {
            $(#[$meta])*
            pub enum $Enum { $(#[doc = $about] $variant = $name;)+ }
        }

        impl $Enum {
            /// What it means, in one sentence.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }
        }
    };
    ($(#[$meta:meta])* pub enum $Enum:ident { $($(#[$doc:meta])+ $variant:ident = $name:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $Enum { $($(#[$doc])+ $variant,)+ }

        impl $Enum {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in flags, files and reports.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The value of this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $Enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $Enum {
            type Err = String;

            fn from_str(name: &str) -> Result<Self, String> {
                Self::from_name(name).ok_or_else(|| format!("expected one of {}", [$($name),+].join(", ")))
            }
        }
    };
}

pub(crate) use named_enum;
