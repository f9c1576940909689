/**
 * Headers that keep browsers safe, for JSON that neither pages nor routes answer: while the API waits for its database, and at
 * a worker's port. `secure`: browsers come by HTTPS alone.
 */
export function bareHeaders(secure: boolean): Readonly<Record<string, string>> {
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    ...(secure ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}
