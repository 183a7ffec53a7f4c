//! What the lines of the programs read and write, as far as it was seen.
//!
//! A place is where a frame of a lane stands: a location, or that it waits to be entered. Facts
//! about a place are about what the lane can do there. They only grow, and a search that used fewer
//! than are known in the end is made again.
use super::bits::Bits;
use crate::machine::{Choice, Frame, Op, Status, System};
use crate::mm::{LockWord, Memory, Mode};

/// A place, by number.
pub type Place = u32;

/// A lock, and how it is held.
pub type Held = (u32, Mode);

/// What is known of one place.
#[derive(Clone)]
pub struct Facts {
    /// Cells that decide whether a choice can be made here, and those that it reads.
    pub reads: Bits,
    /// Cells that it writes.
    pub writes: Bits,
    /// The locks that it takes, if it takes one: it waits here while they are held.
    pub takes: Vec<Held>,
    /// The locks that the lane holds here, always.
    pub held: Option<Vec<Held>>,
    /// Where the frame goes from here.
    pub next: Vec<Place>,
    /// It may go back, to where it was before.
    pub goes_back: bool,
}

impl Facts {
    /// Adds what another has learned of the same place; whether any of it is new.
    fn add(&mut self, other: &Facts) -> bool {
        let before = self.held.as_ref().map(Vec::len);
        if let Some(theirs) = &other.held {
            self.held.get_or_insert_with(|| theirs.clone()).retain(|lock| theirs.contains(lock));
        }
        let news = self.reads.add(&other.reads)
            | self.writes.add(&other.writes)
            | add_all(&mut self.next, &other.next)
            | add_all(&mut self.takes, &other.takes)
            | (other.goes_back && !self.goes_back)
            | (before != self.held.as_ref().map(Vec::len));
        self.goes_back |= other.goes_back;
        news
    }
}

/// What is known of all places.
pub struct Known {
    cells: usize,
    /// For each lane and frame, its first place: as many as it has locations, and one to wait at.
    first: Vec<[Place; 3]>,
    facts: Vec<Option<Box<Facts>>>,
    /// All locks that are taken.
    locks: Vec<u32>,
    news: bool,
}

impl Known {
    /// Nothing is known yet.
    pub fn new(system: &System) -> Known {
        let mut next = 0;
        let mut place = |lane: usize, frame: Frame| {
            let own = next;
            next += system.lanes[lane].program(frame).locs.len() as Place + 1;
            own
        };
        let first = (0..system.lanes.len()).map(|lane| Frame::ALL.map(|f| place(lane, f)));
        let first = first.collect();
        let cells = system.layout.len();
        let facts = (0..next).map(|_| None).collect();
        Known { cells, first, facts, locks: Vec::new(), news: false }
    }

    fn place(&self, cpu: usize, frame: Frame, at: usize) -> Place {
        self.first[cpu][frame as usize] + at as Place
    }

    /// Where a frame is entered.
    fn door(&self, system: &System, cpu: usize, frame: Frame) -> Option<Place> {
        let locs = system.lanes[cpu].program(frame).locs.len();
        (locs > 0).then(|| self.place(cpu, frame, locs))
    }

    /// The places of the choices that a lane has, whether they can be made now or not.
    pub fn now(&self, system: &System, memory: &Memory, cpu: usize) -> [Option<Place>; 3] {
        let lane = &system.lanes[cpu];
        let top = lane.top(memory);
        let runs = lane.location(memory, top).map(|loc| self.place(cpu, top, loc));
        let interrupt = lane.interrupt_pending(memory);
        let interrupt = interrupt.then(|| self.door(system, cpu, Frame::Interrupt)).flatten();
        [runs, interrupt, self.door(system, cpu, Frame::Call)]
    }

    /// The places from which all begins that a lane may ever do.
    pub fn ahead(&self, system: &System, memory: &Memory, cpu: usize) -> [Option<Place>; 5] {
        let lane = &system.lanes[cpu];
        let at = |frame: Frame| lane.location(memory, frame).map(|loc| self.place(cpu, frame, loc));
        let [_, interrupt, call] = self.now(system, memory, cpu);
        [at(Frame::Task), at(Frame::Interrupt), at(Frame::Call), interrupt, call]
    }

