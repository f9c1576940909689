import { textTable } from '../commands/cli/textTable.ts';
import { median, round } from './harness/figures.ts';
import { loadHttp, type Load } from './harness/loadHttp.ts';
import type { Measurement } from './harness/measurement.ts';

const connections = 20;

/** Requests that do nothing but show who asks: the header is checked at each of them, the password's hash seldom. */
export const basic: Measurement = {
  about: `GET /login with Basic credentials, ${connections} connections`,
  measure: async (bed, { runs, seconds }, say) => {
    const loads: Load[] = [];
    for (let run = 1; run <= runs; run++) {
      say(`basic: ${run} of ${runs}`);
      loads.push(await loadHttp(bed, `${bed.running.apiUrl}/4/login`, { connections, seconds }));
    }
    const rate = round(median(loads.map((load) => load.rate)), 0);
    const p99Ms = median(loads.map((load) => load.p99Ms));
    return {
      figures: { connections, seconds, loads, rate, p99Ms },
      lines: [
        `GET /4/login with Basic credentials, ${connections} connections, ${seconds} s each`,
        '',
        ...textTable(['requests/s', 'p99 ms', 'at least'], [[rate, p99Ms, 500]]),
      ],
    };
  },
};
