//! A player as plain data: the machine at the cursor, as the page draws it.
use super::protocol::{
    BlockView, CmaView, CountersView, FindingView, FreeListView, LedgerView, LockView, PageView,
    PcpListView, PcpView, StateView,
};
use super::{compound, contents, lanes, process, sections, words};
use crate::machine::{Choice, State, Status, System};
use crate::mm::{
    AccessKind, Layout, LockWord, Memory, Migratetype, OwnList, OwnListKind, PCPTYPES, Pfn, Place,
    Subject, Unit,
};
use crate::player::Player;
use crate::properties::allocator;
use crate::properties::references::{Holder, holders};
use crate::scenario::{End, Scenario};
use crate::schedule::{Schedule, lock_name};

/// The machine at the cursor.
pub fn state(scenario: &Scenario, player: &Player) -> StateView {
    let pages: Vec<Pfn> = player.system().layout.pfns().collect();
    state_with(scenario, player, &pages)
}

/// The machine at the cursor, and of its pages these.
pub fn state_with(scenario: &Scenario, player: &Player, pages: &[Pfn]) -> StateView {
    let (system, memory) = (player.system().as_ref(), player.memory());
    let layout = &system.layout;
    let changed = changed_subjects(player);
    let settled = system.with_stores_done(memory);
    let settled = State::of(system, settled.as_ref().unwrap_or(memory));
    let words = contents::are_used(system);
    let scene = Scene { system, memory, settled, changed: &changed, words };
    let statuses = statuses(system, memory);
    let behind = player.schedule().0[..player.cursor()].to_vec();
    StateView {
        cursor: player.cursor() as u32,
        switches: Schedule(behind).switches() as u32,
        lanes: lanes::lanes(scenario, system, memory),
        blocks: (0..layout.geometry.blocks).map(|b| block(layout, memory, b, &changed)).collect(),
        pages: pages.iter().map(|pfn| page(&scene, *pfn)).collect(),
        compounds: compound::compounds(layout, memory, &changed),
        sections: sections::sections(layout, memory, &changed),
        free_lists: free_lists(layout, memory),
        pcps: pcps(layout, memory),
        counters: counters(system, memory),
        cma: cma(layout, memory),
        processes: process::processes(layout, memory, &changed_mappings(player), |cell| {
            lock(layout, memory, &statuses, cell)
        }),
        pins: process::pins(layout, scene.settled.memory),
        swap: process::swap_slots(layout, memory, player, &changed),
        contents: contents::contents(&scene.settled),
        locks: locks(system, memory, &statuses),
        findings: findings(player),
        end: End::of(system, memory).map(|end| end.word().into()),
    }
}

/// What the step at the cursor changed.
pub(super) fn changed_subjects(player: &Player) -> Vec<Subject> {
    changed_cells(player).map(|cell| player.system().layout.info(cell).subject).collect()
}

/// The virtual pages whose entry or area it changed, with their processes.
fn changed_mappings(player: &Player) -> Vec<(Subject, u16)> {
    let infos = changed_cells(player).map(|cell| *player.system().layout.info(cell));
    let shown = infos.filter(|info| info.unit == Unit::Pte || info.field == words::VM_FLAGS);
    shown.map(|info| (info.subject, info.index)).collect()
}

fn changed_cells(player: &Player) -> impl Iterator<Item = u32> + '_ {
    let step = player.cursor().checked_sub(1).map(|last| &player.steps()[last]);
    // Behind the lines stands bookkeeping, but for a store that reaches memory.
    let stored = step.filter(|step| matches!(step.choice, Choice::Drain(_)));
    let lines = step.into_iter().flat_map(|step| &step.lines).flat_map(|line| &line.accesses);
    let accesses = lines.chain(stored.into_iter().flat_map(|step| &step.rest));
    let changed = accesses.filter(|access| access.kind != AccessKind::Load);
    changed.filter(|access| access.old != access.new).map(|access| access.cell)
}

