//! `migration_entry_wait` of `mm/migrate.c`: a fault on a migration entry waits until migration is
//! over, as it tells by the page lock.
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Line, Local, Look, Op, Returns, Routine};
use crate::mm::{Pfn, Pmd, Pte};
use crate::routines::at_hand::ptl;
use crate::routines::swap::PUT_PAGE;

/// `migration_entry_wait`, of an entry of a page table.
pub const MIGRATION_ENTRY_WAIT: Function = Function("migration_entry_wait");
/// `pmd_migration_entry_wait`
pub const PMD_MIGRATION_ENTRY_WAIT: Function = Function("pmd_migration_entry_wait");

const LOCK: Line = line("lock", "spin_lock(ptl)", Op::Acquire(ptl));
const OF_PAGE: Line =
    line("entry", "if (!is_migration_entry(*ptep))", Op::Branch(names_no_page, "out"));
const OF_HEAD: Line =
    line("entry", "if (!is_migration_entry(*ptep))", Op::Branch(names_no_head, "out"));
const OF_PMD: Line =
    line("entry", "if (!is_pmd_migration_entry(*pmd))", Op::Branch(pmd_names_none, "out"));
const GET: Line = line("get", "if (!get_page_unless_zero(page))", Op::Branch(is_frozen, "out"));
const UNLOCK: Line = line("unlock", "pte_unmap_unlock(ptep, ptl)", Op::Release(ptl));
const PUT: Line = line("put", "put_and_wait_on_page_locked: put_page", Op::Call(PUT_PAGE, &[]));
const SLEEP: Line =
    line("sleep", "  io_schedule()", Op::Await(is_over, "the page lock of the migration"));
const PMD_SLEEP: Line =
    line("sleep", "  io_schedule()", Op::Await(is_pmd_over, "the page lock of the migration"));
const DONE: Line = line("done", "return", Op::Return(|_| 0));
const OUT: Line = line("out", "out: pte_unmap_unlock(ptep, ptl)", Op::Release(ptl));
const RETURN: Line = line("ret", "return", Op::Return(|_| 0));

const fn waiting(function: Function, source: &'static str, body: &'static [Line]) -> Routine {
    Routine {
        function,
        source,
        omits: "the wait queue: who waits goes on when the page is unlocked, or the entry is \
                another by then; fatal signals",
        params: &[Local::Mm, Local::Addr],
        locals: &[Local::Page, Local::Ret],
        returns: Returns::Nothing,
        body,
    }
}

/// The waiter has a reference until it sleeps. That of a tail cannot be had: the fault comes again.
pub static MIGRATION_ENTRY_WAIT_V5_7: [Routine; 2] = [
    waiting(
        MIGRATION_ENTRY_WAIT,
        "mm/migrate.c, v5.7 to v5.12",
        &[LOCK, OF_PAGE, GET, UNLOCK, PUT, SLEEP, DONE, OUT, RETURN],
    ),
    waiting(
        PMD_MIGRATION_ENTRY_WAIT,
        "mm/migrate.c, v5.7 to v5.16",
        &[LOCK, OF_PMD, GET, UNLOCK, PUT, PMD_SLEEP, DONE, OUT, RETURN],
    ),
];
/// The reference is of the head.
pub static MIGRATION_ENTRY_WAIT_V5_14: Routine = waiting(
    MIGRATION_ENTRY_WAIT,
    "mm/migrate.c, v5.14 to v5.16",
    &[LOCK, OF_HEAD, GET, UNLOCK, PUT, SLEEP, DONE, OUT, RETURN],
);
/// No reference: as long as the entry stands, which the page table lock makes sure of until the
/// waiter is queued, the migrator has one (ffa65753c431).
pub static MIGRATION_ENTRY_WAIT_V5_17: [Routine; 2] = [
    waiting(
        MIGRATION_ENTRY_WAIT,
        "mm/filemap.c, v5.17 to v6.12 (migration_entry_wait_on_locked)",
        &[LOCK, OF_HEAD, UNLOCK, SLEEP, DONE, OUT, RETURN],
    ),
    waiting(
        PMD_MIGRATION_ENTRY_WAIT,
        "mm/filemap.c, v5.17 to v6.12 (migration_entry_wait_on_locked)",
        &[LOCK, OF_PMD, UNLOCK, PMD_SLEEP, DONE, OUT, RETURN],
    ),
];

/// The entry stands for a page that is locked: its head cannot change.
fn names_no_page(ctx: &mut Ctx) -> bool {
    let Pte::Migration { pfn, .. } = ctx.load(ctx.pte()) else { return true };
    ctx.set(Local::Page, pfn);
    false
}

fn names_no_head(ctx: &mut Ctx) -> bool {
    let none = names_no_page(ctx);
    let page: Pfn = ctx.get(Local::Page);
    let head = ctx.peek(ctx.layout().compound(page).compound_head());
    ctx.set(Local::Page, head.unwrap_or(page));
    none
}

fn pmd_names_none(ctx: &mut Ctx) -> bool {
    let Pmd::Migration { head, .. } = ctx.load(ctx.mm().pmd()) else { return true };
    ctx.set(Local::Page, head);
    false
}

fn is_frozen(ctx: &mut Ctx) -> bool {
    let pfn: Pfn = ctx.get(Local::Page);
    let refcount = ctx.page(Local::Page).refcount();
    let before: u16 = ctx.update(refcount, |count| if count == 0 { 0 } else { count + 1 });
    if before > 0 {
        ctx.hold(pfn, 1);
    }
    before == 0
}

fn is_locked(look: &Look) -> bool {
    look.peek(look.page(Local::Page).lock().cell).exclusive()
}

fn is_over(look: &Look) -> bool {
    !matches!(look.peek(look.pte()), Pte::Migration { .. }) || !is_locked(look)
}

fn is_pmd_over(look: &Look) -> bool {
    !matches!(look.peek(look.mm().pmd()), Pmd::Migration { .. }) || !is_locked(look)
}
