import { loadConfig } from '../platform/config.ts';
import { createAdmin } from './accounts/adminAccount.ts';
import { getAnsweringDatabase } from './system/databaseUrl.ts';
import { ownOption, parseLogin, passwordHelp, readNewPassword } from './accounts/newPassword.ts';
import { defineCommand, runCommand } from './cli/options.ts';

await runCommand(
  defineCommand('npm run create-admin --', 'Creates an administrator in DATABASE_URL.')
    .requiredOption('--login <login>', 'an e-mail address in lower case', parseLogin)
    .option(...ownOption)
    .addHelpText('after', passwordHelp)
    .action(async ({ login, own = false }: { login: string; own?: boolean }) => {
      const config = loadConfig();
      const databaseUrl = await getAnsweringDatabase(config);
      const { password, temporary } = await readNewPassword(login, config, own);
      if (!(await createAdmin(databaseUrl, login, password, temporary))) {
        throw new Error(`an account with login ${login} already exists`);
      }
      process.stdout.write(`created ${login}\n`);
    }),
);
