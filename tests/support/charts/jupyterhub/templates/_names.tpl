{{- /* The prefix of all names, with its dash. A parent chart may call this: then the values are below `jupyterhub`. */}}
{{- define "jupyterhub.fullname.dash" -}}
{{- $values := ternary .Values (.Values.jupyterhub | default dict) (eq .Chart.Name "jupyterhub") -}}
{{- if kindIs "string" $values.fullnameOverride -}}
{{- with $values.fullnameOverride }}{{ . }}-{{ end -}}
{{- else -}}
{{- $name := $values.nameOverride | default "jupyterhub" -}}
{{- if contains $name .Release.Name }}{{ .Release.Name }}-{{ else }}{{ .Release.Name }}-{{ $name }}-{{ end -}}
{{- end -}}
{{- end }}

{{- define "jupyterhub.hub.fullname" }}{{ include "jupyterhub.fullname.dash" . }}hub{{ end }}
{{- define "jupyterhub.hub-pvc.fullname" }}{{ include "jupyterhub.fullname.dash" . }}hub-db-dir{{ end }}
{{- define "jupyterhub.proxy.fullname" }}{{ include "jupyterhub.fullname.dash" . }}proxy{{ end }}
{{- define "jupyterhub.proxy-api.fullname" }}{{ include "jupyterhub.fullname.dash" . }}proxy-api{{ end }}
{{- define "jupyterhub.proxy-public.fullname" }}{{ include "jupyterhub.fullname.dash" . }}proxy-public{{ end }}
{{- define "jupyterhub.singleuser.fullname" }}{{ include "jupyterhub.fullname.dash" . }}singleuser{{ end }}
{{- define "jupyterhub.image-pull-secret.fullname" }}{{ include "jupyterhub.fullname.dash" . }}image-pull-secret{{ end }}
{{- define "jupyterhub.ingress.fullname" }}{{ include "jupyterhub.fullname.dash" . | trimSuffix "-" | default "jupyterhub" }}{{ end }}
{{- /* Of the whole cluster. */}}
{{- define "jupyterhub.priority.fullname" }}{{ include "jupyterhub.fullname.dash" . | trimSuffix "-" | default (print .Release.Name "-default-priority") }}{{ end }}

{{- define "jupyterhub.hub-serviceaccount.fullname" -}}
{{- $account := .Values.hub.serviceAccount -}}
{{- $account.name | default (ternary (include "jupyterhub.hub.fullname" .) "default" $account.create) -}}
{{- end }}

{{- /* matchLabels (list ROOT COMPONENT): what selectors use. */}}
{{- define "jupyterhub.matchLabels" -}}
{{- $root := index . 0 -}}
component: {{ index . 1 }}
app: {{ $root.Values.nameOverride | default $root.Chart.Name }}
release: {{ $root.Release.Name }}
{{- end }}

{{- /* podLabels (list ROOT COMPONENT): what pods carry. */}}
{{- define "jupyterhub.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "jupyterhub.matchLabels" . }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/name: {{ $root.Values.nameOverride | default $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- end }}

{{- /* labels (list ROOT COMPONENT): what every object carries. */}}
{{- define "jupyterhub.labels" -}}
{{- $root := index . 0 -}}
{{- $chart := printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_") -}}
{{ include "jupyterhub.podLabels" . }}
chart: {{ $chart }}
heritage: {{ $root.Release.Service }}
helm.sh/chart: {{ $chart }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end }}

{{- /* metadata (list ROOT COMPONENT NAME [ANNOTATIONS [LABELS]]) */}}
{{- define "jupyterhub.metadata" -}}
name: {{ index . 2 }}
labels:
  {{- include "jupyterhub.labels" . | nindent 2 }}
  {{- if gt (len .) 4 }}{{ with index . 4 }}{{ toYaml . | nindent 2 }}{{ end }}{{ end }}
{{- if gt (len .) 3 }}
{{- with index . 3 }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