    /// The place that a choice is made at; none of a store buffer's.
    pub fn place_of(&self, system: &System, memory: &Memory, choice: Choice) -> Option<Place> {
        let [runs, interrupt, call] = self.now(system, memory, choice.cpu());
        match choice {
            Choice::Run(_) => runs,
            Choice::Interrupt(_) => interrupt,
            Choice::Call(_) => call,
            Choice::Drain(_) => None,
        }
    }

    fn facts_of(&mut self, place: Place) -> &mut Facts {
        let cells = self.cells;
        self.facts[place as usize].get_or_insert_with(|| {
            Box::new(Facts {
                reads: Bits::new(cells),
                writes: Bits::new(cells),
                takes: Vec::new(),
                held: None,
                next: Vec::new(),
                goes_back: false,
            })
        })
    }

    /// Makes a choice, and has properties look at it.
    pub fn make(&mut self, system: &System, memory: &mut Memory, choice: Choice) {
        self.act(system, memory, choice);
        system.watch(memory);
    }

    /// Makes a choice, and remembers what it read and wrote.
    pub fn act(&mut self, system: &System, memory: &mut Memory, choice: Choice) {
        let place = self.place_of(system, memory, choice);
        if let Some(place) = place {
            self.holds(place, memory, choice.cpu());
        }
        let mark = memory.mark();
        let first = memory.list_more_looks();
        let frame = system.act(memory, choice, None);
        memory.stop_looks();
        if let Some(place) = place {
            self.read(place, memory, first);
            self.wrote(place, memory, mark);
            self.went(place, system, memory, choice, frame);
        }
    }

    /// Whether a choice can be made, and remembers what decides it.
    pub fn can_make(&mut self, system: &System, memory: &mut Memory, choice: Choice) -> bool {
        let first = memory.list_more_looks();
        let status = system.status(memory, choice);
        memory.stop_looks();
        if let Some(place) = self.place_of(system, memory, choice) {
            self.read(place, memory, first);
            if let (Choice::Run(cpu), false) = (choice, status == Status::Done) {
                memory.list_more_looks();
                self.takes(place, system, memory, cpu);
                memory.stop_looks();
            }
        }
        status == Status::Runnable
    }

    fn read(&mut self, place: Place, memory: &mut Memory, first: usize) {
        let facts = self.facts_of(place);
        let looks = memory.looks()[first..].iter();
        let news = looks.fold(false, |news, cell| news | facts.reads.insert(*cell));
        self.news |= news;
    }

    /// Remembers the lock that a lane waits for or takes.
    fn takes(&mut self, place: Place, system: &System, memory: &Memory, cpu: usize) {
        let Some((frame, loc)) = system.next_line(memory, cpu) else { return };
        let lock = match system.lanes[cpu].program(frame).locs[loc].line.op {
            Op::Acquire(_) => system.lock_at(memory, cpu, frame, loc),
            _ => None,
        };
        let taken = lock.map(|lock| (lock.cell.index() as u32, lock.mode));
        if let Some((lock, _)) = taken.filter(|(lock, _)| !self.locks.contains(lock)) {
            self.locks.push(lock);
        }
        let facts = self.facts_of(place);
        if let Some(taken) = taken.filter(|taken| !facts.takes.contains(taken)) {
            facts.takes.push(taken);
            self.news = true;
        }
    }

    /// The locks that each lane holds, in the order of [`Known::locks`].
    pub fn held(&self, memory: &Memory, held: &mut [Vec<Held>]) {
        held.iter_mut().for_each(Vec::clear);
        for lock in &self.locks {
            let word = LockWord::of(memory, *lock);
            word.holders().for_each(|cpu| held[cpu].push((*lock, mode(word))));
        }
    }

    /// The locks that a lane holds.
    pub fn held_by(&self, memory: &Memory, cpu: usize) -> Vec<Held> {
        let word = |lock: &u32| (*lock, LockWord::of(memory, *lock));
        let held = self.locks.iter().map(word).filter(|(_, word)| word.held_by(cpu));
        held.map(|(lock, word)| (lock, mode(word))).collect()
    }

