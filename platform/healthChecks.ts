export interface HealthCheck {
  readonly name: string;
  /** Whether another service is asked, which only counts when the client wants to know about those too. */
  readonly dependent: boolean;
  /** What it finds has to be said, and is no reason to send nobody here. */
  readonly onlyWarns?: boolean;
  /** Throws or rejects when something is wrong. */
  run(): unknown;
}

export interface HealthFinding {
  readonly service: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly desc: string;
}

const limitMs = 2_000;

/**
 * Runs checks at once. What is found is public: it says what is out of order, not where it runs or why, unless an error
 * has a `publicReason`.
 */
export function runHealthChecks(
  checks: readonly HealthCheck[],
  options: { readonly withDependent: boolean },
): Promise<HealthFinding[]> {
  return Promise.all(checks.filter(({ dependent }) => !dependent || options.withDependent).map(find));
}

/** What `/healthcheck` answers; warnings are listed where all else is well. */
export function healthAnswer(findings: readonly HealthFinding[], startedAt: number) {
  if (findings.some(({ status }) => status === 'failed')) return { status: 502, body: { errors: findings } };
  const warnings = findings.filter(({ status }) => status === 'warning');
  const execution_time = (performance.now() - startedAt) / 1_000;
  return { status: 200, body: { execution_time, ...(warnings.length === 0 ? {} : { warnings }) } };
}

async function find({ name, run, onlyWarns = false }: HealthCheck): Promise<HealthFinding> {
  const bad = onlyWarns ? 'warning' : 'failed';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs);
  });
  try {
    const isLate = (await Promise.race([run(), late])) === 'late';
    if (isLate) return { service: name, status: bad, desc: `no answer in ${limitMs} ms` };
    return { service: name, status: 'ok', desc: '' };
  } catch (error) {
    return { service: name, status: bad, desc: publicReasonOf(error) ?? 'not working' };
  } finally {
    clearTimeout(timer);
  }
}

function publicReasonOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('publicReason' in error)) return null;
  return typeof error.publicReason === 'string' ? error.publicReason : null;
}
