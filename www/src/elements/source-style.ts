import { css } from 'lit';

/** How listings look; their height does not depend on the function. */
export const sourceStyles = css`
  .head {
    align-items: center;
  }
  .pick {
    margin-left: auto;
    display: flex;
  }
  .pick button {
    min-height: 28px;
    padding: 2px 9px;
    border-color: transparent;
    background: none;
    border-radius: 0;
  }
  .pick button[aria-pressed='true'] {
    box-shadow: inset 0 -3px var(--cpu, var(--ink));
  }
  .stack {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    min-height: 60px;
    align-content: center;
    padding: 4px 0;
  }
  .stack button {
    border: none;
    background: none;
    min-height: 26px;
    padding: 1px 4px;
    color: var(--link);
  }
  .stack button code {
    font-size: var(--tiny);
  }
  .stack button + button::before {
    content: '>';
    color: var(--faint);
    font: var(--tiny) / 1 var(--mono);
    margin-left: -2px;
  }
  .stack button[aria-pressed='true'] {
    color: var(--ink);
    font-weight: 700;
  }
  .listing {
    height: 268px;
    overflow: auto;
    padding: 6px 0;
    background: var(--raised);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    scrollbar-width: thin;
  }
  li {
    display: grid;
    grid-template-columns: 44px 1fr;
    align-items: baseline;
    padding-right: 8px;
    min-height: 23px;
  }
  li code {
    padding-left: calc(var(--indent) * 1ch + 2ch);
    text-indent: -2ch;
    line-height: 1.6;
    overflow-wrap: anywhere;
  }
  .counters {
    display: flex;
    justify-content: flex-end;
    gap: 3px;
    padding-right: 8px;
  }
  .own {
    background: var(--now);
    box-shadow: inset 3px 0 var(--cpu);
  }
  .own code {
    font-weight: 600;
  }
  .mark {
    padding-left: 1ch;
    font: italic var(--tiny) var(--sans);
    color: var(--soft);
  }
  .dropped code {
    text-decoration: line-through;
  }
  .about {
    min-height: 66px;
    padding-top: 6px;
  }
  .locals {
    display: flex;
    flex-wrap: wrap;
    gap: 0 16px;
    font-size: var(--small);
    min-height: 1.5em;
  }
  .locals code {
    font-size: var(--tiny);
  }
  @media print {
    .pick {
      display: none;
    }
    .listing {
      height: auto;
    }
  }
  @media (max-width: 700px) {
    .pick button,
    .stack button {
      min-height: 44px;
      min-width: 44px;
      justify-content: flex-start;
    }
    .pick button {
      justify-content: center;
    }
    .stack {
      flex-wrap: nowrap;
      overflow-x: auto;
      scrollbar-width: none;
    }
    .stack button {
      flex: none;
    }
    .listing {
      height: 300px;
    }
  }
`;
