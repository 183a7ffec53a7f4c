//! Random machines some of whose lanes run the same.
#[path = "any_kernel.rs"]
mod any_kernel;
#[path = "random.rs"]
mod random;
use any_kernel::kernel;
pub use random::Random;

/// Calls, in which `#` is the lane's number.
const CALLS: [&str; 16] = [
    "p# = pin_user_pages_fast(a, FOLL_WRITE)",
    "p# = pin_user_pages_fast(b, FOLL_WRITE | FOLL_LONGTERM)",
    "p# = get_user_pages_fast(a, 0)",
    "store(a, 7)",
    "v# = load(b[0])",
    "store(n, 9)",
    "munmap(a)",
    "madvise(b)",
    "cma_alloc(area0, 1)",
    "alloc_pages(GFP_HIGHUSER_MOVABLE, 0)",
    "alloc_pages(GFP_KERNEL, 1)",
    "shrink_page_list(a)",
    "start_isolate_page_range(4, 8, MIGRATE_CMA)",
    "drain_all_pages()",
    "x# = compact_zone(0, 2)",
    "exit_mmap()",
];

/// How to let go of what a call has taken.
fn dropped(call: &str) -> Option<&'static str> {
    match call {
        _ if call.starts_with("p# = pin") => Some("unpin_user_page(p#)"),
        _ if call.starts_with("p# = get") => Some("release_pages(p#)"),
        _ => None,
    }
}

/// A timeline: what its task and its interrupt run.
fn timeline(random: &mut Random, most: usize) -> [Vec<&'static str>; 2] {
    let (mut run, mut interrupt) = (Vec::new(), Vec::new());
    let call = *random.pick(&CALLS);
    run.push(call);
    if let Some(drop) = dropped(call).filter(|_| !random.one_in(4)) {
        let list = if random.one_in(4) { &mut interrupt } else { &mut run };
        list.push(drop);
    }
    if most > 1 {
        run.push(random.pick::<&str>(&CALLS[3..]));
    }
    [run, interrupt]
}

/// The text of a scenario in which two or three lanes run the same, and perhaps another one runs
/// something else. It may be one that makes no sense.
pub fn text(random: &mut Random, most: usize) -> String {
    let blocks = ["movable", "movable", "cma:area0", "cma:area0", "unmovable", "movable"];
    let mut text = format!(
        "format = 1\ntitle = \"random\"\nabout = \"random\"\n{}\
         [machine]\npageblock_pages = 2\nblocks = {blocks:?}\nfine = {}\npcp_high = {}\n\
         swap_slots = {}\n[[process]]\nname = \"B\"\n\
         map = [\"a = page 4 anon rw\", \"b = page 0 anon ro\", \"n = none rw\"]\n",
        kernel(random),
        random.one_in(3),
        random.below(3),
        random.below(3),
    );
    let lanes = 2 + random.below(2);
    let alike = timeline(random, most);
    let mut all = vec![alike; lanes];
    if random.one_in(3) {
        let other = timeline(random, 1);
        all.insert(random.below(all.len() + 1), other);
    }
    for (lane, timeline) in all.iter().enumerate() {
        let [run, interrupt] = timeline.clone().map(|calls| {
            let named = |call: &str| call.replace('#', &lane.to_string());
            calls.into_iter().map(named).collect::<Vec<_>>()
        });
        text += "[[cpu]]\nprocess = \"B\"\n";
        text += &format!("run = {run:?}\ninterrupt = {interrupt:?}\n");
    }
    text
}
