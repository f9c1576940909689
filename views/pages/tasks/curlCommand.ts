/** What a client would send to the API. */
export interface ApiRequest {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly login: string;
  readonly body: object;
}

/** The same in a shell; curl asks for the password. */
export function curlCommand({ method, url, login, body }: ApiRequest): string {
  return [
    `curl ${quoted(url)}`,
    // With data curl posts.
    ...(method === 'POST' ? [] : [`--request ${method}`]),
    `--user ${quoted(login)}`,
    "--header 'Content-Type: application/json'",
    `--data ${quoted(JSON.stringify(body, null, 2))}`,
  ].join(' \\\n  ');
}

/** One word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
