import { css } from 'lit';

/** How the table of kernels by outcomes looks. */
export const matrixStyles = css`
  .progress {
    font-variant-numeric: tabular-nums;
  }
  .scroll {
    overflow-x: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  table {
    width: auto;
    min-width: 100%;
  }
  th,
  td {
    padding: 4px 10px;
    vertical-align: middle;
  }
  /* What a row is about stays in sight while the kernels go by. */
  tr > th:first-child {
    position: sticky;
    left: 0;
    z-index: 1;
    min-width: 9rem;
    max-width: 22rem;
    overflow-wrap: anywhere;
    background: var(--paper);
    border-right: 1px solid var(--line);
  }
  thead th {
    vertical-align: top;
    min-width: 7.5em;
  }
  thead .mono {
    color: var(--ink);
    overflow-wrap: anywhere;
  }
  .own .mono {
    font-weight: 700;
    text-decoration: underline;
    text-decoration-thickness: 2px;
    text-underline-offset: 0.25em;
  }
  .states {
    display: block;
    font-variant-numeric: tabular-nums;
  }
  .why {
    max-width: 24ch;
    white-space: normal;
  }
  .group th,
  .group td {
    padding-top: 10px;
    font-size: var(--tiny);
    color: var(--soft);
  }
  .mark {
    display: inline-grid;
    place-items: center;
    min-width: 1.6em;
    height: 1.6em;
    padding: 0 0.2em;
    margin-right: 6px;
    font: 700 var(--tiny) / 1 var(--mono);
    border: 1px solid var(--strong-line);
    border-radius: 3px;
  }
  .mark.never {
    border-style: dashed;
    color: var(--soft);
  }
  .mark.wrong {
    color: var(--bad);
    border-color: var(--bad);
    border-width: 2px;
  }
  .legend .mark {
    margin-right: 0;
  }
  .legend {
    padding-top: 6px;
    max-width: 80ch;
  }
  .cell {
    padding: 2px 8px 2px 4px;
    gap: 0;
    min-height: 30px;
    border-color: transparent;
    background: none;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }
  .word {
    padding-left: 5px;
    font-size: var(--small);
    white-space: nowrap;
  }
  .broke {
    color: var(--bad);
  }
  code {
    white-space: nowrap;
  }
  code + code {
    margin-left: 0.8em;
  }
  @media print {
    .bar {
      display: none;
    }
    .scroll {
      overflow: visible;
    }
  }
  .claims td {
    white-space: nowrap;
  }
  @media (pointer: coarse), (max-width: 700px) {
    .cell {
      min-height: 44px;
    }
  }
  @media (max-width: 700px) {
    tr > th:first-child {
      max-width: 44vw;
      min-width: 40vw;
    }
    th,
    td {
      padding: 4px 8px;
    }
    code {
      white-space: normal;
    }
  }
`;
