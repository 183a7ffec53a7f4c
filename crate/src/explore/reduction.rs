//! Which lanes need to move in a state, so that no outcome is lost.
//!
//! Two steps are independent if neither writes what the other reads or writes, and no property has
//! looked at cells of both writes. A set of lanes is persistent in a state if whatever the others
//! may ever do, as long as the set does not move, is independent of the next steps of the set: then
//! it is enough to let those of the set move (Godefroid, *Partial-Order Methods for the
//! Verification of Concurrent Systems*, 1996). Every state in which all is over is still found,
//! with all that was broken on the way to it. What the others may ever do is told by the facts of
//! all places that can be reached from theirs without a lock that the set holds.
//!
//! A CPU that may be asked for a call at any time makes the calls as one more that runs beside its
//! lane, unless the lane's next step meets what a call may do: that all of a call comes between two
//! steps of the lane, and that the lane does not move meanwhile, is nothing that the step can tell.
//!
//! A lane that may go back is in no proper set: else others might be put off for ever on a cycle
//! (Kurshan and others, *Static partial order reduction*, TACAS 1998).
use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::bits::Bits;
use super::facts::{Facts, Held, Known, Place};
use crate::machine::{Choice, Frame, System};
use crate::mm::{LockWord, Memory, Mode, Word};

/// What is touched, by the next step at a place or by all from there on.
#[derive(Clone)]
struct Reach {
    reads: Bits,
    writes: Bits,
    /// The properties that look at what is written.
    seen: u64,
}

impl Reach {
    fn new(cells: usize) -> Reach {
        Reach { reads: Bits::new(cells), writes: Bits::new(cells), seen: 0 }
    }

    fn add(&mut self, other: &Reach) -> bool {
        let news = other.seen & !self.seen != 0;
        self.seen |= other.seen;
        self.reads.add(&other.reads) | self.writes.add(&other.writes) | news
    }

    fn meets(&self, other: &Reach) -> bool {
        self.seen & other.seen != 0
            || self.writes.meets(&other.writes)
            || self.writes.meets(&other.reads)
            || self.reads.meets(&other.writes)
    }
}

/// For each place of which anything is known, what is touched from there on.
type Ever = Vec<Option<Box<Reach>>>;

/// What was known when a search was started: it stays the same to its end.
pub struct Reduction {
    now: Vec<Option<Box<Reach>>>,
    goes_back: Vec<bool>,
    /// All locks that are taken.
    locks: Vec<u32>,
    /// Without a lock that somebody holds, and with nothing held.
    ever: HashMap<Option<Held>, Ever, FixedState>,
    /// What each lane may do anywhere, while somebody else holds that lock.
    anywhere: HashMap<Option<Held>, Vec<Reach>, FixedState>,
}

/// What was decided of a reduction so far.
#[derive(Default)]
pub struct Decided {
    /// Where the lanes stand, which of them can move and who holds what: the lanes that need to.
    lanes: HashMap<Box<[u16]>, u32, FixedState>,
    /// A place of a lane, where a call may get in, and the locks held: whether its step can be made
    /// with the one before.
    goes_on: HashMap<(Place, Option<Place>, Vec<Held>), bool, FixedState>,
}

impl Decided {
    /// For another reduction.
    pub fn clear(&mut self) {
        self.lanes.clear();
        self.goes_on.clear();
    }
}

/// What a worker of a reduced search needs.
pub struct Less<'a> {
    /// The reduction at hand.
    pub reduction: &'a Reduction,
    /// What it has learned.
    pub known: &'a mut Known,
    /// What was decided.
    pub decided: &'a mut Decided,
}

impl Less<'_> {
    /// Makes a choice, and those steps of the lane behind it that nobody can tell from one with it:
    /// how many. `watch` has its look behind each.
    pub fn make(
        &mut self,
        system: &System,
        memory: &mut Memory,
        choice: Choice,
        mut watch: impl FnMut(&mut Memory),
    ) -> u8 {
        let Less { reduction, known, decided } = self;
        known.act(system, memory, choice);
        watch(memory);
        let mut more = 0;
        while more < u8::MAX && reduction.goes_on(decided, known, system, memory, choice.cpu()) {
            known.act(system, memory, Choice::Run(choice.cpu()));
            watch(memory);
            more += 1;
        }
        more
    }
}

