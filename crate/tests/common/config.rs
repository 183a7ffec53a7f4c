//! A kernel's configuration for small tables, in which nothing is out of the ordinary.
use pagerace::machine::Config;

pub const CONFIG: Config = Config {
    smp: true,
    preempt_rt: false,
    debug_vm: false,
    strict_free_lists: false,
    types_change_under_lock: true,
    sections_look_inside: true,
    types_read_once: false,
    buffers: None,
};
