//! Which lanes need to move in a state, so that no outcome is lost.
//!
//! Two steps are independent if neither writes what the other reads or writes, and no property has
//! looked at cells of both writes. A set of lanes is persistent in a state if whatever the others
//! may ever do, as long as the set does not move, is independent of the next steps of the set: then
//! it is enough to let those of the set move (Godefroid, *Partial-Order Methods for the Verification
//! of Concurrent Systems*, 1996). Every state in which all is over is still found, with all that was
//! broken on the way to it. What the others may ever do is told by the facts of all places that can
//! be reached from theirs without a lock that the set holds.
//!
//! A lane that may go back is in no proper set: else others might be put off for ever on a cycle
//! (Kurshan and others, *Static partial order reduction*, TACAS 1998).
use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::bits::Bits;
use super::facts::{Facts, Known, Place};
use crate::machine::{Choice, System};
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

/// A lock, and how it is held.
type Held = (u32, Mode);

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
}

/// Where the lanes stand, which of them can move and who holds what: the lanes that need to.
pub type Decided = HashMap<Box<[u16]>, u32, FixedState>;

/// Where the lanes stand.
struct Stand {
    now: [Option<Place>; 3],
    ahead: [Option<Place>; 5],
    held: Vec<Held>,
    /// Some choice that it can make may lead back.
    goes_back: bool,
}

impl Reduction {
    /// From what is known by now. `readers` are the properties that look at each cell, of those
    /// about the lanes as they stand to each other; the cells `ghosts` decide nothing.
    pub fn of(known: &Known, readers: &[u64], ghosts: std::ops::Range<u32>) -> Reduction {
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
        let taken = places().flatten().flat_map(|facts| &facts.takes);
        let mut locks: Vec<u32> = taken.map(|(lock, _)| *lock).collect();
        locks.sort_unstable();
        locks.dedup();
        let modes = [Mode::Exclusive, Mode::Shared];
        let held = locks.iter().flat_map(|lock| modes.map(|mode| Some((*lock, mode))));
        let ever = held.chain([None]).map(|held| (held, ever(known, &now, held))).collect();
        Reduction { now, goes_back, locks, ever }
    }

    /// The choices that need to be made of those that can be made, `able`; in the same order.
    /// `decided` is of this reduction.
    pub fn choices(
        &self,
        decided: &mut Decided,
        known: &Known,
        system: &System,
        memory: &Memory,
        able: &mut Vec<Choice>,
    ) {
        let moving = able.iter().fold(0u32, |lanes, choice| lanes | 1 << choice.cpu());
        if moving.count_ones() < 2 {
            return;
        }
        let key = self.key(system, memory, able);
        let lanes = match decided.get(&key[..]) {
            Some(lanes) => *lanes,
            None => {
                let lanes = self.decide(known, system, memory, able, moving);
                decided.insert(key.into(), lanes);
                lanes
            }
        };
        able.retain(|choice| lanes & 1 << choice.cpu() != 0);
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
                let held = self.held_by(memory, lane);
                let (now, ahead) =
                    (known.now(system, memory, lane), known.ahead(system, memory, lane));
                Stand { now, ahead, held, goes_back }
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
                others.try_fold(1 << lane, |set, (other, theirs)| {
                    Some(set | u32::from(self.meet(stand, theirs)?) << other)
                })
            })
            .collect();
        let sets = (0..stands.len()).filter(|lane| moving & 1 << lane != 0);
        let sets = sets.filter_map(|lane| closure(&meets, lane)).map(|set| set & moving);
        sets.min_by_key(|set| set.count_ones()).unwrap_or(moving)
    }

    fn held_by(&self, memory: &Memory, lane: usize) -> Vec<Held> {
        let word = |lock: &u32| (*lock, LockWord::of(memory, *lock));
        let held = self.locks.iter().map(word).filter(|(_, word)| word.held_by(lane));
        let mode = |word: LockWord| if word.exclusive() { Mode::Exclusive } else { Mode::Shared };
        held.map(|(lock, word)| (lock, mode(word))).collect()
    }

    /// Whether the next steps of a lane and the future of another can meet; nothing if too little
    /// is known of the former.
    fn meet(&self, own: &Stand, theirs: &Stand) -> Option<bool> {
        let held = own.held.iter().map(|held| Some(*held)).chain([None]);
        let futures: Vec<&Ever> = held.filter_map(|held| self.ever.get(&held)).collect();
        let mut meets = false;
        for now in own.now.iter().flatten() {
            let now = self.now[*now as usize].as_ref()?;
            // It is enough that they cannot meet as long as one of the locks is held.
            meets |= futures.iter().all(|ever| {
                let mut ahead = theirs.ahead.iter().flatten();
                ahead.any(|place| ever[*place as usize].as_ref().is_none_or(|ever| now.meets(ever)))
            });
        }
        Some(meets)
    }
}

/// What is touched from each place on, while somebody else holds a lock.
fn ever(known: &Known, now: &[Option<Box<Reach>>], held: Option<Held>) -> Ever {
    let stays = |facts: &Facts| {
        let admits = |(lock, mode): &(u32, Mode)| {
            held.is_none_or(|(own, how)| {
                own != *lock || how == Mode::Shared && *mode == Mode::Shared
            })
        };
        !facts.takes.is_empty() && !facts.takes.iter().any(admits)
    };
    let mut ever = now.to_vec();
    // Who waits for the lock only looks.
    for (place, own) in ever.iter_mut().enumerate() {
        if let (Some(own), true) = (own, known.at(place as Place).is_some_and(stays)) {
            own.seen = 0;
            own.writes.clear();
        }
    }
    // Most places lead to later ones, so that one round from the last to the first does nearly all.
    let mut news = true;
    while std::mem::take(&mut news) {
        for place in (0..ever.len()).rev() {
            let Some(facts) = known.at(place as Place).filter(|facts| !stays(facts)) else {
                continue;
            };
            let Some(mut own) = ever[place].take() else { continue };
            for next in &facts.next {
                if let Some(next) = &ever[*next as usize] {
                    news |= own.add(next);
                }
            }
            ever[place] = Some(own);
        }
    }
    ever
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
