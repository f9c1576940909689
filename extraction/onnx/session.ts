import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { InferenceSession } from 'onnxruntime-node';

// onnxruntime reads it when it opens its first session. Otherwise it keeps an id of the machine and a queue of events (networks,
// use of processor and memory) in ~/.cache/Microsoft, and sends them to Microsoft.
env['ORT_DISABLE_TELEMETRY'] = '1';

/**
 * A network on onnxruntime, on one thread: more gain little on networks this small, processes do. Whoever has
 * processors to spare for one picture asks for more `intraOpNumThreads`.
 */
export function openSession(
  file: string | URL,
  options: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  return InferenceSession.create(typeof file === 'string' ? file : fileURLToPath(file), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Sixteen faces through faceres: planning the memory of a batch takes 300 MB where the arena alone takes 200 MB,
    // for the same time. Without the arena it is 160 MB, and a third more time goes into pages that come and go.
    enableMemPattern: false,
    enableCpuMemArena: true,
    // With more threads than one, those that wait for the next operation must not burn a processor meanwhile.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    ...options,
  });
}
