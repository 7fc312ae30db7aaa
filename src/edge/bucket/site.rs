//! Which bucket, in whose name, over which wire: a URL and the environment of the cloud it names.

use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum, S3ConditionalPut};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::list::PaginatedListStore;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::trouble::Cloud;
use crate::domain::{Code, Diagnostic};

/// Longest wait for a connection.
const CONNECTING: std::time::Duration = std::time::Duration::from_secs(10);
/// Variables whose values are told to nobody, by parts of their names.
const SECRETS: [&str; 6] = ["KEY", "SECRET", "TOKEN", "SAS", "PASSWORD", "CREDENTIAL"];

/// Reads and lists. Listing goes page by page, so that a page may be asked for again.
pub(super) trait Reader: ObjectStore + PaginatedListStore {}

impl<T: ObjectStore + PaginatedListStore> Reader for T {}

/// What answers for a bucket.
pub(super) struct Remote {
    pub(super) reader: Arc<dyn Reader>,
    /// Creates objects. On S3 it is a client of its own, for a header that only belongs there.
    pub(super) creator: Arc<dyn ObjectStore>,
}

impl Remote {
    fn of<T: Reader>(store: T) -> Self {
        let store = Arc::new(store);
        Self { reader: store.clone(), creator: store }
    }
}

/// A bucket and a prefix in it.
#[derive(Debug)]
pub(super) struct Site {
    cloud: Cloud,
    scheme: &'static str,
    bucket: String,
    /// Without slashes around it; may be empty.
    prefix: String,
    endpoint: Option<String>,
}

