{{- /*
The secret settings that a process reads, as platform/settings.ts has them. `component`: api, migrate, import or worker;
`queues` of a worker.
*/ -}}
{{- define "luna-admin.reads" -}}
{{- $temporal := list "TEMPORAL_TLS_CA" "TEMPORAL_TLS_CERT" "TEMPORAL_TLS_KEY" "TEMPORAL_API_KEY" }}
{{- $s3 := list "S3_ACCESS_KEY" "S3_SECRET_KEY" }}
{{- $reads := list "DATABASE_URL" "DATABASE_DIRECT_URL" }}
{{- if eq .component "migrate" }}
{{- $reads = append $reads "MIGRATION_DATABASE_URL" }}
{{- else if eq .component "import" }}
{{- $reads = concat $reads $s3 }}
{{- else }}
{{- $reads = append (concat $reads $temporal $s3) "OTEL_EXPORTER_OTLP_HEADERS" }}
{{- end }}
{{- if eq .component "api" }}
{{- $reads = concat $reads (list "SESSION_SECRET" "ADMIN_PASSWORD" "SECOND_FACTOR_KEY" "OIDC_CLIENT_SECRET" "SYS_INFO_KEY" "AUDIT_WEBHOOK") }}
{{- end }}
{{- if or (eq .component "api") (has "orchestrate" .queues) }}
{{- $reads = append $reads "NOTIFICATION_SECRETS" }}
{{- end }}
{{- $given := list }}
{{- range $reads }}
{{- if get $.root.Values.secrets . }}{{ $given = append $given . }}{{ end }}
{{- end }}
{{- $given | toJson }}
{{- end }}

{{- /* The template of a pod: `root`, `component`, `container` (its fields that differ), `grace`, `env`, `queues`, and of
an import the volume `photos`. */ -}}
{{- define "luna-admin.pod" -}}
{{- $values := .root.Values }}
{{- $isMigration := eq .component "migrate" }}
{{- $isJob := or $isMigration (eq .component "import") }}
{{- $claim := ternary "" (include "luna-admin.claim" .root) $isMigration }}
{{- $reads := include "luna-admin.reads" . | fromJsonArray }}
{{- $hasToken := and (not $isMigration) $values.settings.S3_ROLE_ARN }}
metadata:
  labels: {{ include "luna-admin.labels" .component | nindent 4 }}
  {{- if not (or $isJob $values.forKubectl) }}
  annotations:
    # Other settings are other pods.
    checksum/settings: {{ include "luna-admin.settings" .root | sha256sum }}
  {{- end }}
spec:
  {{- if $isJob }}
  restartPolicy: Never
  {{- end }}
  {{- with .grace }}
  terminationGracePeriodSeconds: {{ . }}
  {{- end }}
  automountServiceAccountToken: false
  {{- with $values.serviceAccountName }}
  serviceAccountName: {{ . }}
  {{- end }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  securityContext: {{ toYaml $values.podSecurityContext | nindent 4 }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- if not $isJob }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{ include "luna-admin.labels" .component | nindent 10 }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "luna-admin.image" .root }}
      {{- with $values.image.pullPolicy }}
      imagePullPolicy: {{ . }}
      {{- end }}
      {{- if not $isMigration }}
      envFrom: [{ configMapRef: { name: luna-admin } }]
      {{- end }}
      env:
        {{- range $reads }}
        - { name: {{ . }}_FILE, value: /run/secrets/luna-admin/{{ . | lower | replace "_" "-" }} }
        {{- end }}
        {{- if $hasToken }}
        - { name: S3_TOKEN_FILE, value: /run/secrets/s3/token }
        {{- end }}
        {{- range $name, $value := .env }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
        {{- end }}
      {{- .container | nindent 6 }}
      securityContext: {{ toYaml $values.securityContext | nindent 8 }}
      volumeMounts:
        {{- if $claim }}
        - { name: samples, mountPath: /data }
        {{- end }}
        - { name: secrets, mountPath: /run/secrets/luna-admin, readOnly: true }
        {{- if $hasToken }}
        - { name: s3-token, mountPath: /run/secrets/s3, readOnly: true }
        {{- end }}
        - { name: tmp, mountPath: /tmp }
        {{- if .photos }}
        - { name: photos, mountPath: /photos, readOnly: true }
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    {{- if $claim }}
    - { name: samples, persistentVolumeClaim: { claimName: {{ $claim }} } }
    {{- end }}
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          {{- range $reads }}
          {{- $secret := get $values.secrets . }}
          - secret:
              name: {{ $secret.name }}
              items: [{ key: {{ $secret.key }}, path: {{ . | lower | replace "_" "-" }} }]
          {{- end }}
    {{- if $hasToken }}
    - name: s3-token
      projected:
        defaultMode: 0440
        sources:
          - serviceAccountToken: { path: token, audience: {{ $values.webIdentity.audience }}, expirationSeconds: 3600 }
    {{- end }}
    - { name: tmp, emptyDir: {} }
    {{- with .photos }}
    - {{ merge (dict "name" "photos") . | toJson }}
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
