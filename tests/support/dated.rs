//! Decisions at moments that a test chooses: the product with another clock.

use evalsig::cli::{self, Request, Terminal};
use evalsig::commands::gate::gate;
use evalsig::commands::progress::Unwatched;
use evalsig::commands::{Clock, World};
use evalsig::edge::{Disk, HttpTimeStampAuthority};
use evalsig::envelope::v1::VerdictWord;
use evalsig::present::screen::{Glyphs, Width};

use super::Session;

/// A clock that stands still.
struct At(String);

impl Clock for At {
    fn now(&self) -> String {
        self.0.clone()
    }

    fn source(&self) -> String {
        "a test".into()
    }
}

/// Gates at this moment, as the command line does. Words with a slash are paths of the session.
#[track_caller]
pub(crate) fn gate_at(session: &Session, moment: &str, line: &str) -> VerdictWord {
    let word = |word: &str| match word {
        "." => session.path("").display().to_string(),
        word if word.contains('/') => session.path(word).display().to_string(),
        word => word.to_owned(),
    };
    let args = ["evalsig".to_owned(), "gate".to_owned()].into_iter().chain(line.split_whitespace().map(word));
    let terminal = Terminal { colour: false, width: Width::Pipe, glyphs: Glyphs::Unicode };
    let Ok(Request::Gate(request, _)) = cli::parse(args.map(Into::into), terminal) else {
        panic!("{line} is no gate");
    };
    let (disk, clock) = (Disk::default(), At(moment.into()));
    let world = World {
        files: &disk,
        clock: &clock,
        trails: &disk.trails(),
        stores: &disk.stores(),
        time_stamps: &HttpTimeStampAuthority,
        checks: None,
        comments: None,
        revisions: None,
        progress: &Unwatched,
    };
    gate(&request, &world).unwrap_or_else(|error| panic!("{line}: {error}")).verdict()
}
