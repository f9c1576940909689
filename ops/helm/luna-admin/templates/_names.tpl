{{- define "luna-admin.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "luna-admin.labels" -}}
app.kubernetes.io/name: luna-admin
{{- with . }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- /* Empty if samples are not in a folder. */ -}}
{{- define "luna-admin.claim" -}}
{{- if hasPrefix "folder:" .Values.settings.IMAGE_STORE -}}
{{ .Values.samples.existingClaim | default "luna-admin-samples" }}
{{- end -}}
{{- end }}

{{- define "luna-admin.settings" -}}
ALLOWED_HOSTS: {{ prepend (.Values.hosts | default list) "luna-admin-api" | join "," | quote }}
{{- range $name, $value := .Values.settings }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- /* The workers that are not null, by name. */ -}}
{{- define "luna-admin.workers" -}}
{{- range $name, $worker := .Values.workers }}
{{- if $worker }}
{{ $name }}: {{ $worker | toJson }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The components whose processes take one of the queues. */ -}}
{{- define "luna-admin.workersOf" -}}
{{- $found := list }}
{{- range $name, $worker := include "luna-admin.workers" .root | fromYaml }}
{{- range $.queues }}
{{- if has . $worker.queues }}{{ $found = append $found $name }}{{ end }}
{{- end }}
{{- end }}
{{- $found | uniq | toJson }}
{{- end }}
