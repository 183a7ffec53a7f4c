/** The pages of a large machine: after the first reply only those come that may look different. */
import type { PageView, Reply } from './protocol';

/** Puts replies together; a page that did not come again stays the same object. */
export class Pages {
  /** Replaced and never changed, as models hold it. */
  #known: PageView[] = [];

  /** The reply with all pages. */
  complete(reply: Reply): Reply {
    if (!('state' in reply)) return reply;
    const { pages: told } = reply.state;
    if (reply.type === 'opened') this.#known = told;
    else if (told.length > 0) {
      // A page's frame number is its place.
      const pages = [...this.#known];
      for (const page of told) pages[page.pfn] = page;
      this.#known = pages;
    }
    return { ...reply, state: { ...reply.state, pages: this.#known } };
  }
}
