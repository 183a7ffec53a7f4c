/** The one place where the page's state changes: wishes in, models out. */
import type { Action, Composed } from './actions';
import { AddressLine, type Surroundings } from './address';
import { Checking } from './checking';
import { type EngineClient, EngineLost } from './engine';
import { type Fork, forksBeside } from './forks';
import { front, inGallery } from './gallery';
import { type Address, type Look, parseHash } from './hash';
import { amended, type History, recorded, turned } from './history';
import { whenIdle } from './idle';
import type { Keeper } from './keep';
import { pack, unpack } from './link';
import { EMPTY, type Model, type Opening } from './model';
import type { Pool } from './pool';
import type {
  Catalogue,
  Diagnostic,
  ExplorationView,
  Reply,
  Request,
  StepView,
  StopView,
} from './protocol';
import { moves, nearestChange, nextBreak, scheduleOf, sentence, target } from './schedule';
import { begun, Searcher } from './search';
import { spokenOf } from './wording';

/** After how many states a search stops, unless the reader wants more. */
export const MAX_STATES = 1_000_000;

/** And under each of the other kernels, several of which are searched at a time. */
const POOL_STATES = 200_000;

const every = (max_states: number): Request => ({ type: 'explore', max_states });

type Opened = Extract<Reply, { type: 'opened' }>;
type Switch = Extract<Action, { type: 'kernel' }>;

/** Holds the last replies. Fires `change`; `goto` when the editor should show a place. */
export class Store extends EventTarget {
  #model: Model = EMPTY;
  #queue: Promise<unknown> = Promise.resolve();
  #pool: Pool | undefined;
  #wanted: number | null = null;
  #ticking: ReturnType<typeof setTimeout> | undefined;
  /** The trace is not the schedule of the text. */
  #ownTrace = false;

  readonly #engine: EngineClient;
  readonly #searcher = new Searcher();
  readonly #around: Surroundings;
  readonly #address: AddressLine;
  readonly #keeper: Keeper;
  readonly #checking: Checking;

