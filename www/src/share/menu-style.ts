import { css } from 'lit';

/** The share menu: forms above, what each makes below. */
export const menuStyles = css`
  dialog {
    width: min(760px, calc(100vw - 24px));
    max-width: none;
    max-height: calc(100dvh - 24px);
    padding: 16px 20px 18px;
  }
  .top {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-bottom: 8px;
  }
  .close {
    border-color: transparent;
    padding: 4px 8px;
  }
  [role='tablist'] {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    padding-bottom: 12px;
  }
  [role='tab'][aria-selected='true'] {
    background: var(--now);
    border-color: var(--now-line);
    font-weight: 650;
  }
  .preview {
    height: min(340px, 45dvh);
    overflow: auto;
    border: 1px solid var(--strong-line);
    border-radius: var(--radius);
    background: var(--sunken);
  }
  .part {
    display: block;
    padding-bottom: 8px;
    font-size: var(--small);
  }
  .preview > p {
    padding: 12px 14px;
    max-width: 60ch;
  }
  .preview > p button {
    margin-top: 10px;
  }
  textarea {
    display: block;
    width: 100%;
    height: 100%;
    padding: 10px 12px;
    resize: none;
    font: var(--small) / 1.5 var(--mono);
    color: var(--ink);
    background: none;
    border: none;
  }
  textarea:focus-visible {
    outline-offset: -2px;
  }
  textarea.wraps {
    overflow-wrap: anywhere;
  }
  img {
    display: block;
    max-width: 100%;
    margin: 0 auto;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding-top: 12px;
  }
  .actions .primary {
    min-width: 112px;
  }
  .said {
    min-height: 2lh;
    padding-top: 10px;
  }
  @media (max-width: 700px) {
    .preview {
      height: min(340px, 38dvh);
    }
  }
`;