fn block(layout: &Layout, memory: &Memory, number: usize, changed: &[Subject]) -> BlockView {
    let first = layout.pfns_of_block(number).next().expect("a pageblock has pages");
    let mt = memory.peek(layout.migratetype(number));
    let area = layout.geometry.cma_area_of(first);
    BlockView {
        number: number as u32,
        first: u32::from(first.0),
        pages: layout.geometry.pageblock_pages() as u32,
        migratetype: mt.name().into(),
        letter: mt.letter().into(),
        area: area.map(|area| layout.geometry.cma_areas[area].name.clone()),
        changed: changed.contains(&Subject::Block(number as u16)),
    }
}

/// What every page is drawn from.
struct Scene<'a> {
    system: &'a System,
    memory: &'a Memory,
    /// With the stores done that are on their way: who holds what is about that.
    settled: State<'a>,
    /// What the step at the cursor changed.
    changed: &'a [Subject],
    /// Whether contents are shown.
    words: bool,
}

fn page(scene: &Scene, pfn: Pfn) -> PageView {
    let Scene { system, memory, .. } = *scene;
    let layout = &system.layout;
    let page = layout.page(pfn);
    let place = memory.peek(page.place());
    let refcount = memory.peek(page.refcount());
    PageView {
        pfn: u32::from(pfn.0),
        kind: kind(layout, memory, pfn).into(),
        place: place.to_string(),
        order: matches!(place, Place::Buddy | Place::Parked)
            .then(|| u32::from(memory.peek(page.order()))),
        compound: compound::role(layout, memory, pfn),
        refcount: u32::from(refcount),
        mapcount: u32::from(memory.peek(page.mapcount())),
        pins: layout.pins_on(memory, pfn).count() as u32,
        maybe_dma_pinned: compound::is_pinned(layout, memory, pfn)
            .unwrap_or(refcount >= layout.geometry.pin_bias),
        flags: flags(layout, memory, pfn),
        slot: memory.peek(page.swap()).map(|slot| u32::from(slot.0)),
        words: if scene.words { contents::words_of(layout, memory, pfn) } else { Vec::new() },
        mapped_by: mapped_by(layout, memory, pfn),
        ledger: holders(&scene.settled, pfn)
            .map(|(holder, refs)| LedgerView {
                holder: holder_words(system, memory, holder),
                refs: u32::from(refs),
            })
            .collect(),
        surplus: surplus(&scene.settled, pfn),
        noted: noted(layout, memory, pfn),
        changed: scene.changed.contains(&Subject::Page(pfn.0)),
    }
}

/// Migration expects the references of the mappings and its own. Nothing while nobody holds more.
fn surplus(state: &State, pfn: Pfn) -> Option<String> {
    let (expected, others) = expected(state, pfn)?;
    let holds = |holder| format!("{} holds it", holder_words(state.system, state.memory, holder));
    let who = others.into_iter().map(holds).collect::<Vec<_>>().join(", ");
    let actual = state.memory.peek(state.layout().page(pfn).refcount());
    (actual > expected).then(|| format!("expected {expected}, actual {actual}: {who}"))
}

/// The references that migration expects, and who holds others; nothing of a page that is not one
/// to migrate.
pub(super) fn expected(state: &State, pfn: Pfn) -> Option<(u16, Vec<Holder>)> {
    let (layout, memory) = (state.layout(), state.memory);
    let page = layout.page(pfn);
    let isolated_by = memory.peek(page.isolated_by()).map(|list| list.cpu);
    if !memory.peek(page.anon()) || memory.peek(page.place()) != Place::Allocated {
        return None;
    }
    let (mut expected, mut others) = (0, Vec::new());
    for (holder, refs) in holders(state, pfn) {
        let own = isolated_by.is_some_and(|cpu| holder == Holder::Cpu(cpu));
        let known = match holder {
            Holder::Mappings => refs,
            _ => u16::from(own),
        };
        expected += known;
        if known < refs {
            others.push(holder);
        }
    }
    Some((expected, others))
}

/// Of no interest while somebody has the page.
fn noted(layout: &Layout, memory: &Memory, pfn: Pfn) -> Option<String> {
    let page = layout.page(pfn);
    let free = !matches!(memory.peek(page.place()), Place::Allocated | Place::Contig);
    free.then(|| memory.peek(page.cached_mt()).name().into())
}

