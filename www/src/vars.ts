import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

/**
 * Sets custom properties through the CSSOM. A `style` attribute, which `styleMap` writes at first,
 * is what `style-src 'self'` forbids.
 */
class Vars extends Directive {
  #last: Record<string, string> = {};

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('vars() stands in an element');
  }

  override render(_values: Record<string, string | number>): unknown {
    return noChange;
  }

  override update(part: ElementPart, [values]: [Record<string, string | number>]): unknown {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(values)) {
      const text = String(value);
      if (this.#last[name] !== text) style.setProperty(name, text);
      this.#last[name] = text;
    }
    return noChange;
  }
}

/** `<div ${vars({ '--lane': 1 })}>` */
export const vars = directive(Vars);
