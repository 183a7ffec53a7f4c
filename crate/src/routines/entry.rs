//! The kernel functions that a timeline can call, with their typed arguments and their help: the
//! one source of the scenario reader, the command line's `ops` and the page's forms.
use crate::machine::{Function, Local};

/// What an argument is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    /// The name of a CMA area.
    Area,
    /// A number of pages, from 1 to the 16 of the largest CMA area.
    Pages,
    /// The name of a mapping of the lane's process.
    Address,
    /// Flags joined by `|`.
    GupFlags,
    /// The name that a pin was given.
    Pin,
}

/// One argument.
pub struct Param {
    /// Its name in the signature.
    pub name: &'static str,
    /// What it is.
    pub kind: ParamKind,
    /// What to write there.
    pub help: &'static str,
}

/// One function that a timeline can call.
pub struct Entry {
    /// The kernel function.
    pub function: Function,
    /// Its arguments, in order.
    pub params: &'static [Param],
    /// Flags that the function sets by itself (`FOLL_PIN`, `FOLL_GET`), and 0 without any.
    pub implied_flags: u16,
    /// Flags that a caller may give; `FOLL_LONGTERM` goes with `FOLL_PIN` only.
    pub flags: &'static [(&'static str, u16)],
    /// Whether `p = ...` names a pin handle that the call fills.
    pub makes_pin: bool,
    /// Whether it needs a process on its lane.
    pub needs_process: bool,
    /// Whether an interrupt handler may call it: it never sleeps.
    pub in_interrupt: bool,
    /// What it does, for somebody about to use it.
    pub help: &'static str,
    /// What it returns, in words.
    pub returns: &'static str,
}

/// `gup_flags`, with numbers of our own: the kernel's do not fit 16 bits.
pub mod foll {
    /// The caller will write.
    pub const WRITE: u16 = 1 << 0;
    /// Takes one reference (`get_user_pages_fast`).
    pub const GET: u16 = 1 << 1;
    /// Takes `GUP_PIN_COUNTING_BIAS` references (`pin_user_pages_fast`).
    pub const PIN: u16 = 1 << 2;
    /// The pin is kept for an unbounded time.
    pub const LONGTERM: u16 = 1 << 3;
    /// Never falls back to the slow path.
    pub const FAST_ONLY: u16 = 1 << 4;

    /// The flags as kernel code writes them.
    pub fn words(flags: u16) -> String {
        let names = [
            (WRITE, "FOLL_WRITE"),
            (GET, "FOLL_GET"),
            (PIN, "FOLL_PIN"),
            (LONGTERM, "FOLL_LONGTERM"),
            (FAST_ONLY, "FOLL_FAST_ONLY"),
        ];
        let set: Vec<&str> =
            names.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
        set.join(" | ")
    }
}

const AREA: Param =
    Param { name: "area", kind: ParamKind::Area, help: "a CMA area of `[machine] blocks`" };
const PAGES: Param =
    Param { name: "count", kind: ParamKind::Pages, help: "how many pages, from 1 to 16" };
const ADDRESS: Param =
    Param { name: "addr", kind: ParamKind::Address, help: "a mapping of the lane's process" };
const FLAGS: Param = Param {
    name: "gup_flags",
    kind: ParamKind::GupFlags,
    help: "0, or flags joined by `|`: FOLL_WRITE, FOLL_LONGTERM, FOLL_FAST_ONLY",
};
const PIN: Param =
    Param { name: "page", kind: ParamKind::Pin, help: "the name that a pin was given" };

/// All entries, in the order in which they are listed.
pub static ENTRIES: &[Entry] = &[
    Entry {
        function: Function("pin_user_pages_fast"),
        params: &[ADDRESS, FLAGS],
        implied_flags: foll::PIN,
        flags: &[
            ("FOLL_WRITE", foll::WRITE),
            ("FOLL_LONGTERM", foll::LONGTERM),
            ("FOLL_FAST_ONLY", foll::FAST_ONLY),
        ],
        makes_pin: true,
        needs_process: true,
        in_interrupt: false,
        help: "Pins the page behind one address for DMA: lockless first, under the locks if that \
               fails. FOLL_LONGTERM pins must not land on CMA pages.",
        returns: "how many pages were pinned: 1, 0, or a negative error number",
    },
    Entry {
        function: Function("get_user_pages_fast"),
        params: &[ADDRESS, FLAGS],
        implied_flags: foll::GET,
        flags: &[("FOLL_WRITE", foll::WRITE), ("FOLL_FAST_ONLY", foll::FAST_ONLY)],
        makes_pin: true,
        needs_process: true,
        in_interrupt: false,
        help: "Takes one plain reference on the page behind one address. It skips the pinnable \
               check and the fork handshake.",
        returns: "how many pages were taken: 1, 0, or a negative error number",
    },
    Entry {
        function: Function("unpin_user_page"),
        params: &[PIN],
        implied_flags: 0,
        flags: &[],
        makes_pin: false,
        needs_process: false,
        in_interrupt: true,
        help: "Drops a pin of `pin_user_pages_fast`; does nothing if there is none.",
        returns: "nothing",
    },
    Entry {
        function: Function("release_pages"),
        params: &[PIN],
        implied_flags: 0,
        flags: &[],
        makes_pin: false,
        needs_process: false,
        in_interrupt: true,
        help: "Drops the reference of `get_user_pages_fast`; does nothing if there is none.",
        returns: "nothing",
    },
    Entry {
        function: Function("cma_alloc"),
        params: &[AREA, PAGES],
        implied_flags: 0,
        flags: &[],
        makes_pin: false,
        needs_process: false,
        in_interrupt: false,
        help: "Allocates contiguous pages from a CMA area: isolates their pageblocks and migrates \
               what is in the way. With `retry` before it the caller calls again until it \
               succeeds.",
        returns: "the first page, or NULL",
    },
];

/// The entry of a name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.function.0 == name)
}

impl Entry {
    /// How it is written: `cma_alloc(area, count)`.
    pub fn signature(&self) -> String {
        let params: Vec<&str> = self.params.iter().map(|param| param.name).collect();
        let call = format!("{}({})", self.function.0, params.join(", "));
        if self.makes_pin { format!("p = {call}") } else { call }
    }

    /// The parameter of the routine that an argument fills.
    pub fn local_of(kind: ParamKind) -> Local {
        match kind {
            ParamKind::Area => Local::Area,
            ParamKind::Pages => Local::Count,
            ParamKind::Address => Local::Addr,
            ParamKind::GupFlags => Local::Flags,
            ParamKind::Pin => Local::Pin,
        }
    }
}
