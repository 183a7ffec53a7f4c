//! The toggles of the machine that a kernel runs on and is configured for.
use super::toggles::Toggle;

pub(super) const TLB_FLUSH: Toggle = Toggle {
    name: "tlb_flush",
    sentence: "How CPUs are told to forget translations.",
    values: &[
        ("broadcast", "By the hardware, at once: arm64. Nobody waits for a CPU."),
        ("ipi", "By an IPI: x86. A CPU with interrupts off is waited for."),
    ],
};

pub(super) const MEMORY: Toggle = Toggle {
    name: "memory",
    sentence: "What other CPUs see of a plain store.",
    values: &[
        ("sc", "It is there at once: sequential consistency."),
        ("tso", "It waits in a store buffer until a locked operation or a fence: x86."),
    ],
};

pub(super) const LOCK_FENCE: Toggle = Toggle {
    name: "lock_fence",
    sentence: "What taking a lock does to the stores before it, with memory = tso.",
    values: &[
        ("full", "They reach memory first: a locked instruction of x86."),
        ("acquire", "Nothing: as on machines whose locks order only what is behind them."),
    ],
};

pub(super) const SMP: Toggle = Toggle {
    name: "smp",
    sentence: "CONFIG_SMP.",
    values: &[
        ("on", "Each lane is a CPU."),
        ("off", "The lanes are tasks of one CPU; a task switch needs it to be preemptible."),
    ],
};

pub(super) const PREEMPT_RT: Toggle = Toggle {
    name: "preempt_rt",
    sentence: "CONFIG_PREEMPT_RT.",
    values: &[
        ("off", "Who holds a spinlock keeps the CPU."),
        ("on", "Spinlocks sleep: their holders can be preempted and interrupted."),
    ],
};
