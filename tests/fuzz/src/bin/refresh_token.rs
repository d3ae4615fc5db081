#![no_main]

holdfast_fuzz::target!("refresh_token");
