{{- /* Labels of every object of ours. */ -}}
{{- define "support.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- /* cert-manager's kinds of objects are in the cluster, and issuers are wanted. */ -}}
{{- define "support.issues" -}}
{{- if and .Values.certificates.enabled (.Capabilities.APIVersions.Has "cert-manager.io/v1") }}yes{{ end -}}
{{- end -}}
