//! Kernels with a line more, or a line elsewhere.
use pagerace::machine::{Function, Kernel, Line, Local, Routine};

/// A kernel whose routine of this name has another body, and these locals besides.
pub fn with_body(
    kernel: &Kernel,
    function: Function,
    more: &[Local],
    change: impl Fn(&mut Vec<Line>),
) -> Kernel {
    let own = kernel.routine(function).expect("the kernel has it");
    let Routine { function, source, omits, params, locals, returns, body } = *own;
    let mut lines = body.to_vec();
    change(&mut lines);
    let (body, locals) = (lines.leak(), [locals, more].concat().leak());
    let mutant: &'static Routine =
        Box::leak(Box::new(Routine { function, source, omits, params, locals, returns, body }));
    let routines = kernel.routines();
    let routines = routines.map(|own| if own.function == function { mutant } else { own });
    Kernel::new(format!("{} mutated", kernel.name), kernel.config, routines.collect(), Vec::new())
}

/// Where a label stands.
pub fn place(lines: &[Line], label: &str) -> usize {
    lines.iter().position(|line| line.label == label).expect("the label is there")
}
