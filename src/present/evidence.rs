//! Where an envelope went: one line for a log, a few code spans for a page.

use super::safe;
use crate::report::evidence::EvidenceView;

impl EvidenceView {
    /// One line for a terminal or a log.
    #[must_use]
    pub fn line(&self) -> String {
        let mut facts = self.facts.iter().map(|(label, value)| format!("{label}{value}"));
        let path = facts.next().map_or(String::new(), |path| format!(": {path}"));
        let rest: Vec<String> = facts.collect();
        let rest = if rest.is_empty() { String::new() } else { format!(" ({})", rest.join(", ")) };
        safe::line(&format!("{}{path}{rest}", self.said))
    }

    /// One paragraph of Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let facts: Vec<String> =
            self.facts.iter().map(|(label, value)| format!("{label}{}", safe::code(value))).collect();
        let colon = if facts.is_empty() { "" } else { ": " };
        format!("**Envelope:** {}{colon}{}.\n", self.said, facts.join(", "))
    }
}
