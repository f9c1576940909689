import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { upgradeActions as allActions, type UpgradeAction } from '../../../domain/upgrades/actions.ts';
import { upgradeSteps } from '../../../domain/upgrades/upgrade.ts';
import type { Typed } from '../../../views/components/field/field.ts';
import { newUpgradePage } from '../../../views/pages/upgrades/new.ts';
import { upgradePage } from '../../../views/pages/upgrades/one.ts';
import { paths } from '../../../views/paths.ts';
import type { PageSources } from '../../html/deps.ts';
import { fieldsOf } from '../../html/form.ts';
import { faultsOf } from '../../html/formFaults.ts';
import { flash, leadTo, sendPage } from '../../html/pageAnswer.ts';
import { bodyCheck } from '../../http/contract/bodyCheck.ts';
import { actorOf } from '../../http/requestContext.ts';
import { idOf } from '../../tasks/pages/taskId.ts';
import { presentStep } from '../present.ts';
import { readUpgrade, type UpgradeSources } from '../readUpgrades.ts';
import { readUpgradeForm } from './upgradeForm.ts';

type Sources = UpgradeSources &
  Pick<PageSources, 'upgradeActions' | 'extractors' | 'defaultVersions' | 'contract' | 'clock'>;

/** What was done, said on the page that follows. */
const said: Readonly<Record<UpgradeAction, string>> = {
  approve: 'Approved: the upgrade continues.',
  repeat: 'The step is being repeated.',
  pause: 'The upgrade and its tasks are paused.',
  resume: 'The upgrade has resumed.',
  roll_back: 'The upgrade is being rolled back.',
};

/** One upgrade, what can be done with it, and the form of a new one. */
export function upgradePages(sources: Sources) {
  const { upgradeActions, contract, clock } = sources;
  const check = bodyCheck(contract, 'post', '/upgrades');

  const showForm = async (req: Request, res: Response, typed: Typed, status = 200): Promise<void> => {
    const page = newUpgradePage({
      typed,
      extractors: sources.extractors,
      defaultVersions: await sources.defaultVersions.read(),
    });
    sendPage(req, res, 'upgrades/new', page, status);
  };

  const one: RequestHandler = async (req, res) => {
    const { row, upgrade, tasks } = await readUpgrade(sources, idOf(req, 'upgrade_id'));
    const steps = row.steps.map((step) => ({ step: presentStep(step), report: step.report }));
    sendPage(req, res, 'upgrades/one', upgradePage({ now: clock.now(), upgrade, steps, tasks }));
  };

  const form: RequestHandler = (req, res) =>
    showForm(req, res, {
      values: fieldsOf(req.query, 'badQueryParameter'),
      faults: {},
      isPrefilled: true,
    });

  const create: RequestHandler = async (req, res) => {
    const values = fieldsOf(req.body);
    try {
      const request = readUpgradeForm(values);
      check(request);
      const upgradeId = await upgradeActions.create(request, actorOf(req));
      flash(req, 'The upgrade has started.');
      leadTo(req, res, paths.upgrade(upgradeId));
    } catch (error) {
      if (!(error instanceof DomainError) || ![400, 409].includes(error.entry.status)) throw error;
      await showForm(req, res, { values, faults: faultsOf(error) }, error.entry.status);
    }
  };

  const act: RequestHandler = async (req, res) => {
    const upgradeId = idOf(req, 'upgrade_id');
    const action = allActions.find((one) => one === req.params['action']);
    if (action === undefined) throw new DomainError('pageNotFound', 'There is no page at this address.');
    const step = upgradeSteps.find((one) => one === req.params['step']);
    try {
      await upgradeActions.act(upgradeId, { action, step }, actorOf(req));
      flash(req, said[action]);
    } catch (error) {
      if (!(error instanceof DomainError) || ![400, 409].includes(error.entry.status)) throw error;
      flash(req, `${error.entry.desc}: ${error.detail}.`, 'bad');
    }
    leadTo(req, res, paths.upgrade(upgradeId));
  };

  return { one, form, create, act };
}
