//! Connects to a bucket with the settings and credentials of the environment.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Uri};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, Checksum, S3ConditionalPut};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::{HttpClient, HttpConnector};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::list::PaginatedListStore;
use object_store::{ClientOptions, ObjectStore, RetryConfig};

use super::http::RecordingClient;
use super::url::BucketUrl;
use crate::domain::Diagnostic;
use crate::edge::errors::bucket as errors;
use crate::edge::redact::{redacted, remember_environment};

/// Longest wait for a TCP connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

type Variables = [(String, String)];

/// Reads and lists. Listing goes page by page, so that one page can be requested again.
pub(super) trait Reader: ObjectStore + PaginatedListStore {}

impl<T: ObjectStore + PaginatedListStore> Reader for T {}

/// The clients of one bucket.
pub(super) struct Clients {
    pub(super) reader: Arc<dyn Reader>,
    /// Creates objects. On S3 a client of its own, because of a header that belongs to writes only.
    pub(super) creator: Arc<dyn ObjectStore>,
    /// The endpoint for messages, without credentials; the name of the service where none is set.
    pub(super) endpoint: String,
}

impl Clients {
    /// Clients for the bucket of a URL. `variables` is the environment. Sends no request.
    pub(super) fn connect(url: &BucketUrl, variables: &Variables) -> Result<Self, Diagnostic> {
        use super::cloud::Cloud;
        remember_environment(variables.iter().cloned());
        match url.cloud {
            Cloud::S3 => s3(url, variables),
            Cloud::Google => google(url, variables),
            Cloud::Azure => azure(url, variables),
        }
    }

    fn of<T: Reader>(store: T, transport: &Transport) -> Self {
        let store = Arc::new(store);
        Self { reader: store.clone(), creator: store, endpoint: transport.endpoint.clone() }
    }
}

fn s3(url: &BucketUrl, variables: &Variables) -> Result<Clients, Diagnostic> {
    let mut builder = AmazonS3Builder::new();
    for (key, value) in settings::<AmazonS3ConfigKey>(variables, "AWS_") {
        builder = builder.with_config(key, value);
    }
    let setting = |key: AmazonS3ConfigKey| builder.get_config_value(&key);
    let endpoint = setting(AmazonS3ConfigKey::S3Endpoint).or_else(|| setting(AmazonS3ConfigKey::Endpoint));
    let transport = Transport::to(endpoint, url, variables)?;
    let builder = builder
        .with_bucket_name(&url.bucket)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_checksum_algorithm(Checksum::SHA256)
        .with_http_connector(transport.clone())
        .with_retry(no_retries());
    let options = ClientOptions::new().with_allow_http(transport.plain_http);
    // A bucket under Object Lock refuses an object without a checksum, and some servers look for this
    // header only.
    let mut checksum_header = HeaderMap::new();
    checksum_header.insert("x-amz-sdk-checksum-algorithm", HeaderValue::from_static("SHA256"));
    let client = |options: ClientOptions| builder.clone().with_client_options(options).build();
    let clients = client(options.clone()).and_then(|reader| {
        let creator = client(options.with_default_headers(checksum_header))?;
        Ok(Clients {
            reader: Arc::new(reader),
            creator: Arc::new(creator),
            endpoint: transport.endpoint.clone(),
        })
    });
    clients.map_err(|error| settings_refused(url, &error))
}

fn google(url: &BucketUrl, variables: &Variables) -> Result<Clients, Diagnostic> {
    let mut builder = GoogleCloudStorageBuilder::new();
    for (key, value) in settings::<GoogleConfigKey>(variables, "GOOGLE_") {
        builder = builder.with_config(key, value);
    }
    let transport = Transport::to(builder.get_config_value(&GoogleConfigKey::BaseUrl), url, variables)?;
    let built = builder
        .with_bucket_name(&url.bucket)
        .with_client_options(ClientOptions::new().with_allow_http(transport.plain_http))
        .with_http_connector(transport.clone())
        .with_retry(no_retries())
        .build();
    built.map(|store| Clients::of(store, &transport)).map_err(|error| settings_refused(url, &error))
}

