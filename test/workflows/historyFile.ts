import proto from '@temporalio/proto';

const { History, HistoryEvent } = proto.temporal.api.history.v1;

export type HistoryEvents = proto.temporal.api.history.v1.IHistoryEvent[];

// The SDK's own historyToJSON and historyFromJSON fail where npm keeps several copies of protobufjs.
const plain = { longs: String, bytes: String, enums: String } as const;

/** One event a line. */
export function writeHistory(events: HistoryEvents): string {
  const lines = events.map((event) =>
    JSON.stringify(HistoryEvent.toObject(HistoryEvent.fromObject(event), plain), withoutMachine),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}

export function readHistory(text: string): proto.temporal.api.history.v1.History {
  return History.fromObject(JSON.parse(text) as object);
}

/** Who recorded it, and where, is nobody's business, and would differ with every recording. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return undefined;
  // A process calls itself, and its sticky queue, by its pid and its machine's name.
  return typeof value === 'string' && /^\d+@/.test(value) ? 'recorded' : value;
}
