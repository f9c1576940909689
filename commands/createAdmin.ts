import { InvalidArgumentError } from 'commander';
import { loadConfig, type Config } from '../platform/config.ts';
import { settings } from '../platform/settings.ts';
import { createAdmin } from './adminAccount.ts';
import { defineCommand, runCommand, UsageError } from './options.ts';
import { promptHidden } from './prompt.ts';
import { getAnsweringDatabase } from './databaseUrl.ts';

await runCommand(
  defineCommand('npm run create-admin --', 'Creates an administrator in DATABASE_URL.')
    .requiredOption('--login <login>', 'an e-mail address in lower case', parseLogin)
    .addHelpText('after', '\nThe password is asked for on a terminal, or taken from ADMIN_PASSWORD.')
    .action(async ({ login }: { login: string }) => {
      const config = loadConfig();
      const databaseUrl = await getAnsweringDatabase(config);
      const password = await readPassword(config);
      if (!(await createAdmin(databaseUrl, login, password))) {
        throw new Error(`there is an account with login ${login} already`);
      }
      process.stdout.write(`created ${login}\n`);
    }),
);

function parseLogin(value: string): string {
  const result = settings.ADMIN_LOGIN.safeParse(value);
  if (!result.success) throw new InvalidArgumentError('It must be an e-mail address in lower case.');
  return result.data;
}

async function readPassword({ adminPassword }: Config): Promise<string> {
  if (adminPassword !== undefined) return adminPassword;
  if (!process.stdin.isTTY) throw new UsageError('no terminal to ask for the password: set ADMIN_PASSWORD');
  const password = await promptHidden('password: ');
  if (password.length < 3 || password.length > 128)
    throw new UsageError('a password has 3 to 128 characters');
  if (password !== (await promptHidden('once more: '))) throw new UsageError('the two passwords differ');
  return password;
}
