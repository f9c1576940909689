// The server says how long ago something was when it answers; a page that stays open says it anew.
import { formatAgo } from './words.js';

const everyMs = 10_000;

setInterval(() => {
  if (document.visibilityState === 'hidden') return;
  for (const element of document.querySelectorAll('[data-ago]')) {
    const text = formatAgo(element.dateTime, Date.now());
    if (element.textContent !== text) element.textContent = text;
  }
}, everyMs);
