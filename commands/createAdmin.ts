import { loadConfig } from '../platform/config.ts';
import { createAdmin } from './accounts/adminAccount.ts';
import { getAnsweringDatabase } from './system/databaseUrl.ts';
import { parseLogin, passwordHelp, readNewPassword } from './accounts/newPassword.ts';
import { defineCommand, runCommand } from './cli/options.ts';

await runCommand(
  defineCommand('npm run create-admin --', 'Creates an administrator in DATABASE_URL.')
    .requiredOption('--login <login>', 'an e-mail address in lower case', parseLogin)
    .addHelpText('after', passwordHelp)
    .action(async ({ login }: { login: string }) => {
      const config = loadConfig();
      const databaseUrl = await getAnsweringDatabase(config);
      const password = await readNewPassword(login, config);
      if (!(await createAdmin(databaseUrl, login, password))) {
        throw new Error(`an account with login ${login} already exists`);
      }
      process.stdout.write(`created ${login}\n`);
    }),
);