/// Where the lanes stand.
struct Stand {
    now: [Option<Place>; 3],
    ahead: [Option<Place>; 5],
    held: Vec<Held>,
    /// Some choice that it can make may lead back.
    goes_back: bool,
    /// A call runs, or could be started now.
    in_call: bool,
}

impl Reduction {
    /// From what is known by now. `readers` are the properties that look at each cell, of those
    /// about the lanes as they stand to each other.
    pub fn of(known: &Known, system: &System, readers: &[u64]) -> Reduction {
        // What was found decides nothing.
        let ghosts = system.layout.all_findings();
        let places = || (0..known.places()).map(|place| known.at(place as Place));
        let reach = |facts: &Facts| {
            let seen = facts.writes.iter().fold(0, |seen, cell| seen | readers[cell as usize]);
            let (mut reads, mut writes) = (facts.reads.clone(), facts.writes.clone());
            ghosts.clone().for_each(|cell| {
                reads.remove(cell);
                writes.remove(cell);
            });
            Box::new(Reach { reads, writes, seen })
        };
        let now: Vec<_> = places().map(|facts| facts.map(reach)).collect();
        let goes_back = places().map(|facts| facts.is_none_or(|facts| facts.goes_back)).collect();
        let locks = known.locks().to_vec();
        let modes = [Mode::Exclusive, Mode::Shared];
        let held = locks.iter().flat_map(|lock| modes.map(|mode| Some((*lock, mode))));
        let held: Vec<Option<Held>> = held.chain([None]).collect();
        let ever = held.iter().map(|held| (*held, ever(known, &now, *held))).collect();
        let lanes = system.lanes.len();
        let anywhere = held.iter().map(|held| (*held, anywhere(known, lanes, &now, *held)));
        let anywhere = anywhere.collect();
        Reduction { now, goes_back, locks, ever, anywhere }
    }

    /// The choices that need to be made of those that can be made, `able`; in the same order.
    /// `decided` is of this reduction. Of a memory where it must be decided all is looked at, which
    /// `bring` sees to, else where the lanes stand and who holds what.
    pub fn choices(
        &self,
        decided: &mut Decided,
        known: &Known,
        system: &System,
        memory: &mut Memory,
        able: &mut Vec<Choice>,
        bring: impl FnOnce(&mut Memory),
    ) {
        let moving = able.iter().fold(0u32, |lanes, choice| lanes | 1 << choice.cpu());
        if moving.count_ones() < 2 {
            return;
        }
        let key = self.key(system, memory, able);
        let lanes = match decided.lanes.get(&key[..]) {
            Some(lanes) => *lanes,
            None => {
                bring(memory);
                let lanes = self.decide(known, system, memory, able, moving);
                decided.lanes.insert(key.into(), lanes);
                lanes
            }
        };
        able.retain(|choice| lanes & 1 << choice.cpu() != 0);
    }

    /// Whether the next step of a lane can be made with the one that it has just made: it is the
    /// lane's only choice, does not lead back, and whatever others may do anywhere, as long as the
    /// lane holds what it holds, is independent of it (Lipton, *Reduction*, CACM 1975); and nobody
    /// can ask the lane's CPU for a call in between.
    pub fn goes_on(
        &self,
        decided: &mut Decided,
        known: &mut Known,
        system: &System,
        memory: &mut Memory,
        cpu: usize,
    ) -> bool {
        let [Some(place), interrupt, call] = known.now(system, memory, cpu) else { return false };
        let only = known.can_make(system, memory, Choice::Run(cpu))
            && !(interrupt.is_some() && known.can_make(system, memory, Choice::Interrupt(cpu)))
            && !(call.is_some() && known.can_make(system, memory, Choice::Call(cpu)));
        if !only || self.goes_back[place as usize] {
            return false;
        }
        let masked = memory.peek(system.lanes[cpu].cells.irqs_off()) > 0;
        let key = (place, call.filter(|_| !masked), known.held_by(memory, cpu));
        let known = decided.goes_on.get(&key).copied();
        known.unwrap_or_else(|| {
            let (place, call, held) = &key;
            let mut others = (0..system.lanes.len()).filter(|other| *other != cpu);
            let apart = |call: Place| self.is_apart_from_call(system, *place, held, cpu, call);
            let goes_on = others.all(|other| self.is_apart(*place, held, other));
            let goes_on = goes_on && call.is_none_or(apart);
            decided.goes_on.insert(key, goes_on);
            goes_on
        })
    }

