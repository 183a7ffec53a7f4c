import { css } from 'lit';

/** The gallery: groups beside the list where there is room, the whole screen where there is not. */
export const galleryStyles = css`
  dialog {
    width: min(1080px, calc(100vw - 32px));
    height: min(820px, calc(100dvh - 48px));
    max-width: none;
    max-height: none;
    padding: 0;
    flex-direction: column;
  }
  dialog[open] {
    display: flex;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 8px 14px;
    padding: 12px 16px 12px 22px;
    border-bottom: 1px solid var(--strong-line);
  }
  .search {
    flex: 1;
    min-width: 0;
  }
  input {
    width: 100%;
    min-height: 38px;
    padding: 4px 10px;
    font: inherit;
    color: var(--ink);
    background: var(--paper);
    border: 1px solid var(--strong-line);
    border-radius: var(--radius);
  }
  .top p {
    min-width: 8em;
    text-align: right;
  }
  .close {
    border-color: transparent;
    padding: 4px 8px;
  }
  .body {
    flex: 1;
    display: grid;
    grid-template-columns: 250px minmax(0, 1fr);
    min-height: 0;
  }
  nav {
    overflow-y: auto;
    padding: 8px 8px 20px 18px;
    border-right: 1px solid var(--line);
    font-size: var(--small);
  }
  nav p {
    padding: 10px 4px 2px;
    font-weight: 650;
  }
  nav button.plain {
    display: block;
    width: 100%;
    min-height: 28px;
    text-align: left;
    white-space: normal;
    text-decoration: none;
    line-height: 1.3;
  }
  .list {
    overflow-y: auto;
    padding: 4px 22px 40px;
    overscroll-behavior: contain;
  }
  .list > p {
    padding: 14px 0;
  }
  .part {
    padding: 14px 0 0;
    font-size: 0.9375rem;
    color: var(--ink);
  }
  section {
    padding: 10px 0 4px;
  }
  h4 {
    margin: 0;
    font-size: var(--small);
    font-weight: 650;
    color: var(--soft);
    scroll-margin-top: 8px;
  }
  section > .soft {
    padding-bottom: 3px;
    overflow-wrap: anywhere;
  }
  a {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 1px 12px;
    min-height: 44px;
    padding: 6px 8px;
    margin: 0 -8px;
    align-content: center;
    color: var(--ink);
    text-decoration: none;
    border-top: 1px solid var(--line);
  }
  a:hover {
    background: var(--sunken);
  }
  a[aria-current] {
    box-shadow: inset 4px 0 var(--ink);
  }
  .name {
    font: 600 var(--small) / 1.5 var(--mono);
    color: var(--link);
    overflow-wrap: anywhere;
  }
  .what {
    grid-row: 2;
    grid-column: 1 / -1;
  }
  .marks {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    justify-content: flex-end;
  }
  .chip .icon {
    width: 1em;
    height: 1em;
  }
  .chip .bad {
    display: inline-flex;
  }
  .tour {
    border-color: var(--ink);
    font-weight: 650;
  }
  @media (max-width: 700px) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: none;
      border-radius: 0;
    }
    .top {
      flex-wrap: wrap;
      padding: 6px 6px 8px 14px;
    }
    .top h2 {
      flex: 1;
    }
    /* Below the search: beside it there is no room. */
    .top p {
      order: 2;
      flex: 1 0 100%;
      text-align: left;
    }
    .search {
      order: 1;
      flex: 1 0 calc(100% - 8px);
      margin-right: 8px;
    }
    input,
    .close {
      min-width: 44px;
      min-height: 44px;
    }
    .body {
      grid-template-columns: minmax(0, 1fr);
    }
    nav {
      display: none;
    }
    .list {
      padding: 0 14px 32px;
    }
    a {
      grid-template-columns: minmax(0, 1fr);
    }
    .what {
      grid-row: auto;
    }
    .marks {
      justify-content: flex-start;
      padding-top: 2px;
    }
  }
`;
