import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { ResultQueries } from '../../db/tasks/resultQueries.ts';
import type { TaskRow } from '../../db/tasks/taskQueries.ts';
import { DomainError } from '../../domain/errors.ts';
import { isFinal } from '../../domain/tasks/task.ts';
import { sendPieces } from '../http/jsonStream.ts';
import { partOfResult, presentTaskResult } from './present/taskResult.ts';

interface Sending {
  readonly task: TaskRow;
  readonly head: string;
  readonly resultQueries: ResultQueries;
}

/**
 * Sends a result, or the range of its bytes that is asked for, so that a download that broke off goes on (`curl -C -`).
 * What a task that has ended answers changes only with its next generation; its tag says so.
 */
export async function sendResult(req: Request, res: Response, sending: Sending): Promise<void> {
  const { task, head, resultQueries } = sending;
  const name = `task-${task.taskId}-result.json`;
  const tag = isFinal(task.state) ? tagOf(task, head) : null;
  if (tag !== null) res.set({ ETag: tag, 'Accept-Ranges': 'bytes' });
  const isPart = tag !== null && req.method === 'GET' && [undefined, tag].includes(req.get('If-Range'));
  const part = isPart && req.get('Range') !== undefined ? await findPart(req, res, sending) : null;
  res.attachment(name);
  if (part === null) {
    await sendPieces(res, 'json', presentTaskResult(task, head, resultQueries.chunks(task)));
    return;
  }
  res.status(206).set({
    'Content-Range': `bytes ${part.start}-${part.end}/${part.size}`,
    'Content-Length': String(part.end - part.start + 1),
  });
  await sendPieces(res, 'json', part.pieces);
}

/** null: what is asked for is no single range of bytes, so the whole is the answer. */
async function findPart(req: Request, res: Response, { task, head, resultQueries }: Sending) {
  const { size, pieces } = partOfResult(task, head, await resultQueries.extent(task.taskId));
  const ranges = req.range(size);
  if (ranges === -1) {
    res.set('Content-Range', `bytes */${size}`);
    throw new DomainError('rangeNotSatisfiable', `the result has ${size} bytes`);
  }
  const [range, ...others] = typeof ranges === 'object' && ranges.type === 'bytes' ? ranges : [];
  if (range === undefined || others.length > 0) return null;
  return { ...range, size, pieces: pieces(range, resultQueries) };
}

function tagOf({ resultId, generation }: TaskRow, head: string): string {
  const hash = createHash('sha256').update(`${resultId} ${generation} ${head}`);
  return `"${hash.digest('base64url')}"`;
}
