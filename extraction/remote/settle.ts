import { DomainError } from '../../domain/errors.ts';
import type { TensorData } from '../extractor.ts';
import { isWaiting, toUnavailable, unreadable, whileAnybodyWaits, type RemoteJob } from './job.ts';
import type { RemotePolicy } from './policy.ts';
import type { RemoteProtocol } from './protocol.ts';
import { RemoteTrouble, RemoteUnusable } from './trouble.ts';

export interface SettleDeps {
  readonly name: string;
  readonly protocol: Pick<RemoteProtocol, 'ask' | 'refusesSamples'>;
  readonly policy: RemotePolicy;
  /** The server answers for so many samples together, and refuses more. */
  onMost(samples: number): void;
  onAnswer?(seconds: number): void;
}

/** What the server says of samples instead of making something of them. */
interface Failure {
  readonly kind: 'refused' | 'trouble';
  readonly detail: string;
}

type Suspect = Failure & { readonly job: RemoteJob };

/**
 * Answers each sample of a batch. A sample is to blame only when the server refuses it or fails on it whenever it is
 * sent, in the end alone, and answers in between for another one that it knows. Otherwise the server is.
 */
export function createSettler({ name, protocol, policy, onMost, onAnswer }: SettleDeps) {
  let known: TensorData | null = null;

  /** Answers those that can be. @returns why none of them was */
  async function attempt(
    jobs: readonly RemoteJob[],
    tries: 'once' | 'execute' = 'once',
  ): Promise<Failure | null> {
    try {
      return await whileAnybodyWaits(jobs, (signal) => policy[tries](() => ask(jobs, signal), signal));
    } catch (error) {
      if (error instanceof RemoteTrouble) return { kind: 'trouble', detail: error.message };
      throw error;
    }
  }

  async function ask(jobs: readonly RemoteJob[], signal: AbortSignal): Promise<Failure | null> {
    signal.throwIfAborted();
    const asked = jobs.filter(isWaiting);
    const start = performance.now();
    const answer = await protocol.ask(
      asked.map(({ input }) => input),
      signal,
    );
    if (answer.kind === 'refused') return answer;
    const seconds = (performance.now() - start) / 1_000 / asked.length;
    for (const [index, job] of asked.entries()) {
      const made = answer.made[index] ?? { fault: 'no answer' };
      if ('fault' in made) {
        job.reject(unreadable(job, made.fault));
      } else {
        known = job.input;
        job.resolve(made);
        onAnswer?.(seconds);
      }
    }
    return null;
  }

  /** Asks again for each half. @returns those that the server does not answer for even alone */
  async function findSuspects(jobs: readonly RemoteJob[], failure: Failure): Promise<readonly Suspect[]> {
    const [first] = jobs;
    if (first === undefined) return [];
    if (jobs.length === 1) return [{ ...failure, job: first }];
    if (failure.kind === 'trouble') await confirm(jobs, failure);
    const middle = Math.ceil(jobs.length / 2);
    const suspects: Suspect[] = [];
    for (const some of [jobs.slice(0, middle), jobs.slice(middle)]) {
      const half = some.filter(isWaiting);
      const again = half.length === 0 ? null : await attempt(half);
      if (again !== null) suspects.push(...(await findSuspects(half, again)));
    }
    return suspects;
  }

  /** Rejects unless the server answers for the sample that it answered last; before the first nobody can tell. */
  async function confirm(jobs: readonly RemoteJob[], { detail }: Failure): Promise<void> {
    if (known === null) return;
    const sample = known;
    const { kind } = await whileAnybodyWaits(jobs, (signal) =>
      policy.execute(() => protocol.ask([sample], signal), signal),
    );
    if (kind === 'refused')
      throw new RemoteUnusable(`it refuses a request that it answered before: ${detail}`);
  }

  async function judge({ job, ...failure }: Suspect): Promise<void> {
    if (failure.kind === 'refused' && protocol.refusesSamples) {
      job.reject(unreadable(job, `the ${name} refused it: ${failure.detail}`));
      return;
    }
    if (known === null) throw new RemoteTrouble(failure.detail);
    await confirm([job], failure);
    // It may have been away when the sample was sent, and back when it was asked for the other one.
    const again = await attempt([job]);
    if (again === null) return;
    const detail = `the ${name} answers for other samples but not this one: ${again.detail}`;
    job.reject(
      again.kind === 'refused'
        ? unreadable(job, detail)
        : new DomainError('sampleKillsExtractor', `sample ${job.id}: ${detail}`),
    );
  }

  return async (jobs: readonly RemoteJob[]): Promise<void> => {
    try {
      const failure = await attempt(jobs, 'execute');
      const suspects = failure === null ? [] : await findSuspects(jobs, failure);
      const tooMany = failure?.kind === 'refused' && suspects.length === 0 && jobs.every(isWaiting);
      if (tooMany) onMost(Math.ceil(jobs.length / 2));
      for (const suspect of suspects) if (isWaiting(suspect.job)) await judge(suspect);
      for (const job of jobs) if (!isWaiting(job)) job.reject(job.signal.reason);
    } catch (error) {
      for (const job of jobs) job.reject(toUnavailable(error, name));
    }
  };
}
