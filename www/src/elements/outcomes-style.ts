import { css } from 'lit';

/** How outcomes look. */
export const outcomeStyles = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 12px;
    padding: 10px 0;
    min-height: 56px;
  }
  .progress {
    font-size: var(--small);
    font-variant-numeric: tabular-nums;
  }
  .progress b {
    margin-right: 8px;
  }
  .running b::before {
    content: '';
    display: inline-block;
    width: 8px;
    height: 8px;
    margin-right: 7px;
    background: var(--good);
  }
  @media (prefers-reduced-motion: no-preference) {
    .running b::before {
      animation: blink 0.8s steps(2, jump-none) infinite;
    }
  }
  @keyframes blink {
    to {
      opacity: 0.2;
    }
  }
  .hint {
    max-width: 62ch;
    color: var(--soft);
    font-size: var(--small);
  }
  .hint + .claims {
    padding-top: 8px;
  }
  .herd {
    padding-top: 8px;
    font-size: var(--small);
  }
  summary {
    min-height: 24px;
    width: fit-content;
    cursor: pointer;
  }
  .claims {
    display: grid;
    gap: 4px;
    padding-bottom: 10px;
  }
  .claims li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 10px;
    padding: 4px 10px;
    font-size: var(--small);
    border-left: 4px solid var(--strong-line);
    background: var(--sunken);
  }
  .claims .met {
    border-color: var(--good);
  }
  .claims .broken {
    border-color: var(--bad);
  }
  .elsewhere {
    padding-bottom: 8px;
    font-size: var(--small);
  }
  .elsewhere summary {
    padding: 2px 0;
    color: var(--soft);
    cursor: pointer;
  }
  .verdict,
  .mark {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    font-weight: 650;
  }
  .met .verdict {
    color: var(--good);
  }
  .broken .verdict {
    color: var(--bad);
  }
  .claim {
    font-family: var(--mono);
    font-size: var(--tiny);
    overflow-wrap: anywhere;
  }
  .claims .plain {
    min-height: 24px;
    min-width: 24px;
    font-size: var(--tiny);
  }
  .wide {
    overflow-x: auto;
  }
  td {
    padding: 6px 14px 6px 0;
  }
  .results code {
    margin-right: 10px;
    white-space: nowrap;
  }
  .drift {
    margin-right: 10px;
  }
  .drift code {
    white-space: nowrap;
    margin-right: 4px;
  }
  .mark {
    margin-right: 10px;
    font-size: var(--small);
  }
  .why {
    font-size: var(--small);
  }
  .whole {
    color: var(--soft);
  }
  .witness {
    font-variant-numeric: tabular-nums;
    min-height: 28px;
    padding: 2px 9px;
  }
  .repeats {
    font-size: var(--small);
    font-variant-numeric: tabular-nums;
  }
  .witness .icon {
    width: 0.8em;
    height: 0.8em;
  }
  @media print {
    .bar button {
      display: none;
    }
  }
  @media (max-width: 700px) {
    .witness,
    .claims .plain {
      min-width: 44px;
      min-height: 44px;
    }
    summary {
      padding: 12px 0;
    }
    /* A claim over the whole width, below its verdict and its line. */
    .claims .claim,
    .claims .soft {
      order: 1;
      flex-basis: 100%;
    }
    .claims .plain {
      margin-left: auto;
    }
    .whole td:nth-child(3) {
      display: none;
    }
    /* An outcome over its witness: side by side, each is a word wide. */
    .found thead {
      position: absolute;
      clip-path: inset(50%);
    }
    .found tr {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      align-items: center;
      padding: 6px 0;
      border-bottom: 1px solid var(--line);
    }
    .found td {
      padding: 2px 0;
      border: none;
      overflow-wrap: anywhere;
    }
    .found td:first-child {
      grid-column: 1 / -1;
    }
    .found td > b {
      white-space: nowrap;
      padding-right: 10px;
    }
  }
`;
