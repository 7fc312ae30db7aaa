//! The model that a scorer asked, as the header of a log names it.

use super::super::tree::{Node, Projection};
use crate::domain::{Digest, Judge};

/// The role that scorers take their model from where they name none.
const GRADER: &str = "grader";
/// What a scorer asks its model.
const PROMPT: [&str; 2] = ["template", "instructions"];

/// What is kept of a scorer.
pub(super) const SCORER: Projection<'static> = Projection::Fields(&[
    ("name", Projection::All),
    (
        "options",
        Projection::Fields(&[
            ("model", Projection::All),
            ("model_role", Projection::All),
            ("template", Projection::All),
            ("instructions", Projection::All),
        ]),
    ),
]);
/// What is kept of the model of a role.
pub(super) const ROLE: Projection<'static> = Projection::Fields(&[("model", Projection::All)]);

/// The judge of the scorer of this name; `None` where it asks no model, or one that the log does not name: a scorer
/// without a model and a role asks the model under evaluation itself.
pub(super) fn of_scorer(eval: &Node, scorer: &str) -> Option<Judge> {
    let Some(Node::List(scorers)) = eval.get("scorers") else { return None };
    let named = |entry: &&Node| {
        let name = entry.get("name").and_then(Node::text);
        name.is_some_and(|name| name == scorer || name.rsplit('/').next() == Some(scorer))
    };
    let options = scorers.iter().find(named)?.get("options");
    let option = |name: &str| options.and_then(|options| options.get(name));
    let asks = PROMPT.into_iter().chain(["model", "model_role"]).any(|name| option(name).is_some());
    let by_name = option("model").map(models).unwrap_or_default();
    let role = option("model_role").and_then(Node::text).unwrap_or(GRADER);
    let by_role = || eval.get("model_roles")?.get(role)?.get("model")?.text().map(str::to_owned);
    let model = match by_name.is_empty() {
        false => by_name.join(", "),
        // A role that is there tells nothing of a scorer that compares texts.
        true => by_role().filter(|_| asks || scorer.starts_with("model_graded_"))?,
    };
    Some(Judge { model, prompt: prompt(PROMPT.into_iter().filter_map(option)) })
}

/// The models of an option: a name, a model with its name in it, or several of these.
fn models(node: &Node) -> Vec<String> {
    match node {
        Node::List(several) => several.iter().flat_map(models).collect(),
        one => one.text().or_else(|| one.get("model")?.text()).map(str::to_owned).into_iter().collect(),
    }
}

fn prompt<'n>(parts: impl Iterator<Item = &'n Node>) -> Option<Digest> {
    let text: Vec<&str> = parts.filter_map(Node::text).collect();
    (!text.is_empty()).then(|| Digest::of(text.join("\n").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::super::tree;
    use super::*;

    fn judge(eval: &str, scorer: &str) -> Option<Judge> {
        let shape = Projection::Fields(&[
            ("scorers", Projection::Each(&SCORER)),
            ("model_roles", Projection::Values(&ROLE)),
        ]);
        of_scorer(&tree::parse(eval, shape).unwrap(), scorer)
    }

    /// As Inspect 0.3.285 wrote them, of scorers that name their model in each of its ways.
    #[test]
    fn a_scorer_names_its_model_by_itself_or_by_a_role() {
        let whole = r#"{"scorers": [{"name": "match", "options": {}}, {"name": "model_graded_qa", "options":
            {"template": "T {question}", "model": {"model": "mockllm/grader-1", "config": {}, "base_url": null}}}]}"#;
        let found = judge(whole, "model_graded_qa").unwrap();
        assert_eq!(
            (found.model.as_str(), found.prompt),
            ("mockllm/grader-1", Some(Digest::of(b"T {question}")))
        );
        assert_eq!(judge(whole, "match"), None, "it compares texts");

        let role = r#"{"scorers": [{"name": "inspect_ai/model_graded_qa", "options": {}}, {"name": "match",
            "options": {}}], "model_roles": {"grader": {"model": "mockllm/grader-2", "config": {}, "args": {}}}}"#;
        assert_eq!(judge(role, "model_graded_qa").unwrap().model, "mockllm/grader-2");
        assert_eq!(judge(role, "match"), None);

        let several =
            r#"{"scorers": [{"name": "model_graded_qa", "options": {"model": ["mockllm/a", "mockllm/b"]}}]}"#;
        assert_eq!(judge(several, "model_graded_qa").unwrap().model, "mockllm/a, mockllm/b");
        let own = r#"{"scorers": [{"name": "model_graded_qa", "options": {}}], "model_roles": null}"#;
        assert_eq!(judge(own, "model_graded_qa"), None, "it asks the model under evaluation");
    }
}
