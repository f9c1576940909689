import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { TaskChanges } from '../db/tasks/taskChanges.ts';
import type { Permission } from '../domain/accounts/permission.ts';
import { DomainError } from '../domain/errors.ts';
import { describes } from '../domain/extract/networks.ts';
import { render, warmTemplates } from '../views/environment.ts';
import { paths, type ScheduleAction, type TaskAction } from '../views/paths.ts';
import { createTaskEvents, type TaskEventsDeps } from './tasks/live/taskEvents.ts';
import { createWorkerWatch, type WorkerWatchDeps } from './tasks/live/workerWatch.ts';
import { createTaskFeed, type TaskFeedDeps } from './tasks/live/taskFeed.ts';
import { readLiveTasks } from './tasks/live/readLiveTasks.ts';
import { allow } from './http/middleware/allow.ts';
import { authenticate, noDialogue } from './http/middleware/authenticate.ts';
import { methodNotAllowed } from './http/middleware/methodNotAllowed.ts';
import { contextOf, identityOf, type Identity } from './http/requestContext.ts';
import { apiVersion } from './ops/json.ts';
import { accountPages } from './accounts/pages/accounts.ts';
import { oidcPages, type OidcPagesDeps } from './accounts/oidc/pages.ts';
import type { TokenAuthenticator } from './accounts/auth/tokenAuthenticator.ts';
import { tokenPages } from './accounts/tokens/pages.ts';
import { ownAccount } from './accounts/pages/ownAccount.ts';
import { assets, styleguide } from './html/assets.ts';
import { audit } from './audit/page.ts';
import { bulkTasks } from './tasks/pages/bulkTasks.ts';
import type { PageSources } from './html/deps.ts';
import { certificatePages } from './erasure/pages.ts';
import { decidePages } from './approvals/pages/decide.ts';
import { errors } from './errors/page.ts';
import { retryErrors } from './errors/retry.ts';
import { oneEvent, oneFace } from './faces/pages/faces.ts';
import { readForm, readServersForm, readStrangersForm } from './html/form.ts';
import { help } from './ops/pages/help.ts';
import { acknowledge } from './ops/pages/acknowledge.ts';
import { home, homePageSize } from './ops/pages/home.ts';
import { oneList } from './lists/page.ts';
import type { LoginDeps } from './accounts/loginJson.ts';
import { loginPages } from './accounts/pages/login.ts';
import { secondFactorPages, type SecondFactorDeps } from './accounts/pages/secondFactor.ts';
import { secondStepPages, type SecondStepDeps } from './accounts/pages/secondStep.ts';
import { dutiesFirst } from './accounts/pages/duties.ts';
import { sessionPages } from './accounts/pages/sessions.ts';
import { accountControlPages } from './accounts/pages/accountControl.ts';
import { passwordPages } from './accounts/pages/password.ts';
import { maintenancePages } from './maintenance/pages.ts';
import { compareTasks } from './tasks/pages/compareTasks.ts';
import { newTask } from './tasks/pages/newTask.ts';
import { pageErrors, prefersHtml } from './html/pageErrors.ts';
import { asPage, bracketed, named, onlyForms, onlyHtml, unlessStranger } from './html/pageSteps.ts';
import { limitPages, pageLimitMs } from './html/pageLimit.ts';
import type { ErrorHandlerDeps } from './http/middleware/errorHandler.ts';
import { hideFromOthers, samplePicture } from './faces/pages/samplePicture.ts';
import { search } from './search/page.ts';
import { networkPages } from './networks/pages/networks.ts';
import { oneSchedule } from './schedules/pages/oneSchedule.ts';
import { runSchedule } from './schedules/pages/runSchedule.ts';
import { schedulePages } from './schedules/pages/schedules.ts';
import { upgradePages } from './upgrades/pages/upgrades.ts';
import { settings } from './ops/pages/settings.ts';
import { taskList } from './tasks/pages/taskList.ts';
import { actOnTask, oneTask } from './tasks/pages/tasks.ts';
import { throttleTask } from './tasks/pages/throttleTask.ts';

