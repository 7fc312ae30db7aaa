//! A blocking HTTP client, small enough to be believed: what it shows is the server's doing.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::support::github::Github;

pub(super) struct Client {
    api: String,
    graphql: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) patience: Duration,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: String,
    pub(super) text: String,
    /// `null` where the text is not JSON.
    pub(super) json: Value,
}

impl Client {
    pub(super) fn new(github: &Github) -> Self {
        let authorization = format!("Bearer {}", github.token());
        Self {
            api: github.api_url(),
            graphql: github.graphql_url(),
            headers: vec![("user-agent", "tests".into()), ("authorization", authorization)],
            patience: Duration::from_secs(60),
        }
    }

    /// A request below the repository.
    #[track_caller]
    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.try_send(method, path, body).unwrap()
    }

    pub(super) fn try_send(&self, method: &str, path: &str, body: &Value) -> io::Result<Answer> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.raw(method, &format!("{}/repos/org/app/{path}", self.api), &body)
    }

    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null)
    }

    #[track_caller]
    pub(super) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, body)
    }

    #[track_caller]
    pub(super) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, body)
    }

    pub(super) fn try_graphql(&self, query: &str, variables: &Value) -> io::Result<Answer> {
        let body = serde_json::json!({"query": query, "variables": variables});
        self.raw("POST", &self.graphql, &body.to_string())
    }

    #[track_caller]
    pub(super) fn graphql(&self, query: &str, variables: &Value) -> Value {
        let answer = self.try_graphql(query, variables).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    }

    pub(super) fn raw(&self, method: &str, url: &str, body: &str) -> io::Result<Answer> {
        let rest = url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(self.patience))?;
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for (name, value) in &self.headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("content-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let text = String::from_utf8(bytes).unwrap();
        let Some((headers, text)) = text.split_once("\r\n\r\n") else {
            return Err(ErrorKind::UnexpectedEof.into());
        };
        Ok(Answer {
            status: headers.split(' ').nth(1).unwrap().parse().unwrap(),
            headers: headers.to_owned(),
            json: serde_json::from_str(text).unwrap_or_default(),
            text: text.to_owned(),
        })
    }
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.headers.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Panics unless the status is this one.
    #[track_caller]
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Panics unless it is GitHub's error with this status and these words in it.
    #[track_caller]
    pub(super) fn refuses(self, status: u16, words: &str) -> Self {
        let answer = self.is(status);
        let message = answer.json["message"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{}", answer.text);
        assert_eq!(answer.json["status"], status.to_string());
        assert!(answer.json["documentation_url"].as_str().unwrap().starts_with("https://docs.github.com/"));
        answer
    }

    /// A text of the answer by JSON pointer.
    #[track_caller]
    pub(super) fn at(&self, pointer: &str) -> &str {
        let found = self.json.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("no text at {pointer}: {}", self.text))
    }
}
