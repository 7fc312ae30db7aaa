//! The models that grade: which provider an assertion asks, where a model answers it.

use std::collections::BTreeSet;

use super::super::tree::Node;
use crate::domain::Judge;

/// Assertions that a model answers.
const GRADED: [&str; 6] =
    ["llm-rubric", "g-eval", "factuality", "answer-relevance", "agent-rubric", "search-rubric"];
/// How the names of others begin.
const GRADED_FAMILIES: [&str; 3] = ["model-graded-", "context-", "conversation-relevance"];

/// Who grades, by named score, over all tests of a file.
#[derive(Debug, Default)]
pub(super) struct Judges(BTreeSet<Graded>);

/// What one assertion goes into, and the provider that answers it; `None` where the test does not name one.
type Graded = (Option<String>, Option<String>);

impl Judges {
    /// Takes the assertions of the test of a result in.
    pub(super) fn take(&mut self, result: &Node) {
        let Some(test) = result.get("testCase") else { return };
        let default = test.get("options").and_then(|options| options.get("provider")).and_then(provider);
        self.assertions(test.get("assert"), None, default.as_deref());
    }

    fn assertions(&mut self, asserts: Option<&Node>, outer: Option<&str>, default: Option<&str>) {
        let Some(Node::List(asserts)) = asserts else { return };
        for assert in asserts {
            let metric = assert.get("metric").and_then(Node::text).or(outer);
            let kind = assert.get("type").and_then(Node::text).unwrap_or("");
            let kind = kind.strip_prefix("not-").unwrap_or(kind);
            if GRADED.contains(&kind) || GRADED_FAMILIES.iter().any(|begin| kind.starts_with(begin)) {
                let named = assert.get("provider").and_then(provider);
                self.0.insert((metric.map(str::to_owned), named.or_else(|| default.map(str::to_owned))));
            }
            // Sets do not hold sets.
            if outer.is_none() && kind == "assert-set" {
                self.assertions(assert.get("assert"), Some(metric.unwrap_or_default()), default);
            }
        }
    }

    /// The judge of a score: of a named one, that of its assertions, else of all. `None` where the file leaves one open.
    pub(super) fn of(&self, metric: &str) -> Option<Judge> {
        let all = matches!(metric, "score" | "success");
        let named: Option<Vec<&str>> = self
            .0
            .iter()
            .filter(|(of, _)| all || of.as_deref() == Some(metric))
            .map(|(_, provider)| provider.as_deref())
            .collect();
        Judge::of_models(named?.into_iter())
    }
}

/// A provider: its id, or an object with its id.
fn provider(node: &Node) -> Option<String> {
    node.text().or_else(|| node.get("id")?.text()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::super::tree::{self, Projection};
    use super::*;

    fn judges(test: &str) -> Judges {
        let mut judges = Judges::default();
        judges.take(&tree::parse(&format!(r#"{{"testCase": {test}}}"#), Projection::All).unwrap());
        judges
    }

    fn name(judge: Option<Judge>) -> Option<String> {
        judge.map(|judge| judge.model)
    }

    #[test]
    fn an_assertion_asks_its_own_provider_or_that_of_its_test() {
        let found = judges(
            r#"{"options": {"provider": {"id": "openai:a"}}, "assert": [{"type": "equals", "metric": "exact"},
                {"type": "llm-rubric", "metric": "polite"},
                {"type": "assert-set", "assert": [{"type": "not-factuality", "provider": "openai:b"}]}]}"#,
        );
        assert_eq!(name(found.of("polite")).as_deref(), Some("openai:a"));
        assert_eq!(name(found.of("score")).as_deref(), Some("openai:a, openai:b"));
        assert_eq!(name(found.of("exact")), None, "no model answers it");
    }

    #[test]
    fn a_judge_that_the_file_leaves_open_is_none() {
        let open =
            judges(r#"{"assert": [{"type": "llm-rubric"}, {"type": "llm-rubric", "provider": "openai:b"}]}"#);
        assert_eq!(open.of("score"), None);
        assert_eq!(judges(r#"{"assert": [{"type": "equals"}]}"#).of("score"), None);
    }
}
