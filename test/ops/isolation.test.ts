import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadAll } from 'js-yaml';
import { isSecret, readersOf, type Role } from '../../platform/settings.ts';
import { readCompose, readManifests } from './deployments.ts';
import type { Manifest } from './manifestFaults.ts';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly key: string } };
}
interface Volume {
  readonly name: string;
  readonly secret?: {
    readonly secretName: string;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
}
interface Pod {
  readonly component: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly Variable[];
  readonly mounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly volumes: readonly Volume[];
}

const component = 'app.kubernetes.io/component';
const roleOf = (name: string): Role => (name === 'api' ? 'api' : name === 'migrate' ? 'command' : 'worker');

function toPod({ spec }: Manifest): Pod {
  const { template } = spec as {
    template: {
      metadata: { labels: Record<string, string> };
      spec: { containers: [{ env?: Variable[]; volumeMounts: Pod['mounts'] }]; volumes: Volume[] };
    };
  };
  const { labels } = template.metadata;
  const [container] = template.spec.containers;
  return {
    ...{ labels, component: labels[component] ?? '', volumes: template.spec.volumes },
    ...{ env: container.env ?? [], mounts: container.volumeMounts },
  };
}

async function readPods(): Promise<{ manifests: Manifest[]; pods: Pod[]; shared: Variable[] }> {
  const manifests = await readManifests();
  const pods = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job').map(toPod);
  assert.equal(pods.length, 5);
  const { data } = manifests.find(({ kind }) => kind === 'ConfigMap') as unknown as {
    data: Record<string, string>;
  };
  return { manifests, pods, shared: Object.entries(data).map(([name, value]) => ({ name, value })) };
}

/** The secrets among variables, by their settings. */
const secretsAmong = (variables: readonly Variable[]) =>
  variables
    .map(({ name, ...rest }) => ({ ...rest, name: name.replace(/_FILE$/, '') }))
    .filter(({ name }) => isSecret(name));

test('each pod mounts the keys that its process reads, and no other', async () => {
  const { pods, shared } = await readPods();
  for (const pod of pods) {
    const given = secretsAmong([...shared, ...pod.env]);
    for (const { name } of given)
      assert.ok(readersOf(name).includes(roleOf(pod.component)), `${pod.component} ${name}`);
    const mounted = pod.volumes.flatMap(({ name, secret }) => {
      const path = pod.mounts.find((mount) => mount.name === name)?.mountPath ?? '';
      if (secret === undefined) return [];
      // A client's certificate comes with its authority, and is needed whole.
      if (secret.secretName === 'luna-admin-temporal')
        return ['ca.crt', 'tls.crt', 'tls.key'].map((key) => `${path}/${key}`);
      return (secret.items ?? assert.fail(`${pod.component} mounts every key`)).map(
        (item) => `${path}/${item.path}`,
      );
    });
    const read = given.flatMap(({ value }) => (value === undefined ? [] : [value]));
    assert.deepEqual(mounted.sort(), read.sort(), pod.component);
  }
});

test('a vault can hold every key that the pods mount: the example for External Secrets names them all', async () => {
  const { pods } = await readPods();
  const mounted = pods.flatMap(({ volumes }) =>
    volumes.flatMap(({ secret }) =>
      (secret?.items ?? []).map(({ key }) => `${secret?.secretName ?? ''} ${key}`),
    ),
  );
  const temporal = ['ca.crt', 'tls.crt', 'tls.key'].map((key) => `luna-admin-temporal ${key}`);
  const texts = loadAll(await readFile('ops/vault/external-secrets.yaml', 'utf8')) as {
    spec: { target: { name: string }; data: { secretKey: string; remoteRef: { property: string } }[] };
  }[];
  const held = texts.flatMap(({ spec: { target, data } }) =>
    data.map(({ secretKey, remoteRef }) => {
      assert.equal(remoteRef.property, secretKey);
      return `${target.name} ${secretKey}`;
    }),
  );
  assert.deepEqual(held.sort(), [...new Set([...mounted, ...temporal])].sort());
});

test('each service of docker-compose.yml has the secrets that its process reads, and no other', async () => {
  const { services } = await readCompose();
  const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);
  assert.equal(ours.length, 4);
  for (const [name, { environment = {}, secrets = [] }] of ours) {
    const given = secretsAmong(
      Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
    );
    for (const secret of given)
      assert.ok(readersOf(secret.name).includes(roleOf(name)), `${name} ${secret.name}`);
    const read = given.map(({ value = '' }) => value.replace('/run/secrets/', ''));
    assert.deepEqual([...secrets].sort(), read.sort(), name);
  }
});

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: string[];
  }[];
}
interface Peer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly port: number | string }[];
}
interface Policy {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, { labels }: Pod): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      assert.equal(operator, 'In');
      return values.includes(labels[key] ?? '');
    })
  );
}