fn azure(url: &BucketUrl, variables: &Variables) -> Result<Clients, Diagnostic> {
    let mut builder = MicrosoftAzureBuilder::new();
    for (key, value) in settings::<AzureConfigKey>(variables, "AZURE_") {
        builder = builder.with_config(key, value);
    }
    let transport = Transport::to(builder.get_config_value(&AzureConfigKey::Endpoint), url, variables)?;
    let built = builder
        .with_container_name(&url.bucket)
        .with_allow_http(transport.plain_http)
        .with_http_connector(transport.clone())
        .with_retry(no_retries())
        .build();
    built.map(|store| Clients::of(store, &transport)).map_err(|error| settings_refused(url, &error))
}

fn settings_refused(url: &BucketUrl, error: &object_store::Error) -> Diagnostic {
    errors::settings_refused(url.join(""), url.cloud.service(), &redacted(&error.to_string()))
}

/// How requests reach the endpoint.
#[derive(Clone, Debug)]
struct Transport {
    /// Without TLS.
    plain_http: bool,
    /// The endpoint is this machine.
    loopback: bool,
    /// For messages.
    endpoint: String,
}

impl Transport {
    /// The transport to an endpoint; `None` is the cloud's own. Without TLS everybody on the network can
    /// read the runs, so that needs a permission, except on this machine.
    fn to(endpoint: Option<String>, url: &BucketUrl, variables: &Variables) -> Result<Self, Diagnostic> {
        let shown = endpoint.as_deref().map_or_else(|| url.cloud.service().to_owned(), without_secrets);
        let Some(uri) = endpoint.as_deref().filter(|endpoint| !endpoint.starts_with("https://")) else {
            return Ok(Self { plain_http: false, loopback: false, endpoint: shown });
        };
        let host = uri.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
        let loopback = host.is_some_and(|host| matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]"));
        let permission = url.cloud.allow_http_variable();
        let allows = |(name, value): &(String, String)| {
            name == permission && matches!(value.to_ascii_lowercase().as_str(), "true" | "1")
        };
        if !loopback && !variables.iter().any(allows) {
            return Err(errors::endpoint_not_https(url.join(""), &shown, permission));
        }
        Ok(Self { plain_http: true, loopback, endpoint: shown })
    }
}

impl HttpConnector for Transport {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = reqwest::Client::builder()
            // A redirect could send the request with its credentials to any host.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT);
        // A proxy cannot reach the loopback of this machine. All other requests use the proxies of the
        // environment (`HTTPS_PROXY`, `NO_PROXY`).
        let client = if self.loopback { client.no_proxy() } else { client }.build();
        let failed = |error| object_store::Error::Generic { store: "HTTP", source: Box::new(error) };
        client.map(|client| HttpClient::new(RecordingClient(client))).map_err(failed)
    }
}

/// No retries by the library, which cannot know what a request that it repeats has already done.
fn no_retries() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

/// The variables that the client of a cloud understands. An empty one counts as absent.
fn settings<K: std::str::FromStr>(variables: &Variables, prefix: &str) -> impl Iterator<Item = (K, String)> {
    variables
        .iter()
        .filter(move |(name, value)| name.starts_with(prefix) && !value.is_empty())
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value.clone())))
}

/// An endpoint without user name, password, query and fragment. Not the crate `url`: it adds a slash,
/// drops the default port, and refuses what is malformed, and users must recognise their own setting.
fn without_secrets(endpoint: &str) -> String {
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", endpoint));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn an_endpoint_is_shown_without_its_password_and_signature() {
        assert_eq!(without_secrets("http://me:hunter2@host:1/x?sig=y"), "http://host:1/x");
    }
}