impl Site {
    /// The place that a URL names: `s3://bucket/prefix`, `gs://...`, `az://container/prefix`.
    pub(super) fn of(url: &str) -> Result<Self, Diagnostic> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (scheme, cloud) = match scheme {
            "s3" => ("s3", Cloud::S3),
            "gs" => ("gs", Cloud::Google),
            "az" => ("az", Cloud::Azure),
            other => {
                return Err(bad(&format!("{other}://"), "is no kind of bucket that evalsig knows"));
            }
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if bucket.is_empty() || !bucket.chars().all(plain) {
            // A name with `@` in it may carry a password: it is not repeated.
            return Err(bad(&format!("{scheme}://"), "the name of the bucket is missing, or is none"));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let prefix =
            (prefix.is_empty() || well_formed(prefix)).then(|| prefix.to_owned()).ok_or_else(|| {
                bad(url, "the path in the bucket has an empty part, `.` or `..`, or a control character")
            })?;
        Ok(Self { cloud, scheme, bucket: bucket.to_owned(), prefix, endpoint: None })
    }

    pub(super) fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// Where the bucket was looked for.
    pub(super) fn endpoint(&self) -> String {
        self.endpoint.clone().unwrap_or_else(|| self.cloud.names().service.to_owned())
    }

    /// The URL of a path below the prefix.
    pub(super) fn url(&self, path: &str) -> String {
        let root = format!("{}://{}", self.scheme, self.bucket);
        [root.as_str(), &self.prefix, path]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/")
    }

    /// What every key below a folder begins with; empty for the whole bucket.
    pub(super) fn beginning(&self, folder: &str) -> String {
        let parts = [self.prefix.as_str(), folder].into_iter().filter(|part| !part.is_empty());
        parts.map(|part| format!("{part}/")).collect()
    }

    /// The key of an object. Nothing leads out of the prefix, and a percent sign stands for itself.
    pub(super) fn key(&self, path: &str) -> Result<Path, Diagnostic> {
        let key =
            well_formed(path).then(|| Path::parse(format!("{}{path}", self.beginning(""))).ok()).flatten();
        key.ok_or_else(|| {
            Code::BadUsage
                .at(self.url(""))
                .what(format!("{path:?} cannot be the name of an object"))
                .next("names have no empty part, no `.` or `..` and no control character")
        })
    }

    /// What answers for the bucket. `variables` is the environment.
    pub(super) fn connect(&mut self, variables: &[(String, String)]) -> Result<Remote, Diagnostic> {
        match self.cloud {
            Cloud::S3 => self.s3(variables),
            Cloud::Google => self.google(variables),
            Cloud::Azure => self.azure(variables),
        }
    }

    fn s3(&mut self, variables: &[(String, String)]) -> Result<Remote, Diagnostic> {
        let mut builder = AmazonS3Builder::new();
        for (key, value) in understood::<AmazonS3ConfigKey>(variables, "AWS_") {
            builder = builder.with_config(key, value);
        }
        let asked = |key: AmazonS3ConfigKey| builder.get_config_value(&key);
        let endpoint = asked(AmazonS3ConfigKey::S3Endpoint).or_else(|| asked(AmazonS3ConfigKey::Endpoint));
        let wire = self.wire(endpoint, variables)?;
        let builder = builder
            .with_bucket_name(&self.bucket)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_http_connector(wire)
            .with_retry(unrepeated());
        let options = ClientOptions::new().with_allow_http(wire.plain);
        // A bucket under Object Lock takes no object without a checksum, and some servers look for its
        // announcement only.
        let mut announced = http::HeaderMap::new();
        announced.insert("x-amz-sdk-checksum-algorithm", http::HeaderValue::from_static("SHA256"));
        let client = |options: ClientOptions| builder.clone().with_client_options(options).build();
        let remote = client(options.clone()).and_then(|reader| {
            let creator = client(options.with_default_headers(announced))?;
            Ok(Remote { reader: Arc::new(reader), creator: Arc::new(creator) })
        });
        remote.map_err(|error| self.unready(&error, variables))
    }

    fn google(&mut self, variables: &[(String, String)]) -> Result<Remote, Diagnostic> {
        let mut builder = GoogleCloudStorageBuilder::new();
        for (key, value) in understood::<GoogleConfigKey>(variables, "GOOGLE_") {
            builder = builder.with_config(key, value);
        }
        let asked = |key: GoogleConfigKey| builder.get_config_value(&key);
        let wire = self.wire(asked(GoogleConfigKey::BaseUrl), variables)?;
        let options = ClientOptions::new().with_allow_http(wire.plain);
        let built = builder
            .with_bucket_name(&self.bucket)
            .with_client_options(options)
            .with_http_connector(wire)
            .with_retry(unrepeated())
            .build();
        built.map(Remote::of).map_err(|error| self.unready(&error, variables))
    }

    fn azure(&mut self, variables: &[(String, String)]) -> Result<Remote, Diagnostic> {
        let mut builder = MicrosoftAzureBuilder::new();
        for (key, value) in understood::<AzureConfigKey>(variables, "AZURE_") {
            builder = builder.with_config(key, value);
        }
        let asked = |key: AzureConfigKey| builder.get_config_value(&key);
        let wire = self.wire(asked(AzureConfigKey::Endpoint), variables)?;
        let built = builder
            .with_container_name(&self.bucket)
            .with_allow_http(wire.plain)
            .with_http_connector(wire)
            .with_retry(unrepeated())
            .build();
        built.map(Remote::of).map_err(|error| self.unready(&error, variables))
    }

    /// How to get to an endpoint. Whoever listens on a plain wire reads every run.
    fn wire(&mut self, endpoint: Option<String>, variables: &[(String, String)]) -> Result<Wire, Diagnostic> {
        self.endpoint = endpoint.as_deref().map(without_secrets);
        let Some(uri) = endpoint.as_deref().filter(|endpoint| !endpoint.starts_with("https://")) else {
            return Ok(Wire { plain: false, near: false });
        };
        let host = uri.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        let near = host.is_some_and(|host| matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]"));
        let permission = match self.cloud {
            Cloud::S3 => "AWS_ALLOW_HTTP",
            Cloud::Google => "GOOGLE_ALLOW_HTTP",
            Cloud::Azure => "AZURE_ALLOW_HTTP",
        };
        let allowed = |(name, value): &(String, String)| {
            name == permission && matches!(value.to_ascii_lowercase().as_str(), "true" | "1")
        };
        if !near && !variables.iter().any(allowed) {
            return Err(Code::BadUsage
                .at(self.url(""))
                .what(format!("the endpoint {} is not https", self.endpoint()))
                .next(format!("use https, or set {permission}=true where everybody on the wire may read")));
        }
        Ok(Wire { plain: true, near })
    }

    fn unready(&self, error: &object_store::Error, variables: &[(String, String)]) -> Diagnostic {
        let mut said = error.to_string();
        let secret = |name: &str| SECRETS.iter().any(|part| name.to_uppercase().contains(part));
        for (_, value) in variables.iter().filter(|(name, _)| secret(name)) {
            said = said.replace(value, "[REDACTED]");
        }
        let names = self.cloud.names();
        Code::BadUsage
            .at(self.url(""))
            .what(format!("the settings for {} cannot be used: {said}", names.service))
            .next("check the cloud's variables in the environment")
    }
}

/// How requests travel.
#[derive(Clone, Copy, Debug)]
struct Wire {
    /// Without TLS.
    plain: bool,
    /// To this very machine.
    near: bool,
}

impl HttpConnector for Wire {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let carrier = reqwest::Client::builder()
            // A redirect would carry the request to wherever an answer says: nobody follows one.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECTING);
        // No proxy reaches the loopback of this machine. All others are those of the environment
        // (`HTTPS_PROXY`, `NO_PROXY`).
        let carrier = if self.near { carrier.no_proxy() } else { carrier }.build();
        let failed = |error| object_store::Error::Generic { store: "HTTP", source: Box::new(error) };
        carrier.map(HttpClient::new).map_err(failed)
    }
}

