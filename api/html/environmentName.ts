import type { Express, Response } from 'express';

const name = 'environmentName';

/** What stands at the top of every page of this service. */
export function setEnvironmentName(app: Express, value: string | null): void {
  app.locals[name] = value;
}

export function environmentNameOf(res: Response): string | null {
  return res.app.locals[name] as string | null;
}
