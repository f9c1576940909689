import type { Activities } from '../../activities/index.ts';

export type Finish = Parameters<Activities['orchestrate']['finishTask']>[0]['end'];
type PartAnswer = Awaited<ReturnType<Activities['gc']['runPart']>>;

/** A task in memory, as the workflow sees it through its activities. */
export interface FakeTask {
  desired: 'run' | 'pause' | 'cancel' | 'gone';
  readonly parts: number;
  readonly partsPerRun: number;
  /** How many parts one planning step names. */
  readonly perStep: number;
  readonly done: Set<number>;
  readonly runs: number[];
  inFlight: number;
  mostInFlight: number;
  pauses: number;
  collected: number;
  end: Finish | null;
  runPart: (partNo: number) => Promise<PartAnswer>;
}

export function buildTask(overrides: Partial<FakeTask> = {}): FakeTask {
  return {
    desired: 'run',
    parts: 10,
    partsPerRun: 400,
    perStep: 4,
    done: new Set(),
    runs: [],
    inFlight: 0,
    mostInFlight: 0,
    pauses: 0,
    collected: 0,
    end: null,
    runPart: () => Promise.resolve('done'),
    ...overrides,
  };
}

const refuse = () => Promise.reject(new Error('no upgrade here'));
const noUpgrade = { advanceUpgrade: refuse, failInquiry: refuse, verifyUpgrade: refuse };

/** Of whichever task the test has made last. */
export function fakeActivities(current: () => FakeTask): Activities {
  const runPart: Activities['gc']['runPart'] = async ({ partNo }) => {
    current().runs.push(partNo);
    current().inFlight += 1;
    current().mostInFlight = Math.max(current().mostInFlight, current().inFlight);
    try {
      const answer = await current().runPart(partNo);
      if (answer === 'done') current().done.add(partNo);
      return answer;
    } finally {
      current().inFlight -= 1;
    }
  };
  return {
    orchestrate: {
      loadTask: () =>
        Promise.resolve({
          ...{ kind: 'gc', desired: current().desired, window: 4, priority: 3 },
          partsPerRun: current().partsPerRun,
        }),
      planParts: ({ after: last }) => {
        const open = Array.from({ length: current().parts }, (_, index) => index + 1).filter(
          (partNo) => partNo > last && !current().done.has(partNo),
        );
        return Promise.resolve({
          parts: open.slice(0, current().perStep),
          planned: open.length <= current().perStep,
        });
      },
      pauseTask: () => {
        current().pauses += 1;
        return Promise.resolve();
      },
      collectTask: () => {
        current().collected += 1;
        return Promise.resolve();
      },
      startScheduledTask: () => Promise.reject(new Error('no schedule here')),
      failNetworkCheck: () => Promise.reject(new Error('no check here')),
      ...noUpgrade,
      finishTask: ({ end }) => {
        if (end.outcome === 'done' && current().done.size < current().parts)
          return Promise.resolve('unfinished');
        current().end = end;
        return Promise.resolve('ended');
      },
    },
    gc: { runPart },
    extract: {
      runPart,
      checkNetwork: () => Promise.reject(new Error('no check here')),
      trySamples: noUpgrade.verifyUpgrade,
    },
  };
}
