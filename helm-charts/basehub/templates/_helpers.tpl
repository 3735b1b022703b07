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

{{- /*
What the homes' volume is said to hold. An NFS export holds what its server has, and Kubernetes lets nobody write another size into a
claim of it: it has the one that it was made with, for ever.
*/ -}}
{{- define "basehub.homesSize" -}}
{{- $class := include "basehub.homesClass" . -}}
{{- $claim := lookup "v1" "PersistentVolumeClaim" .Release.Namespace "homes" -}}
{{- if $class }}{{ .Values.homes.size | default "1Ti" }}
{{- else if $claim }}{{ $claim.spec.resources.requests.storage }}
{{- else }}1Ti
{{- end -}}
{{- end -}}

{{- /* Refuses, before anything is changed, what Kubernetes would refuse in the middle: where a claim and its volume lead stays. */ -}}
{{- define "basehub.homesStay" -}}
{{- $class := include "basehub.homesClass" . -}}
{{- with lookup "v1" "PersistentVolumeClaim" .Release.Namespace "homes" -}}
{{- $was := .spec.storageClassName | default "" -}}
{{- if ne $was $class }}{{ include "basehub.homesMove" (list $ (printf "storage class %q" $was) (printf "storage class %q" $class)) }}{{ end -}}
{{- end -}}
{{- if not $class -}}
{{- with lookup "v1" "PersistentVolume" "" (printf "%s-homes" .Release.Namespace) -}}
{{- $nfs := .spec.nfs | default dict -}}
{{- $was := printf "%v:%v" $nfs.server $nfs.path -}}
{{- $wanted := printf "%s:%s" (include "basehub.homesServer" $) $.Values.homes.path -}}
{{- if ne $was $wanted }}{{ include "basehub.homesMove" (list $ $was $wanted) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "basehub.homesMove" -}}
{{- $hub := (index . 0).Release.Name -}}
{{- $how := printf "`deployer destroy CLUSTER %s --allow-destroy hub:CLUSTER/%s/homes`" $hub $hub -}}
{{- $keeps := "That takes the claim and its volume away: files of an NFS server stay on it, those of a storage class may go." -}}
{{- $move := printf "copy the files, then %s and deploy again. %s" $how $keeps -}}
{{- fail (printf "the homes are at %s, and Kubernetes can never lead their volume to %s. Write back what it was; or %s" (index . 1) (index . 2) $move) -}}
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

{{- /* DNS inside the cluster, and what people's servers may reach outside of it: what users' code may reach. */ -}}
{{- define "basehub.outside" -}}
{{- $servers := .Values.jupyterhub.singleuser }}
{{- $rules := $servers.networkPolicy.egressAllowRules }}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
{{- if $rules.nonPrivateIPs }}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16]
{{- end }}
{{- if $rules.cloudMetadataServer }}
- to:
    - ipBlock: {cidr: {{ $servers.cloudMetadata.ip }}/32}
{{- end }}
{{- with $servers.networkPolicy.egress }}
{{ toYaml . }}
{{- end }}
{{- end -}}
