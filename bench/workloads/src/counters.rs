//! Threads that count: under a lock, then without one, then for themselves.
//!
//! Each thread takes the lock, reads the counter, writes it back one higher, drops the lock, reads
//! the racy counter, writes that back one higher, and takes some private steps: each of these is
//! one atomic step. It does so a number of times. What becomes of the racy counter is the outcome.
//!
//! The lock and the counters are the words of `struct zone` and of the pcplists that the kernel
//! counts with, so that the engine is used as it is. NR_FREE_PAGES is the racy counter, and as no
//! page of the machine is free it is the drift of an outcome.
use pagerace::machine::routine::line;
use pagerace::machine::{
    Arg, Function, Kernel, Line, Local, Look, Op, Operation, Returns, Routine, System,
};
use pagerace::mm::{Cell, Layout, Lock, LockKind, Memory};
use pagerace::scenario::parse;

/// One page, which is in use.
const MACHINE: &str = r#"
format = 1
title = "Counters"
about = "What the counters are in."
[kernel]
base = "v5.17"
[machine]
pageblock_pages = 1
blocks = ["movable"]
allocated = [0]
swap_slots = 0
[[cpu]]
run = ["drain_all_pages()"]
"#;

const COUNT: Function = Function("count");

/// A workload's sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counters {
    /// How many threads there are; at most 15.
    pub threads: usize,
    /// How often each counts.
    pub iterations: u16,
    /// How many private steps it takes each time.
    pub private: usize,
    /// Whether each thread has a lock of its own, and a counter under it.
    pub disjoint: bool,
}

impl Counters {
    /// The sizes that these words give, in the order of the fields, `disjoint` as 0 or 1.
    ///
    /// # Errors
    /// They are no such sizes.
    pub fn of(words: &[&str]) -> Result<Counters, String> {
        let numbers: Result<Vec<u16>, _> = words.iter().map(|word| word.parse()).collect();
        match numbers.as_deref() {
            Ok(&[threads @ 1..=15, iterations @ 1..=9_999, private, disjoint @ 0..=1]) => {
                Ok(Counters {
                    threads: usize::from(threads),
                    iterations,
                    private: usize::from(private),
                    disjoint: disjoint == 1,
                })
            }
            _ => Err("sizes are THREADS ITERATIONS PRIVATE DISJOINT".into()),
        }
    }

    /// The threads, each at its first step, and the counters at 0.
    ///
    /// # Errors
    /// The scenario reader refuses the machine: its format has changed.
    pub fn build(self) -> Result<(System, Memory), String> {
        let scenario = parse(MACHINE).map_err(|complaints| format!("{complaints:?}"))?;
        let (like, _) = scenario.build(&scenario.kernel).map_err(|error| format!("{error:?}"))?;
        let mut geometry = like.layout.geometry.clone();
        geometry.cpus = self.threads;
        geometry.runs = vec![None; self.threads];
        let kernel =
            Kernel::new("counters".into(), like.kernel.config, vec![self.routine()], Vec::new());
        let operation = Operation {
            text: "count()".into(),
            function: COUNT,
            args: vec![(Local::Left, Arg::Value(self.iterations))],
            result: None,
            retry: false,
        };
        let timelines = vec![(vec![operation], Vec::new()); self.threads];
        let system = System::new(Layout::new(geometry), kernel, &timelines, &[], true)
            .map_err(|(_, error)| error.to_string())?;
        let mut memory = Memory::new(vec![0; system.layout.len()]);
        system.start(&mut memory);
        Ok((system, memory))
    }

    /// What a thread runs. It is made once in a process, and stays.
    fn routine(self) -> &'static Routine {
        let mut body = if self.disjoint { OWN } else { SHARED }.to_vec();
        body.extend(RACY);
        body.extend(std::iter::repeat_n(PRIVATE, self.private));
        body.extend(AGAIN);
        Box::leak(Box::new(Routine {
            function: COUNT,
            source: "none",
            omits: "",
            params: &[Local::Left],
            locals: &[Local::Value],
            returns: Returns::Nothing,
            body: body.leak(),
        }))
    }
}

/// Each line of a section is a step, so it is no lock that turns interrupts off.
fn shared_lock(look: &Look) -> Lock {
    Lock { kind: LockKind::Spin, ..look.layout().zone().lock() }
}