/// The library repeats nothing: only we know what became of an object that was sent twice.
fn unrepeated() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

/// The variables of a cloud that its client understands. An empty one is an absent one.
fn understood<K: std::str::FromStr>(
    variables: &[(String, String)],
    beginning: &str,
) -> impl Iterator<Item = (K, String)> {
    variables
        .iter()
        .filter(move |(name, value)| name.starts_with(beginning) && !value.is_empty())
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value.clone())))
}

/// Whether every part of a path is one.
fn well_formed(path: &str) -> bool {
    path.split('/').all(|part| {
        !part.is_empty() && part != "." && part != ".." && !part.chars().any(|c| c.is_ascii_control())
    })
}

/// An endpoint as it may be told: a password in it and a signature after it are nobody's business.
fn without_secrets(endpoint: &str) -> String {
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", endpoint));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}

fn bad(place: &str, what: &str) -> Diagnostic {
    Code::BadUsage
        .at(place)
        .what(what)
        .next("name a bucket as s3://NAME/PATH, gs://NAME/PATH or az://CONTAINER/PATH")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests {
    use super::{Site, without_secrets};

    #[test]
    fn nothing_leads_out_of_the_prefix_and_percent_signs_stand_for_themselves() {
        let site = Site::of("s3://bucket/a%20b/c/").unwrap();
        let key = |path: &str| site.key(path).ok().map(String::from);
        assert_eq!(key("run_id=x%3Ay.parquet").as_deref(), Some("a%20b/c/run_id=x%3Ay.parquet"));
        assert_eq!(site.url("p/q"), "s3://bucket/a%20b/c/p/q");
        assert_eq!(
            (site.beginning("audit"), site.beginning("")),
            ("a%20b/c/audit/".into(), "a%20b/c/".into())
        );
        for path in ["", "/", "/x", "x/", "a//b", "..", "../x", "a/../../x", "a/./b", "a\nb"] {
            assert_eq!(key(path), None, "{path:?}");
        }
        let bare = Site::of("gs://bucket").unwrap();
        assert_eq!((bare.beginning(""), bare.url("x")), (String::new(), "gs://bucket/x".into()));
    }

    #[test]
    fn a_url_names_a_bucket_or_is_refused_without_repeating_a_password() {
        for url in
            ["s3://", "s3:///x", "ftp://x", "x", "s3://key:hunter2@bucket/x", "s3://b/../x", "s3://b//x"]
        {
            let error = Site::of(url).unwrap_err().to_string();
            assert!(error.contains("[bad-usage]") && !error.contains("hunter2"), "{error}");
        }
        assert_eq!(without_secrets("http://me:hunter2@host:1/x?sig=y"), "http://host:1/x");
    }
}
