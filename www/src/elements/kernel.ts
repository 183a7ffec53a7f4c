import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { request } from '../actions';
import type { Catalogue, KernelHelp, ScenarioView, ToggleHelp } from '../protocol';
import { ui } from '../ui';

type Toggles = { [key in string]: string };

/** Headings for toggles; what stands under none is `Other`. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  [
    'Freeing and allocating',
    [
      'free_type',
      'free_recheck',
      'bulk_recheck',
      'merge_limit',
      'fallback',
      'pcp',
      'drain',
      'free_pages',
    ],
  ],
  [
    'Isolation',
    [
      'isolation',
      'isolate_drain',
      'pageset_update',
      'pcp_while_isolating',
      'alloc_contig',
      'offline',
    ],
  ],
  ['CMA', ['cma_mutex', 'cma_lock', 'cma_retry']],
  [
    'Unmapping and migration',
    [
      'unmap_sem',
      'pvmw_sync',
      'target_memory',
      'migration',
      'migrate_pinned',
      'lru',
      'lru_pagevec',
      'tlb_flush',
    ],
  ],
  [
    'Pins',
    [
      'gup',
      'pmd_recheck',
      'pincheck',
      'zero_page',
      'isolation_failure',
      'longterm_loop',
      'foll_force',
      'umcg_pin',
    ],
  ],
  ['Fork and copy on write', ['fork', 'fork_preempt', 'cow', 'cow_swap_cache']],
  [
    'Write protection and hints',
    [
      'uffd_wp_flush',
      'uffd_continue',
      'mprotect',
      'clear_refs',
      'numa_skip',
      'numa_hint',
      'numa_fault',
      'ksm_flush',
    ],
  ],
  ['Reclaim and swap', ['vmscan', 'swapin', 'lazyfree', 'dirty_test']],
  [
    'Compound pages',
    [
      'isolate_check',
      'total_mapcount',
      'compound_head',
      'mapcount_slab',
      'prep_compound',
      'split_pmd',
      'double_map',
      'huge_cow',
      'head_recheck',
      'offline_isolate',
      'compaction_lock',
      'section_usage',
      'migrate_swap_cache',
      'migration_wait',
      'split_migration_pmd',
      'split_unmap',
      'migrate_scratch',
      'migrate_putback',
      'balloon_deflate',
      'gigantic_page_init',
      'split_folio_check',
      'pmd_invalidate',
      'pmd_access',
      'page_ext',
    ],
  ],
  [
    'Configuration',
    [
      'smp',
      'preempt_rt',
      'debug_vm',
      'offline_zone',
      'page_extension',
      'memory',
      'atomics',
      'pte_clear',
      'barriers',
      'share_barrier',
    ],
  ],
];
const OTHER = 'Other';
/** The toggle whose values are the patches of the scenario. */
const PATCH = 'patch';

