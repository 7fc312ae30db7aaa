//! All changed items as a file beside the page: ids and scores, and nothing that people wrote.

use crate::domain::number_format::plain;
use crate::present::safe;
use crate::view::{DecisionView, ItemChange, TaskView};

/// The file, worst first within a task; `None` where the items are not known.
pub(super) fn of(view: &DecisionView) -> Option<String> {
    let known = |task: &TaskView| task.items.is_some();
    if !view.tasks.iter().any(known) {
        return None;
    }
    let mut out = String::from("task,item,baseline,candidate,difference\r\n");
    for task in &view.tasks {
        for item in task.items.iter().flat_map(|items| items.worse.iter().chain(items.better.iter().rev())) {
            row(&mut out, task.title(), item);
        }
    }
    Some(out)
}

fn row(out: &mut String, task: &str, item: &ItemChange) {
    let numbers = [item.baseline, item.candidate, item.difference].map(plain).join(",");
    out.push_str(&format!("{},{},{numbers}\r\n", safe::csv(task), safe::csv(&item.id)));
}
