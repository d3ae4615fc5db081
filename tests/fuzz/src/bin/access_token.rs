#![no_main]

holdfast_fuzz::target!("access_token");
