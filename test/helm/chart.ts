import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { load } from 'js-yaml';
import { runHelm } from '../../commands/manifests/helm.ts';
import { manifestFolders, renderManifestFiles } from '../../commands/manifests/manifestFiles.ts';
import { isSecret, readersOf, settings } from '../../platform/settings/settings.ts';
import { assertSettings } from '../ops/assertSettings.ts';
import { manifestFaults } from '../ops/manifestFaults.ts';
import { assertOwnSecretsOnly, podsOf, roleOf, sharedVariables } from '../ops/pods.ts';
import { objectOf, render, toArguments, type Rendered, type Values } from './render.ts';

const openId: Values = {
  hosts: ['luna.example.org', 'admin.example.org'],
  settings: {
    OIDC_ISSUER: 'https://login.example.com/realms/main',
    OIDC_CLIENT_ID: 'luna',
    OIDC_ROLES: 'a=admin',
  },
  secrets: {
    OIDC_CLIENT_SECRET: { name: 'luna-openid', key: 'secret' },
    SECOND_FACTOR_KEY: { name: 'luna-admin', key: 'second-factor-key' },
    DATABASE_URL: { name: 'postgres-app', key: 'uri' },
  },
};
const apiKey: Values = {
  secrets: {
    TEMPORAL_API_KEY: { name: 'luna-temporal', key: 'key' },
    ...{ TEMPORAL_TLS_CA: null, TEMPORAL_TLS_CERT: null, TEMPORAL_TLS_KEY: null },
  },
  networkPolicies: { enabled: false },
};
const oneWorker: Values = {
  workers: {
    ...{ orchestrate: null, gc: null, extract: null },
    all: { queues: ['orchestrate', 'gc', 'extract'], replicas: 3, env: { EXTRACT_PROCESSES: '4' } },
  },
  api: { autoscaler: null, disruptionBudget: null, replicas: 1 },
  samples: { existingClaim: 'photos' },
  networkPolicies: { temporalNamespace: '', temporalFrontend: false, ports: { extractors: [9000] } },
};
const bucket: Values = {
  settings: { IMAGE_STORE: 's3://photos/luna', S3_ENDPOINT: 'https://s3.example.org' },
  secrets: {
    S3_ACCESS_KEY: { name: 'luna-s3', key: 'access' },
    S3_SECRET_KEY: { name: 'luna-s3', key: 'secret' },
  },
};
const bucketByRole: Values = {
  settings: { IMAGE_STORE: 's3://photos/luna', S3_ROLE_ARN: 'arn:aws:iam::123456789012:role/luna' },
};
const everything: Values = {
  monitors: { enabled: true, labels: { release: 'prometheus' } },
  image: {
    repository: 'registry.example.org/luna-admin',
    tag: '1.2.3',
    pullPolicy: 'Always',
    pullSecrets: [{ name: 'x' }],
  },
  samples: { storageClassName: 'nfs' },
  ...{ serviceAccountName: 'luna', nodeSelector: { disk: 'fast' }, affinity: { podAntiAffinity: {} } },
  tolerations: [{ key: 'luna', operator: 'Exists' }],
  extraVolumes: [{ name: 'networks', configMap: { name: 'networks' } }],
  extraVolumeMounts: [{ name: 'networks', mountPath: '/networks' }],
};
const photos: Values = {
  import: {
    enabled: true,
    args: ['--account', 'ops@example.org', '--list', 'Staff, all', '--events'],
    volume: { persistentVolumeClaim: { claimName: 'photos' } },
  },
};
const valueSets = {
  'its own values': {},
  openId,
  apiKey,
  oneWorker,
  everything,
  bucket,
  bucketByRole,
  photos,
};

const monitoring = 'monitoring.coreos.com/v1';
const textOf = (objects: readonly unknown[]): string => JSON.stringify(objects);
const policyNames = (objects: readonly Rendered[]) =>
  objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name);

for (const each of manifestFolders)
  test(`${relative('.', each.folder)} is what the chart renders`, async () => {
    const files = await renderManifestFiles(each);
    const hint = 'run npm run manifests';
    assert.deepEqual((await readdir(each.folder)).sort(), [...files.keys()].sort(), hint);
    for (const [file, text] of files)
      assert.equal(await readFile(join(each.folder, file), 'utf8'), text, `${file}: ${hint}`);
  });

for (const [name, values] of Object.entries(valueSets))
  test(`with ${name}, Helm finds no fault, and objects are what Kubernetes' own types allow`, async () => {
    await runHelm('lint', ['--strict', '--quiet', ...toArguments(values)]);
    const objects = await render(values);
    assert.deepEqual(manifestFaults(objects.filter(({ apiVersion }) => apiVersion !== monitoring)), []);
  });

