import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Answers that are text, packed with brotli or gzip if the client takes them. Some stay as they are: events, which come one
 * by one; pictures, which are packed already; what is short; and whatever has an `ETag` or is a range, because the tag and
 * the numbers of bytes are of exactly these bytes, and a download that broke off goes on in them.
 *
 * Packing tells how often a text repeats another one, so an observer of the lengths could guess a secret letter by letter
 * beside a text that he chooses (BREACH). The one secret of a page is its form token: each answer masks it differently
 * (api/html/formToken.ts).
 */
export function compressed(): RequestHandler {
  return compression({
    filter: (req, answer) => {
      if (answer.hasHeader('ETag') || answer.hasHeader('Content-Range')) return false;
      const type = String(answer.getHeader('Content-Type'));
      if (type.startsWith('text/event-stream')) return false;
      return type.startsWith('application/x-yaml') || compression.filter(req, answer);
    },
  });
}
