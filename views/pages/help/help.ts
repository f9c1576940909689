import type { Permission } from '../../../domain/accounts/permission.ts';
import { fact, type Fact } from '../../components/facts/facts.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface HelpInput {
  readonly version: {
    readonly api: number;
    readonly major: number;
    readonly minor: number;
    readonly patch: number;
  };
  readonly extractors: readonly {
    readonly version: number;
    readonly kind: 'face' | 'body';
    readonly name: string;
  }[];
}

export interface HelpPage {
  readonly head: PageHead;
  readonly version: readonly Fact[];
  readonly extractors: readonly Fact[];
  readonly documents: readonly {
    readonly text: string;
    readonly note: string;
    readonly href: string;
    /** What it takes; every role may read the others. */
    readonly needs?: Permission;
  }[];
}

export function helpPage({ version, extractors }: HelpInput): HelpPage {
  return {
    head: { title: 'Version and help', section: 'help' },
    version: [
      fact('Service', `${version.major}.${version.minor}.${version.patch}`),
      fact('API', `version ${version.api}, under /${version.api}`),
      fact('Node.js', process.version),
    ],
    extractors: extractors.map((extractor) =>
      fact(`Version ${extractor.version}`, `${extractor.name}, ${extractor.kind} descriptors`),
    ),
    documents: [
      {
        text: 'API reference',
        note: 'Every operation with its parameters and answers.',
        href: paths.apiReference,
      },
      {
        text: 'Error codes',
        note: 'Every code that an answer or a task error can have.',
        href: paths.errorReference,
      },
      {
        text: 'Operations manual',
        note: 'Running, sizing, backup, alerts and what to do about each.',
        href: '/docs/dev/operations.html',
      },
      {
        text: 'Upgrading a network',
        note: 'Step by step from one descriptor version to the next.',
        href: '/docs/dev/network-upgrade.html',
      },
      {
        text: 'Adding a network',
        note: 'How to add, check and convert a network.',
        href: '/docs/dev/networks.html',
      },
      {
        text: 'Search the documents',
        note: 'Operations, error codes and all chapters.',
        href: paths.searchDocuments(),
      },
      { text: 'Development manual', note: 'How the service works, and why.', href: paths.manual },
      {
        text: 'Settings',
        note: 'The settings of this process, and what each one does.',
        href: paths.settings,
        needs: 'run',
      },
      {
        text: 'System information',
        note: 'Versions, settings, counts and statistics, signed, for support.',
        href: paths.systemInfo,
        needs: 'run',
      },
      {
        text: 'Health',
        note: 'Whether the database and the sample store are working.',
        href: '/healthcheck',
      },
      { text: 'Metrics', note: 'Metrics for Prometheus.', href: '/metrics' },
    ],
  };
}
