//! A server that can cut a connection without an answer, which `axum::serve` cannot.

use crate::http::Cut;
use axum::Router;
use axum::extract::Request;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Ends a connection whose answer an injected fault has taken.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut by an injected fault")]
struct ConnectionCut;

/// Serves `router` on `listener` until `shutdown` ends; then waits for the requests that are running. An answer that
/// the simulator has marked as lost is not sent: its connection is closed.
pub async fn serve_router(router: Router, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let (stop, stopped) = watch::channel(());
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    tokio::spawn(connection(router.clone(), stream, peer, stopped.clone()));
                }
                Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
            },
        }
    }
    drop(stopped);
    // Fails only when no connection listens, which is what is waited for next anyhow.
    let _ = stop.send(());
    stop.closed().await;
}

async fn connection(router: Router, stream: TcpStream, peer: SocketAddr, mut stopped: watch::Receiver<()>) {
    // Small answers must not wait for the acknowledgement of earlier ones.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, %peer, "no TCP_NODELAY");
    }
    let service = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let answer = service.call(request);
        async move {
            let Ok(response) = answer.await;
            if response.extensions().get::<Cut>().is_some() {
                Err(ConnectionCut)
            } else {
                Ok(response)
            }
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        ended = &mut connection => {
            if let Err(error) = ended {
                tracing::debug!(%error, %peer, "connection ended");
            }
        }
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "connection ended while stopping");
            }
        }
    }
}
