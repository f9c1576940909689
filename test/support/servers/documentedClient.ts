import assert from 'node:assert/strict';
import { createContract } from '../../../api/http/contract/contract.ts';
import { readDocument } from '../../../api/http/contract/document.ts';
import type { presentAuditEntry } from '../../../domain/audit/entry.ts';
import type { presentApiToken } from '../../../api/accounts/tokens/present.ts';
import type { presentAccount, presentAccountStats } from '../../../api/accounts/present.ts';
import type { ErrorJson } from '../../../api/http/errorBody.ts';
import type { presentList } from '../../../api/lists/present.ts';
import type { NetworkCheckJson, NetworkVersionJson } from '../../../api/networks/present.ts';
import type { presentMaintenance } from '../../../api/maintenance/present.ts';
import type { presentNotification } from '../../../api/notifications/json.ts';
import type { ScheduleJson } from '../../../api/schedules/present.ts';
import type { ScheduleRunJson } from '../../../api/schedules/presentRun.ts';
import type { UpgradeJson, UpgradeStepJson } from '../../../api/upgrades/present.ts';
import type { presentSubtask, TaskJson } from '../../../api/tasks/present/task.ts';
import type { presentTaskError } from '../../../api/errors/present.ts';
import { rootLogin, rootPassword } from './apiServer.ts';
import { basic } from '../rows/basic.ts';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
}

export type Client = Awaited<ReturnType<typeof createClient>>;

/** What every answer must be: as the OpenAPI document says for its operation and status. */
/** Fields of all answers; which of them an answer has is proven against the document. */
export interface Fields
  extends
    ErrorJson,
    TaskJson,
    Omit<ScheduleJson, keyof TaskJson>,
    Omit<NetworkCheckJson, keyof TaskJson | keyof ErrorJson | 'state' | 'failure'>,
    Omit<NetworkVersionJson, 'networks' | 'version'>,
    Omit<UpgradeJson, keyof TaskJson | keyof NetworkCheckJson | 'kind'>,
    Pick<ReturnType<typeof presentMaintenance>, 'started_by' | 'note'> {
  readonly certificate_id: string;
  readonly paused_tasks: number;
  readonly needs_approval: string | null;
  readonly networks: readonly NetworkVersionJson[];
  readonly checks: readonly NetworkCheckJson[];
  readonly schedules: readonly ScheduleJson[];
  readonly schedule_count: number;
  readonly runs: readonly ScheduleRunJson[];
  readonly run_count: number;
  readonly upgrades: readonly UpgradeJson[];
  readonly upgrade_count: number;
  readonly steps: readonly UpgradeStepJson[];
  readonly tasks: readonly TaskJson[];
  readonly errors: readonly ReturnType<typeof presentTaskError>[];
  readonly notifications: readonly ReturnType<typeof presentNotification>[];
  readonly subtasks: readonly ReturnType<typeof presentSubtask>[];
  readonly accounts: readonly ReturnType<typeof presentAccount>[];
  readonly account_count: number;
  readonly lists: readonly ReturnType<typeof presentList>[];
  readonly list_count: number;
  readonly data: object | null;
  readonly type: string | null;
  readonly account_id: string;
  readonly token_id: string;
  readonly token: string;
  readonly tokens: readonly ReturnType<typeof presentApiToken>[];
  readonly password: string;
  readonly info: ReturnType<typeof presentAccount>;
  readonly stats: ReturnType<typeof presentAccountStats>;
  readonly count: number;
  readonly entries: readonly ReturnType<typeof presentAuditEntry>[];
}

// Its checks are compiled when they are first asked: once for all files that share this process.
let contract: Promise<ReturnType<typeof createContract>> | undefined;

/** Calls the API with the headers given, root's credentials by default, and checks each answer against the document. */
export async function createClient(url: string, always = basic(rootLogin, rootPassword)) {
  contract ??= readDocument().then(({ document }) => createContract(document));
  const paths = await contract;

  const operationOf = (method: string, path: string) => {
    const [plain = ''] = path.replace(/^\/4(?=\/)/, '').split('?');
    const found = paths.find((item) =>
      new RegExp(`^${item.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain),
    );
    return found?.operations.find((operation) => operation.method === method.toLowerCase());
  };

  const check = (method: string, path: string, { status, headers, body }: Answer<unknown>): void => {
    const operation = operationOf(method, path);
    if (operation === undefined) {
      assert.ok(
        status === 404 || status === 405,
        `${method} ${path} is not documented, but answered ${status}`,
      );
      return;
    }
    const [mediaType = ''] = (headers.get('content-type') ?? '').split(';');
    const validate = operation.checkResponse(status, mediaType);
    assert.ok(validate, `${method} ${path}: ${status} as ${mediaType} is not documented`);
    assert.deepEqual(validate(body), null, `${method} ${path} ${status}: ${JSON.stringify(body)}`);
  };

  return async (method: string, path: string, { headers = {}, body }: Call = {}): Promise<Answer<Fields>> => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...always,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const answer: Answer<Fields> = {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as Fields,
    };
    if (response.status !== 307 && response.status !== 302) check(method, path, answer);
    assert.match(response.headers.get('luna-request-id') ?? '', /^[0-9]{10},[a-f0-9-]{36}$/);
    return answer;
  };
}
