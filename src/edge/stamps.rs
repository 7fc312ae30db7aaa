//! Asking a time-stamping authority (RFC 3161, 3.4): one request over HTTP, one answer. Only a hash is
//! sent.

use std::time::Duration;

use tokio::runtime::Builder;

use super::chance::random_number;
use super::why::full;
use crate::commands::TimeStamps;
use crate::domain::{Code, Diagnostic};
use crate::trail::stamp;

/// What one try may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pauses before the second and the third try.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];
/// Redirects that are followed: an answer is held to what was asked, wherever it comes from.
const REDIRECTS: usize = 3;
/// Largest answer that is read; a token with its certificates has some kB.
const LARGEST: usize = 256 * 1024;

/// Authorities on the network, through the proxies that the environment names.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpAuthorities;

/// Why there is no answer.
enum Trouble {
    /// Another try may help.
    Passing(String),
    /// It would not.
    Lasting(String),
}

impl TimeStamps for HttpAuthorities {
    fn ask(&self, url: &str, bytes: &[u8]) -> Result<Vec<u8>, Diagnostic> {
        let refused = |what: String| {
            Code::TimeStampRefused.at(url).what(what).next(
                "run again when the authority answers, name another one, or let it fail with --timestamp best-effort",
            )
        };
        let nonce = random_number();
        let query = stamp::request(bytes, nonce).map_err(|why| Code::Bug.at("time stamp").what(why))?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Code::Bug.at("runtime").what(format!("cannot be started: {error}")))?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::limited(REDIRECTS))
            .timeout(PATIENCE)
            .build()
            .map_err(|error| refused(format!("cannot be asked: {error}")))?;
        let mut pauses = PAUSES.iter();
        loop {
            let why = match runtime.block_on(once(&client, url, query.clone())) {
                Ok(answer) => match stamp::granted(&answer, bytes, nonce) {
                    Ok(()) => return Ok(answer),
                    Err(why) => Trouble::Lasting(why),
                },
                Err(trouble) => trouble,
            };
            match (why, pauses.next()) {
                (Trouble::Passing(_), Some(pause)) => std::thread::sleep(*pause),
                (Trouble::Passing(why) | Trouble::Lasting(why), _) => return Err(refused(why)),
            }
        }
    }
}

async fn once(client: &reqwest::Client, url: &str, query: Vec<u8>) -> Result<Vec<u8>, Trouble> {
    let passing = |error: reqwest::Error| Trouble::Passing(format!("gave no answer: {}", full(&error)));
    let request = client.post(url).header("content-type", stamp::QUERY_TYPE).body(query);
    let mut answer = request.send().await.map_err(passing)?;
    let status = answer.status();
    if !status.is_success() {
        let what = format!("answered {status}");
        let passes = status.is_server_error() || status == reqwest::StatusCode::TOO_MANY_REQUESTS;
        return Err(if passes { Trouble::Passing(what) } else { Trouble::Lasting(what) });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(passing)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return Err(Trouble::Lasting(format!("answered with more than {LARGEST} bytes")));
        }
    }
    Ok(bytes)
}
