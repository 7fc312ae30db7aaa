//! A bucket under Object Lock: what it keeps, and what it does not keep from happening.

use evalsig::store::{Created, ObjectStore as _};
use serde_json::json;

use super::server::{Server, open};

#[test]
fn a_version_under_retention_cannot_be_deleted_and_a_delete_only_hides_it() {
    let Some(server) = Server::shared() else { return };
    let name = server.locked_bucket();
    let bucket = open(server.port, &format!("s3://{name}"));
    let Created::New(created) = bucket.create("audit/v1/audit.json", b"evidence").unwrap() else {
        panic!("not new")
    };
    let version = created.id.expect("a version");
    let key = json!({"Bucket": name, "Key": "audit/v1/audit.json"});
    let with = |more: serde_json::Value| {
        let mut arguments = key.clone();
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };

    let kept = server.call("head_object", with(json!({"VersionId": version}))).unwrap();
    assert_eq!(kept["ObjectLockMode"], "COMPLIANCE");
    let deletion = server.call("delete_object", with(json!({"VersionId": version})));
    assert_eq!(deletion, Err("AccessDenied".into()));
    let bypass = with(json!({"VersionId": version, "BypassGovernanceRetention": true}));
    assert_eq!(server.call("delete_object", bypass), Err("AccessDenied".into()));

    // Without a version the deletion succeeds, and hides the object behind a marker.
    let deleted = server.call("delete_object", key.clone()).unwrap();
    assert_eq!(deleted["DeleteMarker"], true);
    assert_eq!(bucket.read("audit/v1/audit.json").unwrap(), None);
    assert!(bucket.list("").unwrap().is_empty());
    // By its version, which is why receipts hold it, it is read as before.
    let read = server.call("get_object", with(json!({"VersionId": version}))).unwrap();
    assert_eq!(read["Body"], "evidence");

    // Behind a marker nothing is in the way of a new object: create-only is no retention.
    assert!(matches!(bucket.create("audit/v1/audit.json", b"forged").unwrap(), Created::New(_)));
    let versions = server.versions(&name, "audit/v1/audit.json");
    assert_eq!((versions.len(), versions[1].as_str()), (2, version.as_str()));
    let read = server.call("get_object", with(json!({"VersionId": version}))).unwrap();
    assert_eq!(read["Body"], "evidence");
}
