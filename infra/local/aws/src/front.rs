//! The HTTP side that all three counterparts share: accept loop, call log, injected faults.
//!
//! It is its own accept loop on hyper because a lost answer has to look like one: the connection closes and not a
//! byte of an answer was sent, which a web framework does not offer.

use bytes::Bytes;
use gantry_local_wire::{Call, CallLog, FaultKind, Faults, LocalClock, Service, trace};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

/// DynamoDB takes bodies up to 16 MiB, the other two less; they check their own limits.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// What every counterpart gets from the stack. Clones share everything.
#[derive(Clone, Default)]
pub struct Wires {
    /// The stack's clock.
    pub clock: LocalClock,
    /// The log of calls.
    pub log: CallLog,
    /// The injected faults.
    pub faults: Faults,
    /// What is being carried out.
    pub calls: CallsUnderWay,
}

/// Counts the calls that are being carried out, also for callers who are gone; those that only wait for something left out.
#[derive(Clone, Default)]
pub struct CallsUnderWay(Arc<AtomicUsize>);

impl CallsUnderWay {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts one until the value is dropped.
    fn begin(&self) -> UnderWay {
        self.0.fetch_add(1, Ordering::SeqCst);
        UnderWay(Arc::clone(&self.0))
    }
}

struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A call as it arrived.
#[derive(Clone)]
pub(crate) struct ApiCall {
    pub operation: String,
    pub caller: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What is answered, and what the log says of it.
#[derive(Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    pub read_units: f64,
    pub write_units: f64,
    pub note: String,
}

impl Answer {
    pub(crate) fn json(status: u16, content_type: &'static str, body: &serde_json::Value) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body: Bytes::from(body.to_string()),
            read_units: 0.0,
            write_units: 0.0,
            note: String::new(),
        }
    }

    pub(crate) fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A refusal that a fault asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Refusal {
    Throttle,
    Conflict,
    ServerError,
    Unavailable,
}

/// One service's operations.
pub(crate) trait Api: Send + Sync + 'static {
    /// Who is called.
    const SERVICE: Service;

    /// Whether the call is a wait, to be given up when the caller hangs up.
    fn waits(_operation: &str) -> bool {
        false
    }

    /// Carries the call out.
    fn answer(&self, call: ApiCall) -> impl Future<Output = Answer> + Send;

    /// The service's own way to refuse; `None` when it never refuses this call so.
    fn refuse(&self, call: &ApiCall, refusal: Refusal) -> Option<Answer>;
}

/// Ends a task when the connection that asked for it is gone.
struct EndOnDrop(AbortHandle);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was cut on purpose")]
struct Cut;

/// Serves `api` until `stop` turns true.
pub(crate) fn serve<A: Api>(
    listener: TcpListener,
    api: Arc<A>,
    wires: Wires,
    mut stop: watch::Receiver<bool>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&api), wires.clone()));
                },
                Some(_) = connections.join_next() => {}
                _ = stop.wait_for(|stopped| *stopped) => break,
            }
        }
        connections.shutdown().await;
    })
}

async fn connection<A: Api>(stream: TcpStream, api: Arc<A>, wires: Wires) {
    // Without it every answer waits for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let (api, wires) = (Arc::clone(&api), wires.clone());
        async move {
            // A task of its own: a caller that hangs up does not undo what it asked for, except a wait.
            let waits = operation(request.headers()).is_some_and(|name| A::waits(&name));
            let counted = (!waits).then(|| wires.calls.begin());
            let answered = tokio::spawn(async move {
                let answer = respond(api, wires, request).await;
                drop(counted);
                answer
            });
            let _ended = waits.then(|| EndOnDrop(answered.abort_handle()));
            answered.await.unwrap_or(Err(Cut))
        }
    });
    let served = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::trace!(%error, "connection ended");
    }
}

async fn respond<A: Api>(
    api: Arc<A>,
    wires: Wires,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let began = (wires.clock.now(), Instant::now());
    let (parts, body) = request.into_parts();
    let operation = operation(&parts.headers);
    let (Method::POST, Some(operation)) = (parts.method, operation) else {
        return Ok(plain(StatusCode::NOT_FOUND, "POST with X-Amz-Target\n"));
    };
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long\n"));
    };
    let caller = caller(&parts.headers);
    let call = ApiCall {
        operation,
        caller,
        headers: parts.headers,
        body: body.to_bytes(),
    };
    let fault = wires.faults.strike(A::SERVICE, &call.operation, &call.caller);
    let outcome = carry_out(api.as_ref(), call.clone(), fault.as_ref()).await;
    log(&wires.log, A::SERVICE, &call, began, &outcome);
    if outcome.kills {
        wires.faults.kill(&call.caller);
    }
    if outcome.cut {
        Err(Cut)
    } else {
        Ok(response(outcome.answer))
    }
}

/// What became of a call.
struct Outcome {
    answer: Answer,
    cut: bool,
    kills: bool,
}

impl Outcome {
    fn answered(answer: Answer) -> Self {
        Self {
            answer,
            cut: false,
            kills: false,
        }
    }

