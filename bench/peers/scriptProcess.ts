// ENTRY of a process that runs the script of a database administrator once, to be killed while it does.
import { createDatabase } from '../../db/sql/connection.ts';
import { loadConfig, requireServers } from '../../platform/config.ts';
import { runScript } from './script.ts';

const [accountId = ''] = process.argv.slice(2);
const { databaseUrl } = requireServers(loadConfig(), ['databaseUrl']);
const db = createDatabase({ url: databaseUrl, applicationName: 'peer', maxConnections: 1 });
process.send?.({ ready: true });
await runScript(db, accountId);
await db.close();
process.disconnect();
