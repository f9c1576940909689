import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { closeServer } from '../servers/closeServer.ts';
import { serviceKeys } from './gateway.ts';

/** Exchanges tokens for the keys of the service, which the S3 server then checks. */
export async function createSts(folder: string) {
  const tokenFile = join(folder, 'token');
  const asked: (readonly [roleArn: string | null, token: string | null])[] = [];
  let keys = serviceKeys;
  let endsAfterMs = 3_600_000;
  let refusal: string | null = null;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const form = new URLSearchParams(body);
      asked.push([form.get('RoleArn'), form.get('WebIdentityToken')]);
      const credentials = `<AccessKeyId>${keys.accessKey}</AccessKeyId>
        <SecretAccessKey>${keys.secretKey}</SecretAccessKey>
        <Expiration>${new Date(Date.now() + endsAfterMs).toISOString()}</Expiration>`;
      response.writeHead(refusal === null ? 200 : 403, { 'content-type': 'text/xml' });
      response.end(
        refusal === null
          ? `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>${credentials}
             </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
          : `<ErrorResponse><Error><Code>${refusal}</Code></Error></ErrorResponse>`,
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenFile,
    asked: () => asked,
    setToken: (token: string): Promise<void> => writeFile(tokenFile, `${token}\n`),
    give: (next: typeof serviceKeys): void => void (keys = next),
    endAfter: (ms: number): void => void (endsAfterMs = ms),
    refuse: (code: string): void => void (refusal = code),
    close: (): Promise<void> => closeServer(server),
  };
}
