/** The module that the page posts to a thread before anything else. */
export const module = new Promise<WebAssembly.Module>((resolve) => {
  const take = (event: MessageEvent<WebAssembly.Module>) => {
    // The engine's own listener is not to see it.
    event.stopImmediatePropagation();
    resolve(event.data);
  };
  addEventListener('message', take, { once: true });
});
