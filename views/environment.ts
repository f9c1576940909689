import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';
import { layoutView, type LayoutInput, type PageHead } from './layout.ts';
import type { AuditPage } from './pages/audit/list.ts';
import type { AccountPage } from './pages/accounts/one.ts';
import type { AccountFormPage } from './pages/accounts/form.ts';
import type { AccountsPage } from './pages/accounts/list.ts';
import type { ErrorCodesPage } from './pages/documents/errorCodes.ts';
import type { ManualPageView } from './pages/documents/manual.ts';
import type { DocumentSearchPage } from './pages/documents/search.ts';
import type { ReferencePage } from './pages/documents/reference.ts';
import type { ListsPage } from './pages/accounts/lists.ts';
import type { ErrorPage } from './pages/errors/error.ts';
import type { ErrorsPage } from './pages/errors/list.ts';
import type { RetryErrorsPage } from './pages/errors/retry.ts';
import type { EventPage } from './pages/events/one.ts';
import type { CertificatePage } from './pages/certificates/one.ts';
import type { GonePage } from './pages/faces/gone.ts';
import type { FacePage } from './pages/faces/one.ts';
import type { HelpPage } from './pages/help/help.ts';
import type { HomePage } from './pages/home/home.ts';
import type { ListPage } from './pages/lists/one.ts';
import type { LoginPage } from './pages/login/login.ts';
import type { PasswordPage } from './pages/login/password.ts';
import type { TokensPage } from './pages/account/tokens.ts';
import type { OneTimePasswordPage } from './pages/accounts/oneTimePassword.ts';
import type { AppPage } from './pages/secondFactor/app.ts';
import type { RecoveryCodesPage } from './pages/secondFactor/recoveryCodes.ts';
import type { SecondFactorPage } from './pages/secondFactor/secondFactor.ts';
import type { ConfirmPage } from './pages/login/confirm.ts';
import type { CodePage } from './pages/login/code.ts';
import type { SessionsPage } from './pages/sessions/sessions.ts';
import type { OnwardPage } from './pages/login/onward.ts';
import type { OwnAccountPage } from './pages/account/account.ts';
import type { NetworksPage } from './pages/networks/list.ts';
import type { NetworkPage } from './pages/networks/one.ts';
import type { SchedulesPage } from './pages/schedules/list.ts';
import type { NewSchedulePage } from './pages/schedules/new.ts';
import type { SchedulePage } from './pages/schedules/one.ts';
import type { RunNowPage } from './pages/schedules/runNow.ts';
import type { BulkPage } from './pages/tasks/bulk.ts';
import type { ComparePage } from './pages/tasks/compare.ts';
import type { NewTaskPage } from './pages/tasks/new.ts';
import type { SearchPage } from './pages/search/search.ts';
import type { SettingsPage } from './pages/settings/settings.ts';
import type { StyleguidePage } from './pages/styleguide/styleguide.ts';
import type { TaskPage } from './pages/tasks/one.ts';
import type { NewUpgradePage } from './pages/upgrades/new.ts';
import type { UpgradePage } from './pages/upgrades/one.ts';
import type { TasksPage } from './pages/tasks/list.ts';

/** Every page by its template's path under pages/, with the whole of what its template reads. */
export interface Pages {
  'home/home': HomePage;
  'tasks/bulk': BulkPage;
  'tasks/compare': ComparePage;
  'tasks/list': TasksPage;
  'tasks/one': TaskPage;
  'tasks/new': NewTaskPage;
  'accounts/form': AccountFormPage;
  'accounts/list': AccountsPage;
  'accounts/one': AccountPage;
  'accounts/lists': ListsPage;
  'accounts/oneTimePassword': OneTimePasswordPage;
  'login/code': CodePage;
  'login/confirm': ConfirmPage;
  'secondFactor/app': AppPage;
  'secondFactor/recoveryCodes': RecoveryCodesPage;
  'secondFactor/secondFactor': SecondFactorPage;
  'sessions/sessions': SessionsPage;
  'events/one': EventPage;
  'certificates/one': CertificatePage;
  'faces/gone': GonePage;
  'faces/one': FacePage;
  'lists/one': ListPage;
  'audit/list': AuditPage;
  'login/login': LoginPage;
  'login/password': PasswordPage;
  'login/onward': OnwardPage;
  'account/account': OwnAccountPage;
  'account/tokens': TokensPage;
  'help/help': HelpPage;
  'documents/errorCodes': ErrorCodesPage;
  'documents/manual': ManualPageView;
  'documents/reference': ReferencePage;
  'documents/search': DocumentSearchPage;
  'networks/list': NetworksPage;
  'networks/one': NetworkPage;
  'schedules/list': SchedulesPage;
  'schedules/new': NewSchedulePage;
  'schedules/one': SchedulePage;
  'schedules/runNow': RunNowPage;
  'search/search': SearchPage;
  'settings/settings': SettingsPage;
  'styleguide/styleguide': StyleguidePage;
  'upgrades/new': NewUpgradePage;
  'upgrades/one': UpgradePage;
  'errors/error': ErrorPage;
  'errors/list': ErrorsPage;
  'errors/retry': RetryErrorsPage;
}

const folder = fileURLToPath(new URL('.', import.meta.url));

const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder), {
  autoescape: true,
  throwOnUndefined: true,
  trimBlocks: true,
  lstripBlocks: true,
});

/** Compiles all of them, which each would otherwise be at its first use. */
export function warmTemplates(): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.njk')) environment.getTemplate(name, true);
}

/** The HTML of a whole page. Everything that it shows is escaped; a value that a template misses is thrown. */
export function render<Name extends keyof Pages>(
  name: Name,
  page: Pages[Name] & { readonly head: PageHead },
  layout: LayoutInput,
): string {
  return environment.render(`pages/${name}.njk`, { page, layout: layoutView(layout, page.head) });
}
