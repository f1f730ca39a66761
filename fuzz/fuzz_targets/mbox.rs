#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| maildiff_fuzz::run("mbox", bytes));
