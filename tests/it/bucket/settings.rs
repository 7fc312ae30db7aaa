//! URLs and the environment: which bucket, over which wire, in whose name.

use std::time::Duration;

use evalsig::edge::{Bucket, BucketOptions};
use evalsig::store::ObjectStore as _;

use super::proxy::{Fate, Proxy};
use super::server::{SECRET, Server, environment, open_with};
use crate::support::Session;

/// The environment with some variables set otherwise.
fn with(port: u16, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut variables = environment(port);
    variables.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    variables.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    variables
}

fn refused(variables: Vec<(String, String)>, url: &str) -> String {
    let options = BucketOptions { variables, deadline: Duration::from_secs(2) };
    let error = Bucket::open(url, &options).err().unwrap_or_else(|| panic!("{url} was opened"));
    error.to_string()
}

#[test]
fn a_create_says_create_only_with_a_checksum_in_the_style_asked_for() {
    let Some(server) = Server::shared() else { return };
    let (proxy, name) = (Proxy::to(server.port), server.bucket());
    let url = format!("s3://{name}/p");
    open_with(environment(proxy.port), &url, Duration::from_secs(20)).create("x%3Ay", b"1").unwrap();
    let put = &proxy.requests()[0];
    assert_eq!((put.method.as_str(), put.path.as_str()), ("PUT", &*format!("/{name}/p/x%253Ay")));
    assert!(put.headers.iter().any(|line| line == "if-none-match: *"), "{:?}", put.headers);
    assert!(put.headers.iter().any(|line| line.starts_with("x-amz-checksum-sha256: ")));
    let signed = put.headers.iter().find(|line| line.starts_with("authorization: ")).unwrap();
    for name in ["if-none-match", "x-amz-checksum-sha256", "x-amz-sdk-checksum-algorithm"] {
        assert!(signed.contains(name), "{name} is not signed: {signed}");
    }

    // Settings by which create-only could be lost are not taken.
    let loose = with(
        proxy.port,
        &[("AWS_CONDITIONAL_PUT", "disabled"), ("AWS_CHECKSUM_ALGORITHM", ""), ("AWS_BUCKET", "other")],
    );
    open_with(loose, &url, Duration::from_secs(20)).create("y", b"1").unwrap();
    assert!(proxy.requests()[1].headers.iter().any(|line| line == "if-none-match: *"));

    let virtual_hosted = with(proxy.port, &[("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")]);
    let _ = open_with(virtual_hosted, &url, Duration::from_secs(1)).create("z", b"1");
    assert_eq!(proxy.requests()[2].path, "/p/z", "the bucket is in the name of the host");
}

#[test]
fn a_wire_that_others_can_read_must_be_allowed() {
    let plain = [("AWS_ENDPOINT_URL", "http://storage.example:9000/?token=hunter2")];
    let error = refused(with(1, &plain), "s3://b/p");
    assert!(
        error.contains("http://storage.example:9000") && error.contains("AWS_ALLOW_HTTP=true"),
        "{error}"
    );
    assert!(error.ends_with("[bad-usage]") && !error.contains("hunter2"), "{error}");
    open_with(with(1, &[plain[0], ("AWS_ALLOW_HTTP", "true")]), "s3://b/p", Duration::from_secs(1));
    let google = [("GOOGLE_BASE_URL", "http://storage.example"), ("GOOGLE_SKIP_SIGNATURE", "true")];
    assert!(refused(with(1, &google), "gs://b/p").contains("GOOGLE_ALLOW_HTTP=true"));
    let azure = [("AZURE_ENDPOINT", "http://storage.example"), ("AZURE_STORAGE_ACCOUNT_NAME", "me")];
    assert!(refused(with(1, &azure), "az://b/p").contains("AZURE_ALLOW_HTTP=true"));
}

