//! Which lanes run the same, and what each cell says of lanes.
use crate::machine::{Arg, Choice, Frame, Local, Operation, System};
use crate::mm::{Memory, OwnList, Subject, Unit, Word};
use crate::scenario::Outcome;

/// What a cell says of lanes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing.
    Plain,
    /// It is this lane's, and its value names none, but for those of locals.
    Of(usize),
    /// The lanes of a mask: who holds a lock.
    Holders,
    /// The same, of a lock that is a lane's own.
    HoldersOf(usize),
    /// The lane whose list a page is on.
    List,
    /// A lane's number, plus one.
    Number,
    /// A lane and a frame of it.
    Bug,
    /// What lanes ask each other to run.
    Call,
}

/// Slots of locals that name lanes, or what is a lane's.
type Names = Box<[(u8, Local)]>;

/// The cells of a system, by what they say of lanes.
pub struct Lanes {
    /// What each cell says.
    pub kinds: Vec<Kind>,
    /// The cells of each lane: as many of lanes that are alike, in the same order.
    pub own: Vec<Vec<u32>>,
    /// The pins that no other lane names, in the order in which each lane does.
    pins: Vec<Vec<u16>>,
    /// For each lane, frame and activation.
    names: Vec<[Vec<Names>; 3]>,
}

/// Two lanes that are alike change places.
pub struct Swap {
    /// The lanes, the lower one first.
    pub lanes: [usize; 2],
    /// Where each cell goes.
    pub cells: Box<[u32]>,
    /// How many lanes there are.
    all: usize,
    /// The names of their results, before and after.
    results: Vec<(String, String)>,
}

impl Lanes {
    /// Nothing of a system whose lanes are never alike, by what the machine is.
    pub fn of(system: &System) -> Option<Lanes> {
        let (layout, lanes) = (&system.layout, system.lanes.len());
        let apart = system.kernel.config.smp
            && system.kernel.config.buffers.is_none()
            && !system.kernel.is_patched()
            && !layout.geometry.has_tlb()
            && lanes == layout.geometry.cpus;
        let named =
            |name: &String| name.strip_prefix("cpu").is_some_and(|n| n.parse::<u16>().is_ok());
        if !apart
            || (0..lanes).any(|lane| operations(system, lane).any(|it| it.result.iter().any(named)))
        {
            return None;
        }
        let mut found = Lanes {
            kinds: vec![Kind::Plain; layout.len()],
            own: vec![Vec::new(); lanes],
            pins: (0..lanes).map(|lane| own_pins(system, lane)).collect(),
            names: (0..lanes)
                .map(|lane| Frame::ALL.map(|frame| names_in(system, lane, frame)))
                .collect(),
        };
        for cell in 0..layout.len() as u32 {
            let info = layout.info(cell);
            match (info.subject, info.unit) {
                (Subject::Cpu(lane), Unit::Lock) => found.add(cell, Kind::HoldersOf(lane.into())),
                (Subject::Cpu(lane), _) => found.add(cell, Kind::Of(lane.into())),
                (Subject::Pin(pin), _) => {
                    let owner = found.pins.iter().position(|own| own.contains(&pin));
                    owner.into_iter().for_each(|lane| found.kinds[cell as usize] = Kind::Of(lane));
                }
                (_, Unit::Lock) => found.kinds[cell as usize] = Kind::Holders,
                _ => {}
            }
        }
        found.add_rest(system);
        Some(found)
    }

    fn add(&mut self, cell: u32, kind: Kind) {
        self.kinds[cell as usize] = kind;
        if let Kind::Of(lane) | Kind::HoldersOf(lane) = kind {
            self.own[lane].push(cell);
        }
    }

