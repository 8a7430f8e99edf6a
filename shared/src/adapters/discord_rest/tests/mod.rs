//! Tests of the executor against an HTTP server, and of the requests against Discord's OpenAPI document.
