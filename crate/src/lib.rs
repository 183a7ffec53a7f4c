//! Pagerace: races in Linux memory management, one atomic step at a time.
#[cfg(target_arch = "wasm32")]
pub mod wasm;