fn kind(layout: &Layout, memory: &Memory, pfn: Pfn) -> &'static str {
    let page = layout.page(pfn);
    match memory.peek(page.place()) {
        _ if sections::is_removed(layout, memory, pfn) => "removed",
        _ if layout.geometry.is_zero_pfn(pfn) => "zero page",
        Place::Buddy | Place::BuddyTail => "free",
        Place::InFlight => "in flight",
        Place::Contig => "contiguous",
        Place::Pcp => "pcplist",
        Place::Parked => "parked",
        Place::Offline => "offline",
        Place::Allocated if memory.peek(page.anon()) => "anon",
        Place::Allocated => "allocated",
    }
}

fn flags(layout: &Layout, memory: &Memory, pfn: Pfn) -> Vec<String> {
    let page = layout.page(pfn);
    let locked = memory.peek(page.lock().cell) != LockWord::FREE;
    let isolated = memory.peek(page.isolated_by());
    let mut flags: Vec<String> = [
        (memory.peek(page.lru()), "lru"),
        (memory.peek(page.anon()), "anon"),
        (memory.peek(page.anon_exclusive()), "anon_exclusive"),
        (locked, "locked"),
        (memory.peek(page.dirty()), "dirty"),
        (memory.peek(page.swapbacked()), "swapbacked"),
        (memory.peek(page.swap()).is_some(), "swapcache"),
        (memory.peek(page.ksm()), "ksm"),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .map(|(_, name)| name.to_string())
    .collect();
    if let Some(OwnList { cpu, kind: OwnListKind::Migratepages }) = isolated {
        flags.push(format!("isolated by CPU{cpu}"));
    }
    flags
}

fn mapped_by(layout: &Layout, memory: &Memory, pfn: Pfn) -> Vec<String> {
    let mut names = Vec::new();
    for (number, constants) in layout.geometry.processes.iter().enumerate() {
        for address in 0..constants.mappings.len() as u16 {
            let pte = layout.entry(memory, number, address);
            if pte.pfn() == Some(pfn) {
                names.push(process::mapping_name(layout, number, address));
            }
        }
    }
    names
}

/// A lane is named with the function that it runs now.
fn holder_words(system: &System, memory: &Memory, holder: Holder) -> String {
    match holder {
        Holder::Mappings => "page table".into(),
        Holder::Pin(pin) => {
            let flags = memory.peek(system.layout.pin(pin).flags());
            format!("{} {}", process::pin_kind(flags), system.layout.geometry.pins[pin])
        }
        Holder::Cpu(cpu) => match lanes::function(system, memory, cpu) {
            Some(function) => format!("CPU{cpu}, in {function}"),
            None => format!("CPU{cpu}"),
        },
        Holder::Gather(cpu) => format!("CPU{cpu}'s mmu_gather"),
        Holder::Pagevec(cpu) => format!("CPU{cpu}'s pagevec"),
        Holder::SwapCache => "the swap cache".into(),
        Holder::Owner => "owner".into(),
    }
}

fn free_lists(layout: &Layout, memory: &Memory) -> Vec<FreeListView> {
    let orders = 0..=layout.geometry.max_order;
    let lists = orders.flat_map(|order| Migratetype::ALL.map(|mt| (order, mt)));
    let views = lists.map(|(order, mt)| FreeListView {
        order: u32::from(order),
        migratetype: mt.name().into(),
        letter: mt.letter().into(),
        heads: crate::mm::free_list::heads(memory, layout, order, mt)
            .map(|pfn| u32::from(pfn.0))
            .collect(),
    });
    views.filter(|list| !list.heads.is_empty()).collect()
}

fn pcps(layout: &Layout, memory: &Memory) -> Vec<PcpView> {
    let cpus = if layout.geometry.smp { layout.geometry.cpus } else { 1 };
    let list = |cpu: usize, mt: Migratetype| PcpListView {
        migratetype: mt.name().into(),
        letter: mt.letter().into(),
        pages: crate::mm::free_list::pages(memory, layout, layout.pcp(cpu).list(mt))
            .map(|pfn| u32::from(pfn.0))
            .collect(),
    };
    let view = |cpu: usize| PcpView {
        cpu: cpu as u32,
        count: u32::from(memory.peek(layout.pcp(cpu).count())),
        high: u32::from(memory.peek(layout.pcp(cpu).high())),
        batch: u32::from(memory.peek(layout.pcp(cpu).batch())),
        lists: PCPTYPES
            .iter()
            .map(|mt| list(cpu, *mt))
            .filter(|list| !list.pages.is_empty())
            .collect(),
    };
    (0..cpus).map(view).collect()
}

fn counters(system: &System, memory: &Memory) -> CountersView {
    let layout = &system.layout;
    let on = |mt: Migratetype| crate::mm::free_list::pages_on(memory, layout, mt) as u32;
    let counted = Migratetype::ALL.into_iter().filter(|mt| *mt != Migratetype::Isolate);
    let isolated = |block: &usize| memory.peek(layout.migratetype(*block)) == Migratetype::Isolate;
    let zone = layout.zone();
    let count = memory.peek(zone.nr_isolate_pageblock());
    CountersView {
        nr_free: i32::from(memory.peek(zone.nr_free())),
        nr_free_cma: i32::from(memory.peek(zone.nr_free_cma())),
        free: counted.map(on).sum(),
        free_cma: on(Migratetype::Cma),
        nr_isolate_pageblock: allocator::counts_isolated_blocks(system).then_some(count.into()),
        isolated: (0..layout.geometry.blocks).filter(isolated).count() as u32,
    }
}

fn cma(layout: &Layout, memory: &Memory) -> Vec<CmaView> {
    let areas = layout.geometry.cma_areas.iter().enumerate();
    areas
        .map(|(number, area)| {
            let bits = memory.peek(layout.cma_bitmap(number));
            CmaView {
                name: area.name.clone(),
                base: u32::from(area.base.0),
                bitmap: (0..area.count).map(|bit| bits & 1 << bit != 0).collect(),
            }
        })
        .collect()
}

fn statuses(system: &System, memory: &Memory) -> Vec<Status> {
    (0..system.lanes.len()).map(|cpu| system.status(memory, Choice::Run(cpu))).collect()
}

fn locks(system: &System, memory: &Memory, statuses: &[Status]) -> Vec<LockView> {
    let cells = 0..system.layout.len() as u32;
    let locks = cells.filter(|cell| system.layout.info(*cell).unit == Unit::Lock);
    locks.filter_map(|cell| lock(&system.layout, memory, statuses, cell)).collect()
}

/// A lock that is held or waited for.
fn lock(layout: &Layout, memory: &Memory, statuses: &[Status], cell: u32) -> Option<LockView> {
    let (info, word) = (layout.info(cell), LockWord::of(memory, cell));
    let waiting = statuses.iter().enumerate();
    let waiting = waiting.filter(|(_, status)| words::waits_for(status, cell));
    let waiters: Vec<u32> = waiting.map(|(cpu, _)| cpu as u32).collect();
    // A machine has a lock for each of its pages.
    let held = word.holders().next().is_some();
    (held || !waiters.is_empty()).then(|| LockView {
        name: lock_name(layout, cell),
        subject: words::subject(layout, info.subject),
        field: words::field(layout, info),
        holders: word.holders().map(|cpu| cpu as u32).collect(),
        waiters,
        shared: word != LockWord::FREE && !word.exclusive(),
    })
}

fn findings(player: &Player) -> Vec<FindingView> {
    let system = player.system();
    let at_start = system.findings(player.start());
    let names = system.properties.iter().enumerate();
    let first = names.filter(|(number, _)| at_start & 1 << number != 0);
    let mut findings: Vec<FindingView> =
        first.map(|(_, property)| FindingView { name: property.name.into(), step: 0 }).collect();
    for (step, record) in player.steps()[..player.cursor()].iter().enumerate() {
        findings.extend(record.broke.iter().map(|number| FindingView {
            name: system.properties[*number].name.into(),
            step: step as u32 + 1,
        }));
    }
    findings
}
