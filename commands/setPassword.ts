import { loadConfig } from '../platform/config.ts';
import { setPassword } from './accounts/adminAccount.ts';
import { getAnsweringDatabase } from './system/databaseUrl.ts';
import { ownOption, parseLogin, passwordHelp, readNewPassword } from './accounts/newPassword.ts';
import { defineCommand, runCommand } from './cli/options.ts';

await runCommand(
  defineCommand('npm run set-password --', 'Changes the password of an account in DATABASE_URL.')
    .requiredOption('--login <login>', 'whose', parseLogin)
    .option(...ownOption)
    .addHelpText('after', passwordHelp)
    .action(async ({ login, own = false }: { login: string; own?: boolean }) => {
      const config = loadConfig();
      const databaseUrl = await getAnsweringDatabase(config);
      const { password, temporary } = await readNewPassword(login, config, own);
      if (!(await setPassword(databaseUrl, login, password, temporary)))
        throw new Error(`there is no account with login ${login}`);
      process.stdout.write(`changed the password of ${login}; its sessions have ended\n`);
    }),
);
