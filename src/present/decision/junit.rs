//! A decision as JUnit XML, for systems that know only that: one test case a task.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::domain::{Code, Diagnostic};
use crate::envelope::v1::VerdictWord;
use crate::present::safe;
use crate::view::{DecisionView, TaskView};

/// The decision as JUnit XML. A task that is shown passes, one that is refuted fails, one that is open fails too, with
/// the type `INCONCLUSIVE`; a task that only reports never fails; a first run is skipped.
///
/// # Errors
/// `internal-error` where the text cannot be written as XML.
pub fn decision(view: &DecisionView) -> Result<String, Diagnostic> {
    let mut suite = TestSuite::new("evalsig");
    for task in &view.tasks {
        suite.add_test_case(case(task, outcome(view, task)));
    }
    for first in view.suite.iter().flat_map(|suite| &suite.first_runs) {
        let mut status = TestCaseStatus::skipped();
        status.set_message("first run recorded, nothing to compare with yet");
        suite.add_test_case(TestCase::new(visible(&first.task), status));
    }
    if view.suite.is_some() {
        suite.add_test_case(whole(view));
    }
    let mut report = Report::new("evalsig");
    report.add_test_suite(suite);
    report.to_string().map_err(|error| Code::Bug.at("junit").what(error.to_string()))
}

/// What a task's case says: under a policy whether it blocks, else the verdict.
fn outcome(view: &DecisionView, task: &TaskView) -> VerdictWord {
    match &view.suite {
        None => task.verdict,
        Some(suite) if !suite.blocking.iter().any(|name| Some(name) == task.name.as_ref()) => {
            VerdictWord::Allow
        }
        // What blocks may do so by another claim than its main one.
        Some(_) if task.verdict == VerdictWord::Allow => VerdictWord::Inconclusive,
        Some(_) => task.verdict,
    }
}

fn case(task: &TaskView, outcome: VerdictWord) -> TestCase {
    let mut case = TestCase::new(visible(task.title()), status(outcome, &task.headline.to_string()));
    case.set_classname(visible(&format!("evalsig.{}", task.metric)));
    case.set_system_out(visible(&format!("{}\n{}", task.headline, task.finding)));
    case
}

/// The case of the policy as a whole.
fn whole(view: &DecisionView) -> TestCase {
    let mut case = TestCase::new("the policy as a whole", status(view.verdict, &view.headline.to_string()));
    case.set_classname("evalsig.suite");
    case.set_system_out(visible(&view.finding));
    case
}

fn status(outcome: VerdictWord, message: &str) -> TestCaseStatus {
    if outcome == VerdictWord::Allow {
        return TestCaseStatus::success();
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(outcome.as_str());
    status.set_message(visible(message));
    status
}

/// No control or direction-changing character; the writer of the XML escapes the rest.
fn visible(text: &str) -> String {
    safe::lines(text)
}
