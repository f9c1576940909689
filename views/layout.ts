import type { Permission, Permissions, Role } from '../domain/accounts/permission.ts';
import { assetPrefix } from './assetFiles.ts';
import type { Flash } from './components/flash/flash.ts';
import { maintenanceBanner } from './pages/maintenance/banner.ts';
import { paths } from './paths.ts';
import type { MaintenanceShape } from './shapes.ts';

export type Section = 'home' | 'tasks' | 'errors' | 'schedules' | 'networks' | 'accounts' | 'audit' | 'help';

/** What stands around every page. */
export interface LayoutInput {
  readonly nonce: string;
  /** Which installation this is, where somebody has more than one. */
  readonly environment: string | null;
  /** null: nobody is signed in, there is no navigation to offer. */
  readonly user: {
    readonly login: string;
    readonly role: Role;
    readonly permissions: Permissions;
    readonly hasDefaultPassword: boolean;
    /** In how many seconds, if nothing more is asked for; null: there is no session. */
    readonly sessionEnds: number | null;
  } | null;
  /** Empty for strangers. */
  readonly csrfToken: string;
  readonly flash: readonly Flash[];
  /** null: strangers are not told, or it is not known. */
  readonly maintenance: MaintenanceShape | null;
}

/** What each page adds to the layout by itself. */
export interface PageHead {
  readonly title: string;
  readonly section: Section | null;
  /** What the page shows the hits of. */
  readonly searched?: string;
}

const sections: readonly { key: Section; text: string; href: string; needs: Permission }[] = [
  { key: 'home', text: 'Home', href: paths.home, needs: 'view' },
  { key: 'tasks', text: 'Tasks', href: paths.tasks(), needs: 'results' },
  { key: 'errors', text: 'Errors', href: paths.errors(), needs: 'view' },
  { key: 'schedules', text: 'Schedules', href: paths.schedules(), needs: 'view' },
  { key: 'networks', text: 'Networks', href: paths.networks, needs: 'view' },
  { key: 'accounts', text: 'Accounts', href: paths.accounts(), needs: 'view' },
  { key: 'audit', text: 'Audit', href: paths.audit(), needs: 'audit' },
  { key: 'help', text: 'Help', href: paths.help, needs: 'identify' },
];

/** Chosen in the browser and kept there: views/assets/theme.js. */
const themes = [
  { value: 'system', text: 'System' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
];

/** The same: views/assets/localTime.js. */
const times = [
  { value: 'utc', text: 'UTC' },
  { value: 'local', text: 'Local time' },
];

/** For templates: what is not permitted is not offered. */
function may(permissions: Permissions = new Set()): Readonly<Partial<Record<Permission, true>>> {
  return Object.fromEntries([...permissions].map((permission) => [permission, true]));
}

export function layoutView(input: LayoutInput, head: PageHead) {
  return {
    ...input,
    title: head.title,
    may: may(input.user?.permissions),
    role: input.user?.role ?? '',
    maintenance: maintenanceBanner(input.maintenance),
    themes,
    times,
    assets: assetPrefix,
    search: { label: 'Search everything', action: paths.search, value: head.searched ?? '' },
    links: {
      home: paths.home,
      logout: paths.logout,
      password: paths.password,
      ownAccount: paths.ownAccount,
      tokens: paths.tokens,
      apiReference: paths.apiReference,
    },
    navigation:
      input.user === null
        ? []
        : sections
            .filter(({ needs }) => input.user?.permissions.has(needs))
            .map((section) => ({ ...section, current: section.key === head.section })),
  };
}
