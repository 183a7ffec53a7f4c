import { css } from 'lit';

/** The dock sticks to the foot of the window; its height does not depend on the state. */
export const dockStyles = css`
  :host {
    position: sticky;
    bottom: 0;
    z-index: 5;
    background: var(--raised);
    border-top: 1px solid var(--strong-line);
    padding: 8px max(20px, 50vw - 860px) max(8px, env(safe-area-inset-bottom));
  }
  section {
    display: grid;
    grid-template: 'transport strip' auto 'spoken spoken' auto 'steps steps' auto / auto minmax(0, 1fr);
    gap: 6px 16px;
    align-items: center;
  }
  .transport {
    grid-area: transport;
    display: flex;
    gap: 3px;
  }
  .transport button {
    width: 36px;
    padding: 0;
    border-color: transparent;
    background: none;
  }
  .transport .play,
  .transport .pause {
    background: var(--primary);
    border-color: var(--primary);
    color: var(--on-primary);
  }
  .transport button[aria-disabled='true'] {
    color: var(--faint);
    opacity: 0.55;
  }
  .transport button.broken:not([aria-disabled='true']) {
    color: var(--bad);
  }
  .speed select {
    border-color: transparent;
    background: none;
    padding: 2px;
  }
  pagerace-strip {
    grid-area: strip;
  }
  .spoken {
    grid-area: spoken;
    font-size: var(--small);
    line-height: 1.4;
    height: 1.4em;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .steps {
    grid-area: steps;
    display: flex;
    gap: 10px;
    align-items: stretch;
    min-width: 0;
    min-height: 44px;
  }
  .lane {
    flex: 1 1 0;
    max-width: 440px;
    min-width: 0;
    display: flex;
    gap: 4px;
  }
  button.step {
    flex: 1;
    min-width: 0;
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0 8px;
    justify-items: start;
    align-items: center;
    padding: 4px 10px;
    border-left: 4px solid var(--cpu);
    text-align: left;
  }
  .name {
    font-weight: 650;
  }
  kbd {
    font: var(--tiny) / 1.2 var(--mono);
    color: var(--soft);
    border: 1px solid var(--line);
    border-radius: 3px;
    padding: 0 4px;
    justify-self: end;
  }
  .next {
    grid-column: 1 / -1;
    width: 100%;
    font: var(--tiny) / 1.4 var(--mono);
    color: var(--soft);
    overflow: hidden;
    text-overflow: ellipsis;
  }
  [aria-disabled='true'] .next {
    color: var(--soft);
    font-family: var(--sans);
  }
  [aria-disabled='true'] .next::first-letter {
    text-transform: uppercase;
  }
  button.deliver {
    padding: 4px 10px;
  }
  /* As wide for an IPI as for a work item. */
  .call .label {
    min-width: 8.5ch;
    text-align: left;
  }
  .rest {
    margin-left: auto;
    display: flex;
    flex-direction: column;
    align-items: flex-end;
    justify-content: center;
    gap: 2px;
  }
  @media (pointer: coarse) {
    .transport button {
      width: 44px;
    }
  }
  @media (max-width: 1080px) {
    .label {
      display: none;
    }
  }
  @media (max-width: 900px) {
    section {
      grid-template: 'strip' auto 'spoken' auto 'transport' auto 'steps' auto / minmax(0, 1fr);
    }
    .transport {
      justify-content: space-between;
      max-width: 460px;
    }
  }
  @media (max-width: 700px) {
    :host {
      padding-left: 12px;
      padding-right: 12px;
    }
    section {
      gap: 4px;
    }
    .transport button {
      min-width: 0;
      width: auto;
      flex: 1 1 44px;
    }
    .transport .first,
    .transport .last,
    .speed {
      display: none;
    }
    .steps {
      gap: 6px;
      flex-wrap: wrap;
    }
    .lane {
      flex-basis: 150px;
    }
    /* Room for all of its buttons, whether or not anything is pending. */
    .lane:has(.deliver + .deliver) {
      flex-basis: 100%;
      max-width: none;
    }
    .idle {
      display: none;
    }
    kbd {
      display: none;
    }
    /* Outcomes has a panel, and the branch stands in the lanes: a row that comes and goes would push. */
    .rest {
      display: none;
    }
    /* Two lines, needed or not: a reason must be read whole, and nothing may jump. */
    .next {
      height: 2.8em;
      line-height: 1.4;
      white-space: normal;
      overflow-wrap: anywhere;
    }
  }
  /* A race in another document may offer less. */
  :host([controls='steps']) :is(.first, .last, .previousSwitch, .nextSwitch, .broken, .speed, .rest),
  :host([controls='steps']) pagerace-strip,
  :host([ro]) .steps {
    display: none;
  }
  :host([controls='steps']) section {
    grid-template: 'transport spoken' auto 'steps steps' auto / auto minmax(0, 1fr);
  }
  /* Of a low window it would take half. */
  @media (max-height: 560px) {
    :host {
      position: static;
    }
  }
  /* A desk at 200 %: two rows of it are in reach, and leave room for what is looked at. */
  @media (min-width: 701px) and (min-height: 400px) and (max-height: 560px) {
    :host {
      position: sticky;
      padding-block: 4px;
    }
    section {
      grid-template: 'strip strip' auto 'transport steps' auto / auto minmax(0, 1fr);
      gap: 2px 12px;
    }
    .spoken {
      position: absolute;
      width: 1px;
      height: 1px;
      clip-path: inset(50%);
    }
    .steps {
      overflow-x: auto;
    }
    .lane {
      min-width: 132px;
    }
    .next {
      white-space: nowrap;
    }
    .explore,
    .rest:not(:has(.back)) {
      display: none;
    }
  }
  @media print {
    :host {
      display: none;
    }
  }
`;
