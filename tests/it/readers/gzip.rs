//! Files compressed with gzip: read as what they unpack to, hashed as they are.

use std::fs;
use std::io::Write as _;

use evalsig::domain::{Code, Digest};
use evalsig::readers::{FileOrFolder, InMemory, ReadOptions, Reading, read, read_file};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::support::zip::{Member, archive};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn plain(bytes: &[u8]) -> Result<Reading, evalsig::domain::Diagnostic> {
    read(bytes, None, &ReadOptions::default())
}

fn run(items: usize) -> Vec<u8> {
    let items: Vec<_> =
        (0..items).map(|i| format!(r#"{{"item_id":"q{i}","score":{}}}"#, i % 3 % 2)).collect();
    let items = items.join(",");
    format!(r#"{{"run_id":"r","model_id":"m","task_id":"t","metric_name":"a","items":[{items}]}}"#)
        .into_bytes()
}

fn eval() -> Vec<u8> {
    let header =
        br#"{"version":2,"status":"success","eval":{"eval_id":"e","task":"t","model":"m"},"plan":{}}"#;
    let summaries = br#"[{"id":1,"epoch":1,"scores":{"match":{"value":"C"}}}]"#;
    archive(&[Member::deflated("header.json", header), Member::stored("summaries.json", summaries)])
}

#[test]
fn every_format_is_read_through_gzip() {
    let parquet = fs::read("tests/golden/parquet/evalsig-graded.parquet").unwrap();
    // The last is longer than what a format is told by.
    for file in [run(3), eval(), parquet, run(50_000)] {
        assert_eq!(plain(&gzip(&file)), plain(&file));
        assert!(plain(&file).is_ok());
    }
}

#[test]
fn the_digest_is_that_of_the_compressed_file() {
    for file in [gzip(&run(3)), gzip(&eval()), gzip(&run(50_000))] {
        let digest = Digest::of(&file);
        let bytes = file.len() as u64;
        let named = FileOrFolder::File(Box::new(InMemory { path: "run.gz".into(), bytes: file }));
        let read = read_file(&named, None, &ReadOptions::default()).unwrap();
        assert_eq!((read.identity.digest, read.identity.bytes), (digest, bytes));
    }
}

#[test]
fn members_in_a_row_are_one_file() {
    let file = run(100);
    let (a, b) = file.split_at(700);
    assert_eq!(plain(&[gzip(a), gzip(b""), gzip(b)].concat()), plain(&file));
}

#[test]
fn what_is_compressed_twice_or_holds_nothing_is_refused() {
    let refusal = |bytes: &[u8]| plain(bytes).unwrap_err().to_string();
    assert!(refusal(&gzip(&gzip(&run(3)))).starts_with("is compressed with gzip twice"));
    assert!(refusal(&gzip(b"")).starts_with("is empty"));
    assert!(refusal(b"\x1f\x8b").starts_with("cannot be unpacked"));
    assert!(refusal(&[gzip(&run(3)), b"more".to_vec()].concat()).starts_with("cannot be unpacked"));
}

#[test]
fn a_small_file_of_many_bytes_is_refused_before_they_fill_the_memory() {
    // 640 megabytes of blanks in less than one, within what could be the start of a run.
    let blanks = gzip(&vec![b' '; 1 << 20]);
    let bomb = [gzip(b"{\"run_id\":"), blanks.repeat(640)].concat();
    assert!(bomb.len() < 1 << 20);
    let error = plain(&bomb).unwrap_err();
    assert_eq!(error.code, Code::RunMalformed);
    assert!(error.what.starts_with("unpacks to far more"), "{error}");
}

#[test]
fn a_line_that_never_ends_is_refused_and_not_held() {
    // More than any line may have, and no more than a file of this size may unpack to.
    let blanks = gzip(&vec![b' '; 1 << 20]).repeat(258);
    for (start, what) in [
        ("{\"id\":1,\"score\":1}\n{\"id\":2,", "line 2: is longer than 256 MiB"),
        ("id,score\n1,1\n2,\"", "line 3: the row is longer than 256 MiB"),
    ] {
        let refusal = plain(&[gzip(start.as_bytes()), blanks.clone()].concat()).unwrap_err().to_string();
        assert!(refusal.starts_with(what), "{refusal}");
    }
}

proptest! {
    #[test]
    fn a_file_that_was_cut_short_is_refused(items in 1_usize..200, end in any::<prop::sample::Index>()) {
        let file = gzip(&run(items));
        let cut = &file[..end.index(file.len())];
        prop_assert!(plain(cut).is_err());
    }

    #[test]
    fn a_flipped_bit_is_refused_or_changes_nothing(
        items in 1_usize..200, at in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let expected = run(items);
        let mut file = gzip(&expected);
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        if let Ok(reading) = plain(&file) {
            prop_assert_eq!(reading, plain(&expected).unwrap());
        }
    }
}
