//! The sandbox as clients see it: plain HTTP.

mod http;
mod server;
