import type { Handlers } from '../jsonRouter.ts';
import { inputOf } from '../requestContext.ts';

export interface HealthCheck {
  readonly name: string;
  /** Whether another service is asked, which only counts when the client wants to know about those too. */
  readonly dependent: boolean;
  run(): Promise<unknown>;
}

interface Finding {
  readonly service: string;
  readonly status: 'ok' | 'failed';
  readonly desc: string;
}

const limitMs = 2_000;

export function healthRoutes(checks: readonly HealthCheck[]): Handlers {
  return {
    getHealth: async (req, res) => {
      const { query } = inputOf<{ query: { include_luna_services: number } }>(req);
      const start = process.hrtime.bigint();
      const wanted = checks.filter(({ dependent }) => !dependent || query.include_luna_services === 1);
      const findings = await Promise.all(wanted.map(find));
      const isWell = findings.every(({ status }) => status === 'ok');
      res.set('Cache-Control', 'no-store');
      if (isWell) res.json({ execution_time: Number(process.hrtime.bigint() - start) / 1e9 });
      else res.status(502).json({ errors: findings });
    },

    redirectToHealth: (req, res) => {
      const query = req.originalUrl.split('?')[1];
      res.redirect(307, `${req.baseUrl}/healthcheck${query === undefined ? '' : `?${query}`}`);
    },
  };
}

async function find({ name, run }: HealthCheck): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), limitMs);
  });
  try {
    await Promise.race([run(), late]);
    return { service: name, status: 'ok', desc: '' };
  } catch (error) {
    // The health check is public: it says what is out of order, not where it runs.
    const isLate = error instanceof Error && error.message === 'late';
    return { service: name, status: 'failed', desc: isLate ? `no answer in ${limitMs} ms` : 'not reachable' };
  } finally {
    clearTimeout(timer);
  }
}