    /// Cells that are told by their place alone, and pins in the order in which lanes name them.
    fn add_rest(&mut self, system: &System) {
        let layout = &system.layout;
        for pfn in layout.pfns() {
            let page = layout.page(pfn);
            self.kinds[page.isolated_by().index()] = Kind::List;
            self.kinds[page.pagevec().index()] = Kind::Number;
            self.kinds[page.not_pinned().index()] = Kind::Holders;
            for lane in 0..system.lanes.len() {
                self.add(page.held_by(lane).index() as u32, Kind::Of(lane));
            }
        }
        self.kinds[system.bug_cell().index()] = Kind::Bug;
        for lane in &system.lanes {
            let cells = [lane.cells.awaited(), lane.cells.asked(), lane.cells.serving()];
            cells.into_iter().for_each(|cell| self.kinds[cell.index()] = Kind::Call);
        }
        for lane in 0..system.lanes.len() {
            for pin in self.pins[lane].clone() {
                let pin = layout.pin(pin.into());
                let cells = [
                    pin.page().index(),
                    pin.flags().index(),
                    pin.mapping().index(),
                    pin.process().index(),
                ];
                self.own[lane].extend(cells.map(|cell| cell as u32));
            }
        }
    }

    /// The locals of a lane that name a lane, or what is a lane's, each with its cell.
    pub fn names(
        &self,
        system: &System,
        cells: &[u16],
        lane: usize,
        mut each: impl FnMut(usize, Local),
    ) {
        for frame in Frame::ALL {
            let names = &self.names[lane][frame as usize];
            if names.is_empty() {
                continue;
            }
            let program = system.lanes[lane].program(frame);
            let at = usize::from(cells[system.lanes[lane].location_cell(frame).index()]);
            let Some(loc) = program.locs.get(at) else { continue };
            let slots = system.lanes[lane].slots(frame) as usize;
            names[loc.call]
                .iter()
                .for_each(|(slot, local)| each(slots + usize::from(*slot), *local));
        }
    }

    /// What a local of one lane holds, as it would be in another that is alike: nothing if it names
    /// a third. One that was not set yet is 0, and is not read before it is set.
    pub fn as_in(&self, lane: usize, other: usize, local: Local, value: u16) -> Option<u16> {
        let number = usize::from(value);
        match local {
            Local::Pin => {
                let place = |lane: usize| self.pins[lane].iter().position(|pin| *pin == value);
                let owner = (0..self.pins.len()).find_map(|owner| Some((owner, place(owner)?)));
                match owner {
                    Some((owner, place)) if owner == lane => Some(self.pins[other][place]),
                    Some(_) if value != 0 => None,
                    _ => Some(value),
                }
            }
            _ if number == lane || number == 0 => Some(other as u16),
            _ => None,
        }
    }

    /// The renaming of two lanes, the lower one first, if they are alike.
    pub fn swap(&self, system: &System, start: &Memory, one: usize, other: usize) -> Option<Swap> {
        let runs = &system.layout.geometry.runs;
        let alike = runs.get(one) == runs.get(other)
            && self.own[one].len() == self.own[other].len()
            && self.own[one].iter().zip(&self.own[other]).all(|(one, other)| {
                let [one, other] = [*one, *other].map(|cell| system.layout.info(cell));
                (one.field, one.unit) == (other.field, other.unit)
            });
        if !alike || (0..system.lanes.len()).any(|lane| names_one(system, lane, [one, other])) {
            return None;
        }
        let results = self.same_calls(system, one, other)?;
        let mut cells: Box<[u32]> = (0..system.layout.len() as u32).collect();
        for (one, other) in self.own[one].iter().zip(&self.own[other]) {
            cells[*one as usize] = *other;
            cells[*other as usize] = *one;
        }
        let swap = Swap { lanes: [one, other], cells, all: self.own.len(), results };
        let stays = self.settled(system, &swap.apply(self, system, start.cells()))
            == self.settled(system, start.cells());
        stays.then_some(swap)
    }

