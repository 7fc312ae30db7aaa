//! What goes into the store comes out of it: any run, to the last bit.

use evalsig::domain::{Code, Item, ProjectId, RunFrame, RunFrameBuilder, RunMetadata, Score, Unscored};
use evalsig::edge::StoreDir;
use evalsig::envelope::v1::VerdictWord;
use evalsig::readers::{self, ReadOptions};
use evalsig::store::{Baseline, DecisionFacts, ObjectStore as _, RunArchive};
use proptest::prelude::*;

use crate::support::runs::{Row, text, valid_rows};

fn run(names: &[String; 3], rows: &[Row], fingerprints: bool) -> RunFrame {
    let mut builder = RunFrameBuilder::default();
    for (n, (id, epoch, cluster, score)) in rows.iter().enumerate() {
        let why = Unscored::ALL[n % 4];
        let score = score.map_or(Err(why), |score| Ok(Score::new(score).unwrap()));
        builder.push(Item { id, epoch: *epoch, cluster: cluster.as_deref(), score });
        if fingerprints {
            builder.fingerprint((n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        }
    }
    let [run_id, model_id, task_id] = names.clone();
    let names =
        RunMetadata { run_id, model_id, task_id, metric_name: "m".into(), config_hash: None, judge: None };
    builder.finish(names).unwrap()
}

/// Stores a RunFrame JSON, as baseline and as an allowed candidate, at another time than now.
pub(super) fn store_at(root: &std::path::Path, json: &str, ts: &str) {
    let run = readers::read(json.as_bytes(), None, &ReadOptions::default()).unwrap().run;
    let (place, project) = (StoreDir::at(root), ProjectId::default());
    let archive = RunArchive { place: &place, project: &project, ts, cluster_key: None };
    archive.keep(Baseline::Run(&run), &run, decided()).unwrap();
}

fn decided() -> DecisionFacts {
    DecisionFacts {
        decision_sha256: "d".into(),
        verdict: VerdictWord::Allow,
        delta: 0.5,
        p_value: 0.01,
        parent_run_id: "b".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_run_comes_back_as_it_was(names in [text(), text(), text()], rows in valid_rows(40), fingerprints: bool) {
        let frame = run(&names, &rows, fingerprints);
        let folder = tempfile::tempdir().unwrap();
        let place = StoreDir::at(folder.path());
        let project = ProjectId::default();
        let archive = RunArchive { place: &place, project: &project, ts: "2026-11-21T17:00:00Z", cluster_key: None };
        let kept = archive.keep(Baseline::Run(&frame), &frame, decided());
        if rows.iter().any(|(_, epoch, ..)| i32::try_from(*epoch).is_err()) {
            prop_assert_eq!(kept.unwrap_err().code, Code::StoreNotWritten);
            return Ok(());
        }
        let (baseline, candidate) = kept.unwrap();
        prop_assert_ne!(&baseline.path, &candidate.path, "one of them was decided about");
        for stored in [&baseline, &candidate] {
            let bytes = place.read(&stored.path).unwrap().unwrap().bytes;
            let read = readers::read(&bytes, None, &ReadOptions::default()).unwrap().run;
            prop_assert!(read.sorted().eq(frame.sorted()));
            prop_assert!(read.fingerprints().eq(frame.fingerprints()));
            prop_assert_eq!(&read.metadata().run_id, &frame.metadata().run_id);
        }
        // Again, in a later month: nothing is added.
        let later = RunArchive { ts: "2027-02-01T00:00:00Z", ..archive };
        prop_assert_eq!(later.keep(Baseline::Run(&frame), &frame, decided()).unwrap(), (baseline, candidate));
        prop_assert_eq!(place.list("default").unwrap().len(), 3);
    }
}
