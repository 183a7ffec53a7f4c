// How long frames take while a trace is gone through.

const middle = (values, part = 0.5) =>
  values.toSorted((a, b) => a - b)[Math.min(Math.floor(values.length * part), values.length - 1)];

/** Milliseconds that the page's main thread has worked so far. */
async function worked({ protocol }) {
  const { metrics } = await protocol.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
}

/** Runs what goes through a trace; it returns the milliseconds of each frame and the steps drawn. */
async function measured(it, run) {
  // Time that the thread had a processor: what else the machine does is not in it.
  await it.protocol.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await worked(it);
  const { frames, drawn, drawing } = await run();
  const busy = (await worked(it)) - before;
  await it.protocol.send('Performance.disable');
  return {
    'steps drawn': drawn,
    'main thread, ms a step': (busy / drawn).toFixed(1),
    'from the wish to the picture, ms': middle(drawing).toFixed(1),
    'frame, median ms': middle(frames).toFixed(1),
    '95 of 100 frames below, ms': middle(frames, 0.95).toFixed(1),
    'longest frame, ms': Math.max(...frames).toFixed(1),
  };
}

/** Drags the slider from the start to the end, a step a frame. */
export const scrub = (it) =>
  measured(it, () =>
    it.page.evaluate(async () => {
      const root = document.querySelector('pagerace-app').shadowRoot;
      const strip = root.querySelector('pagerace-dock').shadowRoot.querySelector('pagerace-strip');
      const slider = strip.shadowRoot.querySelector('input');
      const frame = () => new Promise(requestAnimationFrame);
      const most = Number(slider.max);
      const wished = [];
      const [frames, drawing, seen] = [[], [], new Set()];
      let last = await frame();
      const look = (now) => {
        const at = strip.state.cursor;
        if (seen.has(at) || wished[at] === undefined) return;
        seen.add(at);
        drawing.push(now - wished[at]);
      };
      for (let at = 1; at <= most || !seen.has(most); at++) {
        const to = Math.min(at, most);
        wished[to] ??= performance.now();
        slider.value = String(to);
        slider.dispatchEvent(new Event('input'));
        const now = await frame();
        frames.push(now - last);
        last = now;
        look(now);
      }
      return { frames, drawing, drawn: seen.size };
    }),
  );

/** Plays eight steps a second. */
export async function play(it, seconds = 5) {
  await it.page.keyboard.press('Home');
  await it.page.getByLabel('Steps per second').selectOption('8/s');
  return measured(it, async () => {
    await it.page.getByRole('button', { name: 'Play', exact: true }).click();
    const result = await it.page.evaluate(async (most) => {
      const root = document.querySelector('pagerace-app').shadowRoot;
      const dock = root.querySelector('pagerace-dock');
      const frame = () => new Promise(requestAnimationFrame);
      const [frames, drawing] = [[], []];
      let [last, cursor, drawn] = [await frame(), dock.state.cursor, 0];
      for (const start = last; last - start < most; ) {
        const now = await frame();
        frames.push(now - last);
        if (dock.state.cursor !== cursor) {
          drawn += 1;
          drawing.push(now - last);
        }
        cursor = dock.state.cursor;
        last = now;
      }
      return { frames, drawing, drawn };
    }, seconds * 1000);
    await it.page.getByRole('button', { name: 'Pause', exact: true }).click();
    return result;
  });
}
