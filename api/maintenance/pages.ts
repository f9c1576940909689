import type { Request, RequestHandler, Response } from 'express';
import type { Stores } from '../../db/stores.ts';
import type { MaintenanceShape } from '../../views/shapes.ts';
import { paths } from '../../views/paths.ts';
import { fieldsOf } from '../html/form.ts';
import { flash, leadTo } from '../html/pageAnswer.ts';
import { setShownMaintenance } from '../html/shownMaintenance.ts';
import { actorOf } from '../http/requestContext.ts';
import type { MaintenanceDeps } from './json.ts';
import { presentMaintenance } from './present.ts';

type PagesDeps = Pick<MaintenanceDeps, 'maintenanceActions'> &
  Pick<Stores, 'shownMaintenance'> & { isUnavailable(error: unknown): boolean };

const noteAtMost = 256;

/** The switch on home and in the list of tasks, and what each page says while it is on. */
export function maintenancePages({ shownMaintenance, maintenanceActions, isUnavailable }: PagesDeps) {
  const read = async (): Promise<MaintenanceShape | null> => {
    try {
      return presentMaintenance(await shownMaintenance.read());
    } catch (error) {
      // The page says itself what it cannot tell without the database.
      if (!isUnavailable(error)) throw error;
      return null;
    }
  };
  const act =
    (work: (req: Request) => Promise<string>): RequestHandler =>
    async (req, res) => {
      flash(req, await work(req));
      leadTo(req, res, req.query['from'] === 'tasks' ? paths.tasks() : paths.home);
    };
  return {
    /** For every page of somebody who is signed in. */
    tell: async (res: Response): Promise<void> => {
      setShownMaintenance(res, await read());
    },

    start: act(async (req) => {
      const note = (fieldsOf(req.body)['note'] ?? '').trim().slice(0, noteAtMost);
      await maintenanceActions.start(note === '' ? null : note, actorOf(req));
      return 'Everything is being paused.';
    }),

    end: act(async (req) => {
      await maintenanceActions.end(null, actorOf(req));
      return 'The maintenance has ended: what it paused is running again.';
    }),
  };
}
