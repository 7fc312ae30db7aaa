//! Messages about buckets.

use crate::domain::{Code, Diagnostic};

/// `EVALSIG_STORE_DEADLINE` is no number of seconds in its range.
pub(in crate::edge) fn malformed_deadline(variable: &str, value: &str) -> Diagnostic {
    Code::BadUsage
        .at(variable)
        .what(format!("is {value:?}, expected a whole number of seconds from 1 to 3600"))
}

/// A URL with a scheme that belongs to no supported cloud.
pub(in crate::edge) fn unknown_scheme(scheme: &str) -> Diagnostic {
    malformed_url(&format!("{scheme}://"), "is no kind of bucket that evalsig knows")
}

/// A URL without a bucket, or with a malformed one. The name is not repeated: one with `@` in it may
/// contain a password.
pub(in crate::edge) fn malformed_bucket_name(scheme: &str) -> Diagnostic {
    malformed_url(&format!("{scheme}://"), "the name of the bucket is missing, or is none")
}

/// A URL whose path cannot be a prefix of keys.
pub(in crate::edge) fn malformed_prefix(url: &str) -> Diagnostic {
    malformed_url(url, "the path in the bucket has an empty part, `.` or `..`, or a control character")
}

fn malformed_url(place: &str, what: &str) -> Diagnostic {
    Code::BadUsage
        .at(place)
        .what(what)
        .next("name a bucket as s3://NAME/PATH, gs://NAME/PATH or az://CONTAINER/PATH")
}

/// A path that cannot be part of a key.
pub(in crate::edge) fn malformed_key(url: String, path: &str) -> Diagnostic {
    Code::BadUsage
        .at(url)
        .what(format!("{path:?} cannot be the name of an object"))
        .next("names have no empty part, no `.` or `..` and no control character")
}

/// An endpoint without TLS on another machine. `variable` permits it.
pub(in crate::edge) fn endpoint_not_https(url: String, endpoint: &str, variable: &str) -> Diagnostic {
    Code::BadUsage
        .at(url)
        .what(format!("the endpoint {endpoint} is not https"))
        .next(format!("use https, or set {variable}=true where everybody on the wire may read"))
}

/// The client of a cloud refuses the settings in the environment.
pub(in crate::edge) fn settings_refused(url: String, service: &str, reason: &str) -> Diagnostic {
    Code::BadUsage
        .at(url)
        .what(format!("the settings for {service} cannot be used: {reason}"))
        .next("check the cloud's variables in the environment")
}

/// The bucket does not exist.
pub(in crate::edge) fn bucket_not_found(url: String, endpoint: &str) -> Diagnostic {
    Code::BadUsage
        .at(url)
        .what(format!("there is no bucket of this name at {endpoint}"))
        .next("create the bucket, or correct its name, account or endpoint")
}

/// The bucket is in another region than the settings say.
pub(in crate::edge) fn wrong_region(url: String, status: &str) -> Diagnostic {
    Code::BadUsage
        .at(url)
        .what(format!("the bucket lies in another region ({status})"))
        .next("set AWS_REGION to the bucket's region")
}

/// The credentials are missing, wrong or expired. `variables` names those that hold them.
pub(in crate::edge) fn credentials_refused(
    url: String,
    service: &str,
    status: &str,
    variables: &str,
) -> Diagnostic {
    Code::StoreRefused
        .at(url)
        .what(format!("{service} does not take the credentials: {status}"))
        .next(format!("set {variables} in the environment"))
}

/// The credentials lack a permission.
pub(in crate::edge) fn permission_denied(
    url: String,
    operation: &str,
    status: &str,
    permission: &str,
) -> Diagnostic {
    Code::StoreRefused
        .at(url)
        .what(format!("the credentials may not {operation}: {status}"))
        .next(format!("allow {permission} on this bucket"))
}

/// No usable response to a request that creates an object.
pub(in crate::edge) fn create_unconfirmed(url: String, operation: &str, reason: &str) -> Diagnostic {
    no_response(url, operation, reason)
        .next("run again: what is there is found, and nothing is written twice")
}

/// No usable response to a request that reads.
pub(in crate::edge) fn read_unanswered(url: String, operation: &str, reason: &str) -> Diagnostic {
    no_response(url, operation, reason).next("run again; EVALSIG_STORE_DEADLINE sets the seconds to wait")
}

fn no_response(url: String, operation: &str, reason: &str) -> Diagnostic {
    Code::StoreUnreachable
        .at(url)
        .what(format!("no answer that could be used when it was asked to {operation}: {reason}"))
}

/// The bucket refuses to create an object.
pub(in crate::edge) fn not_created(url: String, status: &str) -> Diagnostic {
    Code::StoreNotWritten
        .at(url)
        .what(format!("was not created: {status}"))
        .next("check that the bucket takes writes with `If-None-Match: *` and SHA-256 checksums")
}

/// The bucket refuses to list or read.
pub(in crate::edge) fn operation_refused(url: String, operation: &str, status: &str) -> Diagnostic {
    Code::StoreUnreachable
        .at(url)
        .what(format!("the bucket did not {operation}: {status}"))
        .next("check the bucket's name, endpoint and region")
}

/// An object in the listing does not exist.
pub(in crate::edge) fn listed_object_missing(url: String) -> Diagnostic {
    Code::StoreUnreachable
        .at(url)
        .what("is listed and cannot be read: there is no such object")
        .next("see who deletes objects of this bucket")
}

/// An attempt to replace an object.
pub(in crate::edge) fn never_replaced(url: String) -> Diagnostic {
    Code::StoreNotWritten.at(url).what("was not replaced: nothing in a bucket is ever written again")
}
