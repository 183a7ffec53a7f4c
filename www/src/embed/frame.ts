/** A race as a page of its own, for `<iframe sandbox="allow-scripts">`: the address says which. */
import type { PageRace } from './race';
import { Talk } from './talk';

/** What the address says of the look, apart from which race it is. */
const LOOKS = ['view', 'theme', 'controls', 'at', 'ro'] as const;

/** Puts the race of an address into the document, and lets the document around it speak to it. */
export function startFrame(): void {
  const race = document.createElement('page-race') as PageRace;
  const say = (message: unknown) => {
    if (parent !== window) parent.postMessage(message, '*');
  };
  const talk = new Talk(race, say);
  addEventListener('message', ({ source, data }) => {
    if (source === parent && parent !== window) talk.take(data);
  });
  race.addEventListener('page-race', (event) => say((event as CustomEvent).detail));
  look(race);
  addEventListener('hashchange', () => look(race));
  document.body.append(race);
  say({ pagerace: 1, type: 'ready', started: race.started });
}

function look(race: PageRace): void {
  const [head = '', ...rest] = location.hash.slice(1).split('&');
  const said = new Map(rest.map((part) => part.split('=', 2) as [string, string | undefined]));
  for (const name of LOOKS) {
    const value = said.get(name);
    if (value === undefined || value === '0') race.removeAttribute(name);
    else race.setAttribute(name, value);
  }
  race.setAttribute('href', `#${head}`);
}