    /// Whether the step at a place is independent of whatever another lane may do as long as these
    /// locks are held.
    fn is_apart(&self, place: Place, held: &[Held], other: usize) -> bool {
        let Some(now) = &self.now[place as usize] else { return false };
        let mut held = held.iter().map(|held| Some(*held)).chain([None]);
        held.any(|held| self.anywhere.get(&held).is_some_and(|lanes| !now.meets(&lanes[other])))
    }

    /// Whether the step at a place of a lane that holds these locks is independent of all that a
    /// call of its CPU may do, which is entered at `door`. The lane looks where the call stands,
    /// and moves when it is over.
    fn is_apart_from_call(
        &self,
        system: &System,
        place: Place,
        held: &[Held],
        cpu: usize,
        door: Place,
    ) -> bool {
        let Some(now) = &self.now[place as usize] else { return false };
        let mut now = now.clone();
        now.reads.remove(system.lanes[cpu].location_cell(Frame::Call).index() as u32);
        let held = held.iter().map(|held| Some(*held)).chain([None]);
        let mut futures = held.filter_map(|held| self.ever.get(&held));
        futures.any(|ever| ever[door as usize].as_ref().is_some_and(|call| !now.meets(call)))
    }

    /// Whether a lane's next step is independent of all calls, of whatever CPU; it is in none, and
    /// none was asked for.
    fn is_apart_from_calls(&self, system: &System, stands: &[Stand], cpu: usize) -> bool {
        let Stand { now: [Some(place), None, Some(own)], held, in_call: false, .. } = &stands[cpu]
        else {
            return false;
        };
        stands.iter().enumerate().all(|(other, stand)| match stand.now[2] {
            Some(_) if other == cpu => self.is_apart_from_call(system, *place, held, cpu, *own),
            door => self.meet(&[Some(*place), None, None], held, &[door]) == Some(false),
        })
    }

    /// All that the decision depends on.
    fn key(&self, system: &System, memory: &Memory, able: &[Choice]) -> Vec<u16> {
        let mut key: Vec<u16> = able.iter().map(|choice| u16::from(choice.to_bits())).collect();
        key.extend(system.lanes.iter().flat_map(|lane| lane.standing(memory)));
        key.extend(self.locks.iter().map(|lock| LockWord::of(memory, *lock).to_word()));
        key
    }

    fn decide(
        &self,
        known: &Known,
        system: &System,
        memory: &Memory,
        able: &[Choice],
        moving: u32,
    ) -> u32 {
        let stands: Vec<Stand> = (0..system.lanes.len())
            .map(|lane| {
                let mut own = able.iter().filter(|choice| choice.cpu() == lane);
                let back = |choice: &Choice| {
                    let place = known.place_of(system, memory, *choice);
                    place.is_none_or(|place| self.goes_back[place as usize])
                };
                let goes_back = own.any(back);
                let held = known.held_by(memory, lane);
                let (now, ahead) =
                    (known.now(system, memory, lane), known.ahead(system, memory, lane));
                let runs_call = system.lanes[lane].location(memory, Frame::Call).is_some();
                let in_call = runs_call || able.contains(&Choice::Call(lane));
                Stand { now, ahead, held, goes_back, in_call }
            })
            .collect();
        // For each lane, those whose future meets its next steps; nothing for one that must not be
        // in a proper set.
        let meets: Vec<Option<u32>> = stands
            .iter()
            .enumerate()
            .map(|(lane, stand)| {
                let mut others = stands.iter().enumerate().filter(|(other, _)| *other != lane);
                (!stand.goes_back).then_some(())?;
                let mut now = stand.now;
                if self.is_apart_from_calls(system, &stands, lane) {
                    now[2] = None;
                }
                others.try_fold(1 << lane, |set, (other, theirs)| {
                    let meet = self.meet(&now, &stand.held, &theirs.ahead)?;
                    Some(set | u32::from(meet) << other)
                })
            })
            .collect();
        let sets = (0..stands.len()).filter(|lane| moving & 1 << lane != 0);
        let sets = sets.filter_map(|lane| closure(&meets, lane)).map(|set| set & moving);
        sets.min_by_key(|set| set.count_ones()).unwrap_or(moving)
    }

