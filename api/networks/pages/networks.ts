import type { RequestHandler } from 'express';
import { networksPage } from '../../../views/pages/networks/list.ts';
import { networkPage } from '../../../views/pages/networks/one.ts';
import { paths } from '../../../views/paths.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { flash, leadTo, sendPage } from '../../html/pageAnswer.ts';
import { actorOf } from '../../http/requestContext.ts';
import { idOf } from '../../tasks/pages/taskId.ts';
import { presentUpgrades, type UpgradeSources } from '../../upgrades/readUpgrades.ts';
import { presentCheck, presentVersion } from '../present.ts';
import { findVersion, readVersions } from '../readVersions.ts';

type NetworkSources = Pick<
  PageSources,
  'networkQueries' | 'extractors' | 'networkActions' | 'defaultVersions' | 'clock'
> &
  UpgradeSources;

const shownUpgrades = 10;

/** Every version with its network and its last check, upgrades from one to the next, one of them with the whole report, the order of a check, and the switch. */
export function networkPages(
  sources: NetworkSources,
): Record<'list' | 'one' | 'check' | 'makeDefault', RequestHandler> {
  const { networkQueries, networkActions, defaultVersions } = sources;
  return {
    list: async (req, res) => {
      const [rows, defaults, upgrades] = await Promise.all([
        readVersions(sources),
        defaultVersions.read(),
        sources.upgradeQueries.page({ page: 1, pageSize: shownUpgrades }),
      ]);
      sendPage(
        req,
        res,
        'networks/list',
        networksPage({
          now: sources.clock.now(),
          versions: rows.map((row) => presentVersion(row, defaults)),
          upgrades: await presentUpgrades(sources, upgrades),
        }),
      );
    },

    one: async (req, res) => {
      const version = idOf(req, 'version');
      const [rows, checks, defaults] = await Promise.all([
        readVersions(sources),
        networkQueries.checksOf(version),
        defaultVersions.read(),
      ]);
      const page = networkPage({
        version: presentVersion(findVersion(rows, version), defaults),
        checks: checks.map((check) => ({ check: presentCheck(check), reports: check.reports })),
        defaults: rows
          .map((other) => presentVersion(other, defaults))
          .filter(({ default_of }) => default_of.length > 0),
      });
      sendPage(req, res, 'networks/one', page);
    },

    makeDefault: async (req, res) => {
      const version = idOf(req, 'version');
      const { kind } = fieldsOf(req.body);
      const wanted = kind === 'face' || kind === 'body' ? kind : undefined;
      const made = await networkActions.makeDefault(version, wanted, actorOf(req));
      flash(req, `Version ${version} is the default of ${made === 'face' ? 'faces' : 'bodies'} now.`);
      leadTo(req, res, paths.network(version));
    },

    check: async (req, res) => {
      const version = idOf(req, 'version');
      const { isNew } = await networkActions.check(version, actorOf(req));
      flash(
        req,
        isNew ? `Version ${version} is being checked.` : `Version ${version} is already being checked.`,
      );
      leadTo(req, res, paths.network(version));
    },
  };
}
