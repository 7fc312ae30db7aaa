//! Which GitHub: its addresses and the token, checked before anything is sent anywhere.

use http::Uri;
use secrecy::SecretString;

use crate::domain::{Code, Diagnostic};

/// Where to ask, and in whose name. Prints no token: it is of a type that cannot.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The REST API, such as `https://api.github.com`.
    pub(super) api: Uri,
    /// The GraphQL API, such as `https://api.github.com/graphql`.
    pub(super) graphql: Uri,
    /// owner/name.
    pub(super) repository: String,
    /// The job's token.
    pub(super) token: SecretString,
}

impl Site {
    /// The GitHub of the environment; `None` without a token, which means that there is none to ask.
    ///
    /// GitHub Enterprise sets its own addresses in the same variables.
    ///
    /// # Errors
    /// `bad-usage` where the token would travel in the clear, or an address or name is none.
    pub(super) fn of(
        token: Option<String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Diagnostic> {
        let Some(token) = token else { return Ok(None) };
        let repository = variable("GITHUB_REPOSITORY").unwrap_or_default();
        let part = |part: &str| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if !repository.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name)) {
            return Err(Code::BadUsage
                .at("GITHUB_REPOSITORY")
                .what(format!("is {repository:?}, expected owner/name"))
                .next("run the action in a workflow, or without a github-token"));
        }
        let api = variable("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".into());
        let graphql = variable("GITHUB_GRAPHQL_URL")
            .unwrap_or_else(|| format!("{}/graphql", api.trim_end_matches("/v3").trim_end_matches('/')));
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Code::BadUsage.at("input github-token").what("holds characters that no token has"));
        }
        Ok(Some(Self {
            api: address("GITHUB_API_URL", &api)?,
            graphql: address("GITHUB_GRAPHQL_URL", &graphql)?,
            repository,
            token: token.into(),
        }))
    }
}

/// An address that a token may be sent to: https, or this machine itself.
fn address(variable: &str, text: &str) -> Result<Uri, Diagnostic> {
    let refused = |what: &str| {
        Code::BadUsage
            .at(variable)
            .what(format!("is {text:?}, {what}"))
            .next("use the https address of GitHub's API")
    };
    let uri: Uri = text.trim_end_matches('/').parse().map_err(|_| refused("which is no address"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(refused("which is no full address"));
    };
    if authority.as_str().contains('@') || uri.query().is_some() {
        return Err(refused("which carries more than an address"));
    }
    let loopback = matches!(authority.host(), "127.0.0.1" | "[::1]" | "localhost");
    if scheme == "https" || scheme == "http" && loopback {
        Ok(uri)
    } else {
        Err(refused("and the token must not travel in the clear"))
    }
}

#[cfg(test)]
mod tests {
    use super::Site;

    fn site(api: &str) -> Result<Option<Site>, crate::domain::Diagnostic> {
        let variable = |name: &str| match name {
            "GITHUB_REPOSITORY" => Some("org/app".to_owned()),
            "GITHUB_API_URL" => Some(api.to_owned()),
            _ => None,
        };
        Site::of(Some("ghs_verysecret".into()), variable)
    }

    #[test]
    fn a_token_goes_to_https_or_to_this_machine_only() {
        for fine in [
            "https://api.github.com",
            "https://ghe.example/api/v3/",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost:9/api/v3",
        ] {
            assert!(site(fine).is_ok(), "{fine}");
        }
        for unsafe_ in [
            "http://api.github.com",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "ftp://api.github.com",
            "https://user:pw@api.github.com",
            "https://api.github.com?x=1",
            "api.github.com",
            "",
            "https://",
        ] {
            assert!(site(unsafe_).is_err(), "{unsafe_}");
        }
    }

    #[test]
    fn enterprise_addresses_follow_from_the_api() {
        let graphql = |api| site(api).unwrap().unwrap().graphql.to_string();
        assert_eq!(graphql("https://api.github.com"), "https://api.github.com/graphql");
        assert_eq!(graphql("https://ghe.example/api/v3"), "https://ghe.example/api/graphql");
    }

    #[test]
    fn the_token_is_never_printed() {
        let site = site("https://api.github.com").unwrap().unwrap();
        let shown = format!("{site:?} {site:#?}");
        assert!(!shown.contains("verysecret") && shown.contains("REDACTED"), "{shown}");
    }

    #[test]
    fn a_hostile_repository_or_token_is_refused() {
        for name in ["", "app", "org/app/../x", "org/..", "a b/c", "org/app?x"] {
            let variable = |v: &str| (v == "GITHUB_REPOSITORY").then(|| name.to_owned());
            assert!(Site::of(Some("t".into()), variable).is_err(), "{name}");
        }
        let fine = |v: &str| (v == "GITHUB_REPOSITORY").then(|| "org/app".to_owned());
        assert!(Site::of(Some("a\nb: c".into()), fine).is_err());
    }
}
