//! The HTTP server on 127.0.0.1.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{Read, Seek, SeekFrom};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, DATE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

use crate::connect::live;
use crate::connect::people::People;
use crate::dispatch::{Outcome, Request, Sandbox, Stuck};
use crate::door::{self, Admitted};
use crate::error::AwsError;
use crate::executions;
use crate::faults::Faults;
use crate::functions::{Functions, Invocation, Invoked};
use crate::invocations;
use crate::private;
use crate::protocol::Service;
use crate::protocol::answer::{self, Answer, Content};
use crate::resources::registry;
use crate::services::s3::route;
use crate::services::s3::upload::{Receiver, Upload};
use crate::store::Store;
use crate::streaming::advance;
use crate::worker::{LOCK, Waker, Worker};

/// The file that tells a sandbox from any other folder; it holds the version of the folder's format.
const MARKER: &str = "callform-sandbox";
const FORMAT: &str = "1\n";

/// Largest object that S3 takes in one request.
const LARGEST_UPLOAD: u64 = 5 << 30;
/// Largest head of a request: the session tokens and links of real clients have a few kilobytes.
const LARGEST_HEAD: usize = 64 * 1024;
/// How long a client may leave a connection idle, or take for the head of a request. Longer than clients keep theirs.
const IDLE: Duration = Duration::from_mins(2);
/// How long a client may take between two pieces of a body.
const SLOWEST_PIECE: Duration = Duration::from_mins(1);
/// Size of the pieces in which files are answered.
const PIECE: usize = 64 * 1024;

/// How a sandbox is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder it lives in; made where it is not there.
    pub folder: PathBuf,
    /// Port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Region of requests whose signature names none.
    pub region: String,
    /// Faults to write to the folder's `faults.json`, in place of any there; they hold until that file is changed.
    pub faults: Option<Faults>,
}

/// A sandbox that answers requests.
pub struct Running {
    url: String,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    worker: Worker,
    sandbox: Arc<Sandbox>,
}

impl Running {
    /// Where it answers: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a function in this process, without a request.
    pub async fn invoke(&self, invocation: Invocation) -> Result<Invoked, AwsError> {
        self.sandbox.invoke(invocation).await
    }

    /// Moves the sandbox's clock forward, from each time at which something is due to the next, and waits until all of it
    /// is done: schedules run, records are delivered, batches are given to their functions, executions go on, each at its
    /// own time. The clock stays ahead, for all processes that serve the folder.
    pub async fn advance(&self, by: Duration) -> std::io::Result<()> {
        let sandbox = Arc::clone(&self.sandbox);
        let settled = move || -> Result<(), AwsError> {
            let now = crate::clock::now(&sandbox.folder);
            let asked = sandbox.store.transaction(|tx| advance::ask(tx, now, by))?;
            while !sandbox.store.transaction(|tx| advance::is_done(tx, &asked))? {
                sandbox.stuck.check(crate::dispatch::RECORDS)?;
                sandbox.stuck.check(crate::dispatch::EXECUTIONS)?;
                // The worker of this process or of another one is at it.
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        };
        tokio::task::spawn_blocking(settled).await.map_err(std::io::Error::other)?.map_err(std::io::Error::other)
    }

    /// Stops answering, once functions have dealt with the events that are queued for them. Stack operations and
    /// deliveries are not waited for: they go on when a process next opens the folder.
    pub async fn stop(self) {
        // A function that cannot be started any more is no failure of its batch.
        self.worker.halt();
        // Functions still call the sandbox.
        self.sandbox.functions.close().await;
        self.stop.send_replace(true);
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "the sandbox's server has panicked");
        }
        let worker = self.worker;
        if tokio::task::spawn_blocking(move || worker.stop()).await.is_err() {
            tracing::error!("the sandbox's worker could not be stopped");
        }
    }
}

/// Starts a sandbox in a folder. Any number of processes may serve one folder at the same time.
pub async fn start(options: Options) -> std::io::Result<Running> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let own = url.clone();
    let (sandbox, worker) =
        tokio::task::spawn_blocking(move || open(&options, own)).await.map_err(std::io::Error::other)??;
    let (stop, stopped) = watch::channel(false);
    let accepting = tokio::spawn(accept(listener, Arc::clone(&sandbox), worker.waker(), stopped));
    Ok(Running { url, stop, accepting, worker, sandbox })
}

