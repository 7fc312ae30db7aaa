#![no_main]
//! Every target in one binary, which is linked once: `FUZZ_TARGET` names the property.
use std::sync::LazyLock;

static TARGET: LazyLock<String> =
    LazyLock::new(|| std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a property"));

libfuzzer_sys::fuzz_target!(|data: &[u8]| evalsig_fuzz::run(&TARGET, data));
