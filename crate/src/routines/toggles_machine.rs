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

pub(super) const ATOMICS: Toggle = Toggle {
    name: "atomics",
    sentence: "What an atomic operation, or taking a lock, does to the stores before it (with \
               memory = tso).",
    values: &[
        ("fences", "They reach memory first: the locked instructions of x86."),
        (
            "relaxed",
            "Nothing. Only fences, and flushes, wait for them; unlocking keeps their order.",
        ),
    ],
};

pub(super) const PTE_CLEAR: Toggle = Toggle {
    name: "pte_clear",
    sentence: "How an entry is cleared (with memory = tso).",
    values: &[
        ("exchange", "By an atomic exchange: x86."),
        ("store", "By a plain store, which others see later."),
    ],
};

pub(super) const BARRIERS: Toggle = Toggle {
    name: "barriers",
    sentence: "Whether fences are there (with memory = tso).",
    values: &[
        ("on", "smp_mb, and the barrier of a TLB flush: as the kernel has them."),
        ("off", "None: what they are for."),
    ],
};

pub(super) const SHARE_BARRIER: Toggle = Toggle {
    name: "share_barrier",
    sentence: "Whether page_try_share_anon_rmap orders the cleared entry before the count.",
    values: &[
        ("off", "No barrier: v5.19 and v6.0."),
        ("on", "smp_mb before the look at the count: v6.1 (088b8aa537c2)."),
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

pub(super) const DEBUG_VM: Toggle = Toggle {
    name: "debug_vm",
    sentence: "CONFIG_DEBUG_VM and CONFIG_DEBUG_VM_PGFLAGS.",
    values: &[
        ("off", "What the kernel asserts of pages is not looked at."),
        ("on", "An assertion that fails is a BUG."),
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
