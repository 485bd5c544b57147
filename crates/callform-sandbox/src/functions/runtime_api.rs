//! The Lambda Runtime API, version 2018-06-01, for one execution environment.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::{LARGEST_PAYLOAD, peer};
use crate::door;

/// What every path begins with.
const PREFIX: &str = "/2018-06-01/runtime/";

/// What the program said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It asks for an event.
    Ready,
    /// It answers an event.
    Response(Vec<u8>),
    /// The answer is larger than Lambda takes.
    ResponseTooLarge,
    /// It could not deal with an event.
    Failure(Vec<u8>),
    /// It could not get ready.
    InitFailure(Vec<u8>),
}

/// An event for the program.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// Request id.
    pub(super) id: String,
    /// Headers besides the id.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The event itself.
    pub(super) payload: Vec<u8>,
}

/// A server of the Runtime API, for one process alone. It ends when this is dropped.
pub(super) struct RuntimeApi {
    /// `127.0.0.1:<port>`
    pub(super) address: String,
    /// Where events are handed over.
    pub(super) events: mpsc::Sender<Event>,
    /// What the program says.
    pub(super) said: mpsc::UnboundedReceiver<Said>,
    process: watch::Sender<Option<u32>>,
    serving: JoinHandle<()>,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct Exchange {
    next: tokio::sync::Mutex<mpsc::Receiver<Event>>,
    said: mpsc::UnboundedSender<Said>,
    /// The request that the program works on.
    current: Mutex<Option<String>>,
}

impl RuntimeApi {
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (events, next) = mpsc::channel(1);
        let (sender, said) = mpsc::unbounded_channel();
        let exchange =
            Arc::new(Exchange { next: tokio::sync::Mutex::new(next), said: sender, current: Mutex::new(None) });
        let (process, belongs_to) = watch::channel(None);
        let serving = tokio::spawn(serve(listener, exchange, belongs_to));
        Ok(Self { address, events, said, process, serving })
    }

    /// Says whose API this is. Connections wait until then; those of other processes are closed.
    pub(super) fn belongs_to(&self, process: Option<u32>) {
        self.process.send_replace(process);
    }
}

async fn serve(listener: TcpListener, exchange: Arc<Exchange>, process: watch::Receiver<Option<u32>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => {
                let Ok((stream, peer)) = accepted else { continue };
                connections.spawn(connection(stream, peer, Arc::clone(&exchange), process.clone()));
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    exchange: Arc<Exchange>,
    mut process: watch::Receiver<Option<u32>>,
) {
    // The events are data of customers: whoever finds the port must not get them, nor answer in the function's place.
    let Ok(Some(process)) = process.wait_for(Option::is_some).await.map(|process| *process) else { return };
    let Ok(own) = stream.local_addr() else { return };
    match tokio::task::spawn_blocking(move || peer::is_of(process, own, peer)).await {
        Ok(true) => {}
        _ => return tracing::warn!(%peer, "sandbox: another process than the function asked for its events"),
    }
    let service = service_fn(move |request| answer(request, Arc::clone(&exchange)));
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "sandbox: a connection of a function ended");
    }
}

type Answer = Result<Response<Full<Bytes>>, Infallible>;

async fn answer(request: Request<Incoming>, exchange: Arc<Exchange>) -> Answer {
    let (head, body) = request.into_parts();
    // A function may be a browser.
    if let Err(error) = door::from_this_machine(&head) {
        return Ok(refuse(StatusCode::FORBIDDEN, &error.code, &error.message));
    }
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    let answer = match (&head.method, parts.as_slice()) {
        (&Method::GET, ["invocation", "next"]) => next(&exchange).await,
        (&Method::POST, ["init", "error"]) => match collect(body).await {
            Some(body) => accept(&exchange, Said::InitFailure(body)),
            None => refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "Exceeded maximum allowed payload"),
        },
        (&Method::POST, ["invocation", id, what @ ("response" | "error")]) => {
            if !exchange.is_current(id) {
                return Ok(refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"));
            }
            match (collect(body).await, *what) {
                (None, _) => {
                    exchange.say(Said::ResponseTooLarge);
                    refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "Exceeded maximum allowed payload")
                }
                (Some(body), "response") => accept(&exchange, Said::Response(body)),
                (Some(body), _) => accept(&exchange, Said::Failure(body)),
            }
        }
        _ => refuse(StatusCode::NOT_FOUND, "NotFound", "There is no such path in the Runtime API"),
    };
    Ok(answer)
}

impl Exchange {
    /// True for the request the program works on, once: it is answered then.
    fn is_current(&self, id: &str) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_deref() == Some(id) {
            *current = None;
            return true;
        }
        false
    }

    fn say(&self, said: Said) {
        if self.said.send(said).is_err() {
            tracing::debug!("sandbox: a function said something when nobody listened any more");
        }
    }
}

/// Waits for the next event. A program that asks is ready.
async fn next(exchange: &Exchange) -> Response<Full<Bytes>> {
    exchange.say(Said::Ready);
    let event = exchange.next.lock().await.recv().await;
    let Some(event) = event else {
        return refuse(StatusCode::GONE, "Gone", "The execution environment is shut down");
    };
    *exchange.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(event.id.clone());
    let mut response = Response::new(Full::new(Bytes::from(event.payload)));
    let headers = response.headers_mut();
    let all = [("content-type", "application/json".to_owned()), ("lambda-runtime-aws-request-id", event.id)];
    for (name, value) in all.into_iter().chain(event.headers) {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// A body; `None` where it is larger than Lambda takes.
async fn collect(body: Incoming) -> Option<Vec<u8>> {
    Some(Limited::new(body, LARGEST_PAYLOAD).collect().await.ok()?.to_bytes().to_vec())
}

fn accept(exchange: &Exchange, said: Said) -> Response<Full<Bytes>> {
    exchange.say(said);
    with_status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned())
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    with_status(status, serde_json::json!({ "errorType": kind, "errorMessage": message }).to_string())
}

fn with_status(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
}
