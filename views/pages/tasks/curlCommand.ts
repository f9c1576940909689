/** What a client would send to the API. */
export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  /** null: nobody has to log in for it. */
  readonly login: string | null;
  /** Default: none. */
  readonly body?: unknown;
}

/** The same in a shell; curl asks for the password, and with data it posts. */
export function curlCommand({ method, url, login, body }: ApiRequest): string {
  return [
    `curl ${quoted(url)}`,
    ...(method === (body === undefined ? 'GET' : 'POST') ? [] : [`--request ${method}`]),
    ...(login === null ? [] : [`--user ${quoted(login)}`]),
    ...(body === undefined
      ? []
      : ["--header 'Content-Type: application/json'", `--data ${quoted(JSON.stringify(body, null, 2))}`]),
  ].join(' \\\n  ');
}

/** One word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
