import { css } from 'lit';
import { dialogStyles } from './dialog';

/** How the composer's parts look. */
const ownStyles = css`
  section {
    padding-bottom: 14px;
  }
  h3 {
    padding: 10px 0 4px;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 8px 0;
  }
  .bar .end {
    margin-left: auto;
  }
  input,
  textarea {
    font: inherit;
    font-size: var(--small);
    color: var(--ink);
    background: var(--raised);
    border: 1px solid var(--strong-line);
    border-radius: var(--radius);
    min-height: 34px;
    padding: 4px 8px;
    min-width: 0;
  }
  input.name {
    width: 5em;
    font: 600 var(--small) / 1.4 var(--mono);
  }
  details {
    flex: 1 1 60%;
    min-width: 0;
    font-size: var(--small);
  }
  summary {
    padding: 6px 0;
    overflow-wrap: anywhere;
    cursor: pointer;
  }
  input[type='number'] {
    width: 6em;
  }
  input[type='checkbox'] {
    width: 18px;
    min-height: 18px;
    height: 18px;
    margin: 0;
    flex: none;
    accent-color: var(--ink);
  }
  select {
    min-width: 0;
    max-width: 100%;
    text-overflow: ellipsis;
  }
  label {
    font-size: var(--small);
  }
  .bar label {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 8px;
    align-items: center;
    min-width: 0;
  }
  .about {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 6px 10px;
  }
  .about label {
    display: grid;
    gap: 2px;
    font-weight: 600;
  }
  .about label > * {
    font-weight: 400;
    width: 100%;
  }
  .about .full {
    grid-column: 1 / -1;
  }
  .refused {
    padding: 8px 12px;
    margin-bottom: 8px;
    border-left: 4px solid var(--bad);
    background: var(--bad-back);
    font-size: var(--small);
  }
  .lanes {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(250px, 100%), 1fr));
    gap: 10px;
  }
  .lane,
  .process {
    padding: 8px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    min-width: 0;
  }
  .lane {
    border-top: 3px solid var(--cpu);
  }
  .process {
    margin-bottom: 8px;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  .top label {
    min-width: 0;
    flex: 0 1 auto;
  }
  .top .small:last-child {
    margin-left: auto;
  }
  .small {
    min-width: 34px;
    padding: 4px;
    border-color: transparent;
    background: none;
    flex: none;
  }
  .calls {
    padding: 4px 0;
    min-height: 12px;
  }
  .calls li {
    display: flex;
    align-items: center;
    min-width: 0;
    border-top: 2px solid transparent;
  }
  .calls.into {
    border-bottom: 2px solid var(--focus);
  }
  .calls li.into {
    border-top-color: var(--focus);
  }
  .calls li.lifted {
    opacity: 0.5;
  }
  .handle {
    display: inline-grid;
    place-items: center;
    width: 28px;
    min-height: 34px;
    flex: none;
    cursor: grab;
    touch-action: none;
    user-select: none;
    color: var(--soft);
  }
  .call {
    flex: 1;
    justify-content: start;
    min-width: 0;
    white-space: normal;
    text-align: left;
    overflow-wrap: anywhere;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(190px, 100%), 1fr));
    gap: 6px;
  }
  .tiles li {
    display: flex;
    align-items: end;
    gap: 4px;
    min-width: 0;
  }
  .tiles label {
    display: grid;
    flex: 1;
    min-width: 0;
  }
  .rows li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    padding: 3px 0;
  }
  .claims > li {
    align-items: start;
    border-top: 1px solid var(--line);
  }
  .rows .small {
    margin-left: auto;
  }
  /* What a button at its end belongs to. */
  .rows .main {
    flex: 1 1 12em;
    min-width: 0;
    font-size: var(--small);
  }
  .rows .full {
    flex-basis: 100%;
  }
  .rows select {
    max-width: 13em;
  }
  .rows label,
  .choices {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    min-width: 0;
  }
  dialog {
    width: min(680px, calc(100vw - 16px));
    max-height: calc(100dvh - 24px);
    padding: 0;
  }
  .inside {
    padding: 14px 18px 18px;
  }
  .search {
    width: 100%;
    margin: 6px 0;
  }
  .found {
    max-height: min(60dvh, 560px);
    overflow: auto;
    border-top: 1px solid var(--line);
  }
  .group {
    padding: 8px 6px 2px;
    font-weight: 650;
  }
  .option {
    display: grid;
    gap: 2px;
    min-height: 44px;
    padding: 6px;
    border-left: 3px solid transparent;
    cursor: pointer;
  }
  .option code,
  .preview code {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .option:hover,
  .option.active {
    background: var(--sunken);
    border-left-color: var(--focus);
  }
  .option[aria-disabled='true'] {
    cursor: not-allowed;
  }
  .option[aria-disabled='true'] code {
    color: var(--soft);
    font-weight: 400;
  }
  .lacks {
    font-size: var(--small);
    color: var(--bad);
  }
  form > * {
    margin-top: 8px;
  }
  .field {
    display: grid;
    grid-template-columns: minmax(80px, 130px) minmax(0, 1fr);
    gap: 2px 10px;
    align-items: center;
    margin: 8px 0 0;
    padding: 0;
    border: none;
    min-width: 0;
  }
  .field > .soft {
    grid-column: 2;
  }
  fieldset.field {
    display: block;
  }
  .check {
    display: flex;
    gap: 8px;
    align-items: center;
    min-height: 34px;
    padding-top: 4px;
  }
  .preview {
    padding: 8px;
    background: var(--sunken);
    border-radius: var(--radius);
  }
  /* What ends the form is in sight wherever it is scrolled to. */
  .foot {
    position: sticky;
    bottom: 0;
    padding: 8px 0 14px;
    background: var(--raised);
  }
  .foot .bar {
    padding-bottom: 0;
  }
  .inside:has(form) {
    padding-bottom: 0;
  }
  @media (pointer: coarse), (max-width: 700px) {
    input,
    textarea,
    .check,
    summary,
    .handle {
      min-height: 44px;
    }
    input,
    textarea,
    select {
      font-size: 16px;
    }
    .handle,
    .small {
      min-width: 44px;
    }
    .lane,
    .process {
      padding: 6px;
    }
    .inside {
      padding: 10px 12px 14px;
    }
    .about {
      grid-template-columns: minmax(0, 1fr);
    }
    .field {
      grid-template-columns: minmax(0, 1fr);
    }
    .field > .soft {
      grid-column: 1;
    }
    /* The panels above lead away. */
    .bar .end {
      display: none;
    }
    .refused li {
      padding: 8px 0;
    }
    .rows .small {
      order: 1;
    }
    .rows li > :nth-child(n + 3):not(.small) {
      order: 2;
    }
  }
`;

/** With its dialogs. */
export const composeStyles = [dialogStyles, ownStyles];
