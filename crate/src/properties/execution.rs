//! How the lanes keep the kernel's rules of locking.
use crate::machine::{Choice, Delivery, Op, State, Status};
use crate::mm::{LockKind, LockWord};

/// I16.
pub fn locks_are_in_order(state: &State) -> bool {
    zone_lock_is_held_with_interrupts_off(state)
        && (0..state.system.lanes.len()).all(|cpu| does_not_sleep_while_atomic(state, cpu))
}

fn zone_lock_is_held_with_interrupts_off(state: &State) -> bool {
    let word: LockWord = state.memory.peek(state.layout().zone().lock().cell);
    let off = |cpu: usize| state.memory.peek(state.system.lanes[cpu].cells.irqs_off()) > 0;
    state.system.kernel.config.preempt_rt || word.holders().all(off)
}

/// A lane whose next line sleeps, or waits for other CPUs, can be preempted and interrupted.
fn does_not_sleep_while_atomic(state: &State, cpu: usize) -> bool {
    let Some((frame, loc)) = state.system.next_line(state.memory, cpu) else { return true };
    let program = state.system.lanes[cpu].program(frame);
    let cells = state.system.lanes[cpu].cells;
    let sleeps = match program.locs[loc].line.op {
        Op::Acquire(_) => state
            .system
            .lock_at(state.memory, cpu, frame, loc)
            .is_some_and(|lock| !matches!(lock.kind, LockKind::Spin | LockKind::SpinIrq)),
        // Who waits for an IPI spins.
        Op::Await(..) if waits_for_ipi(state, cpu) => {
            return state.memory.peek(cells.irqs_off()) == 0;
        }
        Op::Await(..) => state.system.status(state.memory, Choice::Run(cpu)) != Status::Runnable,
        _ => false,
    };
    !sleeps || !state.system.is_atomic(state.memory, cpu)
}

fn waits_for_ipi(state: &State, cpu: usize) -> bool {
    let cells = state.system.lanes[cpu].cells;
    let asked = state.memory.peek(cells.asked()).checked_sub(1);
    let delivery = asked.map(|number| state.system.remote[usize::from(number)].1);
    state.memory.peek(cells.awaited()) != 0 && delivery == Some(Delivery::Ipi)
}
