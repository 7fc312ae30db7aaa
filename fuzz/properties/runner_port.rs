//! How the Actions runner reads what a step writes: its log, line by line, and the file behind `GITHUB_OUTPUT`.
//!
//! Written anew from the rules of `actions/runner`: `ActionCommand` (both spellings of a command), the order in which
//! `ActionCommandManager` tries them, and `EnvFileKeyValuePairs`. A step's output is cut into lines where .NET cuts
//! them: at a line feed, a carriage return, or both.

/// A command that the runner would obey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its name, such as `error` or `add-mask`.
    pub name: String,
    /// Its properties, by name; names are compared without case.
    pub properties: Vec<(String, String)>,
    /// What stands behind it.
    pub data: String,
}

/// The commands that the runner registers. Any other word is no command.
const REGISTERED: [&str; 18] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "section",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
    "command",
];

/// The commands of a log, in its order.
pub fn commands(log: &str) -> Vec<Command> {
    log.split(['\n', '\r']).filter_map(|line| second(line).or_else(|| first(line))).collect()
}

fn registered(name: &str) -> bool {
    REGISTERED.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// `::name key=value,key=value::data`, blanks before it.
fn second(line: &str) -> Option<Command> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, data) = rest.split_once("::")?;
    let escapes = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    registered(name).then(|| Command {
        name: name.to_ascii_lowercase(),
        properties: pairs(properties.trim(), ',', &escapes),
        data: unescaped(data, &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]),
    })
}

/// `##[name key=value;key=value]data`, anywhere in a line.
fn first(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (head, data) = rest.split_once(']')?;
    let escapes = [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")];
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    registered(name).then(|| Command {
        name: name.to_ascii_lowercase(),
        properties: pairs(properties, ';', &escapes),
        data: unescaped(data, &escapes),
    })
}

fn pairs(text: &str, between: char, escapes: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        // An empty part counts as none, so of `a==b` the value is `b`, and `a=` is no pair.
        let value = value.trim_start_matches('=');
        (!name.is_empty() && !value.is_empty())
            .then(|| (name.to_ascii_lowercase(), unescaped(value, escapes)))
    };
    text.split(between).filter_map(pair).collect()
}

fn unescaped(text: &str, escapes: &[(&str, &str)]) -> String {
    escapes.iter().fold(text.to_owned(), |text, (code, character)| text.replace(code, character))
}

/// The outputs of a file behind `GITHUB_OUTPUT`, or why the runner fails the step.
pub fn outputs(file: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut lines = file.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let line = line.strip_suffix('\n').unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        match (equals, heredoc) {
            (Some(equals), heredoc) if heredoc.is_none_or(|at| equals < at) => {
                found.push((line[..equals].to_owned(), line[equals + 1..].to_owned()));
            }
            (_, Some(at)) => {
                let (name, delimiter) = (&line[..at], &line[at + 2..]);
                if name.is_empty() || delimiter.is_empty() {
                    return Err(format!("no name or no delimiter: {line:?}"));
                }
                let mut value = String::new();
                loop {
                    let next = lines.next().ok_or("a delimiter that never comes")?;
                    if next.strip_suffix('\n').unwrap_or(next) == delimiter {
                        break;
                    }
                    value.push_str(next);
                }
                found.push((name.to_owned(), value.strip_suffix('\n').unwrap_or(&value).to_owned()));
            }
            _ => return Err(format!("no output: {line:?}")),
        }
    }
    Ok(found)
}
