import { css } from 'lit';

/** How the zone looks. */
export const memoryStyles = css`
  .blocks {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(140px, 1fr));
    gap: 8px;
    padding: 12px 0 0;
  }
  .block {
    border: 1px solid var(--strong-line);
    border-radius: var(--radius);
    overflow: clip;
    background: var(--raised);
  }
  .block header {
    display: flex;
    align-items: center;
    gap: 6px;
    padding: 4px 8px 4px 5px;
    border-bottom: 1px solid var(--strong-line);
    font: 600 var(--tiny) / 1.3 var(--mono);
  }
  .block header span {
    background-color: var(--mt, var(--mt-other));
    padding: 1px 4px;
    border-radius: 3px;
  }
  .area:empty {
    display: none;
  }
  .area {
    margin-left: auto;
  }
  .changed {
    outline: 2px solid var(--now-line);
    outline-offset: -1px;
  }
  .pages {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(64px, 1fr));
    gap: 1px;
    background: var(--line);
  }
  .page {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0 6px;
    align-items: baseline;
    justify-items: start;
    padding: 5px 7px;
    border: none;
    border-radius: 0;
    background: var(--raised);
    text-align: left;
    line-height: 1.35;
  }
  .page.changed {
    outline-offset: -2px;
    background: var(--now);
    z-index: 1;
  }
  .page:focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
    z-index: 2;
  }
  .page[aria-pressed='true'] {
    box-shadow: inset 0 -3px var(--ink);
  }
  .pfn {
    font: 700 var(--small) / 1.3 var(--mono);
  }
  .names {
    justify-self: end;
    max-width: 100%;
    font: var(--tiny) / 1.35 var(--mono);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .kind,
  .count {
    grid-column: 1 / -1;
    font-size: var(--tiny);
    color: var(--soft);
  }
  .kind {
    padding-bottom: 2px;
    white-space: nowrap;
  }
  .count {
    display: flex;
    justify-content: space-between;
    width: 100%;
    font: var(--tiny) / 1.35 var(--mono);
  }
  .count b {
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  .kind-free .kind,
  .kind-free .count,
  .kind-free .count b {
    color: var(--faint);
    font-weight: 400;
  }
  .page.tail {
    margin-left: -1px;
    border-left: none;
  }
  .page.head {
    border-left: 3px double var(--strong-line);
  }
  /* A compound page is one body. */
  .page.first,
  .page.further {
    border-block: 3px double var(--strong-line);
  }
  .page.first {
    border-left: 3px double var(--strong-line);
  }
  .page.further {
    margin-left: -1px;
  }
  .compounds {
    margin-top: 10px;
    overflow-x: auto;
  }
  .compounds th,
  .compounds td {
    padding: 3px 12px 3px 0;
    font-size: var(--tiny);
    white-space: nowrap;
  }
  .compounds thead th {
    font-family: var(--mono);
    font-weight: 400;
    color: var(--soft);
  }
  .compounds .changed td,
  .compounds .changed th {
    background: var(--now);
  }
  .compounds .twice {
    color: var(--soft);
    white-space: normal;
  }
  .compounds :is(th, td):last-child {
    padding-right: 0;
    white-space: normal;
  }
  .kind-removed .kind {
    white-space: normal;
  }
  .kind-removed .count {
    visibility: hidden;
  }
  .tail .kind {
    letter-spacing: 0.2em;
  }
  .kind-pcplist,
  .kind-removed,
  .kind-offline,
  .kind-parked,
  .kind-in-flight {
    background-image: repeating-linear-gradient(
      -45deg,
      transparent 0 6px,
      var(--line) 6px 7px
    );
  }
  .zone th {
    white-space: nowrap;
  }
  /* The blocks get the room, so that they are as long as they have pages. */
  .zone tr:has(.bodies) th {
    width: 1%;
  }
  .bodies {
    display: flex;
    flex-wrap: wrap;
    gap: 3px;
  }
  .body {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    /* As long as it has pages; from eight on it is only long. */
    min-width: min(100%, min(var(--pages), 8) * 26px);
    min-height: 24px;
    padding: 0 5px 0 2px;
    font: var(--tiny) / 1.4 var(--mono);
    border: 1px solid var(--strong-line);
    border-radius: 3px;
    background: var(--raised);
  }
  .body.stray {
    border: 2px dashed var(--bad);
  }
  .body i {
    color: var(--bad);
    font-style: normal;
    font-weight: 700;
  }
  h3 ~ h3 {
    margin-top: 10px;
  }
  .blocks.compact {
    gap: 4px;
  }
  .compact .pages {
    grid-template-columns: repeat(auto-fill, minmax(30px, 1fr));
  }
  /* Of many pages only what is in sight is laid out and drawn. */
  .compact .block {
    content-visibility: auto;
    contain-intrinsic-block-size: auto calc(30px + var(--cells) * 7px);
  }
  .compact .page {
    padding: 2px 4px;
    min-height: 24px;
    min-width: 24px;
    display: block;
  }
  .zone {
    display: grid;
    grid-template-columns: minmax(150px, 2fr) minmax(240px, 3fr);
    gap: 8px 24px;
    padding-top: 12px;
    min-height: 210px;
    align-content: start;
  }
  .zone td,
  .zone th {
    padding: 3px 10px 3px 0;
  }
  .zone .mono,
  .zone .mt {
    font-size: var(--tiny);
  }
  .band .cell {
    min-height: 24px;
    min-width: 24px;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  @media (pointer: coarse), (max-width: 700px) {
    .blocks:not(.compact) .band .cell {
      min-height: 44px;
      margin-block: -6px;
    }
  }
  .bits .cell {
    flex-wrap: wrap;
    text-decoration: none;
  }
  .bits i {
    display: inline-grid;
    place-items: center;
    width: 1.6em;
    height: 1.5em;
    margin: 0 2px 2px 0;
    font: var(--tiny) / 1 var(--mono);
    border: 1px solid var(--strong-line);
    border-radius: 2px;
  }
  .bits .set {
    background: var(--ink);
    color: var(--paper);
    font-weight: 700;
  }
  @media (max-width: 700px) {
    .zone {
      grid-template-columns: 1fr;
    }
    .body {
      min-height: 44px;
      min-width: min(100%, max(min(var(--pages), 8) * 22px, 44px));
    }
  }
`;
