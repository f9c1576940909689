import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadAll } from 'js-yaml';
import { readersOf } from '../../platform/settings/settings.ts';
import { readCompose, readManifests } from './deployments.ts';
import type { Manifest } from './manifestFaults.ts';
import {
  assertOwnSecretsOnly,
  componentLabel,
  podsOf,
  roleOf,
  secretsAmong,
  sharedVariables,
  type Pod,
} from './pods.ts';

const inBucket = 'ops/kubernetes-s3';

async function readPods(folder?: string): Promise<{ manifests: Manifest[]; pods: Pod[] }> {
  const manifests = await readManifests(folder);
  const pods = podsOf(manifests);
  assert.equal(pods.length, 5);
  return { manifests, pods };
}

for (const folder of ['ops/kubernetes', inBucket])
  test(`in ${folder} each pod mounts the keys that its process reads, and no other`, async () => {
    const { manifests, pods } = await readPods(folder);
    const given = pods.flatMap(({ env }) => secretsAmong(env));
    assert.ok(given.length > 20);
    for (const pod of pods) assertOwnSecretsOnly(pod, sharedVariables(manifests));
  });

test('a vault can hold every key that the pods mount: the example for External Secrets names them all', async () => {
  const { pods } = await readPods();
  const mounted = pods.flatMap(({ volumes }) =>
    volumes
      .flatMap(({ projected }) => projected?.sources ?? [])
      .flatMap(({ secret }) => (secret?.items ?? []).map(({ key }) => `${secret?.name ?? ''} ${key}`)),
  );
  const texts = loadAll(await readFile('ops/vault/external-secrets.yaml', 'utf8')) as {
    spec: { target: { name: string }; data: { secretKey: string; remoteRef: { property: string } }[] };
  }[];
  const held = texts.flatMap(({ spec: { target, data } }) =>
    data.map(({ secretKey, remoteRef }) => {
      assert.equal(remoteRef.property, secretKey);
      return `${target.name} ${secretKey}`;
    }),
  );
  assert.deepEqual(held.sort(), [...new Set(mounted)].sort());
});

test('with samples in a bucket, APIs and workers share no volume and reach it; the migration has no key of it', async () => {
  const { manifests, pods } = await readPods(inBucket);
  // One is gone, the volume, and one has come, the policy.
  assert.equal(manifests.length, (await readManifests()).length);
  assert.doesNotMatch(JSON.stringify(manifests), /PersistentVolumeClaim|persistentVolumeClaim/);
  for (const { component, env, volumes } of pods) {
    const isService = component !== 'migrate';
    assert.equal(JSON.stringify(volumes).includes('luna-admin-s3'), isService, component);
    assert.equal(JSON.stringify(env).includes('S3_'), isService, component);
  }
  const policy = manifests.find((each) => JSON.stringify(each).includes('luna-admin-to-s3'))?.spec as Policy;
  const reaching = pods.filter((pod) => selects(policy.podSelector, pod)).map(({ component: name }) => name);
  assert.deepEqual(reaching.sort(), ['api', 'extract', 'gc', 'orchestrate']);
  assert.deepEqual(policy.egress, [{ ports: [{ port: 443 }] }]);
});

test('with docker-compose.s3.yml API and workers have the keys of the bucket, and no volume of samples', async () => {
  const [{ services: base }, { services }] = await Promise.all([
    readCompose(),
    readCompose('docker-compose.s3.yml'),
  ]);
  const mounting = Object.keys(base).filter((name) => base[name]?.volumes?.includes('samples:/data'));
  assert.deepEqual(Object.keys(services).sort(), ['api', 'worker-1', 'worker-2']);
  for (const name of Object.keys(services)) {
    assert.ok(mounting.includes(name), name);
    const { environment = {}, secrets = [], volumes = [] } = services[name] ?? assert.fail(name);
    const given = secretsAmong(
      Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
    );
    for (const secret of given) assert.ok(readersOf(secret.name).includes(roleOf(name)), secret.name);
    assert.deepEqual(
      [...secrets].sort(),
      given.map(({ value = '' }) => value.replace('/run/secrets/', '')).sort(),
    );
    // Compose merges volumes by where they are mounted.
    assert.deepEqual(
      volumes.map((volume) => typeof volume === 'object' && [volume.type, volume.target]),
      [['tmpfs', '/data']],
    );
  }
});

test('with docker-compose.pooler.yml everything that connects to the database also knows the way past the pooler', async () => {
  const [{ services: base }, { services }] = await Promise.all([
    readCompose(),
    readCompose('docker-compose.pooler.yml'),
  ]);
  const connecting = Object.keys(base).filter((name) => base[name]?.secrets?.includes('database_url'));
  assert.deepEqual(Object.keys(services).sort(), connecting.sort());
  for (const name of connecting) {
    assert.ok(readersOf('DATABASE_DIRECT_URL').includes(roleOf(name)), name);
    const { environment, secrets } = services[name] ?? assert.fail(name);
    assert.deepEqual(environment, { DATABASE_DIRECT_URL_FILE: '/run/secrets/database_direct_url' });
    assert.deepEqual(secrets, ['database_direct_url']);
  }
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

  const frontend = policies.find(
    ({ podSelector }) => podSelector.matchLabels?.[componentLabel] === 'frontend',
  );
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
