export interface LimiterDatabase {
  /** Runs the same few statements again and again, each under its name. */
  prepared(name: string, sql: string, binds: readonly unknown[]): Promise<object[]>;
}

interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What every limiter is made with: counts are rows, of all processes together. */
export function limiterStore(db: LimiterDatabase) {
  return {
    // Of a pool of the driver the limiter uses only this.
    storeClient: {
      query: async ({ name, text, values }: NamedStatement) => ({
        rows: await db.prepared(name, text, values),
      }),
    },
    storeType: 'pool',
    tableName: 'login_limits',
    tableCreated: true,
  } as const;
}