fn open(options: &Options, url: String) -> std::io::Result<(Arc<Sandbox>, Worker)> {
    let folder = prepare(&options.folder)?;
    if let Some(faults) = &options.faults {
        faults.save(&folder)?;
    }
    let store = Store::open(&folder.join("state.db")).map_err(std::io::Error::other)?;
    let functions = Functions::new(folder.clone(), url)?;
    let sandbox = Arc::new(Sandbox {
        store,
        registry: registry(),
        folder,
        region: options.region.clone(),
        functions,
        stuck: Stuck::default(),
    });
    let worker = Worker::start(Arc::clone(&sandbox))?;
    Ok((sandbox, worker))
}

/// Gives the sandbox in a folder its people, in place of any there, and the WAV files that they name; the folder is made
/// where it is not there. The answer is what they name that the sandbox does not have: then nothing was done.
pub fn set_people(folder: &Path, people: &People, sounds: &BTreeMap<String, Vec<u8>>) -> std::io::Result<Vec<String>> {
    let folder = prepare(folder)?;
    let store = Store::open(&folder.join("state.db")).map_err(std::io::Error::other)?;
    let unknown = store.transaction(|tx| {
        let unknown = live::unknown(tx, people)?;
        if unknown.is_empty() {
            live::keep_sounds(tx, sounds)?;
        }
        Ok(unknown)
    });
    let unknown = unknown.map_err(std::io::Error::other)?;
    if unknown.is_empty() {
        // Who calls in calls again when the same people are given again.
        let given = Some(crate::clock::iso8601(crate::clock::now(&folder)));
        People { given, ..people.clone() }.save(&folder)?;
    }
    Ok(unknown)
}

/// Makes the folder of a sandbox, or checks that it is one of this version.
fn prepare(folder: &Path) -> std::io::Result<PathBuf> {
    refuse_others(folder)?;
    private::folder(folder)?;
    private::folder(&folder.join("s3"))?;
    private::tighten_content(folder)?;
    let marker = folder.join(MARKER);
    match std::fs::read_to_string(&marker) {
        Ok(format) if format == FORMAT => {}
        Ok(format) => {
            let message = format!("{} is a sandbox of another version ({})", folder.display(), format.trim());
            return Err(std::io::Error::other(message));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // Another process may be doing the same: each writes a file of its own and moves it in place.
            let new = folder.join(format!("{MARKER}.{}", Uuid::new_v4()));
            std::fs::write(&new, FORMAT)?;
            std::fs::rename(new, marker)?;
        }
        Err(error) => return Err(error),
    }
    folder.canonicalize()
}

/// Refuses a folder with files that are no sandbox's: their rights would be taken away, and a reset would delete some.
fn refuse_others(folder: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let mut others = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // Another process may be making it, or faults and time were given first.
        let is_own = name.starts_with(MARKER)
            || [crate::faults::FILE, crate::clock::FILE, crate::people::FILE].contains(&name.as_str());
        if name == MARKER {
            return Ok(());
        }
        let is_empty_folder = std::fs::read_dir(folder.join(&name)).is_ok_and(|mut content| content.next().is_none());
        if !is_own && !is_empty_folder {
            others.push(name);
        }
    }
    match others.into_iter().min() {
        Some(name) => Err(std::io::Error::other(format!(
            "{} is no sandbox, and it is not empty ({name}); name a new folder",
            folder.display()
        ))),
        None => Ok(()),
    }
}

