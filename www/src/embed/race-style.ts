import { css, unsafeCSS } from 'lit';
import tokens from '../tokens.css?inline';

/** The tokens of the page, on each race; and where its parts stand in a document. */
export const raceStyles = [
  unsafeCSS(tokens),
  css`
    :host {
      /* A document may have changed what 1rem is. */
      --text: max(0.9375rem, 15px);
      --small: max(0.8125rem, 13px);
      --tiny: max(0.75rem, 12px);
      /* Out of sight the browser would guess how high they are, and where the cursor's step is. */
      --runs-visibility: visible;
      --lanes-height: var(--page-race-height, 380px);
      display: block;
      min-height: 3em;
    }
    :host([hidden]) {
      display: none;
    }
    .race {
      container-type: inline-size;
      margin: 0;
      border: 1px solid var(--strong-line);
      border-radius: var(--radius);
      background: var(--paper);
      color: var(--ink);
      font: var(--text) / 1.45 var(--sans);
      text-align: left;
      overflow: clip;
    }
    header,
    .body {
      padding: 10px 14px;
    }
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 2px 14px;
      border-bottom: 1px solid var(--line);
      background: var(--raised);
    }
    header a {
      margin-left: auto;
      font-size: var(--small);
    }
    .body {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 16px 24px;
    }
    @container (min-width: 900px) {
      .body.both {
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      }
      .body.both .wide {
        grid-column: 1 / -1;
      }
    }
    textarea {
      display: block;
      width: 100%;
      height: var(--lanes-height);
      padding: 8px;
      font: var(--small) / 1.45 var(--mono);
      color: var(--ink);
      background: var(--raised);
      border: 1px solid var(--strong-line);
      border-radius: 3px;
      white-space: pre;
      overflow: auto;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      margin-top: 8px;
    }
    .why {
      padding: 8px 14px;
      border-left: 4px solid var(--bad);
      font: var(--small) / 1.45 var(--sans);
      color: var(--ink);
      background: var(--bad-back);
    }
    pagerace-dock {
      position: static;
      padding: 8px 14px;
    }
    @media print {
      :host,
      :host([theme]) {
        color-scheme: light;
      }
      .told {
        display: block !important;
      }
      .told + .race {
        display: none;
      }
    }
  `,
];
