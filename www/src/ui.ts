/** The shapes that every element draws with. */
import { css } from 'lit';

/** Buttons, chips, headings, tables. Goes first in each element's `styles`. */
export const ui = css`
  :host {
    display: block;
    min-width: 0;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: 3px;
  }
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h2 {
    font-size: var(--text);
    font-weight: 650;
    line-height: 1.4;
  }
  h3 {
    font-size: var(--small);
    font-weight: 650;
    color: var(--soft);
  }
  code,
  .mono {
    font-family: var(--mono);
    font-size: var(--small);
  }
  a {
    color: var(--link);
    text-underline-offset: 0.15em;
    text-decoration-thickness: 1px;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 12px;
    padding-bottom: 6px;
    border-bottom: 1px solid var(--strong-line);
  }
  .head .aside {
    margin-left: auto;
  }
  .aside,
  .soft {
    color: var(--soft);
    font-size: var(--small);
  }
  button,
  select {
    font: inherit;
    font-size: var(--small);
    color: var(--ink);
    background: var(--button);
    border: 1px solid var(--strong-line);
    border-radius: var(--radius);
    min-height: 34px;
    padding: 4px 10px;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    cursor: pointer;
    white-space: nowrap;
    touch-action: manipulation;
  }
  button:hover:not([aria-disabled='true'], :disabled) {
    background: var(--sunken);
    border-color: var(--ink);
  }
  button.primary {
    background: var(--primary);
    border-color: var(--primary);
    color: var(--on-primary);
    font-weight: 600;
  }
  button.primary:hover:not([aria-disabled='true']) {
    background: var(--soft);
    color: var(--paper);
  }
  button.plain {
    background: none;
    border-color: transparent;
    color: var(--link);
    padding: 2px 4px;
    text-decoration: underline;
    text-underline-offset: 0.15em;
    text-decoration-thickness: 1px;
  }
  /* In running text, as high as it must be to be hit, without driving the lines apart. */
  button.inline {
    min-width: 24px;
    min-height: 24px;
    margin-block: -6px;
    padding-inline: 0;
  }
  button.cell {
    display: inline-flex;
    min-height: 24px;
    padding: 0 2px;
    font: inherit;
    color: inherit;
    background: none;
    border-color: transparent;
    text-align: left;
    text-decoration: underline dotted var(--faint);
    text-underline-offset: 0.2em;
  }
  button[aria-disabled='true'] {
    cursor: not-allowed;
    color: var(--faint);
    border-style: dashed;
    background: none;
  }
  .icon {
    width: 1.15em;
    height: 1.15em;
    flex: none;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.7;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .icon.filled path {
    fill: currentcolor;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    font-size: var(--tiny);
    line-height: 1.3;
    padding: 1px 6px;
    border: 1px solid var(--line);
    border-radius: 3px;
    background: var(--raised);
    white-space: nowrap;
  }
  .cpu {
    font: 600 var(--tiny) / 1.3 var(--mono);
    color: var(--cpu, var(--ink));
    white-space: nowrap;
  }
  .cpu0 { --cpu: var(--cpu0); }
  .cpu1 { --cpu: var(--cpu1); }
  .cpu2 { --cpu: var(--cpu2); }
  .cpu3 { --cpu: var(--cpu3); }
  .cpu4 { --cpu: var(--cpu4); }
  .cpu5 { --cpu: var(--cpu5); }
  .cpu6 { --cpu: var(--cpu6); }
  .cpu7 { --cpu: var(--cpu7); }
  .bad {
    color: var(--bad);
    font-weight: 650;
  }
  .good {
    color: var(--good);
  }
  table {
    border-collapse: collapse;
    width: 100%;
    font-size: var(--small);
  }
  th,
  td {
    text-align: left;
    vertical-align: baseline;
    padding: 4px 12px 4px 0;
    border-bottom: 1px solid var(--line);
    font-weight: inherit;
  }
  thead th {
    color: var(--soft);
    font-size: var(--tiny);
    padding-bottom: 2px;
  }
  @media (pointer: coarse), (max-width: 700px) {
    button,
    button.cell,
    select {
      min-height: 44px;
      min-width: 44px;
    }
    button.inline {
      min-width: 44px;
      min-height: 44px;
      margin-block: -13px;
    }
  }
  @media print {
    button.cell {
      text-decoration: none;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    button {
      transition:
        background-color 0.1s,
        border-color 0.1s;
    }
  }
  @media print {
    button,
    select {
      border: none;
    }
  }
`;

/** A migratetype's tile: its letter on its colour and its pattern. */
export const migratetypes = css`
  .mt {
    --mt: var(--mt-other);
    display: inline-grid;
    place-items: center;
    min-width: 1.5em;
    height: 1.5em;
    padding: 0 0.2em;
    font: 700 var(--small) / 1 var(--mono);
    color: var(--ink);
    background-color: var(--mt);
    border-radius: 3px;
  }
  .mtU { --mt: var(--mt-U); }
  .mtM { --mt: var(--mt-M); }
  .mtE { --mt: var(--mt-E); }
  .mtH { --mt: var(--mt-H); }
  .mtC { --mt: var(--mt-C); }
  .mtI { --mt: var(--mt-I); }
  .band {
    background-color: var(--mt, var(--mt-other));
    background-size: 8px 8px;
  }
  .band.mtU {
    background-image: linear-gradient(var(--hatch) 1px, transparent 1px);
    background-size: 4px 4px;
  }
  .band.mtE {
    background-image: radial-gradient(var(--hatch) 1.2px, transparent 1.4px);
    background-size: 6px 6px;
  }
  .band.mtH {
    background-image:
      linear-gradient(var(--hatch) 1px, transparent 1px),
      linear-gradient(90deg, var(--hatch) 1px, transparent 1px);
    background-size: 6px 6px;
  }
  .band.mtC {
    background-image: linear-gradient(90deg, var(--hatch) 1px, transparent 1px);
    background-size: 5px 5px;
  }
  .band.mtI {
    background-image: repeating-linear-gradient(
      135deg,
      var(--hatch) 0 4px,
      transparent 4px 9px
    );
    background-size: auto;
  }
`;
