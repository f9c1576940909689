export interface ApiClient {
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: object): Promise<Answer>;
  patch<Answer>(path: string, body: object): Promise<Answer>;
  delete<Answer>(path: string): Promise<Answer>;
}

export interface ApiClientOptions {
  readonly url: string;
  readonly login: string;
  readonly password: string;
  /** Ends calls that are under way. */
  readonly signal?: AbortSignal;
}

const longestAnswerMs = 30_000;

/** Calls `/4` of a running API with Basic credentials; rejects with the API's own words when it refuses. */
export function createApiClient({ url, login, password, signal }: ApiClientOptions): ApiClient {
  const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;

  async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const limit = AbortSignal.timeout(longestAnswerMs);
    const response = await fetch(new URL(`/4${path}`, url), {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /4${path} was answered ${response.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }

  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path),
  };
}
