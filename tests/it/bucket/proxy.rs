//! A bad line to the server: answers get lost, and some are made up.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is served.
    Served,
    /// It is served, and the answer is lost.
    AnswerLost,
    /// It is served, and the answer is replaced by one of this status.
    AnswerReplaced(u16),
    /// It never arrives.
    Lost,
    /// It is answered with this status and never arrives.
    Refused(u16),
}

/// A request as it came in: method, path, and header lines in lower case.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<String>,
}

#[derive(Default)]
struct State {
    fates: VecDeque<(&'static str, Fate)>,
    requests: Vec<Request>,
}

/// The line.
#[derive(Clone)]
pub(super) struct Proxy {
    pub(super) port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A line to the server at `port`.
    pub(super) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let this = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let line = this.clone();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (line, client) = (line.clone(), client.unwrap());
                // A client that has gone away is its own business.
                std::thread::spawn(move || line.carry(client, port).ok());
            }
        });
        this
    }

    /// The next requests of this method fare so, one after the other; all others are served.
    pub(super) fn fare(&self, method: &'static str, fates: &[Fate]) -> &Self {
        self.state.lock().unwrap().fates.extend(fates.iter().map(|fate| (method, *fate)));
        self
    }

    /// Everything that was asked.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    /// How many requests of this method there were.
    pub(super) fn count(&self, method: &str) -> usize {
        self.requests().iter().filter(|request| request.method == method).count()
    }

    /// Whether every fate was met.
    pub(super) fn is_through(&self) -> bool {
        self.state.lock().unwrap().fates.is_empty()
    }

    fn fate(&self, request: Request) -> Fate {
        let mut state = self.state.lock().unwrap();
        let next = state.fates.iter().position(|(method, _)| *method == request.method);
        state.requests.push(request);
        next.and_then(|next| state.fates.remove(next)).map_or(Fate::Served, |(_, fate)| fate)
    }

    fn carry(&self, mut client: TcpStream, port: u16) -> std::io::Result<()> {
        let mut reader = BufReader::new(client.try_clone()?);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line == "\r\n" {
                break;
            }
            head.push(line.trim_end().to_owned());
        }
        let headers: Vec<String> = head.iter().skip(1).map(|line| line.to_lowercase()).collect();
        let length = headers.iter().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body)?;
        let mut words = head[0].split(' ').map(str::to_owned);
        let request = Request { method: words.next().unwrap(), path: words.next().unwrap(), headers };
        let fate = self.fate(request);
        let answer = match fate {
            Fate::Lost => return Ok(()),
            Fate::Refused(status) => made_up(status),
            Fate::Served | Fate::AnswerLost | Fate::AnswerReplaced(_) => ask(port, &head, &body)?,
        };
        match fate {
            Fate::AnswerLost => Ok(()),
            Fate::AnswerReplaced(status) => client.write_all(&made_up(status)),
            _ => client.write_all(&answer),
        }
    }
}

/// Asks the server, on a connection of its own.
fn ask(port: u16, head: &[String], body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(("127.0.0.1", port))?;
    let head = head.iter().filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head: String = head.map(|line| format!("{line}\r\n")).collect();
    server.write_all(format!("{head}connection: close\r\n\r\n").as_bytes())?;
    server.write_all(body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}

fn made_up(status: u16) -> Vec<u8> {
    let code = match status {
        403 => "AccessDenied",
        404 => "NoSuchKey",
        409 => "ConditionalRequestConflict",
        412 => "PreconditionFailed",
        501 => "NotImplemented",
        503 => "SlowDown",
        _ => "InternalError",
    };
    let body = format!("<Error><Code>{code}</Code><Message>made up</Message></Error>");
    let length = body.len();
    format!("HTTP/1.1 {status} Made Up\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}
