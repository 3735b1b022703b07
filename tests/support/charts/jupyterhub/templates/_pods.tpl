{{- /* env EXTRA_ENV: a mapping of texts or of Kubernetes' entries, or a list of such entries, as a container's `env`. */}}
{{- define "jupyterhub.env" -}}
{{- if kindIs "slice" . }}
{{- toYaml . }}
{{- else }}
{{- range $name, $value := . }}
- name: {{ $name | quote }}
{{- if kindIs "map" $value }}
  {{- omit $value "name" | toYaml | nindent 2 }}
{{- else }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* pullSecrets (list ROOT IMAGE): a pod's `imagePullSecrets`. */}}
{{- define "jupyterhub.pullSecrets" -}}
{{- $root := index . 0 -}}
{{- $names := concat ($root.Values.imagePullSecrets | default list) ((index . 1).pullSecrets | default list) -}}
{{- if and $root.Values.imagePullSecret.create $root.Values.imagePullSecret.automaticReferenceInjection -}}
{{- $names = prepend $names (include "jupyterhub.image-pull-secret.fullname" $root) -}}
{{- end -}}
{{- with $names }}
imagePullSecrets:
{{- range . }}
  - name: {{ kindIs "map" . | ternary (get (kindIs "map" . | ternary . dict) "name") . }}
{{- end }}
{{- end }}
{{- end }}

{{- /* probe (list PROBE PATH): a container's probe without its name. */}}
{{- define "jupyterhub.probe" -}}
{{ omit (index . 0) "enabled" | toYaml }}
httpGet:
  path: {{ index . 1 }}
  port: http
{{- end }}

{{- /* placement (list ROOT POD): where a core pod runs. */}}
{{- define "jupyterhub.placement" -}}
{{- $root := index . 0 -}}
{{- $pod := index . 1 -}}
{{- if $root.Values.scheduling.podPriority.enabled }}
priorityClassName: {{ include "jupyterhub.priority.fullname" $root }}
{{- end }}
{{- with $pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat ($root.Values.scheduling.corePods.tolerations | default list) ($pod.tolerations | default list) }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $term := dict "matchExpressions" (list (dict "key" "hub.jupyter.org/node-purpose" "operator" "In" "values" (list "core"))) }}
{{- $purpose := $root.Values.scheduling.corePods.nodeAffinity.matchNodePurpose }}
{{- if eq $purpose "prefer" }}
affinity:
  nodeAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      {{- list (dict "weight" 100 "preference" $term) | toYaml | nindent 6 }}
{{- else if eq $purpose "require" }}
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: {{ list $term | toJson }}
{{- end }}
{{- end }}

{{- /* pdb (list ROOT COMPONENT PDB) */}}
{{- define "jupyterhub.pdb" -}}
{{- if (index . 2).enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "jupyterhub.metadata" (list (index . 0) (index . 1) (printf "%s%s" (include "jupyterhub.fullname.dash" (index . 0)) (index . 1))) | nindent 2 }}
spec:
  {{- range $name := list "maxUnavailable" "minAvailable" }}
  {{- with dig $name "" (index $ 2) }}
  {{ $name }}: {{ . }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "jupyterhub.matchLabels" . | nindent 6 }}
{{- end }}
{{- end }}
