import type { Database } from '../sql/connection.ts';

export interface DueNotification {
  readonly notificationId: string;
  readonly url: string;
  /** Its name. */
  readonly secret: string;
  readonly payload: object;
  /** This attempt's number, from 1. */
  readonly attempt: number;
  readonly ageSeconds: number;
  /** When it was taken, seconds since 1970 by the database's clock: receivers compare it with their own. */
  readonly takenAt: number;
}

export type Outbox = ReturnType<typeof createOutbox>;

const keepEnded = '30 days';

/** Notifications that were written together with what they tell, until their receivers have them. */
export function createOutbox(db: Database) {
  return {
    /**
     * Takes those whose time has come, each by one process: it is due again after the lease, unless something is written
     * about it before. A process that dies meanwhile causes a second delivery, never a lost one. New ones come first, so
     * that receivers which fail again and again hold nobody else up.
     */
    take: (limit: number, leaseSeconds: number): Promise<DueNotification[]> =>
      db.query<DueNotification>(
        `update notifications n set attempts = attempts + 1, next_attempt_time = now() + make_interval(secs => $2)
         from (select notification_id from notifications where state = 'pending' and next_attempt_time <= now()
           order by attempts, next_attempt_time limit $1 for update skip locked) due
         where n.notification_id = due.notification_id
         returning n.notification_id as "notificationId", url, secret, payload, attempts as attempt,
           extract(epoch from now() - create_time)::float8 as "ageSeconds",
           floor(extract(epoch from now()))::bigint as "takenAt"`,
        [limit, leaseSeconds],
      ),

    delivered: async (notificationId: string): Promise<void> => {
      await db.query(
        `update notifications set state = 'delivered', end_time = now(), last_error = null
         where notification_id = $1`,
        [notificationId],
      );
    },

    /** Tried again after so many seconds; null: given up. */
    failed: async (
      notificationId: string,
      error: string,
      retryAfterSeconds: number | null,
    ): Promise<void> => {
      await db.query(
        `update notifications set last_error = $2,
           next_attempt_time = now() + make_interval(secs => coalesce($3, 0)),
           state = case when $3::float8 is null then 'given_up' else 'pending' end,
           end_time = case when $3::float8 is null then now() end
         where notification_id = $1 and state = 'pending'`,
        [notificationId, error, retryAfterSeconds],
      );
    },

    /** Forgets what has ended long ago. */
    sweep: async (): Promise<void> => {
      await db.query(`delete from notifications where end_time < now() - interval '${keepEnded}'`);
    },
  };
}
