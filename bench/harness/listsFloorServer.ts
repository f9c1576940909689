// ENTRY of the process that answers the floor of lists: one indexed query behind one Express route.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';

const [url = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });
const app = express();
for (const [table, key] of [
  ['tasks', 'task_id'],
  ['task_errors', 'error_id'],
] as const) {
  app.get(`/${table}`, async (req, res) => {
    const { rows } = await pool.query(
      `select * from ${table} where ${key} < $1 order by ${key} desc limit 10`,
      [req.query['before']],
    );
    res.json(rows);
  });
}
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
