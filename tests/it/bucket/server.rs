//! A local S3 server, and an administrator's client of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use evalsig::edge::{Bucket, BucketOptions};
use serde_json::{Value, json};

use crate::support::python::python;
use crate::tree;

/// The server and the client, at versions that were tried.
const PACKAGES: [&str; 4] = ["moto[s3]==5.2.5", "boto3==1.44.5", "flask==3.1.3", "flask-cors==6.0.2"];
/// What must never be printed.
pub(super) const SECRET: &str = "wJalrXUtnFEMI-the-secret-of-the-tests";

/// A running server. It ends with this process, whose pipe it listens to.
pub(super) struct Server {
    pub(super) port: u16,
    line: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    _child: Child,
}

impl Server {
    /// The one server of all tests; none, said loudly, where it cannot be installed.
    pub(super) fn shared() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        let server = SERVER.get_or_init(|| Self::start(&[]));
        if server.is_none() {
            tree::skipped("buckets: the S3 server needs Python and the package index");
        }
        server.as_ref()
    }

    /// A server of its own, with these variables.
    pub(super) fn start(variables: &[(&str, &str)]) -> Option<Self> {
        let python = python(&PACKAGES)?;
        let mut child = Command::new(python)
            .arg(tree::root().join("tests/it/bucket/server.py"))
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        stdout.read_line(&mut port).unwrap();
        let line = Mutex::new((child.stdin.take().unwrap(), stdout));
        Some(Self { port: port.trim().parse().expect("the server's port"), line, _child: child })
    }

    /// Does as an administrator would; the error is the code of the answer.
    pub(super) fn call(&self, operation: &str, arguments: Value) -> Result<Value, String> {
        let mut line = self.line.lock().unwrap();
        writeln!(line.0, "{}", json!([operation, arguments])).unwrap();
        let mut answer = String::new();
        line.1.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        match answer.get("error") {
            Some(code) => Err(code.as_str().unwrap().to_owned()),
            None => Ok(answer["ok"].clone()),
        }
    }

    /// A new bucket that counts versions.
    pub(super) fn bucket(&self) -> String {
        let name = Self::name();
        self.call("create_bucket", json!({"Bucket": name})).unwrap();
        let versions = json!({"Bucket": name, "VersioningConfiguration": {"Status": "Enabled"}});
        self.call("put_bucket_versioning", versions).unwrap();
        name
    }

    /// A new bucket that keeps every version for a day, whoever asks for less.
    pub(super) fn locked_bucket(&self) -> String {
        let name = Self::name();
        self.call("create_bucket", json!({"Bucket": name, "ObjectLockEnabledForBucket": true})).unwrap();
        let rule = json!({"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}});
        let lock = json!({"ObjectLockEnabled": "Enabled", "Rule": rule});
        let lock = json!({"Bucket": name, "ObjectLockConfiguration": lock});
        self.call("put_object_lock_configuration", lock).unwrap();
        name
    }

    fn name() -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        format!("evidence-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
    }

    /// Ids of all versions of a key, the newest first.
    pub(super) fn versions(&self, bucket: &str, key: &str) -> Vec<String> {
        let listed = self.call("list_object_versions", json!({"Bucket": bucket, "Prefix": key})).unwrap();
        let versions = listed["Versions"].as_array().cloned().unwrap_or_default();
        versions.iter().map(|version| version["VersionId"].as_str().unwrap().to_owned()).collect()
    }
}

/// A user's environment for a server at `port`.
pub(super) fn environment(port: u16) -> Vec<(String, String)> {
    let endpoint = format!("http://127.0.0.1:{port}");
    [
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", ""),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", &endpoint),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// A bucket reached over `port` with a short deadline.
pub(super) fn open(port: u16, url: &str) -> Bucket {
    open_with(environment(port), url, Duration::from_secs(20))
}

/// A bucket in this environment.
pub(super) fn open_with(variables: Vec<(String, String)>, url: &str, deadline: Duration) -> Bucket {
    Bucket::open(url, &BucketOptions { variables, deadline }).unwrap()
}
