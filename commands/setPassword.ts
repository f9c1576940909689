import { loadConfig } from '../platform/config.ts';
import { setPassword } from './accounts/adminAccount.ts';
import { getAnsweringDatabase } from './system/databaseUrl.ts';
import { parseLogin, passwordHelp, readNewPassword } from './accounts/newPassword.ts';
import { defineCommand, runCommand } from './cli/options.ts';

await runCommand(
  defineCommand('npm run set-password --', 'Changes the password of an account in DATABASE_URL.')
    .requiredOption('--login <login>', 'whose', parseLogin)
    .addHelpText('after', passwordHelp)
    .action(async ({ login }: { login: string }) => {
      const config = loadConfig();
      const databaseUrl = await getAnsweringDatabase(config);
      const password = await readNewPassword(login, config);
      if (!(await setPassword(databaseUrl, login, password)))
        throw new Error(`there is no account with login ${login}`);
      process.stdout.write(`changed the password of ${login}; its sessions have ended\n`);
    }),
);
