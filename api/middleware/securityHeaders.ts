import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** Headers that keep browsers safe. Pages find the nonce of their scripts in `res.locals.cspNonce`. */
export function securityHeaders({ secure }: { readonly secure: boolean }): RequestHandler[] {
  const nonce = (_req: unknown, res: object) => `'nonce-${String((res as Response).locals['cspNonce'])}'`;
  return [
    (_req, res, next) => {
      res.locals['cspNonce'] = randomBytes(16).toString('base64');
      next();
    },
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'", nonce],
          styleSrc: ["'self'", nonce],
          // Bootstrap's icons are data addresses in its style sheet.
          imgSrc: ["'self'", 'data:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          ...(secure ? { upgradeInsecureRequests: [] } : {}),
        },
      },
      // Over plain HTTP it would be ignored, and on localhost it would spoil other services of the machine.
      strictTransportSecurity: secure,
      xFrameOptions: { action: 'deny' },
      crossOriginOpenerPolicy: secure,
      originAgentCluster: false,
    }),
  ];
}
