// ENTRY of `npm run test:helm`: what the Helm chart renders. The first run builds Helm.
import { whyNoHelm } from '../../commands/manifests/helm.ts';

const reason = await whyNoHelm();
if (reason === null) await import('./chart.ts');
else process.stdout.write(`Left out: npm run test:helm, which ${reason}.\n`);