    fn cut(answer: Answer, kills: bool) -> Self {
        Self {
            answer,
            cut: true,
            kills,
        }
    }
}

async fn carry_out<A: Api>(api: &A, call: ApiCall, fault: Option<&FaultKind>) -> Outcome {
    let nothing = |note: &str| Answer::json(0, "", &serde_json::Value::Null).noted(note);
    let refused = |refusal| {
        api.refuse(&call, refusal)
            .map(|answer| answer.noted(format!("fault: {refusal:?}")))
    };
    let refusal = match fault {
        Some(FaultKind::KillBefore) => return Outcome::cut(nothing("fault: KillBefore"), true),
        Some(FaultKind::Reset) => return Outcome::cut(nothing("fault: Reset"), false),
        Some(FaultKind::Throttle) => refused(Refusal::Throttle),
        Some(FaultKind::Conflict) => refused(Refusal::Conflict),
        Some(FaultKind::ServerError) => refused(Refusal::ServerError),
        Some(FaultKind::Unavailable) => refused(Refusal::Unavailable),
        _ => None,
    };
    if let Some(answer) = refusal {
        return Outcome::answered(answer);
    }
    if matches!(fault, Some(FaultKind::Unprocessed))
        && let Some((half, rest)) = halved(&call)
    {
        let answer = api.answer(half).await.noted("fault: Unprocessed");
        return Outcome::answered(giving_back(answer, rest));
    }
    let mut answer = api.answer(call.clone()).await;
    match fault {
        Some(FaultKind::LostAnswer) => Outcome::cut(answer.noted("fault: LostAnswer"), false),
        Some(FaultKind::KillAfter) => Outcome::cut(answer.noted("fault: KillAfter"), true),
        Some(FaultKind::ErrorAfterEffect) => {
            let effect = (answer.read_units, answer.write_units);
            if let Some(refusal) = api.refuse(&call, Refusal::ServerError) {
                answer = refusal.noted("fault: ErrorAfterEffect");
                (answer.read_units, answer.write_units) = effect;
            }
            Outcome::answered(answer)
        }
        Some(FaultKind::Latency(delay)) => {
            tokio::time::sleep(std::time::Duration::from_millis(delay.ms)).await;
            Outcome::answered(answer.noted("fault: Latency"))
        }
        _ => Outcome::answered(answer),
    }
}

/// A `BatchWriteItem` with the first half of each table's writes, at least one of all, and what is left of them; nothing where
/// there is nothing to be left.
fn halved(call: &ApiCall) -> Option<(ApiCall, Value)> {
    if call.operation != "BatchWriteItem" {
        return None;
    }
    let mut body: Value = serde_json::from_slice(&call.body).ok()?;
    let mut rest = serde_json::Map::new();
    for (table, writes) in body.get_mut("RequestItems")?.as_object_mut()? {
        let writes = writes.as_array_mut()?;
        let left = writes.split_off(writes.len().div_ceil(2));
        if !left.is_empty() {
            rest.insert(table.clone(), Value::Array(left));
        }
    }
    (!rest.is_empty()).then(|| {
        let half = ApiCall {
            body: Bytes::from(body.to_string()),
            ..call.clone()
        };
        (half, Value::Object(rest))
    })
}

/// The answer, with these writes as not done.
fn giving_back(mut answer: Answer, rest: Value) -> Answer {
    if let Ok(Value::Object(mut body)) = serde_json::from_slice(&answer.body)
        && answer.status == 200
    {
        body.insert("UnprocessedItems".to_owned(), rest);
        answer.body = Bytes::from(Value::Object(body).to_string());
    }
    answer
}

fn log(log: &CallLog, service: Service, call: &ApiCall, began: (Timestamp, Instant), outcome: &Outcome) {
    let answer = &outcome.answer;
    log.push(Call {
        seq: 0,
        at: began.0,
        service,
        operation: call.operation.clone(),
        caller: call.caller.clone(),
        status: if outcome.cut { 0 } else { answer.status },
        micros: u64::try_from(began.1.elapsed().as_micros()).unwrap_or(u64::MAX),
        read_units: answer.read_units,
        write_units: answer.write_units,
        note: answer.note.clone(),
        traces: trace::parse(call.headers.get(trace::HEADER).and_then(|ids| ids.to_str().ok())),
    });
}

/// `X-Amz-Target: AmazonSQS.SendMessage` names the operation after its last full stop.
fn operation(headers: &HeaderMap) -> Option<String> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    Some(target.rsplit_once('.')?.1.to_owned())
}

/// The SDK writes its `AppName` as `app/NAME` into one of two headers.
fn caller(headers: &HeaderMap) -> String {
    ["x-amz-user-agent", "user-agent"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .flat_map(str::split_whitespace)
        .find_map(|word| word.strip_prefix("app/"))
        .unwrap_or_default()
        .to_owned()
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        "content-type",
        http::HeaderValue::from_static(answer.content_type),
    );
    let request_id = ("x-amzn-requestid", uuid::Uuid::new_v4().to_string());
    for (name, value) in answer.headers.into_iter().chain([request_id]) {
        if let Ok(value) = http::HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
