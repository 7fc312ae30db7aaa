//! What only the caller of the report page knows.

/// What only the caller knows of a page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The name of the CSV file that will lie beside the page; `None` where none is written.
    pub csv: Option<&'a str>,
    /// The server of the repository, such as `https://github.com`; without one the page has no links to it.
    pub server: Option<&'a str>,
}