export interface PagesDeps
  extends
    ErrorHandlerDeps,
    PageSources,
    Omit<TaskEventsDeps, 'feed' | 'workerWatch' | 'isStillIn'>,
    Pick<WorkerWatchDeps, 'workersByQueue'>,
    Pick<TaskFeedDeps, 'refreshMs'>,
    Pick<LoginDeps, 'authenticator' | 'sessionAudit'>,
    Omit<SecondStepDeps, 'singleSignOn'>,
    SecondFactorDeps,
    Omit<OidcPagesDeps, 'oidc'> {
  /** null: nobody has set one up. */
  readonly oidc: OidcPagesDeps['oidc'] | null;
  readonly session: RequestHandler;
  readonly tokenAuthenticator: TokenAuthenticator;
  readonly taskChanges: Pick<
    TaskChanges,
    'subscribe' | 'subscribeToSchedules' | 'subscribeToAcknowledgements'
  >;
  /** By name, secrets masked. */
  readonly shownSettings: Readonly<Record<string, unknown>>;
  /** Other machines reach the service without HTTPS. */
  readonly isUnencrypted: boolean;
  /** Shows what only those who develop need. */
  readonly isDevelopment: boolean;
  /** After so long a page is given up. */
  readonly pageLimitMs?: number;
}

export interface Pages {
  /** Before the JSON operations: shared addresses are passed on to them when no page is wanted. */
  readonly router: Router;
  /** What each page needs, by method and pattern of its address. */
  readonly permissions: ReadonlyMap<string, Permission>;
  /** Operations of the document that go on for as long as somebody listens, by their `operationId`. */
  readonly streams: Readonly<Record<'streamTasks' | 'streamTask', RequestHandler>>;
  /** After everything else, before the errors' answer in JSON: a browser gets "not found" as a page. */
  readonly notFound: Router;
  readonly errors: ErrorRequestHandler;
  /** Does beforehand what the first looks would wait for: templates, connections, the counts of home. */
  warm(): Promise<void>;
  /** Ends what would keep a stopping process waiting. */
  close(): void;
}

const scheduleActions = ['start', 'stop', 'remove'] as const satisfies readonly ScheduleAction[];
const decisions = ['approve', 'reject'] as const;
const taskActions: readonly Exclude<TaskAction, 'throttle' | 'approve' | 'reject'>[] = [
  'cancel',
  'pause',
  'resume',
  'retry',
  'undo',
  'remove',
];

