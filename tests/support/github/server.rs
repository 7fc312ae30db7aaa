//! The server: connections in, answers out, and the ways in which a connection can fail.

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

use super::apply::{Outcome, handle};
use super::site::Site;
use super::wire::{Call, Reply};

/// A server that runs until it is dropped.
pub(crate) struct Server {
    runtime: Option<Runtime>,
}

impl Server {
    /// A port of loopback that nobody else has.
    pub(crate) fn listener() -> TcpListener {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
    }

    /// Serves in background threads.
    pub(crate) fn start(site: Arc<Site>, listener: TcpListener) -> Self {
        // Every handler runs git, so more of them at once would only fight for the processors.
        let runtime =
            Builder::new_multi_thread().worker_threads(2).max_blocking_threads(8).enable_all().build();
        let runtime = runtime.unwrap();
        listener.set_nonblocking(true).unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(connection(Arc::clone(&site), stream));
            }
        });
        Self { runtime: Some(runtime) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Requests that hang by design end here; what git is doing is waited for, as its folder goes next.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(10));
        }
    }
}

async fn connection(site: Arc<Site>, stream: TcpStream) {
    let reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request| respond(Arc::clone(&site), Arc::clone(&reset), request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // A client may leave at any moment, and a fault ends the connection with an error: both are meant.
    let _ = Pin::new(&mut connection).await;
    if reset.load(Ordering::SeqCst) {
        // Closing a socket that must not linger sends RST instead of FIN.
        connection.into_parts().io.into_inner().set_zero_linger().unwrap();
    }
}

/// An error ends the connection without a byte.
async fn respond(
    site: Arc<Site>,
    reset: Arc<AtomicBool>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
    let uri = head.uri.path_and_query().map_or("/", |uri| uri.as_str());
    let call = Call::new((head.method.as_str(), uri), site.paths(), headers.collect(), &body);
    // On its own: GitHub does not stop because a client hung up.
    match tokio::spawn(handle(site, call)).await? {
        Outcome::Reply(reply) => Ok(response(reply)),
        Outcome::Silence => std::future::pending().await,
        Outcome::Close => Err("closed on purpose".into()),
        Outcome::Reset => {
            reset.store(true, Ordering::SeqCst);
            Err("reset on purpose".into())
        }
    }
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(reply.body))).unwrap()
}
