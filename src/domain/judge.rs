//! Who scored the answers, where that is a model.

use std::collections::BTreeSet;
use std::fmt;

use super::Digest;

/// A model that scores answers, as a run file names it. Scores by two judges are two measurements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judge {
    /// The model.
    pub model: String,
    /// SHA-256 of what it is asked, where the file holds that.
    pub prompt: Option<Digest>,
}

impl Judge {
    /// The models that answers were scored by, as one judge; `None` where there is none.
    #[must_use]
    pub fn of_models<'m>(models: impl Iterator<Item = &'m str>) -> Option<Self> {
        let models: BTreeSet<&str> = models.filter(|model| !model.is_empty()).collect();
        let model = models.into_iter().collect::<Vec<_>>().join(", ");
        (!model.is_empty()).then_some(Self { model, prompt: None })
    }

    /// Whether the two can be the same judge: a file that does not hold the prompt contradicts none.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.model == other.model
            && self.prompt.as_ref().zip(other.prompt.as_ref()).is_none_or(|(one, two)| one == two)
    }
}

/// As a sentence names it; the model is foreign text, which stands in quotation marks.
impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.model)?;
        match &self.prompt {
            Some(prompt) => write!(f, " (prompt {})", prompt.to_string().get(..12).unwrap_or_default()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_model_or_another_prompt_is_another_judge() {
        let judge = |model: &str, prompt: Option<&str>| Judge {
            model: model.into(),
            prompt: prompt.map(|prompt| Digest::of(prompt.as_bytes())),
        };
        let one = judge("grader-1", Some("Is it right?"));
        assert!(one.agrees_with(&one.clone()) && one.agrees_with(&judge("grader-1", None)));
        assert!(!one.agrees_with(&judge("grader-2", Some("Is it right?"))));
        assert!(!one.agrees_with(&judge("grader-1", Some("Is it nice?"))));
        assert!(one.to_string().starts_with("\"grader-1\" (prompt "), "{one}");
    }
}
