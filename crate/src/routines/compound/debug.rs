//! `mm/debug.c`: what the log says of a page that somebody has complained about.
use super::mm_h::{PAGE_MAPPING, mapping};
use crate::machine::routine::line;
use crate::machine::{Ctx, Function, Local, Look, Op, Returns, Routine};
use crate::properties::event;

/// `dump_page`
pub const DUMP_PAGE: Function = Function("dump_page");

/// Neither a lock nor a reference keeps the page, and its mapping is looked at twice: as a word,
/// and for whether it is marked as of anonymous memory. What is left is followed.
pub static DUMP_PAGE_V5_8: Routine = Routine {
    function: DUMP_PAGE,
    source: "mm/debug.c, v5.8 to v6.12 (__dump_page), with dump_mapping of fs/inode.c",
    omits: "what is printed; the check for a corrupt compound page; most of what is not an \
            address_space is printed by chance, here the CPU gets no further",
    params: &[Local::Page],
    locals: &[Local::Ret, Local::Mapping],
    returns: Returns::Nothing,
    body: &[
        line("mapping", "mapping = page_mapping(page)", Op::Call(PAGE_MAPPING, &[])),
        line("which", "  (mapping)", Op::Let(keep_mapping)),
        line("anon", "if (PageAnon(page)) type = \"anon\"", Op::Branch(is_anon, "out")),
        line("null", "else if (mapping)", Op::If(has_none, "out")),
        line("host", "  dump_mapping(mapping): host, its dentry", Op::BugOn(is_no_address_space)),
        line("out", "return", Op::Return(|_| 0)),
    ],
};

fn keep_mapping(ctx: &mut Ctx) {
    let mapping: u16 = ctx.get(Local::Ret);
    ctx.set(Local::Mapping, mapping);
}

fn is_anon(ctx: &mut Ctx) -> bool {
    let anon = ctx.page(Local::Page).anon();
    ctx.load(anon)
}

fn has_none(look: &Look) -> bool {
    look.get::<u16>(Local::Mapping) == 0
}

fn is_no_address_space(ctx: &mut Ctx) -> bool {
    let wild = ctx.get::<u16>(Local::Mapping) != mapping::ADDRESS_SPACE;
    if wild {
        ctx.find(event::WILD_MAPPING_FOLLOWED);
    }
    wild
}