for (const [name, values] of Object.entries(valueSets))
  test(`with ${name}, each pod has settings that exist, and the secrets of its process alone`, async () => {
    const objects = await render(values);
    const shared = sharedVariables(objects);
    const pods = podsOf(objects);
    assert.ok(pods.length > 2);
    for (const pod of pods) {
      assertOwnSecretsOnly(pod, shared);
      assertSettings(
        [...shared, ...pod.env].map((each) => each.name),
        pod.component,
      );
    }
  });

test('the chart has the version of the service', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const chart = load(await readFile('ops/helm/luna-admin/Chart.yaml', 'utf8')) as Record<string, unknown>;
  assert.deepEqual([chart['version'], chart['appVersion']], [version, version]);
  assert.match(textOf(await render({})), new RegExp(`"image":"luna-admin:${version}"`));
});

test('the schema is updated before pods of the new release start, and needs nothing that the release brings', async () => {
  const job = objectOf(await render({}), 'Job', 'migrate') ?? assert.fail();
  assert.equal(job.metadata.annotations?.['helm.sh/hook'], 'pre-install,pre-upgrade');
  assert.doesNotMatch(textOf([job]), /configMap|persistentVolumeClaim/);
});

test('Helm says why a migration or an import has failed, and keeps no Job that has ended for longer than a day', async () => {
  const objects = await render(photos);
  for (const [name, policy] of [
    ['migrate', 'hook-failed'],
    ['import', 'hook-succeeded,hook-failed'],
  ] as const) {
    const job = objectOf(objects, 'Job', name) ?? assert.fail(name);
    assert.equal(job.metadata.annotations?.['helm.sh/hook-output-log-policy'], policy);
    assert.equal((job.spec as { ttlSecondsAfterFinished: number }).ttlSecondsAfterFinished, 86_400);
  }
});

test('another setting restarts the pods', async () => {
  const sums = (objects: readonly Rendered[]) =>
    [...textOf(objects).matchAll(/"checksum\/settings":"(\w+)"/g)].map(([, sum]) => sum);
  const before = sums(await render({}));
  assert.equal(before.length, 4);
  assert.notDeepEqual(sums(await render({ settings: { LOG_LEVEL: 'debug' } })), before);
});

test('every secret setting can be read from a Secret, by each process that reads it', async () => {
  const names = Object.keys(settings).filter(isSecret);
  const secrets = Object.fromEntries(names.map((name) => [name, { name: 'vault', key: name.toLowerCase() }]));
  for (const pod of podsOf(await render({ secrets }))) {
    const given = pod.env.map(({ name }) => name.replace(/_FILE$/, '')).filter((name) => isSecret(name));
    // Webhooks are sent by the queue orchestrate alone.
    const others = ['gc', 'extract'].includes(pod.component) ? ['NOTIFICATION_SECRETS'] : [];
    const read =
      pod.component === 'migrate'
        ? ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'MIGRATION_DATABASE_URL']
        : names.filter((name) => readersOf(name).includes(roleOf(pod.component)) && !others.includes(name));
    assert.deepEqual(given.sort(), read.sort(), pod.component);
  }
});

test('each host becomes a name of the Ingress, of its certificate and of the API; without any there is no Ingress', async () => {
  assert.ok(!(await render({})).some(({ kind }) => kind === 'Ingress'));
  const objects = await render(openId);
  const hosts = openId['hosts'] as string[];
  const spec = objects.find(({ kind }) => kind === 'Ingress')?.spec as {
    tls: { hosts: string[] }[];
    rules: { host: string }[];
  };
  assert.deepEqual(spec.tls[0]?.hosts, hosts);
  assert.deepEqual(
    spec.rules.map(({ host }) => host),
    hosts,
  );
  const allowed = sharedVariables(objects).find(({ name }) => name === 'ALLOWED_HOSTS');
  assert.equal(allowed?.value, `luna-admin-api,${hosts.join(',')}`);
});

test('with single sign-on or a feed of the audit the API may connect to them; without no policy says so', async () => {
  assert.ok(policyNames(await render(openId)).includes('luna-admin-to-openid'));
  const feed = await render({ secrets: { AUDIT_WEBHOOK: { name: 'siem', key: 'url' } } });
  assert.ok(policyNames(feed).includes('luna-admin-to-openid'));
  assert.ok(!policyNames(await render({})).includes('luna-admin-to-openid'));
});

