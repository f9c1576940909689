import type { Example } from '../../examples/example.ts';
import { examples as changes } from '../../components/changes/examples.ts';
import { examples as conflict } from '../../components/conflict/examples.ts';
import { examples as chart } from '../../components/chart/examples.ts';
import { examples as confirm } from '../../components/confirm/examples.ts';
import { examples as copyId } from '../../components/copyId/examples.ts';
import { examples as distribution } from '../../components/distribution/examples.ts';
import { examples as emptyState } from '../../components/emptyState/examples.ts';
import { examples as errorGroups } from '../../components/errorGroups/examples.ts';
import { examples as errorSummary } from '../../components/errorSummary/examples.ts';
import { examples as faceGrid } from '../../components/faceGrid/examples.ts';
import { examples as facts } from '../../components/facts/examples.ts';
import { examples as field } from '../../components/field/examples.ts';
import { examples as filterForm } from '../../components/filterForm/examples.ts';
import { examples as flash } from '../../components/flash/examples.ts';
import { examples as health } from '../../components/health/examples.ts';
import { examples as pager } from '../../components/pager/examples.ts';
import { examples as partStrip } from '../../components/partStrip/examples.ts';
import { examples as picture } from '../../components/picture/examples.ts';
import { examples as progress } from '../../components/progress/examples.ts';
import { examples as searchBox } from '../../components/searchBox/examples.ts';
import { examples as stateDiagram } from '../../components/stateDiagram/examples.ts';
import { examples as statusBadge } from '../../components/statusBadge/examples.ts';
import { examples as taskTable } from '../../components/taskTable/examples.ts';
import { examples as time } from '../../components/time/examples.ts';
import type { PageHead } from '../../layout.ts';

export interface StyleguidePage {
  readonly head: PageHead;
  readonly sections: readonly {
    /** Of the component's folder and of its macro. */
    readonly name: string;
    readonly examples: readonly Required<Example<unknown>>[];
  }[];
}

const components: Readonly<Record<string, readonly Example<unknown>[]>> = {
  changes,
  chart,
  confirm,
  conflict,
  copyId,
  distribution,
  emptyState,
  errorGroups,
  errorSummary,
  faceGrid,
  facts,
  field,
  filterForm,
  flash,
  health,
  pager,
  partStrip,
  picture,
  progress,
  searchBox,
  stateDiagram,
  statusBadge,
  taskTable,
  time,
};

/** Every component with inputs that show what it can look like. */
export function styleguidePage(): StyleguidePage {
  return {
    head: { title: 'Style guide', section: null },
    sections: Object.entries(components).map(([name, examples]) => ({
      name,
      examples: examples.map((example) => ({ option: false, ...example })),
    })),
  };
}
