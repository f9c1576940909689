import { randomFillSync } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

type Header = readonly [name: string, value: string];

const nonceHere = 'nonce-of-the-answer';

/** Headers that keep browsers safe. Pages find the nonce of their scripts in `res.locals.cspNonce`. */
export function securityHeaders({ secure }: { readonly secure: boolean }): RequestHandler {
  const headers = fixedHeaders(secure);
  const bytes = Buffer.alloc(16);
  return (_req, res, next) => {
    const nonce = randomFillSync(bytes).toString('base64');
    res.locals['cspNonce'] = nonce;
    for (const [name, value] of headers) res.setHeader(name, value.replaceAll(nonceHere, nonce));
    next();
  };
}

/** What helmet says, asked once: nothing but the nonce differs from answer to answer. */
function fixedHeaders(secure: boolean): readonly Header[] {
  const say = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", `'nonce-${nonceHere}'`],
        styleSrc: ["'self'", `'nonce-${nonceHere}'`],
        imgSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(secure ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // Without it a browser calls the origin of our own forms null, which over plain HTTP is all that it tells.
    referrerPolicy: { policy: 'same-origin' },
    // Over plain HTTP it would be ignored, and on localhost it would spoil other services of the machine.
    strictTransportSecurity: secure,
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: secure,
    originAgentCluster: false,
  });
  const request = new IncomingMessage(new Socket());
  const answer = new ServerResponse(request);
  say(request, answer, (error?: unknown) => {
    if (error !== undefined) throw new Error('helmet refuses its settings', { cause: error });
  });
  return answer.getHeaderNames().map((name) => [name, String(answer.getHeader(name))]);
}

/** Keeps answers out of every cache, unless they say otherwise: what is answered is for whoever asks, at that moment. */
export function noStore(): RequestHandler {
  return (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store');
    next();
  };
}

/** Before `sendFile` of what everybody may have: it decides itself how long that may be kept. */
export function mayBeStored(res: Response): Response {
  res.removeHeader('Cache-Control');
  return res;
}
