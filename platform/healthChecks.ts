export interface HealthCheck {
  readonly name: string;
  /** Whether another service is asked, which only counts when the client wants to know about those too. */
  readonly dependent: boolean;
  /** Throws or rejects when something is wrong. */
  run(): unknown;
}

export interface HealthFinding {
  readonly service: string;
  readonly status: 'ok' | 'failed';
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

async function find({ name, run }: HealthCheck): Promise<HealthFinding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs);
  });
  try {
    const isLate = (await Promise.race([run(), late])) === 'late';
    if (isLate) return { service: name, status: 'failed', desc: `no answer in ${limitMs} ms` };
    return { service: name, status: 'ok', desc: '' };
  } catch (error) {
    return { service: name, status: 'failed', desc: publicReasonOf(error) ?? 'not working' };
  } finally {
    clearTimeout(timer);
  }
}

function publicReasonOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('publicReason' in error)) return null;
  return typeof error.publicReason === 'string' ? error.publicReason : null;
}
