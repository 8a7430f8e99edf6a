//! Tests of the executor against an HTTP server, and of the requests against Discord's OpenAPI document.
//!
//! Time is a counter that moves only when the executor waits, so nothing here waits for real.

mod builders;
mod calls;
mod failures;
mod limits;
mod openapi;
mod server;