#[test]
fn a_bucket_elsewhere_is_reached_through_the_proxy_of_the_environment() {
    let proxy = Proxy::to(1);
    proxy.fare("CONNECT", &[Fate::Refused(403); 100]);
    let mut session = Session::new();
    let around = format!("http://127.0.0.1:{}", proxy.port);
    let endpoint = [("AWS_ENDPOINT_URL", "https://storage.example"), ("EVALSIG_STORE_DEADLINE", "1")];
    for (name, value) in with(1, &endpoint) {
        session.set(&name, &value);
    }
    session.set("HTTPS_PROXY", &around);
    let ran = session.run("verify s3://evidence/app").exits(75);
    assert!(ran.stderr.contains("[store-unreachable]") && !ran.stderr.contains(SECRET), "{}", ran.stderr);
    let first = &proxy.requests()[0];
    assert_eq!((first.method.as_str(), first.path.as_str()), ("CONNECT", "storage.example:443"));
}

#[test]
fn settings_that_cannot_be_used_are_told_without_secrets() {
    let half = with(1, &[("AWS_ACCESS_KEY_ID", "")]);
    let error = refused(half, "s3://b/p");
    assert!(error.contains("[bad-usage]") && !error.contains(SECRET), "{error}");
    let key = with(1, &[("GOOGLE_SERVICE_ACCOUNT_KEY", SECRET)]);
    let error = refused(key, "gs://b/p");
    assert!(error.contains("Google Cloud Storage") && !error.contains(SECRET), "{error}");
    let error = refused(with(1, &[("AZURE_STORAGE_ACCOUNT_KEY", SECRET)]), "az://b/p");
    assert!(error.contains("Azure Blob Storage") && !error.contains(SECRET), "{error}");
}

#[test]
fn a_missing_bucket_and_a_missing_server_say_what_to_do() {
    let Some(server) = Server::shared() else { return };
    let bucket = open_with(environment(server.port), "s3://no-such-bucket/p", Duration::from_secs(5));
    for error in [
        bucket.create("x", b"1").unwrap_err(),
        bucket.read("x").unwrap_err(),
        bucket.list("").unwrap_err(),
        bucket.tails(&["x".into()], 1).pop().unwrap().unwrap_err(),
    ] {
        assert!(error.to_string().contains("no bucket of this name"), "{error}");
        assert_eq!(error.code.as_str(), "bad-usage");
    }
    let nobody = open_with(environment(1), "s3://b/p", Duration::from_secs(1));
    let error = nobody.read("x").unwrap_err();
    assert_eq!(error.code.as_str(), "store-unreachable", "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn wrong_credentials_and_missing_rights_are_told_apart() {
    // The first requests set up the bucket; from then on the server asks who is there.
    let Some(server) = Server::shared().and_then(|_| Server::start(&[("INITIAL_NO_AUTH_ACTION_COUNT", "2")]))
    else {
        return;
    };
    let name = server.bucket();
    let bucket = open_with(environment(server.port), &format!("s3://{name}"), Duration::from_secs(5));
    for error in [bucket.create("x", b"1").unwrap_err(), bucket.read("x").unwrap_err()] {
        assert_eq!(error.code.as_str(), "store-refused");
        assert!(error.to_string().contains("403 InvalidAccessKeyId"), "{error}");
        assert!(error.next.contains("AWS_SECRET_ACCESS_KEY"), "{error}");
    }
    let Some(shared) = Server::shared() else { return };
    let proxy = Proxy::to(shared.port);
    proxy.fare("GET", &[Fate::Refused(403)]);
    let bucket =
        open_with(environment(proxy.port), &format!("s3://{}", shared.bucket()), Duration::from_secs(5));
    let error = bucket.read("x").unwrap_err();
    assert!(error.next.contains("s3:GetObject and s3:ListBucket"), "{error}");
}

#[test]
fn a_url_of_another_kind_is_refused_and_not_taken_for_a_folder() {
    let session = Session::with_examples();
    for (url, says) in [
        ("https://bucket.s3.amazonaws.com/x", "s3://NAME/PATH"),
        ("s3://", "the name of the bucket is missing"),
        ("s3://bucket/a/../b", "an empty part"),
    ] {
        let ran = session.run_args(&["verify", url]).exits(64);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    let mut session = Session::new();
    session.set("EVALSIG_STORE_DEADLINE", "soon");
    let ran = session.run("verify s3://bucket").exits(64);
    assert!(ran.stderr.contains("whole number of seconds"), "{}", ran.stderr);
}
