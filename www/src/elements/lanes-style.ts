import { css } from 'lit';

/** How lanes look; a narrow box shows them as one column with the CPU's name on each run. */
export const laneStyles = css`
  section {
    container-type: inline-size;
  }
  .scroll {
    position: relative;
    height: var(--lanes-height, clamp(360px, 100dvh - 400px, 720px));
    overflow: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
  }
  .canvas {
    --column: calc(100% / var(--lanes));
    --indent: 1ch;
    min-width: calc(var(--lanes) * 230px);
    min-height: 100%;
    position: relative;
    padding-bottom: 16px;
  }
  .lanes {
    position: sticky;
    top: 0;
    z-index: 2;
    display: flex;
    background: var(--paper);
    border-bottom: 1px solid var(--line);
  }
  .lane {
    flex: 1 1 0;
    min-width: 0;
    padding: 8px 12px 8px 14px;
    border-left: 1px solid var(--line);
    box-shadow: inset 0 -3px var(--cpu);
  }
  .lane:first-child {
    border-left: none;
  }
  .lane .name {
    display: flex;
    flex-wrap: wrap;
    gap: 0 8px;
    align-items: baseline;
    min-height: 1.5em;
  }
  .lane .cpu {
    font-size: var(--text);
  }
  .lane li {
    padding-left: 1.4em;
    line-height: 1.4;
    position: relative;
    overflow-wrap: anywhere;
  }
  .lane li::before {
    position: absolute;
    left: 0;
    font: 700 var(--small) / 1.6 var(--mono);
  }
  .lane li.waiting {
    color: var(--faint);
  }
  .lane li.running::before {
    content: '>';
    color: var(--cpu);
  }
  .lane li.waiting::before {
    content: '·';
  }
  .notes {
    min-height: 1.4em;
    margin-top: 2px;
    font-size: var(--tiny);
    line-height: 1.4;
    color: var(--soft);
  }
  .notes p {
    overflow-wrap: anywhere;
  }
  .notes code {
    font-size: inherit;
  }
  /* Room for the four that wait at most: the rows below stay where they are. */
  .stores {
    min-height: calc(5 * 1.4em);
  }
  .lane .stores li {
    padding-left: 2.2em;
  }
  .lane .stores li::before {
    content: counter(list-item) '.';
    font-weight: 400;
  }
  .notes .running {
    color: var(--ink);
    font-weight: 600;
  }
  .result {
    font-weight: 700;
  }
  .runs {
    position: relative;
  }
  /* The rules between the columns go through, as on ruled paper. */
  .canvas::before {
    content: '';
    position: absolute;
    inset: 0;
    background: repeating-linear-gradient(
      90deg,
      transparent 0 calc(var(--column) - 1px),
      var(--line) calc(var(--column) - 1px) var(--column)
    );
    pointer-events: none;
  }
  .run {
    margin-left: calc(var(--lane) * var(--column));
    width: var(--column);
    position: relative;
    padding: 2px 6px 4px 0;
    border-left: 3px solid var(--cpu);
    /* Of a long trace only what is in sight is laid out and drawn. */
    content-visibility: var(--runs-visibility, auto);
    contain-intrinsic-block-size: auto calc(var(--rows) * 27px);
  }
  .step {
    contain: layout paint;
  }
  .run.future {
    border-left-style: dotted;
  }
  .run.switched {
    padding-top: 0;
  }
  .tag {
    display: none;
  }
  .switch {
    display: flex;
    align-items: center;
    gap: 6px;
    padding: 0 0 0 10px;
    height: 20px;
    font-size: var(--tiny);
    color: var(--faint);
  }
  .switch::after {
    content: '';
    flex: 1;
    border-top: 1px dashed var(--strong-line);
  }
  .operation button {
    display: flex;
    width: 100%;
    min-height: 28px;
    padding: 3px 6px 3px 8px;
    gap: 8px;
    justify-content: flex-start;
    text-align: left;
    border: none;
    background: none;
    border-radius: 0;
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .operation code {
    font-weight: 700;
  }
  .twist {
    flex: none;
    width: 0;
    height: 0;
    border: 4px solid transparent;
    border-left: 6px solid var(--soft);
    margin-left: 4px;
  }
  [aria-expanded='true'] .twist {
    transform: rotate(90deg) translate(1px, 2px);
  }
  .function {
    padding-left: calc(38px + var(--depth) * var(--indent));
  }
  code.function {
    display: block;
    padding-left: calc(var(--depth) * var(--indent));
  }
  .function code,
  code.function {
    color: var(--cpu);
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .function.again code {
    font-weight: 400;
  }
  .step button {
    display: grid;
    grid-template-columns: 26px minmax(0, 1fr);
    gap: 0 8px;
    width: 100%;
    min-height: 24px;
    min-width: 0;
    padding: 1px 4px;
    text-align: left;
    align-items: baseline;
    justify-content: start;
    border: none;
    border-radius: 0;
    background: none;
    white-space: normal;
    font-weight: 400;
    transition: none;
  }
  .number {
    font: var(--tiny) / 1.5 var(--mono);
    color: var(--faint);
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .body {
    min-width: 0;
  }
  .line {
    display: block;
    padding-left: calc(var(--depth) * var(--indent) + 2ch);
    text-indent: -2ch;
    line-height: 1.5;
    overflow-wrap: anywhere;
  }
  .taken {
    color: var(--soft);
    font: italic var(--tiny) / 1 var(--sans);
    margin-left: 0.6ch;
  }
  .future .taken {
    color: var(--faint);
  }
  .begin {
    display: block;
    font-weight: 700;
    padding-left: 2ch;
    font-size: var(--small);
  }
  /* What is not the task's stands aside, behind a line of its own. */
  .runs li li:is(.call, .interrupt) {
    margin-left: 14px;
    border-left: 4px double var(--cpu);
  }
  .run:not(.future) li:is(.call, .interrupt):not(.future) {
    background: var(--sunken);
    & .number {
      color: var(--soft);
    }
  }
  .runs li li.interrupt {
    border-left: 3px dashed var(--cpu);
  }
  .why {
    font-size: var(--tiny);
    font-style: italic;
    font-weight: 400;
    color: var(--soft);
    white-space: nowrap;
  }
  .change {
    display: block;
    padding-left: calc(var(--depth) * var(--indent) + 2ch);
    font: var(--tiny) / 1.45 var(--mono);
    color: var(--soft);
    overflow-wrap: anywhere;
  }
  .change b {
    font-weight: 400;
  }
  .change::before {
    content: '';
    display: inline-block;
    width: 5px;
    height: 5px;
    margin-right: 5px;
    background: var(--cpu);
    vertical-align: 0.12em;
  }
  .now button {
    background: var(--now);
    box-shadow: inset 3px 0 var(--now-line);
  }
  .now .number {
    color: var(--ink);
    font-weight: 700;
  }
  .future,
  .future code,
  .future .begin,
  .future .change {
    color: var(--faint);
  }
  .future .change::before {
    background: none;
    border: 1px solid var(--faint);
  }
  .broke {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    margin: 3px 0 3px;
    padding: 2px 8px 2px 5px;
    font-size: var(--small);
    font-weight: 650;
    color: var(--bad);
    background: var(--bad-back);
    border: 1.5px solid var(--bad);
    border-radius: 3px;
    overflow-wrap: anywhere;
  }
  .future .broke {
    background: none;
    border-style: dashed;
  }
  .end {
    position: relative;
    padding: 10px 14px 0;
    font-size: var(--small);
    color: var(--soft);
  }
  .end.bad {
    color: var(--bad);
  }
  .loop {
    margin: 6px 0 2px;
    padding: 3px 4px 0 38px;
    font-size: var(--small);
    font-weight: 650;
    color: var(--bad);
    border-top: 1.5px solid var(--bad);
  }
  .loop.future,
  .end.bad.future {
    color: var(--faint);
    border-color: var(--faint);
  }
  @container (max-width: 560px) {
    .canvas {
      min-width: 0;
      --indent: 0.8ch;
    }
    .canvas::before,
    .lane .soft {
      display: none;
    }
    .lane {
      padding: 6px 8px 8px;
    }
    .lane li {
      white-space: nowrap;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .lane li:has(.result) code:not(.result) {
      display: inline-block;
      max-width: calc(100% - 6ch);
      overflow: hidden;
      text-overflow: ellipsis;
      vertical-align: bottom;
    }
    .lane code {
      font-size: var(--tiny);
    }
    /* Where many lanes share a phone, a word is cut off rather than laid over its neighbour. */
    .lane .name {
      flex-wrap: nowrap;
    }
    .lane .chip {
      display: block;
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    /* Beside the CPU's name. */
    .run:not(.switched) > ol > li:first-child {
      padding-right: 6ch;
    }
    /* The chip says it. */
    .notes .running {
      display: none;
    }
    .run {
      width: auto;
      margin-left: calc(var(--lane) * 14px);
    }
    .tag {
      display: inline;
      position: absolute;
      right: 8px;
      top: 3px;
    }
    .run.switched .tag {
      top: 1px;
      padding-left: 6px;
      background: var(--paper);
    }
    .step button {
      min-height: 36px;
      padding: 5px 4px;
    }
  }
  /* A finger takes a step by its number. */
  @media (pointer: coarse) {
    .step button {
      grid-template-columns: 44px minmax(0, 1fr);
      padding-block: 0;
    }
    .step .number {
      display: flex;
      align-self: start;
      align-items: center;
      gap: 6px;
      justify-content: end;
      min-height: 44px;
    }
    .step .number::before {
      content: '';
      width: 10px;
      height: 15px;
      background: radial-gradient(circle, var(--faint) 1.2px, transparent 1.6px) 0 0 / 5px 5px;
    }
    .step .body {
      padding-block: 5px;
    }
  }
  /* It takes no more height than the heading beside it. */
  .head button {
    margin-block: -8px;
  }
  @media (max-width: 700px) {
    .scroll {
      height: clamp(300px, 100dvh - 418px, 640px);
    }
    .operation button,
    .head button {
      min-height: 44px;
    }
    .head button {
      margin-block: -13px;
    }
    .step button {
      min-height: 44px;
      align-items: center;
    }
  }
  @media print {
    .head button {
      display: none;
    }
    .scroll {
      height: auto;
      overflow: visible;
    }
    .lanes {
      position: static;
    }
    .run {
      break-inside: avoid-page;
    }
  }
`;
