import type { Response } from 'express';

/** In place of express's own, which works out type, charset, freshness and cache tag of every answer anew. */
export function sendJson(this: Response, value?: unknown): Response {
  const text = JSON.stringify(value);
  if (!this.hasHeader('Content-Type')) this.setHeader('Content-Type', 'application/json; charset=utf-8');
  this.setHeader('Content-Length', Buffer.byteLength(text));
  this.end(text);
  return this;
}
