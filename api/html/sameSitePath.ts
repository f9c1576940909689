const anySite = 'http://here.invalid';

/** The address as browsers read it when it leads to this very site, else null: `//host`, `/\host`, `/..//host` do not. */
export function sameSitePath(text: string): string | null {
  if (!text.startsWith('/') || !URL.canParse(text, anySite)) return null;
  const { origin, pathname, search, hash } = new URL(text, anySite);
  return origin === anySite && !pathname.startsWith('//') ? pathname + search + hash : null;
}
