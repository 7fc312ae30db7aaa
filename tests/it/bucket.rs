//! Buckets, against a local S3 server with real requests: what is created stays, whatever happens to
//! the answers, and a mirror of a trail is verified where it lies.

mod faults;
mod locked;
mod mirror;
mod place;
mod proxy;
mod server;
mod settings;
mod store;