/** Everything that a browser sees. */
export function createPages(deps: PagesDeps): Pages {
  const router = express.Router();
  const maintenance = maintenancePages(deps);
  const letIn = authenticate(
    deps.authenticator,
    deps.tokenAuthenticator,
    deps.sessionAudit,
    deps.secondFactorRule,
  );
  const signIn: RequestHandler = async (req, res, next) => {
    await letIn(req, res, () => undefined);
    await maintenance.tell(res);
    next();
  };
  const lookIn = unlessStranger(signIn);
  /** Of every page: who is signed in, and does not have to do something else first. */
  const entrance = [deps.session, signIn, dutiesFirst(deps.secondFactorRule)];
  const list = taskList(deps);
  const bulk = bulkTasks(deps);
  const taskForms = newTask(deps);
  const tokens = tokenPages(deps);
  const accounts = accountPages(deps);
  const schedules = schedulePages(deps);
  const manualRun = runSchedule(deps);
  const networks = networkPages(deps);
  const upgrades = upgradePages(deps);
  const failed = errors(deps);
  const audited = audit(deps);
  const certificates = certificatePages(deps);
  const retrying = retryErrors(deps);
  const singleSignOn = deps.oidc?.name ?? null;
  const password = passwordPages(deps);
  const secondStep = secondStepPages({ ...deps, singleSignOn });
  const secondFactor = secondFactorPages(deps);
  const sessions = sessionPages(deps);
  const control = accountControlPages(deps);
  const oidc = deps.oidc === null ? null : oidcPages({ ...deps, oidc: deps.oidc });
  const login = loginPages({
    ...deps,
    singleSignOn,
    logOutThere: (req, res) => oidc?.logOutThere(req, res) ?? Promise.resolve(false),
  });
  const feed = createTaskFeed({ ...deps, read: readLiveTasks(deps) });
  deps.taskChanges.subscribe(feed.changed);
  const workerWatch = createWorkerWatch(deps);
  const { count: countWorkers } = workerWatch;
  const isStillIn = (identity: Identity): Promise<boolean> =>
    (identity.via === 'token' ? deps.tokenAuthenticator : deps.authenticator).isStillIn(identity);
  const events = createTaskEvents({ ...deps, isStillIn, feed, workerWatch });
  deps.taskChanges.subscribeToSchedules(events.scheduleChanged);
  deps.taskChanges.subscribeToAcknowledgements(events.attentionChanged);

  const pageOnly = new Map<string, string[]>();
  const permissions = new Map<string, Permission>();
  const allowed = (permission: Permission, route: string): RequestHandler[] => {
    permissions.set(route, permission);
    return [allow(permission)];
  };
  const show = (permission: Permission, path: string, handler: RequestHandler): void => {
    pageOnly.set(path, [...(pageOnly.get(path) ?? []), 'get']);
    router.get(path, asPage(path), ...entrance, ...allowed(permission, `GET ${path}`), handler);
  };
  const take = (permission: Permission, path: string, handler: RequestHandler): void => {
    pageOnly.set(path, [...(pageOnly.get(path) ?? []), 'post']);
    router.post(
      path,
      asPage(path),
      ...entrance,
      ...allowed(permission, `POST ${path}`),
      ...readForm,
      handler,
    );
  };
  // JSON shares these addresses, and its router knows all of their methods.
  const ofNetworks = {
    check: '/networks/:version/check',
    makeDefault: '/networks/:version/default',
  } as const;
  const shared = [paths.login, '/tasks', '/accounts', '/accounts/:account_id', ...Object.values(ofNetworks)];
  router.options(shared, (_req, _res, next) => {
    next('router');
  });
  router.use(assets());
  const toPage = pageErrors(deps);
  router.use(limitPages(toPage, deps.pageLimitMs ?? pageLimitMs));

  router.get(paths.login, onlyHtml, asPage(paths.login), deps.session, lookIn, login.form);
  router.post(paths.login, onlyForms, asPage(paths.login), deps.session, ...readStrangersForm, login.logIn);
  const strangers = [deps.session, ...readStrangersForm];
  pageOnly.set(paths.secondStep, ['get', 'post']);
  router.get(paths.secondStep, asPage(paths.secondStep), deps.session, secondStep.form);
  router.post(paths.secondStep, asPage(paths.secondStep), ...strangers, secondStep.take);
  pageOnly.set(paths.passkeyLogin, ['post']);
  router.post(paths.passkeyLogin, asPage(paths.passkeyLogin), ...strangers, secondStep.byPasskey);
  const challenge = `${paths.passkeyLogin}/options`;
  pageOnly.set(challenge, ['post']);
  router.post(challenge, named(challenge), deps.session, ...readStrangersForm, secondStep.challenge);
  show('own', paths.secondFactor, secondFactor.show);
  show('own', paths.secondFactorApp, secondFactor.appForm);
  take('own', paths.secondFactorApp, secondFactor.confirmApp);
  take('own', `${paths.secondFactorApp}/remove`, secondFactor.removeApp);
  take('own', paths.passkeys, secondFactor.addPasskey);
  take('own', `${paths.passkeys}/remove`, secondFactor.removePasskey);
  take('own', paths.recoveryCodes, secondFactor.renewCodes);
  if (oidc !== null) {
    router.get(paths.oidc, asPage(paths.oidc), deps.session, oidc.begin);
    router.get(paths.oidcCallback, asPage(paths.oidcCallback), deps.session, lookIn, oidc.callback);
    router.post(paths.oidcBackchannel, named(paths.oidcBackchannel), readServersForm, oidc.backchannel);
    take('own', paths.oidcConnect, oidc.connect);
  }
  take('own', paths.logout, login.logOut);
  show('own', paths.ownAccount, ownAccount(deps));
  show('own', paths.tokens, tokens.list);
  take('own', paths.tokens, tokens.create);
  take('own', '/account/tokens/:token_id/revoke', tokens.revoke);
  take('administer', '/accounts/:account_id/tokens/:token_id/revoke', tokens.revokeOfAccount);
  show('own', paths.ownSessions, sessions.own);
  take('own', paths.ownSessions, sessions.endOwn);
  take('own', `${paths.ownSessions}/all`, sessions.endOtherOwn);
  show('own', paths.password, password.form);
  take('own', paths.password, password.change);

  const start = home({ ...deps, countWorkers });
  show('own', paths.home, async (req, res, next) => {
    if (identityOf(req).permissions.has('view')) await start.page(req, res, next);
    else res.redirect(302, paths.audit());
  });
  show('identify', paths.help, help({ version: apiVersion, extractors: deps.extractors.filter(describes) }));

  router.get(
    '/tasks',
    onlyHtml,
    asPage('/tasks'),
    ...entrance,
    ...allowed('results', 'GET /tasks'),
    list.page,
  );
  show('results', '/tasks/view', list.page);
  show('results', '/tasks/csv', list.csv);
  show('results', '/tasks/compare', compareTasks(deps));
  show('run', '/tasks/bulk', bulk.confirm);
  take('run', '/tasks/bulk', bulk.act);
  show('run', '/tasks/new', taskForms.form);
  take('run', '/tasks/new', taskForms.create);
  show('results', '/tasks/:task_id/view', oneTask({ ...deps, countWorkers }));
  for (const action of taskActions) {
    take('run', `/tasks/:task_id/${action}`, actOnTask(deps.taskActions, action));
  }

  const decide = decidePages(deps);
  for (const decision of decisions) {
    take('remove', `/tasks/:task_id/${decision}`, decide.task(decision));
    take('remove', `/schedules/:schedule_id/${decision}`, decide.schedule(decision));
  }

  const attended = acknowledge(deps);
  take('run', '/tasks/:task_id/acknowledge', attended.add);
  take('run', '/tasks/:task_id/unacknowledge', attended.undo);
  take('run', '/tasks/:task_id/throttle', throttleTask(deps));

  take('run', paths.startMaintenance, maintenance.start);
  take('run', paths.endMaintenance, maintenance.end);

  show('view', '/errors/view', failed.page);
  show('view', '/errors/csv', failed.csv);
  show('run', '/errors/retry', retrying.confirm);
  take('run', '/errors/retry', retrying.act);
  show('audit', '/audit/view', audited.page);
  show('audit', '/audit/ndjson', audited.ndjson);
  show('audit', '/audit/csv', audited.csv);
  take('run', '/tasks/:task_id/certify', certificates.ofTask);
  take('run', '/faces/:face_id/certify', certificates.ofFace);
  take('run', '/events/:event_id/certify', certificates.ofEvent);
  show('results', '/certificates/:certificate_id/view', certificates.one);
  if (deps.isDevelopment) show('own', paths.styleguide, styleguide());
  show('run', paths.settings, settings(deps));

  show('view', '/schedules/view', schedules.list);
  show('run', '/schedules/new', schedules.form);
  take('run', '/schedules/new', schedules.create);
  show('run', '/schedules/:schedule_id/change', schedules.editForm);
  take('run', '/schedules/:schedule_id/change', schedules.replace);
  show('view', '/schedules/:schedule_id/view', oneSchedule(deps));
  show('run', '/schedules/:schedule_id/run', manualRun.form);
  take('run', '/schedules/:schedule_id/run', manualRun.run);
  for (const action of scheduleActions)
    take('run', `/schedules/:schedule_id/${action}`, schedules.act(action));

  show('view', paths.networks, networks.list);
  show('view', '/networks/:version/view', networks.one);
  for (const [action, path] of Object.entries(ofNetworks)) {
    const handler = networks[action as keyof typeof ofNetworks];
    const permission = action === 'check' ? 'run' : 'administer';
    const step = allowed(permission, `POST ${path}`);
    router.post(path, onlyForms, asPage(path), ...entrance, ...step, ...readForm, handler);
  }

  show('administer', '/upgrades/new', upgrades.form);
  take('administer', '/upgrades/new', upgrades.create);
  show('view', '/upgrades/:upgrade_id/view', upgrades.one);
  take('administer', '/upgrades/:upgrade_id/:action', upgrades.act);
  take('administer', '/upgrades/:upgrade_id/:action/:step', upgrades.act);

  router.get(
    '/accounts',
    onlyHtml,
    asPage('/accounts'),
    ...entrance,
    ...allowed('view', 'GET /accounts'),
    accounts.list,
  );
  router.post(
    '/accounts',
    onlyForms,
    asPage('/accounts'),
    ...entrance,
    ...allowed('administer', 'POST /accounts'),
    ...readForm,
    accounts.create,
  );
  show('administer', paths.newAccount, accounts.form);
  take('administer', paths.newAccount, accounts.create);
  router.get(
    '/accounts/:account_id',
    onlyHtml,
    asPage('/accounts/{account_id}'),
    ...entrance,
    ...allowed('view', 'GET /accounts/:account_id'),
    accounts.one,
  );
  show('view', '/accounts/:account_id/lists', accounts.lists);
  show('administer', '/accounts/:account_id/edit', accounts.editForm);
  take('administer', '/accounts/:account_id/edit', accounts.edit);
  take('administer', '/accounts/:account_id/remove', accounts.remove);
  take('administer', '/accounts/:account_id/reset-password', control.resetPassword);
  take('administer', '/accounts/:account_id/remove-second-factor', control.removeSecondFactor);
  take('administer', '/accounts/:account_id/disable', control.disable);
  take('administer', '/accounts/:account_id/enable', control.enable);
  show('administer', '/accounts/:account_id/sessions', sessions.ofAccount);
  take('administer', '/accounts/:account_id/sessions', sessions.endOne);
  take('administer', '/accounts/:account_id/sessions/all', sessions.endAll);

  show('view', paths.search, search(deps));
  show('view', '/lists/:list_id/view', oneList(deps));
  show('view', '/faces/:face_id/view', oneFace(deps));
  show('view', '/events/:event_id/view', oneEvent(deps));
  // What is wrong with a picture is told to who asks for it by itself, in JSON.
  const picture = '/samples/:owner_id/:kind';
  pageOnly.set(picture, ['get']);
  router.get(
    picture,
    ...[named(picture), noDialogue, deps.session, letIn, hideFromOthers],
    ...allowed('pictures', `GET ${picture}`),
    samplePicture(deps),
  );

  for (const [path, methods] of pageOnly) router.all(path, methodNotAllowed(bracketed(path), methods));

  const notFound = express.Router();
  notFound.use((req, res, next) => {
    const isApi = contextOf(req).operation !== undefined || /^\/4(\/|$)/.test(req.path);
    next(isApi || !prefersHtml(req, res) ? 'router' : undefined);
  });
  notFound.use(asPage('unmatched'), deps.session, lookIn, () => {
    throw new DomainError('pageNotFound', 'There is no page at this address.');
  });

  return {
    router,
    permissions,
    streams: { streamTasks: events.all, streamTask: events.one },
    notFound,
    errors: (error, req, res, next) => {
      if (res.locals['isPage'] === true) void toPage(error, req, res, next);
      else next(error);
    },
    warm: async () => {
      const page = await start.read({ page: 1, pageSize: homePageSize });
      warmTemplates();
      render('home/home', page, {
        nonce: '',
        environment: null,
        user: null,
        csrfToken: '',
        flash: [],
        maintenance: null,
      });
    },
    close: () => {
      events.close();
    },
  };
}