/** Which kernel runs: a preset, and the decisions in which it differs. */
export class PageraceKernel extends LitElement {
  static override properties = {
    catalogue: { attribute: false },
    scenario: { attribute: false },
    open: { state: true },
    unfolded: { state: true },
  };
  static override styles = [
    ui,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 5px 0;
        min-height: 46px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: var(--small);
        font-weight: 650;
      }
      select {
        font-family: var(--mono);
        font-weight: 600;
      }
      .sentence {
        flex: 1 1 20ch;
        max-width: 90ch;
        font-size: var(--small);
        color: var(--soft);
        text-wrap: pretty;
      }
      .toggles {
        padding: 8px 0 4px;
      }
      .toggles > p {
        display: none;
        padding-bottom: 8px;
      }
      .line > button {
        white-space: normal;
        overflow-wrap: anywhere;
      }
      details {
        border-top: 1px solid var(--line);
      }
      details:last-child {
        border-bottom: 1px solid var(--line);
      }
      summary {
        padding: 7px 4px;
        font-size: var(--small);
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      summary b {
        font-weight: 650;
      }
      summary .changed {
        font-weight: 650;
      }
      .group {
        columns: 340px;
        column-gap: 32px;
        padding: 6px 0 0;
      }
      fieldset {
        margin: 0;
        border: 0 solid transparent;
        min-width: 0;
        break-inside: avoid;
        padding: 0 0 14px 10px;
        border-left: 3px solid transparent;
      }
      fieldset.changed {
        border-left-color: var(--ink);
      }
      fieldset.changed .chip.differs {
        border-color: var(--ink);
        font-weight: 650;
      }
      legend {
        padding: 0;
        font-size: var(--small);
      }
      .value {
        display: grid;
        grid-template-columns: 20px 1fr;
        gap: 0 6px;
        align-items: start;
        padding: 4px 0;
        font-weight: 400;
        cursor: pointer;
      }
      .value input {
        margin: 3px 0 0;
        width: 16px;
        height: 16px;
        accent-color: var(--ink);
      }
      .value code {
        font-weight: 600;
      }
      .value .soft {
        display: block;
      }
      @media (max-width: 700px) {
        .sentence {
          display: none;
        }
        .toggles > p {
          display: block;
        }
        .line > button {
          margin-left: auto;
        }
        .value {
          padding: 10px 0;
        }
        summary {
          padding: 12px 4px;
        }
      }
    `,
  ];

  declare catalogue: Catalogue | null;
  declare scenario: ScenarioView | null;
  declare private open: boolean;
  /** The groups that the reader opened, or that opened because of what they hold. */
  declare private unfolded: ReadonlySet<string>;
  #differed: readonly string[] = [];

  constructor() {
    super();
    this.catalogue = null;
    this.scenario = null;
    this.open = false;
    this.unfolded = new Set();
  }

  /** A toggle that comes to differ opens its group; only the reader closes one. */
  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('scenario') && !changed.has('catalogue')) return;
    const differing = this.#differing();
    const fresh = differing.filter((name) => !this.#differed.includes(name));
    this.#differed = differing;
    if (fresh.length > 0) this.unfolded = new Set([...this.unfolded, ...fresh.map(groupOf)]);
  }

  override render(): TemplateResult {
    const { catalogue, scenario } = this;
    const preset = this.#usual();
    const differing = this.#differing();
    const hasToggles = (catalogue?.toggles.length ?? 0) > 0;
    return html`<section aria-label="Kernel and its toggles">
      <div class="line">
        <label>Kernel
          <select @change=${this.#preset}>
            ${catalogue?.kernels.map(
              (it) =>
                html`<option value=${it.name} ?selected=${it.name === scenario?.base}>${it.name}</option>`,
            )}
          </select>
        </label>
        ${scenario && scenario.patches.length > 0 ? this.#patches(scenario) : nothing}
        <span class="sentence">${preset?.sentence ?? '\u00a0'}</span>
        ${
          hasToggles
            ? html`<button aria-expanded=${this.open} aria-controls="toggles" @click=${this.#toggle}>
                ${differing.length === 0 ? 'Toggles' : `Toggles: ${differing.join(', ')}`}
              </button>`
            : nothing
        }
      </div>
      <div class="toggles" id="toggles" ?hidden=${!this.open}>
        <p class="soft">${preset?.sentence ?? nothing}</p>
        ${
          this.open
            ? grouped(catalogue?.toggles ?? []).map(([name, toggles]) =>
                this.#group(name, toggles, differing),
              )
            : nothing
        }
      </div>
    </section>`;
  }

  #group(name: string, toggles: readonly ToggleHelp[], differing: readonly string[]) {
    const changed = toggles.map((it) => it.name).filter((it) => differing.includes(it));
    return html`<details ?open=${this.unfolded.has(name)} @toggle=${(event: Event) => this.#unfold(name, event)}>
      <summary><b>${name}</b> <span class="soft">${
        changed.length === 0
          ? toggles.length
          : html`${toggles.length}, <span class="changed">changed: ${changed.join(', ')}</span>`
      }</span></summary>
      <div class="group">${toggles.map((toggle) => this.#choices(toggle))}</div>
    </details>`;
  }

  #choices(toggle: ToggleHelp): TemplateResult {
    const now = this.scenario?.toggles[toggle.name];
    const usual = this.#usual()?.toggles[toggle.name];
    const changed = now !== undefined && usual !== undefined && now !== usual;
    return html`<fieldset class=${changed ? 'changed' : ''}>
      <legend><code>${toggle.name}</code>
        ${changed ? html`<span class="chip differs">not as in the preset</span>` : nothing}
        <span class="soft">${toggle.sentence}</span></legend>
      ${toggle.values.map(
        ([value, sentence]) => html`<label class="value">
          <input type="radio" name=${toggle.name} value=${value} .checked=${value === now}
            @change=${() => this.#choose(toggle.name, value)} />
          <span><code>${value}</code>${value === usual ? html` <span class="chip">preset</span>` : nothing}
            <span class="soft">${sentence}</span></span>
        </label>`,
      )}
    </fieldset>`;
  }

  /** The patches that the scenario brings along. */
  #patches({ patches, patch }: ScenarioView): TemplateResult {
    const about = patches.find(([name]) => name === patch)?.[1];
    return html`<label title=${about || nothing}>Patch
      <select @change=${(event: Event) => this.#choose(PATCH, (event.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${patch === null}>none</option>
        ${patches.map(([name]) => html`<option value=${name} ?selected=${name === patch}>${name}</option>`)}
      </select>
    </label>`;
  }

  #usual(): KernelHelp | undefined {
    return this.catalogue?.kernels.find((it) => it.name === this.scenario?.base);
  }

  #differing(): string[] {
    const usual = this.#usual();
    return this.scenario && usual ? differences(this.scenario.toggles, usual.toggles) : [];
  }

  #unfold(name: string, event: Event): void {
    const { open } = event.target as HTMLDetailsElement;
    if (open === this.unfolded.has(name)) return;
    const unfolded = new Set(this.unfolded);
    if (open) unfolded.add(name);
    else unfolded.delete(name);
    this.unfolded = unfolded;
  }

  #toggle(): void {
    request(this, { type: 'catalogue' });
    this.open = !this.open;
  }

  #preset(event: Event): void {
    request(this, { type: 'kernel', base: (event.target as HTMLSelectElement).value, toggles: {} });
  }

  #choose(name: string, value: string): void {
    const { scenario } = this;
    const preset = this.#usual();
    if (!scenario || !preset) return;
    const kept: Toggles = scenario.patch === null ? {} : { [PATCH]: scenario.patch };
    const wanted: Toggles = { ...scenario.toggles, ...kept, [name]: value };
    const names = differences(wanted, preset.toggles).filter((it) => wanted[it] !== '');
    const toggles = Object.fromEntries(names.map((it) => [it, wanted[it] ?? '']));
    request(this, { type: 'kernel', base: scenario.base, toggles });
  }
}

/** The heading that a toggle stands under. */
const groupOf = (toggle: string): string =>
  GROUPS.find(([, names]) => names.includes(toggle))?.[0] ?? OTHER;

/** The headings with their toggles, none empty. */
const grouped = (toggles: readonly ToggleHelp[]): [string, ToggleHelp[]][] =>
  [...GROUPS.map(([name]) => name), OTHER]
    .map((name): [string, ToggleHelp[]] => [
      name,
      toggles.filter((it) => groupOf(it.name) === name),
    ])
    .filter(([, inside]) => inside.length > 0);

/** The toggles that are not as the preset has them. */
const differences = (now: Toggles, preset: Toggles): string[] =>
  Object.keys(now).filter((name) => now[name] !== preset[name]);

customElements.define('pagerace-kernel', PageraceKernel);
