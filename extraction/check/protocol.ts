import type { NetworkReport } from '../../domain/networks/report.ts';
import type { LocalNetwork } from '../catalogue/network.ts';

export interface NetworkToCheck {
  readonly network: LocalNetwork;
  /** The network that descriptors are compared with; null: none. */
  readonly reference: LocalNetwork | null;
}

/** Parent → child: what to check, once. */
export interface CheckWish {
  readonly networks: readonly NetworkToCheck[];
  /** Of each person in the sample photos. */
  readonly copies: number;
}

/** Child → parent. */
export type CheckMessage =
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  | { readonly type: 'reports'; readonly reports: readonly NetworkReport[] }
  | { readonly type: 'failed'; readonly detail: string };