test('a pod may be reached, and reach others, by what a policy says alone; Temporal by those who work with it', async () => {
  const { manifests, pods } = await readPods();
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy').map(({ spec }) => spec as Policy);
  const of = (pod: Pod) => policies.filter(({ podSelector }) => selects(podSelector, pod));
  const reaching = (port: number) =>
    pods
      .filter((pod) =>
        of(pod).some(({ egress = [] }) =>
          egress.some((rule) => rule.ports.some((each) => each.port === port)),
        ),
      )
      .map((pod) => pod.component)
      .sort();
  for (const pod of pods) {
    assert.deepEqual([...new Set(of(pod).flatMap(({ policyTypes }) => policyTypes))].sort(), [
      'Egress',
      'Ingress',
    ]);
    for (const { ingress = [] } of of(pod))
      for (const rule of ingress) assert.ok(rule.from, `${pod.component} is open to all`);
  }
  const clients = ['api', 'extract', 'gc', 'orchestrate'];
  assert.deepEqual(reaching(7233), clients);
  assert.deepEqual(reaching(5432), [...clients, 'migrate'].sort());
  assert.deepEqual(reaching(443), ['api', 'gc', 'orchestrate']);

  const frontend = policies.find(({ podSelector }) => podSelector.matchLabels?.[component] === 'frontend');
  const peers = frontend?.ingress?.flatMap(({ from = [] }) => from) ?? [];
  const letIn = pods.filter((pod) =>
    peers.some(
      ({ namespaceSelector, podSelector }) =>
        namespaceSelector !== undefined && selects(podSelector ?? {}, pod),
    ),
  );
  assert.deepEqual(letIn.map((pod) => pod.component).sort(), clients);
});

test('Temporal and PostgreSQL of docker-compose.yml are on networks without a way out, among those who work with them', async () => {
  const { services, networks } = await readCompose();
  const on = (network: string) =>
    Object.entries(services)
      .filter(([, each]) => each.networks?.includes(network))
      .map(([name]) => name)
      .sort();
  for (const network of ['database', 'temporal']) assert.equal(networks[network]?.internal, true);
  assert.deepEqual(on('temporal'), [
    'api',
    'temporal',
    'temporal-namespace',
    'temporal-ui',
    'worker-1',
    'worker-2',
  ]);
  assert.deepEqual(on('database'), [
    'api',
    'migrate',
    'postgresql',
    'temporal',
    'temporal-schema',
    'worker-1',
    'worker-2',
  ]);
  for (const name of Object.keys(services))
    assert.ok(services[name]?.networks, `${name} would be on the default network`);
  assert.deepEqual(
    services['temporal-ui']?.profiles,
    ['temporal-ui'],
    'its pages are served when they are asked for',
  );
});

test('with docker-compose.tls.yml whoever speaks to Temporal has a certificate of its own, and Temporal asks for one', async () => {
  const [{ services: base }, { services }] = await Promise.all([
    readCompose(),
    readCompose('docker-compose.tls.yml'),
  ]);
  const owners: Record<string, string> = {
    ...{
      temporal: 'temporal',
      'temporal-namespace': 'temporal_operator',
      'temporal-ui': 'temporal_operator',
    },
    ...{ api: 'temporal_api', 'worker-1': 'temporal_worker', 'worker-2': 'temporal_worker' },
  };
  assert.equal(services['temporal']?.environment?.['TEMPORAL_TLS_REQUIRE_CLIENT_AUTH'], 'true');
  for (const [name, { networks = [] }] of Object.entries(base)) {
    if (!networks.includes('temporal')) continue;
    const files = ['temporal_ca', `${owners[name]}_cert`, `${owners[name]}_key`];
    assert.deepEqual(services[name]?.secrets, files, name);
    const text = JSON.stringify(services[name]);
    for (const file of files) assert.ok(text.includes(`/run/secrets/${file}`), `${name} ${file}`);
  }
});

test('the key that signs the audit is mounted by the API alone, which then keeps none beside the samples', async () => {
  const { services } = await readCompose();
  const inCompose = Object.entries(services)
    .filter(([, { environment = {} }]) => 'SYS_INFO_KEY_FILE' in environment)
    .map(([name]) => name);
  assert.deepEqual(inCompose, ['api']);
  const { pods } = await readPods();
  const inManifests = pods.filter(({ env }) => env.some(({ name }) => name === 'SYS_INFO_KEY_FILE'));
  assert.deepEqual(
    inManifests.map((pod) => pod.component),
    ['api'],
  );
});
