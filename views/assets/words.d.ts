import type { TaskShape } from '../shapes.ts';

export interface ProgressWords {
  readonly percent: number;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly words: string;
  /** The same where nothing beside it says that it is about objects. */
  readonly sentence: string;
}

export function formatCount(value: number): string;
/** A share between 0 and 1. */
export function formatPercent(share: number): string;
export function formatBytes(count: number): string;
export function formatRate(perSecond: number | null): string;
export function formatDuration(seconds: number | null): string;
export function failedWords(count: number): string;
export function formatAgo(iso: string, now: number): string;
export function formatTime(iso: string, timeZone: string, timeStyle?: 'medium' | 'short'): string;
export function formatClock(iso: string, now: number, timeZone: string): string;
export function describeProgress(task: Pick<TaskShape, 'state' | 'progress'>): ProgressWords;
