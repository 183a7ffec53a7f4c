import { css } from 'lit';

/** The guide stays in sight at the head of the window, and leaves room for what it speaks of. */
export const guideStyles = css`
  :host {
    position: sticky;
    top: 0;
    z-index: 4;
  }
  section {
    max-height: 45dvh;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 8px 12px 10px 16px;
    margin-bottom: 4px;
    background: var(--raised);
    border: 1px solid var(--strong-line);
    border-left: 5px solid var(--ink);
    border-radius: var(--radius);
    box-shadow: 0 4px 14px light-dark(#0001, #0006);
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  .where {
    flex: 1;
    padding-left: 6px;
  }
  .bar .close {
    border-color: transparent;
    padding: 4px 8px;
  }
  .prose {
    max-width: 92ch;
    padding: 4px 0;
    text-wrap: pretty;
  }
  section > p:not(.prose),
  li {
    padding: 2px 0;
  }
  ol {
    padding-left: 1.4em;
    list-style: decimal;
  }
  .met {
    font-weight: 650;
    color: var(--good);
  }
  @media (min-width: 701px) {
    li button {
      min-height: 28px;
    }
  }
  @media (max-width: 700px) {
    :host {
      top: 45px;
      order: 1;
    }
    section {
      max-height: 38dvh;
      margin: 8px 0 0;
      padding: 6px 8px 8px 10px;
    }
    .bar button {
      min-height: 44px;
      min-width: 44px;
    }
    .where {
      flex: 1 0 100%;
      order: 1;
      padding: 0;
    }
    .bar h2 {
      flex: 1;
    }
  }
  @media print {
    :host {
      display: none;
    }
  }
`;
