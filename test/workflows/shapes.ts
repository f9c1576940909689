import type { Scenario } from './modelTask.ts';

const plain: Scenario = {
  ...{ parts: 5, partsPerRun: 20, perStep: 2, window: 2 },
  ...{ bookFates: [], partFates: [], orders: [] },
};

/** The same for checks of networks: whether the check comes to a report. */
export const checkShapes: Readonly<Record<string, { readonly isDone: boolean }>> = {
  'check-done': { isDone: true },
  'check-failed': { isDone: false },
};

/** What an upgrade is told each time that it looks; at the end it is over. `told`: a signal comes while it waits. */
export const upgradeShapes: Readonly<
  Record<
    string,
    { readonly moves: readonly UpgradeMove[]; readonly fails?: boolean; readonly told?: boolean }
  >
> = {
  'upgrade-done': { moves: ['trial', 'moved', 'wait', 'verification'] },
  'upgrade-inquiry-failed': { moves: ['trial', 'moved'], fails: true },
  'upgrade-told': { moves: ['long wait', 'moved'], told: true },
};
export type UpgradeMove = 'moved' | 'wait' | 'long wait' | 'trial' | 'verification';

/** Every way that a released workflow can go; a history of each is kept in test/histories. */
export const shapes: Readonly<Record<string, Scenario>> = {
  plain,
  empty: { ...plain, parts: 0 },
  renewed: { ...plain, partsPerRun: 3, parts: 7 },
  paused: { ...plain, orders: [{ after: 2, wish: 'pause', signal: true }] },
  'paused-unheard': { ...plain, orders: [{ after: 2, wish: 'pause', signal: false }] },
  'paused-too-late': { ...plain, orders: [{ after: 5, wish: 'pause', signal: true, late: true }] },
  cancelled: { ...plain, orders: [{ after: 2, wish: 'cancel', signal: true }] },
  failed: { ...plain, partFates: [[], ['fatal']] },
  repeated: { ...plain, parts: 3, bookFates: ['ok', 'lost', 'error'], partFates: [['error'], ['lost']] },
  'taken-up-again': { ...plain, doneBefore: [1, 3] },
};
