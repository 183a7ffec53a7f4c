import { css } from 'lit';

/** Where things stand; below 700 px one panel at a time. */
export const appStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100vh;
    min-height: 100dvh;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 8px 16px;
    padding: 8px max(20px, 50vw - 860px);
    border-bottom: 1px solid var(--strong-line);
    background: var(--raised);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 9px;
    font-size: 1.0625rem;
    font-weight: 700;
    letter-spacing: -0.01em;
  }
  .brand svg {
    width: 26px;
    height: 20px;
    fill: none;
    stroke-width: 3;
  }
  .brand path {
    stroke: var(--cpu);
  }
  .gallery {
    min-width: 0;
    flex: 0 1 auto;
    gap: 10px;
    justify-content: start;
  }
  .gallery span {
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--soft);
  }
  /* Beside the references, where there is room. */
  .guides {
    float: left;
    display: flex;
    gap: 8px;
    padding: 8px 18px 0 0;
  }
  .guides ~ .refs {
    min-height: 42px;
    padding-top: 8px;
    align-items: center;
  }
  .tools {
    margin-left: auto;
    display: flex;
    gap: 6px;
  }
  .copy {
    min-width: 112px;
  }
  .square {
    width: 36px;
    padding: 0;
  }
  main {
    flex: 1;
    width: 100%;
    max-width: 1760px;
    margin: 0 auto;
    padding: 0 20px 28px;
  }
  .title {
    display: flow-root;
    padding: 16px 0 12px;
    min-height: 96px;
  }
  /* Nothing stands where it does not stay: room for a few lines of prose, and the panels whose
     height nobody knows yet are not seen. */
  @media (min-width: 1000px) {
    .title.starting {
      min-height: 164px;
    }
  }
  .starting .column + .column {
    visibility: hidden;
  }
  h1 {
    margin: 0 0 4px;
    font-size: 1.375rem;
    font-weight: 680;
    line-height: 1.25;
    letter-spacing: -0.012em;
    text-wrap: balance;
  }
  .before {
    clear: both;
    color: var(--soft);
    font-size: var(--small);
    overflow-wrap: anywhere;
  }
  .about {
    max-width: 88ch;
    text-wrap: pretty;
  }
  .refs {
    display: flex;
    flex-wrap: wrap;
    gap: 0 18px;
    padding-top: 3px;
    font: var(--tiny) / 1.6 var(--mono);
    color: var(--soft);
    overflow-wrap: anywhere;
  }
  .panels,
  .more,
  .kernel-name {
    display: none;
  }
  .grid {
    display: grid;
    grid-template-columns: minmax(0, 11fr) minmax(0, 10fr);
    gap: 26px 32px;
    padding-top: 16px;
  }
  /* What stands there without a race says nothing true; its room is kept. */
  .starting :is(pagerace-kernel, .grid, .more, .kernel-name) {
    visibility: hidden;
  }
  .grid.many {
    grid-template-columns: minmax(0, 15fr) minmax(0, 10fr);
  }
  .column {
    display: grid;
    gap: 24px;
    align-content: start;
    min-width: 0;
  }
  pagerace-lanes,
  pagerace-outcomes,
  pagerace-tools,
  pagerace-compose,
  pagerace-editor {
    scroll-margin: 16px 0 160px;
  }
  .text,
  .compose {
    grid-column: 1 / -1;
  }
  @media (min-width: 1081px) {
    .composing > .compose {
      grid-column: 1;
    }
    .composing > .text {
      grid-column: 2;
    }
  }
  @media (max-width: 1080px) {
    .grid,
    .grid.many {
      grid-template-columns: minmax(0, 1fr);
    }
    .column {
      display: contents;
    }
    .outcomes,
    .source {
      order: 1;
    }
    pagerace-system,
    .compose,
    .text {
      order: 2;
    }
  }
  @media (max-width: 700px) {
    .top {
      gap: 8px;
      padding: 6px 12px;
    }
    .gallery {
      flex: 1 1 80px;
    }
    .edit,
    .turn {
      display: none;
    }
    .copy {
      min-width: 44px;
    }
    .square {
      width: 44px;
    }
    main {
      padding: 0 12px 16px;
    }
    .title {
      padding: 10px 0 0;
    }
    h1 {
      font-size: 1.1875rem;
    }
    .title {
      display: grid;
      grid-template-columns: 1fr auto auto;
      min-height: 0;
      align-items: center;
    }
    .title > * {
      grid-column: 1 / -1;
    }
    .starting h1 {
      min-height: 2lh;
    }
    .about {
      font-size: 0.875rem;
    }
    .about:not(.open),
    .about:not(.open) ~ .refs {
      display: none;
    }
    .title > .kernel-name {
      display: block;
      grid-column: 1;
      overflow-wrap: anywhere;
    }
    .title > .guides {
      grid-area: 2 / 2;
      padding: 0 8px 0 0;
    }
    .title > .more {
      display: inline-flex;
      grid-area: 2 / 3;
    }
    main {
      display: flex;
      flex-direction: column;
    }
    .grid {
      order: 3;
    }
    pagerace-kernel {
      order: 2;
    }
    main:not([data-panel='outcomes']) pagerace-kernel {
      display: none;
    }
    .brand {
      font-size: 0;
      gap: 0;
    }
    .copy span {
      display: none;
    }
    .grid {
      padding-top: 10px;
      gap: 16px;
    }
    .panels {
      position: sticky;
      top: 0;
      z-index: 4;
      display: flex;
      margin: 0 -12px;
      padding: 0 4px;
      overflow-x: auto;
      background: var(--paper);
      border-bottom: 1px solid var(--strong-line);
    }
    .panels button {
      flex: 1 0 auto;
      border: none;
      border-radius: 0;
      background: none;
      padding: 4px 6px;
    }
    /* All six stand side by side at 320 px, a desk at 400 %. */
    @media (max-width: 359px) {
      .panels button {
        padding-inline: 2px;
        font-size: var(--tiny);
      }
    }
    .panels button[aria-pressed='true'] {
      box-shadow: inset 0 -3px var(--ink);
      font-weight: 650;
    }
    [data-panel='lanes'] .grid :is(.memory, .source, .outcomes, .compose, .text):not(.lanes),
    [data-panel='memory'] .grid :is(.lanes, .source, .outcomes, .compose, .text):not(.memory),
    [data-panel='source'] .grid :is(.lanes, .memory, .outcomes, .compose, .text),
    [data-panel='outcomes'] .grid :is(.lanes, .memory, .source, .compose, .text),
    [data-panel='compose'] .grid :is(.lanes, .memory, .source, .outcomes, .text),
    [data-panel='text'] .grid :is(.lanes, .memory, .source, .outcomes, .compose) {
      display: none;
    }
  }
  @media print {
    .tools,
    .gallery,
    .guides,
    .panels,
    .compose,
    .text,
    pagerace-kernel {
      display: none;
    }
    .grid,
    .column {
      display: block;
    }
    .column > * {
      margin-bottom: 20px;
    }
  }
`;
