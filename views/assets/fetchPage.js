// Since the last look. Only then does a look put off the end of the session: a page that is left open must not.
let isUsed = false;
for (const type of ['pointerdown', 'keydown', 'wheel', 'touchmove']) {
  addEventListener(type, () => (isUsed = true), { capture: true, passive: true });
}

// The server gives up a page before that.
const limitMs = 15_000;

/** A page as the server makes it now. Messages are left for whoever comes to see them. */
export async function fetchPage(address = location.href) {
  const wasUsed = isUsed;
  const headers = { accept: 'text/html', 'live-refresh': wasUsed ? 'used' : 'unused' };
  isUsed = false;
  const answer = await fetch(address, { headers, signal: AbortSignal.timeout(limitMs) });
  return { answer, wasUsed, page: new DOMParser().parseFromString(await answer.text(), 'text/html') };
}
