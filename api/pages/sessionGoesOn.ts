import type { Request } from 'express';

/** Whether the session that a long answer began with still exists; one by header needs none. */
export async function sessionGoesOn(req: Request): Promise<boolean> {
  if (req.get('Authorization') !== undefined) return true;
  return new Promise((resolve) => {
    req.session.reload((error: unknown) => {
      resolve(error === undefined || error === null);
    });
  });
}
