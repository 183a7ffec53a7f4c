/** The one place where the page's state changes: wishes in, models out. */
import type { Action } from './actions';
import type { Surroundings } from './address';
import { Checking } from './checking';
import { type EngineClient, EngineLost } from './engine';
import { parseHash } from './hash';
import type { Keeper } from './keep';
import type { Model } from './model';
import type { Catalogue } from './protocol';
import { moves, target } from './schedule';
import { Core } from './store/core';
import { Editing } from './store/editing';
import { Linking } from './store/linking';
import { Opener } from './store/opening';
import { Playing } from './store/playing';
import { every, Searches } from './store/searches';
import { Staging } from './store/staging';

/** Holds the last replies. Fires `change`; `goto` when the editor should show a place. */
export class Store extends EventTarget {
  readonly #engine: EngineClient;
  readonly #core: Core;
  readonly #linking: Linking;
  readonly #playing: Playing;
  readonly #searches: Searches;
  readonly #staging: Staging;
  readonly #opener: Opener;
  readonly #editing: Editing;

  constructor(engine: EngineClient, around: Surroundings, keeper: Keeper) {
    super();
    const core = new Core(engine, () => this.dispatchEvent(new Event('change')));
    const checking = new Checking(
      (draft, diagnostics) => draft === core.model.draft && core.set({ diagnostics }),
    );
    const linking = new Linking(core, around, keeper);
    const playing = new Playing(core, linking);
    const searches = new Searches(core, keeper);
    const staging = new Staging(core, linking, playing, searches, keeper);
    this.#engine = engine;
    this.#core = core;
    this.#linking = linking;
    this.#playing = playing;
    this.#searches = searches;
    this.#staging = staging;
    this.#opener = new Opener(core, linking, playing, staging, keeper);
    this.#editing = new Editing(core, linking, staging, checking);
  }

  /** What to show now. */
  get model(): Model {
    return this.#core.model;
  }

  /** Opens what the address says. */
  start(hash: string): Promise<void> {
    return this.#core.do(async () => {
      const reply = await this.#engine.call({ type: 'catalogue' });
      if (reply.type === 'catalogue') this.#core.set({ catalogue: reply });
      const address = parseHash(hash);
      await this.#opener.address(address);
      this.#opener.offer(address);
      this.#searches.prepare();
    });
  }

  /** The reader changed the address, or pasted a link into an open page. */
  address(hash: string): Promise<void> {
    const address = parseHash(hash);
    return this.#core.do(() => this.#opener.address(address));
  }

  /** Nobody looks any more: nothing goes on. */
  end(): void {
    this.#playing.pause();
    this.#searches.drop();
    this.#searches.dropKernels();
    this.#engine.lose('closed');
    this.#core.lost(new EngineLost('closed'));
  }

  /** Does what an element asks for. */
  async act(action: Action): Promise<void> {
    const core = this.#core;
    if (moves(action)) this.#playing.pause();
    switch (action.type) {
      case 'step':
        return core.do(() => this.#playing.step(action.choice));
      case 'seek':
        return this.#playing.seek(action.cursor);
      case 'back':
      case 'forward':
      case 'start':
      case 'end':
      case 'previous_switch':
      case 'next_switch':
        return this.#playing.seek(target(action.type, core.model.trace, this.#playing.cursor));
      case 'next_break':
        return this.#playing.nextBreak();
      case 'play_pause':
        return core.model.playing ? this.#playing.pause() : this.#playing.resume();
      case 'speed':
        return core.set({ stepsPerSecond: action.stepsPerSecond });
      case 'bring_back':
        return core.do(() => this.#playing.bringBack(action.fork ?? 0, action.cursor));
      case 'move':
        return core.do(() =>
          this.#playing.move(action.step ?? core.model.state?.cursor ?? 0, action.by),
        );
      case 'next_change':
      case 'previous_change':
        return this.#playing.change(action.type === 'next_change' ? 1 : -1, action.pfn);
      case 'history':
        return core.set({ word: action.word });
      case 'explore':
        return this.#searches.run(every(action.maxStates));
      case 'sample':
        return this.#searches.run(action);
      case 'go_on':
        return this.#searches.run(null);
      case 'cancel':
        return this.#searches.stop();
      case 'search_kernels':
        return this.#searches.runKernels(action);
      case 'cancel_kernels':
        return this.#searches.stopKernels();
      case 'witness':
        return core.do(() => this.#playing.play(action.schedule));
      case 'kernel':
        return core.do(() => this.#staging.kernel(action));
      case 'predict':
        return core.do(() => this.#playing.predict(action.on));
      case 'gallery':
        return core.do(() => this.#opener.address(parseHash(`g=${action.name}`), true));
      case 'edit':
        return this.#editing.draft(action.text);
      case 'apply':
        return core.do(() => this.#editing.apply());
      case 'revert':
        return this.#editing.revert();
      case 'compose':
        return core.do(() => this.#editing.compose(action));
      case 'new':
        return this.#editing.begin();
      case 'unschedule':
        return this.#editing.unschedule();
      case 'undo':
      case 'redo':
        return core.do(() => this.#editing.turn(action.type === 'undo'));
      case 'unstash':
        return this.#editing.unstash();
      case 'drop_stash':
        return core.set({ stash: null });
      case 'share':
        return core.do(() => this.#linking.share());
      case 'copy_link':
        return core.do(() => this.#linking.copy());
      case 'close_share':
        return core.set({ shared: null });
      case 'open_files':
        return core.do(() => this.#opener.files(action.files));
      case 'restart':
        return core.do(() => this.#opener.again(action.keepTrace));
      case 'dismiss':
        return core.set({ notice: null });
      case 'take_up':
        return core.do(() => this.#opener.takeUp());
      case 'forget':
        return this.#opener.forget();
      case 'open_anyway':
        return core.do(() => this.#opener.text(action.opening));
      case 'select_page':
        return this.#playing.choose(action.pfn);
      case 'panel':
        core.set({ panel: action.panel });
        return this.#linking.looked();
      case 'visit':
        return core.do(() => this.#staging.visit(action.stop));
      case 'guide':
        core.set({ guide: action.guide && { kind: action.guide, here: false } });
        return this.#linking.looked();
      case 'goto_text':
        core.set({ panel: 'text' });
        this.dispatchEvent(new CustomEvent('goto', { detail: action }));
        return;
      case 'catalogue':
        return this.#help();
      case 'bench':
      case 'theme':
      case 'browse':
      case 'help':
      case 'pick_file':
        return; // the application's
    }
  }

  /** The catalogue with all help, which is a file of its own. */
  async #help(): Promise<void> {
    const { default: catalogue } = await import('../../pkg/catalogue.json');
    this.#core.set({ catalogue: catalogue as unknown as Catalogue });
  }
}
