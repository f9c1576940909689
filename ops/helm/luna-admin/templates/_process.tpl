{{- /*
A process that runs until it is stopped, with its disruption budget and autoscaler: what `luna-admin.pod` takes, and `process`
(its values), `maxUnavailable`.
*/ -}}
{{- define "luna-admin.process" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: luna-admin-{{ .component }}
  labels: {{ include "luna-admin.labels" .component | nindent 4 }}
spec:
  {{- if .process.autoscaler }}
  # The autoscaler below sets the number. A number here would be restored by each apply.
  {{- else }}
  replicas: {{ .process.replicas }}
  {{- end }}
  selector:
    matchLabels: {{ include "luna-admin.labels" .component | nindent 6 }}
  strategy:
    rollingUpdate: { maxUnavailable: {{ .maxUnavailable }}, maxSurge: 1 }
  template: {{ include "luna-admin.pod" . | nindent 4 }}
{{- with .process.disruptionBudget }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: luna-admin-{{ $.component }}
  labels: {{ include "luna-admin.labels" $.component | nindent 4 }}
spec:
  {{- toYaml . | nindent 2 }}
  selector:
    matchLabels: {{ include "luna-admin.labels" $.component | nindent 6 }}
{{- end }}
{{- with .process.autoscaler }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: luna-admin-{{ $.component }}
  labels: {{ include "luna-admin.labels" $.component | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: luna-admin-{{ $.component }} }
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {{ toYaml .target | nindent 10 }}
  behavior:
    # Each pod that stops returns its subtasks: not for a short lull.
    scaleDown: { stabilizationWindowSeconds: 600 }
{{- end }}
{{- end }}
