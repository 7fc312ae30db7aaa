//! Lost and made-up answers: a create that succeeded is never told as a failure, and one that did not
//! is never told as a success.

use std::time::{Duration, Instant};

use evalsig::domain::Code;
use evalsig::edge::Bucket;
use evalsig::store::{Created, ObjectStore as _};
use serde_json::json;

use super::proxy::{Fate, Proxy};
use super::server::{Server, environment, open, open_with};

/// A new bucket behind a bad line.
struct Line {
    server: &'static Server,
    proxy: Proxy,
    name: String,
    bucket: Bucket,
}

impl Line {
    fn new() -> Option<Self> {
        let server = Server::shared()?;
        let (proxy, name) = (Proxy::to(server.port), server.bucket());
        let bucket = open(proxy.port, &format!("s3://{name}/p"));
        Some(Self { server, proxy, name, bucket })
    }

    /// Creates an object, which must be told as new with its one version.
    fn is_created(&self) {
        let Created::New(created) = self.bucket.create("run", b"ours").unwrap() else { panic!("not new") };
        assert!(self.proxy.is_through(), "{:?}", self.proxy.requests());
        assert_eq!(self.server.versions(&self.name, "p/run"), [created.id.expect("a version")]);
        assert_eq!(self.bucket.read("run").unwrap().expect("an object").bytes, b"ours");
    }
}

#[test]
fn an_answer_lost_after_success_is_recognised() {
    let Some(line) = Line::new() else { return };
    line.proxy.fare("PUT", &[Fate::AnswerLost]);
    line.is_created();
    assert_eq!(line.proxy.count("PUT"), 1, "what is there is not sent again");
}

#[test]
fn a_server_error_after_success_is_recognised() {
    for status in [500, 502, 503, 504] {
        let Some(line) = Line::new() else { return };
        line.proxy.fare("PUT", &[Fate::AnswerReplaced(status)]);
        line.is_created();
    }
}

#[test]
fn a_refusal_of_our_own_retry_is_recognised() {
    let Some(line) = Line::new() else { return };
    // The first look comes too early, so the object is sent again and meets itself.
    line.proxy.fare("PUT", &[Fate::AnswerLost]).fare("GET", &[Fate::Refused(404)]);
    line.is_created();
    assert_eq!(line.proxy.count("PUT"), 2);
}

#[test]
fn what_never_arrived_is_sent_again() {
    let Some(line) = Line::new() else { return };
    let fates = [Fate::Lost, Fate::Refused(503), Fate::Refused(429), Fate::Lost, Fate::Refused(500)];
    line.proxy.fare("PUT", &fates).fare("GET", &[Fate::Lost, Fate::Refused(503)]);
    line.is_created();
    assert_eq!(line.proxy.count("PUT"), 6);
}

#[test]
fn a_conflict_with_a_writer_that_failed_is_tried_again() {
    let Some(line) = Line::new() else { return };
    line.proxy.fare("PUT", &[Fate::Refused(409), Fate::Refused(409)]);
    line.is_created();
}

#[test]
fn another_writers_object_is_never_taken_for_ours() {
    let Some(line) = Line::new() else { return };
    line.proxy.fare("PUT", &[Fate::Lost]);
    let theirs = json!({"Bucket": line.name, "Key": "p/run", "Body": "theirs"});
    line.server.call("put_object", theirs).unwrap();
    assert_eq!(line.bucket.create("run", b"ours").unwrap(), Created::Exists);
    assert_eq!(line.bucket.read("run").unwrap().expect("an object").bytes, b"theirs");
}

#[test]
fn a_server_that_never_recovers_is_told_within_the_deadline() {
    for fate in [Fate::Refused(503), Fate::Lost] {
        let Some(line) = Line::new() else { return };
        line.proxy.fare("PUT", &[fate; 1000]);
        let url = format!("s3://{}/p", line.name);
        let bucket = open_with(environment(line.proxy.port), &url, Duration::from_secs(2));
        let began = Instant::now();
        let error = bucket.create("run", b"ours").unwrap_err();
        assert_eq!(error.code, Code::StoreUnreachable, "{error}");
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
        assert!(line.proxy.count("PUT") > 2);
        assert_eq!(line.bucket.read("run").unwrap(), None);
    }
}

#[test]
fn refusals_and_what_the_server_does_not_know_are_not_repeated() {
    for (status, code) in [(403, Code::StoreRefused), (501, Code::StoreNotWritten)] {
        let Some(line) = Line::new() else { return };
        line.proxy.fare("PUT", &[Fate::Refused(status)]);
        let error = line.bucket.create("run", b"ours").unwrap_err();
        assert_eq!((error.code, line.proxy.count("PUT")), (code, 1), "{error}");
        assert!(!error.to_string().contains("made up"), "answers are not quoted: {error}");
    }
}

#[test]
fn reading_goes_on_through_a_bad_line() {
    let Some(line) = Line::new() else { return };
    line.bucket.create("run", b"ours").unwrap();
    line.proxy.fare("GET", &[Fate::Lost, Fate::Refused(500), Fate::AnswerLost]);
    assert_eq!(line.bucket.read("run").unwrap().expect("an object").bytes, b"ours");
    line.proxy.fare("GET", &[Fate::Lost, Fate::Refused(503)]);
    assert_eq!(line.bucket.list("").unwrap().len(), 1);
    line.proxy.fare("GET", &[Fate::Refused(429)]);
    assert_eq!(line.bucket.tails(&["run".into()], 2).pop().unwrap().unwrap(), b"rs");
}
