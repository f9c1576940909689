import { loadConfig } from '../platform/config.ts';
import { createAdmin } from './adminAccount.ts';
import { getAnsweringDatabase } from './databaseUrl.ts';
import { parseLogin, passwordHelp, readNewPassword } from './newPassword.ts';
import { defineCommand, runCommand } from './options.ts';

await runCommand(
  defineCommand('npm run create-admin --', 'Creates an administrator in DATABASE_URL.')
    .requiredOption('--login <login>', 'an e-mail address in lower case', parseLogin)
    .addHelpText('after', passwordHelp)
    .action(async ({ login }: { login: string }) => {
      const config = loadConfig();
      const databaseUrl = await getAnsweringDatabase(config);
      const password = await readNewPassword(login, config);
      if (!(await createAdmin(databaseUrl, login, password))) {
        throw new Error(`there is an account with login ${login} already`);
      }
      process.stdout.write(`created ${login}\n`);
    }),
);
