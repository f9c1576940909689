import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import type { TaskChanges } from '../db/tasks/taskChanges.ts';
import type { Permission } from '../domain/accounts/permission.ts';
import { DomainError } from '../domain/errors.ts';
import { describes } from '../domain/extract/networks.ts';
import type { PlainConnection } from '../platform/encryption.ts';
import { render, warmTemplates } from '../views/environment.ts';
import { paths, type ScheduleAction, type TaskAction } from '../views/paths.ts';
import { createTaskEvents, type TaskEventsDeps } from './tasks/live/taskEvents.ts';
import { createWorkerWatch, type WorkerWatchDeps } from './tasks/live/workerWatch.ts';
import { createTaskFeed, type TaskFeedDeps } from './tasks/live/taskFeed.ts';
import { readLiveTasks } from './tasks/live/readLiveTasks.ts';
import { authenticate, noDialogue } from './http/middleware/authenticate.ts';
import { contextOf, identityOf, type Identity } from './http/requestContext.ts';
import { apiVersion } from './ops/json.ts';
import type { TokenAuthenticator } from './accounts/auth/tokenAuthenticator.ts';
import { assets, styleguide } from './html/assets.ts';
import { audit } from './audit/page.ts';
import { bulkTasks } from './tasks/pages/bulkTasks.ts';
import { certificatePages } from './erasure/pages.ts';
import { decidePages } from './approvals/pages/decide.ts';
import { errors } from './errors/page.ts';
import { retryErrors } from './errors/retry.ts';
import { oneEvent, oneFace } from './faces/pages/faces.ts';
import { help } from './ops/pages/help.ts';
import { acknowledge } from './ops/pages/acknowledge.ts';
import { addAccountPages, type AccountRoutesDeps } from './accounts/pages/routes.ts';
import { home, homePageSize } from './ops/pages/home.ts';
import { oneList } from './lists/page.ts';
import { dutiesFirst } from './accounts/pages/duties.ts';
import { maintenancePages } from './maintenance/pages.ts';
import { compareTasks } from './tasks/pages/compareTasks.ts';
import { newTask } from './tasks/pages/newTask.ts';
import { createPageRoutes } from './html/pageRoutes.ts';
import { pageErrors, prefersHtml } from './html/pageErrors.ts';
import { asPage, named, unlessStranger } from './html/pageSteps.ts';
import type { LoginQueue } from './accounts/auth/loginQueue.ts';
import type { RateLimits } from './http/rateLimit.ts';
import { limitPages, pageLimitMs } from './html/pageLimit.ts';
import type { ErrorHandlerDeps } from './http/middleware/errorHandler.ts';
import { hideFromOthers, samplePicture } from './faces/pages/samplePicture.ts';
import { search } from './search/page.ts';
import { networkPages } from './networks/pages/networks.ts';
import { oneSchedule } from './schedules/pages/oneSchedule.ts';
import { runSchedule } from './schedules/pages/runSchedule.ts';
import { schedulePages } from './schedules/pages/schedules.ts';
import { upgradePages } from './upgrades/pages/upgrades.ts';
import { settings, type SettingsDeps } from './ops/pages/settings.ts';
import { taskList } from './tasks/pages/taskList.ts';
import { actOnTask, oneTask } from './tasks/pages/tasks.ts';
import { throttleTask } from './tasks/pages/throttleTask.ts';

