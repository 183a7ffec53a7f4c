import { css } from 'lit';

/** How the patch bench looks. */
export const benchStyles = css`
  select {
    max-width: 100%;
  }
  input {
    font: var(--small) / 1.4 var(--mono);
    min-height: 34px;
    max-width: 100%;
    padding: 4px 8px;
    color: var(--ink);
    background: var(--raised);
    border: 1px solid var(--strong-line);
    border-radius: var(--radius);
  }
  .sides {
    display: grid;
    gap: 10px 16px;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr));
  }
  .lines {
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  .lines li + li {
    border-top: 1px solid var(--line);
  }
  .lines button {
    display: grid;
    grid-template-columns: 1.2em 8em minmax(0, 1fr);
    gap: 0 8px;
    width: 100%;
    justify-content: start;
    justify-items: start;
    align-items: baseline;
    text-align: left;
    white-space: normal;
    border: none;
    border-radius: 0;
    background: none;
    min-height: 30px;
    padding: 3px 6px;
    font-family: var(--mono);
    overflow-wrap: anywhere;
  }
  .lines button[aria-pressed='true'] {
    background: var(--now);
    outline: 2px solid var(--now-line);
    outline-offset: -2px;
  }
  .lines .label {
    color: var(--soft);
  }
  .lines .dropped {
    text-decoration: line-through;
    color: var(--soft);
  }
  .lines .over {
    box-shadow: 0 -3px 0 var(--focus);
  }
  .wrong {
    display: block;
    padding: 4px 8px;
    font-size: var(--small);
    color: var(--bad);
    background: var(--bad-back);
    border-left: 4px solid var(--bad);
  }
  pre {
    margin: 0;
    padding: 8px 0;
    overflow-x: auto;
    font: var(--small) / 1.5 var(--mono);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
  }
  pre span {
    display: block;
    padding: 0 8px;
    min-width: max-content;
  }
  pre .gone {
    background: var(--bad-back);
  }
  pre .new {
    background: var(--now);
    font-weight: 600;
  }
  fieldset {
    margin: 8px 0;
    padding: 6px 10px 10px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    min-width: 0;
  }
  legend {
    font-size: var(--small);
    padding: 0 4px;
  }
  summary {
    padding: 8px 0;
    font-size: var(--small);
    cursor: pointer;
  }
  .offers {
    max-height: 220px;
    overflow-y: auto;
  }
  .offers button {
    width: 100%;
    justify-content: start;
    text-align: left;
    white-space: normal;
    border: none;
    background: none;
    font-family: var(--mono);
    overflow-wrap: anywhere;
  }
  @media (max-width: 700px), (pointer: coarse) {
    input,
    .lines button {
      min-height: 44px;
    }
    input {
      font-size: 16px;
    }
    .lines button {
      grid-template-columns: 1.2em minmax(0, 1fr);
    }
    .lines .code {
      grid-column: 2;
    }
  }
  /* On paper, the lines and the diff are what there is to see. */
  @media print {
    [role='toolbar'],
    .bar:has(button),
    details {
      display: none;
    }
    pre {
      white-space: pre-wrap;
    }
  }
`;
