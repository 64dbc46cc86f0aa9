//! Receives events as requests, and answers those who ask what has come.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{PAGE, Shared};

/// Serves until it is dropped: a POST is an event, a GET asks for receipts.
pub(super) async fn serve(listener: TcpListener, book: Shared) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let book = book.clone();
        tokio::task::spawn_local(async move {
            let service = service_fn(|request| answer(request, book.clone()));
            // The other side closes when it is done; that is no fault.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    book: Shared,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if head.method == Method::GET {
        return Ok(receipts(head.uri.path(), &book));
    }
    // Half a request is sent again.
    let status = match body.collect().await {
        Ok(body) => {
            book.borrow_mut().note(&body.to_bytes());
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::BAD_REQUEST,
    };
    Ok(reply(status, Bytes::new()))
}

/// Receipts from the one that the path numbers.
fn receipts(path: &str, book: &Shared) -> Response<Full<Bytes>> {
    let book = book.borrow();
    if let Some(trouble) = &book.trouble {
        return reply(StatusCode::INTERNAL_SERVER_ERROR, trouble.clone().into());
    }
    let Ok(from) = path[1..].parse::<usize>() else {
        return reply(StatusCode::NOT_FOUND, "ask for /0".into());
    };
    let page = book.receipts.iter().skip(from).take(PAGE);
    let packed: Vec<u8> = page.flat_map(super::receipt::Receipt::pack).collect();
    reply(StatusCode::OK, packed.into())
}

fn reply(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}
