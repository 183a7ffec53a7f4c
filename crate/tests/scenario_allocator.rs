//! Mistakes in what a scenario says of the allocator: impossible starting states, calls that make
//! no sense, each told with its place; and machines that are damaged at random.
use pagerace::scenario::{Complaint, Place, parse};

const GOOD: &str = r#"format = 1
title = "t"
about = "why"

[kernel]
base = "v3.19"

[machine]
pageblock_pages = 4
max_order = 3
pcp_high = 4
pcp_batch = 2
blocks = ["movable", "movable", "cma:area0", "cma:area0"]
isolated = [3]
allocated = [0, "2-3", "4-7"]

[[process]]
name = "B"
map = ["a = page 8 anon rw"]

[[process]]
name = "C"
child_of = "B"

[[cpu]]
process = "B"
run = ["fork(C)", "munmap(a)", "u = alloc_pages(GFP_KERNEL | __GFP_COMP, 1)"]

[[cpu]]
pcp = [10]
run = ["__free_pages(2, 1)", "offline_pages(4, 8)", "__free_pages(u, 1)"]
interrupt = ["put_page(0)"]

[[cpu]]
run = ["undo_isolate_page_range(12, 16, MIGRATE_CMA)", "send_sig(cpu0)"]

[[expect]]
kernel = ["v3.19", { base = "v3.16", smp = "off" }]
sometimes = { drift = 0, end = "done" }
"#;

