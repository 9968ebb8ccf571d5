// Waiting for a state, never for a time: what is asserted is tried again until it holds.

const USUAL_MS = 15_000;
const AGAIN_MS = 40;

/** Gives what `check` gives as soon as it neither throws nor gives `false`; its last failure when time is over. */
export async function until(check, { within = USUAL_MS } = {}) {
  const end = Date.now() + within;
  for (;;) {
    let failure;
    try {
      const result = await check();
      if (result !== false) return result;
      failure = new Error(`still false after ${within} ms: ${check}`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() > end) throw failure;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
