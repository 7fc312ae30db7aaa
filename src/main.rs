//! The `evalsig` binary: parse, build the world, dispatch, map the outcome to an exit code.

fn main() {}
