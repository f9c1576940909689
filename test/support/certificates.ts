import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const curve = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

export interface MadeCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority that only this test knows; its files are in `folder`. */
export async function makeAuthority(folder: string, name = 'authority') {
  const own = await request(folder, name, ['-x509', '-days', '2', '-subj', `/CN=${name}`]);
  return {
    ...own,
    /** A certificate for the names, such as `IP:127.0.0.1` or `DNS:localhost`. */
    issue: (as: string, names: string, kind: readonly string[] = curve): Promise<MadeCertificate> => {
      const signed = ['-x509', '-CA', own.certFile, '-CAkey', own.keyFile, '-days', '1'];
      const extensions = [
        '-addext',
        `subjectAltName=${names}`,
        '-addext',
        'basicConstraints=critical,CA:FALSE',
      ];
      return request(folder, as, [...signed, '-subj', `/CN=${as}`, ...extensions], kind);
    },
  };
}

async function request(
  folder: string,
  name: string,
  args: readonly string[],
  kind: readonly string[] = curve,
): Promise<MadeCertificate> {
  const certFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  await run('openssl', ['req', '-newkey', ...kind, '-nodes', ...args, '-keyout', keyFile, '-out', certFile]);
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certFile, keyFile, cert, key };
}