    /// Remembers which locks a lane does not hold.
    fn holds(&mut self, place: Place, memory: &Memory, cpu: usize) {
        let now = self.held_by(memory, cpu);
        let facts = self.facts_of(place);
        let before = facts.held.as_ref().map(Vec::len);
        let held = facts.held.get_or_insert_with(|| now.clone());
        held.retain(|lock| now.contains(lock));
        self.news |= before != Some(held.len());
    }

    fn wrote(&mut self, place: Place, memory: &Memory, mark: usize) {
        let facts = self.facts_of(place);
        let news =
            memory.written_since(mark).fold(false, |news, cell| news | facts.writes.insert(cell));
        self.news |= news;
    }

    fn went(
        &mut self,
        place: Place,
        system: &System,
        memory: &Memory,
        choice: Choice,
        frame: Frame,
    ) {
        let cpu = choice.cpu();
        let next = system.lanes[cpu].location(memory, frame);
        let next = next.map(|loc| self.place(cpu, frame, loc));
        let goes_back = match choice {
            Choice::Run(_) => next.is_some_and(|next| next <= place),
            // It may be asked for again.
            Choice::Call(_) => true,
            Choice::Interrupt(_) | Choice::Drain(_) => false,
        };
        let facts = self.facts_of(place);
        let new_next = next.filter(|next| !facts.next.contains(next));
        facts.next.extend(new_next);
        let news = new_next.is_some() || goes_back && !facts.goes_back;
        facts.goes_back |= goes_back;
        self.news |= news;
    }

    /// Whether anything was learned since the last call.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// Adds what another worker has learned of the same system.
    pub fn learn(&mut self, other: &Known) {
        add_all(&mut self.locks, &other.locks);
        for (place, theirs) in other.facts.iter().enumerate() {
            let Some(theirs) = theirs else { continue };
            self.news |= self.facts_of(place as Place).add(theirs);
        }
    }

    /// What is known of each place is true of the same place of the other lane, too, if two lanes
    /// are alike; `cells` says where each cell goes when they change places.
    pub fn learn_of_other(&mut self, [one, other]: [usize; 2], cells: &[u32]) {
        let moved = |list: &[Held]| -> Vec<Held> {
            list.iter().map(|(lock, mode)| (cells[*lock as usize], *mode)).collect()
        };
        let locks: Vec<u32> = self.locks.iter().map(|lock| cells[*lock as usize]).collect();
        self.news |= add_all(&mut self.locks, &locks);
        let firsts = [one, other].map(|lane| self.first[lane][0]);
        let (low, high) = (firsts[0].min(firsts[1]), firsts[0].max(firsts[1]));
        let places =
            self.first.get(one + 1).map_or(self.facts.len() as Place, |next| next[0]) - low;
        let moved_place = |place: Place| match place {
            _ if (low..low + places).contains(&place) => place - low + high,
            _ if (high..high + places).contains(&place) => place - high + low,
            _ => place,
        };
        for place in 0..self.facts.len() as Place {
            let Some(facts) = self.at(place) else { continue };
            let image = Facts {
                reads: facts.reads.renamed(cells),
                writes: facts.writes.renamed(cells),
                takes: moved(&facts.takes),
                held: facts.held.as_deref().map(moved),
                next: facts.next.iter().map(|next| moved_place(*next)).collect(),
                goes_back: facts.goes_back,
            };
            self.news |= self.facts_of(moved_place(place)).add(&image);
        }
    }

    /// The lane that a place is of.
    pub fn lane_of(&self, place: Place) -> usize {
        self.first.partition_point(|first| first[0] <= place) - 1
    }

    /// All locks that are taken.
    pub fn locks(&self) -> &[u32] {
        &self.locks
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// How many places there are.
    pub fn places(&self) -> usize {
        self.facts.len()
    }

    /// What is known of a place, if anything is.
    pub fn at(&self, place: Place) -> Option<&Facts> {
        self.facts[place as usize].as_deref()
    }
}

/// How a lock is held that somebody holds.
fn mode(word: LockWord) -> Mode {
    if word.exclusive() { Mode::Exclusive } else { Mode::Shared }
}

/// Adds what a list does not have yet; whether there was any.
fn add_all<T: Copy + PartialEq>(own: &mut Vec<T>, others: &[T]) -> bool {
    let before = own.len();
    for other in others {
        if !own.contains(other) {
            own.push(*other);
        }
    }
    own.len() > before
}