    /// Whether steps at places of a lane that holds locks can meet what another may do from its
    /// places on; nothing if too little is known of the former.
    fn meet(&self, now: &[Option<Place>], held: &[Held], ahead: &[Option<Place>]) -> Option<bool> {
        let held = held.iter().map(|held| Some(*held)).chain([None]);
        let futures: Vec<&Ever> = held.filter_map(|held| self.ever.get(&held)).collect();
        let mut meets = false;
        for now in now.iter().flatten() {
            let now = self.now[*now as usize].as_ref()?;
            // It is enough that they cannot meet as long as one of the locks is held.
            meets |= futures.iter().all(|ever| {
                ahead
                    .iter()
                    .flatten()
                    .any(|place| ever[*place as usize].as_ref().is_none_or(|ever| now.meets(ever)))
            });
        }
        Some(meets)
    }
}

/// Whether a lane waits at a place as long as somebody else holds a lock.
fn waits(facts: &Facts, held: Option<Held>) -> bool {
    let admits = |(lock, mode): &Held| {
        held.is_none_or(|(own, how)| own != *lock || how == Mode::Shared && *mode == Mode::Shared)
    };
    !facts.takes.is_empty() && !facts.takes.iter().any(admits)
}

/// Who waits for a lock only looks.
fn only_looking(reach: &Reach) -> Reach {
    let mut writes = reach.writes.clone();
    writes.clear();
    Reach { reads: reach.reads.clone(), writes, seen: 0 }
}

/// What is touched from each place on, while somebody else holds a lock.
fn ever(known: &Known, now: &[Option<Box<Reach>>], held: Option<Held>) -> Ever {
    let waits = |place: usize| known.at(place as Place).is_some_and(|facts| waits(facts, held));
    let mut ever = now.to_vec();
    for (place, own) in ever.iter_mut().enumerate() {
        if let (Some(own), true) = (own, waits(place)) {
            **own = only_looking(own);
        }
    }
    // Most places lead to later ones, so that one round from the last to the first does nearly all.
    let mut news = true;
    while std::mem::take(&mut news) {
        for place in (0..ever.len()).rev().filter(|place| !waits(*place)) {
            let Some(mut own) = ever[place].take() else { continue };
            for next in known.at(place as Place).map_or(&[][..], |facts| &facts.next) {
                if let Some(next) = &ever[*next as usize] {
                    news |= own.add(next);
                }
            }
            ever[place] = Some(own);
        }
    }
    ever
}

/// What is touched by each lane at places where it does not hold what somebody else holds.
fn anywhere(
    known: &Known,
    lanes: usize,
    now: &[Option<Box<Reach>>],
    held: Option<Held>,
) -> Vec<Reach> {
    let mut all = vec![Reach::new(known.cells()); lanes];
    for (place, reach) in now.iter().enumerate() {
        let (Some(reach), Some(facts)) = (reach, known.at(place as Place)) else { continue };
        let is_out = held.is_some_and(|(lock, mode)| {
            let own = facts.held.iter().flatten().find(|(own, _)| *own == lock);
            own.is_some_and(|(_, how)| mode == Mode::Exclusive || *how == Mode::Exclusive)
        });
        // Who waits for the lock does nothing there: that the lock is free again comes after all
        // that others have done, as well before it (a left-mover, in Lipton's words).
        if !waits(facts, held) && !is_out {
            all[known.lane_of(place as Place)].add(reach);
        }
    }
    all
}

/// The least set with a lane, and with all that meet one of the set.
fn closure(meets: &[Option<u32>], lane: usize) -> Option<u32> {
    let mut set = 1u32 << lane;
    loop {
        let members = (0..meets.len()).filter(|other| set & 1 << other != 0);
        let wider = members.map(|other| meets[other]).try_fold(set, |all, own| Some(all | own?))?;
        if wider == set {
            return Some(set);
        }
        set = wider;
    }
}
