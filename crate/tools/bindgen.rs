//! Writes the JavaScript glue of the wasm module: `bindgen IN.wasm OUT_DIR`.
//!
//! It links wasm-bindgen's own generator as a library, so that Cargo.lock holds one version for
//! the macro and for the generator and the two cannot drift apart.
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(input), Some(output), None) = (args.next(), args.next(), args.next()) else {
        eprintln!("usage: bindgen IN.wasm OUT_DIR");
        return ExitCode::from(2);
    };
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_path(input).typescript(true).omit_default_module_path(true);
    match bindgen.web(true).and_then(|web| web.generate(output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindgen: {error:?}");
            ExitCode::FAILURE
        }
    }
}
