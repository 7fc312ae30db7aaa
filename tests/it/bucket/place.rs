//! A bucket as a place of the store.

use std::sync::Barrier;

use evalsig::store::{Created, ObjectStore as _};
use serde_json::json;

use super::proxy::Proxy;
use super::server::{Server, open};

/// A name as the store makes them of hostile run ids.
const ESCAPED: &str = "app/year=2026/month=01/run_id=a%3Ab%2F..%25.parquet";

#[test]
fn what_is_created_is_listed_and_read_and_never_written_again() {
    let Some(server) = Server::shared() else { return };
    let name = server.bucket();
    let bucket = open(server.port, &format!("s3://{name}/deep/store/"));
    assert!(bucket.list("app").unwrap().is_empty());
    assert_eq!(bucket.read(ESCAPED).unwrap(), None);

    let Created::New(created) = bucket.create(ESCAPED, b"first").unwrap() else { panic!("not new") };
    let key = format!("deep/store/{ESCAPED}");
    let version = created.id.clone().expect("a version");
    assert_eq!(server.versions(&name, &key), std::slice::from_ref(&version));
    assert!(created.etag.is_some());

    assert_eq!(bucket.create(ESCAPED, b"other").unwrap(), Created::Exists);
    let there = bucket.read(ESCAPED).unwrap().expect("an object");
    assert_eq!((there.bytes.as_slice(), there.version), (b"first".as_slice(), created));
    assert_eq!(server.versions(&name, &key), [version], "nothing was written over it");

    assert_eq!(bucket.list("").unwrap(), [ESCAPED]);
    assert_eq!(bucket.shown(ESCAPED), format!("s3://{name}/deep/store/{ESCAPED}"));
    bucket.replace("app/manifest.json", b"{}").unwrap_err();
    assert!(!bucket.keeps_index());
}

#[test]
fn a_folder_is_what_lies_below_it_and_not_what_begins_like_it() {
    let Some(server) = Server::shared() else { return };
    let name = server.bucket();
    for key in ["p/app/a", "p/app/b/c", "p/app2/d", "p2/app/e", "p/app/", "p/top", "p/app/.hidden"] {
        server.call("put_object", json!({"Bucket": name, "Key": key, "Body": "123"})).unwrap();
    }
    let bucket = open(server.port, &format!("s3://{name}/p"));
    let paths = |folder: &str| bucket.list(folder).unwrap();
    assert_eq!(paths("app"), ["app/.hidden", "app/a", "app/b/c"]);
    assert_eq!(paths("nothing"), Vec::<String>::new());
    assert_eq!(bucket.folders("").unwrap(), ["app", "app2"]);
    assert_eq!(bucket.folders("app").unwrap(), ["b"]);
    assert_eq!(open(server.port, &format!("s3://{name}")).folders("").unwrap(), ["p", "p2"]);
    for path in ["../p2/app/e", "/p2/app/e", "app/../../p2", ""] {
        let error = bucket.read(path).unwrap_err();
        assert_eq!(error.code.as_str(), "bad-usage", "{path}");
        bucket.create(path, b"x").unwrap_err();
    }
}

#[test]
fn a_listing_of_many_pages_is_whole_and_tails_come_in_order() {
    let Some(server) = Server::shared() else { return };
    let name = server.bucket();
    server.call("fill", json!({"Bucket": name, "Prefix": "many/", "Count": 1100})).unwrap();
    server.call("put_object", json!({"Bucket": name, "Key": "z/long", "Body": "0123456789"})).unwrap();
    server.call("put_object", json!({"Bucket": name, "Key": "z/empty", "Body": ""})).unwrap();
    let proxy = Proxy::to(server.port);
    let bucket = open(proxy.port, &format!("s3://{name}"));
    let listed = bucket.list("many").unwrap();
    assert_eq!(proxy.count("GET"), 2, "two pages");
    assert_eq!((listed.len(), listed[1099].as_str()), (1100, "many/01099"));

    let mut paths = vec!["z/long".to_owned(), "z/empty".into(), "z/absent".into(), "many/00007".into()];
    paths.extend(listed.iter().take(40).cloned());
    let tails = bucket.tails(&paths, 4);
    assert_eq!(tails.len(), 44);
    assert_eq!(tails[0].as_deref(), Ok(b"6789".as_slice()));
    assert_eq!(tails[1].as_deref(), Ok(b"".as_slice()));
    assert!(tails[2].as_ref().unwrap_err().to_string().contains("z/absent"));
    assert!(tails[3..].iter().all(|tail| tail.as_deref() == Ok(b"x".as_slice())));
}

#[test]
fn of_sixteen_writers_of_one_key_one_is_new() {
    let Some(server) = Server::shared() else { return };
    let name = server.locked_bucket();
    for round in 0..5 {
        let (path, together) = (format!("race/{round}"), Barrier::new(16));
        let ends: Vec<Created> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..16)
                .map(|number| {
                    let (path, together, name) = (&path, &together, &name);
                    scope.spawn(move || {
                        let bucket = open(server.port, &format!("s3://{name}"));
                        together.wait();
                        bucket.create(path, format!("writer {number}").as_bytes()).unwrap()
                    })
                })
                .collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        let new: Vec<usize> = (0..16).filter(|n| matches!(ends[*n], Created::New(_))).collect();
        assert_eq!(new.len(), 1, "{ends:?}");
        let there = open(server.port, &format!("s3://{name}")).read(&path).unwrap().expect("an object");
        assert_eq!(there.bytes, format!("writer {}", new[0]).into_bytes());
        assert_eq!(server.versions(&name, &path), [there.version.id.expect("a version")]);
    }
}
