//! The configuration of GitHub's API: addresses, repository and token, checked before any request.

use http::Uri;
use secrecy::SecretString;

use crate::domain::Diagnostic;
use crate::edge::errors::github as errors;
use crate::edge::redact::{redacted, remember};

/// Addresses, repository and token. The token has a type whose debug output is `[REDACTED]`.
#[derive(Clone, Debug)]
pub(super) struct Config {
    /// The REST API, such as `https://api.github.com`.
    pub(super) api: Uri,
    /// The GraphQL API, such as `https://api.github.com/graphql`.
    pub(super) graphql: Uri,
    /// owner/name.
    pub(super) repository: String,
    /// The job's token.
    pub(super) token: SecretString,
}

impl Config {
    /// The configuration in the environment; `None` without a token, which means not to use GitHub.
    ///
    /// GitHub Enterprise sets its own addresses in the same variables.
    ///
    /// # Errors
    /// `bad-usage` where the token would be sent without TLS, or an address or name is malformed.
    pub(super) fn read(
        token: Option<String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Diagnostic> {
        let Some(token) = token else { return Ok(None) };
        let repository = variable("GITHUB_REPOSITORY").unwrap_or_default();
        if !repository.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name)) {
            return Err(errors::malformed_repository(&repository));
        }
        let api = variable("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".into());
        let graphql = variable("GITHUB_GRAPHQL_URL")
            .unwrap_or_else(|| format!("{}/graphql", api.trim_end_matches("/v3").trim_end_matches('/')));
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(errors::malformed_token());
        }
        remember(&token);
        Ok(Some(Self {
            api: address("GITHUB_API_URL", &api)?,
            graphql: address("GITHUB_GRAPHQL_URL", &graphql)?,
            repository,
            token: token.into(),
        }))
    }
}

/// Whether a text is the name of an owner or a repository.
fn is_name(part: &str) -> bool {
    !part.is_empty()
        && part != "."
        && part != ".."
        && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// An address that may get a token: https, or the loopback of this machine.
fn address(variable: &str, text: &str) -> Result<Uri, Diagnostic> {
    let refused = |reason: &str| errors::address_refused(variable, &redacted(text), reason);
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
    use super::Config;

    fn config(api: &str) -> Result<Option<Config>, crate::domain::Diagnostic> {
        let variable = |name: &str| match name {
            "GITHUB_REPOSITORY" => Some("org/app".to_owned()),
            "GITHUB_API_URL" => Some(api.to_owned()),
            _ => None,
        };
        Config::read(Some("ghs_verysecret".into()), variable)
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
            assert!(config(fine).is_ok(), "{fine}");
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
            assert!(config(unsafe_).is_err(), "{unsafe_}");
        }
    }

    #[test]
    fn enterprise_addresses_follow_from_the_api() {
        let graphql = |api| config(api).unwrap().unwrap().graphql.to_string();
        assert_eq!(graphql("https://api.github.com"), "https://api.github.com/graphql");
        assert_eq!(graphql("https://ghe.example/api/v3"), "https://ghe.example/api/graphql");
    }

    #[test]
    fn the_token_is_never_printed() {
        let config = config("https://api.github.com").unwrap().unwrap();
        let shown = format!("{config:?} {config:#?}");
        assert!(!shown.contains("verysecret") && shown.contains("REDACTED"), "{shown}");
    }

    #[test]
    fn a_hostile_repository_or_token_is_refused() {
        for name in ["", "app", "org/app/../x", "org/..", "a b/c", "org/app?x"] {
            let variable = |v: &str| (v == "GITHUB_REPOSITORY").then(|| name.to_owned());
            assert!(Config::read(Some("t".into()), variable).is_err(), "{name}");
        }
        let fine = |v: &str| (v == "GITHUB_REPOSITORY").then(|| "org/app".to_owned());
        assert!(Config::read(Some("a\nb: c".into()), fine).is_err());
    }
}
