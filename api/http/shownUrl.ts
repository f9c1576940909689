/**
 * Parameters whose values the log may hold: numbers and words of ours. Everything else is cut: what was searched, logins, names,
 * forms that were typed, and the code of a single sign-on.
 */
const shown = new Set([
  ...['page', 'page_size', 'format', 'act', 'state', 'task_type', 'task_status', 'task_id', 'error_code'],
  ...['schedule_id', 'upgrade_id', 'action', 'object_type', 'include_luna_services'],
  ...['create', 'end', 'error', 'audit'].flatMap((what) => [`${what}_time__gte`, `${what}_time__lt`]),
]);
const plain = /^[\w.,:+-]{1,40}$/;
const longestPath = 300;

/** An address as the request log writes it. */
export function shownUrl(url: string): string {
  const at = url.indexOf('?');
  const path = (at < 0 ? url : url.slice(0, at)).slice(0, longestPath);
  if (at < 0) return path;
  // What a provider sends back has parameters of its own, some of them with our names.
  if (path.startsWith('/login')) return `${path}?…`;
  const parts = url
    .slice(at + 1)
    .split('&', 30)
    .map(shownPart);
  return `${path}?${parts.join('&')}`;
}

function shownPart(part: string): string {
  const at = part.indexOf('=');
  const name = at < 0 ? part : part.slice(0, at);
  if (!plain.test(name)) return '…';
  const value = part.slice(name.length + 1);
  return shown.has(name) && (value === '' || plain.test(value)) ? part : `${name}=…`;
}