fn complaint(from: &str, to: &str) -> Complaint {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` stands once");
    match parse(&GOOD.replace(from, to)) {
        Ok(_) => panic!("`{to}` was accepted"),
        Err(complaints) => complaints[0].clone(),
    }
}

fn check(from: &str, to: &str, place: (u32, u32), message: &str, hint: &str) {
    let found = complaint(from, to);
    assert_eq!(found.message, message, "{to}");
    assert_eq!((found.place.line, found.place.column), place, "{to}: {message}");
    assert_eq!(found.hint.as_deref().unwrap_or(""), hint, "{to}: {message}");
}

#[test]
fn the_good_text_builds_and_claims_two_things() {
    let scenario = parse(GOOD).expect("it is good");
    assert_eq!(scenario.expects.len(), 2);
    assert!(scenario.build(&scenario.kernel).is_ok());
}

#[test]
fn a_page_is_used_once() {
    check("\"2-3\"", "\"0-1\"", (15, 17), "page 0 is allocated, and it is allocated already", "");
    check("page 8", "page 4", (19, 9), "page 4 is mapped, and it is allocated already", "");
    check(
        "pcp = [10]",
        "pcp = [8]",
        (30, 8),
        "page 8 is on a pcplist, and it is mapped already",
        "",
    );
}

#[test]
fn blocks_are_blocks() {
    let size = "its size is a power of two up to 8, and it is aligned";
    check("\"2-3\"", "\"1-2\"", (15, 17), "pages 1 to 2 cannot be one block", size);
    check("\"4-7\"", "\"4-6\"", (15, 24), "pages 4 to 6 cannot be one block", size);
    let pages = "the pages are 0 to 15; a block is \"6-7\"";
    check("\"4-7\"", "\"7-4\"", (15, 24), "this is no page of allocated", pages);
    check("\"4-7\"", "\"4-70\"", (15, 24), "this is no page of allocated", pages);
    check("\"4-7\"", "true", (15, 24), "this is no page of allocated", pages);
    check(
        "blocks = [\"movable\", \"movable\", ",
        "blocks = [\"movable\", ",
        (8, 1),
        "blocks of 2 pageblocks do not fill the zone",
        "add a pageblock, or leave `max_order` out",
    );
    check(
        "[\"movable\", \"movable\", \"cma:area0\", \"cma:area0\"]",
        "[\"movable\", \"cma:area0\", \"cma:area0\", \"movable\"]",
        (8, 1),
        "`area0` is not aligned to the largest block",
        "a CMA area is made of whole blocks of 8 pages",
    );
}

#[test]
fn numbers_stay_within_bounds() {
    check("max_order = 3", "max_order = 5", (10, 13), "max_order cannot be 5", "from 2 to 3");
    check("pcp_batch = 2", "pcp_batch = 5", (12, 13), "pcp_batch cannot be 5", "from 1 to 4");
    check("pcp_high = 4", "pcp_high = 65", (11, 12), "pcp_high cannot be 65", "from 0 to 64");
    check("isolated = [3]", "isolated = [4]", (14, 13), "isolated cannot be 4", "from 0 to 3");
    let twice = "pageblock 3 is isolated already";
    check("isolated = [3]", "isolated = [3, 3]", (14, 16), twice, "");
}

#[test]
fn calls_make_sense() {
    let block = "its first page is aligned to its size";
    check("(2, 1)", "(3, 1)", (31, 22), "no block of order 1 starts there", block);
    check("(2, 1)", "(2, 4)", (31, 25), "`4` is not an order", "from 0 to 3");
    check("(2, 1)", "(16, 0)", (31, 22), "`16` is not a page", "from 0 to 15");
    check("(2, 1)", "(v, 0)", (31, 22), "`v` is no allocation with a name", "did you mean `u`?");
    let start = "they start at multiples of 4";
    check("(4, 8)", "(4, 7)", (31, 48), "no pageblock starts at page 7", start);
    check("(4, 8)", "(8, 8)", (31, 48), "the range from 8 to 8 is empty", "");
    check(
        "16, MIGRATE_CMA",
        "16, CMA",
        (35, 41),
        "`CMA` is nothing that goes here",
        "it is one of: MIGRATE_CMA, MIGRATE_MOVABLE, MIGRATE_UNMOVABLE",
    );
    let lanes = "did you mean `cpu0`?";
    check("send_sig(cpu0)", "send_sig(cpu7)", (35, 66), "`cpu7` is no lane", lanes);
    check(
        "| __GFP_COMP",
        "| __GFP_COMPO",
        (27, 62),
        "`__GFP_COMPO` is nothing that goes here",
        "did you mean `__GFP_COMP`?",
    );
}

#[test]
fn children_are_forked_from_their_parent_once() {
    check(
        "child_of = \"B\"",
        "child_of = \"C\"",
        (23, 13),
        "there is no process `C`",
        "did you mean `B`?",
    );
    let own = "`B` is no child of the lane's process";
    check("fork(C)", "fork(B)", (27, 14), own, "give it `child_of` in its [[process]]");
    check(
        "\"munmap(a)\"",
        "\"fork(C)\"",
        (0, 0),
        "a child is forked twice",
        "name another process with `child_of`",
    );
    let map = "child_of = \"B\"\nmap = [\"x = anon rw\"]";
    check("child_of = \"B\"", map, (24, 7), "a child gets its mappings from fork", "leave it out");
}

#[test]
fn claims_are_about_numbers_and_kernels() {
    let drift = "how many pages NR_FREE_PAGES is too high: `drift = -4`";
    check("drift = 0", "drift = \"0\"", (39, 23), "this is no drift", drift);
    check("drift = 0", "drift = 99999", (39, 23), "this is no drift", drift);
    let list = "[\"v3.19\", { base = \"v3.16\", smp = \"off\" }]";
    check(list, "[]", (38, 10), "a claim is about 1 to 256 kernels", "");
    let many = format!("[{}]", "\"v3.19\", ".repeat(257));
    check(list, &many, (38, 10), "a claim is about 1 to 256 kernels", "");
    let found = complaint(list, "[\"v3.19\", \"v3.20\"]");
    assert_eq!(found.message, "there is no kernel `v3.20`");
    assert_eq!(found.place, Place { line: 38, column: 21 });
}

#[test]
fn a_function_that_a_kernel_has_not_is_told() {
    let text = GOOD.replace("\"munmap(a)\"", "\"p = pin_user_pages_fast(a, 0)\"");
    let scenario = parse(&text).expect("it reads");
    let Err(complaint) = scenario.build(&scenario.kernel) else { panic!("v3.19 has no pins") };
    assert_eq!(complaint.message, "CPU0: this kernel has no `pin_user_pages_fast`");
    let hint = complaint.hint.expect("a hint");
    assert!(hint.ends_with(" is the first kernel that has it"), "{hint}");
}

/// No text with a few bytes changed makes the reader panic, and what is accepted builds.
#[test]
fn damaged_texts_are_read_or_refused() {
    let mut seed = 0x2545_f491_4f6c_dd1du64;
    for _ in 0..3000 {
        let mut bytes = GOOD.as_bytes().to_vec();
        for _ in 0..3 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let place = (seed >> 33) as usize % bytes.len();
            bytes[place] = b"\"'[]{}=,#\n 0123456789-azAZ_|*"[(seed >> 20) as usize % 29];
        }
        if let Ok(scenario) = parse(&String::from_utf8_lossy(&bytes)) {
            let _ = scenario.build(&scenario.kernel);
        }
    }
}