    /// Whether two lanes make the same calls; the names of their results.
    fn same_calls(
        &self,
        system: &System,
        one: usize,
        other: usize,
    ) -> Option<Vec<(String, String)>> {
        let mut results = vec![(format!("cpu{one}"), format!("cpu{other}"))];
        for frame in [Frame::Task, Frame::Interrupt] {
            let calls = [one, other].map(|lane| &system.lanes[lane].program(frame).operations);
            if calls[0].len() != calls[1].len() {
                return None;
            }
            for (first, second) in calls[0].iter().zip(calls[1]) {
                let same = (first.function, first.retry) == (second.function, second.retry)
                    && first.args.len() == second.args.len()
                    && first.args.iter().zip(&second.args).all(|((local, arg), (second, like))| {
                        local == second && self.same_value([one, other], *local, *arg, *like)
                    });
                match (same, &first.result, &second.result) {
                    (true, None, None) => {}
                    (true, Some(first), Some(second)) => {
                        results.push((first.clone(), second.clone()));
                    }
                    _ => return None,
                }
            }
        }
        let all = (0..system.lanes.len()).flat_map(|lane| {
            operations(system, lane).filter_map(move |it| Some((lane, it.result.as_ref()?)))
        });
        let is_of = |lane: usize, name: &String| {
            all.clone().all(|(other, result)| result != name || other == lane)
        };
        let apart = results[1..].iter().all(|(a, b)| is_of(one, a) && is_of(other, b));
        let twice = |(number, (a, b)): (usize, &(String, String))| {
            results[..number].iter().any(|(x, y)| (x == a) != (y == b))
        };
        let unclear = results.iter().enumerate().any(twice);
        (apart && !unclear).then(|| {
            let back: Vec<_> = results.iter().map(|(a, b)| (b.clone(), a.clone())).collect();
            results.extend(back);
            results
        })
    }

    fn same_value(&self, lanes: [usize; 2], local: Local, one: Arg, other: Arg) -> bool {
        match (one, other) {
            (Arg::Value(one), Arg::Value(other)) if local == Local::Pin => {
                let place =
                    |lane: usize, pin: u16| self.pins[lane].iter().position(|own| *own == pin);
                let places = [place(lanes[0], one), place(lanes[1], other)];
                places[0] == places[1] && (places[0].is_some() || one == other)
            }
            (
                Arg::Result { cpu, frame, operation },
                Arg::Result { cpu: other, frame: other_frame, operation: number },
            ) => {
                let same = cpu == other || cpu == lanes[0] && other == lanes[1];
                same && (frame, operation) == (other_frame, number)
            }
            (one, other) => one == other,
        }
    }

    /// The same state, with locals that were not set yet as if they were.
    pub fn settled(&self, system: &System, cells: &[u16]) -> Vec<u16> {
        let mut settled = cells.to_vec();
        for lane in 0..self.own.len() {
            self.names(system, cells, lane, |cell, local| {
                if local == Local::Cpu && cells[cell] == 0 {
                    settled[cell] = lane as u16;
                }
            });
        }
        settled
    }
}

impl Swap {
    /// The other one of the two, or a lane that stays.
    pub fn lane(&self, lane: usize) -> usize {
        match self.lanes {
            [one, other] if lane == one => other,
            [one, other] if lane == other => one,
            _ => lane,
        }
    }

    /// The numbers of all lanes, where they had these before: their own if these are none.
    pub fn behind(&self, lanes: &[usize]) -> Vec<usize> {
        let own = |lane: usize| lanes.get(lane).copied().unwrap_or(lane);
        (0..self.all).map(|lane| self.lane(own(lane))).collect()
    }

    /// The choice of the lane that another one becomes.
    pub fn choice(&self, choice: Choice) -> Choice {
        choice.of_lane(self.lane(choice.cpu()))
    }

    fn mask(&self, mask: u16) -> u16 {
        let [one, other] = self.lanes;
        let differ = (mask >> one ^ mask >> other) & 1;
        mask ^ (differ << one | differ << other)
    }

