//! A kernel function as a table: one row is one line of it, one operation, one atomic action.
use super::context::{Ctx, Look};
use super::local::Local;
use crate::mm::Lock;

/// A kernel function's name. A line calls a name; the kernel at hand says which routine it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Function(pub &'static str);

/// What one line does.
///
/// The first group is *atomic*: the line is one step, and between it and the next another lane
/// may run. The second group decides or moves on with local variables alone, which nobody else
/// can see: such lines run together with the step before them.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    /// One atomic action on the memory.
    Do(fn(&mut Ctx)),
    /// One atomic test of the memory; goes to the label when it holds.
    Branch(fn(&mut Ctx) -> bool, &'static str),
    /// Takes a lock; cannot run while the lock does not admit it.
    Acquire(fn(&Look) -> Lock),
    /// Drops a lock.
    Release(fn(&Look) -> Lock),
    /// `local_irq_save`
    IrqOff,
    /// `local_irq_restore`
    IrqOn,
    /// `preempt_disable`
    PreemptOff,
    /// `preempt_enable`
    PreemptOn,
    /// `smp_mb`: the stores before it reach memory. Without store buffers it is no step.
    Fence,
    /// Asks the CPUs of a mask to run a function; the line behind waits for them with
    /// [`At::calls_done`](super::At::calls_done). The mask is made of [`CpuMask`] bits.
    Send(fn(&mut Ctx) -> CpuMask, Function, Delivery),
    /// Cannot run until the condition holds; the words say what it waits for.
    Await(fn(&Look) -> bool, &'static str),
    /// `BUG_ON` of the condition: when it holds, the machine stops there.
    BugOn(fn(&mut Ctx) -> bool),

    /// Goes to the label when the condition on locals holds.
    If(fn(&Look) -> bool, &'static str),
    /// Goes to the label.
    Goto(&'static str),
    /// Changes locals alone.
    Let(fn(&mut Ctx)),
    /// Calls a function. Its parameters get the caller's locals of the same name, but for the
    /// pairs (parameter, caller's local) given here. What it returns is the caller's `Ret`.
    Call(Function, &'static [(Local, Local)]),
    /// Returns the value.
    Return(fn(&Look) -> u16),
}

impl Op {
    /// Whether it decides or moves on with local variables alone.
    pub fn is_local(self) -> bool {
        matches!(self, Op::If(..) | Op::Goto(_) | Op::Let(_) | Op::Call(..) | Op::Return(_))
    }
}

/// One bit per CPU.
pub type CpuMask = u16;

/// How another CPU comes to run a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// An inter-processor interrupt (`smp_call_function_many`): wherever interrupts are on.
    Ipi,
    /// A work item (`queue_work_on`): wherever the task of that CPU can be preempted.
    Work,
}

/// One row of a routine.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Its stable name within the routine; schedules, patches and tests use it.
    pub label: &'static str,
    /// The pseudo-code shown; at most 60 columns of ASCII.
    pub text: &'static str,
    /// What it does.
    pub op: Op,
}

/// What a line does is a function, and those cannot be compared: lines of the stock are told apart
/// by their words.
impl PartialEq for Line {
    fn eq(&self, other: &Line) -> bool {
        (self.label, self.text) == (other.label, other.text)
    }
}

impl Eq for Line {}

impl Line {
    /// The label that it jumps to, if it does.
    pub fn jumps_to(&self) -> Option<&'static str> {
        match self.op {
            Op::Branch(_, label) | Op::If(_, label) | Op::Goto(label) => Some(label),
            _ => None,
        }
    }
}

/// One row: the shorthand of the tables.
pub const fn line(label: &'static str, text: &'static str, op: Op) -> Line {
    Line { label, text, op }
}

/// One body from parts that several tables share, behind each other.
macro_rules! joined {
    ($($part:expr),+ $(,)?) => {{
        const PARTS: &[&[$crate::machine::Line]] = &[$($part),+];
        const LINES: usize = $crate::machine::routine::lines_in(PARTS);
        const BODY: [$crate::machine::Line; LINES] = $crate::machine::routine::join(PARTS);
        &BODY
    }};
}
pub(crate) use joined;

/// How many lines the parts of a body have.
pub(crate) const fn lines_in(parts: &[&[Line]]) -> usize {
    let (mut part, mut lines) = (0, 0);
    while part < parts.len() {
        lines += parts[part].len();
        part += 1;
    }
    lines
}

/// The parts behind each other, `LINES` lines in all.
pub(crate) const fn join<const LINES: usize>(parts: &[&[Line]]) -> [Line; LINES] {
    let mut body = [line("", "", Op::Fence); LINES];
    let (mut part, mut filled) = (0, 0);
    while part < parts.len() {
        let mut at = 0;
        while at < parts[part].len() {
            body[filled] = parts[part][at];
            filled += 1;
            at += 1;
        }
        part += 1;
    }
    body
}

/// What a function's return value means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Returns {
    /// Nothing.
    Nothing,
    /// 0 or a negative error number.
    Errno,
    /// A page or `NULL`.
    Page,
    /// How many pages were pinned, or a negative error number.
    Count,
    /// Yes or no.
    Bool,
    /// A word of memory, or a negative error number.
    Value,
}

