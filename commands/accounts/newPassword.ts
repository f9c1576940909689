import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import { openPasswordRules } from '../../api/accounts/auth/passwordRules.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TemporaryPassword } from '../../db/accounts/accountStore.ts';
import type { Config } from '../../platform/config.ts';
import { settings } from '../../platform/settings/settings.ts';
import { UsageError } from '../cli/options.ts';

/** Of commands that ask for a new password, at the end of their help. */
export const passwordHelp = '\nThe password is asked for on a terminal, or taken from ADMIN_PASSWORD.';

/** For commander: the login of an administrator. */
export function parseLogin(value: string): string {
  const result = settings.ADMIN_LOGIN.safeParse(value);
  if (!result.success) throw new InvalidArgumentError('It must be an e-mail address in lower case.');
  return result.data;
}

/** Of commands that set a password: whether it is that of who types it. */
export const ownOption = [
  '--own',
  'the account is your own: its password need not be changed at the first log-in, and does not expire',
] as const;

/** @throws UsageError when there is none, or one that is none */
export async function readNewPassword(
  login: string,
  config: Config,
  isOwn: boolean,
): Promise<{ readonly password: string; readonly temporary: TemporaryPassword | undefined }> {
  const rules = await openPasswordRules(config);
  const password = config.adminPassword ?? (await askForPassword());
  try {
    await rules.demandAllowed(login, password);
  } catch (error) {
    if (!(error instanceof DomainError) || error.fault === null) throw error;
    throw new UsageError(`this password ${error.fault.message}: choose another one`);
  }
  return { password, temporary: isOwn ? undefined : { expires: rules.areStrong } };
}

async function askForPassword(): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('no terminal to ask for the password: set ADMIN_PASSWORD');
  const password = await promptHidden('password: ');
  if (password.length < 3 || password.length > 128)
    throw new UsageError('a password has 3 to 128 characters');
  if (password !== (await promptHidden('again: '))) throw new UsageError('the two passwords differ');
  return password;
}

/** Asks for a line on the terminal without showing what is typed. Rejects at its end (Ctrl-D) and at Ctrl-C. */
async function promptHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await Promise.race([terminal.question(''), rejectAtClose(terminal)]);
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

/** A question whose terminal is closed stays without an answer, and its command without an end. */
function rejectAtClose(terminal: Interface): Promise<never> {
  return new Promise((_, reject) => {
    terminal.once('close', () => {
      reject(new Error('nothing was typed'));
    });
  });
}