fn own_lock(look: &Look) -> Lock {
    look.this_pcp().lock(LockKind::Spin)
}

fn racy(layout: &Layout) -> Cell<i16> {
    layout.zone().nr_free()
}

const SHARED: &[Line] = &[
    line("lock", "spin_lock(&lock)", Op::Acquire(shared_lock)),
    line(
        "read",
        "val = counter",
        Op::Do(|ctx| {
            let counter: i16 = ctx.load(ctx.layout().zone().nr_free_cma());
            ctx.set(Local::Value, counter);
        }),
    ),
    line(
        "write",
        "counter = val + 1",
        Op::Do(|ctx| {
            let value: i16 = ctx.get(Local::Value);
            ctx.store(ctx.layout().zone().nr_free_cma(), value + 1);
            ctx.set(Local::Value, 0u16);
        }),
    ),
    line("unlock", "spin_unlock(&lock)", Op::Release(shared_lock)),
];

const OWN: &[Line] = &[
    line("lock", "spin_lock(&own->lock)", Op::Acquire(own_lock)),
    line(
        "read",
        "val = own->counter",
        Op::Do(|ctx| {
            let counter: u16 = ctx.load(ctx.this_pcp().count());
            ctx.set(Local::Value, counter);
        }),
    ),
    line(
        "write",
        "own->counter = val + 1",
        Op::Do(|ctx| {
            let value: u16 = ctx.get(Local::Value);
            ctx.store(ctx.this_pcp().count(), value + 1);
            ctx.set(Local::Value, 0u16);
        }),
    ),
    line("unlock", "spin_unlock(&own->lock)", Op::Release(own_lock)),
];

const RACY: &[Line] = &[
    line(
        "read_racy",
        "val = racy",
        Op::Do(|ctx| {
            let counter = ctx.load(racy(ctx.layout()));
            ctx.set(Local::Value, counter);
        }),
    ),
    line(
        "write_racy",
        "racy = val + 1",
        Op::Do(|ctx| {
            let value: i16 = ctx.get(Local::Value);
            ctx.store(racy(ctx.layout()), value + 1);
            ctx.set(Local::Value, 0u16);
        }),
    ),
];

const PRIVATE: Line = line("private", "...", Op::Do(|_| {}));

const AGAIN: &[Line] = &[
    line(
        "next",
        "to_free--",
        Op::Let(|ctx| {
            let left: u16 = ctx.get(Local::Left);
            ctx.set(Local::Left, left - 1);
        }),
    ),
    line(
        "again",
        "if (to_free) goto lock",
        Op::If(|look| look.get::<u16>(Local::Left) > 0, "lock"),
    ),
    line("done", "return", Op::Return(|_| 0)),
];

#[cfg(test)]
mod tests {
    use crate::explore;

    /// The counts that SPIN and Stateright come to, and the outcomes that Shuttle comes to.
    #[test]
    fn small_counters_have_as_many_states_as_other_checkers_say() {
        for (sizes, states, transitions, least, most) in [
            (["2", "1", "0", "0"], 43, 62, 1, 2),
            (["2", "2", "0", "0"], 220, 346, 2, 4),
            (["3", "1", "0", "0"], 276, 537, 1, 3),
            (["3", "2", "0", "0"], 4_442, 10_038, 2, 6),
        ] {
            let words = [&["exact", "counters"][..], &sizes].concat();
            let found = explore(&words).expect("it ends");
            assert_eq!(
                (&found["states"], &found["transitions"]),
                (&states.into(), &transitions.into())
            );
            let outcomes: Vec<String> = (least..=most).map(|racy: u16| racy.to_string()).collect();
            assert_eq!(found["outcomes"], serde_json::json!(outcomes), "{sizes:?}");
        }
    }

    #[test]
    fn sizes_that_are_none_are_refused() {
        for sizes in [&["2", "2", "0"][..], &["16", "1", "0", "0"], &["2", "0", "0", "2"]] {
            let words = [&["exact", "counters"][..], sizes].concat();
            assert!(explore(&words).is_err(), "{sizes:?}");
        }
        assert!(explore(&["exact", "nothing"]).is_err() && explore(&["none", "mm"]).is_err());
    }
}
