import type {
  ApprovalCause,
  ApprovalState,
  ApprovalView,
  Decision,
} from '../../../domain/approvals/approval.ts';
import { formatCount } from '../../assets/words.js';
import type { Confirm } from '../../components/confirm/confirm.ts';
import { textField, type Typed } from '../../components/field/field.ts';
import type { StatusBadge } from '../../components/statusBadge/statusBadge.ts';
import { time, type Time } from '../../components/time/time.ts';

/** What a removal selects at one moment. */
export interface LookShape {
  readonly count: number;
  readonly exact: boolean;
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly sample: readonly object[];
}

export interface ApprovalPanelInput {
  readonly approval: ApprovalView;
  /** Null: it is decided. */
  readonly looks: { readonly ordered: LookShape; readonly now: LookShape | null } | null;
  /** Where a decision is sent, and the page that shows it. */
  readonly actions: Readonly<Record<Decision, string>>;
  readonly page: string;
  /** What a decision is about: the number that is shown, or the revision. */
  readonly about: Confirm['hidden'];
  /** A schedule: what its relative filters select later is approved, too. */
  readonly isRule: boolean;
  /** Why the reader decides nothing; null: they may. */
  readonly whyNot: 'role' | 'own' | null;
  readonly typed: Typed;
}

export interface ApprovalPanel {
  readonly badge: StatusBadge;
  readonly cause: string;
  readonly orderedBy: string;
  readonly ordered: Time;
  /** Null: it no longer waits. */
  readonly expires: Time | null;
  readonly decision: { readonly words: string; readonly time: Time; readonly reason: string | null } | null;
  readonly rows: readonly { readonly name: string; readonly then: string; readonly now: string }[];
  readonly samples: readonly { readonly title: string; readonly objects: readonly string[] }[];
  /** Said in red: more is selected than was ordered. */
  readonly grown: string | null;
  readonly note: string;
  readonly confirms: readonly Confirm[];
}

const causes: Readonly<Record<ApprovalCause, string>> = {
  version: 'It removes a whole descriptor version.',
  everything: 'No filter narrows what it removes.',
  objects: 'It removes more objects than one administrator may remove alone.',
  uncounted: 'What it removes could not be counted in time.',
};

const badges: Readonly<Record<ApprovalState, StatusBadge>> = {
  waiting: { text: 'Awaiting approval', tone: 'waiting', lively: false },
  approved: { text: 'Approved', tone: 'good', lively: false },
  rejected: { text: 'Rejected', tone: 'bad', lively: false },
  expired: { text: 'Expired', tone: 'neutral', lively: false },
  withdrawn: { text: 'Withdrawn', tone: 'neutral', lively: false },
};

/** Of a task or schedule that needs another administrator: what was ordered, what it would remove now, and the decision. */
export function approvalPanel(input: ApprovalPanelInput): ApprovalPanel {
  const { approval, looks, whyNot } = input;
  const now = looks?.now ?? null;
  return {
    badge: badges[approval.state],
    cause: causes[approval.cause],
    orderedBy: approval.ordered_by_login,
    ordered: time(approval.order_time),
    expires: looks === null ? null : time(approval.expire_time),
    decision: decisionOf(approval),
    rows:
      looks === null
        ? [{ name: 'Objects', then: about({ count: approval.count, exact: approval.is_exact }), now: '–' }]
        : rows(looks.ordered, now),
    samples:
      looks === null
        ? []
        : [samplesOf('when ordered', looks.ordered), ...(now === null ? [] : [samplesOf('now', now)])],
    grown:
      now !== null && now.count > approval.count && (now.exact || approval.is_exact)
        ? `More objects are selected than when it was ordered: ${about(now)}, not ${about({ count: approval.count, exact: approval.is_exact })}.`
        : null,
    note: noteOf(input),
    confirms: looks === null || whyNot !== null ? [] : [decide(input, 'approve'), decide(input, 'reject')],
  };
}

const about = ({ count, exact }: Pick<LookShape, 'count' | 'exact'>) =>
  exact ? formatCount(count) : `about ${formatCount(count)}`;
const timeOf = (iso: string | null | undefined): string => (iso ? time(iso).text : '–');

function rows(then: LookShape, now: LookShape | null): ApprovalPanel['rows'] {
  return [
    { name: 'Objects', then: about(then), now: now === null ? '–' : about(now) },
    { name: 'Oldest', then: timeOf(then.oldest), now: timeOf(now?.oldest) },
    { name: 'Newest', then: timeOf(then.newest), now: timeOf(now?.newest) },
  ];
}

const samplesOf = (when: string, { sample }: LookShape) => ({
  title: `Some of them ${when}`,
  objects: sample.map((object) => JSON.stringify(object)),
});

function decisionOf({ state, decided_by_login, decide_time, reason }: ApprovalView) {
  if (decide_time === null) return null;
  const words =
    decided_by_login === null ? badges[state].text : `${badges[state].text} by ${decided_by_login}`;
  return { words, time: time(decide_time), reason };
}

function noteOf({ looks, whyNot, isRule }: ApprovalPanelInput): string {
  if (looks === null) return '';
  if (whyNot === 'own') return 'You ordered it. Another administrator has to decide.';
  if (whyNot === 'role') return 'Only administrators decide.';
  return isRule
    ? 'Approve it as a rule: its tasks then need no approval, however much its relative filters select later.'
    : 'Nothing has been removed yet. You approve the number shown under Now; the task removes no more.';
}

/** The name of the field: both forms are on one page. */
export const reasonField = (decision: Decision): string => `${decision}_reason`;

function decide(
  { actions, page, about: hidden, typed, looks, isRule }: ApprovalPanelInput,
  decision: Decision,
): Confirm {
  const now = looks?.now ?? null;
  const consequence = isRule
    ? 'The schedule creates tasks from its next time on.'
    : `Removes ${now === null ? 'what it selects' : `${about(now)} object${now.count === 1 ? '' : 's'}`}.`;
  return {
    text: decision === 'approve' ? 'Approve…' : 'Reject…',
    consequence:
      decision === 'approve'
        ? consequence
        : isRule
          ? 'The schedule is stopped and creates no tasks.'
          : 'The task is cancelled. Nothing is removed.',
    action: actions[decision],
    button: decision === 'approve' ? 'Approve removal' : 'Reject removal',
    isHarmless: decision === 'reject',
    leave: page,
    field: textField(typed, reasonField(decision), 'Reason', {
      ...{ required: true, isFirst: true, maxlength: 1_000 },
      hint: 'Such as a ticket. It is kept in the audit.',
    }),
    ...(hidden === undefined ? {} : { hidden }),
  };
}