test('with samples in object storage no pod mounts them, and API and workers have its keys', async () => {
  const objects = await render(bucket);
  assert.doesNotMatch(textOf(objects), /PersistentVolumeClaim|persistentVolumeClaim|"\/data/);
  const holders = podsOf(objects).filter(({ env }) => env.some(({ name }) => name === 'S3_SECRET_KEY_FILE'));
  assert.deepEqual(holders.map(({ component }) => component).sort(), ['api', 'extract', 'gc', 'orchestrate']);
  assert.ok(policyNames(objects).includes('luna-admin-to-s3'));
});

test('with a role instead of keys, API and workers have a token of their service account', async () => {
  const objects = await render(bucketByRole);
  for (const pod of podsOf(objects)) {
    const file = pod.env.find(({ name }) => name === 'S3_TOKEN_FILE')?.value;
    const tokens = pod.volumes.flatMap(({ name, projected }) =>
      (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => {
        const path = pod.mounts.find((mount) => mount.name === name)?.mountPath ?? '';
        return serviceAccountToken === undefined ? [] : [`${path}/${serviceAccountToken.path}`];
      }),
    );
    assert.deepEqual(tokens, pod.component === 'migrate' ? [] : [file ?? assert.fail(pod.component)]);
  }
});

test('network policies can be left out, and follow the workers that there are', async () => {
  assert.deepEqual(policyNames(await render(apiKey)), []);
  const objects = await render(oneWorker);
  const valuesOf = (name: string) =>
    /"values":(\[[^\]]*\])/.exec(textOf([objectOf(objects, 'NetworkPolicy', name)]))?.[1];
  assert.equal(valuesOf('to-temporal'), '["api","all"]');
  assert.equal(valuesOf('to-web'), '["all"]');
  assert.equal(valuesOf('to-extractors'), '["api","all"]');
  assert.doesNotMatch(textOf([objectOf(objects, 'NetworkPolicy', 'to-temporal')]), /namespaceSelector/);
});

test('several installations share one Temporal: the policy for its frontend is of each, and there is none without its namespace', async () => {
  const frontends = (objects: readonly Rendered[]) =>
    policyNames(objects).filter((name) => name.startsWith('temporal-frontend'));
  assert.deepEqual(frontends(await render({})), ['temporal-frontend-luna-admin']);
  assert.deepEqual(frontends(await render({}, { namespace: 'second' })), ['temporal-frontend-second']);
  assert.deepEqual(frontends(await render({ networkPolicies: { temporalNamespace: '' } })), []);
});

test('after an installation its notes tell a way in that works: cookies for HTTPS alone are of no use to a forwarded port', async () => {
  const notesOf = async (values: Values) => {
    const args = ['--generate-name', '--dry-run=client', ...toArguments(values)];
    return /\nNOTES:\n([^]*)/.exec(await runHelm('install', args))?.[1] ?? assert.fail('no notes');
  };
  assert.match(await notesOf(openId), /at https:\/\/luna\.example\.org/);
  const closed = await notesOf({});
  assert.match(closed, /key admin-password/);
  assert.doesNotMatch(closed, /port-forward/);
  const trial = { SECURE_COOKIES: 'false', REQUIRE_HTTPS: 'false' };
  for (const [name, value] of Object.entries(trial)) assert.ok(closed.includes(`settings.${name}=${value}`));
  assert.match(await notesOf({ settings: trial }), /port-forward service\/luna-admin-api 5010:80/);
});

test('workers, autoscalers and disruption budgets are those of the values', async () => {
  const objects = await render(oneWorker);
  const names = (kind: string) =>
    objects.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
  assert.deepEqual(names('Deployment').sort(), ['luna-admin-all', 'luna-admin-api']);
  assert.deepEqual(names('HorizontalPodAutoscaler'), []);
  assert.deepEqual(names('PodDisruptionBudget'), []);
  assert.deepEqual(names('PersistentVolumeClaim'), []);
  assert.equal((objectOf(objects, 'Deployment', 'api')?.spec as { replicas: number }).replicas, 1);
  const text = textOf([objectOf(objects, 'Deployment', 'all')]);
  assert.match(text, /"--queues","orchestrate,gc,extract"/);
  assert.match(text, /"claimName":"photos"/);
});