export interface PagesDeps
  extends
    ErrorHandlerDeps,
    AccountRoutesDeps,
    Omit<TaskEventsDeps, 'feed' | 'workerWatch' | 'isStillIn'>,
    Pick<WorkerWatchDeps, 'workersByQueue'>,
    Pick<TaskFeedDeps, 'refreshMs'> {
  readonly tokenAuthenticator: TokenAuthenticator;
  readonly limits: RateLimits;
  readonly inTurn: LoginQueue;
  readonly taskChanges: Pick<
    TaskChanges,
    'subscribe' | 'subscribeToSchedules' | 'subscribeToAcknowledgements'
  >;
  /** By name, secrets masked. */
  readonly shownSettings: Readonly<Record<string, unknown>>;
  /** Other machines reach the service without HTTPS. */
  readonly isUnencrypted: boolean;
  readonly auditFeedNames: SettingsDeps['auditFeedNames'];
  readonly plainConnections: readonly PlainConnection[];
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
  const { limits } = deps;
  const costly = (handler: RequestHandler): RequestHandler => limits.limited('costly', handler);
  const entrance = [deps.session, signIn, limits.step('requests'), dutiesFirst(deps.secondFactorRule)];
  const list = taskList(deps);
  const bulk = bulkTasks(deps);
  const taskForms = newTask(deps);
  const schedules = schedulePages(deps);
  const manualRun = runSchedule(deps);
  const networks = networkPages(deps);
  const upgrades = upgradePages(deps);
  const failed = errors(deps);
  const audited = audit(deps);
  const certificates = certificatePages(deps);
  const retrying = retryErrors(deps);
  const feed = createTaskFeed({ ...deps, read: readLiveTasks(deps) });
  deps.taskChanges.subscribe(feed.changed);
  const workerWatch = createWorkerWatch(deps);
  const { count: countWorkers } = workerWatch;
  const isStillIn = (identity: Identity): Promise<boolean> =>
    (identity.via === 'token' ? deps.tokenAuthenticator : deps.authenticator).isStillIn(identity);
  const events = createTaskEvents({ ...deps, isStillIn, feed, workerWatch });
  deps.taskChanges.subscribeToSchedules(events.scheduleChanged);
  deps.taskChanges.subscribeToAcknowledgements(events.attentionChanged);

  const routes = createPageRoutes(router, entrance);
  const { permissions, show, take, showShared, takeShared } = routes;
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

  addAccountPages(router, routes, deps, lookIn);

  const start = home({ ...deps, countWorkers });
  show('own', paths.home, async (req, res, next) => {
    if (identityOf(req).permissions.has('view')) await start.page(req, res, next);
    else res.redirect(302, paths.audit());
  });
  show('identify', paths.help, help({ version: apiVersion, extractors: deps.extractors.filter(describes) }));

  showShared('results', '/tasks', list.page);
  show('results', '/tasks/view', list.page);
  show('results', '/tasks/csv', costly(list.csv));
  show('results', '/tasks/compare', compareTasks(deps));
  show('run', '/tasks/bulk', bulk.confirm);
  take('run', '/tasks/bulk', costly(bulk.act));
  show('run', '/tasks/new', taskForms.form);
  take('run', '/tasks/new', costly(taskForms.create));
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
  show('view', '/errors/csv', costly(failed.csv));
  show('run', '/errors/retry', retrying.confirm);
  take('run', '/errors/retry', retrying.act);
  show('audit', '/audit/view', audited.page);
  show('audit', '/audit/ndjson', costly(audited.ndjson));
  show('audit', '/audit/csv', costly(audited.csv));
  take('run', '/tasks/:task_id/certify', costly(certificates.ofTask));
  take('run', '/faces/:face_id/certify', costly(certificates.ofFace));
  take('run', '/events/:event_id/certify', costly(certificates.ofEvent));
  show('results', '/certificates/:certificate_id/view', certificates.one);
  if (deps.isDevelopment) show('own', paths.styleguide, styleguide());
  show('run', paths.settings, settings(deps));

  show('view', '/schedules/view', schedules.list);
  show('run', '/schedules/new', schedules.form);
  take('run', '/schedules/new', costly(schedules.create));
  show('run', '/schedules/:schedule_id/change', schedules.editForm);
  take('run', '/schedules/:schedule_id/change', schedules.replace);
  show('view', '/schedules/:schedule_id/view', oneSchedule(deps));
  show('run', '/schedules/:schedule_id/run', manualRun.form);
  take('run', '/schedules/:schedule_id/run', costly(manualRun.run));
  for (const action of scheduleActions)
    take('run', `/schedules/:schedule_id/${action}`, schedules.act(action));

  show('view', paths.networks, networks.list);
  show('view', '/networks/:version/view', networks.one);
  for (const [action, path] of Object.entries(ofNetworks)) {
    const handler = networks[action as keyof typeof ofNetworks];
    takeShared(action === 'check' ? 'run' : 'administer', path, handler);
  }

  show('administer', '/upgrades/new', upgrades.form);
  take('administer', '/upgrades/new', costly(upgrades.create));
  show('view', '/upgrades/:upgrade_id/view', upgrades.one);
  take('administer', '/upgrades/:upgrade_id/:action', upgrades.act);
  take('administer', '/upgrades/:upgrade_id/:action/:step', upgrades.act);

  show('view', paths.search, costly(search(deps)));
  show('view', '/lists/:list_id/view', oneList(deps));
  show('view', '/faces/:face_id/view', oneFace(deps));
  show('view', '/events/:event_id/view', oneEvent(deps));
  // What is wrong with a picture is told to who asks for it by itself, in JSON.
  const picture = '/samples/:owner_id/:kind';
  routes.pageOnly(picture, 'get');
  router.get(
    picture,
    ...[named(picture), noDialogue, deps.session, letIn, hideFromOthers],
    routes.allowed('pictures', `GET ${picture}`),
    limits.step('pictures'),
    samplePicture(deps),
  );

  routes.refuseOtherMethods();

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
