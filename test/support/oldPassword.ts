import type { Sql } from '../../db/sql/connection.ts';
import { createPasswords } from '../../platform/crypto/passwords.ts';

/** The account has this password since before everything that would refuse it now. */
export async function setOldPassword(db: Pick<Sql, 'query'>, login: string, password: string): Promise<void> {
  await db.query('update accounts set password_hash = $2 where login = $1', [
    login,
    await createPasswords().hash(password),
  ]);
}