/// Empties the folder of a sandbox. Refuses a folder that is no sandbox, and one that a process is serving.
pub fn reset(folder: &Path) -> std::io::Result<()> {
    if !folder.join(MARKER).is_file() {
        return Err(std::io::Error::other(format!("{} is no sandbox", folder.display())));
    }
    let folder = folder.canonicalize()?;
    let lock = std::fs::File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    if lock.try_lock().is_err() {
        return Err(std::io::Error::other(format!("{} is in use by another process", folder.display())));
    }
    crate::services::dynamodb::close(&folder);
    for entry in ["s3", "lambda"] {
        match std::fs::remove_dir_all(folder.join(entry)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let databases =
        ["state.db", "dynamodb.db"].into_iter().flat_map(|name| ["", "-wal", "-shm"].map(|end| format!("{name}{end}")));
    // The marker goes last: what an interrupted reset leaves can be reset again.
    for entry in databases.chain([
        crate::faults::FILE.to_owned(),
        crate::people::FILE.to_owned(),
        crate::clock::FILE.to_owned(),
        LOCK.to_owned(),
        MARKER.to_owned(),
    ]) {
        match std::fs::remove_file(folder.join(entry)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

async fn accept(listener: TcpListener, sandbox: Arc<Sandbox>, waker: Waker, mut stopped: watch::Receiver<bool>) {
    // Connections end with the set.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&sandbox), waker.clone()));
                }
                // Too many open files, say: others may be closed soon.
                Err(error) => {
                    tracing::warn!(%error, "sandbox: a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
}

async fn serve(stream: TcpStream, sandbox: Arc<Sandbox>, waker: Waker) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = service_fn(move |request| dated(request, Arc::clone(&sandbox), waker.clone()));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(LARGEST_HEAD);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "sandbox: a connection ended");
    }
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("cut by faults.json")]
struct Cut;

/// Answers with the time of the sandbox's clock: whoever goes by the clock of the services, as functions do, is where the
/// sandbox is.
async fn dated(
    request: http::Request<Incoming>,
    sandbox: Arc<Sandbox>,
    waker: Waker,
) -> Result<Response<AnswerBody>, Cut> {
    let folder = sandbox.folder.clone();
    let mut response = answer(request, sandbox, waker).await?;
    if let Ok(now) = HeaderValue::try_from(crate::clock::http_date(crate::clock::now(&folder))) {
        response.headers_mut().insert(DATE, now);
    }
    Ok(response)
}

async fn answer(
    request: http::Request<Incoming>,
    sandbox: Arc<Sandbox>,
    waker: Waker,
) -> Result<Response<AnswerBody>, Cut> {
    let (head, body) = request.into_parts();
    tracing::debug!(method = %head.method, uri = %head.uri, "request");
    let Admitted { service, region } = match door::admit(&head, !body.is_end_stream()) {
        Ok(admitted) => admitted,
        Err(error) => {
            tracing::debug!(%error, "refused at the door");
            let mut response = respond(door::refuse(&head, error));
            // What else comes on this connection is not looked at.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return Ok(response);
        }
    };
    let received = receive(&sandbox.folder, service, &head, body).await;
    let (body, upload) = match received {
        Ok(received) => received,
        Err(error) => return Ok(respond(answer::error(service, service.wire(), &error))),
    };
    let is_head = head.method == http::Method::HEAD;
    let request = Request { service, region, head, body, upload };
    let outcome = if invocations::is_invocation(&request) {
        Ok(invocations::answer(sandbox, request).await)
    } else if invocations::is_execution(&request) {
        Ok(invocations::execute(sandbox, request).await)
    } else if invocations::is_conversation(&request) {
        Ok(invocations::converse(sandbox, request).await)
    } else if executions::is_synchronous(&request) {
        Ok(executions::answer(sandbox, request).await)
    } else {
        tokio::task::spawn_blocking(move || sandbox.answer(&request)).await
    };
    let Ok(Outcome { mut answer, cut, delay }) = outcome else {
        let error = AwsError::new(500, "InternalFailure", "The sandbox has failed; its log tells more.");
        return Ok(respond(answer::error(service, service.wire(), &error)));
    };
    if service == Service::CloudFormation {
        waker.wake();
    }
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if cut {
        return Err(Cut);
    }
    if is_head && matches!(answer.body, Content::Bytes(_)) {
        answer.body = Content::Bytes(Vec::new());
    }
    Ok(respond(answer))
}

/// Reads the body of a request: to a file where it is an upload, to memory else.
async fn receive(
    folder: &Path,
    service: Service,
    head: &Parts,
    mut body: Incoming,
) -> Result<(Vec<u8>, Option<Upload>), AwsError> {
    if service == Service::S3 && route(head).takes_upload() {
        let upload = receive_file(folder, head, body).await?;
        return Ok((Vec::new(), Some(upload)));
    }
    let limit = service.largest_body();
    let too_large = || {
        let message = format!("Requests of {} have at most {limit} bytes.", service.name());
        AwsError::new(413, "RequestEntityTooLargeException", message)
    };
    // What says that it is larger is not read at all.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced);
    while let Some(piece) = next_piece(&mut body, SLOWEST_PIECE).await? {
        if bytes.len() + piece.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok((bytes, None))
}

/// The next piece of a body; `None` at its end.
async fn next_piece<B>(body: &mut B, slowest: Duration) -> Result<Option<Bytes>, AwsError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    loop {
        let Ok(frame) = tokio::time::timeout(slowest, body.frame()).await else {
            let message = format!("Nothing came of the request's body for {} seconds.", slowest.as_secs());
            return Err(AwsError::new(408, "RequestTimeout", message));
        };
        match frame {
            None => return Ok(None),
            Some(Err(error)) => return Err(AwsError::new(400, "IncompleteBody", error.to_string())),
            Some(Ok(frame)) => {
                // Trailers of HTTP mean nothing here.
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

async fn receive_file(folder: &Path, head: &Parts, mut body: Incoming) -> Result<Upload, AwsError> {
    let mut receiver = Receiver::new(folder, &head.headers, LARGEST_UPLOAD)?;
    loop {
        let fed = match next_piece(&mut body, SLOWEST_PIECE).await {
            Ok(None) => return receiver.finish(),
            // Pieces are small and the file is buffered: the write is no longer than a task may take.
            Ok(Some(piece)) => receiver.feed(&piece),
            Err(error) => Err(error),
        };
        if let Err(error) = fed {
            receiver.discard();
            return Err(error);
        }
    }
}

fn respond(answer: Answer) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Done);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        // What clients stored as metadata may be no header value of HTTP.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    // An object may be a page: shown in a browser, it is of no origin and runs no script, so it cannot call the sandbox.
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; frame-ancestors 'none'"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let request_id = Uuid::new_v4().to_string();
    if let Ok(value) = HeaderValue::try_from(request_id) {
        headers.insert("x-amzn-requestid", value.clone());
        headers.insert("x-amz-request-id", value);
    }
    match answer.body {
        Content::Bytes(bytes) if bytes.is_empty() => {}
        Content::Bytes(bytes) => *response.body_mut() = AnswerBody::Whole(Bytes::from(bytes)),
        Content::Length(length) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        Content::File { path, offset, length } => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            *response.body_mut() = AnswerBody::Pieces { pieces: read_file(path, offset, length), left: length };
        }
    }
    response
}

/// Reads a part of a file piece by piece; the pieces end early where it cannot be read.
fn read_file(path: PathBuf, offset: u64, length: u64) -> mpsc::Receiver<Bytes> {
    let (sender, receiver) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let read = || -> std::io::Result<()> {
            let mut file = std::fs::File::open(&path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut part = file.take(length);
            loop {
                let mut piece = vec![0; PIECE];
                let size = part.read(&mut piece)?;
                piece.truncate(size);
                if size == 0 || sender.blocking_send(Bytes::from(piece)).is_err() {
                    return Ok(());
                }
            }
        };
        if let Err(error) = read() {
            tracing::error!(file = %path.display(), %error, "sandbox: an object's file cannot be read");
        }
    });
    receiver
}

/// The body of an answer.
enum AnswerBody {
    Done,
    Whole(Bytes),
    Pieces { pieces: mpsc::Receiver<Bytes>, left: u64 },
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Done => Poll::Ready(None),
            Self::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Done;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Pieces { pieces, left } => pieces.poll_recv(context).map(|piece| {
                let piece = piece?;
                *left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
                Some(Ok(Frame::data(piece)))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Done)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Done => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            Self::Pieces { left, .. } => SizeHint::with_exact(*left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that never comes.
    struct Silence;

    impl Body for Silence {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let error = next_piece(&mut Silence, Duration::from_millis(1)).await.unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (408, "RequestTimeout"));
    }
}
