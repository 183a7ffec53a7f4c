import { css } from 'lit';

/** How a row of controls looks: choices with a name, and buttons. */
export const barStyles = css`
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 12px;
    padding: 8px 0;
  }
  label {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 8px;
    min-width: 0;
    font-size: var(--small);
  }
`;