  constructor(engine: EngineClient, around: Surroundings, keeper: Keeper) {
    super();
    this.#keeper = keeper;
    this.#engine = engine;
    this.#around = around;
    this.#checking = new Checking(
      (request) => this.#engine.call(request),
      (draft, diagnostics) => draft === this.#model.draft && this.#set({ diagnostics }),
    );
    this.#address = new AddressLine(
      (hash, push) => around.writeHash(hash, push),
      () => this.#look(),
    );
  }

  /** What to show now. */
  get model(): Model {
    return this.#model;
  }

  /** The catalogue with all help, which is a file of its own. */
  async #help(): Promise<void> {
    const { default: catalogue } = await import('../../pkg/catalogue.json');
    this.#set({ catalogue: catalogue as unknown as Catalogue });
  }

  /** Opens what the address says. */
  start(hash: string): Promise<void> {
    return this.#do(async () => {
      const reply = await this.#engine.call({ type: 'catalogue' });
      if (reply.type === 'catalogue') this.#set({ catalogue: reply });
      const address = parseHash(hash);
      await this.#openAddress(address);
      this.#offer(address);
      whenIdle(() => this.#searcher.prepare());
    });
  }

  /** Offers the reader's last work, unless it stands on the page already or a link was opened. */
  #offer({ kind }: Address): void {
    const kept = this.#keeper.last();
    const { text, notice } = this.#model;
    if (!kept || notice) return;
    const same = kept.text === text;
    if (same ? kept.draft !== null : kind === 'none') this.#set({ notice: { kind: 'kept', kept } });
  }

  /** Puts the kept work back as it was: the text on the stage, the edits in the editor. */
  async #takeUp(): Promise<void> {
    const { notice, text } = this.#model;
    if (notice?.kind !== 'kept') return;
    const { kept } = notice;
    if (kept.text !== text) {
      const diagnostics = await this.#open(kept.text, { entry: null }, null);
      if (diagnostics)
        return this.#set({ draft: kept.text, diagnostics, notice: null, panel: 'text' });
      this.#touched();
    }
    const { draft } = kept;
    this.#set({ notice: null, draft, ...(draft === null ? {} : { panel: 'text' }) });
  }

  /** The reader changed the address, or pasted a link into an open page. */
  address(hash: string): Promise<void> {
    const address = parseHash(hash);
    return this.#do(() => this.#openAddress(address));
  }

  /** Does what an element asks for. */
  async act(action: Action): Promise<void> {
    const { trace, state } = this.#model;
    const cursor = this.#wanted ?? state?.cursor ?? 0;
    if (moves(action)) this.#pause();
    switch (action.type) {
      case 'step':
        return this.#do(() => this.#step(action.choice));
      case 'seek':
        return this.#seek(action.cursor);
      case 'back':
      case 'forward':
      case 'start':
      case 'end':
      case 'previous_switch':
      case 'next_switch':
        return this.#seek(target(action.type, trace, cursor));
      case 'next_break': {
        const at = nextBreak(trace, cursor);
        return at === null
          ? this.#set({ spoken: 'No step of this trace breaks a property.' })
          : this.#seek(at);
      }
      case 'play_pause':
        return this.#model.playing ? this.#pause() : this.#resume();
      case 'speed':
        return this.#set({ stepsPerSecond: action.stepsPerSecond });
      case 'bring_back':
        return this.#do(() => this.#bringBack(action.fork ?? 0, action.cursor));
      case 'move':
        return this.#do(() => this.#move(action.step ?? this.#model.state?.cursor ?? 0, action.by));
      case 'next_change':
      case 'previous_change':
        return this.#changes(action.type === 'next_change' ? 1 : -1);
      case 'history':
        return this.#set({ word: action.word });
      case 'explore':
        return this.#explore(every(action.maxStates ?? MAX_STATES));
      case 'sample':
        return this.#explore(action);
      case 'go_on':
        return this.#explore(null);
      case 'cancel':
        return this.#searcher.stop();
      case 'search_kernels':
        return this.#searchKernels(action);
      case 'cancel_kernels':
        return this.#pool?.stop();
      case 'witness':
        return this.#do(() => this.#play(action.schedule, null));
      case 'kernel':
        return this.#do(() => this.#kernel(action));
      case 'predict':
        return this.#do(() => this.#predict(action.on));
      case 'gallery':
        return this.#do(() => this.#openAddress(parseHash(`g=${action.name}`), true));
      case 'edit':
        this.#set({ draft: action.text === this.#model.text ? null : action.text });
        this.#checking.soon(this.#model.draft);
        return this.#syncSoon();
      case 'apply':
        return this.#do(() => this.#apply());
      case 'revert':
        return this.#revert();
      case 'compose':
        return this.#do(() => this.#compose(action));
      case 'new': {
        const { FRESH } = await import('./compose/fresh');
        return this.#do(() => this.#compose({ ...FRESH, fresh: true }));
      }
      case 'unschedule': {
        const { unscheduled } = await import('./compose/fresh');
        const { draft, text } = this.#model;
        return this.#do(() => this.#compose(unscheduled(draft ?? text)));
      }
      case 'undo':
      case 'redo':
        return this.#do(() => this.#turn(action.type === 'undo'));
      case 'unstash':
        this.#set({ draft: this.#model.stash, stash: null, diagnostics: [] });
        return this.#checking.soon(this.#model.draft);
      case 'drop_stash':
        return this.#set({ stash: null });
      case 'share':
        return this.#do(() => this.#share());
      case 'close_share':
        return this.#set({ shared: null });
      case 'restart':
        return this.#do(() => this.#restart(action.keepTrace));
      case 'dismiss':
        return this.#set({ notice: null });
      case 'take_up':
        return this.#do(() => this.#takeUp());
      case 'forget':
        this.#keeper.forget();
        return this.#set({ notice: null });
      case 'open_anyway':
        return this.#do(() => this.#openText(action.opening));
      case 'select_page':
        return this.#set({ page: action.pfn });
      case 'panel':
        this.#set({ panel: action.panel });
        return this.#address.write();
      case 'visit':
        return this.#do(() => this.#visit(action.stop));
      case 'guide':
        this.#set({ guide: action.guide && { kind: action.guide, here: false } });
        return this.#address.write();
      case 'goto_text':
        this.#set({ panel: 'text' });
        this.dispatchEvent(new CustomEvent('goto', { detail: action }));
        return;
      case 'catalogue':
        return this.#help();
      case 'theme':
      case 'browse':
      case 'help':
        return; // the application's
    }
  }

  #set(patch: Partial<Model>): void {
    this.#model = { ...this.#model, ...patch };
    this.dispatchEvent(new Event('change'));
  }

  /** One thing after the other; a lost engine becomes a notice. */
  #do(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work).catch((error: unknown) => this.#lost(error));
    this.#queue = done.catch(() => {});
    return done;
  }

  #lost(error: unknown): void {
    if (!(error instanceof EngineLost)) throw error;
    this.#pause();
    this.#address.hold();
    const { search } = this.#model;
    this.#set({
      notice: { kind: 'lost', why: error.message, doing: this.#doing },
      search: search?.view.running ? { ...search, stopped: true } : search,
    });
  }

  #doing = 'starting';

  /** A call about the scenario on the stage; a refusal becomes a notice. */
  async #ask(request: Request): Promise<Reply | null> {
    if (this.#model.notice?.kind === 'lost') return null;
    this.#doing = request.type;
    const reply = await this.#engine.call(request);
    if (reply.type !== 'refused') return reply;
    this.#set({ notice: { kind: 'refused', diagnostics: reply.diagnostics } });
    return null;
  }

  /**
   * Opens a text, and goes to `at`, or to the first step that breaks a property: the race shows
   * at once. What is wrong with the text, or null when it stands on the stage.
   */
  async #open(
    text: string,
    patch: Partial<Model>,
    at: number | null,
    type: 'open' | 'edit' = 'open',
  ): Promise<Diagnostic[] | null> {
    this.#pause();
    this.#searcher.stop();
    this.#doing = type;
    this.#keeper.begins(text);
    const reply = await this.#engine.call({ type, text });
    this.#keeper.ends();
    if (reply.type === 'refused') return reply.diagnostics;
    if (reply.type === 'opened') {
      const { draft, stash } = this.#model;
      const pool = this.#pool;
      this.#pool = undefined;
      pool?.stop();
      this.#opened(reply, {
        stash: draft ?? stash,
        draft: null,
        pool: null,
        opened: reply,
        searched: [],
        search: null,
        ...patch,
      });
      if (this.#model.predicting) await this.#predict(true);
      const best = at ?? nextBreak(this.#model.trace, 0);
      if (best !== null && best !== this.#model.state?.cursor) await this.#seekNow(best);
      const { unplayed } = reply;
      if (unplayed) this.#set({ notice: { kind: 'unscheduled', why: unplayed.message } });
    }
    return null;
  }

  #opened({ text, scenario, trace, loop_from, state }: Opened, patch: Partial<Model>): void {
    const spoken = `${scenario.title}. Step ${state.cursor} of ${trace.length}.`;
    this.#ownTrace = false;
    this.#searcher.drop();
    const { entry } = { ...this.#model, ...patch };
    this.#set({
      history: recorded(this.#model.history, { text, entry }),
      text,
      scenario,
      trace,
      loopFrom: loop_from,
      state,
      spoken,
      forks: [],
      word: null,
      diagnostics: [],
      notice: null,
      page: null,
      ...patch,
    });
  }

  /** `push` leaves the address that stood there in the browser's history. */
  async #openAddress(address: Address, push = false): Promise<void> {
    const { at, view, guide } = address;
    const look = { at, view, guide };
    if (address.predict) this.#set({ predicting: true });
    const bad = (why: string, raw: string) => this.#badLink(why, raw);
    switch (address.kind) {
      case 'none': {
        const { text, name } = front;
        return this.#openText({ text, head: `g=${name}`, entry: name, ...look, how: 'silent' });
      }
      case 'gallery': {
        const { name } = address;
        const text = (await inGallery(name))?.text;
        if (text === undefined) return bad(`The gallery has no scenario "${name}".`, `g=${name}`);
        const how = push ? 'push' : 'replace';
        return this.#openText({ text, head: `g=${name}`, entry: name, ...look, how });
      }
      case 'payload': {
        const { payload: head } = address;
        const unpacked = await unpack(head);
        if ('why' in unpacked) return bad(unpacked.why, head);
        const opening = {
          text: unpacked.text,
          head,
          entry: null,
          ...look,
          how: 'replace',
        } as const;
        if (!this.#keeper.stoppedAt(opening.text)) return this.#openText(opening);
        await this.#underneath();
        return this.#set({ notice: { kind: 'stopped', opening } });
      }
      case 'bad':
        return bad(address.why, address.raw);
    }
  }

  async #openText({ text, head, entry, at, view, guide: kind, how }: Opening): Promise<void> {
    const guide = kind && { kind, here: true };
    const patch = view === null ? { guide } : { guide, panel: view };
    const diagnostics = await this.#open(text, { entry, ...patch }, at);
    if (diagnostics === null) return this.#address.says(head, how);
    const { draft, stash } = this.#model;
    this.#set({ ...patch, draft: text, stash: draft ?? stash, diagnostics, panel: 'text' });
    if (this.#model.state === null) await this.#underneath();
  }

  /** Something to look at below a notice, on a page that has nothing yet. */
  async #underneath(): Promise<void> {
    const { draft, diagnostics, notice } = this.#model;
    const refused = await this.#open(front.text, { entry: front.name }, null);
    if (refused === null) this.#set({ draft, diagnostics, notice, stash: null });
  }

  async #badLink(why: string, raw: string): Promise<void> {
    if (this.#model.state === null) await this.#underneath();
    this.#set({ notice: { kind: 'bad_link', why, raw } });
  }

  async #step(choice: string): Promise<void> {
    const { trace, state } = this.#model;
    if (!state) return;
    if (trace[state.cursor]?.choice === choice) return this.#seekNow(state.cursor + 1);
    const [, cpu, kind] = /^(\d+)([icd]?)$/.exec(choice) ?? [];
    const lane = state.lanes.find((it) => String(it.cpu) === cpu);
    const reasons: Record<string, string | null | undefined> = {
      i: lane?.why_no_interrupt,
      c: lane?.why_no_call,
      d: lane?.why_no_drain,
    };
    const why = kind ? reasons[kind] : lane?.why_not;
    if (!lane || why) return this.#set({ spoken: why ?? `There is no CPU${choice}.` });
    const reply = await this.#ask({ type: 'step', choice });
    if (reply?.type !== 'played') return;
    this.#arrived(reply, this.#left(reply.trace));
  }

  async #play(schedule: string, at: number | null): Promise<void> {
    const reply = await this.#ask({ type: 'play', schedule });
    if (reply?.type !== 'played') return;
    this.#arrived(reply, []);
    if (at !== null) await this.#seekNow(at);
  }

  /** To a stop of a tour, whose steps run on its kernel. */
  async #visit({ kernel, base, toggles, schedule, at, page }: StopView): Promise<void> {
    if (this.#model.scenario?.kernel !== kernel) {
      this.#ownTrace = false;
      await this.#kernel({ type: 'kernel', base, toggles });
      this.#set({ notice: null });
    }
    if (scheduleOf(this.#model.trace) !== schedule) await this.#play(schedule, null);
    await this.#seekNow(at);
    this.#set({ page });
  }

  async #bringBack(number: number, cursor?: number): Promise<void> {
    const fork = this.#model.forks[number];
    if (!fork) return;
    const reply = await this.#ask({ type: 'play', schedule: scheduleOf(fork.trace) });
    if (reply?.type !== 'played') return;
    this.#arrived(reply, this.#left(reply.trace));
    await this.#seekNow(cursor ?? fork.cursor);
  }

  /** The futures beside a trace that takes the place of the one on the stage. */
  #left(next: readonly StepView[]): readonly Fork[] {
    const { trace, state, forks } = this.#model;
    return forksBeside(next, trace, state?.cursor ?? 0, forks);
  }

  /** Puts a step elsewhere, where the engine can play what comes of it. */
  async #move(step: number, by: number): Promise<void> {
    const { moved } = await import('./moving');
    const other = moved(this.#model.trace, step, step + by);
    if ('why' in other) return this.#set({ spoken: other.why });
    const reply = await this.#engine.call({ type: 'play', schedule: other.schedule });
    if (reply.type === 'refused') {
      const why = reply.diagnostics[0]?.message ?? '';
      return this.#set({ spoken: `Step ${step} cannot be moved to ${step + by}: then ${why}.` });
    }
    if (reply.type !== 'played') return;
    this.#arrived(reply, this.#left(reply.trace));
    await this.#seekNow(step + by);
  }

  /** Goes to where the page that is shown changes next, or changed before. */
  #changes(way: 1 | -1): void | Promise<void> {
    const { trace, state, page } = this.#model;
    const pages = state?.pages ?? [];
    const pfn = page ?? pages.find((it) => it.changed)?.pfn;
    if (pfn === undefined) return this.#set({ spoken: 'Choose a page first.' });
    const at = nearestChange(trace, this.#wanted ?? state?.cursor ?? 0, `page ${pfn}`, way);
    if (at !== null) return this.#seek(at);
    const side = way === 1 ? 'behind' : 'before';
    this.#set({ spoken: `No step ${side} this one changes page ${pfn}.` });
  }

  #arrived(
    { trace, loop_from, state }: Pick<Opened, 'trace' | 'loop_from' | 'state'>,
    forks: readonly Fork[],
  ) {
    this.#ownTrace = true;
    const spoken = sentence(trace, state.cursor, loop_from);
    this.#set({ trace, loopFrom: loop_from, state, forks, spoken });
    this.#touched();
  }

  /** Scrubbing asks faster than the engine need answer: only the last wish counts. */
  async #seek(cursor: number): Promise<void> {
    const wanted = Math.min(Math.max(cursor, 0), this.#model.trace.length);
    const running = this.#wanted !== null;
    this.#wanted = wanted;
    if (running) return;
    await this.#do(async () => {
      try {
        for (let to = this.#wanted; to !== null; ) {
          await this.#seekNow(to);
          to = this.#wanted === to ? null : this.#wanted;
        }
      } finally {
        this.#wanted = null;
      }
    });
  }

  async #seekNow(cursor: number): Promise<void> {
    if (cursor === this.#model.state?.cursor) return;
    const reply = await this.#ask({ type: 'seek', cursor });
    if (reply?.type !== 'moved') return;
    const { state } = reply;
    const { trace, loopFrom } = this.#model;
    this.#set({ state, spoken: sentence(trace, state.cursor, loopFrom) });
    this.#syncSoon();
  }

  #resume(): void {
    const { state, trace, notice } = this.#model;
    if (!state || trace.length === 0 || notice?.kind === 'lost') return;
    this.#set({ playing: true });
    const tick = async () => {
      const at = this.#model.state?.cursor ?? 0;
      if (at >= this.#model.trace.length) return this.#pause();
      await this.#seek(at + 1);
      if (this.#model.playing) this.#ticking = setTimeout(tick, 1000 / this.#model.stepsPerSecond);
    };
    const first = state.cursor >= trace.length ? this.#seek(0) : Promise.resolve();
    this.#ticking = setTimeout(() => void first.then(tick), 1000 / this.#model.stepsPerSecond);
  }

  #pause(): void {
    clearTimeout(this.#ticking);
    if (this.#model.playing) this.#set({ playing: false });
  }

  async #explore(start: Request | null): Promise<void> {
    const { scenario, search, notice, text } = this.#model;
    if (!scenario || notice?.kind === 'lost' || (search?.view.running && !search.stopped)) return;
    this.#doing = 'explore';
    this.#keeper.begins(text);
    if (!search) this.#set({ search: begun(scenario.kernel) });
    try {
      const other = await this.#searcher.run(text, start, (search) => {
        const { view } = search;
        const searched = view.running ? this.#model.searched : this.#searchedWith(view);
        const spoken = spokenOf(search, this.#model.search) ?? this.#model.spoken;
        this.#set({ search, searched, spoken });
      });
      this.#keeper.ends();
      if (other?.type === 'refused')
        this.#set({ notice: { kind: 'refused', diagnostics: other.diagnostics }, search });
    } catch (error) {
      this.#lost(error);
    }
  }

  #searchedWith(view: ExplorationView): readonly ExplorationView[] {
    return [...this.#model.searched.filter((it) => it.kernel !== view.kernel), view];
  }

  /** Searches under other kernels, side by side. */
  async #searchKernels({
    text,
    kernels,
  }: Extract<Action, { type: 'search_kernels' }>): Promise<void> {
    if (this.#model.pool?.running) return this.#pool?.add(kernels);
    const { Pool } = await import('./pool');
    const pool: Pool = new Pool(text, kernels, {
      progress: (view) => {
        if (this.#pool !== pool) return;
        const ended = this.#model.pool?.running && !view.running;
        const spoken = ended ? `${view.done} of ${view.all} kernels searched.` : this.#model.spoken;
        this.#set({ pool: view, spoken });
      },
      found: (view) => {
        if (this.#pool === pool) this.#set({ searched: this.#searchedWith(view) });
      },
    });
    this.#pool = pool;
    await pool.run(POOL_STATES);
  }

  /** The reader thinks about the start of the race, and sees no step of any witness. */
  async #predict(on: boolean): Promise<void> {
    this.#set({ predicting: on });
    const { trace, state } = this.#model;
    if (!on || trace.length === 0 || !state) return this.#address.write();
    const reply = await this.#ask({ type: 'play', schedule: '' });
    if (reply?.type !== 'played') return;
    const forks = this.#left([]);
    const { state: start, loop_from: loopFrom } = reply;
    this.#set({ trace: [], loopFrom, state: start, forks, spoken: 'At the start.' });
    this.#address.write();
  }

  async #kernel({ base, toggles, schedule }: Switch): Promise<void> {
    const again = this.#model.search !== null;
    this.#searcher.stop();
    const reply = await this.#ask({ type: 'kernel', base, toggles });
    if (reply?.type !== 'opened') return;
    const { draft, page, trace } = this.#model;
    const own = schedule ?? (this.#ownTrace ? scheduleOf(trace) : null);
    this.#opened(reply, { search: null, draft, page });
    // A trace of the reader's own goes on under the other kernel, where it can.
    const same = own === null ? null : await this.#engine.call({ type: 'play', schedule: own });
    if (same?.type === 'played') this.#arrived(same, []);
    const unplayed = same?.type === 'refused' ? same.diagnostics[0] : same ? null : reply.unplayed;
    if (unplayed) {
      const { kernel } = reply.scenario;
      this.#set({ notice: { kind: 'unplayed', kernel, why: unplayed.message, steps: own } });
    }
    if (this.#model.predicting) await this.#predict(true);
    const broken = nextBreak(this.#model.trace, 0);
    if (broken !== null) await this.#seekNow(broken);
    this.#touched();
    if (again) void this.#explore(every(MAX_STATES));
  }

  async #apply(): Promise<void> {
    const { draft } = this.#model;
    if (draft === null) return;
    const diagnostics = await this.#open(draft, { entry: null, stash: this.#model.stash }, null);
    if (diagnostics)
      return this.#set({ diagnostics, spoken: `Not applied: ${diagnostics[0]?.message ?? ''}` });
    this.#touched();
  }

  #revert(): void {
    const { draft, text, entry } = this.#model;
    const history = recorded(this.#model.history, { text, entry });
    this.#set({ history, stash: draft, draft: null, diagnostics: [] });
  }

  /** Opens what the composer has made of the text; what the engine refuses stands as a draft. */
  async #compose({ text, said, fresh }: Composed): Promise<void> {
    const { stash, state, draft } = this.#model;
    const at = fresh ? 0 : (state?.cursor ?? 0);
    if (fresh) this.#set({ stash: draft ?? stash, panel: 'compose' });
    const history = recorded(this.#model.history, { text, entry: null });
    await this.#stand(history, said, at);
  }

  /** Undo, or redo. What stands in the editor and was never applied is kept aside. */
  async #turn(back: boolean): Promise<void> {
    const { draft, stash, history: now, state } = this.#model;
    const history = turned(now, back);
    if (!history) return this.#set({ spoken: `There is nothing to ${back ? 'undo' : 'redo'}.` });
    this.#set({ stash: draft === now.now?.text ? stash : (draft ?? stash) });
    await this.#stand(history, back ? 'Undone.' : 'Redone.', state?.cursor ?? 0);
  }

  /** The version at hand of a history goes on the stage. */
  async #stand(history: History, said: string, at: number): Promise<void> {
    const { stash, text: stands } = this.#model;
    const { text, entry } = history.now ?? { text: stands, entry: null };
    this.#set({ history });
    const refused = text === stands ? null : await this.#open(text, { entry, stash }, at, 'edit');
    if (!refused) {
      this.#set({ draft: null, diagnostics: [], entry, spoken: said });
      return this.#touched();
    }
    const spoken = `${said} The engine does not take it: ${refused[0]?.message ?? ''}`;
    this.#set({ draft: text, diagnostics: refused, spoken });
  }

  async #restart(keepTrace: boolean): Promise<void> {
    const { text, trace, state, entry, draft, stash } = this.#model;
    const keep = { entry, draft, stash };
    const diagnostics = await this.#open(text || front.text, keep, null);
    if (diagnostics) return this.#set({ notice: { kind: 'refused', diagnostics } });
    if (!this.#model.catalogue) {
      const reply = await this.#ask({ type: 'catalogue' });
      if (reply?.type === 'catalogue') this.#set({ catalogue: reply });
    }
    if (keepTrace && trace.length > 0) await this.#play(scheduleOf(trace), state?.cursor ?? null);
  }

  async #share(): Promise<void> {
    const why = await this.#link();
    if (why) {
      const diagnostic = { line: 0, column: 0, message: why, hint: null };
      return this.#set({ notice: { kind: 'refused', diagnostics: [diagnostic] } });
    }
    const url = this.#around.base() + this.#address.hash();
    const done = this.#around.copy(url);
    const copied = await done.then(
      () => true,
      () => false,
    );
    this.#set({
      shared: { url, copied },
      spoken: copied ? 'Link copied.' : 'The clipboard is refused.',
    });
  }

  /** The stage has left what the address says; it follows as soon as things are calm. */
  #touched(): void {
    this.#address.left();
    this.#syncSoon();
  }

  #syncSoon(): void {
    this.#address.soon(() => void this.#do(() => this.#sync()));
  }

  async #sync(): Promise<void> {
    const { notice, draft } = this.#model;
    if (draft !== null) this.#keep();
    if (notice?.kind === 'lost' || notice?.kind === 'bad_link' || notice?.kind === 'stopped')
      return;
    if (this.#address.current) return this.#address.write();
    await this.#link();
    this.#keep();
  }

  #keep(): void {
    const { scenario, text, draft } = this.#model;
    this.#keeper.keep({ title: scenario?.title ?? '', text, draft });
  }

  /** The address and the text say what is on the stage from now on; why they cannot, if so. */
  async #link(): Promise<string | null> {
    const text = await this.#textWithTrace();
    const packed = await pack(text);
    if ('why' in packed) return packed.why;
    const { history, text: stood } = this.#model;
    if (text !== stood) {
      this.#set({ text, history: history.now?.text === stood ? amended(history, text) : history });
    }
    this.#address.says(packed.payload);
    return null;
  }

  /** The scenario with the trace as its schedule. Where the reader has not changed the trace, the
   * text says it already, or says what did not run on this kernel and may on the next. */
  async #textWithTrace(): Promise<string> {
    if (!this.#ownTrace) return this.#model.text;
    this.#doing = 'share';
    const reply = await this.#engine.call({ type: 'share' });
    return reply.type === 'shared' ? reply.text : this.#model.text;
  }

  #look(): Look {
    const { state, trace, panel, guide, predicting } = this.#model;
    const at = state && (guide || state.cursor !== trace.length) ? state.cursor : null;
    return { at, view: panel, guide: guide?.kind ?? null, ...(predicting && { predict: true }) };
  }
}
