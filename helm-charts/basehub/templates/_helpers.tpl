{{- /* Labels of every object of ours. */ -}}
{{- define "basehub.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- /* The class of the homes' claim; empty: the volume is an NFS export that this chart describes. */ -}}
{{- define "basehub.homesClass" -}}
{{- with .Values.homes -}}
{{- if .storageClass }}{{ .storageClass }}{{ else if and (eq .kind "azure-files") (not .server) }}azurefile-csi-premium{{ end -}}
{{- end -}}
{{- end -}}

{{- /*
Who exports the homes. Nodes mount it, and not all clouds' nodes can resolve names of the cluster, so it is an address: the
value, the fixed cluster IP, or that of the service which runs already. Rendering without a cluster has a placeholder.
*/ -}}
{{- define "basehub.homesServer" -}}
{{- $running := lookup "v1" "Service" .Release.Namespace "home-nfs" -}}
{{- with .Values.homes -}}
{{- if .server }}{{ .server }}
{{- else if .clusterIP }}{{ .clusterIP }}
{{- else if and (eq .kind "home-nfs") $running }}{{ $running.spec.clusterIP }}
{{- else if lookup "v1" "Namespace" "" "default" }}
{{- fail (printf "homes.server: nothing says where the homes of kind %s are exported" .kind) }}
{{- else }}known-at-deploy.invalid
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* What lets a pod pull the hub's own image. */ -}}
{{- define "basehub.pullSecrets" -}}
{{- $secrets := list -}}
{{- $global := .Values.jupyterhub.imagePullSecret | default dict -}}
{{- if $global.create }}{{ $secrets = append $secrets (dict "name" "image-pull-secret") }}{{ end -}}
{{- range concat (.Values.jupyterhub.imagePullSecrets | default list) (.Values.jupyterhub.hub.image.pullSecrets | default list) -}}
{{- $secrets = append $secrets (kindIs "map" . | ternary . (dict "name" .)) -}}
{{- end -}}
{{- toYaml $secrets -}}
{{- end -}}

{{- /* DNS inside the cluster, and the internet without private networks and the cloud's metadata: what users' code may reach. */ -}}
{{- define "basehub.outside" -}}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16]
{{- end -}}
