import { basic } from './basic.ts';
import { bytes } from './bytes.ts';
import { control } from './control.ts';
import { disk } from './disk.ts';
import { dropVersion } from './dropVersion.ts';
import { events } from './events.ts';
import { extract } from './extract.ts';
import { extractors } from './extractors.ts';
import { fanOut } from './fanOut.ts';
import { gc } from './gc.ts';
import { growth } from './growth.ts';
import { lists } from './lists.ts';
import { looks } from './looks.ts';
import { move } from './move.ts';
import { pages } from './pages.ts';
import { peers } from './peers.ts';
import { planning } from './planning.ts';
import { reads } from './reads.ts';
import { result } from './result.ts';
import { scale } from './scale.ts';
import { soak } from './soak.ts';
import { store } from './store.ts';
import { undo } from './undo.ts';
import type { Measurement } from './harness/measurement.ts';

/** By the name that is typed. */
export const measurements = {
  gc,
  events,
  move,
  extract,
  extractors,
  scale,
  version: dropVersion,
  reads,
  lists,
  pages,
  looks,
  basic,
  planning,
  growth,
  fanout: fanOut,
  control,
  undo,
  disk,
  bytes,
  store,
  peers,
  result,
  soak,
} satisfies Record<string, Measurement>;
