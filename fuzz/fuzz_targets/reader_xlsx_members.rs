#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| evalsig_fuzz::run("reader_xlsx_members", data));
