// When the session has ended (by time, by a log-out in another tab, or before the browser shows a kept page again), what
// the page shows is taken away, also while the service cannot be reached. What was typed comes back with Back after the
// next log-in of the same account (keep.js).
import { fetchPage } from './fetchPage.js';

const shown = document.querySelector('[data-session-ends]')?.dataset;
const others = new BroadcastChannel('luna-admin session');
const recheckMs = 60_000;
// So much earlier a page that is used is a use of its session.
const earlierMs = 90_000;
// A form whose sending was held back because the session has ended waits so long for a log-in in another tab.
const noticeMs = 10 * 60_000;
let endsAt = Infinity;
let timer;
let isWarned = false;

function expectEnd(ms) {
  endsAt = Date.now() + ms;
  clearTimeout(timer);
  timer = setTimeout(check, ms);
}

const restart = () => expectEnd(Math.max(1000, 1000 * Number(shown.sessionEnds) - earlierMs));

/** A session that another tab uses goes on; one that cannot be asked for has ended. */
async function check() {
  clearTimeout(timer);
  try {
    // Of every role; what this page is may not be there any more.
    const { wasUsed, page } = await fetchPage('/account');
    if (page.querySelector('[data-account]')?.dataset.account !== shown.account) await leave();
    else if (wasUsed) restart();
    else expectEnd(recheckMs);
  } catch {
    await leave();
  }
}

async function leave() {
  if (!isWarned && document.getElementById('session-ended') !== null) {
    isWarned = true;
    expectEnd(noticeMs);
    return;
  }
  document.body.replaceChildren();
  document.title = 'Luna Admin';
  // The answer remembers for the log-in page where this was.
  await fetchPage().catch(() => null);
  // Not in the place of this page: Back finds what was typed.
  location.assign('/login');
}

if (shown === undefined) others.postMessage({ account: null });
else {
  restart();
  others.postMessage({ account: shown.account });
  others.addEventListener('message', ({ data: { account } }) => {
    if (account !== shown.account) check();
    else {
      isWarned = false;
      restart();
    }
  });
  // Timers stand still while a machine sleeps.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() >= endsAt) check();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    document.body.hidden = true;
    check().then(() => (document.body.hidden = false));
  });
}