test('an import is a Job with the photos, the sample store and the database alone, and there is none without being asked for', async () => {
  assert.equal(objectOf(await render({}), 'Job', 'import'), undefined);
  for (const [store, secrets] of [
    [{}, []],
    [bucket, ['S3_ACCESS_KEY_FILE', 'S3_SECRET_KEY_FILE']],
  ] as const) {
    const objects = await render({ ...store, ...photos });
    const pod = podsOf(objects).find(({ component }) => component === 'import') ?? assert.fail();
    const files = pod.env.map(({ name }) => name).filter((name) => name.endsWith('_FILE'));
    assert.deepEqual(files, ['DATABASE_URL_FILE', ...secrets]);
    const paths = pod.mounts.map(({ mountPath }) => mountPath).filter((path) => /photos|data/.test(path));
    assert.deepEqual(paths, secrets.length === 0 ? ['/data', '/photos'] : ['/photos']);
    const text = textOf([objectOf(objects, 'Job', 'import')]);
    assert.match(text, /"args":\["--account","ops@example.org","--list","Staff, all","--events"\]/);
    assert.match(text, /"configMapRef":\{"name":"luna-admin"\}/);
  }
  const objects = await render({ ...bucket, ...photos });
  assert.match(textOf([objectOf(objects, 'NetworkPolicy', 'to-s3')]), /"import"/);
});

test('the Prometheus operator is told of API and workers, by the names of jobs that the alerts use', async () => {
  assert.ok(!(await render({})).some(({ apiVersion }) => apiVersion === monitoring));
  const objects = await render(everything);
  const monitors = objects.filter(({ kind }) => kind.endsWith('Monitor'));
  assert.deepEqual(monitors.map(({ kind }) => kind).sort(), ['PodMonitor', 'ServiceMonitor']);
  const jobs = monitors.map((monitor) => {
    assert.equal(monitor.metadata.labels['release'], 'prometheus');
    return /"replacement":"(luna-\w+)"/.exec(textOf([monitor]))?.[1];
  });
  const { scrape_configs } = load(await readFile('ops/prometheus/kubernetes.yml', 'utf8')) as {
    scrape_configs: { job_name: string }[];
  };
  assert.deepEqual(jobs.sort(), scrape_configs.map(({ job_name }) => job_name).sort());
});

test('the Prometheus operator is given the alerts with their words, unless they are switched off', async () => {
  const ruleOf = (objects: readonly Rendered[]) => objects.find(({ kind }) => kind === 'PrometheusRule');
  const rule = ruleOf(await render(everything)) ?? assert.fail();
  assert.equal(rule.metadata.labels['release'], 'prometheus');
  assert.deepEqual(rule.spec, load(await readFile('ops/prometheus/alerts.yml', 'utf8')));
  assert.equal(ruleOf(await render({ monitors: { enabled: true, rules: false } })), undefined);
  assert.equal(ruleOf(await render({})), undefined);
});

test('a list that another file of values has can be taken back with null', async () => {
  const objects = await render({ hosts: null, monitors: { enabled: true, labels: null } });
  assert.ok(!objects.some(({ kind }) => kind === 'Ingress'));
  const allowed = sharedVariables(objects).find(({ name }) => name === 'ALLOWED_HOSTS');
  assert.equal(allowed?.value, 'luna-admin-api');
});

test('values that cannot work are refused by name', async () => {
  const secrets = Object.keys(settings).filter(isSecret);
  const refused: [Values, RegExp][] = [
    ...secrets.map((name): [Values, RegExp] => [{ settings: { [name]: 'x' } }, /settings/]),
    [{ settings: { ALLOWED_HOSTS: 'x' } }, /settings/],
    [{ settings: { IMAGE_STORE: 'folder:/elsewhere' } }, /IMAGE_STORE/],
    [{ settings: { GC_WINDOW: 4 } }, /GC_WINDOW/],
    [{ secrets: { SESION_SECRET: { name: 'a', key: 'b' } } }, /secrets/],
    [{ secrets: { SESSION_SECRET: null } }, /SESSION_SECRET/],
    [{ workers: { gc: { queues: ['gcs'] } } }, /queues/],
    [{ workers: { api: { queues: ['gc'], replicas: 1 } } }, /workers/],
    [{ api: { replica: 2 } }, /replica/],
    [{ import: { ...(photos['import'] as object), args: ['--list', 'Staff'] } }, /args/],
    [{ import: { ...(photos['import'] as object), volume: {} } }, /volume/],
    ...['image', 'settings', 'secrets', 'samples', 'webIdentity', 'api', 'migrate', 'ingress'].map(
      (name): [Values, RegExp] => [{ [name]: null }, new RegExp(`missing propert(y|ies).*'${name}'`)],
    ),
    [{ api: { service: null } }, /missing property 'service'/],
    [{ networkPolicies: { ports: null } }, /missing property 'ports'/],
  ];
  for (const [values, expected] of refused)
    await assert.rejects(render(values), { message: expected }, JSON.stringify(values));
});
