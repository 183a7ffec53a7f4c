/** Races start when they come near the window. */
const waiting = new WeakMap<Element, () => void>();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      waiting.get(target)?.();
      outOfMind(target);
    }
  },
  { rootMargin: '200px' },
);

/** Calls once an element is about to be seen. */
export function whenSeen(element: Element, call: () => void): void {
  waiting.set(element, call);
  observer.observe(element);
}

/** Forgets that. */
export function outOfMind(element: Element): void {
  waiting.delete(element);
  observer.unobserve(element);
}
