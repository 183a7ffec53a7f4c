//! `kernel/signal.c`: a signal that ends what waits.
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Local, Op, Returns, Routine};

/// `send_sig`, of `SIGKILL`.
pub const SEND_SIG: Function = Function("send_sig");

/// The flag is what `fatal_signal_pending` reads.
pub static SEND_SIG_V3_16: Routine = Routine {
    function: SEND_SIG,
    source: "kernel/signal.c, v3.16 to v6.12",
    omits: "waking the task up: who sleeps here always wakes up",
    params: &[Local::Task],
    locals: &[],
    returns: Returns::Nothing,
    body: &[
        line("set", "sigaddset(&t->pending.signal, SIGKILL)", Op::Do(set_pending)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn set_pending(ctx: &mut Ctx) {
    let task = usize::from(ctx.get::<u16>(Local::Task));
    let pending = ctx.layout().fatal_signal_pending(task);
    ctx.store(pending, true);
}