    /// The state in which the lanes have changed places.
    pub fn apply(&self, lanes: &Lanes, system: &System, cells: &[u16]) -> Vec<u16> {
        let mut swapped = vec![0; cells.len()];
        for (cell, value) in cells.iter().enumerate() {
            let own = value.checked_sub(1).map(usize::from);
            let frames = Frame::ALL.len();
            swapped[self.cells[cell] as usize] = match lanes.kinds[cell] {
                Kind::Holders | Kind::HoldersOf(_) => self.mask(*value),
                Kind::List => {
                    let list = <Option<OwnList>>::from_word(*value);
                    list.map(|list| OwnList { cpu: self.lane(list.cpu), ..list }).to_word()
                }
                Kind::Number => own.map_or(0, |lane| self.lane(lane) as u16 + 1),
                Kind::Bug => own.map_or(0, |number| {
                    (self.lane(number / frames) * frames + number % frames) as u16 + 1
                }),
                Kind::Plain | Kind::Of(_) | Kind::Call => *value,
            };
        }
        for lane in self.lanes {
            lanes.names(system, cells, lane, |cell, local| {
                if let Some(named) = lanes.as_in(lane, self.lane(lane), local, cells[cell]) {
                    swapped[self.cells[cell] as usize] = named;
                }
            });
        }
        swapped
    }

    /// What an execution comes to in which the lanes have changed places.
    pub fn outcome(&self, outcome: &Outcome) -> Outcome {
        let renamed = |name: &String| {
            let pair = self.results.iter().find(|(before, _)| before == name);
            pair.map_or(name, |(_, after)| after).clone()
        };
        let results = outcome.results.iter().map(|(name, value)| (renamed(name), value.clone()));
        Outcome { results: results.collect(), ..outcome.clone() }
    }
}

/// The calls that a scenario gives a lane.
fn operations(system: &System, lane: usize) -> impl Iterator<Item = &Operation> + Clone {
    let frames = [Frame::Task, Frame::Interrupt].into_iter();
    frames.flat_map(move |frame| &system.lanes[lane].program(frame).operations)
}

fn pins(system: &System, lane: usize) -> impl Iterator<Item = u16> {
    let args = operations(system, lane).flat_map(|operation| &operation.args);
    args.filter_map(|arg| match arg {
        (Local::Pin, Arg::Value(pin)) => Some(*pin),
        _ => None,
    })
}

fn own_pins(system: &System, lane: usize) -> Vec<u16> {
    let mut own = Vec::new();
    for pin in pins(system, lane) {
        let exists = usize::from(pin) < system.layout.geometry.pins.len();
        let mut others = (0..system.lanes.len()).filter(|other| *other != lane);
        if exists && !own.contains(&pin) && !others.any(|it| pins(system, it).any(|its| its == pin))
        {
            own.push(pin);
        }
    }
    own
}

/// Whether a lane names one of two, of which it is none: their results, or them as tasks.
fn names_one(system: &System, lane: usize, [one, other]: [usize; 2]) -> bool {
    let is_one = |named: usize| named == one || named == other;
    operations(system, lane).flat_map(|operation| &operation.args).any(|(local, arg)| match arg {
        Arg::Value(task) => *local == Local::Task && is_one((*task).into()),
        Arg::Result { cpu, .. } => is_one(*cpu) && *cpu != lane,
    })
}

/// For each activation, the slots of locals that name something, its callers' among them; nothing
/// at all if there are none.
fn names_in(system: &System, lane: usize, frame: Frame) -> Vec<Names> {
    let calls = &system.lanes[lane].program(frame).calls;
    let mut names: Vec<Names> = Vec::with_capacity(calls.len());
    for call in calls {
        let above = call.parent.map_or(&[][..], |(parent, _)| &names[parent]);
        let own = [Local::Cpu, Local::Pin].into_iter();
        let own = own.filter_map(|local| Some((call.slot(local)?, local)));
        names.push(above.iter().copied().chain(own).collect());
    }
    if names.iter().all(|names| names.is_empty()) { Vec::new() } else { names }
}