/// `-EAGAIN` and its like as a return value's word.
pub mod errno {
    /// Try again.
    pub const EAGAIN: u16 = -11i16 as u16;
    /// Out of memory.
    pub const ENOMEM: u16 = -12i16 as u16;
    /// Bad address.
    pub const EFAULT: u16 = -14i16 as u16;
    /// Device or resource busy.
    pub const EBUSY: u16 = -16i16 as u16;
    /// There is something there already.
    pub const EEXIST: u16 = -17i16 as u16;
    /// Too many links: a page must be unshared before it is pinned.
    pub const EMLINK: u16 = -31i16 as u16;
    /// No such page.
    pub const ENOENT: u16 = -2i16 as u16;
    /// Interrupted by a signal.
    pub const EINTR: u16 = -4i16 as u16;

    /// The name of an error number, or the number.
    pub fn name(word: u16) -> String {
        match word {
            EAGAIN => "-EAGAIN".into(),
            ENOMEM => "-ENOMEM".into(),
            EBUSY => "-EBUSY".into(),
            EFAULT => "-EFAULT".into(),
            ENOENT => "-ENOENT".into(),
            EINTR => "-EINTR".into(),
            EEXIST => "-EEXIST".into(),
            EMLINK => "-EMLINK".into(),
            other => (other as i16).to_string(),
        }
    }
}

impl Returns {
    /// The value in words, or `None` where nothing is returned.
    pub fn words(self, word: u16) -> Option<String> {
        match self {
            Returns::Nothing => None,
            Returns::Errno | Returns::Count | Returns::Value => Some(errno::name(word)),
            Returns::Page if word == 0 => Some("NULL".into()),
            Returns::Page => Some(format!("page {}", word - 1)),
            Returns::Bool => Some((word != 0).to_string()),
        }
    }

    /// Whether a caller that retries would call again.
    pub fn is_failure(self, word: u16) -> bool {
        match self {
            Returns::Nothing => false,
            Returns::Errno => word != 0,
            Returns::Page | Returns::Bool => word == 0,
            Returns::Count => (word as i16) <= 0,
            Returns::Value => (word as i16) < 0,
        }
    }
}

/// A kernel function, of one version.
pub struct Routine {
    /// Its name.
    pub function: Function,
    /// The kernel file and the versions that have this form.
    pub source: &'static str,
    /// What the kernel does here and the model does not.
    pub omits: &'static str,
    /// The locals that the caller gives.
    pub params: &'static [Local],
    /// The other locals.
    pub locals: &'static [Local],
    /// What it returns.
    pub returns: Returns,
    /// Its lines, in order.
    pub body: &'static [Line],
}

impl Routine {
    /// Where a label stands in the body.
    pub fn position(&self, label: &str) -> Option<usize> {
        self.body.iter().position(|line| line.label == label)
    }

    /// Whether it has a local, of its own or from its caller.
    pub fn has(&self, local: Local) -> bool {
        self.params.contains(&local) || self.locals.contains(&local)
    }
}
