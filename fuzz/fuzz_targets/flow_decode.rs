#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| callform_fuzz::targets::flow_decode(data));
