//! A reply tells the pages that may look different since the last one: put together they are always
//! the whole picture.
#[path = "common/file.rs"]
mod file;

use std::fs;
use std::rc::Rc;

use pagerace::mm::chance::Chance;
use pagerace::player::Player;
use pagerace::scenario::{Scenario, parse};
use pagerace::schedule::Schedule;
use pagerace::view::picture;
use pagerace::view::protocol::{Reply, Request, StateView};
use pagerace::view::session::Session;

const JUMPS: usize = 12;

/// What somebody knows who has all replies.
struct Reader {
    session: Session,
    known: Vec<String>,
}

impl Reader {
    fn ask(&mut self, request: Request) -> StateView {
        let state = match self.session.handle(request) {
            Reply::Opened { state, .. } => {
                self.known = vec![String::new(); state.pages.len()];
                state
            }
            Reply::Played { state, .. } | Reply::Moved { state } => state,
            other => panic!("{other:?}"),
        };
        for page in &state.pages {
            self.known[page.pfn as usize] = format!("{page:?}");
        }
        state
    }
}

fn all_pages(scenario: &Scenario, player: &Player) -> Vec<String> {
    let pages = picture::state(scenario, player).pages;
    pages.iter().map(|page| format!("{page:?}")).collect()
}

/// Jumps about in a scenario's trace, then plays on by chance; how many pages were told, and how
/// many there were to tell.
fn follow(name: &str, text: String, scenario: &Scenario) -> (usize, usize) {
    let (system, start) = scenario.build(&scenario.kernel).expect("it builds");
    let mut player = Player::new(Rc::new(system), start);
    let mut reader = Reader { session: Session::new(), known: Vec::new() };
    if let Some((steps, place)) = &scenario.schedule {
        player.play(steps, *place).expect("its schedule runs");
    }
    reader.ask(Request::Open { text });
    let (mut told, mut there) = (0, 0);
    let mut chance = Chance::of(1, name.len() as u64);
    let mut look = |reader: &mut Reader, player: &Player, request: Request| {
        told += reader.ask(request).pages.len();
        let all = all_pages(scenario, player);
        there += all.len();
        assert_eq!(reader.known, all, "{name}, after {} steps", player.cursor());
    };
    for _ in 0..JUMPS {
        let cursor = chance.below(player.steps().len() as u64 + 1) as u32;
        player.seek(cursor as usize);
        look(&mut reader, &player, Request::Seek { cursor });
    }
    for _ in 0..JUMPS {
        let choices: Vec<_> = player.system().choices().collect();
        let choice = choices[chance.below(choices.len() as u64) as usize];
        if player.step(choice).is_ok() {
            let choice = Schedule(vec![choice]).to_text();
            look(&mut reader, &player, Request::Step { choice });
        }
    }
    (told, there)
}

#[test]
fn what_replies_tell_is_the_whole_picture() {
    let files = fs::read_dir(file::folder()).expect("the folder exists");
    let files = files.map(|entry| entry.expect("readable").file_name());
    let (mut told, mut there) = (0, 0);
    for file in files {
        let file = file.to_string_lossy();
        let Some(name) = file.strip_suffix(".toml") else { continue };
        let text = fs::read_to_string(file::folder().join(&*file)).expect("readable");
        let (some, all) = follow(name, text, &file::scenario(name));
        told += some;
        there += all;
    }
    assert!(there > 0 && told < there, "{told} of {there}");
}

#[test]
fn a_step_of_a_large_machine_tells_a_few_pages() {
    let text = format!(
        "format = 1\ntitle = \"t\"\nabout = \"a\"\n[kernel]\nbase = \"v5.17\"\n[machine]\n\
         pageblock_pages = 64\nblocks = [{}]\n[[process]]\nname = \"B\"\nmap = [\"a = page 2 anon \
         rw\"]\n[[cpu]]\nprocess = \"B\"\nrun = [\"p = pin_user_pages_fast(a, 0)\", \
         \"unpin_user_page(p)\"]\n[[cpu]]\nrun = [\"b = alloc_pages(GFP_KERNEL, 0)\"]\n[schedule]\n\
         steps = \"0*3 1*2 0*4\"\n",
        "\"movable\", ".repeat(8)
    );
    let (told, there) = follow("large", text.clone(), &parse(&text).expect("it is well"));
    assert!(told * 20 < there, "{told} of {there}");
}
