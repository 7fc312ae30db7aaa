//! Bytes of a run file in, a [`RunFrame`](crate::domain::RunFrame) out. One file a format; no file is opened here.
